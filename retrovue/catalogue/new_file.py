"""A file that a command makes where it was told to: in nobody's way, and whole before it has its
name."""

from __future__ import annotations

import os
from pathlib import Path

from retrovue.catalogue import files
from retrovue.errors import UsageError


class InTheWay(UsageError):
    """Something has the name already."""


def require_free(catalogue: Path, target: Path, *, force: bool) -> None:
    """Raise UsageError when the target exists and `force` is not given, is no file, or is of the
    catalogue or another database."""
    if target.is_dir():
        raise UsageError(f"{target} is a folder; give the name of a file in it")
    if target.exists() and catalogue.exists() and target.samefile(catalogue):
        raise UsageError(f"{target} is the catalogue itself")
    own = str(target)
    if files.touches(own, str(catalogue)) or files.is_unfinished(own, str(catalogue)):
        raise UsageError(
            f"{target} is a name that is kept for what lies beside the catalogue",
            hint="Give it another name.",
        )
    owner = files.owner(own)
    if owner is not None:
        raise UsageError(
            f"{target} is a name that SQLite keeps for what lies beside {owner}",
            hint="Give it another name.",
        )
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is not a regular file")
    taken = [part for part in (target, *_beside(target)) if os.path.lexists(part)]
    if taken and not force:
        raise _in_the_way(taken[0])


def _in_the_way(target: Path) -> UsageError:
    return InTheWay(f"{target} already exists", hint="--force replaces it.")


def publish(unfinished: Path, target: Path, *, force: bool) -> None:
    """Give a database its name; what SQLite kept beside a file of that name is none of it. Raises
    InTheWay and OSError."""
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
