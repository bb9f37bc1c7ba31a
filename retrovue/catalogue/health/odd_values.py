"""Values that have not the form of their column: finding them, and mending them without loss.

Rows come to be such by writes past the triggers, or before a migration brought the form.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from retrovue.catalogue import texts
from retrovue.catalogue.columns import TABLES, Column

Key = tuple[Any, ...]


class Odd(NamedTuple):
    """A value out of form: its row as it is found again, and why it is odd."""

    table: str
    key: Key
    column: Column
    why: str

    @property
    def row(self) -> Any:
        """The row as it is shown."""
        shown = [texts.lenient(part) if isinstance(part, bytes) else part for part in self.key]
        return shown[0] if len(shown) == 1 else "/".join(map(str, shown))


def found(connection: sqlite3.Connection) -> list[Odd]:
    """Every value out of form, and every text that is not UTF-8, by table."""
    return [odd for table in TABLES for odd in found_in(connection, table)]


def found_in(connection: sqlite3.Connection, table: str) -> list[Odd]:
    """The values of a table that have not the form of their column."""
    return _out_of_form(connection, table) + _not_utf8(connection, table)


def key_of(table: str) -> str:
    """The SQL expression that names a row of a table."""
    return "id" if TABLES[table].has_id else "source_id, name"


def _out_of_form(connection: sqlite3.Connection, table: str) -> list[Odd]:
    columns = TABLES[table].formed
    tests = [f"NOT coalesce({column.looked_at()}, 1)" for column in columns]
    where = f"FROM {table} WHERE {' OR '.join(tests)}"
    if connection.execute(f"SELECT 1 {where} LIMIT 1").fetchone() is None:
        return []  # as a rule; the whole query takes twice as long to prepare
    query = f"SELECT {', '.join(tests)}, {key_of(table)} {where}"
    with texts_as(connection, bytes):
        return [
            Odd(table, key, column, f"its {column.name} is not {column.form.says}")
            for is_odd, key in _split(connection.execute(query), len(columns))
            for column, odd in zip(columns, is_odd, strict=True)
            if odd and column.form is not None
        ]


def _not_utf8(connection: sqlite3.Connection, table: str) -> list[Odd]:
    columns = [column for column in TABLES[table].columns if column.type == "text"]
    names = ", ".join(column.name for column in columns)
    if _all_utf8(connection, f"SELECT {names} FROM {table}"):
        return []
    query = f"SELECT {names}, {key_of(table)} FROM {table}"
    with texts_as(connection, bytes):
        return [
            Odd(table, key, column, f"its {column.name} is not UTF-8")
            for values, key in _split(connection.execute(query), len(columns))
            for column, value in zip(columns, values, strict=True)
            if isinstance(value, bytes) and not texts.is_utf8(value)
        ]


def _all_utf8(connection: sqlite3.Connection, query: str) -> bool:
    with texts_as(connection, str):
        try:
            for _ in connection.execute(query):
                pass
        except sqlite3.OperationalError as error:
            if texts.is_undecodable(error):
                return False
            raise
    return True


def _split(rows: sqlite3.Cursor, number: int) -> Iterator[tuple[tuple[Any, ...], Key]]:
    return ((row[:number], row[number:]) for row in rows)


@contextmanager
def texts_as(connection: sqlite3.Connection, factory: Any) -> Iterator[None]:
    """Fetch texts as `bytes`, or as `str` that are UTF-8 or an error."""
    before = connection.text_factory
    connection.text_factory = factory
    try:
        yield
    finally:
        connection.text_factory = before
