"""The door: where the file is opened, checked, migrated, and written."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from retrovue.catalogue import place
from retrovue.catalogue.saying import Speaking, code, is_locked, saying
from retrovue.catalogue.texts import lenient
from retrovue.commands import Command, Hint
from retrovue.errors import (
    DatabaseFailure,
    GuaranteeViolated,
    NewerFile,
    NotACatalogue,
    NotFound,
)

if TYPE_CHECKING:
    from retrovue.catalogue.guarantees import Scope

APPLICATION_ID = 0x52565545  # "RVUE"
SCHEMA_VERSION = 2  # the number of files in migrations/
BUSY_TIMEOUT = 10.0  # seconds

Row = tuple[Any, ...]
Parameters = Mapping[str, Any] | tuple[Any, ...]


class Recorded(NamedTuple):
    """A line of history, as far as it names what was done."""

    operation: str
    status: str
    source: str | None
    collection: str | None


class Tx:
    """An open write transaction; whoever writes takes one as its first parameter.

    `now` is the one timestamp of the transaction. `touch` names the collections that the gate
    looks at before the commit; `new_assets` and `new_files` the ids above which rows are new;
    `recorded` what it wrote into the history.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.now = utc_now()
        self.touched: set[int] = set()
        self.new_assets: int | None = None
        self.new_files: int | None = None
        self.recorded: list[Recorded] = []

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        return self.connection.execute(sql, parameters)

    def touch(self, collection_id: int) -> None:
        self.touched.add(collection_id)

    def scope(self) -> Scope:
        from retrovue.catalogue import guarantees

        return guarantees.of_touched(self.touched, self.new_assets, self.new_files)


class Catalogue:
    """One catalogue file. Nothing is opened, and no file made, before it is needed.

    `kept` names what was committed so far.
    """

    def __init__(self, path: str | os.PathLike[str], busy_timeout: float | None = None) -> None:
        self.path = os.fspath(path)
        self._timeout = busy_seconds() if busy_timeout is None else busy_timeout
        self._connection: sqlite3.Connection | None = None
        self._writable = False
        self._file: tuple[int, int] | None = None
        self.kept: list[Recorded] = []

    def exists(self) -> bool:
        """Whether there is a file with something in it."""
        return place.size(self.path) > 0

    def reading(self) -> sqlite3.Connection:
        """A connection for reads.

        Raises NotFound where there is no file, NotACatalogue for anything that is none, NewerFile
        for one of a later version. A file of an earlier version is migrated first.
        """
        if self._connection is None:
            self._require_file()
            self._connection = connect(self.path, self._timeout, place.read_mode(self.path))
            try:
                self._verify_or_migrate()
            except BaseException:
                self.close()
                raise
        return self._connection

    def looking(self) -> sqlite3.Connection:
        """A connection that only looks: nothing is migrated, recovered or written. For a check of
        a file that may be damaged. Raises NotFound and NotACatalogue like `reading`."""
        self.close()
        self._require_file()
        self._connection = connect(self.path, self._timeout, place.look_mode(self.path))
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
                hint="Make one with `retrovue quickstart DIR` or `retrovue source add`.",
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

    def _writing(self, operation: str = "Database migration") -> sqlite3.Connection:
        if self._connection is not None and self._writable:
            return self._connection
        self.close()
        if os.path.isdir(self.path):
            raise NotACatalogue(f"{self.path} is a folder, not a catalogue")
        _make_file(self.path, self._timeout, operation)
        self._connection = connection = connect(self.path, self._timeout, "rw")
        self._writable = True
        try:
            self._file = place.identity(self.path)
            if version_of(connection, self.path) < SCHEMA_VERSION:
                self._migrate(connection)
        except BaseException:
            self.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Bring the file to today's schema, after a backup of a file that holds something; of
        processes that come at once, one does it."""
        from pathlib import Path

        from retrovue.catalogue import automatic, history, migrate

        operation = "Database migration"
        enter_wal(connection, self._timeout)
        with (
            automatic.way_back(Path(self.path), operation, self.kept) as way,
            transaction(connection, operation, kept=self.kept) as tx,
        ):
            version = version_of(connection, self.path)
            if 0 < version < SCHEMA_VERSION:
                saved = way.make()
                migrate.apply_pending(connection)
                detail = {"from": version, "to": SCHEMA_VERSION, "backup": saved.name}
                history.record(tx, operation, "success", detail=detail)
            elif version < SCHEMA_VERSION:
                migrate.apply_pending(connection)

    @contextmanager
    def write(self, operation: str, dry_run: bool = False) -> Iterator[Tx]:
        """A transaction that holds the write lock: committed after the guarantees were looked at,
        rolled back by any exception, and by `dry_run` after everything else was done.

        `operation` is noun and verb ("Source ingest") for the messages. Raises Locked after the
        busy timeout, GuaranteeViolated when what was written breaks a guarantee, and
        DatabaseFailure for whatever else SQLite says.
        """
        connection = self._opened(operation)
        with transaction(connection, operation, dry_run, self.kept) as tx:
            yield tx
            from retrovue.catalogue import guarantees

            broken = guarantees.violations(connection, tx.scope())
            if broken:
                raise GuaranteeViolated(
                    f"{operation} failed: it would break a guarantee", map(str, broken)
                )
            self._require_same_file(operation)

    def _opened(self, operation: str) -> sqlite3.Connection:
        with saying(operation):
            try:
                return self._writing(operation)
            except OSError as error:
                raise DatabaseFailure(
                    f"{operation} failed: {self.path} cannot be written"
                    f" ({error.strerror or error})",
                    hint="Nothing was changed.",
                ) from error

    def _require_same_file(self, operation: str) -> None:
        """What is committed to a file that was deleted or replaced would be lost in silence."""
        if place.identity(self.path) != self._file:
            raise DatabaseFailure(
                f"{operation} failed: {self.path} was moved, replaced or deleted meanwhile",
                hint="It was rolled back. Try again when the file is where it belongs.",
            )

    def prepare(self, operation: str) -> Speaking:
        """The connection that will write, outside a transaction: for comparing beforehand."""
        return Speaking(self._opened(operation), operation)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._writable = None, False


def utc_now() -> str:
    """The time as the file has it: ISO-8601, UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def busy_seconds() -> float:
    """How long a write waits for another process."""
    try:
        return float(os.environ["RETROVUE_BUSY_TIMEOUT"])
    except (KeyError, ValueError):
        return BUSY_TIMEOUT


def _make_file(path: str, timeout: float, operation: str) -> None:
    """Make a file that only its owner reads, and its folder, where there is none."""
    os.makedirs(place.folder(path), mode=0o700, exist_ok=True)
    if os.path.exists(path):
        return
    place.sweep(path)
    in_the_way = os.path.lexists(path) or os.path.exists(path + "-wal")
    if in_the_way or not _make_whole(path, timeout, operation):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _make_whole(path: str, timeout: float, operation: str) -> bool:
    """Make the catalogue under another name and give it its own when it is complete, so that
    nobody ever finds half of one; of processes that come at once the first is taken. Returns
    whether the file system can do that."""
    from retrovue.catalogue import migrate

    new = place.unfinished(path)
    os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        connection = connect(new, timeout, "rw")
        try:
            with transaction(connection, operation):
                migrate.apply_pending(connection)
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        return place.linked(new, path)
    finally:
        place.discard(new)


def connect(path: str, timeout: float, mode: str) -> sqlite3.Connection:
    """A connection as ours are: `mode` is one of SQLite's URIs, `rw` or `ro`."""
    connection = sqlite3.connect(
        place.uri(path, mode), uri=True, timeout=timeout, isolation_level=None
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


def version_of(connection: sqlite3.Connection, path: str, *, numbered: bool = True) -> int:
    """The schema version of the file, 0 for an empty one; refuses what is no catalogue of ours,
    and, when it must be `numbered`, one whose header does not say what its tables are."""
    try:
        version, application, empty = header(connection)
    except sqlite3.DatabaseError as error:
        if code(error) == sqlite3.SQLITE_NOTADB:
            raise NotACatalogue(f"{path} is not a catalogue ({error})") from error
        raise
    if empty:
        return 0
    if application != APPLICATION_ID or version < SCHEMA_VERSION:
        from retrovue.catalogue import versions

        wrong = versions.misnumbered(connection)
        if wrong is not None and not numbered:
            return wrong.version
        if wrong is not None:
            raise DatabaseFailure(
                f"{path} is a catalogue whose header was changed: {wrong.says}",
                hint=Hint("Put it right", Command("db check", options=("--repair",))),
            )
        if application != APPLICATION_ID:
            raise NotACatalogue(f"{path} is not a catalogue but a database of something else")
    if version > SCHEMA_VERSION:
        raise NewerFile(
            f"{path} is of schema version {version}; this retrovue knows versions"
            f" up to {SCHEMA_VERSION}",
            hint="Install a newer retrovue. The file was not touched.",
        )
    return version


def header(connection: sqlite3.Connection) -> tuple[int, int, bool]:
    """`user_version`, `application_id` and whether the file is empty, all of one moment."""
    own = not connection.in_transaction
    if own:
        connection.execute("BEGIN")
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
        return version, application, not (version or application) and _has_no_tables(connection)
    finally:
        if own and connection.in_transaction:
            connection.execute("COMMIT")


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
    operation: str,
    dry_run: bool = False,
    kept: list[Recorded] | None = None,
) -> Iterator[Tx]:
    """The one BEGIN IMMEDIATE of the house; `kept` is told what was committed."""
    with saying(operation, connection):
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
                _keep(kept, tx)  # interrupted right behind the commit
            raise
        if committing:
            _keep(kept, tx)


def _keep(kept: list[Recorded] | None, tx: Tx) -> None:
    if kept is not None:
        kept += tx.recorded
