"""Copies of the catalogue: consistent while others write, verified, and only then given a name."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from retrovue.catalogue import files, new_file
from retrovue.catalogue.connection import opened, quoted
from retrovue.catalogue.health import integrity
from retrovue.catalogue.sqlite_errors import to_domain_error
from retrovue.commands import CHECK
from retrovue.errors import DatabaseFailure
from retrovue.model import Operation


class Copy(NamedTuple):
    """A copy that was made and verified: rows by table, and the variables that hold secrets of
    sources but were not set, so that these could not be looked for; of an anonymised one also the
    objects of others that it does not have."""

    path: Path
    bytes: int
    rows: dict[str, int]
    unset: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def make(
    path: Path,
    target: Path,
    *,
    without_secrets: bool = False,
    anonymise: bool = False,
    force: bool = False,
) -> Copy:
    """Copy the catalogue at `path` to `target`, verify the copy, and only then give it its name. A
    link is followed. One that is anonymised has no secrets either.

    Raises UsageError when the target exists and `force` is not given, or is of the catalogue;
    DatabaseFailure when the copy cannot be written or is not what it should be.
    """
    named, target = target, Path(os.path.realpath(target)) if target.is_symlink() else target
    new_file.require_free(path, target, force=force)
    unfinished = Path(files.unfinished(str(target)))
    unset: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    with failing_as("Database backup"):
        files.sweep(str(target))
        try:
            if anonymise:
                from retrovue.catalogue.backups import anonymised

                rows, left_out = anonymised.write(path, unfinished)
            else:
                rows = copy_pages(path, unfinished)
            if without_secrets and not anonymise:
                from retrovue.catalogue.backups import strip_secrets

                rows, unset = strip_secrets.drop_secrets(unfinished)
            _verify(unfinished, rows)
            size = unfinished.stat().st_size
            new_file.publish(unfinished, target, force=force)
        finally:
            files.discard(str(unfinished))
    return Copy(named, size, rows, unset, left_out)


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
