"""Bringing a backup back, in one step that is either not begun or done."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from retrovue.catalogue import files, history, migrate, sqlite_errors, versions
from retrovue.catalogue.backups import automatic
from retrovue.catalogue.backups import backup as backups
from retrovue.catalogue.backups.backup import Copy, failing_as
from retrovue.catalogue.connection import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    HistoryLine,
    busy_seconds,
    enter_wal,
    header,
    opened,
    transaction,
)
from retrovue.catalogue.health import integrity
from retrovue.commands import Command, Hint, Line
from retrovue.errors import DatabaseFailure, Locked, NewerFile, NotACatalogue, NotFound, UsageError
from retrovue.model import Operation
from retrovue.redact import scrub

OPERATION: Operation = "Database restore"
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def restore(path: Path, backup: Path, *, dry_run: bool = False) -> tuple[Copy, Path | None]:
    """Put a backup in the place of the catalogue, brought to today's schema and with a line of
    history; returns what was restored and where the catalogue as it was before lies (None: there
    was none). Others may read meanwhile, and then see the one or the other.

    Raises NotFound, NotACatalogue and NewerFile for what is no backup of a catalogue, UsageError
    for the catalogue itself, DatabaseFailure for a backup that is damaged or when the file cannot
    be written.
    """
    _require_backup(path, backup)
    committed: list[HistoryLine] = []
    staged = Path(files.unfinished(str(path)))
    with (
        failing_as(OPERATION),
        automatic.before_operation(path, OPERATION, committed, keep=backup) as way,
    ):
        os.makedirs(path.parent, mode=0o700, exist_ok=True)
        _refuse_foreign(path)
        files.sweep(str(path))
        try:
            rows = _staged(backup, staged)
            aside = None if dry_run else _saved(path, way)
            saved = way.path or aside
            _prepare(staged, {"from": scrub(str(backup)), "backup": saved.name if saved else None})
            size = staged.stat().st_size
            if not dry_run:
                _put(staged, path, committed)
        finally:
            files.discard(str(staged))
    return Copy(path, size, rows), saved


def _require_backup(path: Path, backup: Path) -> None:
    if not backup.exists():
        raise NotFound(f"No backup at {backup}", hint=_newest(path))
    if backup.is_dir():
        raise NotACatalogue(f"{backup} is a folder, not a catalogue")
    if path.is_dir():
        raise NotACatalogue(f"{path} is a folder, not a catalogue")
    if path.exists() and path.samefile(backup):
        raise UsageError("A catalogue cannot be restored from itself")


def _newest(path: Path) -> Line:
    found = automatic.list_backups(path)
    if not found:
        return "There is no other beside the catalogue."
    newest = str(found[0].path.absolute())
    return Hint("The newest beside the catalogue", Command("db restore", (newest,)))


def _refuse_foreign(path: Path) -> None:
    """Nothing of another application is overwritten, and no catalogue of a later release, which
    could not be backed up so that this one brings it back. What cannot be read at all is taken for
    a damaged catalogue, unless it is text or of no size that a database has."""
    if not files.size(str(path)):
        return
    try:
        with opened(path, files.read_mode(str(path))) as there:
            versions.version_of(there, str(path))
    except sqlite3.DatabaseError as error:
        if sqlite_errors.code(error) not in _BROKEN:
            raise
    except (NotACatalogue, NewerFile) as error:
        if isinstance(error.__cause__, sqlite3.DatabaseError) and not _is_something_else(path):
            return
        error.hint = "It was not touched. Move it away first if the backup is to stand there."
        raise


def _is_something_else(path: Path) -> bool:
    """Whether a file that SQLite cannot read was never a database."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"SQLite format 3\0"):
        return False
    if path.stat().st_size % 512:  # https://www.sqlite.org/fileformat.html#pages
        return True
    try:
        return "\0" not in start.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _staged(backup: Path, staged: Path) -> dict[str, int]:
    """Copy the backup and look whether it is one; returns its rows by table."""
    try:
        rows = backups.copy_pages(backup, staged)
        with opened(staged, "rw") as copy:
            version, application, _ = header(copy)
            damage = integrity.damage(copy)
    except sqlite3.DatabaseError as error:
        if sqlite_errors.code(error) == sqlite3.SQLITE_NOTADB:
            raise NotACatalogue(f"{backup} is not a catalogue ({error})") from error
        if sqlite_errors.code(error) == sqlite3.SQLITE_CORRUPT:
            raise DatabaseFailure(f"{OPERATION} failed: {backup} is damaged ({error})") from error
        raise
    if application != APPLICATION_ID:
        raise NotACatalogue(f"{backup} is not a catalogue")
    if version > SCHEMA_VERSION:
        raise NewerFile(
            f"{backup} is of schema version {version}; this retrovue knows versions"
            f" up to {SCHEMA_VERSION}"
        )
    if damage:
        raise DatabaseFailure(f"{OPERATION} failed: {backup} is damaged", damage[:10])
    return rows


def _saved(path: Path, way: automatic.WayBack) -> Path | None:
    """Make a backup of what stands there now; a file too damaged to be copied as a database is
    copied as it is, and where that lies is returned."""
    if not files.size(str(path)):
        return None
    try:
        way.make()
        return None
    except DatabaseFailure:
        if not _is_damaged(path):
            raise
    aside = automatic.free_name(path, "", ".damaged")
    try:
        for suffix in ("-wal", ""):
            part = path.with_name(path.name + suffix)
            if files.size(str(part)):
                _copy_as_it_is(part, aside.with_name(aside.name + suffix))
    except BaseException:
        files.discard(str(aside))
        raise
    return aside


def _copy_as_it_is(file: Path, target: Path) -> None:
    """Copy a file, with its times, to a new one that only its owner reads."""
    new = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(new, "wb") as copy, file.open("rb") as original:
        shutil.copyfileobj(original, copy)
    status = file.stat()
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _is_damaged(path: Path) -> bool:
    try:
        with opened(path, files.read_mode(str(path))) as there:
            return bool(integrity.damage(there))
    except sqlite3.DatabaseError as error:
        return sqlite_errors.code(error) in _BROKEN


def _prepare(staged: Path, detail: dict[str, Any]) -> None:
    """Bring the copy to today's schema and note in it what it is for, before it is put in place."""
    with opened(staged, "rw") as copy, transaction(copy, OPERATION) as tx:
        migrate.apply_pending(copy)
        history.record(tx, OPERATION, "success", detail=detail)


def _put(staged: Path, path: Path, committed: list[HistoryLine]) -> None:
    """Put the copy in the place of the file: by its name where there is none, else page by page in
    one transaction of the file, and by its name again where that is too damaged for one.
    `committed` is told of it as soon as the file may be another."""
    path = Path(os.path.realpath(path))  # what SQLite keeps beside a file lies beside the real one
    done = HistoryLine(OPERATION, "success", None, None)
    if not files.size(str(path)) and not path.with_name(path.name + "-wal").exists():
        _make_wal(staged)
        path.unlink(missing_ok=True)
        if files.linked(str(staged), str(path)):
            committed.append(done)
            return
    try:
        _overwrite(staged, path)
    except sqlite3.DatabaseError as error:
        if sqlite_errors.code(error) not in _BROKEN:
            raise
    except KeyboardInterrupt:  # it may have come right behind the commit
        committed.append(done)
        raise
    else:
        committed.append(done)
        _enter_wal(path)
        return
    _make_wal(staged)
    committed.append(done)
    for suffix in files.BESIDE:  # they belong to the damaged file, and would spoil the new one
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    os.replace(staged, path)


def _make_wal(staged: Path) -> None:
    with opened(staged, "rw") as copy:
        copy.execute("PRAGMA journal_mode = WAL")
    files.sync(str(staged))


def _overwrite(staged: Path, path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with opened(path, "rw") as target:
        size = target.execute("PRAGMA page_size").fetchone()[0]
        _fit(staged, size)
        with opened(staged, "ro") as source:
            source.backup(target, progress=_patience, sleep=0.05)


def _enter_wal(path: Path) -> None:
    with opened(path, "rw") as target:
        enter_wal(target, busy_seconds())


def _fit(staged: Path, page_size: int) -> None:
    """A file that is in use keeps the size of its pages, so the copy takes it."""
    with opened(staged, "rw") as copy:
        if copy.execute("PRAGMA page_size").fetchone()[0] != page_size:
            copy.execute(f"PRAGMA page_size = {page_size}")
            copy.execute("VACUUM")


def _patience(status: int, remaining: int, total: int) -> None:
    """SQLite waited for the busy timeout by then; Python would go on for ever."""
    if status & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise Locked(
            f"{OPERATION} failed: the database is locked by another process",
            hint="Wait for the other retrovue (or script) to end, then try again.",
        )
