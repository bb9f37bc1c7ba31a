"""From the files of one directory to assets: versions and parts of one work belong together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from retrovue import FoundAsset, FoundFile, Skipped, Unread
from retrovue_filesystem import names
from retrovue_filesystem.names import Folder, Reading
from retrovue_filesystem.walk import Directory, File

_GROUPED = ("movie", "episode")


class _Read(NamedTuple):
    file: File
    reading: Reading


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
            below, _, name = file.name.rpartition("/")
            if below not in facts:
                facts[below] = names.folder(self._parts(directory, below), self._kind)
            reading = names.read(name, facts[below])
            if reading.kind == "sample":
                yield Skipped(directory.path + file.name, "a sample")
            elif reading.kind != "ignore":
                key = _work(reading) or file.name
                groups.setdefault(key, []).append(_Read(file, reading))
        folder = self._prefix + directory.relative
        for group in groups.values():
            yield self._asset(directory.path, folder, group)

    @staticmethod
    def _parts(directory: Directory, below: str) -> list[str]:
        """The names from the location's own folder down to where a file lies."""
        top = directory.path[: len(directory.path) - len(directory.relative)].rstrip("/")
        path = f"{top.rpartition('/')[2]}/{directory.relative}{below}"
        return [part for part in path.split("/") if part]

    def _asset(self, path: str, folder: str, group: list[_Read]) -> FoundAsset:
        reading = group[0].reading
        own_id = group[0].file.name if len(group) == 1 else _label(reading)
        placed = _placed(group)
        return FoundAsset(
            folder + own_id,
            reading.kind,
            reading.title or _stand_in(reading, group[0].file.name),
            tuple(_file(path, read.file, version, part) for read, version, part in placed),
            ",".join([f"{read.file.size}:{read.file.mtime_ns}" for read, _, _ in placed]),
            reading.series,
            reading.season,
            reading.episode if reading.episode is not None else reading.absolute,
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


def _placed(group: list[_Read]) -> list[tuple[_Read, int, int]]:
    """(file, version, part), versions in order of their label, parts in order of their number.

    Files that name a part are one version as long as no part comes twice; every other file is a
    version of its own.
    """
    versions: dict[Any, list[_Read]] = {}
    for read in group:
        label: Any = read.reading.version or ""
        if read.reading.part is None or any(
            other.reading.part == read.reading.part for other in versions.get(label, [])
        ):
            label = (label, read.file.name)
        versions.setdefault(label, []).append(read)
    ordered = sorted(versions.values(), key=lambda reads: reads[0].file.name)
    placed = []
    for version, reads in enumerate(ordered, 1):
        reads.sort(key=lambda read: (read.reading.part or 0, read.file.name))
        placed += [(read, version, part) for part, read in enumerate(reads, 1)]
    return placed


def _file(path: str, file: File, version: int, part: int) -> FoundFile:
    name, size, mtime_ns = file
    at = datetime.fromtimestamp(mtime_ns // 1_000_000_000, UTC)
    container = name.rpartition(".")[2].lower()
    return FoundFile(
        path + name,
        version,
        part,
        size,
        f"{at:%Y-%m-%dT%H:%M:%SZ}",
        None,
        container,
    )


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


def _metadata(reading: Reading, placed: list[tuple[_Read, int, int]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if reading.absolute is not None:
        found["absolute"] = reading.absolute
    if reading.disc is not None:
        found["disc"] = reading.disc
    if reading.extra is not None:
        found["extra"] = reading.extra
    labels = {str(version): read.reading.version for read, version, _ in placed}
    named = {version: label for version, label in labels.items() if label}
    if named:
        found["versions"] = named
    return found
