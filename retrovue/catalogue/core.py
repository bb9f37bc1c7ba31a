"""The door: where the file is opened, checked, migrated, and written."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from retrovue.catalogue import guarantees
from retrovue.errors import (
    DatabaseFailure,
    GuaranteeViolated,
    Locked,
    NewerFile,
    NotACatalogue,
    NotFound,
)

APPLICATION_ID = 0x52565545  # "RVUE"
SCHEMA_VERSION = 1  # the number of files in migrations/
BUSY_TIMEOUT = 10.0  # seconds

Row = tuple[Any, ...]
Parameters = Mapping[str, Any] | tuple[Any, ...]


class Tx:
    """An open write transaction; whoever writes takes one as its first parameter.

    `now` is the one timestamp of the transaction. `touch` names the collections that the gate
    looks at before the commit; `new_assets` and `new_files` the ids above which rows are new.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.now = utc_now()
        self.touched: set[int] = set()
        self.new_assets: int | None = None
        self.new_files: int | None = None

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        return self.connection.execute(sql, parameters)

    def touch(self, collection_id: int) -> None:
        self.touched.add(collection_id)

    def scope(self) -> guarantees.Scope:
        return guarantees.of_touched(self.touched, self.new_assets, self.new_files)


class Catalogue:
    """One catalogue file. Nothing is opened, and no file made, before it is needed."""

    def __init__(self, path: str | os.PathLike[str], busy_timeout: float | None = None) -> None:
        self.path = Path(path)
        self._timeout = _busy_timeout() if busy_timeout is None else busy_timeout
        self._connection: sqlite3.Connection | None = None
        self._writable = False

    def exists(self) -> bool:
        """Whether there is a file with something in it."""
        return self.path.exists()

    def reading(self) -> sqlite3.Connection:
        """A connection for reads.

        Raises NotFound where there is no file, NotACatalogue for anything that is none, NewerFile
        for one of a later version. A file of an earlier version is migrated first.
        """
        if self._connection is None:
            self._require_file()
            self._connection = _connect(self.path, self._timeout, _read_mode(self.path))
            self._verify_or_migrate()
        return self._connection

    def looking(self) -> sqlite3.Connection:
        """A connection that only looks: nothing is migrated, recovered or written. For a check of
        a file that may be damaged. Raises NotFound and NotACatalogue like `reading`."""
        self.close()
        self._require_file()
        mode = _read_mode(self.path)
        self._connection = _connect(self.path, self._timeout, "ro" if mode == "rw" else mode)
        _version(self._connection, self.path)
        return self._connection

    def _require_file(self) -> None:
        if self.path.is_dir():
            raise NotACatalogue(f"{self.path} is a folder, not a catalogue")
        if not self.path.exists():
            raise NotFound(
                f"No catalogue at {self.path}",
                hint="Make one with `retrovue quickstart DIR` or `retrovue source add`.",
            )

    def _verify_or_migrate(self) -> None:
        assert self._connection is not None
        version = _version(self._connection, self.path)
        if version == SCHEMA_VERSION:
            return
        if not os.access(self.path, os.W_OK):
            self.close()
            raise DatabaseFailure(
                f"{self.path} is of schema version {version} and cannot be written,"
                f" so it cannot be brought to version {SCHEMA_VERSION}"
            )
        self.close()
        self._writing()

    def _writing(self) -> sqlite3.Connection:
        if self._connection is not None and self._writable:
            return self._connection
        self.close()
        if self.path.is_dir():
            raise NotACatalogue(f"{self.path} is a folder, not a catalogue")
        _make_file(self.path)
        self._connection = connection = _connect(self.path, self._timeout, "rw")
        self._writable = True
        try:
            if _version(connection, self.path) < SCHEMA_VERSION:
                self._migrate(connection)
        except BaseException:
            self.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        from retrovue.catalogue import migrate

        _enter_wal(connection, self._timeout)
        if _version(connection, self.path) > 0:
            from retrovue.catalogue import backup

            backup.automatic(self.path, "migration")
        with _transaction(connection, "Database migration"):
            if _version(connection, self.path) < SCHEMA_VERSION:
                migrate.apply_pending(connection)

    @contextmanager
    def write(self, operation: str, dry_run: bool = False) -> Iterator[Tx]:
        """A transaction that holds the write lock: committed after the guarantees were looked at,
        rolled back by any exception, and by `dry_run` after everything else was done.

        `operation` is noun and verb ("Source ingest") for the messages. Raises Locked after the
        busy timeout, GuaranteeViolated when what was written breaks a guarantee, and
        DatabaseFailure for whatever else SQLite says.
        """
        with _saying(operation):
            connection = self._writing()
        with _transaction(connection, operation, dry_run) as tx:
            yield tx
            broken = guarantees.violations(connection, tx.scope())
            if broken:
                raise GuaranteeViolated(
                    f"{operation} failed: it would break a guarantee", map(str, broken)
                )

    def prepare(self, operation: str) -> sqlite3.Connection:
        """The connection that will write, outside a transaction: for comparing beforehand."""
        with _saying(operation):
            return self._writing()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._writable = None, False


def utc_now() -> str:
    """The time as the file has it: ISO-8601, UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _busy_timeout() -> float:
    try:
        return float(os.environ["RETROVUE_BUSY_TIMEOUT"])
    except (KeyError, ValueError):
        return BUSY_TIMEOUT


def _make_file(path: Path) -> None:
    """Make an empty file that only its owner reads, and its folder, where there is none."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise DatabaseFailure(f"Cannot write {path}: {error.strerror}") from error


def _read_mode(path: Path) -> str:
    """How to open for reading: `rw` where it can be (so that an interrupted write is recovered),
    else `ro`; `immutable` on a medium that takes no lock files and has none.
    https://www.sqlite.org/wal.html#read_only_databases"""
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return "rw"
    beside = [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm")]
    if os.access(path.parent, os.W_OK) or any(file.exists() for file in beside):
        return "ro"
    return "ro&immutable=1"


def _connect(path: Path, timeout: float, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)
    except sqlite3.Error as error:
        raise DatabaseFailure(f"Cannot open {path}: {error}") from error
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if connection.execute("PRAGMA foreign_keys").fetchone() != (1,):
            raise DatabaseFailure("This build of SQLite has no foreign keys")
        connection.execute("PRAGMA temp_store = FILE")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of the file, 0 for an empty one; refuses what is no catalogue of ours."""
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        empty = application == 0 and version == 0 and _has_no_tables(connection)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, 6):
            raise Locked("the database is locked by another process") from error
        raise NotACatalogue(f"{path} is not a catalogue ({error})") from error
    if empty:
        return 0
    if application != APPLICATION_ID:
        raise NotACatalogue(f"{path} is not a catalogue but a database of something else")
    if version > SCHEMA_VERSION:
        raise NewerFile(
            f"{path} is of schema version {version}; this retrovue knows versions"
            f" up to {SCHEMA_VERSION}",
            hint="Install a newer retrovue. The file was not touched.",
        )
    return version


def _has_no_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])


def _enter_wal(connection: sqlite3.Connection, timeout: float) -> None:
    """Switch to write-ahead logging; SQLite asks its busy handler only in part of this, so other
    processes that do the same are waited for here."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if time.monotonic() > deadline or not _is_locked(error):
                raise
            time.sleep(0.02)


@contextmanager
def _transaction(
    connection: sqlite3.Connection, operation: str, dry_run: bool = False
) -> Iterator[Tx]:
    with _saying(operation):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield Tx(connection)
            connection.execute("ROLLBACK" if dry_run else "COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def _saying(operation: str) -> Iterator[None]:
    """Turn what SQLite raises into the contract's words."""
    try:
        yield
    except Locked as error:
        raise Locked(f"{operation} failed: {error.message}") from error
    except sqlite3.IntegrityError as error:
        raise GuaranteeViolated(f"{operation} failed: {error}") from error
    except sqlite3.Error as error:
        if _is_locked(error):
            raise Locked(
                f"{operation} failed: the database is locked by another process",
                hint="Wait for the other retrovue (or script) to end, then try again.",
            ) from error
        raise DatabaseFailure(f"{operation} failed: {error}", hint=_hint(error)) from error


def _is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, 6)


def _hint(error: sqlite3.Error) -> str | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return "Nothing was changed. Make room on the disk, then try again."
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return "Look with `retrovue db check`; bring back a copy with `retrovue db restore`."
    if code == sqlite3.SQLITE_READONLY:
        return "Nothing was changed. The file or its folder cannot be written."
    return None
