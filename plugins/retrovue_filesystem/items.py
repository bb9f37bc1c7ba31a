"""From the files of one directory to assets: versions and parts of one work belong together."""

from __future__ import annotations

import time
import unicodedata
from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple
from zlib import crc32

from retrovue import FoundAsset, FoundFile, Skipped, Unread
from retrovue_filesystem.names.folders import Folder, folder
from retrovue_filesystem.names.reader import read
from retrovue_filesystem.names.reading import Reading
from retrovue_filesystem.walk import Directory, File

_EARLIEST, _LATEST = -30_610_224_000, 253_402_300_799  # the years 1000 to 9999, in seconds
MANY = 2000  # files of one directory that are read at once
_NO_METADATA: dict[str, Any] = {}


class _Read(NamedTuple):
    file: File
    reading: Reading


class _Placed(NamedTuple):
    """A file of a work, and which version and part of it it is."""

    read: _Read
    version: int
    part: int


class Reader:
    """Reads the directories of one location; `prefix` makes the paths below it relative to the
    base path of the source, which they are as ids."""

    def __init__(self, prefix: str, kind: str | None) -> None:
        self._prefix = prefix
        self._kind = kind

    def read(self, directory: Directory) -> Iterator[FoundAsset | Unread | Skipped]:
        """The assets of a directory, and what was left out."""
        yield from directory.asides
        if len(directory.names) <= MANY:
            yield from self._read(directory)
            return
        for part in self._divided(directory):
            yield from self._read(part)

    def _divided(self, directory: Directory) -> Iterator[Directory]:
        """A directory of very many files as several of fewer, which take less memory; the files of
        one work come together."""
        parts = [array("L") for _ in range(len(directory.names) // MANY + 1)]
        facts: dict[str, Folder] = {}
        for at, path in enumerate(directory.names):
            below, _, name = path.rpartition("/")
            if below not in facts:
                facts[below] = folder(self._parts(directory, below), self._kind)
            reading = read(name, facts[below])
            title = (reading.series if reading.kind == "episode" else reading.title) or ""
            parts[crc32(_folded(title)) % len(parts)].append(at)
        names, numbers = directory.names, directory.numbers
        for places in parts:
            part = Directory(directory.path, directory.relative, directory.changed_ns)
            for at in places:
                part.add(names[at], numbers[2 * at], numbers[2 * at + 1])
            yield part

    def _read(self, directory: Directory) -> Iterator[FoundAsset | Unread | Skipped]:
        works: dict[Any, list[_Read]] = {}
        facts: dict[str, Folder] = {}
        for file in directory.files():
            below, _, name = file.name.rpartition("/")
            if below not in facts:
                facts[below] = folder(self._parts(directory, below), self._kind)
            reading = read(name, facts[below])
            if reading.kind == "sample":
                yield Skipped(directory.path + file.name, "a sample", on_purpose=True)
            elif reading.kind != "ignore":
                works.setdefault(_work(reading) or file.name, []).append(_Read(file, reading))
        where = self._prefix + directory.relative
        for reads in works.values():
            yield _asset(directory.path, where, reads)

    @staticmethod
    def _parts(directory: Directory, below: str) -> list[str]:
        """The names from the location's own folder down to where a file lies."""
        top = directory.path[: len(directory.path) - len(directory.relative)].rstrip("/")
        path = f"{top.rpartition('/')[2]}/{directory.relative}{below}"
        return [part for part in path.split("/") if part]


def _folded(title: str) -> bytes:
    """What titles of one work have in common, however they are written."""
    letters = filter(str.isalnum, unicodedata.normalize("NFKD", title).casefold())
    return "".join(letters).encode("utf-8", "surrogateescape")


def _asset(path: str, where: str, reads: list[_Read]) -> FoundAsset:
    """The asset of one or several files below `path`, whose id begins with `where`."""
    file, reading = reads[0]
    (
        kind, title, series, season, episode, episode_end, absolute, artist, album, track, disc,
        year, released_on, _, version, edition, guids, extra,
    ) = reading  # fmt: skip
    files: tuple[FoundFile, ...]
    if len(reads) == 1:
        own_id = file.name
        files = (_file(path, file, 1, 1),)
        fingerprint = f"{file.size}:{file.mtime_ns}"
        versions = {"1": version} if version else None
    else:
        placed = _place(reads)
        own_id = _label(reading)
        files = tuple(_file(path, at.read.file, at.version, at.part) for at in placed)
        fingerprint = ",".join(f"{at.read.file.size}:{at.read.file.mtime_ns}" for at in placed)
        versions = _versions(placed)
    metadata = _NO_METADATA
    if absolute or disc or extra or versions:
        told = {"absolute": absolute, "disc": disc, "extra": extra, "versions": versions}
        metadata = {name: value for name, value in told.items() if value}
    return FoundAsset(
        where + own_id,
        kind,
        title or _stand_in(reading, file.name),
        files,
        fingerprint,
        series,
        season,
        absolute if episode is None else episode,
        episode_end,
        artist,
        album,
        track,
        year,
        released_on,
        None,
        edition,
        guids,
        metadata,
    )


def _work(reading: Reading) -> tuple[Any, ...] | None:
    """What the files of one work agree in; None for what stands alone."""
    if reading.kind == "movie":
        return (reading.title.casefold(), reading.year, reading.edition) if reading.title else None
    if reading.kind != "episode":
        return None
    episode, absolute, day = reading.episode, reading.absolute, reading.released_on
    if episode is None and absolute is None and day is None:
        return None
    series = (reading.series or "").casefold()
    return series, reading.season, episode, absolute, day, reading.episode_end


def _label(reading: Reading) -> str:
    """The name of a work in its folder: the id of one that has several files."""
    if reading.kind == "movie":
        year = f" ({reading.year})" if reading.year else ""
        edition = f" {{edition-{reading.edition}}}" if reading.edition else ""
        return f"{reading.title}{year}{edition}"
    number = reading.released_on or f"E{reading.episode or reading.absolute or 0:02}"
    season = "" if reading.season is None or reading.released_on else f"S{reading.season:02}"
    return f"{reading.series or ''} {season}{number}".strip()


def _place(group: list[_Read]) -> list[_Placed]:
    """Versions in the order of their first file, parts in the order of their number.

    Files that name a part are one version as long as no part comes twice; every other file is a
    version of its own.
    """
    versions: dict[Any, list[_Read]] = {}
    for one in group:
        label: Any = one.reading.version or ""
        if one.reading.part is None or any(
            other.reading.part == one.reading.part for other in versions.get(label, [])
        ):
            label = (label, one.file.name)
        versions.setdefault(label, []).append(one)
    placed = []
    ordered = sorted(versions.values(), key=lambda reads: reads[0].file.name)
    for version, reads in enumerate(ordered, 1):
        reads.sort(key=lambda one: (one.reading.part or 0, one.file.name))
        placed += [_Placed(one, version, part) for part, one in enumerate(reads, 1)]
    return placed


def _file(path: str, file: File, version: int, part: int) -> FoundFile:
    name, size, mtime_ns = file
    ending = name[name.rfind(".") + 1 :].lower()
    return FoundFile(path + name, version, part, size, _instant(mtime_ns), None, ending)


def _instant(nanoseconds: int) -> str:
    """A time since 1970 as ISO-8601 in UTC; the nearest that has a year of four digits."""
    seconds = min(max(nanoseconds // 1_000_000_000, _EARLIEST), _LATEST)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _stand_in(reading: Reading, name: str) -> str:
    """A title for what has none in its name: 'Episode 4' as Plex has it, or the name itself."""
    if reading.kind == "episode":
        if reading.released_on:
            return reading.released_on
        number = reading.episode if reading.episode is not None else reading.absolute
        if number is not None:
            return f"Episode {number}"
    stem = name.rpartition("/")[2]
    return stem.rpartition(".")[0] or stem


def _versions(placed: list[_Placed]) -> dict[str, str]:
    """What tells the versions apart, by their number."""
    labels = {str(at.version): at.read.reading.version for at in placed}
    return {version: label for version, label in labels.items() if label}
