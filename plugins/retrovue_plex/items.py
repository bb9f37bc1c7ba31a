"""One element of a listing to one `FoundAsset`; reads attributes only and asks the server nothing.

Numbers that are none become None, titles and paths stay as they are, byte for byte. What the
attributes mean is described at https://developer.plex.tv/pms/ (Media, Part, Metadata).
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from retrovue import FoundAsset, FoundFile, Skipped
from retrovue_plex import facts
from retrovue_plex.pages import Attributes, Element, Versions

OPTIMISED = "42"
"""`proxyType` of the copies that Plex makes for itself."""

_new = tuple.__new__  # by position, past the classes' own, which are much slower
_LAST = 253_402_300_799  # the last second of the year 9999
_LEGACY = {"imdb": "imdb", "themoviedb": "tmdb", "thetvdb": "tvdb"}
_AGENT_GUID = re.compile(r"com\.plexapp\.agents\.(imdb|themoviedb|thetvdb)://([^?]+)")


def found(element: Element, kinds: Mapping[str, str], *, damaged: bool) -> FoundAsset | Skipped:
    """The asset of an element, `files` empty when the server tells no path.

    `kinds` gives the kind of asset for each `type` that was asked for; other items are skipped. On
    a `damaged` page a path that could not be read is given as one that is not UTF-8, so that the
    item is left out without its asset being taken for missing.
    """
    item = element.item
    get = item.get
    type_, key = get("type", ""), get("ratingKey")
    kind = kinds.get(type_)
    if kind is None or not key or element.tag == "Directory":
        return Skipped(_name(item), _why_not(element))
    files = _files(element.versions)
    fingerprint = _fingerprint(element, files)
    if damaged:
        files = tuple(file._replace(path=file.path.replace("\ufffd", "\udcff")) for file in files)
    series, season, episode, artist, album, track = _place(item, type_)
    return _new(FoundAsset, (
        key,
        "extra" if "extraType" in item else kind,
        get("title"),
        files,
        fingerprint,
        series,
        season,
        episode,
        None,  # no server tells of several episodes in one file
        artist,
        album,
        track,
        _year(get("year")),
        _date(get("originallyAvailableAt")),
        number(get("duration")),
        get("editionTitle") or None,
        _guids(get("guid", ""), element.guids),
        facts.metadata(item, element.tags, number, _time),
        number(get("parentIndex")) if type_ == "track" else None,
        _time(get("addedAt")),
    ))  # fmt: skip


def number(text: str | None) -> int | None:
    """A whole number below 2**53 (what a catalogue holds), else None."""
    if text and len(text) <= 16 and text.isdecimal() and text.isascii():
        value = int(text)
        return value if value < 2**53 else None
    return None


_small = lru_cache(maxsize=4096)(number)  # for numbers that many items share


def _name(item: Attributes) -> str:
    return item.get("title") or f"item {item.get('ratingKey') or 'without a title'}"


def _why_not(element: Element) -> str:
    if not element.item.get("ratingKey") and element.tag != "Directory":
        return "the server gives no ratingKey for it"
    type_ = element.item.get("type", "")
    return f"it is a {element.tag} of type {type_!r}, which was not asked for"


_Place = tuple[str | None, int | None, int | None, str | None, str | None, int | None]


def _place(item: Attributes, type_: str) -> _Place:
    """Where the item stands: series, season, episode, artist, album, track."""
    get = item.get
    if type_ == "movie":
        return None, None, None, None, None, None
    if type_ == "episode":
        season, index = number(get("parentIndex")), number(get("index"))
        return get("grandparentTitle") or None, season, index, None, None, None
    album = get("parentTitle") or None
    if type_ == "track":
        return None, None, None, get("grandparentTitle") or None, album, number(get("index"))
    return None, None, None, None, album, None


def _files(versions: Versions) -> tuple[FoundFile, ...]:
    """Every part of every version; versions and parts keep their place when one has no path."""
    files = []
    version = 0
    for media, parts in versions:
        if media.get("proxyType") == OPTIMISED:
            continue
        version += 1
        for index, part in enumerate(parts, 1):
            if part.get("file"):
                files.append(_file(media, part, version, index, len(parts)))
    return tuple(files)


def _file(media: Attributes, part: Attributes, version: int, index: int, of: int) -> FoundFile:
    get = media.get
    duration = part.get("duration") or (get("duration") if of == 1 else None)
    return _new(FoundFile, (
        part["file"],
        version,
        index,
        number(part.get("size")),
        None,
        number(duration),
        part.get("container") or get("container") or None,
        get("videoCodec") or None,
        get("audioCodec") or None,
        _small(get("width")),
        _small(get("height")),
        None,
        (),
    ))  # fmt: skip


def _fingerprint(element: Element, files: tuple[FoundFile, ...]) -> str:
    """`updatedAt`, the parts' sizes, and a checksum of the names.

    The checksum is for what changes without `updatedAt`: a show that is renamed, a folder that is
    moved, what is played, and servers that send no `updatedAt`.
    """
    get = element.item.get
    names = (
        f"{get('title')}\0{get('grandparentTitle')}\0{get('parentTitle')}\0{get('editionTitle')}\0"
        f"{get('guid')}\0{get('year')}\0{get('parentIndex')}\0{get('index')}"
    )
    sizes = ""
    for file in files:
        names += "\0" + file.path
        sizes += f"{file.size_bytes}+"
    told = facts.changing(element.item, element.tags)
    if told:
        names += "\0" + told
    return f"{get('updatedAt', '')}/{sizes}/{zlib.crc32(names.encode()):08x}"


def _year(text: str | None) -> int | None:
    year = _small(text)
    return year if year and year <= 9999 else None


def _time(text: str | None) -> str | None:
    """Seconds since 1970 as a time in UTC."""
    seconds = number(text)
    if not seconds or seconds > _LAST:
        return None
    day, rest = divmod(seconds, 86_400)
    hour, rest = divmod(rest, 3600)
    return f"{_day(day)}T{hour:02}:{rest // 60:02}:{rest % 60:02}Z"


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    """The day that comes so many after 1970 began, as ISO-8601."""
    return time.strftime("%Y-%m-%d", time.gmtime(number * 86_400))


@lru_cache(maxsize=4096)
def _date(text: str | None) -> str | None:
    """An ISO date; servers add a time of day for some photos."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def _guids(guid: str, others: list[str]) -> tuple[str, ...]:
    """Ids that mean something elsewhere, in the spelling of `Guid` elements, each once.

    `local://` is the rating key again. An id of an old agent for an episode is that of its show
    with season and episode behind it: `tvdb://74205/1/2`.
    """
    if not guid.startswith("plex://"):
        legacy = _AGENT_GUID.match(guid)
        if legacy:
            guid = f"{_LEGACY[legacy[1]]}://{legacy[2]}"
        elif guid.startswith("local://"):
            guid = ""
    ids = dict.fromkeys((guid, *others))
    ids.pop("", None)
    return tuple(ids)
