"""The only place that prints: results, errors, tables, warnings and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TextIO, cast

import click

from retrovue.cli import shell
from retrovue.commands import Line
from retrovue.errors import RetrovueError


class Result(NamedTuple):
    """What a command has to say: `data` for `--json`, `lines` for people.

    `status` is success or partial; with `error` the command failed although it has something to
    show. `stream` writes rows one by one instead of `lines`.
    """

    data: Mapping[str, Any]
    lines: Sequence[Line] = ()
    warnings: Sequence[str] = ()
    status: str = "success"
    error: RetrovueError | None = None
    stream: Callable[[TextIO], None] | None = None

    @property
    def exit_code(self) -> int:
        if self.error is not None:
            return self.error.exit_code
        return 2 if self.status == "partial" else 0


def render(result: Result, as_json: bool, quiet: bool, stdout: TextIO, db: str | None) -> int:
    """Print a result, and return the exit code that belongs to it; `db` is the path of the
    catalogue for commands that are shown, None for the default one."""
    if not quiet:
        for warning in result.warnings:
            complain(f"Warning: {warning}")
    if as_json:
        status = "error" if result.error is not None else result.status
        body = {"status": status, **result.data}
        if result.error is not None:
            body["error"] = error_body(result.error, db)
        write_json(body, stdout)
    elif result.stream is not None:
        result.stream(cast(TextIO, _Screen(stdout)) if stdout.isatty() else stdout)
    else:
        for line in result.lines:
            stdout.write(printable(shell.text(line, db)) + "\n")
    if result.error is not None and not as_json:
        render_error(result.error, db)
    return result.exit_code


def write_json(body: Mapping[str, Any], stdout: TextIO) -> None:
    """Write the one object; what is not UTF-8 in it, and what a terminal would obey, is escaped,
    which is JSON all the same."""
    import json

    text = json.dumps(body, ensure_ascii=False, indent=2)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(body, indent=2)
    stdout.write(text.translate(_C1) + "\n")


def error_body(error: RetrovueError, db: str | None) -> dict[str, Any]:
    detail = [*error.detail, *([shell.text(error.hint, db)] if error.hint else [])]
    return {"code": error.code, "message": error.message, "detail": detail}


def render_error(error: RetrovueError, db: str | None) -> None:
    """One clear line, the details below it, and what to type next. Further errors among the
    details ("Error: ...") stand at the margin."""
    complain(f"Error: {error.message}")
    for line in error.detail:
        complain(line if line.startswith("Error: ") else f"  {line}")
    if error.hint:
        complain(f"  {shell.text(error.hint, db)}")


def with_file(line: str, path: str | None) -> str:
    """An `Undo:` line with the `--db PATH` that was given: it must not reach another file."""
    command = "Undo: retrovue "
    if not path or not line.startswith(command):
        return line
    import os
    import shlex

    return f"{command}--db {shlex.quote(os.path.abspath(path))} {line.removeprefix(command)}"


def complain(line: str) -> None:
    click.echo(printable(line), err=True)


_C1 = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}  # JSON escapes those below 0x20


class _Screen:
    """A terminal to which rows are written as they are, but for what it would obey."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(printable(text, "\n\t"))


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

    if unicodedata.category(letter) in ("Zs", "Mn", "Mc", "Cf", "Co", "Cn"):
        return " " if letter.isspace() else letter
    return letter.encode("unicode_escape").decode("ascii")


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Rows in columns that line up on a terminal, wide letters counted as two."""
    cells = [[_cell(value) for value in row] for row in rows]
    heads = list(headings)
    widths = [max(map(_width, column)) for column in zip(heads, *cells, strict=True)]
    return [_padded(row, widths) for row in (heads, *cells)]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value).replace("\n", " ").replace("\t", " "))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()


def facts(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    """Names and values in two columns."""
    rows = [(name, _cell(value)) for name, value in pairs]
    width = max((_width(name) for name, _ in rows), default=0)
    return [f"{name}:{' ' * (width - _width(name))}  {value}" for name, value in rows]


def plural(count: int, word: str) -> str:
    """`1 asset`, `2,000 assets`."""
    ending = "" if count == 1 else "s"
    if count != 1 and word.endswith("y"):
        word, ending = word[:-1], "ies"
    return f"{count:,} {word}{ending}"


class Progress:
    """A bar on stderr for work of some length; nothing where stderr is no terminal."""

    def __init__(self, quiet: bool) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._bar: Any = None
        self._label: str | None = None
        self._done = 0

    def __call__(self, label: str, expected: int, done: int) -> None:
        """Show that of some `expected` items (0: not known) `done` are."""
        if not self._shown:
            return
        if label != self._label:
            self.close()
            self._label, self._done = label, 0
            self._bar = click.progressbar(
                length=max(expected, done) or None,
                label=printable(label),
                file=sys.stderr,
                show_pos=True,
            )
            self._bar.__enter__()
        if expected and done > (self._bar.length or 0):
            self._bar.length = done
        self._bar.update(done - self._done)
        self._done = done

    def close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
            self._label = None
