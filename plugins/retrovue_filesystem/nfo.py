"""NFO files, as Kodi, Jellyfin and tinyMediaManager write them: https://kodi.wiki/view/NFO_files

XML, a line with an address, or both; several items one behind another. No entity is expanded and
no document type taken, so that hostile XML is merely a file that says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from math import isfinite
from typing import Any, NamedTuple
from xml.parsers import expat

SIZE_MOST = 1_000_000  # bytes
TEXT_MOST = 20_000  # characters
NAMES_MOST = 100  # of a list
_DEEPEST = 20

_ITEMS = frozenset(("movie", "episodedetails", "musicvideo", "video"))
_ADDRESSES = (
    (re.compile(r"imdb\.com/(?:[a-z-]+/)?title/(tt\d{5,10})"), "imdb"),
    (re.compile(r"themoviedb\.org/movie/(\d{1,10})"), "tmdb"),
    (re.compile(r"thetvdb\.com/\S*?[?&]id=(\d{1,10})"), "tvdb"),
)
_IDS = {"imdbid": "imdb", "imdb_id": "imdb", "tmdbid": "tmdb", "tvdbid": "tvdb"}
_SCHEME = re.compile(r"[a-z][a-z0-9]{1,20}")
_DECLARATION = re.compile(r"<\?xml[^>]{0,200}\?>")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_LISTS = {"genre": "genres", "director": "directors", "credits": "writers", "tag": "labels"}
_TEXTS = {"plot": "summary", "studio": "studio", "mpaa": "content_rating",
          "originaltitle": "original_title"}  # fmt: skip


class NotRead(Exception):
    """An NFO file that cannot be read, and why."""


class Told(NamedTuple):
    """What an NFO file says: fields of an asset, ids elsewhere, and keys of `metadata`."""

    fields: dict[str, Any]
    guids: tuple[str, ...]
    metadata: dict[str, Any]


class _Value(NamedTuple):
    """An element below an item: its path, attributes and text."""

    path: tuple[str, ...]
    attributes: dict[str, str]
    text: str


def read(path: str) -> Told:
    """What a file says. Raises NotRead."""
    try:
        with open(path, "rb") as file:
            body = file.read(SIZE_MOST + 1)
    except OSError as error:
        raise NotRead(error.strerror or str(error)) from error
    return told(body)


def told(body: bytes) -> Told:
    """What the content of a file says. Raises NotRead for what is too large, or no NFO."""
    if len(body) > SIZE_MOST:
        raise NotRead(f"it is larger than {SIZE_MOST:,} bytes")
    text = _decoded(body)
    start, end = text.find("<"), text.rfind(">")
    xml = text[start : end + 1] if 0 <= start < end else ""
    items = _items(xml) if xml else []
    beside = text.replace(xml, " ") if xml else text
    found = ((pattern.search(beside), scheme) for pattern, scheme in _ADDRESSES)
    guids = dict.fromkeys(f"{scheme}://{match[1]}" for match, scheme in found if match)
    if not items and not guids:
        raise NotRead("it says nothing of a film or an episode")
    first = items[0] if items else []
    fields = _fields(first)
    titles = [title for item in items if (title := _text(item, "title"))]
    if titles:
        fields["title"] = " / ".join(dict.fromkeys(titles))[:1000]
    own = dict.fromkeys(guid for item in items[:1] for guid in _guids(item))
    return Told(fields, tuple(own | guids), _metadata(first))


def _decoded(body: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
                           (b"\xef\xbb\xbf", "utf-8-sig")):  # fmt: skip
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared = _ENCODING.search(body[:200])
    for encoding in (declared[1].decode() if declared else "utf-8", "utf-8"):
        try:
            return body.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", "replace")


def _items(xml: str) -> list[list[_Value]]:
    """The items of a file, each as the elements below it."""
    lowered = xml.lower()
    if "<!doctype" in lowered or "<!entity" in lowered:
        raise NotRead("it declares a document type or an entity")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(f"<nfo>{_DECLARATION.sub('', xml)}</nfo>", True)  # noqa: FBT003
    except expat.ExpatError as error:
        if not reader.items:
            raise NotRead(f"it is no XML ({error})") from error
    return reader.items


class _Reader:
    def __init__(self) -> None:
        self.items: list[list[_Value]] = []
        self.current: list[_Value] | None = None
        self.stack: list[tuple[str, dict[str, str], list[str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.stack) >= _DEEPEST:
            raise NotRead("its elements are nested too deep")
        self.stack.append((tag.lower(), attributes, []))
        if len(self.stack) == 2 and tag.lower() in _ITEMS:
            self.current = []

    def text(self, text: str) -> None:
        self.stack[-1][2].append(text)

    def end(self, _tag: str) -> None:
        path = tuple(tag for tag, _, _ in self.stack[2:])
        tag, attributes, texts = self.stack.pop()
        if self.current is None:
            return
        if path:
            said = "".join(texts).strip()[:TEXT_MOST]
            self.current.append(_Value(path, attributes, said))
        elif tag in _ITEMS:
            self.items.append(self.current)
            self.current = None


def _all(item: list[_Value], *path: str) -> list[str]:
    return [value.text for value in item if value.path == path and value.text]


def _text(item: list[_Value], *path: str) -> str | None:
    return next(iter(_all(item, *path)), None)


def _fields(item: list[_Value]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    year = _text(item, "year") or ""
    if re.fullmatch(r"1[89]\d\d|20\d\d", year):
        found["year"] = int(year)
    for name in ("premiered", "aired", "releasedate"):
        day = _day(_text(item, name) or "")
        if day is not None:
            found.setdefault("released_on", day)
            if name != "aired":
                found.setdefault("year", int(day[:4]))
    return found


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text[:10]).isoformat() if text[:10].count("-") == 2 else None
    except ValueError:
        return None


def _guids(item: list[_Value]) -> Iterable[str]:
    for value in item:
        (name,) = value.path[-1:]
        scheme = None
        if value.path == ("uniqueid",):
            scheme = value.attributes.get("type", "").lower()
        elif len(value.path) == 1:
            scheme = _IDS.get(name)
            if name == "id" and value.text.startswith("tt"):
                scheme = "imdb"
        known = scheme is not None and _SCHEME.fullmatch(scheme)
        if known and re.fullmatch(r"[\w-]{1,64}", value.text):
            yield f"{scheme}://{value.text}"


def _metadata(item: list[_Value]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for tag, key in _TEXTS.items():
        found[key] = _text(item, tag)
    for tag, key in _LISTS.items():
        names = [name.strip() for text in _all(item, tag) for name in text.split(" / ")]
        found[key] = list(dict.fromkeys(filter(None, names)))[:NAMES_MOST]
    found["cast"] = list(dict.fromkeys(_all(item, "actor", "name")))[:NAMES_MOST]
    found["rating"] = _rating(item)
    return {key: value for key, value in found.items() if value not in (None, [])}


def _rating(item: list[_Value]) -> float | None:
    """The rating as one of 0 to 10; the first of several, whose `max` tells their scale."""
    scales = [v.attributes.get("max", "10") for v in item if v.path == ("ratings", "rating")]
    text = _text(item, "ratings", "rating", "value") or _text(item, "rating")
    try:
        scale = float(scales[0]) if scales else 10.0
        rating = float((text or "").replace(",", ".")) * 10 / scale
    except (ValueError, ZeroDivisionError):
        return None
    return round(rating, 2) if isfinite(rating) and 0 <= rating <= 10 else None
