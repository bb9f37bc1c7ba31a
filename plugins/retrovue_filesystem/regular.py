"""Directories whose names all follow one pattern, read at once: most of a tidy library.

What is read here is what the reader of items makes of the same directory, or nothing at all; any
doubt goes there (tests/plugins/filesystem/test_regular.py compares the two).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from retrovue import FoundAsset, FoundFile
from retrovue.names import extras, music
from retrovue.names.episodes import tagged
from retrovue.names.folders import Folder
from retrovue.names.kinds import AUDIO_EXTENSIONS, VIDEO_EXTENSIONS
from retrovue.names.tags import CERTAIN, UNCERTAIN, lower
from retrovue_filesystem.directory import Directory
from retrovue_filesystem.times import instant

_WORDS = r"[A-Z][a-z]+(?: [A-Za-z][a-z]*)*"
_TRACK = re.compile(rf"(\d\d) - ({_WORDS})")
_EPISODE = re.compile(rf"[sS](\d{{1,4}})[eE](\d{{1,4}})(?: - ({_WORDS}))?([._][a-zA-Z0-9].*[^\]])?")
_NOTHING: dict[str, Any] = {}
_new = tuple.__new__  # past the classes' own, which are much slower

Found = list[FoundAsset]


def read(directory: Directory, where: Folder, prefix: str, mark: str) -> Found | None:
    """The assets of a directory, whose ids begin with `prefix` and fingerprints with `mark`; None
    where one of its names is not regular."""
    if where.ignored or where.extra or where.disc_image or where.part or not where.told:
        return None
    reader = _READERS.get(where.kind or "")
    return reader(directory, where, prefix, mark) if reader else None


def _tracks(directory: Directory, where: Folder, prefix: str, mark: str) -> Found | None:
    artist, album, year, path = where.artist, where.album, where.year, directory.path
    if artist is None or artist.lower() in music.SEVERAL:
        return None
    found, stems = [], set()
    for name, size, mtime_ns in directory.files():
        stem, _, ending = name.rpartition(".")
        told = _TRACK.fullmatch(stem)
        if told is None or ending not in AUDIO_EXTENSIONS or stem in stems:
            return None
        stems.add(stem)
        number, title = told.groups()
        files = (_file(path + name, size, mtime_ns, ending),)
        found.append(_new(FoundAsset, (
            prefix + name, "track", title, files, f"{mark}:{size}:{mtime_ns}", None, None, None,
            None, artist, album, int(number), year, None, None, None, (), _NOTHING, None,
            None)))  # fmt: skip
    return found


def _episodes(directory: Directory, where: Folder, prefix: str, mark: str) -> Found | None:
    series, year, path = where.title, where.year, directory.path
    if not where.plain or where.guids or where.edition or series[:1].isdecimal():
        return None
    heads = (f"{where.name} - ", f"{series} - ", f"{series.replace(' ', '.')}.")
    found, numbers = [], set()
    for name, size, mtime_ns in directory.files():
        stem, _, ending = name.rpartition(".")
        head = next((head for head in heads if stem.startswith(head)), None)
        told = _EPISODE.fullmatch(stem, len(head)) if head else None
        if told is None or ending not in VIDEO_EXTENSIONS or extras.ending(stem):
            return None
        season, episode, title, tags = told.groups()
        if title and (CERTAIN.search(lower(f" {title}")) or _uncertain(title, tags)):
            return None
        version = None
        if tags:
            plain, version = tagged(tags)
            if not (plain and tags.isascii()):
                return None
        number = int(season), int(episode)
        if number in numbers:
            return None
        numbers.add(number)
        files = (_file(path + name, size, mtime_ns, ending, version or None),)
        called = number[0] if 1900 <= number[0] < 2100 else None
        found.append(_new(FoundAsset, (
            prefix + name, "episode", title or f"Episode {number[1]}", files,
            f"{mark}:{size}:{mtime_ns}", series, *number, None, None, None, None, year or called,
            None, None, None, (), _NOTHING, None, None)))  # fmt: skip
    return found


def _uncertain(title: str, tags: str | None) -> bool:
    return bool(tags) and title.rpartition(" ")[2].lower() in UNCERTAIN


def _film(directory: Directory, where: Folder, prefix: str, mark: str) -> Found | None:
    """A film by itself in its folder, by the folder's name."""
    if len(directory.names) != 1 or where.year is None or where.guids or where.edition:
        return None
    (name,), (size, mtime_ns) = directory.names, directory.numbers
    stem, _, ending = name.rpartition(".")
    if stem != where.name or where.version or ending not in VIDEO_EXTENSIONS:
        return None
    if extras.ending(stem) or stem[0] in "[123456789" or stem[-1] == "]":
        return None
    files = (_file(directory.path + name, size, mtime_ns, ending),)
    return [_new(FoundAsset, (
        prefix + name, "movie", where.title, files, f"{mark}:{size}:{mtime_ns}", None, None, None,
        None, None, None, None, where.year, None, None, None, (), _NOTHING, None,
        None))]  # fmt: skip


def _file(path: str, size: int, mtime_ns: int, ending: str, label: str | None = None) -> FoundFile:
    return _new(FoundFile, (path, 1, 1, size, instant(mtime_ns), None, ending, None, None, None,
                            None, label, ()))  # fmt: skip


_READERS: dict[str, Callable[[Directory, Folder, str, str], Found | None]] = {
    "music": _tracks,
    "show": _episodes,
    "movie": _film,
}
