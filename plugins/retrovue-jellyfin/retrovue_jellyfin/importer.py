"""What retrovue calls: which libraries the server offers, and what is in one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from retrovue import (
    FoundAsset,
    FoundCollection,
    FoundFolder,
    Importer,
    ImporterError,
    Option,
    Overlooked,
    ScanCollection,
    Skipped,
)
from retrovue_jellyfin import items, settings
from retrovue_jellyfin.client import Client, Json

_LIBRARIES: dict[str, tuple[str | None, str]] = {
    "movies": ("movie", "Movie,Video"),
    "tvshows": ("show", "Episode"),
    "music": ("music", "Audio"),
    "musicvideos": ("video", "MusicVideo,Video"),
    "homevideos": ("video", "Video,Photo,Movie"),
    "photos": ("photo", "Photo,Video"),
    "mixed": (None, "Movie,Episode,Video,MusicVideo,Audio,Photo"),
}
"""For each type of library the kind of its collection, and the types of items asked for."""

_HAVE_EXTRAS = {"movie": "Movie,Video", "show": "Series", None: "Movie,Video,Series"}
"""What can have extras, by the kind of the collection."""


class JellyfinImporter(Importer):
    """Libraries of a Jellyfin server, over HTTP."""

    type: ClassVar[str] = "jellyfin"
    description: ClassVar[str] = "Libraries of a Jellyfin server"
    options: ClassVar[tuple[Option, ...]] = (
        Option("base_url", "Address of the server, e.g. http://jellyfin:8096.", required=True),
        Option(
            "api_key",
            "An API key, made in the server's dashboard.",
            required=True,
            envvar="JELLYFIN_API_KEY",
            secret=True,
        ),
        Option("timeout", "Seconds to wait for the server each time.", type=float, default=30.0),
        Option("insecure", "Do not check the server's certificate.", type=bool, default=False),
    )

    _about: str | None = None  # what the server said when it was last asked which it is
    _offered: Sequence[FoundCollection] = ()

    def identity(self) -> str:
        """The normalised address; a server is the same one while its address is."""
        return settings.address(self.config)

    def remote_identity(self) -> str:
        """The server's id, which it tells anybody: the key stays here."""
        with Client(settings.check(self.config), with_key=False) as client:
            id_, self._about = client.server()
        return id_

    def about(self) -> str | None:
        """The server's name and version."""
        return self._about

    def discover(self) -> Iterator[FoundCollection]:
        """Libraries of what can be kept; books, live television, box sets and playlists are not."""
        with self._client() as client:
            libraries = client.libraries()
        self._offered = [*_offered_of(libraries)]
        yield from self._offered

    def overlooked(self, known: Collection[str]) -> Iterator[Overlooked]:
        """Libraries that are no collection yet, as the server named them last."""
        new = [f"'{each.name}'" for each in self._offered if each.external_id not in known]
        if new:
            says = "is a library that is no" if len(new) == 1 else "are libraries that are no"
            yield Overlooked(f"{', '.join(new)} {says} collection yet")

    def scan(self, collection: ScanCollection) -> Iterator[FoundAsset | FoundFolder | Skipped]:
        """Every item, page by page, and what has extras as a folder of them, which is read only
        when it changed. Raises ImporterError when the pages do not add up."""
        with self._client() as client:
            self._require_library(client, collection)
            self._parts: set[str] = set()
            for item in client.items(_query(collection, _types(collection))):
                asset = items.found(item)
                if isinstance(asset, FoundAsset) and items.parts_of(item) > 1:
                    self._parts.add(asset.external_id)
                yield asset
            owners = _HAVE_EXTRAS.get(collection.kind)
            if owners is not None:
                for item in client.items(_query(collection, owners)):
                    if items.extras_of(item):
                        yield _extras(client, item)

    def describe(self, asset: FoundAsset) -> FoundAsset:
        """The parts of a film after its first, which the listing does not tell."""
        if asset.external_id not in self._parts:
            return asset
        with self._client() as client:
            return items.with_parts(asset, client.parts(asset.external_id))

    def _client(self) -> Client:
        return Client(settings.check(self.config))

    def _require_library(self, client: Client, collection: ScanCollection) -> None:
        """A library that is gone answers with no item at all, as an empty one does."""
        libraries = client.libraries()
        self._offered = [*_offered_of(libraries)]
        ids = [str(library.get("ItemId")) for library in libraries]
        if collection.external_id not in ids:
            raise ImporterError(
                f"{client.url} has no library with the id {collection.external_id} any more:"
                " discover the source again"
            )


def _offered_of(libraries: Iterable[Json]) -> Iterator[FoundCollection]:
    for library in libraries:
        type_ = str(library.get("CollectionType") or "mixed").lower()
        if type_ in _LIBRARIES:
            places = library.get("Locations") or []
            yield FoundCollection(
                external_id=str(library.get("ItemId") or ""),
                name=str(library.get("Name") or ""),
                kind=_LIBRARIES[type_][0],
                locations=tuple(dict.fromkeys(str(place) for place in places if place)),
            )


def _types(collection: ScanCollection) -> str:
    fitting = [types for kind, types in _LIBRARIES.values() if kind == collection.kind]
    if not fitting:
        raise ImporterError(f"Jellyfin has no libraries of the kind {collection.kind!r}")
    return ",".join(dict.fromkeys(",".join(fitting).split(",")))


def _query(collection: ScanCollection, types: str) -> dict[str, str]:
    return {
        "parentId": collection.external_id,
        "recursive": "true",
        "includeItemTypes": types,
        "excludeLocationTypes": "Virtual",
        "fields": items.FIELDS,
        "sortBy": "DateCreated,SortName",
        "sortOrder": "Ascending",
        "enableImages": "false",
        "enableUserData": "true",
    }


def _extras(client: Client, owner: Json) -> FoundFolder:
    """The extras of a film or show."""
    item_id = str(owner.get("Id") or "")

    def found() -> Iterator[Any]:
        for extra in client.extras(item_id):
            asset = items.found(extra, "extra")
            yield asset if isinstance(asset, Skipped) else _belonging(asset, owner)

    told = f"{owner.get('Etag') or ''}/{items.extras_of(owner)}"
    return FoundFolder(f"extras of {item_id}", told, found)


def _belonging(extra: FoundAsset, owner: Json) -> FoundAsset:
    if owner.get("Type") == "Series":
        return extra._replace(series=str(owner.get("Name") or "") or None)
    film = {"external_id": str(owner.get("Id") or "")}
    return extra._replace(metadata={**extra.metadata, "extra_of": film})
