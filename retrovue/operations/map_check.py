"""Whether the files of a source are where its path mappings say, and why not where they are not."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from retrovue import paths
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.sample import relative_paths
from retrovue.found import FoundAsset
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, PathMapping, Source
from retrovue.operations import scanned
from retrovue.paths import Mapper
from retrovue.selectors import caseless

MOST = 500
"""Files of a collection that are asked of its importer before the first ingest."""

Reason = Literal["unmapped", "case", "normal_form", "slash"]


class Checked(NamedTuple):
    """One mapping: how many of its files were looked for and found, the first that was not with
    what of its path is not there, and the difference where there is one that explains it."""

    collection: Collection
    mapping: PathMapping
    relative: Sequence[str]
    found: int
    first_missing: str | None = None
    ends_at: str | None = None
    hint: Reason | None = None


class Disk:
    """What folders of this machine hold, each looked into once."""

    def __init__(self) -> None:
        self._names: dict[str, frozenset[str] | None] = {}

    def names(self, folder: str) -> frozenset[str] | None:
        """The names in a folder, None where it is none that can be read."""
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(os.listdir(folder or "/"))
            except (OSError, ValueError):
                self._names[folder] = None
        return self._names[folder]

    def has(self, base: str, relative: str) -> bool:
        """Whether a path spelled with `/` is there below a folder."""
        folder, _, name = paths.join(base, relative).rpartition("/")
        names = self.names(folder)
        return names is not None and name in names

    def explained(self, base: str, relative: str) -> tuple[str | None, Reason | None]:
        """Of a path that is not there, how far it goes, and which difference leads on: letters in
        another case, another normal form, a slash the other way."""
        if "\\" in relative and self.has(base, relative.replace("\\", "/")):
            return None, "slash"
        place, hint = base, None
        for part in relative.split("/"):
            names = self.names(place)
            if names is None:
                return place, hint
            actual = part if part in names else _alike(part, names)
            if actual is None:
                return paths.join(place, part), hint
            hint = hint or _difference(part, actual)
            place = paths.join(place, actual)
        return None, hint


def _alike(part: str, names: Iterable[str]) -> str | None:
    wanted = caseless(part)
    return next((name for name in sorted(names) if caseless(name) == wanted), None)


def _difference(part: str, actual: str) -> Reason | None:
    if part == actual:
        return None
    same = unicodedata.normalize("NFC", part) == unicodedata.normalize("NFC", actual)
    return "normal_form" if same else "case"


def check(
    catalogue: Catalogue, plugins: Plugins, source: Source, chosen: Sequence[Collection], disk: Disk
) -> tuple[list[Checked], list[str]]:
    """Look for the files of collections; returns what was found of each mapping, and the names of
    the collections of which a sample was asked of the importer. Writes nothing."""
    found: list[Checked] = []
    sampled = []
    for collection in chosen:
        known = {m.id: relative_paths(catalogue.reader(), m.id) for m in collection.mappings}
        if not any(known.values()):
            known = _asked(catalogue, plugins, source, collection)
            sampled.append(collection.name)
        for mapping in collection.mappings:
            if mapping.active:
                found.append(_looked(collection, mapping, known.get(mapping.id, []), disk))
    return found, sampled


def _looked(
    collection: Collection, mapping: PathMapping, relative: Sequence[str], disk: Disk
) -> Checked:
    base = mapping.local_path
    if base is None:
        first = relative[0] if relative else None
        return Checked(collection, mapping, relative, 0, first, None, "unmapped")
    lost = [path for path in relative if not disk.has(base, path)]
    if not lost:
        return Checked(collection, mapping, relative, len(relative))
    ends_at, hint = disk.explained(base, lost[0])
    first = paths.join(base, lost[0])
    return Checked(collection, mapping, relative, len(relative) - len(lost), first, ends_at, hint)


def _asked(
    catalogue: Catalogue, plugins: Plugins, source: Source, collection: Collection
) -> dict[int, list[str]]:
    """Some files of a collection by the id of their mapping, asked of its importer. Raises what
    a scan raises."""
    mapper = Mapper(collection.mappings)
    found: dict[int, list[str]] = {}
    items = scanned.items(catalogue, plugins, source, collection)
    assets = (item for item in items if isinstance(item, FoundAsset))
    for path in islice((file.path for asset in assets for file in asset.files), MOST):
        place = mapper.find(path)
        if place is not None:
            found.setdefault(place[0].id, []).append(place[1])
    return found
