"""Folders in which something is being written: which of them are complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

from retrovue.operations.watch_events import is_left_out, is_read

_EMPTY = 0  # the state of a folder that holds nothing that is read
_GONE = -1  # the state of a folder that is no longer there


class _Folder(NamedTuple):
    """The state of a folder's files, and since when it is that one."""

    state: int
    since: float


class Settling:
    """Folders by path, until nothing in them changed for so many `seconds`.

    A folder stands for all below it: one that lies in another is not kept beside it, but in `top`
    places, which stand for the files in them alone.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._folders: dict[str, _Folder] = {}

    def __len__(self) -> int:
        return len(self._folders)

    def touch(self, folder: str, now: float, *, alone: bool = False) -> None:
        """Note that something happened in a folder; `alone` in it and not below."""
        above = self._above(folder)
        key = above or (f"{folder}/" if alone else folder)
        self._folders[key] = _Folder(_state(key), now)
        if above is None and not alone:
            for inner in [k for k in self._folders if k.startswith(f"{folder}/")]:
                del self._folders[inner]

    def _above(self, folder: str) -> str | None:
        while True:
            if folder in self._folders:
                return folder
            above = os.path.dirname(folder)
            if above == folder:
                return None
            folder = above

    def below(self, place: str) -> int:
        """How many folders at or below a place are not complete yet."""
        return sum(1 for key in self._folders if f"{key}/".startswith(f"{place}/"))

    def forget(self, place: str) -> None:
        """Forget what lies at or below a place."""
        for key in [k for k in self._folders if f"{k}/".startswith(f"{place}/")]:
            del self._folders[key]

    def complete(self, now: float) -> list[str]:
        """Take out the folders that are complete, and return those that hold anything or are gone,
        in order."""
        done = []
        for key, known in sorted(self._folders.items()):
            if now - known.since < self._seconds:
                continue
            state = _state(key)
            if state == known.state:
                del self._folders[key]
                if state != _EMPTY:
                    done.append(key.rstrip("/"))
            else:
                self._folders[key] = _Folder(state, now)
        return done


def _state(key: str) -> int:
    """A sum over names, sizes and times of the files below a folder, of one whose name ends in a
    slash of those in it alone."""
    total = _EMPTY
    try:
        for told in _files(key.rstrip("/"), deep=not key.endswith("/")):
            total = crc32(repr(told).encode("utf-8", "surrogateescape"), total)
    except (FileNotFoundError, NotADirectoryError):
        return _GONE
    except OSError:
        return _EMPTY
    return total


def _files(folder: str, *, deep: bool) -> Iterator[tuple[str, int, int]]:
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            if is_left_out(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting += [entry.path] if deep else []
            elif is_read(entry.name):
                try:
                    status = entry.stat()
                except OSError:  # it went meanwhile
                    continue
                yield entry.path, status.st_size, status.st_mtime_ns
