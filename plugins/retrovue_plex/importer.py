"""What the core calls: which libraries a Plex server offers, and what is in one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, ClassVar

from retrovue import (
    FoundAsset,
    FoundCollection,
    Importer,
    ImporterError,
    Option,
    Overlooked,
    ScanCollection,
    Skipped,
)
from retrovue_plex import settings

if TYPE_CHECKING:
    from xml.etree import ElementTree

    from retrovue_plex.pages import Page
    from retrovue_plex.server import Connection

_SECTION_KINDS = {"movie": "movie", "show": "show", "artist": "music", "photo": "photo"}
_HOME_VIDEO_AGENTS = ("com.plexapp.agents.none", "tv.plex.agents.none")
_HOME_VIDEO_SCANNERS = ("Plex Video Files Scanner", "Plex Video Files")

_CLIPS = 12
_LISTINGS: dict[str, dict[int, dict[str, str]]] = {
    "movie": {1: {"movie": "movie", "clip": "video"}},
    "video": {1: {"movie": "video", "clip": "video", "video": "video"}},
    "show": {4: {"episode": "episode"}},
    "music": {10: {"track": "track"}},
    "photo": {
        13: {"photo": "photo", "clip": "video"},
        _CLIPS: {"clip": "video", "photo": "photo"},
    },
}
"""For each kind of collection the types to ask for, by Plex's numbers, and for each `type` of an
item the kind of the asset. Videos among photos are clips and have a listing of their own."""


class PlexImporter(Importer):
    """Libraries of a Plex Media Server, over HTTP."""

    type: ClassVar[str] = "plex"
    description: ClassVar[str] = "Libraries of a Plex Media Server"
    options: ClassVar[tuple[Option, ...]] = (
        Option("base_url", "Address of the server, e.g. http://plex:32400.", required=True),
        Option(
            "token",
            "Plex token (X-Plex-Token) of the server's owner.",
            required=True,
            envvar="PLEX_TOKEN",
            secret=True,
        ),
        Option(
            "timeout",
            "Seconds to wait for the server each time; a whole page may take four times as long.",
            type=float,
            default=30.0,
        ),
        Option("insecure", "Do not check the server's certificate.", type=bool, default=False),
    )

    _about: str | None = None  # what the server said when it was last asked for its libraries
    _sections: Sequence[ElementTree.Element] | None = None

    def identity(self) -> str:
        """The normalised address; a server is the same one while its address is."""
        settings.seconds(self.config.get("timeout", 30))
        return settings.normalised(self.config.get("base_url"))

    def remote_identity(self) -> str:
        """The server's `machineIdentifier`, which it tells anybody: the token stays here."""
        checked = settings.check(self.config)
        from retrovue_plex.identity import machine_identifier

        return machine_identifier(checked)

    def discover(self) -> Iterator[FoundCollection]:
        """Libraries of movies, shows, music, photos and home videos; other kinds are left out.

        Twins and libraries without a name come as they are, for the core to refuse.
        """
        with closing(self._connect()) as server:
            self._sections = [section for section in server.sections() if _kind(section)]
            self._about = server.about()
        yield from map(_offered, self._sections)

    def overlooked(self, known: Collection[str]) -> Iterator[Overlooked]:
        """Libraries that are no collection yet; the server is asked unless a discovery did."""
        found = self.discover() if self._sections is None else map(_offered, self._sections)
        new = [f"'{each.name}'" for each in found if each.external_id not in known]
        if new:
            says = "is a library that is no" if len(new) == 1 else "are libraries that are no"
            yield Overlooked(f"{', '.join(new)} {says} collection yet")

    def about(self) -> str | None:
        """Its name and version."""
        return self._about

    def scan(self, collection: ScanCollection) -> Iterator[FoundAsset | Skipped]:
        """Every item, page by page; raises ImporterError when the pages do not add up."""
        listings = _LISTINGS.get(collection.kind or "")
        if listings is None:
            raise ImporterError(f"Plex has no libraries of the kind {collection.kind!r}")
        from retrovue_plex.listing import Seen, everything

        seen = Seen() if len(listings) > 1 else None
        with closing(self._connect()) as server:
            for number, kinds in listings.items():
                read = _reader(server, collection, number, kinds)
                yield from everything(read, seen)

    def _connect(self) -> Connection:
        checked = settings.check(self.config)
        from retrovue_plex.server import Connection

        return Connection(checked)


def _kind(section: ElementTree.Element) -> str | None:
    """The kind of a section; home videos are movies to Plex, told by their agent or scanner."""
    if section.get("type") == "movie" and (
        section.get("agent") in _HOME_VIDEO_AGENTS or section.get("scanner") in _HOME_VIDEO_SCANNERS
    ):
        return "video"
    return _SECTION_KINDS.get(section.get("type", ""))


def _offered(section: ElementTree.Element) -> FoundCollection:
    return FoundCollection(
        external_id=section.get("key", ""),
        name=section.get("title", ""),
        kind=_kind(section),
        locations=_locations(section),
        identity=section.get("uuid"),
    )


def _locations(section: ElementTree.Element) -> tuple[str, ...]:
    paths = [location.get("path") for location in section.findall("Location")]
    return tuple(dict.fromkeys(path for path in paths if path))


def _reader(
    server: Connection, collection: ScanCollection, number: int, kinds: dict[str, str]
) -> Callable[[int], Page]:
    """A function that reads the page of a listing that starts at an item.

    A server that does not know the listing of clips at all has none. The first page must be that of
    the library that was discovered: a rebuilt server may have numbered its libraries anew.
    """
    section = collection.external_id
    from retrovue_plex.failures import PlexFailure
    from retrovue_plex.items import found
    from retrovue_plex.pages import Element, Page

    def make(element: Element, *, damaged: bool) -> FoundAsset | Skipped:
        return found(element, kinds, damaged=damaged)

    def read(start: int) -> Page:
        try:
            page = server.page(section, number, start, make)
        except PlexFailure as failure:
            if number != _CLIPS or start or failure.status not in (400, 404):
                raise
            return Page("0", [])
        if start == 0 and collection.identity is not None:
            server.require_library(section, collection.identity, page.library)
        return page

    return read
