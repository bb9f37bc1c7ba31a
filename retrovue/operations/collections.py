"""Updating collections: look at the disk and ask the importer first, then write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import collections, history, mappings, sources
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

    def attempt() -> Updated:
        now = collections.by_id(catalogue.reader(), collection.id)
        if now is None:
            raise gone(collection)
        return _update_collection(catalogue, plugins, now, wanted)

    return retry_on_conflict(attempt, f"Collection update failed: collection '{collection.name}'")


def _update_collection(
    catalogue: Catalogue,
    plugins: Callable[[], Plugins],
    collection: Collection,
    wanted: CollectionUpdate,
) -> Updated:
    source = sources.by_id(catalogue.reader(), collection.source_id)
    sources.require_valid(catalogue.reader(), source)
    require_folders(wanted.rewrites)
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
    with catalogue.write("Collection update") as tx:
        before = require_same(tx, collection)
        mappings.write(tx, before.mappings, after)
        enabled, sync_enabled = _flags(before, wanted)
        collections.set_flags(tx, before, enabled=enabled, sync_enabled=sync_enabled)
        collections.set_ingestible(tx, collection.id, reasons)
        now = collections.by_id(tx.connection, collection.id)
        assert now is not None
        if now != before:
            history.record(
                tx,
                "Collection update",
                "success",
                source.name,
                collection.name,
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
