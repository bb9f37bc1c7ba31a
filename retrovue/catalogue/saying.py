"""What SQLite raises, in the contract's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from retrovue.errors import DatabaseFailure, GuaranteeViolated, Locked


class Speaking:
    """A connection whose errors are in the contract's words, for work outside a transaction."""

    def __init__(self, connection: sqlite3.Connection, operation: str) -> None:
        self._connection = connection
        self._operation = operation

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        with saying(self._operation):
            return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> sqlite3.Cursor:
        with saying(self._operation):
            return self._connection.executemany(sql, rows)

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def told(self, error: sqlite3.Error) -> DatabaseFailure:
        """What was raised while rows were fetched."""
        return told(self._operation, error)

    def executescript(self, sql: str) -> None:
        with saying(self._operation):
            self._connection.executescript(sql)


@contextmanager
def saying(operation: str) -> Iterator[None]:
    """Turn what SQLite raises into the contract's words."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(operation, error) from error


def told(operation: str, error: sqlite3.Error) -> DatabaseFailure:
    """What SQLite raises in the contract's words; `operation` is noun and verb."""
    if isinstance(error, sqlite3.IntegrityError):
        return GuaranteeViolated(f"{operation} failed: {error}")
    if is_locked(error):
        return Locked(
            f"{operation} failed: the database is locked by another process",
            hint="Wait for the other retrovue (or script) to end, then try again.",
        )
    return DatabaseFailure(f"{operation} failed: {error}", hint=_hint(error))


def code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_locked(error: sqlite3.Error) -> bool:
    return code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


_HINTS = {
    sqlite3.SQLITE_FULL: "It was rolled back. Make room on the disk, then try again.",
    sqlite3.SQLITE_IOERR: "It was rolled back. Is the disk full, or failing?",
    sqlite3.SQLITE_READONLY: "It was rolled back. The file or its folder cannot be written.",
    sqlite3.SQLITE_CANTOPEN: "It was rolled back. The file or its folder cannot be written.",
    sqlite3.SQLITE_CORRUPT: "Look with `retrovue db check`; bring back a copy with"
    " `retrovue db restore`.",
    sqlite3.SQLITE_NOTADB: "Look with `retrovue db check`; bring back a copy with"
    " `retrovue db restore`.",
}


def _hint(error: sqlite3.Error) -> str | None:
    return _HINTS.get(code(error))
