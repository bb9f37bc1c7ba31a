"""Where a file is: what stands at its path, how it can be opened, and how it gets its name."""

from __future__ import annotations

import errno
import os
import time

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)
OLD = 24 * 3600  # seconds after which what is unfinished was left behind
BESIDE = ("-journal", "-wal", "-shm")


def size(path: str) -> int:
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
    return os.path.dirname(os.path.abspath(path))


def read_mode(path: str) -> str:
    """How to open for reading: `rw` where it can be (so that an interrupted write is recovered),
    else `ro`; `immutable` on a medium that takes no lock files and has none.
    https://www.sqlite.org/wal.html#read_only_databases"""
    folder_writable = os.access(folder(path), os.W_OK)
    if folder_writable and os.access(path, os.W_OK):
        return "rw"
    if folder_writable or any(os.path.exists(path + suffix) for suffix in ("-wal", "-shm")):
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


def sweep(path: str) -> None:
    """Delete what processes that were killed left unfinished beside the path."""
    start = f".{os.path.basename(path)}."
    with os.scandir(folder(path)) as entries:
        for entry in entries:
            if entry.name.startswith(start) and ".unfinished" in entry.name:
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
        except FileNotFoundError:
            pass
