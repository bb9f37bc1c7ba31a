"""Connections to the catalogue file, and the one write transaction."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from retrovue.catalogue import files
from retrovue.catalogue.sqlite_errors import is_locked, translate_errors
from retrovue.catalogue.texts import lenient
from retrovue.errors import DatabaseFailure
from retrovue.model import Operation

APPLICATION_ID = 0x52565545  # "RVUE"
SCHEMA_VERSION = 6  # the number of files in migrations/
PAGE_SIZE = 8192  # bytes, of new files: fewer pages to write in one transaction than with 4096
BUSY_TIMEOUT = 10.0  # seconds

Parameters = Mapping[str, Any] | tuple[Any, ...]


class HistoryLine(NamedTuple):
    """A line of history, as far as it names what was done."""

    operation: Operation
    status: str
    source: str | None
    collection: str | None


class Tx:
    """An open write transaction; every function that writes takes one as its first parameter.

    `now` is the one timestamp of the transaction. `touch` names the collections that the gate
    looks at before the commit; `new_assets` and `new_files` the ids above which rows are new,
    `in_bulk` whether they met no triggers; `changed_assets` those whose source told them anew;
    `recorded` what it wrote into the history.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.now = utc_now()
        self.touched: set[int] = set()
        self.new_assets: int | None = None
        self.new_files: int | None = None
        self.in_bulk = False
        self.changed_assets: set[int] = set()
        self.recorded: list[HistoryLine] = []

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement in the transaction."""
        return self.connection.execute(sql, parameters)

    def touch(self, collection_id: int) -> None:
        """Have the guarantees of a collection looked at before the commit."""
        self.touched.add(collection_id)


def utc_now() -> str:
    """The time as the file has it: ISO-8601, UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def busy_seconds() -> float:
    """How long a write waits for another process."""
    try:
        return float(os.environ["RETROVUE_BUSY_TIMEOUT"])
    except (KeyError, ValueError):
        return BUSY_TIMEOUT


def connect(path: str, timeout: float, mode: str) -> sqlite3.Connection:
    """A connection as ours are: `mode` is one of SQLite's URIs, `rw` or `ro`."""
    connection = sqlite3.connect(
        files.uri(path, mode), uri=True, timeout=timeout, isolation_level=None
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if connection.execute("PRAGMA foreign_keys").fetchone() != (1,):
            raise DatabaseFailure("This build of SQLite has no foreign keys")
        connection.text_factory = lenient
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("PRAGMA secure_delete = ON")  # a replaced token leaves no trace
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def opened(path: str | os.PathLike[str], mode: str) -> Iterator[sqlite3.Connection]:
    """A connection like that of `connect`, closed at the end."""
    connection = connect(os.fspath(path), busy_seconds(), mode)
    try:
        yield connection
    finally:
        connection.close()


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read inside is all of one moment, whatever other processes write."""
    own = not connection.in_transaction
    if own:
        connection.execute("BEGIN")
    try:
        yield
    finally:
        if own and connection.in_transaction:
            connection.execute("COMMIT")


def header(connection: sqlite3.Connection) -> tuple[int, int, bool]:
    """`user_version`, `application_id` and whether the file is empty, all of one moment."""
    with snapshot(connection):
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
        return version, application, not (version or application) and _has_no_tables(connection)


def _has_no_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])


def enter_wal(connection: sqlite3.Connection, timeout: float) -> None:
    """Switch to write-ahead logging; SQLite asks its busy handler only in part of this, so other
    processes that do the same are waited for here."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if time.monotonic() > deadline or not is_locked(error):
                raise
            time.sleep(0.02)


@contextmanager
def transaction(
    connection: sqlite3.Connection,
    operation: Operation,
    *,
    dry_run: bool = False,
    committed: list[HistoryLine] | None = None,
) -> Iterator[Tx]:
    """Run a write transaction; the lines of history that it wrote are appended to `committed` once
    they are. Raises what `translate_errors` makes of SQLite's errors."""
    with translate_errors(operation, connection):
        connection.execute("BEGIN IMMEDIATE")
        tx = Tx(connection)
        committing = False
        try:
            yield tx
            committing = not dry_run
            connection.execute("ROLLBACK" if dry_run else "COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            elif committing and not isinstance(error, Exception):
                _note_committed(committed, tx)  # interrupted right behind the commit
            raise
        if committing:
            _note_committed(committed, tx)


def _note_committed(committed: list[HistoryLine] | None, tx: Tx) -> None:
    if committed is not None:
        committed += tx.recorded
