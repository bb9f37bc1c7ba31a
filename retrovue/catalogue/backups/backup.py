"""Copies of the catalogue: consistent while others write, verified, and only then given a name."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from retrovue.catalogue import files
from retrovue.catalogue.connection import opened, quoted
from retrovue.catalogue.health import integrity
from retrovue.catalogue.sqlite_errors import to_domain_error
from retrovue.commands import CHECK
from retrovue.errors import DatabaseFailure, UsageError
from retrovue.model import Operation


class Copy(NamedTuple):
    """A copy that was made and verified: rows by table, and the variables that hold secrets of
    sources but were not set, so that these could not be looked for."""

    path: Path
    bytes: int
    rows: dict[str, int]
    unset: tuple[str, ...] = ()


class InTheWay(UsageError):
    """Something has the name already."""


def make(path: Path, target: Path, *, without_secrets: bool = False, force: bool = False) -> Copy:
    """Copy the catalogue at `path` to `target`, verify the copy, and only then give it its name. A
    link is followed.

    Raises UsageError when the target exists and `force` is not given, or is of the catalogue;
    DatabaseFailure when the copy cannot be written or is not what it should be.
    """
    named, target = target, Path(os.path.realpath(target)) if target.is_symlink() else target
    _require_target(path, target, force=force)
    unfinished = Path(files.unfinished(str(target)))
    unset: tuple[str, ...] = ()
    with failing_as("Database backup"):
        files.sweep(str(target))
        try:
            rows = copy_pages(path, unfinished)
            if without_secrets:
                from retrovue.catalogue.backups import strip_secrets

                rows, unset = strip_secrets.drop_secrets(unfinished)
            _verify(unfinished, rows)
            size = unfinished.stat().st_size
            _publish(unfinished, target, force=force)
        finally:
            files.discard(str(unfinished))
    return Copy(named, size, rows, unset)


@contextmanager
def failing_as(operation: Operation) -> Iterator[None]:
    """Translate errors of the disk and of sqlite3 to RetrovueError."""
    try:
        yield
    except sqlite3.Error as error:
        raise to_domain_error(operation, error) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            why = "database or disk is full"
        else:
            why = f"{error.filename2 or error.filename}: {error.strerror}"
        raise DatabaseFailure(f"{operation} failed: {why}") from error


def _require_target(path: Path, target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise UsageError(f"{target} is a folder; give the name of a file in it")
    if target.exists() and path.exists() and target.samefile(path):
        raise UsageError("A catalogue cannot be its own backup")
    if files.touches(str(target), str(path)) or files.is_unfinished(str(target), str(path)):
        raise UsageError(
            f"{target} is a name that is kept for what lies beside the catalogue",
            hint="Give the backup another name.",
        )
    owner = files.owner(str(target))
    if owner is not None:
        raise UsageError(
            f"{target} is a name that SQLite keeps for what lies beside {owner}",
            hint="Give the backup another name.",
        )
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is not a regular file")
    taken = [part for part in (target, *_beside(target)) if os.path.lexists(part)]
    if taken and not force:
        raise _in_the_way(taken[0])


def _in_the_way(target: Path) -> UsageError:
    return InTheWay(f"{target} already exists", hint="--force replaces it.")


def _publish(unfinished: Path, target: Path, *, force: bool) -> None:
    """Give the copy its name; what SQLite kept beside a file of that name is none of the copy."""
    files.sync(str(unfinished))
    if force:
        _discard_beside(target)
        os.replace(unfinished, target)
    else:
        try:
            os.link(unfinished, target)
        except FileExistsError:
            raise _in_the_way(target) from None
        except OSError as error:
            if error.errno not in files.NO_LINKS:
                raise
            _claim(target)
            os.replace(unfinished, target)
        _discard_beside(target)
    files.sync(files.folder(str(target)))


def _claim(target: Path) -> None:
    """Make the file, so that nobody else does, where the file system knows no links."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise _in_the_way(target) from None


def _discard_beside(target: Path) -> None:
    for part in _beside(target):
        part.unlink(missing_ok=True)


def _beside(target: Path) -> list[Path]:
    return [target.with_name(target.name + suffix) for suffix in files.BESIDE]


def copy_pages(path: Path, target: Path) -> dict[str, int]:
    """Copy every page, of one moment, to a new file that only its owner reads; returns the rows by
    table. https://www.sqlite.org/backup.html"""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with opened(path, files.read_mode(str(path))) as source, opened(target, "rw") as copy:
        source.execute("BEGIN")
        rows = rows_of(source)
        source.backup(copy)
        source.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = DELETE")
    return rows


@contextmanager
def trial_copy(path: Path) -> Iterator[Path]:
    """A copy of the file to try something with, in the system's temporary folder."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy_pages(path, copy)
        yield copy


def rows_of(connection: sqlite3.Connection) -> dict[str, int]:
    """The number of rows of every table; those of a virtual one lie in tables of its own."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name"
    ).fetchall()
    count = "SELECT count(*) FROM {}"
    return {name: connection.execute(count.format(quoted(name))).fetchone()[0] for (name,) in names}


def _verify(path: Path, rows: dict[str, int]) -> None:
    with opened(path, "ro") as copy:
        found = integrity.damage(copy)
        if found:
            raise DatabaseFailure(
                "Database backup failed: the copy is damaged",
                [*found[:10], "So is the catalogue, then."],
                hint=CHECK,
            )
        if rows_of(copy) != rows:
            raise DatabaseFailure("Database backup failed: the copy does not have every row")
