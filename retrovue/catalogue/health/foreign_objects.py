"""What others put into the schema: only listed, or a finding where it touches what is ours."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from retrovue.catalogue import versions
from retrovue.catalogue.connection import quoted

SECRETS = "source_secrets"
_OF_OTHERS = {"_sqlite_migrations", *versions.SEARCH_PARTS}  # what sqlite-utils and FTS5 keep
_WRITES = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)


class Foreign(NamedTuple):
    """An object that is not ours: its type, name and table, its SQL, and what is wrong with it
    (None: it is merely there)."""

    type: str
    name: str
    table: str
    sql: str
    wrong: str | None

    def __str__(self) -> str:
        on = f" on {self.table}" if self.type in ("trigger", "index") else ""
        return f"{self.type} {self.name}{on}"


def found(connection: sqlite3.Connection) -> list[Foreign]:
    """Every object of the schema that is not ours, by type and name."""
    ours = versions.expected().keys() | _lists(connection)
    rows = connection.execute("""
        SELECT type, name, tbl_name, coalesce(sql, '')
          FROM sqlite_master
         WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY type, name""").fetchall()
    return [
        Foreign(kind, name, table, sql, _wrong(connection, kind, name, table, sql))
        for kind, name, table, sql in rows
        if (kind, name) not in ours and table not in _OF_OTHERS
    ]


def _lists(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """The views of saved lists."""
    try:
        return {("view", name) for (name,) in connection.execute("SELECT view FROM lists")}
    except sqlite3.Error:  # an older file, or a damaged one
        return set()


def _wrong(
    connection: sqlite3.Connection, kind: str, name: str, table: str, sql: str
) -> str | None:
    if SECRETS in sql.casefold() or (kind == "index" and table == SECRETS):
        return f"names {SECRETS}"
    if kind != "trigger":
        return None
    if table.casefold() in our_tables():
        return "is not ours"
    return "writes a table that is ours" if _writes_ours(connection, name, table, sql) else None


def our_tables() -> set[str]:
    """Our tables and views."""
    return {name for kind, name in versions.expected() if kind in ("table", "view")}


def _writes_ours(connection: sqlite3.Connection, name: str, table: str, sql: str) -> bool:
    """Whether what fires a trigger would write a table of ours, as SQLite itself compiles it; by
    the words of its text where it does not compile."""
    try:
        return bool(our_tables() & set(_written(connection, name, table)))
    except sqlite3.Error:
        words = {word.casefold() for word in re.findall(r"\w+", sql)}
        return bool(our_tables() & words)


def _written(connection: sqlite3.Connection, trigger: str, table: str) -> list[str]:
    """The tables that a trigger writes; nothing is run."""
    written: list[str] = []

    def note(action: int, what: str | None, _: Any, __: Any, by: str | None) -> int:
        if action in _WRITES and by == trigger and what is not None:
            written.append(what.casefold())
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    try:
        for statement in _firing(connection, table):
            connection.execute(f"EXPLAIN {statement}").close()
    finally:
        connection.set_authorizer(None)
    return written


def _firing(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """Statements that fire every trigger of a table or view."""
    rows = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    columns = [quoted(name) for (name,) in rows]
    nothing = ", ".join("NULL" for _ in columns)
    yield f"INSERT INTO {quoted(table)} ({', '.join(columns)}) VALUES ({nothing})"
    yield f"UPDATE {quoted(table)} SET {', '.join(f'{name} = NULL' for name in columns)}"
    yield f"DELETE FROM {quoted(table)}"
