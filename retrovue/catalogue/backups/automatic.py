"""The backups beside the file: made before what cannot be undone, kept once that was done."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from retrovue.catalogue import files, new_file
from retrovue.catalogue.backups import backup
from retrovue.catalogue.connection import HistoryLine, utc_now
from retrovue.errors import DatabaseFailure
from retrovue.model import Operation

KEPT = 5  # automatic backups beside the file
_ENDING = ".backup"
_PUBLIC, _ANONYMOUS = ".public", ".anonymous"
_BY_HAND = {None: "by hand", "public": "without secrets", "anonymous": "anonymised"}
_NAME = re.compile(
    r"(?P<stamp>\d{8}T\d{6}Z)(-(?P<why>[a-z-]+?)|\.(?P<public>public|anonymous))?(-(?P<number>\d+))?"
    + re.escape(_ENDING)
)


class Backup(NamedTuple):
    """A backup beside the file: `made_at` in UTC, `purpose` the operation that it undoes, or who
    asked for it; only `automatic` ones are ever deleted."""

    path: Path
    made_at: str
    purpose: str
    bytes: int
    automatic: bool


class WayBack:
    """The backup that undoes an operation; `path` is where it lies, None while there is none.

    Whoever finds that there is nothing to undo says so in `changed`.
    """

    def __init__(self, file: Path, operation: Operation) -> None:
        self.path: Path | None = None
        self.changed = True
        self._file = file
        self._operation = operation

    def make(self) -> Path:
        """Make the backup. Raises DatabaseFailure, as the operation, where it cannot be made."""
        try:
            self.path = _made(self._file, self._operation)
        except DatabaseFailure as error:
            reason = error.message.removeprefix("Database backup failed: ")
            error.message = f"{self._operation} failed: {reason}"
            error.detail.insert(0, "The backup that is made beforehand could not be made.")
            raise
        return self.path


@contextmanager
def before_operation(
    file: Path, operation: Operation, committed: Sequence[HistoryLine], *, keep: Path | None = None
) -> Iterator[WayBack]:
    """An operation, and the backup that it makes inside.

    `committed` grows by what is committed inside. Where the operation is among it, and only there,
    the backup stays, and older ones go beyond the newest few (and not `keep`). What failed or
    changed nothing leaves those that there were, and none of its own.
    """
    before = len(committed)
    way = WayBack(file, operation)
    try:
        yield way
    finally:
        if way.path is not None:
            if way.changed and any(_is_done(line, operation) for line in committed[before:]):
                _rotate(file, way.path, keep)
            else:
                with suppress(OSError):
                    files.discard(str(way.path))
                way.path = None


def _is_done(line: HistoryLine, operation: Operation) -> bool:
    return line.operation == operation and line.status != "failed"


def _made(file: Path, operation: Operation) -> Path:
    with backup.failing_as("Database backup"):
        files.sweep(str(file))
    why = operation.removeprefix("Database ").lower().replace(" ", "-")
    return _first_free(file, f"-{why}").path


def create_by_hand(
    file: Path, *, without_secrets: bool = False, anonymise: bool = False
) -> backup.Copy:
    """A backup beside the file that nobody gave a name, and that is never deleted."""
    mark = _ANONYMOUS if anonymise else _PUBLIC if without_secrets else ""
    return _first_free(file, mark, without_secrets=without_secrets, anonymise=anonymise)


def _first_free(
    file: Path, mark: str, *, without_secrets: bool = False, anonymise: bool = False
) -> backup.Copy:
    while True:
        try:
            return backup.make(
                file, free_name(file, mark), without_secrets=without_secrets, anonymise=anonymise
            )
        except new_file.InTheWay:
            continue  # another process took the name


def free_name(file: Path, mark: str, ending: str = _ENDING) -> Path:
    """A name beside the file that no other has, with today's time."""
    base = f"{file.name}.{stamp()}{mark}"
    number = 0
    while True:
        target = file.with_name(f"{base}-{number}{ending}" if number else base + ending)
        if not os.path.lexists(target):
            return target
        number += 1


def _rotate(file: Path, made: Path, keep: Path | None) -> None:
    """Of what is older than the one made, keep the newest few; one that cannot be deleted stays.
    A newer one is of a command that is not at its end."""
    with suppress(OSError, ValueError):  # nor is there one that somebody took away
        found = [one.path for one in list_backups(file) if one.automatic]
        for path in found[found.index(made) :][KEPT:]:
            if not (keep is not None and _same(path, keep)):
                with suppress(OSError):
                    files.discard(str(path))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except FileNotFoundError:
        return False


def stamp() -> str:
    """The time now as in names of backups: `20260131T235959Z`."""
    return utc_now().replace(":", "").replace("-", "")


def list_backups(file: Path) -> list[Backup]:
    """The backups that retrovue named, newest first; none where there is no folder."""
    found = []
    with suppress(FileNotFoundError, NotADirectoryError):
        for path in file.parent.iterdir():
            name = _NAME.fullmatch(path.name.removeprefix(f"{file.name}."))
            if name and path.name.startswith(f"{file.name}.") and path.is_file():
                status = path.stat()
                order = (name["stamp"], status.st_mtime_ns, int(name["number"] or 0))
                found.append((order, _backup(path, name, status.st_size)))
    return [one for _, one in sorted(found, reverse=True)]


def _backup(path: Path, name: re.Match[str], size: int) -> Backup:
    year, month, rest = name["stamp"][:4], name["stamp"][4:6], name["stamp"][6:]
    made = f"{year}-{month}-{rest[:5]}:{rest[5:7]}:{rest[7:]}"
    return Backup(path, made, _purpose(name), size, name["why"] is not None)


def _purpose(name: re.Match[str]) -> str:
    if name["why"] is None:
        return _BY_HAND[name["public"]]
    words = str(name["why"]).replace("-", " ")
    return words.capitalize() if " " in words else f"Database {words}"
