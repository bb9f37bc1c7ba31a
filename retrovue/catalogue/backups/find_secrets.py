"""Where in a file a secret stands: in which row and column, of anybody's table."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Any, NamedTuple

from retrovue.catalogue import versions
from retrovue.catalogue.connection import quoted
from retrovue.spellings import Secret

_FULL_TEXT = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s.*?\sUSING\s+[\"'`\[]?fts[345]", re.I | re.S)
_KEPT = ("sqlite_", "_sqlite_")  # what SQLite and sqlite-utils count in tables of their own
_ROWIDS = ("rowid", "_rowid_", "oid")
_BETWEEN = "\0"


class _Table(NamedTuple):
    """A table, the columns that name a row, all columns, and those of numbers that are ours."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    ours: frozenset[str]


def text(raw: bytes) -> str:
    """Text as SQLite has it, also where it is not UTF-8."""
    return raw.decode("utf-8", "surrogateescape")


def places(
    connection: sqlite3.Connection, secrets: Sequence[Secret], indexes: Sequence[str], most: int
) -> list[str]:
    """Up to `most` places, as lines for people, which may hold a secret themselves. Of full-text
    indexes only the words of those named are looked at."""
    if not secrets:
        return []
    found = chain(
        _in_schema(connection, secrets),
        *(_in_rows(connection, table, secrets) for table in _tables(connection)),
        _in_indexes(connection, indexes, secrets),
    )
    return list(islice(found, most))


def _in_schema(connection: sqlite3.Connection, secrets: Sequence[Secret]) -> Iterator[str]:
    ours = versions.expected()
    for (kind, name), sql in versions.objects(connection).items():
        if ours.get((kind, name)) != sql and _is_in(f"{name}{_BETWEEN}{sql}", secrets):
            yield f"{kind} {name}: its definition"


def _tables(connection: sqlite3.Connection) -> list[_Table]:
    """Every table with rows of its own: those of a virtual one lie in others."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name"
    ).fetchall()
    numbers = _own_numbers()
    return [_table(connection, name, numbers) for (name,) in names]


def _table(connection: sqlite3.Connection, name: str, numbers: set[tuple[str, str]]) -> _Table:
    found = connection.execute(
        "SELECT name, pk FROM pragma_table_xinfo(?) ORDER BY cid", (name,)
    ).fetchall()
    columns = tuple(column for column, _ in found)
    folded = {column.casefold() for column in columns}
    rowid = next((word for word in _ROWIDS if word not in folded), None)
    key = tuple(column for column, pk in sorted(found, key=lambda c: c[1]) if pk)
    if rowid is not None and _has_rowid(connection, name, rowid):
        key = (rowid,)
    kept = name.startswith(_KEPT)
    ours = frozenset(column for column in columns if kept or (name, column) in numbers)
    return _Table(name, key, columns, ours)


def _has_rowid(connection: sqlite3.Connection, table: str, rowid: str) -> bool:
    try:
        connection.execute(f"SELECT {rowid} FROM {quoted(table)} LIMIT 0")
    except sqlite3.OperationalError:  # WITHOUT ROWID
        return False
    return True


def _own_numbers() -> set[tuple[str, str]]:
    """Our columns of numbers (table, column): what is measured and counted is no secret."""
    model = sqlite3.connect(":memory:")
    try:
        for (kind, _), sql in versions.expected().items():
            if kind == "table":
                with suppress(sqlite3.OperationalError):  # one that another has made with it
                    model.execute(sql)
        return set(
            model.execute("""
                SELECT m.name, c.name
                  FROM sqlite_master AS m, pragma_table_info(m.name) AS c
                 WHERE m.type = 'table' AND c.type = 'INTEGER'""")
        )
    finally:
        model.close()


def _in_rows(
    connection: sqlite3.Connection, table: _Table, secrets: Sequence[Secret]
) -> Iterator[str]:
    wanted = ", ".join(quoted(c) if c in table.columns else c for c in (*table.key, *table.columns))
    own = len(table.key)
    free = [own + n for n, column in enumerate(table.columns) if column not in table.ours]
    for row in connection.execute(f"SELECT {wanted} FROM {quoted(table.name)}"):
        values = [row[n] for n in free if row[n] is not None and type(row[n]) is not str]
        texts = [value for value in row[own:] if type(value) is str]
        if _is_in(_BETWEEN.join(texts), secrets) or any("\0" in text for text in texts):
            values += texts
        found = {value for value in values if _holds(value, secrets)}
        if found:
            key = ", ".join(map(_shown, row[:own]))
            for column, value in zip(table.columns, row[own:], strict=True):
                if value in found and (column not in table.ours or isinstance(value, str)):
                    yield f"table {table.name}, row {key}, column {column}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _holds(value: Any, secrets: Sequence[Secret]) -> bool:
    if isinstance(value, str):
        return any(_is_in(spelled, secrets) for spelled in {value, value.replace("\0", "")})
    if isinstance(value, bytes):
        return any(_is_in(spelled, secrets) for spelled in _texts_of(value))
    numbers = {str(value), f"{value:.0f}"}
    return any(secret.value in numbers for secret in secrets if not secret.is_short)


def _texts_of(blob: bytes) -> Iterator[str]:
    """What a blob may be as text."""
    yield text(blob)
    yield text(blob.replace(b"\0", b""))
    for code in ("utf-16-le", "utf-16-be"):
        for start in (0, 1):
            yield blob[start:].decode(code, "replace")


def _is_in(given: str, secrets: Sequence[Secret]) -> bool:
    return any(secret.is_in(given) for secret in secrets)


def full_text_tables(connection: sqlite3.Connection) -> list[str]:
    """The names of full-text indexes."""
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage = 0 ORDER BY name"
    )
    return [name for name, sql in rows.fetchall() if _FULL_TEXT.match(sql)]


def _in_indexes(
    connection: sqlite3.Connection, names: Sequence[str], secrets: Sequence[Secret]
) -> Iterator[str]:
    for name in names:
        words = _words_of(connection, name)
        if words is None:
            yield f"full-text index {name}: it cannot be read, so nobody knows"
        elif any(_spells(words, secret.value) for secret in secrets if secret.is_telling):
            yield f"full-text index {name}"


def _words_of(connection: sqlite3.Connection, table: str) -> set[str] | None:
    """The words of an index, which keeps them without regard to case; None where they cannot be
    had."""
    words: set[str] | None = None
    for module, more in (("fts5vocab", ", 'row'"), ("fts4aux", "")):
        with suppress(sqlite3.Error):
            connection.execute(
                f"CREATE VIRTUAL TABLE temp.retrovue_words"
                f" USING {module}(main, {quoted(table)}{more})"
            )
            try:
                terms = connection.execute("SELECT term FROM temp.retrovue_words")
                words = {term.casefold() for (term,) in terms if isinstance(term, str)}
            finally:
                connection.execute("DROP TABLE temp.retrovue_words")
    return words


def _spells(words: set[str], value: str) -> bool:
    """Whether the words are there that a tokenizer makes of a value: words, or threes of letters.
    https://www.sqlite.org/fts5.html#tokenizers"""
    value = value.casefold()
    threes = [value[n : n + 3] for n in range(len(value) - 2)]
    ways = (re.findall(r"[^\W_]+", value), re.findall(r"\w+", value), threes)
    return value in words or any(way and words.issuperset(way) for way in ways)
