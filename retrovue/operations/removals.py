"""Delete, wipe, purge and prune: each in one transaction, after a backup that undoes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from retrovue.catalogue import assets, collections, history, sources
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.filters import Filter
from retrovue.commands import Command, Hint
from retrovue.errors import NotFound, RetrovueError, UsageError
from retrovue.model import Collection, Operation, Source
from retrovue.operations.way_back import after_backup


class SourcesDeleted(NamedTuple):
    """The sources that went, each with its collections; those that did not, and why; and where the
    backup lies, None where none was kept."""

    deleted: list[tuple[Source, Sequence[Collection]]]
    failed: list[tuple[Source, RetrovueError]]
    backup: Path | None


class Wiped(NamedTuple):
    """The collection as it is now, how many assets and files went, the ids of these assets, and
    where the backup lies."""

    collection: Collection
    assets: int
    files: int
    asset_ids: Sequence[int]
    backup: Path | None


class CollectionDeleted(NamedTuple):
    """The collection as it was, and where the backup lies."""

    collection: Collection
    backup: Path | None


class Purged(NamedTuple):
    """The ids of the assets that went, by their collection as it is now, and where the backup
    lies."""

    asset_ids: list[tuple[Collection, Sequence[int]]]
    backup: Path | None


class Pruned(NamedTuple):
    """How many lines of history went, and where the backup lies."""

    lines: int
    backup: Path | None


def delete_sources(
    catalogue: Catalogue,
    found: Sequence[Source],
    deleted: Callable[[Source], None],
    *,
    no_backup: bool,
) -> SourcesDeleted:
    """Delete sources with all that belongs to them, each in a transaction of its own; `deleted` is
    called after each. Raises what the first one failed by where not one could be deleted."""
    done, failed = [], []
    with after_backup(catalogue, "Source delete", no_backup=no_backup) as way:
        for source in found:
            try:
                done.append((source, _delete_source(catalogue, source)))
            except RetrovueError as error:
                failed.append((source, error))
                continue
            deleted(source)
    if failed and not done:
        raise failed[0][1]
    return SourcesDeleted(done, failed, way.path)


def _delete_source(catalogue: Catalogue, source: Source) -> Sequence[Collection]:
    with catalogue.write("Source delete") as tx:
        try:
            current = sources.by_id(tx.connection, source.id)
        except NotFound:
            raise NotFound(
                f"Source '{source.name}' not found", ["It was deleted meanwhile."]
            ) from None
        gone = collections.of_source(tx.connection, current.id)
        sources.delete(tx, current)
        detail = {"collections": len(gone), "assets": sum(c.asset_count for c in gone)}
        history.record(tx, "Source delete", "success", current.name, detail=detail)
    return gone


def wipe_collection(catalogue: Catalogue, collection: Collection, *, no_backup: bool) -> Wiped:
    """Delete the assets and files of a collection; its flags and mappings stay."""
    operation: Operation = "Collection wipe"
    with (
        after_backup(catalogue, operation, no_backup=no_backup) as way,
        catalogue.write(operation) as tx,
    ):
        current = _still_there(tx.connection, operation, collection)
        ids = collections.asset_ids(tx.connection, current.id)
        gone, files = collections.wipe(tx, current.id)
        detail = {"assets": gone, "files": files}
        way.changed = bool(gone)
        history.record(tx, operation, "success", current.source_name, current.name, detail)
        after = _still_there(tx.connection, operation, current)
    return Wiped(after, gone, files, ids, way.path)


def delete_collection(
    catalogue: Catalogue, collection: Collection, *, no_backup: bool
) -> CollectionDeleted:
    """Delete a collection with all that belongs to it. Raises UsageError where its source still
    offers it."""
    operation: Operation = "Collection delete"
    with (
        after_backup(catalogue, operation, no_backup=no_backup) as way,
        catalogue.write(operation) as tx,
    ):
        current = _still_there(tx.connection, operation, collection)
        require_no_longer_offered(tx.connection, current)
        collections.delete(tx, current.id)
        detail = {"external_id": current.external_id, "assets": current.asset_count}
        history.record(tx, operation, "success", current.source_name, current.name, detail)
    return CollectionDeleted(current, way.path)


def _still_there(
    connection: sqlite3.Connection, operation: Operation, collection: Collection
) -> Collection:
    current = collections.by_id(connection, collection.id)
    if current is None:
        name = f"{collection.source_name}/{collection.name}"
        raise RetrovueError(f"{operation} failed: '{name}' was deleted meanwhile")
    return current


def require_no_longer_offered(connection: sqlite3.Connection, collection: Collection) -> None:
    """Raise UsageError where the next discovery would bring the collection back."""
    if collection.missing_since is None:
        name = f"{collection.source_name}/{collection.name}"
        selector = collections.selector(connection, collection)
        raise UsageError(
            f"Collection delete failed: the source still offers '{name}'",
            ["The next discovery would bring it back. What it holds can be wiped instead."],
            hint=Hint(
                "To leave it out of ingest",
                Command("collection update", (selector,), ("--disable",)),
            ),
        )


def would_purge(catalogue: Catalogue, wanted: Filter, before: str) -> dict[str, int]:
    """How many assets `purge_assets` would delete, by the `source/name` of their collection."""
    with catalogue.rehearse("Asset purge") as tx:
        return counts(_purge(tx, wanted, before))


def counts(purged: Sequence[tuple[Collection, Sequence[int]]]) -> dict[str, int]:
    """How many assets each collection had among these, by its `source/name`."""
    return {f"{c.source_name}/{c.name}": len(asset_ids) for c, asset_ids in purged}


def _purge(tx: Tx, wanted: Filter, before: str) -> list[tuple[Collection, Sequence[int]]]:
    gone = assets.purge(tx, wanted, before).items()
    found = ((collections.by_id(tx.connection, id_), ids) for id_, ids in gone)
    return [(collection, ids) for collection, ids in found if collection is not None]


def purge_assets(catalogue: Catalogue, wanted: Filter, before: str, *, no_backup: bool) -> Purged:
    """Delete assets that have been missing since before a time (ISO-8601, UTC)."""
    operation: Operation = "Asset purge"
    with (
        after_backup(catalogue, operation, no_backup=no_backup) as way,
        catalogue.write(operation) as tx,
    ):
        purged = _purge(tx, wanted, before)
        if purged:
            detail = {"before": before, **counts(purged)}
            history.record(tx, operation, "success", detail=detail)
    return Purged(purged, way.path)


def prune_history(catalogue: Catalogue, before: str, *, no_backup: bool) -> Pruned:
    """Delete the lines of history that are older than a time (ISO-8601, UTC)."""
    operation: Operation = "History prune"
    with (
        after_backup(catalogue, operation, no_backup=no_backup) as way,
        catalogue.write(operation) as tx,
    ):
        pruned = history.prune(tx, before)
        history.record(tx, operation, "success", detail={"before": before, "lines": pruned})
    return Pruned(pruned, way.path)
