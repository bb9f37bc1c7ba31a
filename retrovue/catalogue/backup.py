"""Copies of the catalogue: consistent while others write, verified, and brought back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from retrovue.catalogue.core import APPLICATION_ID, SCHEMA_VERSION, utc_now
from retrovue.errors import DatabaseFailure, NewerFile, NotACatalogue, NotFound, UsageError

KEPT = 5  # automatic backups beside the file
_ENDING = ".backup"


class Copy(NamedTuple):
    """A copy that was made and verified: rows by table."""

    path: Path
    bytes: int
    rows: dict[str, int]


def make(path: Path, target: Path, without_secrets: bool = False, force: bool = False) -> Copy:
    """Copy the catalogue at `path` to `target`, verify the copy, and only then give it its name.

    Raises UsageError when the target exists and `force` is not given, DatabaseFailure when the
    copy cannot be written or is not what it should be.
    """
    _require_target(path, target, force)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        rows = _copy(path, unfinished)
        if without_secrets:
            _drop_secrets(unfinished)
            rows["source_secrets"] = 0
        _verify(unfinished, rows)
        _publish(unfinished, target, force)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseFailure(f"Database backup failed: {_told(error)}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Copy(target, target.stat().st_size, rows)


def _require_target(path: Path, target: Path, force: bool) -> None:
    if target.is_dir():
        raise UsageError(f"{target} is a folder; give the name of a file in it")
    if target.exists() and path.exists() and target.samefile(path):
        raise UsageError("A catalogue cannot be its own backup")
    if target.exists() and not force:
        raise UsageError(f"{target} already exists", hint="--force replaces it.")


def _publish(unfinished: Path, target: Path, force: bool) -> None:
    _sync(unfinished)
    if force:
        os.replace(unfinished, target)
    else:
        os.link(unfinished, target)  # fails where somebody made it meanwhile


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _told(error: OSError | sqlite3.Error) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename2 or error.filename}"
    return str(error)


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    uri = path.absolute().as_uri() + f"?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _copy(path: Path, target: Path) -> dict[str, int]:
    """Copy every page in one read transaction; returns the rows by table that it saw.
    https://www.sqlite.org/backup.html"""
    with _opened(path, "ro") as source, _opened(target, "rw") as copy:
        source.execute("BEGIN")
        rows = _rows(source)
        source.backup(copy)
        source.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = DELETE")
    return rows


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\' ORDER BY name"
    ).fetchall()
    count = 'SELECT count(*) FROM "{}"'
    return {name: connection.execute(count.format(name)).fetchone()[0] for (name,) in names}


def _drop_secrets(path: Path) -> None:
    """Delete every secret, and rewrite the file so that no free page holds one."""
    with _opened(path, "rw") as copy:
        copy.execute("PRAGMA secure_delete = ON")
        copy.execute("DELETE FROM source_secrets")
        copy.execute("VACUUM")


def _verify(path: Path, rows: dict[str, int]) -> None:
    with _opened(path, "ro") as copy:
        found = [line for (line,) in copy.execute("PRAGMA integrity_check(10)")]
        if found != ["ok"]:
            raise DatabaseFailure("Database backup failed: the copy is damaged", found)
        if _rows(copy) != rows:
            raise DatabaseFailure("Database backup failed: the copy does not have every row")


def automatic(path: Path, why: str) -> Path:
    """Make a backup beside the file before something that cannot be undone, and keep the newest
    few; returns where it is."""
    stamp = utc_now().replace(":", "").replace("-", "")
    base = f"{path.name}.{stamp}-{why}"
    for number in range(1000):
        suffix = f"-{number}" if number else ""
        target = path.with_name(base + suffix + _ENDING)
        if not target.exists():
            break
    copy = make(path, target)
    for old in beside(path)[KEPT:]:
        old.unlink(missing_ok=True)
    return copy.path


def beside(path: Path) -> list[Path]:
    """The automatic backups of a file, newest first."""
    found = [
        file
        for file in path.parent.glob(f"{_escaped(path.name)}.*{_ENDING}")
        if file.name[len(path.name) + 1 :][:1].isdigit()
    ]
    return sorted(found, key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def restore(path: Path, backup: Path) -> tuple[Copy, Path | None]:
    """Put a backup in the place of the catalogue, in one transaction of it; returns what was
    restored and where the catalogue as it was before lies (None: there was none).

    Raises NotFound, NotACatalogue and NewerFile for what is no backup of a catalogue,
    DatabaseFailure for one that is damaged or when the file cannot be written.
    """
    rows = _checked(backup)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = _before_restore(path)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        with _opened(backup, "ro") as source, _opened(path, "rw") as target:
            target.execute("PRAGMA busy_timeout = 10000")
            source.backup(target)
            target.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise DatabaseFailure(f"Database restore failed: {error}") from error
    return Copy(path, path.stat().st_size, rows), before


def _before_restore(path: Path) -> Path | None:
    """A copy of what stands there now; a file too damaged to be copied as a database is copied as
    it is."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        return automatic(path, "restore")
    except DatabaseFailure:
        import shutil

        aside = path.with_name(f"{path.name}.{utc_now().replace(':', '')}-damaged{_ENDING}")
        shutil.copy2(path, aside)
        path.unlink()
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return aside


def _checked(backup: Path) -> dict[str, int]:
    if not backup.exists():
        raise NotFound(f"No backup at {backup}")
    if backup.is_dir():
        raise NotACatalogue(f"{backup} is a folder, not a catalogue")
    try:
        with _opened(backup, "ro") as source:
            version = source.execute("PRAGMA user_version").fetchone()[0]
            application = source.execute("PRAGMA application_id").fetchone()[0]
            if application != APPLICATION_ID:
                raise NotACatalogue(f"{backup} is not a catalogue")
            if version > SCHEMA_VERSION:
                raise NewerFile(f"{backup} is of schema version {version}, which is newer")
            found = [line for (line,) in source.execute("PRAGMA integrity_check(10)")]
            if found != ["ok"]:
                raise DatabaseFailure(f"{backup} is damaged", found)
            return _rows(source)
    except sqlite3.Error as error:
        raise NotACatalogue(f"{backup} is not a catalogue ({error})") from error
