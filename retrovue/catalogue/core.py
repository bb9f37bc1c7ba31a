"""Open, migrate and write the catalogue file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from retrovue.catalogue import files
from retrovue.catalogue.connection import (
    PAGE_SIZE,
    SCHEMA_VERSION,
    HistoryLine,
    Tx,
    busy_seconds,
    connect,
    enter_wal,
    transaction,
)
from retrovue.catalogue.sqlite_errors import TranslatingConnection, translate_errors
from retrovue.catalogue.versions import version_of
from retrovue.commands import Command, Hint
from retrovue.errors import (
    DatabaseFailure,
    GuaranteeViolated,
    NotACatalogue,
    NotFound,
)
from retrovue.model import Operation


class Catalogue:
    """One catalogue file. Nothing is opened, and no file made, before it is needed.

    Opened with `dry_run` everything is done as it would be, and rolled back. `committed` names the
    lines of history that were committed so far.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        dry_run: bool = False,
        patience: float | None = None,
    ) -> None:
        """`patience` is for how many seconds a write waits for another process, None: the usual."""
        self.path = os.fspath(path)
        self.dry_run = dry_run
        self._timeout = busy_seconds() if patience is None else patience
        self._connection: sqlite3.Connection | None = None
        self._writable = False
        self._file: tuple[int, int] | None = None
        self.committed: list[HistoryLine] = []

    def exists(self) -> bool:
        """Whether there is a file with something in it."""
        return files.size(self.path) > 0

    def reader(self) -> sqlite3.Connection:
        """A connection for reads.

        Raises NotFound where there is no file, NotACatalogue for anything that is none, NewerFile
        for one of a later version. A file of an earlier version is migrated first.
        """
        if self._connection is None:
            self._require_file()
            mode = files.read_mode(self.path)
            self._file = files.identity(self.path) if mode == "rw" else None  # before it is open
            self._connection = connect(self.path, self._timeout, mode)
            try:
                self._verify_or_migrate()
            except BaseException:
                self.close()
                raise
        return self._connection

    def inspector(self) -> sqlite3.Connection:
        """A connection that only looks: nothing is migrated, recovered or written. For a check of
        a file that may be damaged. Raises NotFound and NotACatalogue like `reader`."""
        self.close()
        self._require_file()
        self._connection = connect(self.path, self._timeout, files.look_mode(self.path))
        self._connection.execute("PRAGMA query_only = ON")
        version_of(self._connection, self.path, numbered=False)
        return self._connection

    def _require_file(self) -> None:
        if os.path.isdir(self.path):
            raise NotACatalogue(f"{self.path} is a folder, not a catalogue")
        try:
            there = self.exists()
        except PermissionError as error:
            raise DatabaseFailure(
                f"{self.path} cannot be reached ({error.strerror})",
                hint="Look at the permissions of the folders that it lies in.",
            ) from error
        if not there:
            raise NotFound(
                f"No catalogue at {self.path}",
                ["The file there is empty."] if os.path.exists(self.path) else [],
                hint=Hint("Make one of a folder of media", Command("quickstart", ("DIR",))),
            )

    def _verify_or_migrate(self) -> None:
        assert self._connection is not None
        version = version_of(self._connection, self.path)
        if version == SCHEMA_VERSION:
            return
        if not os.access(self.path, os.W_OK):
            raise DatabaseFailure(
                f"{self.path} is of schema version {version} and cannot be written,"
                f" so it cannot be brought to version {SCHEMA_VERSION}"
            )
        self.close()
        self._writing()

    def _writing(self, operation: Operation = "Database migration") -> sqlite3.Connection:
        if self._connection is not None and self._writable:
            return self._connection
        connection = self._kept() or self._opened_anew(operation)
        self._writable = True
        try:
            if version_of(connection, self.path) < SCHEMA_VERSION:
                self._migrate(connection)
        except BaseException:
            self.close()
            raise
        return connection

    def _kept(self) -> sqlite3.Connection | None:
        """The connection of the reads so far, which knows the schema already, where it can write to
        the file that is there now and reads nothing at the moment."""
        connection = self._connection
        if connection is None or connection.in_transaction or self._file is None:
            return None
        return connection if files.identity(self.path) == self._file else None

    def _opened_anew(self, operation: Operation) -> sqlite3.Connection:
        self.close()
        if os.path.isdir(self.path):
            raise NotACatalogue(f"{self.path} is a folder, not a catalogue")
        _make_file(self.path, self._timeout, operation)
        self._file = files.identity(self.path)
        self._connection = connection = connect(self.path, self._timeout, "rw")
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Bring the file to today's schema, after a backup of a file that holds something; of
        processes that come at once, one does it."""
        from pathlib import Path

        from retrovue.catalogue import history, migrate
        from retrovue.catalogue.backups import automatic

        operation: Operation = "Database migration"
        enter_wal(connection, self._timeout)
        with (
            automatic.before_operation(Path(self.path), operation, self.committed) as way,
            transaction(connection, operation, committed=self.committed) as tx,
        ):
            version = version_of(connection, self.path)
            if 0 < version < SCHEMA_VERSION:
                saved = way.make()
                migrate.apply_pending(connection)
                detail = {"from": version, "to": SCHEMA_VERSION, "backup": saved.name}
                history.record(tx, operation, "success", detail=detail)
            elif version < SCHEMA_VERSION:
                migrate.apply_pending(connection)

    def write(self, operation: Operation) -> AbstractContextManager[Tx]:
        """A transaction that holds the write lock: committed after the guarantees were looked at,
        rolled back by any exception, and in a dry run after everything else was done.

        `operation` is noun and verb ("Source ingest") for the messages. Raises Locked after the
        busy timeout, GuaranteeViolated when what was written breaks a guarantee, and
        DatabaseFailure for whatever else SQLite says.
        """
        return self._transaction(operation, dry_run=self.dry_run)

    def rehearse(self, operation: Operation) -> AbstractContextManager[Tx]:
        """A transaction like that of `write` that is always rolled back: what it would do."""
        return self._transaction(operation, dry_run=True)

    @contextmanager
    def _transaction(self, operation: Operation, *, dry_run: bool) -> Iterator[Tx]:
        connection = self._opened(operation)
        with transaction(connection, operation, dry_run=dry_run, committed=self.committed) as tx:
            version_of(connection, self.path)  # a newer tool may have come since the last write
            yield tx
            from retrovue.catalogue import guarantees, search  # reads do without
            from retrovue.catalogue.works import attach

            attach.catch_up(tx)
            search.catch_up(tx)
            scope = guarantees.of_touched(
                tx.touched, tx.new_assets, tx.new_files, tx.now, in_bulk=tx.in_bulk
            )
            broken = guarantees.violations(connection, scope)
            if broken:
                raise GuaranteeViolated(
                    f"{operation} failed: it would break a guarantee", map(str, broken)
                )
            self._require_same_file(operation)

    def _opened(self, operation: Operation) -> sqlite3.Connection:
        with translate_errors(operation):
            try:
                return self._writing(operation)
            except OSError as error:
                raise DatabaseFailure(
                    f"{operation} failed: {self.path} cannot be written"
                    f" ({error.strerror or error})",
                    hint="Nothing was changed.",
                ) from error

    def _require_same_file(self, operation: Operation) -> None:
        """What is committed to a file that was deleted or replaced would be lost in silence."""
        if files.identity(self.path) != self._file:
            raise DatabaseFailure(
                f"{operation} failed: {self.path} was moved, replaced or deleted meanwhile",
                hint="It was rolled back. Try again when the file is where it belongs.",
            )

    def writer(self, operation: Operation) -> TranslatingConnection:
        """The connection that will write, outside a transaction: for comparing beforehand."""
        return TranslatingConnection(self._opened(operation), operation)

    def close(self) -> None:
        """Close the connection; the next use opens another one."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._writable, self._file = None, False, None


def _make_file(path: str, timeout: float, operation: Operation) -> None:
    """Make a file that only its owner reads, and its folder, where there is none."""
    os.makedirs(files.folder(path), mode=0o700, exist_ok=True)
    if os.path.exists(path):
        return
    files.sweep(path)
    in_the_way = os.path.lexists(path) or os.path.exists(path + "-wal")
    if in_the_way or not _make_whole(path, timeout, operation):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _make_whole(path: str, timeout: float, operation: Operation) -> bool:
    """Make the catalogue under another name and give it its own when it is complete, so that
    nobody ever finds half of one; of processes that come at once the first is taken. Returns
    whether the file system can do that."""
    from retrovue.catalogue import migrate

    new = files.unfinished(path)
    os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        connection = connect(new, timeout, "rw")
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            with transaction(connection, operation):
                migrate.apply_pending(connection)
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        return files.linked(new, path)
    finally:
        files.discard(new)
