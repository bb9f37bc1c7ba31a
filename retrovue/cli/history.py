"""`retrovue history`."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from retrovue.catalogue import collections, history, sources
from retrovue.cli import App
from retrovue.cli.options import json_output
from retrovue.cli.output import Result, table
from retrovue.cli.words import history_summary
from retrovue.errors import RetrovueError


@click.command("history")
@click.option("--source", metavar="NAME", help="Of this source alone.")
@click.option("--collection", metavar="NAME", help="Of this collection alone.")
@click.option("--failed", is_flag=True, help="Failures alone.")
@click.option("--limit", type=click.IntRange(1, 2**63 - 1), help="The newest N  [a table: 50]")
@json_output
@click.pass_obj
def command(
    app: App, source: str | None, collection: str | None, failed: bool, limit: int | None
) -> Result:
    """Show what was done, the newest first."""
    connection = app.catalogue.reading()
    source, collection = _named(connection, source, collection)
    entries = history.listed(connection, source, collection, failed, limit)
    shown = entries if limit is not None else entries[:50]
    rows = [
        (e.at, e.operation, e.source, e.collection, e.status, history_summary(e.detail))
        for e in shown
    ]
    lines = table(("WHEN", "WHAT", "SOURCE", "COLLECTION", "STATUS", "DETAIL"), rows)
    if len(shown) < len(entries):
        lines.append(f"{len(entries) - len(shown):,} older entries; --limit N shows more.")
    if not entries:
        lines = ["Nothing was done yet."] if not (source or collection or failed) else ["Nothing."]
    return Result({"history": [entry._asdict() for entry in entries]}, lines)


def _named(connection: Any, source: str | None, collection: str | None) -> tuple[str | None, ...]:
    """The names that are meant: what still exists may be named by id or `external_id` as well, and
    a collection by SOURCE/COLLECTION."""
    if collection is not None:
        with contextlib.suppress(RetrovueError):
            found = collections.get(connection, collection)
            qualified = collection.casefold() != found.name.casefold()
            return source or (found.source_name if qualified else None), found.name
    if source is not None:
        with contextlib.suppress(RetrovueError):
            return sources.get(connection, source).name, collection
    return source, collection
