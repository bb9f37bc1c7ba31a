"""Commands after which something is gone: what goes is shown first, and asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrovue.catalogue import assets, collections, history
from retrovue.catalogue import sources as source_rows
from retrovue.cli import options
from retrovue.cli.app import App
from retrovue.cli.output import Result, error_body, plural
from retrovue.commands import Command, Hint, Line
from retrovue.errors import NotFound, RetrovueError, UsageError
from retrovue.model import Collection, Source

if TYPE_CHECKING:
    from retrovue.catalogue.backups.automatic import WayBack

CANCELLED = Result({"cancelled": True}, ["Operation cancelled."])


@contextmanager
def way_back(app: App, operation: str, no_backup: bool, dry_run: bool) -> Iterator[WayBack]:
    """What cannot be undone, after a backup; afterwards `path` is where that lies, None where
    nothing was changed."""
    from retrovue.catalogue.backups import automatic

    with automatic.way_back(Path(app.path), operation, app.catalogue.kept) as way:
        if not (no_backup or dry_run):
            try:
                way.make()
            except RetrovueError as error:
                error.hint = "Nothing was changed. --no-backup goes on without a backup."
                raise
        yield way


def report(
    data: dict[str, Any], lines: Sequence[Line], saved: Path | None, dry_run: bool
) -> Result:
    """What was done, and the command that undoes it."""
    if saved is not None:
        saved = saved.absolute()
        data["backup"] = str(saved)
        lines = [*lines, undo(saved)]
    if dry_run:
        data["dry_run"] = True
    return Result(data, lines)


def undo(saved: Path) -> Hint:
    """The command that brings a backup back."""
    return Hint("Undo", Command("db restore", (str(saved.absolute()),)))


def sources(
    app: App, found: Sequence[Source], forced: bool, no_backup: bool, dry_run: bool
) -> Result:
    """Delete sources, each in a transaction of its own."""
    connection = app.catalogue.reading()
    owned = {source.id: collections.of_source(connection, source.id) for source in found}
    question = [f"This deletes {plural(len(found), 'source')} for good:"]
    question += [f"  {source.name}: {_amount(owned[source.id])}" for source in found]
    if not options.confirm(question, forced):
        return CANCELLED
    lines, deleted, failed = [], [], []
    with way_back(app, "Source delete", no_backup, dry_run) as way:
        for source in found:
            try:
                gone = _delete(app, source, dry_run)
            except RetrovueError as error:
                failed.append((source, error))
                continue
            would = "Would delete" if dry_run else "Deleted"
            lines.append(f"{would} source '{source.name}': {_amount(gone)}")
            row = {"id": source.id, "external_id": source.external_id, "name": source.name}
            deleted.append({**row, **_counts(gone)})
    if failed and not deleted:
        raise failed[0][1]
    data: dict[str, Any] = {"deleted": deleted}
    if failed:
        data["failed"] = [
            {
                "external_id": source.external_id,
                "name": source.name,
                "error": error_body(error, app.shown_path),
            }
            for source, error in failed
        ]
    warnings = [f"Source '{source.name}': {error.message}" for source, error in failed]
    result = report(data, lines, way.path, dry_run)
    return result._replace(status="partial" if failed else "success", warnings=warnings)


def _delete(app: App, source: Source, dry_run: bool) -> Sequence[Collection]:
    with app.catalogue.write("Source delete", dry_run) as tx:
        try:
            current = source_rows.by_id(tx.connection, source.id)
        except NotFound:
            raise NotFound(
                f"Source '{source.name}' not found", ["It was deleted meanwhile."]
            ) from None
        gone = collections.of_source(tx.connection, current.id)
        source_rows.delete(tx, current)
        history.record(tx, "Source delete", "success", current.name, detail=_counts(gone))
    if not dry_run:
        app.notify("source_deleted", source=source)
    return gone


def _counts(owned: Sequence[Collection]) -> dict[str, int]:
    return {"collections": len(owned), "assets": sum(c.asset_count for c in owned)}


def _amount(owned: Sequence[Collection]) -> str:
    counts = _counts(owned)
    return f"{plural(counts['collections'], 'collection')}, {plural(counts['assets'], 'asset')}"


def wipe(app: App, collection: Collection, forced: bool, no_backup: bool, dry_run: bool) -> Result:
    """Delete the assets and files of a collection."""
    name = f"{collection.source_name}/{collection.name}"
    question = [f"This deletes {plural(collection.asset_count, 'asset')} of collection '{name}'."]
    if not options.confirm(question, forced):
        return CANCELLED
    with (
        way_back(app, "Collection wipe", no_backup, dry_run) as way,
        app.catalogue.write("Collection wipe", dry_run) as tx,
    ):
        if collections.by_id(tx.connection, collection.id) is None:
            raise RetrovueError(f"Collection wipe failed: '{name}' was deleted meanwhile")
        gone, files = collections.wipe(tx, collection.id)
        detail = {"assets": gone, "files": files}
        way.changed = bool(gone)
        history.record(
            tx, "Collection wipe", "success", collection.source_name, collection.name, detail
        )
    would = "Would wipe" if dry_run else "Wiped"
    data = {"collection": {"id": collection.id, "name": collection.name}, **detail}
    amount = f"{plural(gone, 'asset')}, {plural(files, 'file')}"
    line = f"{would} collection '{name}': {amount}"
    if not gone:
        line = f"Nothing to wipe: collection '{name}' has no assets."
    return report(data, [line], way.path, dry_run)


def delete_collection(
    app: App, collection: Collection, forced: bool, no_backup: bool, dry_run: bool
) -> Result:
    """Delete a collection that its source no longer offers, with all that belongs to it."""
    operation = "Collection delete"
    name = f"{collection.source_name}/{collection.name}"
    _require_no_longer_offered(app.catalogue.reading(), collection)
    question = [f"This deletes collection '{name}' for good: {_contents(collection)}."]
    if not options.confirm(question, forced):
        return CANCELLED
    with (
        way_back(app, operation, no_backup, dry_run) as way,
        app.catalogue.write(operation, dry_run) as tx,
    ):
        current = collections.by_id(tx.connection, collection.id)
        if current is None:
            raise RetrovueError(f"{operation} failed: '{name}' was deleted meanwhile")
        _require_no_longer_offered(tx.connection, current)
        collections.delete(tx, current.id)
        detail = {"external_id": current.external_id, "assets": current.asset_count}
        history.record(tx, operation, "success", current.source_name, current.name, detail)
    would = "Would delete" if dry_run else "Deleted"
    row = {"id": current.id, "external_id": current.external_id, "name": current.name}
    data = {"deleted": [{**row, "assets": current.asset_count}]}
    line = f"{would} collection '{name}': {_contents(current)}"
    return report(data, [line], way.path, dry_run)


def _contents(collection: Collection) -> str:
    assets_, mapped = collection.asset_count, len(collection.mappings)
    return f"{plural(assets_, 'asset')}, {plural(mapped, 'path mapping')}"


def _require_no_longer_offered(connection: sqlite3.Connection, collection: Collection) -> None:
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


def purge(
    app: App,
    wanted: assets.Filter,
    before: str,
    forced: bool,
    no_backup: bool,
    dry_run: bool,
) -> Result:
    """Delete assets that have been missing since before a time."""
    if not dry_run:
        planned = _planned_purge(app, wanted, before)
        number = plural(sum(planned.values()), "missing asset")
        if not planned:
            data = {"purged": 0, "collections": {}}
            return Result(data, ["Nothing to purge: no asset has been missing for so long."])
        question = [f"This deletes {number} for good:"]
        question += [f"  {name}: {plural(count, 'asset')}" for name, count in planned.items()]
        if not options.confirm(question, forced):
            return CANCELLED
    with (
        way_back(app, "Asset purge", no_backup, dry_run) as way,
        app.catalogue.write("Asset purge", dry_run) as tx,
    ):
        purged = assets.purge(tx, wanted, before)
        if purged:
            history.record(tx, "Asset purge", "success", detail={"before": before, **purged})
    total = sum(purged.values())
    would = "Would purge" if dry_run else "Purged"
    lines = [f"{would} {plural(total, 'missing asset')}"]
    lines += [f"  {name}: {plural(count, 'asset')}" for name, count in purged.items()]
    return report({"purged": total, "collections": purged}, lines, way.path, dry_run)


def _planned_purge(app: App, wanted: assets.Filter, before: str) -> dict[str, int]:
    with app.catalogue.write("Asset purge", dry_run=True) as tx:
        return assets.purge(tx, wanted, before)


def prune(app: App, before: str, forced: bool, no_backup: bool, dry_run: bool) -> Result:
    """Delete the lines of history that are older than a time."""
    count = history.older(app.catalogue.reading(), before)
    if not count:
        return report({"pruned": 0}, ["Nothing to prune: no line is so old."], None, dry_run)
    question = [f"This deletes {plural(count, 'line')} of history for good."]
    if not options.confirm(question, forced or dry_run):
        return CANCELLED
    with (
        way_back(app, "History prune", no_backup, dry_run) as way,
        app.catalogue.write("History prune", dry_run) as tx,
    ):
        pruned = history.prune(tx, before)
        history.record(tx, "History prune", "success", detail={"before": before, "lines": pruned})
    would = "Would prune" if dry_run else "Pruned"
    lines = [f"{would} {plural(pruned, 'line')} of history"]
    return report({"pruned": pruned}, lines, way.path, dry_run)
