"""A folder tree as a source: its top folders, or itself, as collections."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

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
    Unread,
)
from retrovue_filesystem import names
from retrovue_filesystem.directory import Directory
from retrovue_filesystem.names.kinds import MEDIA_TYPES
from retrovue_filesystem.walk import Walk

KINDS = ("movie", "show", "music", "photo", "video")
ROOT = "."


class FilesystemImporter(Importer):
    """Ids are paths relative to the base path, so that a moved base keeps its assets."""

    type = "filesystem"
    description = "Folders of media files on this machine"
    options = (
        Option("base_path", "the folder that holds the media", type=Path, required=True),
        Option(
            "collections",
            "what is a collection: each top folder, the root, or (auto) each top folder if one"
            " bears a usual library name such as Movies or Music",
            type=("auto", "root", "folders"),
            default="auto",
        ),
        Option("kind", "what all of it holds, where the folders' names do not say", type=KINDS),
    )

    def identity(self) -> str:
        """The real path of the base; raises ImporterError where there is no such folder."""
        base = self._base()
        if not os.path.isdir(base):
            raise ImporterError(f"{base} is not a folder")
        return os.path.realpath(base)

    def _base(self) -> str:
        return os.path.abspath(os.path.expanduser(str(self.config["base_path"])))

    def discover(self) -> Iterator[FoundCollection]:
        """Nothing of a base that holds nothing, as the mount point of a disk does meanwhile."""
        base = os.path.realpath(self._base())
        tops, empty = _top_folders(base)
        if empty:
            return
        how = self.config["collections"]
        if how == "auto":
            how = "folders" if any(map(names.library_kind, tops)) else "root"
        kind = self.config["kind"]
        if how == "root":
            name = os.path.basename(base) or base
            yield FoundCollection(ROOT, name, kind or names.library_kind(name), (base,))
            return
        for top in tops:
            place = os.path.join(base, top)
            yield FoundCollection(top, top, kind or names.library_kind(top), (place,))

    def overlooked(self, known: Collection[str]) -> Iterator[Overlooked]:
        """Top folders that are no collection yet, and media beside the top folders."""
        if not known or ROOT in known:
            return
        base = os.path.realpath(self._base())
        new = [f"'{top}'" for top in _top_folders(base)[0] if top not in known]
        if new:
            says = "is a top folder that is no" if len(new) == 1 else "are top folders that are no"
            yield Overlooked(f"{_listed(new)} {says} collection yet")
        loose = _loose_media(base)
        if loose:
            lie = "1 file lies" if len(loose) == 1 else f"{len(loose):,} files lie"
            yield Overlooked(
                f"{lie} beside the top folders, e.g. '{loose[0]}'; one collection of all has it",
                ("--collections", "root", "--allow-missing"),
            )

    def scan(
        self, collection: ScanCollection
    ) -> Iterator[FoundAsset | FoundFolder | Unread | Skipped]:
        for external, local in collection.mappings:
            if local is None:
                raise ImporterError(f"location {external} is not mapped to a folder")
            prefix = _id_prefix(collection, external, self._base())
            read = partial(_read, prefix, collection.kind)
            walk = Walk(local, external or local, collection.kind, read, collection.excluded)
            others = _locations_within(collection, external)
            found = walk.quick(collection.known_folders()) if collection.quick else walk.all()
            if others:
                found = (item for item in found if not item[0].startswith(others))
            yield from found


def _read(
    prefix: str, kind: str | None, directory: Directory
) -> Iterator[FoundAsset | Unread | Skipped]:
    from retrovue_filesystem.items import Reader  # what did not change needs no reader

    return Reader(prefix, kind).read(directory)


def _locations_within(collection: ScanCollection, external: str) -> tuple[str, ...]:
    """What lies below one location and is not walked with it: the other locations, which are walked
    by themselves, and what is excluded."""
    top = external.rstrip("/") + "/"
    others = [*(place for place, _ in collection.mappings), *collection.excluded]
    places = (f"{place.rstrip('/')}/" for place in others)
    return tuple(place for place in places if place != top and place.startswith(top))


def _id_prefix(collection: ScanCollection, external: str, base: str) -> str:
    """What stands before a path below the location to make it relative to the base path."""
    own = "" if collection.external_id == ROOT else collection.external_id
    root = os.path.join(os.path.realpath(base), own).rstrip("/")
    if external and external.startswith(root + "/"):
        own = os.path.join(own, external[len(root) + 1 :])
    return own + "/" if own else ""


def _top_folders(base: str) -> tuple[list[str], bool]:
    """The top folders that can be collections, and whether the base holds nothing at all but for
    what systems leave behind."""
    try:
        with os.scandir(base) as found:
            entries = [entry for entry in found if not names.is_ignored_folder(entry.name)]
    except OSError as error:
        raise ImporterError(f"{base} cannot be read ({error.strerror})") from error
    return sorted(entry.name for entry in entries if _usable(entry, base)), not entries


def _listed(names: list[str], most: int = 5) -> str:
    """Names in a sentence: the first few, and how many more."""
    more = [f"{len(names) - most:,} more"] if len(names) > most else []
    *first, last = [*names[:most], *more]
    return f"{', '.join(first)} and {last}" if first else last


def _loose_media(base: str) -> list[str]:
    """Names of films and music that lie in a folder itself, in order."""
    wanted = {ending for ending, type_ in MEDIA_TYPES.items() if type_ in ("video", "audio")}
    with os.scandir(base) as entries:
        return sorted(
            entry.name
            for entry in entries
            if entry.name.rpartition(".")[2].lower() in wanted
            and not entry.name.startswith(".")
            and entry.is_file()
        )


def _usable(entry: os.DirEntry[str], base: str) -> bool:
    """Whether an entry can be a collection: a folder, or a link to one that does not hold the base
    itself; one whose name is not UTF-8 has no id."""
    try:
        entry.name.encode()
        if not entry.is_dir():
            return False
    except UnicodeEncodeError:
        return False
    except OSError as error:  # a link that cannot be followed now is not gone for that
        return error.errno not in (errno.ELOOP, errno.ENAMETOOLONG)
    if not entry.is_symlink():
        return True
    target = os.path.realpath(entry.path).rstrip("/") + "/"
    return not (base.rstrip("/") + "/").startswith(target)
