"""`retrovue history`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import click

from retrovue.catalogue import collections, history, sources
from retrovue.catalogue.history import Entry
from retrovue.catalogue.reconcile.changes import Changes
from retrovue.cli import base, changed, options
from retrovue.cli.app import App
from retrovue.cli.output import Result, facts, plural, table
from retrovue.cli.views import history_summary
from retrovue.commands import Line
from retrovue.errors import RetrovueError
from retrovue.model import CHANGES
from retrovue.selectors import folded

LINES = 50  # of a table, unless a limit is given
DAY = 86_400  # seconds


@click.group("history", cls=base.Group, invoke_without_command=True)
@click.option("--source", metavar="SOURCE", help="Of this source alone.")
@click.option("--collection", metavar="COLLECTION", help="Of this collection alone.")
@click.option("--failed", is_flag=True, help="Failures alone.")
@click.option("--limit", type=click.IntRange(1, 2**63 - 1), help="The newest N  [a table: 50]")
@options.json_output
@click.pass_context
def command(ctx: click.Context, *, source: str | None, collection: str | None, failed: bool,
            limit: int | None) -> Result | None:  # fmt: skip
    """Show what was done, the newest first.

    Runs one after another in which nothing changed are one line.
    """
    if ctx.invoked_subcommand is not None:
        return None
    app = ctx.find_object(App)
    assert app is not None
    connection = app.catalogue.reader()
    source, collection = _named(connection, source, collection)
    entries = history.listed(connection, source, collection, failed=failed, limit=limit)
    every = history.listed(connection, source, collection, failed=failed)
    runs = list(islice(_collapsed(every), limit or LINES))
    lines = _table(runs)
    more = 0
    if runs and limit is None:
        more = history.before(connection, runs[-1].oldest.id, source, collection, failed=failed)
    if more:
        lines.append(f"{more:,} older entries; --limit N shows more.")
    if not runs:
        lines = ["Nothing."] if source or collection or failed else ["Nothing was done yet."]
    return Result({"history": (entry._asdict() for entry in entries)}, lines)


class _Runs(NamedTuple):
    """Lines of the history that are shown as one: the newest and the oldest of them, how often
    each collection is among them, and how many lines there are."""

    newest: Entry
    oldest: Entry
    times: Mapping[str | None, int]

    @property
    def lines(self) -> int:
        return sum(self.times.values())


def _collapsed(entries: Iterable[Entry]) -> Iterator[_Runs]:
    """Entries, newest first, with those of one source in a row that changed nothing as one."""
    runs: _Runs | None = None
    for entry in entries:
        if runs is not None and _continues(runs.newest, entry):
            times = {**runs.times, entry.collection: runs.times.get(entry.collection, 0) + 1}
            runs = _Runs(runs.newest, entry, times)
            continue
        if runs is not None:
            yield runs
        runs = _Runs(entry, entry, {entry.collection: 1})
    if runs is not None:
        yield runs


def _continues(newest: Entry, entry: Entry) -> bool:
    return newest.source == entry.source and _is_unchanged(newest) and _is_unchanged(entry)


def _is_unchanged(entry: Entry) -> bool:
    """Whether it is an ingest in which nothing changed and nothing went wrong."""
    stats = entry.detail.get("stats")
    if not entry.operation.endswith(" ingest") or entry.status != "success":
        return False
    return isinstance(stats, dict) and not any(stats.get(word) for word in CHANGES)


def _table(runs: Sequence[_Runs]) -> list[Line]:
    heads = ("ID", "WHEN", "WHAT", "SOURCE", "COLLECTION", "STATUS", "DETAIL")
    return table(heads, map(_row, runs))


def _row(runs: _Runs) -> tuple[Any, ...]:
    entry = runs.newest
    what, collection, detail = entry.operation, entry.collection, history_summary(entry.detail)
    if runs.lines > 1:
        what = entry.operation.rpartition(" ")[2].capitalize()
        collection = ", ".join(name for name in runs.times if name)
        number = plural(max(runs.times.values()), "ingest")
        detail = f"{number} without a change since {runs.oldest.at}"
    return entry.id, entry.at, what, entry.source, collection, entry.status, detail


def _named(
    connection: Any, source: str | None, collection: str | None
) -> tuple[str | None, str | None]:
    """The names that are meant: what still exists may be named by id or `external_id` as well, and
    a collection by SOURCE/COLLECTION."""
    if collection is not None:
        with contextlib.suppress(RetrovueError):
            found = collections.get(connection, collection)
            qualified = folded(collection) != folded(found.name)
            return source or (found.source_name if qualified else None), found.name
    if source is not None:
        with contextlib.suppress(RetrovueError):
            return sources.get(connection, source).name, collection
    return source, collection


@command.command("show")
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@options.json_output
@click.pass_obj
def show(app: App, number: int) -> Result:
    """Show one line with all of it: each asset that changed, all that was not read."""
    entry = history.get(app.catalogue.reader(), number)
    found = changed.Changed(Changes.from_json(entry.detail.get("changes")))
    said: dict[str, Any] = entry._asdict()
    if "stats" in entry.detail:
        said["changes"] = changed.data(found, app.catalogue.reader)
    lines = facts(
        (
            ("Id", entry.id),
            ("When", entry.at),
            ("What", entry.operation),
            *((("Source", entry.source),) if entry.source else ()),
            *((("Collection", entry.collection),) if entry.collection else ()),
            ("Status", entry.status),
            ("Detail", history_summary(_first(entry.detail))),
        )
    )
    items = [*changed.lines(found, app.catalogue.reader, None), *_left(entry.detail)]
    return Result({"entry": said}, [*lines, "", *items] if items else lines)


def _first(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """The detail without what stands in lines of its own."""
    return {name: value for name, value in detail.items() if name != "changes"}


_SAYS = {"unread": "not read", "skipped": "skipped", "left_out": "left out"}


def _left(detail: Mapping[str, Any]) -> list[str]:
    """Lines on what was not read or not taken, and on why it failed."""
    lines = []
    for word, says in _SAYS.items():
        told = detail.get(word)
        lines += [f"  {says}: {line}" for line in (told if isinstance(told, list) else ())]
        if f"{word}_more" in detail:
            lines.append(f"  ... {detail[f'{word}_more']} more {says}")
    error = detail.get("error")
    reasons = error.get("detail") if isinstance(error, dict) else None
    return [*lines, *(f"  {line}" for line in (reasons if isinstance(reasons, list) else ()))]


@command.command("prune")
@click.option(
    "--older-than",
    type=click.IntRange(0, 36_500),
    required=True,
    metavar="DAYS",
    help="What was done more than so many days ago.",
)
@options.force
@options.no_backup
@options.dry_run
@options.json_output
@click.pass_obj
def prune(app: App, *, older_than: int, force: bool, no_backup: bool) -> Result:
    """Forget what was done long ago."""
    from retrovue.cli import removals

    at = time.gmtime(time.time() - older_than * DAY)
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", at)
    return removals.prune(app, before, forced=force, no_backup=no_backup)
