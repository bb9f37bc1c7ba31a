"""One folder of this machine as a part of a collection: where it lies in its locations, what of a
scan lies in it, and what is gone from the disk for certain."""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from retrovue import paths
from retrovue.catalogue import collections
from retrovue.commands import Command, Hint, Line
from retrovue.errors import IngestFailed, UsageError
from retrovue.found import FoundAsset, FoundFile, Skipped, Unread
from retrovue.importers.api import Importer
from retrovue.model import Collection, PathMapping
from retrovue.operations.ingestibility import for_scan
from retrovue.paths import Mapper
from retrovue.redact import describe_exception


class Place(NamedTuple):
    """A folder as a part of a location: its path below it ("" for all of it), and as the source
    spells it."""

    mapping: PathMapping
    relative: str
    external: str


class Scope:
    """What of a collection lies in `folder`, which is on this machine."""

    def __init__(self, folder: str, collection: Collection, places: Sequence[Place]) -> None:
        self.folder = folder
        self.places = tuple(places)
        self._collection = collection
        self._mapper: Mapper[PathMapping] = Mapper(collection.mappings, lambda m: m.excluded)
        self._by_id = {mapping.id: mapping for mapping in collection.mappings}
        self._mounted: dict[int, bool] = {}

    @property
    def external(self) -> tuple[str, ...]:
        """The places as the source spells them."""
        return tuple(place.external for place in self.places)

    @cached_property
    def known_places(self) -> tuple[tuple[int, str], ...]:
        """The ids of the mappings, and the paths below them."""
        return tuple((place.mapping.id, place.relative) for place in self.places)

    def holds(self, path: str) -> bool:
        """Whether a path of the source lies in the folder."""
        return any(paths.below(path, place.external) is not None for place in self.places)

    def lies_below(self, path: str) -> bool:
        """Whether the folder lies below a path of the source."""
        return any(paths.below(place.external, path) is not None for place in self.places)

    def is_elsewhere(self, path: str) -> bool:
        """Whether a path of the source lies in a location, and not in the folder."""
        if self.holds(path):
            return False
        return any(paths.below(path, m.external_path) is not None for m in self._by_id.values())

    def takes(self, item: object) -> bool:
        """Whether an item of a scan lies in the folder. What breaks the interface always does, and
        what was not read where nobody knows where it lies."""
        if isinstance(item, FoundAsset) and type(item.files) in (tuple, list):
            places = [file.path for file in item.files if type(file) is FoundFile]
            return any(type(place) is str and self.holds(place) for place in places)
        if isinstance(item, Skipped):
            return type(item.where) is str and self.holds(item.where)
        if isinstance(item, Unread) and type(item.where) is str:
            return not self.is_elsewhere(item.where)
        return True

    def enclosing(self, importer: Importer) -> Scope:
        """The folder that its importer reads as a whole. Raises IngestFailed where the importer
        cannot say."""
        asked = for_scan(self._collection)
        places = []
        for place in self.places:
            try:
                wider = importer.enclosing(asked, place.external)
            except Exception as error:
                why = describe_exception(error)
                raise IngestFailed(f"its importer failed ({why})") from error
            if isinstance(wider, str) and paths.below(place.external, wider) is not None:
                below = paths.below(wider, place.mapping.external_path)
                place = place if below is None else Place(place.mapping, below, wider)
            places.append(place)
        return Scope(self.folder, self._collection, places)

    def is_gone(self, mapping_id: int, relative: str) -> bool:
        """Whether a file or folder of a location is gone for certain: of a disk that is not mounted
        nothing is."""
        mapping = self._by_id.get(mapping_id)
        if mapping is None or mapping.local_path is None or not mapping.active:
            return False
        if mapping_id not in self._mounted:
            self._mounted[mapping_id] = _holds_anything(mapping.local_path)
        return self._mounted[mapping_id] and _is_absent(paths.join(mapping.local_path, relative))

    def is_gone_folder(self, path: str) -> bool:
        """The same for a folder as its importer spells it."""
        found = self._mapper.find(path.rstrip("/"))
        return found is not None and self.is_gone(found[0].id, found[1])


def _is_absent(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _holds_anything(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def of_folder(connection: sqlite3.Connection, collection: Collection, given: str) -> Scope:
    """The part of a collection in a folder, or in that of a file, as somebody names it.

    Raises UsageError where it lies in no location of the collection, IngestFailed where it is not
    there although its location is.
    """
    folder = _on_disk(os.path.abspath(given))
    if os.path.isfile(folder):
        folder = os.path.dirname(folder)
    places = places_of(collection, folder)
    if not places:
        raise _in_no_location(connection, collection, folder)
    if not os.path.isdir(folder) and all(os.path.isdir(_local(place)) for place in places):
        says = "is not a folder" if os.path.lexists(folder) else "does not exist"
        raise IngestFailed(
            f"Collection ingest failed: {folder} {says}",
            hint="Nothing was changed. Is a disk not mounted?",
        )
    known = collection.asset_count - collection.missing_count
    there = os.path.isdir(folder)
    if known and there and not any(_holds_anything(_local(place)) for place in places):
        raise IngestFailed(
            f"Collection ingest failed: {_local(places[0])} is empty, and the collection has"
            f" {known} known {'asset' if known == 1 else 'assets'}",
            hint="Nothing was changed. Is a disk not mounted?",
        )
    return Scope(folder, collection, places)


def _local(place: Place) -> str:
    return place.mapping.local_path or ""


def places_of(collection: Collection, folder: str) -> list[Place]:
    """Where a folder of this machine lies in the locations of a collection, and the locations that
    lie in it; none where it lies in no location, or all of it is excluded."""
    mapper: Mapper[PathMapping] = Mapper(collection.mappings)
    mapped = [m for m in collection.mappings if m.active and m.local_path is not None]
    found = []
    for mapping in mapped:
        relative = _below(folder, mapping.local_path or "")
        if relative is not None:
            place = Place(mapping, relative, _external(mapping, relative))
            inner = mapper.find(f"{place.external}/x")
            if inner is None or inner[0] == mapping:
                found.append(place)
    tops = [place.external for place in found]
    for mapping in mapped if found else ():
        own = mapping.external_path
        if own not in tops and any(paths.below(own, top) is not None for top in tops):
            found.append(Place(mapping, "", own))
    return found


def _external(mapping: PathMapping, relative: str) -> str:
    if not mapping.external_path:
        return f"/{relative}"
    return paths.join(mapping.external_path, relative)


def _below(folder: str, base: str) -> str | None:
    """What of a folder's path lies below another folder: by their names, or by what they are where
    links, case or the normal form of Unicode spell them otherwise."""
    relative = paths.below(folder, base)
    if relative is not None:
        return relative
    for spelled in dict.fromkeys((folder, os.path.realpath(folder))):
        for above in _with_parents(spelled):
            if _is_same(above, base):
                return spelled[len(above) :].strip("/")
    return None


def _with_parents(path: str) -> Iterator[str]:
    while True:
        yield path
        above = os.path.dirname(path)
        if above == path:
            return
        path = above


def _is_same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _on_disk(path: str) -> str:
    """The path with names as the disk has them, where it has them in another normal form."""
    if path.isascii() or os.path.lexists(path):
        return path
    found = "/"
    for name in path.strip("/").split("/"):
        there = os.path.join(found, name)
        found = there if os.path.lexists(there) else os.path.join(found, _spelled(found, name))
    return found


def _spelled(folder: str, name: str) -> str:
    plain = unicodedata.normalize("NFC", name)
    try:
        alike = [n for n in os.listdir(folder) if unicodedata.normalize("NFC", n) == plain]
    except OSError:
        return name
    return alike[0] if len(alike) == 1 else name


def _in_no_location(
    connection: sqlite3.Connection, collection: Collection, folder: str
) -> UsageError:
    lines: list[Line] = []
    for mapping in collection.mappings:
        place = mapping.external_path or paths.ANY
        here = "excluded" if mapping.excluded else mapping.local_path or "not mapped"
        lines.append(f"location: {place}" + (f" ({here})" if here != place else ""))
    for other in collections.all_of(connection):
        if other.id != collection.id and places_of(other, folder):
            name = collections.selector(connection, other)
            command = Command("collection ingest", (name,), ("--path", folder))
            lines.append(Hint(f"It lies in collection '{other.name}'", command))
    return UsageError(f"{folder} lies in no location of collection '{collection.name}'", lines)
