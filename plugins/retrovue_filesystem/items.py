"""From the files of one directory to assets: versions and parts of one work belong together."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from retrovue import FoundAsset, FoundFile, Skipped, Unread, names
from retrovue.names.folders import Folder, folder
from retrovue.names.reader import read
from retrovue.names.reading import Reading
from retrovue_filesystem import regular, works
from retrovue_filesystem.directory import Directory, File
from retrovue_filesystem.times import instant
from retrovue_filesystem.works import Read

_UNNAMED = "its name or path is not UTF-8; convmv -f latin1 -t utf8 renames such"
MANY = 2000  # files of one directory that are read at once
_new = tuple.__new__  # past the classes' own, which are much slower
_NO_METADATA: dict[str, Any] = {}


class Reader:
    """Reads the directories of one location; `prefix` makes the paths below it relative to the
    base path of the source, which they are as ids. Without `regular` no directory is read the short
    way."""

    def __init__(self, prefix: str, kind: str | None, *, regular: bool = True) -> None:
        self._regular = regular
        self._prefix = prefix
        self._kind = kind
        self._mark = names.reader_mark(kind)

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
            key = works.folded(title).encode("utf-8", "surrogateescape")
            parts[crc32(key) % len(parts)].append(at)
        names, numbers = directory.names, directory.numbers
        for places in parts:
            part = Directory(directory.path, directory.relative, directory.changed_ns)
            for at in places:
                part.add(names[at], numbers[2 * at], numbers[2 * at + 1])
            yield part

    def _read(self, directory: Directory) -> Iterator[FoundAsset | Unread | Skipped]:
        where = folder(self._parts(directory, ""), self._kind)
        known = names.is_utf8(directory.path)
        if self._regular and known:
            found = regular.read(directory, where, self._prefix + directory.relative, self._mark)
            if found is not None:
                yield from found
                return
        reads = []
        for item in self._readings(directory, where, known=known):
            if isinstance(item, Skipped):
                yield item
            else:
                reads.append(item)
        yield from self._assets(directory, where, reads)

    def _readings(
        self, directory: Directory, where: Folder, *, known: bool
    ) -> Iterator[Read | Skipped]:
        """What the name of each file says, and what is left out: all of it where the directory's
        own name cannot be kept, and so is not `known`."""
        facts = {"": where}
        for file in directory.files():
            if not known or not (file.name.isascii() or names.is_utf8(file.name)):
                yield Skipped(directory.path + file.name, _UNNAMED)
                continue
            below, _, name = file.name.rpartition("/")
            if below not in facts:
                facts[below] = folder(self._parts(directory, below), self._kind)
            reading = read(name, facts[below])
            if reading.kind == "sample":
                yield Skipped(directory.path + file.name, "a sample", on_purpose=True)
            elif reading.kind == "ignore":
                yield Skipped(directory.path + file.name, reading.title, on_purpose=True)
            else:
                yield Read(file, reading)

    def _assets(
        self, directory: Directory, where: Folder, reads: list[Read]
    ) -> Iterator[FoundAsset | Skipped]:
        if self._kind is None:
            reads, sidecars = works.without_sidecars(reads, where)
            for file, why in sidecars:
                yield Skipped(directory.path + file.name, why, on_purpose=True)
        prefix = self._prefix + directory.relative
        taken: set[str] = set()
        for group in works.works(works.with_extras(reads, where)):
            owner = None
            if group[0].reading.kind == "extra":
                owner = works.owner(group[0].reading, where, directory.path)
            yield _asset(directory.path, prefix, self._mark, group, taken, owner)

    @staticmethod
    def _parts(directory: Directory, below: str) -> list[str]:
        """The names from the location's own folder down to where a file lies."""
        top = directory.path[: len(directory.path) - len(directory.relative)].rstrip("/")
        path = f"{top.rpartition('/')[2]}/{directory.relative}{below}"
        return [part for part in path.split("/") if part]


def _asset(
    path: str,
    where: str,
    mark: str,
    reads: list[Read],
    taken: set[str],
    owner: works.Owner | None,
) -> FoundAsset:
    """The asset of one or several files below `path`, whose id begins with `where` and is none of
    those that are `taken`, and whose fingerprint with `mark`; `owner` is the film of an extra."""
    file, reading = reads[0]
    (
        kind, title, series, season, episode, episode_end, absolute, artist, album, track, disc,
        year, released_on, _, version, edition, guids, extra, apart, _,
    ) = reading  # fmt: skip
    files: tuple[FoundFile, ...]
    if len(reads) == 1:
        own_id = file.name
        files = (_file(path, file, 1, 1, version or None),)
        fingerprint = f"{mark}:{file.size}:{file.mtime_ns}"
    else:
        placed = works.place(reads)
        own_id = works.label(reads[0])
        if own_id in taken:  # another work has the same title or numbers
            own_id = placed[0].read.file.name
        taken.add(own_id)
        guids = guids or next((one.reading.guids for one in reads if one.reading.guids), ())
        title = title or next((one.reading.title for one in reads if one.reading.title), "")
        labels = works.labels(placed)
        files = tuple(
            _file(path, at.read.file, at.version, at.part, labels.get(at.version)) for at in placed
        )
        times = ",".join(f"{at.read.file.size}:{at.read.file.mtime_ns}" for at in placed)
        called = "\0".join(at.read.file.name for at in placed).encode("utf-8", "surrogateescape")
        fingerprint = f"{mark}:{times} + {crc32(called):08x}"  # moves look past this, as past NFOs
    metadata = _NO_METADATA
    if absolute or extra or apart:
        film = owner._asdict() if owner is not None else None
        told = {"extra_of": film, "absolute": absolute, "extra": extra, "mark": apart}
        metadata = {name: value for name, value in told.items() if value}
    values = (
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
        disc,
        None,
    )
    return _new(FoundAsset, values)


def _file(path: str, file: File, version: int, part: int, label: str | None) -> FoundFile:
    name, size, mtime_ns = file
    ending = name[name.rfind(".") + 1 :].lower()
    values = (path + name, version, part, size, instant(mtime_ns), None, ending,
              None, None, None, None, label, ())  # fmt: skip
    return _new(FoundFile, values)


def _stand_in(reading: Reading, name: str) -> str:
    """A title for what has none in its name: 'Episode 4' as Plex has it, or the name itself."""
    if reading.kind == "episode":
        if reading.released_on:
            return reading.released_on
        number = reading.episode if reading.episode is not None else reading.absolute
        if number is not None:
            return f"{reading.mark or 'Episode'} {number}"
        if reading.mark is not None:
            return f"Episode {reading.mark}"
    stem = name.rpartition("/")[2]
    return stem.rpartition(".")[0] or stem
