"""NFO files, as Kodi, Jellyfin and tinyMediaManager write them: https://kodi.wiki/view/NFO_files

XML, a line with an address, or both; several items one behind another. No entity is expanded and
no document type taken, so that hostile XML is merely a file that says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from xml.parsers import expat

SIZE_MOST = 1_000_000  # bytes
TEXT_MOST = 20_000  # characters
NAMES_MOST = 100  # of a list
_DEEPEST = 20

_ITEMS = frozenset(("movie", "episodedetails", "musicvideo", "video"))
_ADDRESSES = (
    (re.compile(r"imdb\.com/(?:[a-z-]{2,5}/)?title/(tt[0-9]{5,10})"), "imdb"),
    (re.compile(r"themoviedb\.org/movie/([0-9]{1,10})"), "tmdb"),
)
_EPISODE_ADDRESSES = (
    (re.compile(r"""thetvdb\.com/(?:series/[\w-]{1,100}/episodes/
                    |(?:index\.php)?\?tab=episode&\S{0,100}?\bid=)([0-9]{1,10})""", re.X), "tvdb"),
)  # fmt: skip
"""Of an episode an address of IMDb or TMDB is mostly that of its show."""
_ELEMENTS = {"imdbid": "imdb", "imdb_id": "imdb", "tmdbid": "tmdb", "tvdbid": "tvdb"}
_SCHEMES = {"imdb": "imdb", "tmdb": "tmdb", "themoviedb": "tmdb", "tvdb": "tvdb",
            "thetvdb": "tvdb"}  # fmt: skip
"""Others are no work's: `tmdbSet` is of several films, `unknown` and `sonarr` of nothing at all."""
_FORMS = {
    "imdb": re.compile(r"tt(?!0+$)[0-9]{5,10}"),
    "tmdb": re.compile(r"[1-9][0-9]{0,9}"),
    "tvdb": re.compile(r"[1-9][0-9]{0,9}"),
}
_YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
_DECLARATION = re.compile(r"<\?xml[^>]{0,200}\?>")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_BELIEVED = re.compile(
    r"utf-?8|us-ascii|latin-?1|(?:iso-?8859|windows|cp|ibm)[-_]?[0-9]{1,4}(?:-[0-9]{1,2})?|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift[-_]?jis|euc-(?:jp|kr)",
    re.IGNORECASE,
)
"""The encodings that a declaration is believed: Python has others, which are slow or no text's."""
_LISTS = {"genre": "genres", "director": "directors", "credits": "writers", "tag": "labels"}
_TEXTS = {"plot": "summary", "studio": "studio", "mpaa": "content_rating",
          "originaltitle": "original_title"}  # fmt: skip


class NotRead(Exception):
    """What an NFO file holds cannot be read, and why."""


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


def read(path: str, kind: str = "movie") -> Told:
    """What a file says of an asset of a kind. Raises NotRead, and OSError."""
    with open(path, "rb") as file:
        body = file.read(SIZE_MOST + 1)
    return told(body, kind)


def told(body: bytes, kind: str = "movie") -> Told:
    """What the content of a file says. Raises NotRead for what is too large, or no NFO."""
    if len(body) > SIZE_MOST:
        raise NotRead(f"it is larger than {SIZE_MOST:,} bytes")
    text = _decoded(body)
    start, end = text.find("<"), text.rfind(">")
    xml = text[start : end + 1] if 0 <= start < end else ""
    why = "it says nothing of a film or an episode"
    items: list[list[_Value]] = []
    try:
        items = _items(xml) if xml else []
    except NotRead as error:
        why = str(error)
    guids = _addresses(text.replace(xml, " ") if items else text, kind)
    if not items and not guids:
        raise NotRead(why)
    first = items[0] if items else []
    fields = _fields(first)
    titles = [title for item in items if (title := _text(item, "title"))]
    if titles:
        fields["title"] = " / ".join(dict.fromkeys(titles))[:1000]
    own = dict.fromkeys(guid for item in items[:1] for guid in _guids(item))
    return Told(fields, tuple(own | dict.fromkeys(guids)), _metadata(first))


def _addresses(text: str, kind: str) -> list[str]:
    """The ids in the addresses of a text, of each scheme where there is one alone."""
    patterns = _EPISODE_ADDRESSES if kind == "episode" else _ADDRESSES
    told = ((scheme, set(pattern.findall(text))) for pattern, scheme in patterns)
    return [f"{scheme}://{ids.pop()}" for scheme, ids in told if len(ids) == 1]


def _decoded(body: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
                           (b"\xef\xbb\xbf", "utf-8-sig")):  # fmt: skip
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    if body.startswith((b"<\0", b"\0<")):
        return body.decode("utf-16-le" if body[0] else "utf-16-be", "replace")
    declared = _ENCODING.search(body[:200])
    said = declared[1].decode() if declared else ""
    for encoding in (said if _BELIEVED.fullmatch(said) else "utf-8", "utf-8"):
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
    except (expat.ExpatError, UnicodeError) as error:
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
    if _YEAR.fullmatch(year):
        found["year"] = int(year)
    for name in ("premiered", "aired", "releasedate"):
        day = _day(_text(item, name) or "")
        if day is not None:
            found.setdefault("released_on", day)
            if name != "aired":
                found.setdefault("year", int(day[:4]))
    for name in ("artist", "album"):  # of a music video
        text = _text(item, name)
        if text is not None:
            found[name] = text[:1000]
    return found


def _day(text: str) -> str | None:
    """A day; none of a year that has no films, as players write where they know none."""
    if not re.fullmatch(rf"{_YEAR.pattern}-[0-9]{{2}}-[0-9]{{2}}", text[:10]):
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def _guids(item: list[_Value]) -> Iterable[str]:
    for path, attributes, text in item:
        scheme = None
        if path == ("uniqueid",):
            scheme = _SCHEMES.get(attributes.get("type", "").lower())
        elif path == ("id",):
            scheme = "imdb"
        elif len(path) == 1:
            scheme = _ELEMENTS.get(path[0])
        if scheme is not None and _FORMS[scheme].fullmatch(text):
            yield f"{scheme}://{text}"


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
    """The rating as one of 0 to 10: the one that stands as the default, or else the first."""
    found: list[float] = []
    value = ""
    for path, attributes, text in item:
        if path == ("ratings", "rating", "value"):
            value = text
        elif path in (("ratings", "rating"), ("rating",)):
            rating = _scaled(value or text, attributes.get("max", "10"))
            if rating is not None:
                found.insert(0 if attributes.get("default") == "true" else len(found), rating)
            value = ""
    return found[0] if found else None


def _scaled(text: str, most: str) -> float | None:
    """A rating as one of 0 to 10; 0 is what players write where nobody gave one."""
    try:
        rating = float(text.replace(",", ".")) * 10 / float(most)
    except (ValueError, ZeroDivisionError):
        return None
    return round(rating, 2) if 0 < rating <= 10 else None
