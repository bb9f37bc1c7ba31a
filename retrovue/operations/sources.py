"""Adding sources: ask the importer first, then write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import collections, history, offered, sources
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.matching import match
from retrovue.commands import Command, Hint
from retrovue.errors import DiscoveryFailed, ImporterFailed, UnknownSourceType, UsageError
from retrovue.importers import settings
from retrovue.importers.api import Importer, Option
from retrovue.importers.loader import Plugins
from retrovue.importers.settings import Settings
from retrovue.model import Collection, Source
from retrovue.operations import discover, overlooked, probing


class Added(NamedTuple):
    """A source that was added; its collections, None without a discovery, and what is in none."""

    source: Source
    settings: Settings
    collections: list[Collection] | None
    overlooked: list[Hint]


# what a terminal would obey, line ends of every kind, and marks that turn the text's direction
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def stored_settings(catalogue: Catalogue, source: Source) -> Settings:
    """The options and secrets of a source, as they are stored."""
    return Settings(dict(source.config), sources.secrets(catalogue.reader(), source.id))


def options_of(plugins: Plugins, source: Source) -> Sequence[Option]:
    """The options of a source's importer. Raises ImporterFailed where its plugin is broken or not
    there at all."""
    try:
        return plugins.importer(source.type).options
    except UnknownSourceType:
        raise ImporterFailed(
            f"Importer '{source.type}' of source '{source.name}' is not installed:"
            " the plugin that brings it is missing",
            plugins.warnings(),
            hint=Hint("Install it again. What is installed", Command("plugins", needs_file=False)),
        ) from None


def importer_of(catalogue: Catalogue, plugins: Plugins, source: Source) -> Importer:
    """The importer of a source, with its stored configuration. Raises ImporterFailed."""
    options = options_of(plugins, source)
    stored = stored_settings(catalogue, source)
    return plugins.make(source.type, settings.resolve(options, stored, source.name))


def identity_of(plugins: Plugins, type_: str, values: Mapping[str, Any]) -> str:
    """What makes the source the same that would be added with these options; nothing is contacted.
    Raises what `add_source` raises before it asks anything."""
    options = plugins.importer(type_).options
    given = settings.from_input(options, values)
    return plugins.identity(plugins.make(type_, settings.resolve(options, given, type_)))


def require_name(name: str) -> str:
    """The name of a source without blanks around it. Raises UsageError for none, and for one with
    control characters."""
    if not name.strip():
        raise UsageError("The name of a source is empty", hint="Give it one, such as --name Media.")
    if _CONTROL.search(name):
        raise UsageError(f"The name of a source holds control characters: {name!r}")
    return name.strip()


def add_source(
    catalogue: Catalogue,
    plugins: Plugins,
    type_: str,
    name: str,
    values: Mapping[str, Any],
    *,
    with_discovery: bool,
    may_be_empty: bool = True,
    probe: bool | None = None,
) -> Added:
    """Add a source, and with discovery all its collections, in one transaction or not at all.

    Without discovery nothing is contacted and the collections are None. Raises UsageError,
    UnknownSourceType, ImporterFailed, AlreadyExists and DiscoveryFailed, the last also where a
    source that may not be empty offers nothing.
    """
    options = plugins.importer(type_).options
    name = require_name(name)
    if probe:
        probing.require_probes(plugins)
    given = settings.with_probe(settings.from_input(options, values), probe=probe)
    importer = plugins.make(type_, settings.resolve(options, given, name))
    identity = plugins.identity(importer)
    if catalogue.exists():
        sources.require_free(catalogue.reader(), type_, identity, name)
    offer = discover.gather(importer, name) if with_discovery else None
    if offer is not None and not offer.found and not may_be_empty:
        raise DiscoveryFailed(
            f"Failed to discover collections from source '{name}'",
            ["it offers nothing: there is no media in it. Is a disk not mounted?"],
        )
    with catalogue.write("Source add") as tx:
        source = sources.add(tx, type_, identity, name, given.config, given.secrets)
        detail: dict[str, Any] = {"type": type_, "external_id": source.external_id}
        made = None
        if offer is not None:
            offered.apply(tx, source.id, match((), offer.found))
            sources.set_remote_identity(tx, source.id, offer.remote_identity)
            source = sources.by_id(tx.connection, source.id)
            made = collections.of_source(tx.connection, source.id)
            detail["collections"] = [collection.name for collection in made]
        history.record(tx, "Source add", "success", source=name, detail=detail)
    return Added(source, given, made, overlooked.hints(importer, source, made) if made else [])
