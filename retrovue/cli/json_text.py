"""JSON as it is printed: one object, rows one by one, nothing in it that a terminal would obey."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TextIO

from retrovue.errors import OutputFailed

_C1 = range(0x7F, 0xA0)  # JSON escapes those below 0x20
# Zero-width spaces, invisible operators, embeddings, overrides, isolates, line separators: they
# make a text look like another. Joiners and direction marks belong to names.
DECEPTIVE = frozenset(
    map(
        chr,
        (0x200B, *range(0x2028, 0x202F), *range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC), 0xFEFF),
    )
)
_ESCAPES = {code: f"\\u{code:04x}" for code in (*_C1, *map(ord, DECEPTIVE))}


def text(value: Any, indent: int | None = None) -> str:
    """A value as JSON; what is not UTF-8 in it, and what a terminal would obey, is escaped."""
    said = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        said.encode()
    except UnicodeEncodeError:
        said = json.dumps(value, indent=indent)
    return said if said.isascii() and "\x7f" not in said else said.translate(_ESCAPES)


def write(body: Mapping[str, Any], out: TextIO) -> None:
    """Write the one object."""
    out.write(text(body, 2) + "\n")


def write_rows(
    body: Mapping[str, Any],
    end: Mapping[str, Any],
    out: TextIO,
    failed: Callable[[BaseException], Mapping[str, Any]],
) -> BaseException | None:
    """Write the one object: `body`, of which a value may be an iterator that is read as it is
    written, and `end`, which holds its `status`.

    Where an iterator raises, the object ends with what `failed` makes of it, and that is returned.
    """
    lazy = {name: value for name, value in body.items() if isinstance(value, Iterator)}
    if not lazy:
        write({"status": end["status"], **body, **end}, out)
        return None
    plain = {name: value for name, value in body.items() if name not in lazy}
    error: BaseException | None = None
    out.write("{\n")
    for name, value in plain.items():
        out.write(f"  {text(name)}: {_indented(value)},\n")
    for name, rows in lazy.items():
        out.write(f"  {text(name)}: [")
        error = _write_all(rows, out)
        out.write("],\n")
        if error is not None:
            end = failed(error)
            break
    said = ",\n".join(f"  {text(name)}: {_indented(value)}" for name, value in end.items())
    out.write(said + "\n}\n")
    return error


def _indented(value: Any) -> str:
    return text(value, 2).replace("\n", "\n  ")


def _write_all(rows: Iterator[Any], out: TextIO) -> BaseException | None:
    """Write rows, one a line; returns what ended them, if something did."""
    between = "\n    "
    try:
        for row in rows:
            out.write(between + text(row))
            between = ",\n    "
    except (OutputFailed, BrokenPipeError):
        raise
    except BaseException as error:
        return error
    if between != "\n    ":
        out.write("\n  ")
    return None
