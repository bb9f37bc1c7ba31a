"""`retrovue asset`."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TextIO

import click

from retrovue.catalogue import assets, collections, sources
from retrovue.cli import json_text, options
from retrovue.cli.app import App
from retrovue.cli.changed import title as asset_title
from retrovue.cli.output import (
    Result,
    column_widths,
    echo_err,
    facts,
    plural,
    table,
    table_line,
)
from retrovue.found import ASSET_KINDS

ROWS = 100  # of a table on a terminal, unless a limit is given
DAY = 86_400  # seconds


@click.group("asset")
def command() -> None:
    """What is in the catalogue: movies, episodes, tracks, with their files."""


@command.command("list")
@click.option("--source", metavar="SOURCE", help="Of this source.")
@click.option("--collection", metavar="COLLECTION", help="Of this collection.")
@click.option("--kind", type=click.Choice(ASSET_KINDS), help="Of this kind.")
@click.option("--search", metavar="TEXT", help="With this in title, series, artist or album.")
@click.option("--missing", is_flag=True, help="Only what the last scan did not see.")
@click.option("--limit", type=click.IntRange(1, 2**63 - 1), help="The first N files.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("table", "json", "jsonl", "csv", "m3u")),
    default="table",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def list_(app: App, *, source: str | None, collection: str | None, kind: str | None,
          search: str | None, missing: bool, limit: int | None, format_: str,
          as_json: bool) -> Result:  # fmt: skip
    """List files with their local paths; an asset without a file shows once."""
    connection = app.catalogue.reader()
    wanted = assets.Filter(
        sources.get(connection, source).id if source is not None else None,
        collections.get(connection, collection).id if collection is not None else None,
        kind,
        search,
        missing,
    )
    if as_json or format_ == "json":
        return Result({"assets": map(_dict, assets.listed(connection, wanted, limit))})
    if format_ == "table":
        return _table(connection, wanted, limit)
    rows = assets.listed(connection, wanted, limit)
    return Result({}, stream=lambda out: _WRITERS[format_](rows, out))


def _dict(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(assets.FIELDS, row, strict=True))


_HEADINGS = ("ID", "KIND", "TITLE", "YEAR", "FILE")


def _table(connection: Any, wanted: assets.Filter, limit: int | None) -> Result:
    """Whole and a row for each file in a pipe or a file; on a terminal the first assets."""

    def rows() -> Iterator[tuple[Any, ...]]:
        return map(_cells, map(_dict, assets.listed(connection, wanted, limit)))

    if limit is None and sys.stdout.isatty():
        return Result({}, stream=lambda out: _first_assets(connection, wanted, rows(), out))
    return Result({}, stream=lambda out: _whole_table(rows, out))


def _whole_table(rows: Callable[[], Iterator[tuple[Any, ...]]], out: TextIO) -> Sequence[str]:
    """A table of any length in flat memory: the rows are read twice, first for the widths."""
    widths = column_widths(_HEADINGS, rows())
    empty = True
    for row in rows():
        if empty:
            out.write(table_line(_HEADINGS, widths) + "\n")
            empty = False
        out.write(table_line(row, widths) + "\n")
    if empty:
        out.write("No assets.\n")
    return ()


def _first_assets(
    connection: Any, wanted: assets.Filter, rows: Iterator[tuple[Any, ...]], out: TextIO
) -> Sequence[str]:
    """The first assets, each with its first file; how many more there are goes to stderr."""
    shown: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        if len(shown) == ROWS and row[0] not in shown:
            break
        shown.setdefault(row[0], row)
    _whole_table(lambda: iter(shown.values()), out)
    total = assets.count(connection, wanted)
    if len(shown) < total:
        out.flush()
        echo_err(f"The first {ROWS} of {total:,} assets; --limit N or --format csv shows more.")
    return ()


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    title = asset_title(row)
    if row["missing_since"]:
        title += " (missing)"
    return row["asset_id"], row["kind"], title, row["year"], row["local_path"]


def _jsonl(rows: Iterable[tuple[Any, ...]], out: TextIO) -> Sequence[str]:
    for row in rows:
        out.write(json_text.text(_dict(row)) + "\n")
    return ()


def _csv(rows: Iterable[tuple[Any, ...]], out: TextIO) -> Sequence[str]:
    plain = csv.writer(out, lineterminator="\n")
    quoted = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow(assets.FIELDS)
    for row in rows:  # of itself the module leaves a carriage return bare
        odd = any(isinstance(value, str) and "\r" in value for value in row)
        (quoted if odd else plain).writerow(map(_no_formula, row))
    return ()


def _no_formula(value: Any) -> Any:
    """A cell that a spreadsheet takes for text: https://owasp.org/www-community/attacks/CSV_Injection"""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _m3u(rows: Iterable[tuple[Any, ...]], out: TextIO) -> Sequence[str]:
    """The extended M3U that players read: https://en.wikipedia.org/wiki/M3U"""
    out.write("#EXTM3U\n")
    broken = 0
    for row in map(_dict, rows):
        path = row["local_path"]
        if path is None or row["missing_since"] is not None:
            continue
        if "\n" in path or "\r" in path:
            broken += 1
            continue
        seconds = -1 if row["duration_ms"] is None else row["duration_ms"] // 1000
        title = " ".join(str(_cells(row)[2]).split())
        out.write(f"#EXTINF:{seconds},{title}\n{path}\n")
    return [f"{plural(broken, 'file')} left out: their paths hold a line break"] if broken else []


_WRITERS = {"jsonl": _jsonl, "csv": _csv, "m3u": _m3u}


@command.command("show")
@click.argument("selector", metavar="ASSET")
@options.json_output
@click.pass_obj
def show(app: App, selector: str) -> Result:
    """Show an asset, by id or external id, with its files."""
    asset = assets.get(app.catalogue.reader(), selector)
    names = [name for name in asset if name not in ("files", "metadata", "guids")]
    pairs = [(name, asset[name]) for name in names if asset[name] is not None]
    pairs += [("guids", ", ".join(asset["guids"]))] if asset["guids"] else []
    pairs += [(f"metadata.{name}", value) for name, value in asset["metadata"].items()]
    rows = [
        (f["id"], f["version"], f["part"], f["size_bytes"], f["container"],
         f["local_path"] or f["relative_path"])
        for f in asset["files"]
    ]  # fmt: skip
    lines = facts(pairs)
    if rows:
        lines += ["", *table(("FILE", "VERSION", "PART", "BYTES", "CONTAINER", "PATH"), rows)]
    return Result(asset, lines)


@command.command("purge")
@click.option("--source", metavar="SOURCE", help="Of this source.")
@click.option("--collection", metavar="COLLECTION", help="Of this collection.")
@click.option(
    "--older-than",
    type=click.IntRange(0, 36_500),
    default=0,
    metavar="DAYS",
    help="Only what has been missing for more than so many days.",
)
@options.force
@options.no_backup
@options.dry_run
@options.json_output
@click.pass_obj
def purge(app: App, *, source: str | None, collection: str | None, older_than: int, force: bool,
          no_backup: bool) -> Result:  # fmt: skip
    """Delete assets that are missing."""
    from retrovue.cli import removals

    connection = app.catalogue.reader()
    wanted = assets.Filter(
        sources.get(connection, source).id if source is not None else None,
        collections.get(connection, collection).id if collection is not None else None,
    )
    # a time is compared with `<`, so without days the second that has begun counts as well
    at = time.gmtime(time.time() - older_than * DAY + (1 if older_than == 0 else 0))
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", at)
    return removals.purge(app, wanted, before, forced=force, no_backup=no_backup)
