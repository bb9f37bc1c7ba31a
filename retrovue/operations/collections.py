"""Updating collections: look at the disk and ask the importer first, then write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import collections, history, mappings, sources
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.core import Catalogue
from retrovue.commands import Command, Hint
from retrovue.errors import (
    ImporterError,
    NotIngestible,
    RetrovueError,
    UsageError,
)
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, PathMapping, Source
from retrovue.operations import next_steps, remote
from retrovue.operations.conflicts import (
    gone,
    require_folders,
    require_mapped,
    require_same,
    retry_on_conflict,
)
from retrovue.operations.ingestibility import blockers, is_offline
from retrovue.operations.sources import importer_of
from retrovue.paths import ANY, Rewrite
from retrovue.redact import scrub


class Updated(NamedTuple):
    """A collection before and after an update."""

    before: Collection
    after: Collection

    @property
    def changed(self) -> bool:
        """Whether anything of it is another value now."""
        return self.before != self.after


class CollectionUpdate(NamedTuple):
    """What `collection update` was asked for; None leaves a flag as it is."""

    enabled: bool | None = None
    sync_enabled: bool | None = None
    rewrites: tuple[Rewrite, ...] = ()
    map_same: bool = False
    unmap: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    allow_missing: bool = False


class _Planned(NamedTuple):
    """A collection with its mappings as they shall be, and why it cannot be ingested then."""

    collection: Collection
    after: tuple[PathMapping, ...]
    reasons: list[str]


def update_collection(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    collection: Collection,
    wanted: CollectionUpdate,
) -> Updated:
    """Change flags and mappings of a collection in one transaction, in which its ingestibility is
    worked out afresh.

    Raises UsageError for a mapping that fits nothing, InvalidState, and NotIngestible when it is
    to be sync-enabled but cannot be ingested; then nothing changes.
    """
    return update_collections(catalogue, plugins, [collection], wanted)[0]


def update_collections(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    chosen: Sequence[Collection],
    wanted: CollectionUpdate,
) -> list[Updated]:
    """The same of several in one transaction: all of them change, or none does. A rewrite has to
    fit a location of one of them. An error that concerns one of several names it."""

    def attempt() -> list[Updated]:
        planned = [
            _planned(catalogue, plugins, collection, own, several=len(chosen) > 1)
            for collection, own in _each(catalogue, chosen, wanted)
        ]
        with catalogue.write("Collection update") as tx:
            return [_write(tx, each, wanted) for each in planned]

    names = ", ".join(f"'{collection.name}'" for collection in chosen)
    noun = "collection" if len(chosen) == 1 else "collections"
    return retry_on_conflict(attempt, f"Collection update failed: {noun} {names}")


def _each(
    catalogue: Catalogue, chosen: Sequence[Collection], wanted: CollectionUpdate
) -> list[tuple[Collection, CollectionUpdate]]:
    """Each collection as it is now, with what of the update is for it."""
    require_folders(wanted.rewrites)
    found = []
    unused = list(wanted.rewrites)
    for collection in chosen:
        now = collections.by_id(catalogue.reader(), collection.id)
        if now is None:
            raise gone(collection)
        _, left = mappings.remap(now.mappings, wanted.rewrites)
        unused = [rewrite for rewrite in unused if rewrite in left]
        fitting = tuple(rewrite for rewrite in wanted.rewrites if rewrite not in left)
        found.append((now, wanted._replace(rewrites=fitting)))
    for rewrite in unused:
        every = [mapping for collection, _ in found for mapping in collection.mappings]
        raise mappings.no_such_location("--map", rewrite.external, every)
    return found


def _planned(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    collection: Collection,
    wanted: CollectionUpdate,
    *,
    several: bool,
) -> _Planned:
    try:
        return _looked_at(catalogue, plugins, collection, wanted)
    except UsageError as error:
        if several:
            name = collections.selector(catalogue.reader(), collection)
            error.detail = [f"collection: {name}", *error.detail]
        raise


def _looked_at(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    collection: Collection,
    wanted: CollectionUpdate,
) -> _Planned:
    source = sources.by_id(catalogue.reader(), collection.source_id)
    sources.require_valid(catalogue.reader(), source)
    same = _same_here(collection, wanted)
    after = mappings.plan(
        collection.mappings, wanted.rewrites, same, wanted.unmap, wanted.exclude, wanted.include
    )
    if not wanted.allow_missing:
        name = collections.selector(catalogue.reader(), collection)
        look = Command("collection map-check", (name,), ("--under", "DIR"))
        require_mapped(collection.mappings, after, look)
    reasons = _reasons(catalogue, plugins, source, collection._replace(mappings=after))
    if wanted.sync_enabled and reasons:
        raise NotIngestible(
            f"Collection '{collection.name}' is not ingestible",
            reasons,
            hint=_way_to_map(catalogue, collection, after),
        )
    return _Planned(collection, after, reasons)


def _write(tx: Tx, planned: _Planned, wanted: CollectionUpdate) -> Updated:
    before = require_same(tx, planned.collection)
    mappings.write(tx, before.mappings, planned.after)
    enabled, sync_enabled = _flags(before, wanted)
    collections.set_flags(tx, before, enabled=enabled, sync_enabled=sync_enabled)
    collections.set_ingestible(tx, before.id, planned.reasons)
    now = collections.by_id(tx.connection, before.id)
    assert now is not None
    if now != before:
        history.record(
            tx,
            "Collection update",
            "success",
            before.source_name,
            before.name,
            _collection_detail(before, now),
        )
    return Updated(before, now)


def _way_to_map(catalogue: Catalogue, collection: Collection, after: Sequence[PathMapping]) -> Hint:
    """What helps where a collection cannot be ingested as its mappings would be."""
    if any(next_steps.is_unmapped(mapping) for mapping in after):
        return Hint("Map its locations", next_steps.enable(catalogue.reader(), collection))
    name = collections.selector(catalogue.reader(), collection)
    return Hint("See what is not there", Command("collection map-check", (name,)))


def _flags(before: Collection, wanted: CollectionUpdate) -> tuple[bool, bool]:
    """Enabled and sync-enabled as they shall be; what nobody asked for stays."""
    sync = before.sync_enabled if wanted.sync_enabled is None else wanted.sync_enabled
    enabled = before.enabled if wanted.enabled is None else wanted.enabled
    enabled = enabled or bool(wanted.sync_enabled)
    return enabled, sync and enabled


def _same_here(collection: Collection, wanted: CollectionUpdate) -> list[str]:
    if not wanted.map_same:
        return []
    active = [mapping for mapping in collection.mappings if mapping.active]
    here = [mapping.external_path for mapping in active if next_steps.is_here(mapping)]
    if not here:
        raise UsageError(
            "--map-same: no location of the collection exists on this machine",
            [f"location: {mapping.external_path or ANY}" for mapping in active],
            hint="Say where they are, each with --map EXTERNAL LOCAL.",
        )
    return here


def _reasons(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    source: Source,
    collection: Collection,
) -> list[str]:
    found = blockers(collection, None)
    if found:
        return found
    try:
        importer = importer_of(catalogue, plugins(), source)
        if not is_offline(importer):
            remote.require_same(source, importer)
    except RetrovueError as error:
        return [error.message]
    except ImporterError as error:
        return [scrub(str(error)) or "its source cannot be asked"]
    return blockers(collection, importer)


def _collection_detail(before: Collection, after: Collection) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    for name in ("enabled", "sync_enabled", "ingestible"):
        if getattr(before, name) != getattr(after, name):
            detail[name] = getattr(after, name)
    if before.mappings != after.mappings:
        detail["mappings"] = {
            m.external_path: "excluded" if m.excluded else m.local_path for m in after.mappings
        }
    return detail
