"""Updating sources: new options are tried first, and what is offered with them is written with
them, so that nothing is ingested from the old place under the new configuration (G-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import collections, history, mappings, offered, sources
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.matching import Match, match
from retrovue.errors import AnotherServer, RetrovueError, UsageError
from retrovue.importers import settings
from retrovue.importers.api import Importer
from retrovue.importers.loader import Plugins
from retrovue.importers.settings import Settings
from retrovue.model import Collection, PathMapping, Source
from retrovue.operations import discover
from retrovue.operations.conflicts import (
    Changed,
    require_folders,
    require_mapped,
    require_same,
    retry_on_conflict,
)
from retrovue.operations.ingestibility import blockers, is_offline
from retrovue.operations.sources import (
    importer_of,
    options_of,
    require_name,
    stored_settings,
)
from retrovue.paths import Rewrite


class SourceUpdate(NamedTuple):
    """What `source update` was asked for: a name, values of options by name (None: not given),
    options to clear, and where its files are. `rebind` takes whatever answers for the source's
    server from now on."""

    name: str | None = None
    values: Mapping[str, Any] = {}
    unset: tuple[str, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    rebind: bool = False
    allow_missing: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The values of options that were given, by name."""
        return {name: value for name, value in self.values.items() if value is not None}

    @property
    def asks_source(self) -> bool:
        """Whether the source has to be asked; a name or mappings alone contact nothing."""
        return bool(self.given or self.unset or self.rebind)


class Updated(NamedTuple):
    """A source before and after an update, its collections before and after, those whose mappings
    it touched, what changed of them, and the options that it lost because its importer no longer
    has them."""

    before: Source
    after: Source
    settings: Settings
    known: list[Collection]
    collections: list[Collection]
    changes: offered.Changes | None
    dropped: list[str]
    changed: bool

    @property
    def remapped(self) -> list[Collection]:
        """The collections whose mappings are others than before."""
        mapped = {c.id: c.mappings for c in self.known}
        return [c for c in self.collections if mapped.get(c.id) != c.mappings]


class _Tried(NamedTuple):
    """The configuration as it shall be, and what the source offers with it; without an `offer` the
    source was not asked."""

    settings: Settings
    identity: str
    dropped: list[str]
    offer: discover.Offer | None = None


_Remapped = list[tuple[Collection, tuple[PathMapping, ...]]]


def update_source(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    wanted: SourceUpdate,
) -> Updated:
    """Change name, options and mappings of a source in one transaction.

    New options are tried first: the importer is asked what it offers with them, which is applied
    as by a discovery. Raises AnotherServer unless it is a rebinding, and, unless missing ones are
    allowed, WouldLoseCollections and AnotherLibrary where a known collection would lose its
    counterpart or become another library.
    """

    def attempt() -> Updated:
        now = sources.by_id(catalogue.reader(), source.id)
        return _update_source(catalogue, plugins, now, wanted)

    return retry_on_conflict(attempt, f"Source update failed: source '{source.name}'")


def _update_source(
    catalogue: Catalogue, plugins: Plugins, source: Source, wanted: SourceUpdate
) -> Updated:
    sources.require_valid(catalogue.reader(), source)
    require_folders(wanted.rewrites)
    stored = stored_settings(catalogue, source)
    tried = _Tried(stored, source.identity, [])
    if wanted.asks_source:
        tried = _tried(catalogue, plugins, source, stored, wanted)
    before = collections.of_source(catalogue.reader(), source.id)
    planned = before
    if tried.offer is not None and wanted.rewrites:
        planned = _planned(catalogue, source, wanted, tried)
    remapped = _remapped(planned, wanted.rewrites)
    if not wanted.allow_missing:
        offered = [(c.mappings, after) for c, after in remapped if c.missing_since is None]
        require_mapped(
            [mapping for known, _ in offered for mapping in known],
            [mapping for _, after in offered for mapping in after],
        )
    reasons = _reasons_if_offline(catalogue, plugins, source, remapped)
    with catalogue.write("Source update") as tx:
        _require_same_source(tx, source, stored)
        changed, changes = _write_source(tx, source, wanted, tried)
        _write_mappings(tx, remapped, reasons)
        after = sources.by_id(tx.connection, source.id)
        changed = changed or bool(changes) or bool(remapped)
        if changed:
            detail = _detail(source, after, stored, wanted, tried, changes)
            history.record(tx, "Source update", "success", after.name, detail=detail)
        now = collections.of_source(tx.connection, source.id)
    return Updated(source, after, tried.settings, before, now, changes, tried.dropped, changed)


def _tried(
    catalogue: Catalogue,
    plugins: Plugins,
    source: Source,
    stored: Settings,
    wanted: SourceUpdate,
) -> _Tried:
    """The settings with the values given, once the importer was asked what it offers with them."""
    options = options_of(plugins, source)
    unknown = settings.unknown(options, stored)
    unset = [_option_name(name, [*(o.name for o in options), *unknown]) for name in wanted.unset]
    for name in unset:
        if name in wanted.given:
            raise UsageError(f"--unset {name} and a value for it contradict each other")
    new = settings.merge(options, stored, wanted.given, unset)
    importer = plugins.make(source.type, settings.resolve(options, new, source.name))
    identity = plugins.identity(importer)
    sources.require_free(catalogue.reader(), source.type, identity, source.name, but=source.id)
    offer = None
    if wanted.rebind or source.remote_identity or _has_collections(catalogue, source):
        offer = _asked(importer, source, wanted)
    return _Tried(new, identity, [name for name in unknown if name not in unset], offer)


def _asked(importer: Importer, source: Source, wanted: SourceUpdate) -> discover.Offer:
    if wanted.rebind:
        return discover.gather(importer, source.name)
    try:
        return discover.gather(importer, source.name, source)
    except AnotherServer as error:
        error.hint = "If that is right, add --rebind."  # to the options that were given
        raise


def _has_collections(catalogue: Catalogue, source: Source) -> bool:
    """Whether anything was discovered; else nothing can be lost, and nothing need be contacted."""
    return bool(collections.of_source(catalogue.reader(), source.id))


def _option_name(given: str, names: Sequence[str]) -> str:
    """The option that `--unset` means: `base_url`, `base-url` or `--base-url`."""
    spellings = (given, given.removeprefix("--").replace("-", "_"))
    name = next((spelling for spelling in spellings if spelling in names), None)
    if name is None:
        raise UsageError(
            f"--unset {given} is not an option of this source",
            [f"option: {name}" for name in names],
        )
    return name


def _planned(
    catalogue: Catalogue, source: Source, wanted: SourceUpdate, tried: _Tried
) -> list[Collection]:
    """The collections as what is offered will make them."""
    with catalogue.rehearse("Source update") as tx:
        _write_source(tx, source, wanted, tried)
        return collections.of_source(tx.connection, source.id)


def _write_source(
    tx: Tx, source: Source, wanted: SourceUpdate, tried: _Tried
) -> tuple[bool, offered.Changes | None]:
    """Write the source's row, and its collections where it was asked what it offers."""
    name = source.name if wanted.name is None else require_name(wanted.name)
    new = tried.settings
    changed = sources.update(tx, source, name, tried.identity, new.config, new.secrets)
    if tried.offer is None:
        return changed, None
    known = collections.of_source(tx.connection, source.id)
    matched = match(known, tried.offer.found, rebind=wanted.rebind)
    if not wanted.allow_missing:
        _require_counterparts(matched)
    changes = offered.apply(tx, source.id, matched)
    if wanted.rebind:
        rebound = sources.rebind(tx, source, tried.offer.remote_identity)
        return changed or rebound, changes
    sources.set_remote_identity(tx, source.id, tried.offer.remote_identity)
    return changed, changes


def _require_counterparts(matched: Match) -> None:
    hint = "If that is right, add --allow-missing."
    if matched.replaced:
        raise discover.another_library("Source update", matched.replaced, hint)
    lost = matched.lost
    if lost:
        raise discover.would_lose(
            f"Source update failed: {len(lost)} of its collections would lose their counterpart",
            matched,
            hint,
        )


def _write_mappings(tx: Tx, remapped: _Remapped, reasons: Mapping[int, list[str]]) -> None:
    for collection, after in remapped:
        require_same(tx, collection)
        mappings.write(tx, collection.mappings, after)
        tx.touch(collection.id)
        if collection.id in reasons:
            collections.set_ingestible(tx, collection.id, reasons[collection.id])


def _remapped(known: Sequence[Collection], rewrites: Sequence[Rewrite]) -> _Remapped:
    """The collections that the rewrites change, with their mappings as they shall be."""
    found = []
    unused = list(rewrites)
    for collection in known:
        after, left = mappings.remap(collection.mappings, rewrites)
        unused = [rewrite for rewrite in unused if rewrite in left]
        if after != collection.mappings:
            found.append((collection, after))
    for rewrite in unused:
        every = [mapping for collection in known for mapping in collection.mappings]
        raise mappings.no_such_location("--map", rewrite.external, every)
    return found


def _reasons_if_offline(
    catalogue: Catalogue, plugins: Plugins, source: Source, remapped: _Remapped
) -> dict[int, list[str]]:
    """Why each collection cannot be ingested with its new mappings, by id; nothing where asking the
    importer might contact its source, or where it cannot be made."""
    try:
        importer = importer_of(catalogue, plugins, source)
    except RetrovueError:
        return {}
    if not is_offline(importer):
        return {}
    return {c.id: blockers(c._replace(mappings=after), importer) for c, after in remapped}


def _require_same_source(tx: Tx, source: Source, stored: Settings) -> None:
    now = sources.by_id(tx.connection, source.id)
    secrets = sources.secrets(tx.connection, source.id)
    if now != source or secrets != dict(stored.secrets):
        raise Changed


def _detail(
    before: Source,
    after: Source,
    stored: Settings,
    wanted: SourceUpdate,
    tried: _Tried,
    changes: offered.Changes | None,
) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if before.name != after.name:
        detail["renamed_from"] = before.name
    new = tried.settings
    names = {
        key
        for old, now in ((stored.config, new.config), (stored.secrets, new.secrets))
        for key in old.keys() | now.keys()
        if old.get(key) != now.get(key)
    }
    if names:
        detail["options"] = sorted(names)
    if wanted.rewrites:
        detail["mapped"] = [list(rewrite) for rewrite in wanted.rewrites]
    if wanted.rebind:
        detail["rebound"] = True
    return {**detail, **(discover.detail_of(changes) if changes else {})}
