"""Commands after which something is gone: what goes is shown first, and asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from retrovue.catalogue import collections, history
from retrovue.catalogue.filters import Filter
from retrovue.cli.app import App
from retrovue.cli.confirm import CANCELLED, confirm
from retrovue.cli.output import Result, error_body, plural
from retrovue.commands import Command, Hint, Line
from retrovue.model import Collection, Source
from retrovue.operations import removals


def _report(data: dict[str, Any], lines: Sequence[Line], backup: Path | None) -> Result:
    """What was done, and the command that undoes it."""
    if backup is None:
        return Result(data, lines)
    return Result({**data, "backup": str(backup.absolute())}, [*lines, undo(backup)])


def undo(backup: Path) -> Hint:
    """The command that brings a backup back."""
    return Hint("Undo", Command("db restore", (str(backup.absolute()),)))


def delete_sources(app: App, found: Sequence[Source], *, forced: bool, no_backup: bool) -> Result:
    """Delete sources, each in a transaction of its own."""
    connection = app.catalogue.reader()
    owned = {source.id: collections.of_source(connection, source.id) for source in found}
    question = [f"This deletes {plural(len(found), 'source')} for good:"]
    question += [f"  {source.name}: {_amount(owned[source.id])}" for source in found]
    if not confirm(question, forced=forced):
        return CANCELLED
    done = removals.delete_sources(
        app.catalogue,
        found,
        lambda source: app.notify("source_deleted", source=source),
        no_backup=no_backup,
    )
    lines = [f"{app.did('delete')} source '{s.name}': {_amount(gone)}" for s, gone in done.deleted]
    data: dict[str, Any] = {
        "deleted": [{"id": s.id, **_source_data(s), **_counts(gone)} for s, gone in done.deleted]
    }
    if done.failed:
        data["failed"] = [
            {**_source_data(source), "error": error_body(error, app.shown_path)}
            for source, error in done.failed
        ]
    warnings = [f"Source '{source.name}': {error.message}" for source, error in done.failed]
    result = _report(data, lines, done.backup)
    return result._replace(status="partial" if done.failed else "success", warnings=warnings)


def _source_data(source: Source) -> dict[str, Any]:
    return {"external_id": source.external_id, "name": source.name}


def _counts(owned: Sequence[Collection]) -> dict[str, int]:
    return {"collections": len(owned), "assets": sum(c.asset_count for c in owned)}


def _amount(owned: Sequence[Collection]) -> str:
    counts = _counts(owned)
    return f"{plural(counts['collections'], 'collection')}, {plural(counts['assets'], 'asset')}"


def wipe(app: App, collection: Collection, *, forced: bool, no_backup: bool) -> Result:
    """Delete the assets and files of a collection."""
    name = f"{collection.source_name}/{collection.name}"
    question = [f"This deletes {plural(collection.asset_count, 'asset')} of collection '{name}'."]
    if not confirm(question, forced=forced):
        return CANCELLED
    done = removals.wipe_collection(app.catalogue, collection, no_backup=no_backup)
    app.notify("collection_wiped", collection=done.collection, asset_ids=done.asset_ids)
    data = {
        "collection": {"id": collection.id, "name": collection.name},
        "assets": done.assets,
        "files": done.files,
    }
    amount = f"{plural(done.assets, 'asset')}, {plural(done.files, 'file')}"
    line = f"{app.did('wipe')} collection '{name}': {amount}"
    if not done.assets:
        line = f"Nothing to wipe: collection '{name}' has no assets."
    return _report(data, [line], done.backup)


def delete_collection(app: App, collection: Collection, *, forced: bool, no_backup: bool) -> Result:
    """Delete a collection that its source no longer offers, with all that belongs to it."""
    name = f"{collection.source_name}/{collection.name}"
    removals.require_no_longer_offered(app.catalogue.reader(), collection)
    question = [f"This deletes collection '{name}' for good: {_contents(collection)}."]
    if not confirm(question, forced=forced):
        return CANCELLED
    done = removals.delete_collection(app.catalogue, collection, no_backup=no_backup)
    gone = done.collection
    app.notify("collection_deleted", collection=gone)
    row = {"id": gone.id, "external_id": gone.external_id, "name": gone.name}
    data = {"deleted": [{**row, "assets": gone.asset_count}]}
    line = f"{app.did('delete')} collection '{name}': {_contents(gone)}"
    return _report(data, [line], done.backup)


def _contents(collection: Collection) -> str:
    count, mapped = collection.asset_count, len(collection.mappings)
    return f"{plural(count, 'asset')}, {plural(mapped, 'path mapping')}"


def purge(app: App, wanted: Filter, before: str, *, forced: bool, no_backup: bool) -> Result:
    """Delete assets that have been missing since before a time."""
    if not app.dry_run:
        planned = removals.would_purge(app.catalogue, wanted, before)
        number = plural(sum(planned.values()), "missing asset")
        if not planned:
            data = {"purged": 0, "collections": {}}
            return Result(data, ["Nothing to purge: no asset has been missing for so long."])
        question = [f"This deletes {number} for good:"]
        question += [f"  {name}: {plural(count, 'asset')}" for name, count in planned.items()]
        if not confirm(question, forced=forced):
            return CANCELLED
    done = removals.purge_assets(app.catalogue, wanted, before, no_backup=no_backup)
    for collection, asset_ids in done.asset_ids:
        app.notify("assets_purged", collection=collection, asset_ids=asset_ids)
    counts = removals.counts(done.asset_ids)
    total = sum(counts.values())
    lines = [f"{app.did('purge')} {plural(total, 'missing asset')}"]
    lines += [f"  {name}: {plural(count, 'asset')}" for name, count in counts.items()]
    return _report({"purged": total, "collections": counts}, lines, done.backup)


def prune(app: App, before: str, *, forced: bool, no_backup: bool) -> Result:
    """Delete the lines of history that are older than a time."""
    count = history.older(app.catalogue.reader(), before)
    if not count:
        return Result({"pruned": 0}, ["Nothing to prune: no line is so old."])
    question = [f"This deletes {plural(count, 'line')} of history for good."]
    if not confirm(question, forced=forced or app.dry_run):
        return CANCELLED
    done = removals.prune_history(app.catalogue, before, no_backup=no_backup)
    line = f"{app.did('prune')} {plural(done.lines, 'line')} of history"
    return _report({"pruned": done.lines}, [line], done.backup)
