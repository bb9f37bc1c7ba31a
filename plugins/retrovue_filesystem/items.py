"""From the files of one directory to assets: versions and parts of one work belong together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from retrovue import FoundAsset, FoundFile, Skipped, Unread
from retrovue_filesystem.names.folders import Folder, folder
from retrovue_filesystem.names.reader import read
from retrovue_filesystem.names.reading import Reading
from retrovue_filesystem.walk import Directory, File

_GROUPED = ("movie", "episode")
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
        groups: dict[Any, list[_Read]] = {}
        facts: dict[str, Folder] = {}
        for file in directory.files():
            below, _, name = file.name.rpartition("/") if "/" in file.name else ("", "", file.name)
            if below not in facts:
                facts[below] = folder(self._parts(directory, below), self._kind)
            reading = read(name, facts[below])
            if reading.kind == "sample":
                yield Skipped(directory.path + file.name, "a sample")
            elif reading.kind != "ignore":
                key = _work(reading) or file.name
                groups.setdefault(key, []).append(_Read(file, reading))
        where = self._prefix + directory.relative
        for group in groups.values():
            yield _asset(directory.path, where, group)

    @staticmethod
    def _parts(directory: Directory, below: str) -> list[str]:
        """The names from the location's own folder down to where a file lies."""
        top = directory.path[: len(directory.path) - len(directory.relative)].rstrip("/")
        path = f"{top.rpartition('/')[2]}/{directory.relative}{below}"
        return [part for part in path.split("/") if part]


def _asset(path: str, where: str, group: list[_Read]) -> FoundAsset:
    """The asset of one or several files below `path`, whose id begins with `where`."""
    file, reading = group[0]
    if len(group) == 1:
        own_id, placed = file.name, [_Placed(group[0], 1, 1)]
    else:
        own_id, placed = _label(reading), _place(group)
    return FoundAsset(
        where + own_id,
        reading.kind,
        reading.title or _stand_in(reading, file.name),
        tuple([_file(path, at) for at in placed]),
        ",".join([f"{at.read.file.size}:{at.read.file.mtime_ns}" for at in placed]),
        reading.series,
        reading.season,
        reading.absolute if reading.episode is None else reading.episode,
        reading.episode_end,
        reading.artist,
        reading.album,
        reading.track,
        reading.year,
        reading.released_on,
        None,
        reading.edition,
        reading.guids,
        _metadata(reading, placed),
    )


def _work(reading: Reading) -> tuple[Any, ...] | None:
    """What the files of one work agree in; None for what stands alone."""
    if reading.kind not in _GROUPED:
        return None
    if reading.kind == "movie":
        return (reading.title.casefold(), reading.year, reading.edition) if reading.title else None
    numbers = (reading.season, reading.episode, reading.absolute, reading.released_on)
    if numbers[1:] == (None, None, None):
        return None
    return ((reading.series or "").casefold(), *numbers, reading.episode_end)


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


def _file(path: str, placed: _Placed) -> FoundFile:
    name, size, mtime_ns = placed.read.file
    return FoundFile(
        path + name,
        placed.version,
        placed.part,
        size,
        _instant(mtime_ns // 1_000_000_000),
        None,
        name[name.rfind(".") + 1 :].lower(),
    )


@lru_cache(maxsize=1024)
def _instant(seconds: int) -> str:
    """A time since 1970 as ISO-8601 in UTC."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):  # a time beyond the year 9999
        return "9999-12-31T23:59:59Z"


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


def _metadata(reading: Reading, placed: list[_Placed]) -> dict[str, Any]:
    found = {
        name: value
        for name, value in (
            ("absolute", reading.absolute),
            ("disc", reading.disc),
            ("extra", reading.extra),
            ("versions", _labels(placed)),
        )
        if value
    }
    return found or _NO_METADATA


def _labels(placed: list[_Placed]) -> dict[str, str]:
    """What tells the versions apart, by their number."""
    if len(placed) == 1 and not placed[0].read.reading.version:
        return {}
    labels = {str(at.version): at.read.reading.version for at in placed}
    return {version: label for version, label in labels.items() if label}
