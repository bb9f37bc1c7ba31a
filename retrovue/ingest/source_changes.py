"""Adding and updating sources: ask the importer first, then write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import collections, history, mappings, sources
from retrovue.catalogue.core import Catalogue, Tx
from retrovue.errors import (
    GuaranteeViolated,
    RetrovueError,
    UsageError,
)
from retrovue.importers import settings
from retrovue.importers.api import Importer
from retrovue.importers.loader import Plugins
from retrovue.importers.settings import Settings
from retrovue.ingest import discover
from retrovue.ingest.assess import contacts_nothing, reasons_against
from retrovue.ingest.retrying import Changed, again, require_folders, require_same
from retrovue.model import Collection, PathMapping, Source
from retrovue.paths import Rewrite

# what a terminal would obey, line ends of every kind, and marks that turn the text's direction
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Updated(NamedTuple):
    """A source before and after an update, and the collections whose mappings it touched."""

    before: Source
    after: Source
    settings: Settings
    remapped: list[Collection]
    changed: bool


def stored_settings(catalogue: Catalogue, source: Source) -> Settings:
    return Settings(dict(source.config), sources.secrets(catalogue.reading(), source.id))


def importer_of(catalogue: Catalogue, plugins: Plugins, source: Source) -> Importer:
    """The importer of a source, with its stored configuration. Raises ImporterFailed,
    UnknownSourceType."""
    options = plugins.importer(source.type).options
    stored = stored_settings(catalogue, source)
    return plugins.make(source.type, settings.resolved(options, stored, source.name))


def require_name(name: str) -> str:
    """The name of a source without blanks around it. Raises UsageError for none, and for one with
    control characters."""
    if not name.strip():
        raise UsageError("The name of a source is empty", hint='Give it one: --name "My Plex"')
    if _CONTROL.search(name):
        raise UsageError(f"The name of a source holds control characters: {name!r}")
    return name.strip()


def add_source(
    catalogue: Catalogue,
    plugins: Plugins,
    type_: str,
    name: str,
    values: Mapping[str, Any],
    with_discovery: bool,
    dry_run: bool = False,
) -> tuple[Source, Settings, list[Collection] | None]:
    """Add a source, and with discovery all its collections, in one transaction or not at all.

    Without discovery nothing is contacted and the collections are None. Raises UsageError,
    UnknownSourceType, ImporterFailed, AlreadyExists and DiscoveryFailed.
    """
    options = plugins.importer(type_).options
    name = require_name(name)
    given = settings.given(options, values)
    importer = plugins.make(type_, settings.resolved(options, given, name))
    identity = plugins.identity(importer)
    if catalogue.exists():
        sources.require_free(catalogue.reading(), type_, identity, name)
    found = discover.gather(importer, name) if with_discovery else None
    with catalogue.write("Source add", dry_run) as tx:
        source = sources.add(tx, type_, identity, name, given.config, given.secrets)
        detail: dict[str, Any] = {"type": type_, "external_id": source.external_id}
        if found is None:
            made = None
        else:
            collections.apply_found(tx, source.id, found)
            made = collections.of_source(tx.connection, source.id)
            detail["collections"] = [collection.name for collection in made]
        history.record(tx, "Source add", "success", source=name, detail=detail)
    return source, given, made


def update_source(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    name: str | None,
    values: Mapping[str, Any],
    rewrites: Sequence[Rewrite],
    allow_missing: bool,
    dry_run: bool = False,
) -> Updated:
    """Change name, options and mappings of a source in one transaction.

    New options are tried first: the importer is asked what it offers with them, and
    GuaranteeViolated (G-2) is raised when known collections would lose their counterpart, unless
    `allow_missing`. A name or mappings alone contact nothing.
    """

    def attempt() -> Updated:
        now = sources.by_id(catalogue.reading(), source.id)
        return _update_source(
            catalogue, plugins, now, name, values, rewrites, allow_missing, dry_run
        )

    return again(attempt, f"Source update failed: source '{source.name}'")


def _update_source(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    name: str | None,
    values: Mapping[str, Any],
    rewrites: Sequence[Rewrite],
    allow_missing: bool,
    dry_run: bool,
) -> Updated:
    sources.require_valid(catalogue.reading(), source)
    require_folders(rewrites)
    new_name = source.name if name is None else require_name(name)
    stored = stored_settings(catalogue, source)
    given = {key: value for key, value in values.items() if value is not None}
    wanted, identity = stored, source.identity
    if given:
        wanted, identity = _tried(catalogue, plugins, source, stored, given, allow_missing)
    known = collections.of_source(catalogue.reading(), source.id)
    remapped = _remapped(known, rewrites)
    reasons = _reasons_if_offline(catalogue, plugins, source, remapped)
    with catalogue.write("Source update", dry_run) as tx:
        _require_same_source(tx, source, stored)
        changed = sources.update(tx, source, new_name, identity, wanted.config, wanted.secrets)
        for collection, after in remapped:
            require_same(tx, collection)
            mappings.write(tx, after)
            tx.touch(collection.id)
            if collection.id in reasons:
                collections.set_ingestible(tx, collection.id, reasons[collection.id])
        changed = changed or bool(remapped)
        after_source = sources.by_id(tx.connection, source.id)
        if changed:
            detail = _update_detail(source, after_source, stored, wanted, rewrites)
            history.record(tx, "Source update", "success", after_source.name, detail=detail)
        touched = [c.id for c, _ in remapped]
        now = [c for c in collections.of_source(tx.connection, source.id) if c.id in touched]
    return Updated(source, after_source, wanted, now, changed)


def _tried(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    stored: Settings,
    given: Mapping[str, Any],
    allow_missing: bool,
) -> tuple[Settings, str]:
    """The settings with the values given and their identity, once the importer offers with them
    what is known."""
    options = plugins.importer(source.type).options
    wanted = settings.merged(options, stored, given)
    importer = plugins.make(source.type, settings.resolved(options, wanted, source.name))
    identity = plugins.identity(importer)
    sources.require_free(catalogue.reading(), source.type, identity, source.name, but=source.id)
    known = collections.of_source(catalogue.reading(), source.id)
    lost = discover.lost_by(known, discover.gather(importer, source.name)) if known else []
    if lost and not allow_missing:
        raise GuaranteeViolated(
            f"Source update failed: {len(lost)} of its collections would lose their counterpart",
            [f"{c.name} (external id {c.external_id}, {c.asset_count} assets)" for c in lost],
            hint="If that is right, add --allow-missing.",
        )
    return wanted, identity


def _remapped(
    known: Sequence[Collection], rewrites: Sequence[Rewrite]
) -> list[tuple[Collection, tuple[PathMapping, ...]]]:
    """The collections that the rewrites change, with their mappings as they shall be."""
    found = []
    fitting: set[Rewrite] = set()
    for collection in known:
        own = []
        for rewrite in rewrites:
            try:
                mappings.mapped(collection.mappings, [rewrite])
            except UsageError:
                continue
            own.append(rewrite)
        fitting.update(own)
        after = mappings.mapped(collection.mappings, own)
        if after != collection.mappings:
            found.append((collection, after))
    for rewrite in rewrites:
        if rewrite not in fitting:
            places = sorted({m.external_path for c in known for m in c.mappings})
            raise UsageError(
                f"--map {rewrite.external} fits no location",
                [f"location: {place or '(any location)'}" for place in places],
            )
    return found


def _reasons_if_offline(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    remapped: Sequence[tuple[Collection, tuple[PathMapping, ...]]],
) -> dict[int, list[str]]:
    """Why each collection cannot be ingested with its new mappings, by id; nothing where asking the
    importer might contact its source, or where it cannot be made."""
    try:
        importer = importer_of(catalogue, plugins, source)
    except RetrovueError:
        return {}
    if not contacts_nothing(importer):
        return {}
    return {c.id: reasons_against(c._replace(mappings=after), importer) for c, after in remapped}


def _require_same_source(tx: Tx, source: Source, stored: Settings) -> None:
    now = sources.by_id(tx.connection, source.id)
    secrets = sources.secrets(tx.connection, source.id)
    if now != source or secrets != dict(stored.secrets):
        raise Changed


def _update_detail(
    before: Source,
    after: Source,
    stored: Settings,
    wanted: Settings,
    rewrites: Sequence[Rewrite],
) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if before.name != after.name:
        detail["renamed_from"] = before.name
    names = {
        key
        for old, new in ((stored.config, wanted.config), (stored.secrets, wanted.secrets))
        for key in old.keys() | new.keys()
        if old.get(key) != new.get(key)
    }
    if names:
        detail["options"] = sorted(names)
    if rewrites:
        detail["mapped"] = [list(rewrite) for rewrite in rewrites]
    return detail
