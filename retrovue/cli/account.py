"""`retrovue account` and `retrovue why`: what became of every file, or of one."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from retrovue import names, paths
from retrovue.catalogue import collections, sources
from retrovue.cli import base, options
from retrovue.cli.app import App
from retrovue.cli.output import Result, facts, plural, table
from retrovue.commands import Command, Hint, Line
from retrovue.errors import NotFound
from retrovue.model import Collection, Source
from retrovue.operations import account
from retrovue.operations.account import Entry

_MOST = 20  # entries that are shown of each verdict but for assets


@click.command("account", cls=base.Command)
@click.argument("selector", metavar="COLLECTION|SOURCE")
@options.json_output
@click.pass_obj
def command(app: App, selector: str) -> Result:
    """Say what became of every file below the locations of a collection or source.

    The verdicts are asset, extra, sidecar, ignored, unreadable, not_wanted, skipped and excluded.
    It costs a scan and a walk of the disk, and writes nothing.
    """
    entries = list(_of(app, *_chosen(app, selector)))
    counts = Counter(entry.verdict for entry in entries)
    data = {
        "total": len(entries),
        "verdicts": dict(counts.most_common()),
        "entries": [entry._asdict() for entry in entries],
    }
    lines: list[Line] = [
        f"{plural(len(entries), 'entry')}",
        "",
        *table(("VERDICT", "ENTRIES"), [(word, f"{n:,}") for word, n in counts.most_common()]),
    ]
    for word in counts:
        shown = [entry for entry in entries if entry.verdict == word and word != "asset"]
        if shown:
            lines += ["", f"{word}:"]
        lines += [f"  {entry.path}: {entry.rule}" for entry in shown[:_MOST]]
        if len(shown) > _MOST:
            lines.append(f"  and {plural(len(shown) - _MOST, 'more entry')}; --json has all")
    return Result(data, lines)


def _chosen(app: App, selector: str) -> tuple[Source, list[Collection]]:
    connection = app.catalogue.reader()
    try:
        source = sources.get(connection, selector)
    except NotFound:
        collection = collections.get(connection, selector)
        return sources.by_id(connection, collection.source_id), [collection]
    return source, collections.still_offered(connection, source.id)


def _of(app: App, source: Source, chosen: list[Collection]) -> Iterator[Entry]:
    for collection in chosen:
        yield from account.of_collection(app.catalogue, app.plugins, source, collection)


@click.command("why", cls=base.Command)
@click.argument("path")
@options.json_output
@click.pass_obj
def why(app: App, path: str) -> Result:
    """Say what became of one file, by its path here or as the source spells it.

    Which rule left it out, or which asset it is and what its name was read as. Writes nothing.
    """
    connection = app.catalogue.reader()
    for collection in collections.all_of(connection):
        local = _local(collection, path)
        if local is None or collection.missing_since is not None:
            continue
        source = sources.by_id(connection, collection.source_id)
        for entry in account.of_collection(app.catalogue, app.plugins, source, collection):
            if entry.path == local:
                return _told(connection, source, collection, entry)
    here = os.path.abspath(path)
    return Result({"path": here, "verdict": "in_no_source"}, [f"{here} is in no source."])


def _local(collection: Collection, path: str) -> str | None:
    """Where a path is here, if it lies in a location of the collection; links are followed."""
    for mapping in collection.mappings:
        if mapping.local_path is None or not mapping.active:
            continue
        below = paths.below(path, mapping.external_path) if mapping.external_path else None
        if below is None:
            real = os.path.realpath(mapping.local_path)
            here = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
            below = paths.below(os.path.abspath(path), mapping.local_path)
            below = paths.below(here, real) if below is None else below
        if below:
            return paths.join(mapping.local_path, below)
    return None


def _told(
    connection: sqlite3.Connection, source: Source, collection: Collection, entry: Entry
) -> Result:
    data: dict[str, Any] = {**entry._asdict(), "source": source.name, "collection": collection.name,
                            "last_ingested_at": collection.last_ingested_at}  # fmt: skip
    lines: list[Line] = [
        f"{entry.path}: {entry.verdict} ({entry.rule})",
        "",
        *facts((("source", source.name), ("collection", collection.name),
                ("last ingested", collection.last_ingested_at))),
    ]  # fmt: skip
    if source.type == "filesystem" and entry.verdict in ("asset", "extra"):
        read = _read(collection, entry.path)
        data["read"] = read
        lines += ["", "Its path was read as:", *(f"  {line}" for line in facts(read.items()))]
    if entry.asset_id is not None:
        from retrovue.catalogue.works import overlay

        data["origins"] = origins = overlay.origins(connection, entry.asset_id)
        where = [(name, each["origin"]) for name, each in origins.items()]
        lines += ["", "Where its fields come from:", *(f"  {line}" for line in facts(where))]
        lines += ["", Hint("See it", Command("asset show", (str(entry.asset_id),)))]
    return Result(data, lines)


def _read(collection: Collection, path: str) -> dict[str, Any]:
    """What the parts of the path say, as the reader of names has it."""
    for mapping in collection.mappings:
        root = mapping.local_path or ""
        relative = paths.below(path, root) if root else None
        if relative:
            top = root.rstrip("/").rpartition("/")[2]
            reading = names.read_path(f"{top}/{relative}", collection.kind)
            return {n: v for n, v in reading._asdict().items() if v not in (None, "", ())}
    return {}
