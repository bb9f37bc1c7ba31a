"""A folder tree as a source: its top folders, or itself, as collections."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

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
    names,
)
from retrovue.names.kinds import MEDIA_TYPES, is_hidden
from retrovue_filesystem import ignoring
from retrovue_filesystem.directory import Directory
from retrovue_filesystem.walk import Walk

MIXED = "mixed"  # of several kinds: each file is read by itself
KINDS = ("movie", "show", "music", "photo", "video", MIXED)
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
        Option("kind", "what all of it holds; without it the folders' names say", type=KINDS),
        Option(
            "ignore",
            "leave out what this pattern names, as in .gitignore: without a slash at any depth,"
            " with one from the collection's folder on",
            multiple=True,
        ),
    )

    @classmethod
    def options_for_folder(cls, folder: str) -> Mapping[str, Any]:
        """Any folder is one of files."""
        return {"base_path": folder}

    def identity(self) -> str:
        """The real path of the base; raises ImporterError where there is no such folder, and for
        a pattern that can name nothing."""
        for pattern in self.config["ignore"]:
            if not ignoring.is_pattern(pattern):
                raise ImporterError(f"--ignore {pattern!r} is no pattern")
        base = self._base()
        if not os.path.isdir(base):
            raise ImporterError(f"{base} is not a folder", code="unreachable")
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
        if how == "root":
            name = _root_name(base)
            yield FoundCollection(ROOT, name, self._kind(name), (base,))
            return
        for top in tops:
            yield FoundCollection(top, top, self._kind(top), (os.path.join(base, top),))

    def _kind(self, name: str) -> str | None:
        """What a collection of this name holds."""
        told: str | None = self.config["kind"]
        if told is not None:
            return None if told == MIXED else told
        return names.library_kind(name)

    def overlooked(self, known: Collection[str]) -> Iterator[Overlooked]:
        """Collections of unknown kind, top folders that are no collection yet or cannot be one, and
        media beside the top folders."""
        base = os.path.realpath(self._base())
        yield from self._of_unknown_kind(base, known)
        if not known or ROOT in known:
            return
        unnamed = _unnamed(base)
        if unnamed:
            yield Overlooked(
                f"{_counted(unnamed, 'top folder has a name', 'top folders have names')} not in"
                f" UTF-8, e.g. '{unnamed[0]}'; once renamed (convmv -f latin1 -t utf8 --notest -r"
                f" {shlex.quote(base)})"
            )
        new = [f"'{top}'" for top in _top_folders(base)[0] if top not in known]
        if new:
            says = "is a top folder that is no" if len(new) == 1 else "are top folders that are no"
            yield Overlooked(f"{_listed(new)} {says} collection yet")
        loose = _loose_media(base)
        if loose:
            lie = _counted(loose, "file lies", "files lie")
            yield Overlooked(
                f"{lie} beside the top folders, e.g. '{loose[0]}'; one collection of all has it",
                ("--collections", "root", "--allow-missing"),
            )

    def _of_unknown_kind(self, base: str, known: Collection[str]) -> Iterator[Overlooked]:
        if self.config["kind"] is not None:
            return
        named = [_root_name(base) if each == ROOT else each for each in known]
        unknown = sorted(name for name in named if not names.library_kind(name))
        if not unknown:
            return
        which = _listed([f"'{name}'" for name in unknown])
        is_ = "is" if len(unknown) == 1 else "are"
        says = f"{which} {is_} of unknown kind: each file is read by its own name alone"
        if len(unknown) == len(named):
            words = ", ".join(KINDS[1:-1])
            says += f". If all of it is films (else {words} or {MIXED})"
            yield Overlooked(says, ("--kind", KINDS[0]))
        else:
            yield Overlooked(f"{says}. Once renamed to Movies, TV Shows, Music or Photos")

    def scan(
        self, collection: ScanCollection
    ) -> Iterator[FoundAsset | FoundFolder | Unread | Skipped]:
        for external, local in collection.mappings:
            if local is None:
                raise ImporterError(f"location {external} is not mapped to a folder")
            prefix = _id_prefix(collection, external, self._base())
            read = partial(_read, prefix, collection.kind)
            walk = Walk(
                local,
                external or local,
                collection.kind,
                read,
                collection.excluded,
                self.config["ignore"],
            )
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
        says = f"{base} cannot be read ({error.strerror})"
        raise ImporterError(says, code="unreachable") from error
    return sorted(entry.name for entry in entries if _usable(entry, base)), not entries


def _root_name(base: str) -> str:
    """What the collection of all of a base is called."""
    return os.path.basename(base) or base


def _listed(names: list[str], most: int = 5) -> str:
    """Names in a sentence: the first few, and how many more."""
    more = [f"{len(names) - most:,} more"] if len(names) > most else []
    *first, last = [*names[:most], *more]
    return f"{', '.join(first)} and {last}" if first else last


def _counted(found: list[str], one: str, several: str) -> str:
    return f"1 {one}" if len(found) == 1 else f"{len(found):,} {several}"


def _unnamed(base: str) -> list[str]:
    """The top folders whose names cannot be kept."""
    with os.scandir(base) as entries:
        return sorted(e.name for e in entries if not names.is_utf8(e.name) and e.is_dir())


def _loose_media(base: str) -> list[str]:
    """Names of films and music that lie in a folder itself, in order."""
    wanted = {ending for ending, type_ in MEDIA_TYPES.items() if type_ in ("video", "audio")}
    with os.scandir(base) as entries:
        return sorted(
            entry.name
            for entry in entries
            if entry.name.rpartition(".")[2].lower() in wanted
            and not is_hidden(entry.name)
            and entry.is_file()
        )


def _usable(entry: os.DirEntry[str], base: str) -> bool:
    """Whether an entry can be a collection: a folder, or a link to one that does not hold the base
    itself; one whose name is not UTF-8 has no id."""
    if not names.is_utf8(entry.name):
        return False
    try:
        if not entry.is_dir():
            return False
    except OSError as error:  # a link that cannot be followed now is not gone for that
        return error.errno not in (errno.ELOOP, errno.ENAMETOOLONG)
    if not entry.is_symlink():
        return True
    target = os.path.realpath(entry.path).rstrip("/") + "/"
    return not (base.rstrip("/") + "/").startswith(target)
