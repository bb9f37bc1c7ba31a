"""Where a file is: what stands at its path, how it can be opened, and how it gets its name."""

from __future__ import annotations

import errno
import os
import time
from contextlib import suppress

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)
OLD = 24 * 3600  # seconds after which what is unfinished was left behind
BESIDE = ("-journal", "-wal", "-shm")


def size(path: str) -> int:
    """Bytes of the file, 0 where there is none."""
    try:
        return os.stat(path).st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0


def identity(path: str) -> tuple[int, int] | None:
    """Which file stands at the path now, as its device and number."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def folder(path: str) -> str:
    """The folder that the file lies in."""
    return os.path.dirname(os.path.abspath(path))


def read_mode(path: str) -> str:
    """How to open for reading: `rw` where it can be (so that an interrupted write is recovered),
    else `ro`; `immutable` on a medium that takes no lock files and has none.
    https://www.sqlite.org/wal.html#read_only_databases"""
    folder_writable = os.access(folder(path), os.W_OK)
    if folder_writable and os.access(path, os.W_OK):
        return "rw"
    if folder_writable or any(os.path.exists(path + suffix) for suffix in BESIDE):
        return "ro"
    return "ro&immutable=1"


def look_mode(path: str) -> str:
    """How to open for a look that writes nothing: where a write was interrupted `ro`, so that it
    stays so; else as for reading, since a connection that is `ro` leaves its lock files behind."""
    interrupted = any(os.path.exists(path + suffix) for suffix in ("-wal", "-journal"))
    mode = read_mode(path)
    return "ro" if mode == "rw" and interrupted else mode


def uri(path: str, mode: str) -> str:
    """The file as SQLite's URI: https://www.sqlite.org/uri.html"""
    whole = os.path.abspath(path)
    for letter in "%?#":  # the percent sign first
        whole = whole.replace(letter, f"%{ord(letter):02x}")
    return f"file:{whole}?mode={mode}"


def unfinished(path: str) -> str:
    """A name beside the path for what is not yet what it is to be."""
    return os.path.join(
        folder(path), f".{os.path.basename(path)}.{os.getpid()}-{os.urandom(4).hex()}.unfinished"
    )


def is_unfinished(name: str, path: str) -> bool:
    """Whether a name is one for what is not yet what stands at the path."""
    name = os.path.basename(name)
    return name.startswith(f".{os.path.basename(path)}.") and ".unfinished" in name


def touches(one: str, other: str) -> bool:
    """Whether a database written to the one path would be, or would take away, what SQLite keeps
    beside the database at the other, by whatever name, link or letter case; or that database."""
    pairs = [
        (a + mine, b + theirs, mine == theirs)
        for a in _ways_to(one)
        for b in _ways_to(other)
        for mine in ("", *BESIDE)
        for theirs in ("", *BESIDE)
    ]
    return any(_is_same(mine, theirs, exactly=exactly) for mine, theirs, exactly in pairs)


def owner(path: str) -> str | None:
    """The file beside which SQLite would keep one of that name, if there is such a file."""
    for suffix in BESIDE:
        stem = path[: -len(suffix)]
        if path.lower().endswith(suffix) and os.path.isfile(stem):
            return stem
    return None


def _ways_to(path: str) -> set[str]:
    return {os.path.abspath(path), os.path.realpath(path)}


def _is_same(one: str, other: str, *, exactly: bool) -> bool:
    """Whether two paths are of one file, or would be. On a disk that knows letters of one case
    only, what is not there yet can be told by its name alone."""
    with suppress(OSError):
        if os.path.samefile(one, other):
            return True
    names = [os.path.basename(path) for path in (one, other)]
    if not exactly:
        import unicodedata

        names = [unicodedata.normalize("NFC", name).casefold() for name in names]
    if names[0] != names[1]:
        return False
    with suppress(OSError):
        return os.path.samefile(os.path.dirname(one), os.path.dirname(other))
    return os.path.dirname(one) == os.path.dirname(other)


def sweep(path: str) -> None:
    """Delete what processes that were killed left unfinished beside the path."""
    with os.scandir(folder(path)) as entries:
        for entry in entries:
            if is_unfinished(entry.name, path):
                try:
                    if entry.stat().st_mtime < time.time() - OLD:
                        os.unlink(entry.path)
                except OSError:
                    pass


def linked(new: str, path: str) -> bool:
    """Give a file its name unless somebody was quicker; returns whether the file system can."""
    try:
        os.link(new, path)
    except FileExistsError:
        return True
    except OSError as error:
        if error.errno in NO_LINKS:
            return False
        raise
    return True


def sync(path: str) -> None:
    """Have the disk hold what was written to a file or a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(path: str) -> None:
    """Delete a database of ours, with what SQLite keeps beside it."""
    for suffix in ("", *BESIDE):
        try:
            os.unlink(path + suffix)
        except (FileNotFoundError, NotADirectoryError):
            pass
