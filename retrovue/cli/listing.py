"""`asset list` in each of its formats, row by row."""

from __future__ import annotations

import csv
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TextIO

from retrovue import human
from retrovue.catalogue import listing
from retrovue.catalogue.filters import Filter
from retrovue.catalogue.listing import FIELDS, USUAL, Order
from retrovue.catalogue.texts import read_texts
from retrovue.cli import json_text
from retrovue.cli.changed import title as plain_title
from retrovue.cli.output import (
    Result,
    cell,
    echo_err,
    is_terminal,
    padded,
    plural,
    table,
    text_width,
    write_lines,
)

ROWS = 100  # of a table on a terminal, unless a limit is given
_HEADINGS = ("ID", "KIND", "TITLE", "YEAR", "VERSION", "SIZE", "FILE")
_IN_MEMORY = 4_000_000  # characters of a table
_BETWEEN = "\x1f"  # no cell holds one
_NO_PLAYLIST = ("photo", "extra")


class Asked(NamedTuple):
    """What is listed, and how: `fields` are the columns, None for the usual ones; paths are made
    relative to a folder, and end with NUL where they are `nul_ended`."""

    wanted: Filter
    format: str = "table"
    limit: int | None = None
    order: Order = USUAL
    best: bool = False
    fields: tuple[str, ...] | None = None
    relative_to: str | None = None
    nul_ended: bool = False


Row = dict[str, Any]
Cells = Callable[[Row], Sequence[Any]]


def listed(connection: sqlite3.Connection, asked: Asked) -> Result:
    """The result of `asset list`. Where nothing fits, near misses go to stderr."""
    if asked.format == "m3u" and asked.wanted.kind is None:
        asked = asked._replace(wanted=asked.wanted._replace(but=_NO_PLAYLIST))
    rows = _Rows(connection, asked)
    if asked.format == "json":
        return Result({"assets": rows.picked()})
    if asked.format == "table":
        return _table(rows)
    return Result({}, stream=lambda out: _WRITERS[asked.format](rows, out))


def counted(connection: sqlite3.Connection, asked: Asked) -> Result:
    """How many assets there are."""
    count = listing.count(connection, asked.wanted)
    return Result({"count": count}, [str(count)])


class _Rows:
    """The rows that are asked for, read anew by each who goes through them."""

    def __init__(self, connection: sqlite3.Connection, asked: Asked) -> None:
        self.connection = connection
        self.asked = asked

    def __iter__(self) -> Iterator[Row]:
        asked = self.asked
        found = listing.rows(
            self.connection,
            asked.wanted,
            asked.limit,
            asked.order,
            best=asked.best,
            of_assets=asked.format == "table",
        )
        start = asked.relative_to
        for values in found:
            row = dict(zip(FIELDS, values, strict=True))
            row["tags"] = [] if row["tags"] == "[]" else read_texts(row["tags"])
            if start is not None and row["local_path"] is not None:
                row["local_path"] = os.path.relpath(row["local_path"], start)
            yield row

    def picked(self) -> Iterator[Row]:
        """The rows with no more than the fields that were asked for."""
        fields = self.asked.fields
        if fields is None:
            yield from self
            return
        for row in self:
            yield {name: row[name] for name in fields}

    def tell_near(self) -> None:
        """Where nothing fits: which words there are that are close to those looked for."""
        words = self.asked.wanted.words
        if not words:
            return
        near = listing.near(self.connection, words)
        meant = f" Did you mean: {', '.join(near)}?" if near else ""
        sys.stdout.flush()
        echo_err(f"Nothing fits {' '.join(words)}.{meant}")


def title(row: Row, connection: sqlite3.Connection) -> str:
    """How a row is called, with what tells it from others of the name: edition, disc, the film of
    an extra."""
    name = plain_title(row)
    if row["kind"] == "episode" and row["episode_end"]:
        first = f"E{row['episode']:02}"
        name = name.replace(first, f"{first}-E{row['episode_end']:02}", 1)
    if row["edition"]:
        name += f" {{{row['edition']}}}"
    if row["disc"]:
        name += f" (disc {row['disc']})"
    if row["kind"] == "extra" and (row["extra_of"] or row["series"]):
        name += f" (extra of {row['series'] or _name_of(connection, row['extra_of'])})"
    return f"{name} (missing)" if row["missing_since"] else name


@lru_cache(maxsize=1000)
def _name_of(connection: sqlite3.Connection, asset_id: int) -> str:
    row = connection.execute("SELECT title FROM assets WHERE id = ?", (asset_id,)).fetchone()
    return row[0] if row else f"asset {asset_id}"


# -- tables ---------------------------------------------------------------------------------------


def _table(rows: _Rows) -> Result:
    """Whole and a row for each file in a pipe or a file; on a terminal the first assets."""
    asked = rows.asked
    headings = [f.upper() for f in asked.fields] if asked.fields else _HEADINGS

    def cells(row: Row) -> Sequence[Any]:
        if asked.fields is not None:
            return [row[name] for name in asked.fields]
        return _cells(row, rows.connection)

    if is_terminal():
        return Result({}, stream=lambda out: _first_assets(rows, headings, cells, out))
    return Result({}, stream=lambda out: _whole_table(rows, headings, cells, out))


def _cells(row: Row, connection: sqlite3.Connection) -> tuple[Any, ...]:
    size = None if row["size_bytes"] is None else human.size(row["size_bytes"])
    return (row["asset_id"], row["kind"], title(row, connection), row["year"],
            row["version_label"], size, row["local_path"])  # fmt: skip


def _whole_table(rows: _Rows, headings: Sequence[str], cells: Cells, out: TextIO) -> Sequence[str]:
    """A table of any length in flat memory: a long one waits on the disk until it is known how wide
    its columns are."""
    widths = [text_width(heading) for heading in headings]
    count = 0
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="\n") as kept:
        for row in rows:
            texts = [cell(value) for value in cells(row)]
            widths = [
                max(width, text_width(text)) for width, text in zip(widths, texts, strict=True)
            ]
            kept.write(_BETWEEN.join(texts) + "\n")
            count += 1
        if not count:
            _say_nothing(rows, out)
            return ()
        out.write(padded(headings, widths) + "\n")
        kept.seek(0)
        for line in kept:
            out.write(padded(line[:-1].split(_BETWEEN), widths) + "\n")
    return ()


def _say_nothing(rows: _Rows, out: TextIO) -> None:
    out.write("No assets.\n")
    rows.tell_near()


def _first_assets(rows: _Rows, headings: Sequence[str], cells: Cells, out: TextIO) -> Sequence[str]:
    """The first assets, each with its first file; how many more there are goes to stderr."""
    most = rows.asked.limit or ROWS
    shown: dict[int, Sequence[Any]] = {}
    for row in rows:
        if len(shown) == most and row["asset_id"] not in shown:
            break
        if row["asset_id"] not in shown:
            shown[row["asset_id"]] = cells(row)
    if not shown:
        _say_nothing(rows, out)
        return ()
    write_lines(table(headings, shown.values()), out, None)
    total = listing.count(rows.connection, rows.asked.wanted)
    if rows.asked.limit is None and len(shown) < total:
        out.flush()
        echo_err(f"The first {most} of {total:,} assets; --limit N or --format csv shows more.")
    return ()


# -- data -----------------------------------------------------------------------------------------


def _jsonl(rows: _Rows, out: TextIO) -> Sequence[str]:
    empty = True
    for row in rows.picked():
        out.write(json_text.text(row) + "\n")
        empty = False
    if empty:
        rows.tell_near()
    return ()


def _csv(rows: _Rows, out: TextIO) -> Sequence[str]:
    plain = csv.writer(out, lineterminator="\n")
    quoted = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow(rows.asked.fields or FIELDS)
    empty = True
    for row in rows.picked():  # of itself the module leaves a carriage return bare
        empty = False
        values = [_no_formula(_joined(value)) for value in row.values()]
        odd = any(isinstance(value, str) and "\r" in value for value in values)
        (quoted if odd else plain).writerow(values)
    if empty:
        rows.tell_near()
    return ()


def _joined(value: Any) -> Any:
    """Tags are one cell."""
    return ", ".join(value) if isinstance(value, list) else value


def _no_formula(value: Any) -> Any:
    """A cell that a spreadsheet takes for text: https://owasp.org/www-community/attacks/CSV_Injection"""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _m3u(rows: _Rows, out: TextIO) -> Sequence[str]:
    """The extended M3U that players read: https://en.wikipedia.org/wiki/M3U"""
    out.write("#EXTM3U\n")
    left = _LeftOut()
    for row in left.of(rows, line_breaks=False):
        seconds = -1 if row["duration_ms"] is None else row["duration_ms"] // 1000
        name = " ".join(title(row, rows.connection).split())
        out.write(f"#EXTINF:{seconds},{name}\n{_no_comment(row['local_path'])}\n")
    return left.said()


def _no_comment(path: str) -> str:
    """A relative path that begins with `#` is none of a player's comments."""
    return f"./{path}" if path.startswith("#") else path


def _paths(rows: _Rows, out: TextIO) -> Sequence[str]:
    left = _LeftOut()
    end = "\0" if rows.asked.nul_ended else "\n"
    for row in left.of(rows, line_breaks=rows.asked.nul_ended):
        out.write(row["local_path"] + end)
    return left.said()


class _LeftOut:
    """What has no place in a list of paths, counted."""

    def __init__(self) -> None:
        self.missing = self.unmapped = self.broken = 0

    def of(self, rows: Iterable[Row], *, line_breaks: bool) -> Iterator[Row]:
        """The rows that have one; paths with line breaks where these are allowed."""
        for row in rows:
            path = row["local_path"]
            if row["missing_since"] is not None:
                self.missing += 1
            elif path is None:
                self.unmapped += row["file_id"] is not None
            elif not line_breaks and ("\n" in path or "\r" in path):
                self.broken += 1
            else:
                yield row

    def said(self) -> list[str]:
        reasons = (
            (self.missing, "the last scan did not see them"),
            (self.unmapped, "no local path is known for them"),
            (self.broken, "their paths hold a line break"),
        )
        return [f"{plural(n, 'file')} left out: {why}" for n, why in reasons if n]


_WRITERS: dict[str, Callable[[_Rows, TextIO], Sequence[str]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "m3u": _m3u,
    "paths": _paths,
}
