"""Giving odd values the form of their column; what they were goes into the history."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from retrovue.catalogue import texts
from retrovue.catalogue.columns import ID_MOST, Column
from retrovue.catalogue.health import odd_values
from retrovue.catalogue.health.odd_values import Odd
from retrovue.redact import MASK, scrub

SHOWN = 200  # characters of what a value was
LISTED = 1_000  # values that a line of history names
_SECRET = "source_secrets"
_KEEPS_MEANING = ("missing_since",)  # a time that says something by being there


class Mended(NamedTuple):
    """What became of a value; `was` is shortened, and never a secret."""

    table: str
    row: Any
    column: str
    was: str
    now: str


def mend(connection: sqlite3.Connection, now: str) -> list[Mended]:
    """Give every odd value the form of its column. Triggers must be out of the way; a value whose
    mended form a constraint refuses stays as it is."""
    odd = {(each.table, each.key, each.column.name): each for each in odd_values.found(connection)}
    # backwards, since the name of a secret is the key of its row
    done = [_mend(connection, each, now) for each in reversed(odd.values())]
    return [mended for mended in reversed(done) if mended is not None]


def as_detail(mended: Iterable[Mended]) -> list[dict[str, Any]]:
    """What was mended, for a line of history."""
    return [each._asdict() for each in list(mended)[:LISTED]]


def in_words(mended: Iterable[Mended]) -> list[str]:
    """What was done, by table."""
    counts = Counter(each.table for each in mended)
    return [f"gave values of {table} the form of their column ({n})" for table, n in counts.items()]


def _mend(connection: sqlite3.Connection, odd: Odd, now: str) -> Mended | None:
    was = _value(connection, odd)
    mended = _mended(odd.column, was, now)
    if not any(_written(connection, odd, value) for value in _spellings(odd, mended)):
        return None
    shown = MASK if odd.table == _SECRET else scrub(_shown(was))
    told = MASK if odd.table == _SECRET else scrub(_shown(mended))
    return Mended(odd.table, odd.row, odd.column.name, shown, told)


def _value(connection: sqlite3.Connection, odd: Odd) -> Any:
    """The value; a text as bytes."""
    with odd_values.texts_as(connection, bytes):
        (value,) = connection.execute(
            f"SELECT {odd.column.name} FROM {odd.table} WHERE {_where(odd)}", odd.key
        ).fetchone() or (None,)
    return value


def _where(odd: Odd) -> str:
    """A name that is a key may be no UTF-8, and is compared as bytes."""
    return "source_id = ? AND CAST(name AS BLOB) = ?" if len(odd.key) > 1 else "id = ?"


def _written(connection: sqlite3.Connection, odd: Odd, value: Any) -> bool:
    statement = f"UPDATE {odd.table} SET {odd.column.name} = ? WHERE {_where(odd)}"
    try:
        return connection.execute(statement, (value, *odd.key)).rowcount > 0
    except sqlite3.IntegrityError:
        return False


def _spellings(odd: Odd, value: Any) -> tuple[Any, ...]:
    """The value; and, where it is a text that another row may have, told apart by the row."""
    if not isinstance(value, str) or odd.column.form is None or odd.column.form.mend != "text":
        return (value,)
    apart = f"#{odd.key[0]}"
    return value, value[: (odd.column.form.most or len(value)) - len(apart)] + apart


def _shown(value: Any) -> str:
    text = texts.lenient(value) if isinstance(value, bytes) else str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _mended(column: Column, value: Any, now: str) -> Any:
    text = texts.lenient(value) if isinstance(value, bytes) else str(value)
    kind = column.form.mend if column.form is not None else "text"
    if kind == "date":
        return _date(text)
    if kind == "time":
        return _time(text) or (now if column.required or column.name in _KEEPS_MEANING else None)
    if kind == "number":
        return _number(column, value)
    if kind in ("json", "guids"):
        return _json(column, text)
    return _text(column, text)


def _text(column: Column, text: str) -> str:
    most = column.form.most if column.form is not None else 0
    text = text.replace("\0", "\ufffd")
    return text if not most or len(text) <= most else text[: most - 1] + "…"


def _date(text: str) -> str | None:
    """The day that a text begins with."""
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        return None


def _time(text: str) -> str | None:
    """A time of whatever ISO form as ours is; one without a zone is taken as UTC."""
    found = _moment(text.strip())
    if found is None:
        return None
    try:
        utc = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def _moment(text: str) -> datetime | None:
    """A moment; of a year or a month its beginning."""
    part = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", text)
    try:
        if part:
            return datetime(int(part[1]), int(part[2] or 1), 1)
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _number(column: Column, value: Any) -> int | None:
    """A required number becomes the nearest possible one; any other says nothing then."""
    if not column.required:
        return None
    most = column.form.most if column.form is not None else ID_MOST
    return most if isinstance(value, int) and value > most else 0


def _json(column: Column, text: str) -> str:
    """JSON of the same content where it can be read, and else the text in some."""
    most = column.form.most if column.form is not None else 0
    text = text.replace("\0", "\ufffd")
    if column.form is not None and column.form.mend == "guids":
        return _fitting(texts.read_texts(text), [], most)
    return _fitting(texts.read_object(text), {"unreadable": text[: most // 8]}, most)


def _fitting(value: Any, otherwise: Any, most: int) -> str:
    text = _written_out(value)
    return text if len(text) <= most else _written_out(otherwise)


def _written_out(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
