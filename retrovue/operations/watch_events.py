"""What happens in folders, as the system tells it, by the library watchfiles."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from retrovue import names
from retrovue.errors import RetrovueError
from retrovue.names.kinds import is_hidden, is_left_behind

if TYPE_CHECKING:
    from watchfiles import Change

TICK = 0.5  # seconds that are waited for something to happen
_GROUPED_MS = 500  # what happens within that time comes together
_SUBTITLES = ("subs", "subtitles")
_BESIDE = (
    "nfo", "srt", "ass", "ssa", "vtt", "sup", "idx", "sub", "smi", "ttml", "ac3", "eac3", "dts",
    "mka", "thd", "truehd", "jpg", "jpeg", "png", "webp",
)  # fmt: skip
_IGNORE_FILES = (".plexignore", ".ignore", ".nomedia", ".ndignore", ".tmmignore")
_NO_MEDIA = (
    "part", "partial", "tmp", "temp", "crdownload", "download", "!qb", "!ut", "bc!", "aria2",
    "opdownload", "filepart", "unfinished", "incomplete", "db", "json", "lock", "log", "nzb",
    "par2", "sfv", "torrent", "txt", "url", "xml",
)  # fmt: skip
"""Endings of downloads that are not finished, and of what lies beside them."""


class CannotWatch(Exception):
    """The system does not tell what happens in a folder; the text says why."""


class Happened(NamedTuple):
    """Paths of what was made or changed, and of what is no longer there."""

    changed: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def require_library() -> None:
    """Raises RetrovueError where watchfiles is not installed."""
    try:
        import watchfiles  # noqa: F401
    except ImportError:
        raise RetrovueError(
            "Watch failed: it needs watchfiles, which is not installed",
            hint="Install it: pip install 'retrovue[watch]'",
        ) from None


class Events:
    """What happens at and below some folders from now on."""

    def __init__(self, folders: Sequence[str]) -> None:
        """Raises CannotWatch, for a limit of the system above all."""
        self._stream = _stream(folders)
        try:
            self._waiting = self._next()  # which begins it
        except CannotWatch as error:
            if not isinstance(error.__cause__, PermissionError):
                raise
            self._stream = _stream(folders, past_what_is_closed=True)
            self._waiting = self._next()

    def _next(self) -> set[tuple[int, str]]:
        try:
            return {(int(change), path) for change, path in next(self._stream)}
        except KeyboardInterrupt:
            raise
        except StopIteration:
            raise CannotWatch("it ended") from None
        except Exception as error:  # OSError, RuntimeError and its own
            raise CannotWatch(str(error).partition(" about ")[0].rstrip(".")) from error

    def next(self) -> Happened:
        """What happened since the last call; waits for a moment. Raises CannotWatch."""
        waiting, self._waiting = self._waiting, set()
        told = waiting or self._next()
        paths = {path for _, path in told}
        gone = frozenset(path for path in paths if not os.path.lexists(path))
        return Happened(frozenset(paths - gone), gone)

    def close(self) -> None:
        """Let go of the folders."""
        self._stream.close()


def _stream(
    folders: Sequence[str], *, past_what_is_closed: bool = False
) -> Generator[set[tuple[Change, str]], None, None]:
    """What watchfiles tells; where it is to pass over folders that nobody may read, it passes over
    the system's limit as well, and says nothing."""
    import watchfiles

    return watchfiles.watch(
        *folders,
        watch_filter=None,
        debounce=_GROUPED_MS,
        step=100,
        rust_timeout=round(TICK * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=past_what_is_closed,
    )


def nothing() -> Happened:
    """The same where nothing is watched."""
    time.sleep(TICK)
    return Happened()


def is_left_out(relative: str) -> bool:
    """Whether what lies at a path below a location is nobody's media: hidden, or a system's."""
    *above, name = relative.split("/")
    if is_hidden(name) and name not in _IGNORE_FILES:
        return True
    return any(
        is_hidden(part) or (is_left_behind(part) and part.lower() not in _SUBTITLES)
        for part in above
    )


def folder_of(path: str) -> str | None:
    """The folder that is another one since something in it was made or changed; None where it is
    nothing that is read, such as a download that is not finished."""
    if os.path.isdir(path):
        return path
    return os.path.dirname(path) if is_read(os.path.basename(path)) else None


def is_read(name: str) -> bool:
    """Whether a file of this name is read, or what lies beside one."""
    ending = name.rpartition(".")[2].lower()
    return names.media_type(name) is not None or ending in _BESIDE or name in _IGNORE_FILES


def may_have_held_media(path: str) -> bool:
    """Whether what is gone was a media file, or a folder."""
    ending = os.path.basename(path).rpartition(".")[2].lower()
    return ending not in _NO_MEDIA and ending not in _BESIDE
