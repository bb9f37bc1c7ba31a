"""JSON as it is printed: one object, rows one by one, nothing in it that a terminal would obey."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TextIO

_C1 = range(0x7F, 0xA0)  # JSON escapes those below 0x20
# Zero-width spaces, invisible operators, embeddings, overrides, isolates, line separators: they
# make a text look like another. Joiners and direction marks belong to names.
DECEPTIVE = frozenset(
    map(
        chr,
        (0x200B, *range(0x2028, 0x202F), *range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC), 0xFEFF),
    )
)
_SAID = object()  # stands for a value that was written with what comes before it
_ESCAPES = {code: f"\\u{code:04x}" for code in (*_C1, *map(ord, DECEPTIVE))}


def text(value: Any, indent: int | None = None) -> str:
    """A value as JSON; what is not UTF-8 in it, and what a terminal would obey, is escaped."""
    import json

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
    """Write the one object: `body`, in which a value may be an iterator that is read as it is
    written, and `end`, which holds its `status`.

    Where an iterator raises, those after it are left empty and the object ends with what `failed`
    makes of it, and that is returned.
    """
    if not _has_rows(body):
        write({"status": end["status"], **body, **end}, out)
        return None
    writer = _Writer(out)
    out.write("{\n")
    for name, value in body.items():
        out.write(f"  {text(name)}: ")
        writer.write(value, "  ")
        out.write(",\n")
    said = end if writer.error is None else failed(writer.error)
    out.write(
        ",\n".join(f"  {text(name)}: {_indented(value, '  ')}" for name, value in said.items())
    )
    out.write("\n}\n")
    return writer.error


def settled(value: Any) -> Any:
    """The same value with rows for every iterator in it."""
    if isinstance(value, Iterator):
        return list(value)
    if isinstance(value, dict):
        return {name: settled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [settled(inner) for inner in value]
    return value


def _has_rows(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_rows, value.values()))
    if isinstance(value, list):
        return any(map(_has_rows, value))
    return isinstance(value, Iterator)


def _indented(value: Any, margin: str) -> str:
    return text(value, 2).replace("\n", f"\n{margin}")


class _Writer:
    """Writes values in which there are iterators; `error` is what one of them raised."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.error: BaseException | None = None

    def write(self, value: Any, margin: str) -> None:
        if not _has_rows(value):
            self._out.write(_indented(value, margin))
        elif isinstance(value, Iterator):
            self._write_all("[]", self._rows(value), margin)
        elif isinstance(value, Mapping):
            self._write_all(
                "{}", ((f"{text(name)}: ", inner) for name, inner in value.items()), margin
            )
        else:
            self._write_all("[]", (("", inner) for inner in value), margin)

    def _write_all(self, brackets: str, parts: Iterable[tuple[str, Any]], margin: str) -> None:
        inner = margin + "  "
        empty = True
        self._out.write(brackets[0])
        for start, value in parts:
            self._out.write(f"{'' if empty else ','}\n{inner}{start}")
            if value is not _SAID:
                self.write(value, inner)
            empty = False
        self._out.write(brackets[1] if empty else f"\n{margin}{brackets[1]}")

    def _rows(self, rows: Iterator[Any]) -> Iterator[tuple[str, Any]]:
        """Rows as text, one a line."""
        if self.error is not None:
            return
        try:
            for row in rows:
                yield text(row), _SAID
        except GeneratorExit:  # what is written fails, not what is read
            raise
        except BaseException as error:
            self.error = error
