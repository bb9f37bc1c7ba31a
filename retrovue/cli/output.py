"""The only place that prints: results, errors, tables and warnings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TextIO, cast

import click

from retrovue.cli import json_text, shell
from retrovue.commands import Line, Table
from retrovue.errors import RetrovueError


class Result(NamedTuple):
    """What a command has to say: `data` for `--json`, `lines` for people.

    `status` is success or partial, `failures` what did not succeed beside the rest; with `error`
    the command failed although it has something to show. `stream` writes rows one by one instead
    of `lines`, and returns further warnings. A value in `data` may be an iterator of rows, which is
    read while it is written.
    """

    data: Mapping[str, Any]
    lines: Sequence[Line] = ()
    warnings: Sequence[str] = ()
    status: str = "success"
    error: RetrovueError | None = None
    failures: Sequence[RetrovueError] = ()
    stream: Callable[[TextIO], Sequence[str] | None] | None = None

    @property
    def exit_code(self) -> int:
        if self.error is not None:
            return self.error.exit_code
        return 2 if self.status == "partial" else 0


def render(
    result: Result,
    to_error: Callable[[BaseException], RetrovueError],
    *,
    as_json: bool,
    silent: bool,
    stdout: TextIO,
    db: str | None,
) -> tuple[int, BaseException | None]:
    """Print a result, and return its exit code and what it failed by while it was written.

    `silent` leaves out what is printed for people; `db` is the path of the catalogue for commands
    that are shown, None for the default one; `to_error` makes an error of an exception.
    """
    for warning in result.warnings:
        echo_err(f"Warning: {warning}")
    if as_json:
        failure = _write_object(result, stdout, db, to_error)
        if failure is not None:
            return to_error(failure).exit_code, failure
    elif result.stream is not None:
        warnings = result.stream(cast(TextIO, _Screen(stdout)) if stdout.isatty() else stdout)
        stdout.flush()
        for warning in warnings or ():
            echo_err(f"Warning: {warning}")
    elif not silent:
        write_lines(result.lines, stdout, db)
    stdout.flush()
    for failed in result.failures:
        render_error(failed, db)
    if result.error is not None and not as_json:
        render_error(result.error, db)
    return result.exit_code, result.error


def write_lines(lines: Iterable[Line], out: TextIO, db: str | None) -> None:
    """Write what a command has to say to people."""
    for line in lines:
        if isinstance(line, Table):
            out.writelines(f"{text}\n" for text in _table_lines(line, out))
        else:
            out.write(printable(shell.text(line, db)) + "\n")


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def _write_object(
    result: Result,
    stdout: TextIO,
    db: str | None,
    to_error: Callable[[BaseException], RetrovueError],
) -> BaseException | None:
    """Write the one object; returns what ended its rows, if something did."""
    status = "error" if result.error is not None else result.status
    end: dict[str, Any] = {"status": status}
    if result.error is not None:
        end["error"] = error_body(result.error, db)

    def failed(error: BaseException) -> dict[str, Any]:
        return {"status": "error", "error": error_body(to_error(error), db)}

    return json_text.write_rows({**result.data}, end, stdout, failed)


def error_body(error: RetrovueError, db: str | None) -> dict[str, Any]:
    return {**error.to_dict(), "detail": [shell.text(line, db) for line in error.lines]}


def render_error(error: RetrovueError, db: str | None) -> None:
    """One clear line, the details below it, and what to type next. Further errors among the
    details ("Error: ...") stand at the margin."""
    echo_err(f"Error: {error.message}")
    for line in error.detail:
        text = shell.text(line, db)
        echo_err(text if text.startswith("Error: ") else f"  {text}")
    if error.hint:
        echo_err(f"  {shell.text(error.hint, db)}")


def echo_err(line: str) -> None:
    click.echo(printable(line), err=True)


class _Screen:
    """A terminal to which rows are written as they are, but for what it would obey."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(printable(text, "\n\t"))

    def writelines(self, lines: Iterable[str]) -> None:
        self._out.writelines(lines)  # of a table, made for a terminal

    def flush(self) -> None:
        self._out.flush()

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._out.fileno()


def printable(text: str, kept: str = "\t") -> str:
    """The text with control characters, which a terminal would obey, written as escapes; a line
    stays one line."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in kept else _escape(letter) for letter in text
    )


def _escape(letter: str) -> str:
    import unicodedata

    if letter in json_text.DECEPTIVE:
        return f"\\u{ord(letter):04x}"
    if unicodedata.category(letter) in ("Zs", "Mn", "Mc", "Cf", "Co", "Cn"):
        return " " if letter.isspace() else letter
    return letter.encode("unicode_escape").decode("ascii")


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Line]:
    """Rows in columns that line up, wide letters counted as two; one of the lines of a result."""
    return [Table(tuple(headings), tuple(tuple(map(cell, row)) for row in rows))]


def _table_lines(of: Table, out: TextIO) -> list[str]:
    """A table as it is; on a terminal no wider than that."""
    widths = column_widths(of.headings, of.rows)
    if not out.isatty():
        return [padded(row, widths) for row in (of.headings, *of.rows)]
    from retrovue.cli import screen

    most = screen.columns(out)
    widths = screen.fitting(widths, most)
    rows = [
        fitted(padded([screen.shortened(c, w) for c, w in zip(row, widths, strict=True)], widths),
               most)
        for row in (of.headings, *of.rows)
    ]  # fmt: skip
    return [screen.bold(rows[0]), *rows[1:]]


def column_widths(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[int]:
    """How wide each column of a table is."""
    widths = [text_width(heading) for heading in headings]
    for row in rows:
        for at, value in enumerate(row):
            widths[at] = max(widths[at], text_width(cell(value)))
    return widths


def cell(value: Any) -> str:
    """A value as a text of one line."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = " ".join(map(shell.quoted, value))
    return printable(str(value).replace("\n", " ").replace("\t", " "))


def text_width(text: str) -> int:
    """Columns that a text takes on a terminal, wide letters counted as two."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def fitted(text: str, columns: int) -> str:
    """The text, cut off where it would take more columns."""
    while text and text_width(text) > columns:
        text = text[: max(columns, 0)] if len(text) > columns else text[:-1]
    return text


def padded(row: Sequence[str], widths: Sequence[int]) -> str:
    """The texts of a row in columns that are so wide."""
    filled = (
        text + " " * (width - text_width(text)) for text, width in zip(row, widths, strict=True)
    )
    return "  ".join(filled).rstrip()


def facts(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    """Names and values in two columns."""
    rows = [(name, cell(value)) for name, value in pairs]
    width = max((text_width(name) for name, _ in rows), default=0)
    return [f"{name}:{' ' * (width - text_width(name))}  {value}" for name, value in rows]


def plural(count: int, word: str) -> str:
    """`1 asset`, `2,000 assets`."""
    ending = "" if count == 1 else "s"
    if count != 1 and word.endswith("y"):
        word, ending = word[:-1], "ies"
    return f"{count:,} {word}{ending}"
