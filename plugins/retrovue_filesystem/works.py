"""Which files of a directory are one work, in doubt two: its versions and its parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from retrovue.names import titles
from retrovue.names.discs import is_disc_folder
from retrovue.names.folders import Folder, own_at
from retrovue.names.kinds import LOSSLESS
from retrovue.names.reading import Reading
from retrovue_filesystem.directory import File

_PART = re.compile(r"[\s._,-]*[(\[]?(?:part|pt|teil)[\s._]*(\d{1,2})[)\]]?$", re.IGNORECASE)
_DISC = 100_000  # more than a disc has pieces
_LINES = re.compile(r"(\d{3,4})[pi]")
_K = {"4K": 2160, "8K": 4320}


class Read(NamedTuple):
    """A file, and what its name says."""

    file: File
    reading: Reading


class Placed(NamedTuple):
    """A file of a work, and which version and part of it it is."""

    read: Read
    version: int
    part: int


class Owner(NamedTuple):
    """The film that an extra belongs to: the folder it lies in, its title and year."""

    folder: str
    title: str
    year: int | None


def owner(reading: Reading, where: Folder, path: str) -> Owner | None:
    """The film of an extra in a directory; None for an extra of a show, and where none is told."""
    if reading.series or where.kind == "show":
        return None
    if where.title:
        up = len(where.parts) - 1 - own_at(where)
        parts = path.rstrip("/").split("/")
        return Owner("/".join(parts[: len(parts) - up]) + "/", where.title, where.year)
    return Owner(path, reading.named, reading.year) if reading.named else None


@lru_cache(maxsize=4096)
def folded(title: str) -> str:
    """What titles of one work have in common, however they are written."""
    letters = filter(str.isalnum, unicodedata.normalize("NFKD", title).casefold())
    return "".join(letters) or unicodedata.normalize("NFC", title).casefold()


def works(reads: Iterable[Read]) -> list[list[Read]]:
    """The files of a directory by the work they are of, in the order of their first files."""
    alike: dict[Any, list[Read]] = {}
    for read in reads:
        facts = _stem(read.file.name) if read.reading.kind == "track" else _facts(read.reading)
        alike.setdefault(facts or read.file.name, []).append(read)
    found: list[list[Read]] = []
    for group in alike.values():
        found += [group] if len(group) == 1 else _apart(group)
    return found


def _facts(reading: Reading) -> tuple[Any, ...] | None:
    """What the files of one work agree in; None for what stands alone."""
    if reading.kind == "movie":
        if not reading.title:
            return None
        edition = reading.edition and folded(reading.edition)
        return folded(reading.title), reading.year, edition, folded(reading.mark or "")
    if reading.kind != "episode":
        return None
    episode, absolute, day = reading.episode, reading.absolute, reading.released_on
    if episode is None and absolute is None and day is None and not _numbered(reading.mark):
        return None
    numbers = reading.season, episode, absolute, day, reading.episode_end, reading.mark
    return folded(reading.series or ""), *numbers


def _numbered(mark: str | None) -> bool:
    """Whether what stands in a number's place holds one: '13.5'."""
    return mark is not None and any(map(str.isdecimal, mark))


def _apart(group: list[Read]) -> list[list[Read]]:
    """Take apart files with the same numbers or title whose ids, or the years of their shows, or
    the titles beside the numbers, say that they are different works. What says nothing goes with
    the only one that there is."""
    found = _by(group, [_ids(read.reading) for read in group])
    if group[0].reading.kind == "episode":
        for told in (_year, _title):
            found = [one for same in found for one in _by(same, [told(r.reading) for r in same])]
    return found


def _by(group: list[Read], told: Sequence[str | None]) -> list[list[Read]]:
    """Files by what they tell; those that tell nothing (None) stand alone where others differ."""
    distinct = dict.fromkeys(word for word in told if word is not None)
    if len(distinct) < 2:
        return [group]
    found: dict[Any, list[Read]] = {}
    for at, (read, word) in enumerate(zip(group, told, strict=True)):
        found.setdefault((at,) if word is None else word, []).append(read)
    return list(found.values())


def _ids(reading: Reading) -> str | None:
    return " ".join(sorted(reading.guids)) or None


def _year(reading: Reading) -> str | None:
    return str(reading.year) if reading.year else None


def _title(reading: Reading) -> str | None:
    """An episode's title as it tells works apart: the day alone is no name, a number is."""
    if not reading.title:
        return "" if reading.released_on and reading.episode is None else None
    return folded(_PART.sub("", reading.title) or reading.title)


def place(group: list[Read]) -> list[Placed]:
    """The files of one work: the best version first, parts in the order of their number.

    Files that name a part are one version as long as no part comes twice; every other file is a
    version of its own.
    """
    versions: dict[Any, list[Read]] = {}
    parts = _parts(group)
    for one in group:
        label: Any = one.reading.version or ""
        part = parts.get(one.file.name)
        if part is None or any(parts[other.file.name] == part for other in versions.get(label, [])):
            label = (label, one.file.name)
        versions.setdefault(label, []).append(one)
    placed = []
    for version, reads in enumerate(sorted(versions.values(), key=_quality), 1):
        reads.sort(key=lambda one: (parts.get(one.file.name) or 0, one.file.name))
        placed += [Placed(one, version, part) for part, one in enumerate(reads, 1)]
    return placed


def _parts(group: list[Read]) -> dict[str, int]:
    """The numbers of parts, by the name of the file; an episode's may stand behind its title."""
    found = {}
    for file, reading in group:
        told = _PART.search(reading.title) if reading.kind == "episode" else None
        if reading.part is not None:
            found[file.name] = reading.part + _DISC * _disc(file.name)
        elif told is not None:
            found[file.name] = int(told[1])
    return found


def _disc(name: str) -> int:
    """The number of the disc's folder that a file lies in: 'Disc 1/VIDEO_TS/VTS_01_2.VOB'."""
    above = name.partition("/")[0] if "/" in name else ""
    return (is_disc_folder(above) or 0) if above else 0


def _quality(reads: list[Read]) -> tuple[int, str]:
    """What versions are sorted by: most lines first, sound without loss first, then by name."""
    name = reads[0].file.name
    if reads[0].reading.kind == "track":
        return -(name.rpartition(".")[2].lower() in LOSSLESS), name
    label = reads[0].reading.version or ""
    lines = _LINES.search(label)
    size = int(lines[1]) if lines else next((n for k, n in _K.items() if k in label), 0)
    return -size, name


def with_extras(reads: list[Read], where: Folder) -> list[Read]:
    """The files of a film's own folder, where those that do not bear its name are its extras:
    unless there is nothing else, or they have a year of their own."""
    movies = [r.reading for r in reads if r.reading.kind == "movie"] if where.title else []
    names = {folded(reading.named) for reading in movies if reading.named is not None}
    if not names:
        return reads
    if any(reading.named is None for reading in movies):
        return [read._replace(reading=_extra(read.reading, where)) for read in reads]
    if where.year is None or len(names) == 1:
        return reads
    return [read._replace(reading=_own(read.reading)) for read in reads]


def _own(reading: Reading) -> Reading:
    """A movie by the title of its own, where it has one."""
    if reading.kind != "movie" or reading.named is None:
        return reading
    return reading._replace(title=reading.named or reading.title)


def _extra(reading: Reading, where: Folder) -> Reading:
    """An extra of the folder's film, where it has a title of its own."""
    if reading.kind != "movie" or reading.named is None:
        return reading
    title = titles.clean(reading.named or reading.title)
    return Reading("extra", title, year=where.year, extra="other")


def without_sidecars(reads: list[Read], where: Folder) -> tuple[list[Read], list[tuple[File, str]]]:
    """The files of a directory of unknown kind without what belongs to its films: theme music, and
    sound and pictures that bear a film's name; and those, each with a reason."""
    films = [_stem(r.file.name) for r in reads if r.reading.kind in ("movie", "episode")]
    if not films or where.kind is not None:
        return reads, []
    stems = tuple(films)
    kept, sidecars = [], []
    for read in reads:
        stem = _stem(read.file.name)
        if read.reading.kind not in ("track", "photo"):
            kept.append(read)
        elif stem == "theme":
            sidecars.append((read.file, "theme music"))
        elif stem.startswith(stems):
            sidecars.append((read.file, "it belongs to a film beside it"))
        else:
            kept.append(read)
    return kept, sidecars


def _stem(name: str) -> str:
    return name.rpartition(".")[0].casefold()


def label(read: Read) -> str:
    """The name of a work in its folder: the id of one that has several files."""
    name, reading = read.file.name, read.reading
    if reading.kind == "track":
        return name.rpartition(".")[0]
    if reading.kind == "movie":
        year = f" ({reading.year})" if reading.year else ""
        edition = f" {{edition-{reading.edition}}}" if reading.edition else ""
        mark = f" {reading.mark}" if reading.mark else ""
        return f"{reading.title}{year}{edition}{mark}"
    number = reading.released_on or f"E{reading.episode or reading.absolute or 0:02}"
    season = "" if reading.season is None or reading.released_on else f"S{reading.season:02}"
    return f"{reading.series or ''} {season}{number}".strip()


def labels(placed: list[Placed]) -> dict[int, str]:
    """What tells the versions apart, by their number."""
    labels = {at.version: at.read.reading.version for at in placed}
    return {version: label for version, label in labels.items() if label}
