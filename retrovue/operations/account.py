"""What became of every file below the locations of collections: a verdict for each, with its rule.

The walk is its own, independent of the importer's; whatever is no directory counts once, and each
directory that cannot be read. A link to a folder counts as itself, and what lies behind it once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from retrovue import names, paths
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.placed_files import known_files
from retrovue.found import FoundAsset, Skipped, Unread
from retrovue.importers.loader import Plugins
from retrovue.model import Collection, PathMapping, Source
from retrovue.operations import scanned
from retrovue.paths import Mapper

Verdict = Literal[
    "asset", "sidecar", "extra", "ignored", "unreadable", "not_wanted", "skipped", "excluded"
]
_BESIDE = (
    "srt sub idx ass ssa vtt sup nfo jpg jpeg png webp gif tbn bif xml edl txt cue log lrc m3u m3u8"
    " pls json"
)
_SIDECARS = frozenset(_BESIDE.split())
_OF_WORKS = ("artwork", "a disc's menu", "sound that belongs to a film", "belongs to")
_IGNORED = ("left out by", "an application's bundle", "a system's own folder")


class Entry(NamedTuple):
    """One entry of the disk by its path here, what became of it, by which rule, and its asset where
    the catalogue has one."""

    path: str
    verdict: Verdict
    rule: str
    asset_id: int | None = None


class _Told(NamedTuple):
    """What an importer says of the files of a collection, by mapping and path below it."""

    assets: dict[tuple[int, str], str]
    others: dict[tuple[int, str], tuple[Verdict, str]]


def of_collection(
    catalogue: Catalogue, plugins: Plugins, source: Source, collection: Collection
) -> Iterator[Entry]:
    """The entries below the locations of a collection, in order. Costs a scan and a walk, and
    writes nothing. Raises what a scan raises."""
    known = known_files(catalogue.reader(), collection.id)
    told = _told(catalogue, plugins, source, collection)
    excluded = [m for m in collection.mappings if m.excluded]
    seen: set[tuple[int, int]] = set()
    for mapping in sorted(collection.mappings, key=lambda m: m.local_path or ""):
        if mapping.local_path is None or mapping.missing_since is not None or mapping.excluded:
            continue
        for relative, readable in _entries(mapping.local_path, seen):
            path = paths.join(mapping.local_path, relative)
            if _is_excluded(mapping, relative, excluded):
                yield Entry(path, "excluded", "excluded by collection update --exclude")
            elif not readable:
                yield Entry(path, "unreadable", "the directory cannot be read")
            else:
                yield _judged(mapping, relative, path, known, told)


def _told(catalogue: Catalogue, plugins: Plugins, source: Source, collection: Collection) -> _Told:
    mapper = Mapper(collection.mappings)
    told = _Told({}, {})
    for item in scanned.items(catalogue, plugins, source, collection):
        if isinstance(item, FoundAsset):
            for file in item.files:
                place = mapper.find(file.path)
                if place is not None:
                    told.assets[place[0].id, place[1]] = item.kind
        elif isinstance(item, Skipped | Unread):
            place = mapper.find(item.where.rstrip("/")) if item.where.strip("/") else None
            if place is not None:
                told.others[place[0].id, place[1]] = _verdict(item)
    return told


def _verdict(item: Skipped | Unread) -> tuple[Verdict, str]:
    if isinstance(item, Unread):
        return "unreadable", item.why
    if not item.on_purpose:
        return "skipped", item.why
    if item.why.startswith(_IGNORED):
        return "ignored", item.why
    return "sidecar" if item.why.startswith(_OF_WORKS) else "not_wanted", item.why


def _entries(root: str, seen: set[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """(path below the root, whether it can be read) of whatever is no directory, and of directories
    that cannot be read, by path."""
    waiting = [""]
    while waiting:
        relative = waiting.pop()
        folder = paths.join(root, relative)
        try:
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            yield relative, False
            continue
        below = []
        for entry in entries:
            path = f"{relative}/{entry.name}".lstrip("/")
            if _is_folder(entry):
                below.append(path)
                if entry.is_symlink():
                    yield path, True
            else:
                yield path, True
        waiting += reversed(below)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_excluded(mapping: PathMapping, relative: str, excluded: Sequence[PathMapping]) -> bool:
    place = paths.join(mapping.external_path, relative)
    return any(paths.below(place, other.external_path) is not None for other in excluded)


def _judged(
    mapping: PathMapping,
    relative: str,
    path: str,
    known: dict[tuple[int, str], tuple[int, str]],
    told: _Told,
) -> Entry:
    key = mapping.id, relative
    asset_id, kind = known.get(key, (None, told.assets.get(key)))
    if kind is not None:
        rule = "in the catalogue" if asset_id is not None else "taken at the next ingest"
        return Entry(path, "extra" if kind == "extra" else "asset", rule, asset_id)
    verdict, rule = _above(mapping.id, relative, told) or _by_name(relative, path)
    return Entry(path, verdict, rule)


def _above(mapping_id: int, relative: str, told: _Told) -> tuple[Verdict, str] | None:
    """What was said of an entry, or of a folder that it lies in."""
    parts = relative.split("/")
    places = ("/".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next(
        (told.others[mapping_id, p] for p in places if (mapping_id, p) in told.others), None
    )


def _by_name(relative: str, path: str) -> tuple[Verdict, str]:
    *folders, name = relative.split("/")
    if any(part.startswith(".") for part in (*folders, name)):
        return "ignored", "hidden"
    own = next((part for part in folders if names.is_ignored_folder(part)), None)
    if own is not None:
        return "ignored", f"in the folder {own}"
    if os.path.isdir(path):
        return "not_wanted", "a link to a folder"
    if not os.path.exists(path):
        return "skipped", "a link that leads nowhere"
    if name.rpartition(".")[2].lower() in _SIDECARS and "." in name:
        return "sidecar", "lies beside a work"
    if names.media_type(name) is not None:
        return "not_wanted", "its source does not take it"
    return "not_wanted", "no media"
