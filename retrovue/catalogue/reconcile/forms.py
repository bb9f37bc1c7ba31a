"""What the columns of assets and files can hold, beyond their types.

Rows are checked a batch at a time and by column, so that what is in order costs little; only a
column with a fault is gone through value by value.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from retrovue.catalogue.columns import TABLES, Column
from retrovue.catalogue.reconcile.fields import ASSET_FIELDS, FILE_FIELDS, STREAM_FIELDS
from retrovue.catalogue.texts import DEPTH_MOST

Row = Sequence[Any]
Check = Callable[[Sequence[Any]], bool]  # whether all of some values are in order; none is None

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DATE.pattern + r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_HUGE = re.compile(r"[0-9]{300}")
_dates: set[str] = set()  # that were checked already


def _text(most: int) -> Check:
    def check(values: Sequence[Any]) -> bool:
        joined = "".join(values)
        return "\0" not in joined and (len(joined) <= most or max(map(len, values)) <= most)

    return check


def _whole(most: int, least: int) -> Check:
    def check(values: Sequence[Any]) -> bool:
        return bool(least <= min(values) and max(values) <= most)

    return check


def _json(most: int) -> Check:
    def check(values: Sequence[Any]) -> bool:
        unlike = [value for value in set(values) if len(value) > 2]
        return all(len(value) <= most and not _NUL.search(value) for value in unlike)

    return check


def _days(values: Iterable[str]) -> bool:
    return all(value in _dates or _is_date(value) for value in set(values))


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    if len(_dates) < 100_000:
        _dates.add(text)
    return True


def _instants(values: Sequence[str]) -> bool:
    return all(map(_INSTANT.fullmatch, values)) and _days([value[:10] for value in values])


def _check(column: Column) -> tuple[Check, str] | None:
    """How the form of a column is checked, and what is wrong with what does not have it."""
    form = column.form
    if form is None:
        return None
    if form.mend == "number":
        says = f"is not between {form.least} and {form.most}"
        return _whole(form.most, form.least), says
    if form.mend == "date":
        return _days, "is not a date as in 2001-12-31"
    if form.mend == "time":
        return _instants, "is not a time in UTC as in 2001-12-31T23:59:59Z"
    check = _json(form.most) if form.mend in ("json", "guids") else _text(form.most)
    return check, f"holds a NUL character, or more than {form.most:,} characters"


class _Column(NamedTuple):
    """Where in its row a column stands, and how it is checked."""

    at: int
    name: str
    check: Check
    says: str


def _checked(start: int, columns: Sequence[Column]) -> tuple[_Column, ...]:
    """The columns of rows in which they begin at `start`."""
    checks = ((at, column.name, _check(column)) for at, column in enumerate(columns, start))
    return tuple(_Column(at, name, *check) for at, name, check in checks if check is not None)


_PATH = next(c for c in TABLES["asset_files"].columns if c.name == "relative_path")
_ASSETS = _checked(4, ASSET_FIELDS)
_FILES = _checked(2, (_PATH._replace(name="path"), *FILE_FIELDS))
_STREAMS = _checked(4, STREAM_FIELDS)


def faults(
    assets: Sequence[Row], files: Sequence[Row], streams: Sequence[Row] = ()
) -> dict[int, str]:
    """Of rows that begin with the number of their asset, what is wrong with one, by that number."""
    return _faults(streams, _STREAMS) | _faults(files, _FILES) | _faults(assets, _ASSETS)


def _faults(rows: Sequence[Row], columns: Sequence[_Column]) -> dict[int, str]:
    found: dict[int, str] = {}
    values = list(zip(*rows, strict=True))
    for at, name, check, says in columns if rows else ():
        given = [value for value in values[at] if value is not None]
        if given and not check(given):
            for row in rows:
                if row[at] is not None and not check((row[at],)):
                    found.setdefault(row[0], f"its {name} {says}")
    return found


def require_readable(value: Any, text: str) -> None:
    """Raise ValueError where what became this JSON text is nested too deep, or has a number that
    others read as infinite."""
    if text.count("[") + text.count("{") <= DEPTH_MOST and not _HUGE.search(text):
        return
    level = [value]
    for _ in range(DEPTH_MOST):
        inner = [one for outer in level for one in _within(outer)]
        if any(type(one) is int and abs(one) > sys.float_info.max for one in inner):
            raise ValueError("a number is too large")
        level = [one for one in inner if isinstance(one, dict | list | tuple)]
        if not level:
            return
    raise ValueError(f"nested more than {DEPTH_MOST} deep")


def _within(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value
