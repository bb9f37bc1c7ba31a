"""The XML of one page to what is kept of its items, element by element, without building a tree.

What is not kept costs no memory, whatever a server sends: elements other than those below are
passed by, and there are limits on how many and how deep they may be.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol
from xml.parsers import expat

from retrovue import FoundAsset, ImporterError, Skipped

ITEMS = frozenset(("Video", "Track", "Photo", "Directory"))
"""Elements that stand for an item; `Meta` and others stand beside them."""

TAGS = frozenset(("Genre", "Director", "Writer", "Role", "Label"))
"""Elements that say something of an item by their `tag`."""
NAMES_MOST = 100
"""Those of one kind that are kept of an item, the first ones."""
NAME_MOST = 200  # characters

DEEPEST = 30
MOST_ELEMENTS = 200_000
"""Items, versions, parts and ids of one page; tags are limited item by item."""

_UNUSED = re.compile(
    rb"<(?:Image|UltraBlurColors|Producer|Country|Similar|Collection|Rating|Mood|Style|Field|Extras"
    rb"|Related)\b[^<>]*/>"
)
"""Many of the elements of a real page, none of them kept: cutting them out first takes less than a
tenth of the time that parsing them does. Text in XML holds no `<`, so nothing else can
look like them."""

_ILLEGAL = bytes(c for c in range(32) if c not in b"\t\n\r")
_TO_INVALID = bytes.maketrans(_ILLEGAL, b"\xff" * len(_ILLEGAL))

Attributes = dict[str, str]
Versions = list[tuple[Attributes, list[Attributes]]]
"""Each `Media` with its `Part`s."""


class Element(NamedTuple):
    """One item as the server sends it: its tag and attributes, `Guid` ids, versions, and for each
    of `TAGS` that it has what they say, in the order of the server."""

    tag: str
    item: Attributes
    guids: list[str]
    versions: Versions
    tags: dict[str, list[str]]


class Row(NamedTuple):
    """One item of a page: its rating key, '' where it has none, and what was made of it."""

    key: str
    found: FoundAsset | Skipped


class Page(NamedTuple):
    """The rows of a page in order, and `totalSize` and the library's uuid as they stand there,
    unchecked."""

    total: str | None
    rows: list[Row]
    library: str | None = None


class PageError(ImporterError):
    """The bytes are not a page of items."""


class Make(Protocol):
    """Makes an asset of an element; `damaged` says that U+FFFD stands for something that could not
    be read somewhere on the page."""

    def __call__(self, element: Element, *, damaged: bool) -> FoundAsset | Skipped: ...


def read_page(body: bytes, make: Make) -> Page:
    """The page; `PageError` when it is cut short, malformed, or not a `MediaContainer`.

    What does not parse is tried once more with control characters, which XML forbids and servers
    send all the same, and invalid UTF-8 as U+FFFD.
    """
    try:
        return _Reader(make, damaged=False).page(_UNUSED.sub(b"", body))
    except expat.ExpatError:
        text = body.translate(_TO_INVALID).decode(errors="replace")
    try:
        return _Reader(make, damaged=True).page(text)
    except expat.ExpatError:
        failure = PageError("it is cut short or not XML")
    raise failure


class _Reader:
    """The handlers for expat: `MediaContainer` is at depth 1, items at 2, `Media`, `Guid` and tags
    at 3, `Part` at 4.

    Each item is made into an asset as soon as it is complete, so that its many attributes are
    dropped while they are still in the processor's cache.
    """

    def __init__(self, make: Make, *, damaged: bool) -> None:
        self.make, self.damaged = make, damaged
        self.root: Attributes = {}
        self.rows: list[Row] = []
        self.depth = self.kept = 0
        self.current: Element | None = None
        self.guids: list[str] = []
        self.tags: dict[str, list[str]] = {}
        self.versions: Versions = []
        self.parts: list[Attributes] = []

    def page(self, xml: bytes | str) -> Page:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.Parse(xml, True)  # noqa: FBT003 - pyexpat takes no keywords
        return Page(self.root.get("totalSize"), self.rows, self.root.get("librarySectionUUID"))

    def start(self, tag: str, attributes: Attributes) -> None:
        self.depth = depth = self.depth + 1
        if depth == 2:
            self._item(tag, attributes)
        elif tag == "Guid" and depth == 3:
            self.guids.append(attributes.get("id", ""))
        elif depth == 3 and tag in TAGS:
            self._tag(tag, attributes.get("tag"))
            return
        elif tag == "Media" and depth == 3:
            self.parts = []
            self.versions.append((attributes, self.parts))
        elif tag == "Part" and depth == 4:
            self.parts.append(attributes)
        elif depth in (3, 4):
            return
        else:
            self._outside(tag, attributes)
        self.kept += 1
        if self.kept > MOST_ELEMENTS:
            raise PageError(f"it holds more than {MOST_ELEMENTS} elements")

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.depth == 1 and self.current is not None:
            key = self.current.item.get("ratingKey", "")
            self.rows.append(Row(key, self.make(self.current, damaged=self.damaged)))
            self.current = None

    def _item(self, tag: str, attributes: Attributes) -> None:
        self.guids, self.versions, self.parts, self.tags = [], [], [], {}
        if tag in ITEMS or "ratingKey" in attributes:
            self.current = Element(tag, attributes, self.guids, self.versions, self.tags)

    def _tag(self, kind: str, name: str | None) -> None:
        names = self.tags.get(kind)
        if not name:
            return
        if names is None:
            self.tags[kind] = [name[:NAME_MOST]]
        elif len(names) < NAMES_MOST:
            names.append(name[:NAME_MOST])

    def _outside(self, tag: str, attributes: Attributes) -> None:
        """The root, which must be Plex's, and nesting, which must have an end."""
        if self.depth > DEEPEST:
            raise PageError("its elements are nested too deep")
        if self.depth == 1:
            self.root = attributes
            if tag != "MediaContainer":
                raise PageError("it is not a MediaContainer")
