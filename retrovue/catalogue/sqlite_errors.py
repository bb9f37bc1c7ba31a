"""Translate sqlite3 errors to RetrovueError."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from retrovue.commands import CHECK, LIST_BACKUPS, REPAIR, Command, Hint
from retrovue.errors import DatabaseFailure, GuaranteeViolated, Locked


class TranslatingConnection:
    """A connection that raises RetrovueError where SQLite raises, for work outside a
    transaction."""

    def __init__(self, connection: sqlite3.Connection, operation: str) -> None:
        self._connection = connection
        self._operation = operation

    @property
    def plain(self) -> sqlite3.Connection:
        """The connection itself, which raises what SQLite raises."""
        return self._connection

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Run a statement. Raises RetrovueError."""
        with translate_errors(self._operation):
            return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> sqlite3.Cursor:
        """Run a statement for each row. Raises RetrovueError."""
        with translate_errors(self._operation):
            return self._connection.executemany(sql, rows)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    def to_domain_error(self, error: sqlite3.Error) -> DatabaseFailure:
        """The RetrovueError for what was raised while rows were fetched."""
        return to_domain_error(self._operation, error)

    def create_function(self, name: str, function: Callable[[str], str]) -> None:
        """Let SQL call a pure function of one text."""
        self._connection.create_function(name, 1, function, deterministic=True)

    def executescript(self, sql: str) -> None:
        """Run a script. Raises RetrovueError."""
        with translate_errors(self._operation):
            self._connection.executescript(sql)


@contextmanager
def translate_errors(
    operation: str, connection: sqlite3.Connection | None = None, *, writes: bool = True
) -> Iterator[None]:
    """Translate sqlite3 errors; `connection` is where it is asked why, and without `writes` there
    was nothing to roll back."""
    try:
        yield
    except sqlite3.Error as error:
        raise to_domain_error(operation, error, connection, writes=writes) from error


def to_domain_error(
    operation: str,
    error: sqlite3.Error,
    connection: sqlite3.Connection | None = None,
    *,
    writes: bool = True,
) -> DatabaseFailure:
    """The RetrovueError for an sqlite3 error; `operation` is noun and verb."""
    if isinstance(error, sqlite3.IntegrityError):
        return GuaranteeViolated(f"{operation} failed: {error}")
    if is_locked(error):
        return Locked(
            f"{operation} failed: the database is locked by another process",
            hint="Wait for the other retrovue (or script) to end, then try again.",
        )
    if code(error) == sqlite3.SQLITE_FULL and connection is not None and ids_end(connection):
        return DatabaseFailure(
            f"{operation} failed: there is no further id for {ids_end(connection)}"
            " (somebody wrote to sqlite_sequence, or gave a row the highest id there can be)",
            hint=REPAIR,
        )
    if extended(error) in _INTERRUPTED:
        return DatabaseFailure(
            f"{operation} failed: a write to the file was interrupted, and is not yet rolled back",
            ["Whoever opens the file for writing rolls it back."],
            hint=Hint("With the permission to write, that is", Command("db info")),
        )
    detail = [CHECK, LIST_BACKUPS] if code(error) in DAMAGE else []
    return DatabaseFailure(f"{operation} failed: {error}", detail, hint=_hint(error, writes=writes))


def ids_end(connection: sqlite3.Connection) -> str | None:
    """The tables that can have no further id; SQLite then says that the disk is full.
    https://www.sqlite.org/autoinc.html"""
    try:
        rows = connection.execute(
            "SELECT name FROM sqlite_sequence WHERE seq >= 9223372036854775807 ORDER BY name"
        ).fetchall()
    except sqlite3.Error:
        return None
    return ", ".join(str(name) for (name,) in rows) or None


def code(error: sqlite3.Error) -> int:
    """The primary result code of SQLite, 0 where there is none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_locked(error: sqlite3.Error) -> bool:
    """Whether another connection was in the way."""
    return code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


def extended(error: sqlite3.Error) -> int:
    """The extended result code of SQLite, 0 where there is none."""
    return int(getattr(error, "sqlite_errorcode", 0))


# What a file that cannot be read for itself says; anything else is the disk, a lock, a permission.
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_INTERRUPTED = (sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY)
_HINTS = {
    sqlite3.SQLITE_FULL: "Make room on the disk, then try again.",
    sqlite3.SQLITE_IOERR: "Is the disk full, or failing?",
    sqlite3.SQLITE_READONLY: "The file or its folder cannot be written.",
}
_HINTS_AS_THEY_ARE = {
    sqlite3.SQLITE_CANTOPEN: "Look at the permissions of the file and of its folder.",
}


def _hint(error: sqlite3.Error, *, writes: bool) -> str | None:
    hint = _HINTS.get(code(error))
    if hint is None:
        return _HINTS_AS_THEY_ARE.get(code(error))
    return f"It was rolled back. {hint}" if writes else hint
