"""What lies beside media files: NFO files, subtitles and sound, posters.

They add to an asset what they say, and to its fingerprint their sizes and times; what is one work,
and its id, is told by names alone.
"""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from zlib import crc32

from retrovue import FoundAsset, Skipped, Stream, Unread, names
from retrovue.names.kinds import is_hidden
from retrovue_filesystem import sidecars
from retrovue_filesystem.directory import Directory, File

_POSTER = re.compile(r"(?:.*[-.])?(?:poster|folder|cover|movie|fanart|backdrop|landscape|thumb)\d*",
                     re.IGNORECASE)  # fmt: skip
_PICTURES = ("jpg", "jpeg", "png", "webp")
ENDINGS = frozenset(f".{ending}" for ending in
                    ("nfo", *sidecars.SUBTITLES, *sidecars.SOUND, *_PICTURES))  # fmt: skip
FOLDERS = frozenset(("subs", "subtitles"))
_EDGE = re.compile(r"[\s._\-\[(]")
_FIELDS = {
    "movie": ("title", "year", "released_on"),
    "episode": ("title",),
    "video": ("title", "artist", "album", "year", "released_on"),
}
"""What an NFO may say of an asset of each kind."""

Found = FoundAsset | Unread | Skipped


def counts(name: str) -> bool:
    """Whether a file with one of `ENDINGS` is one that is looked at."""
    stem, _, ending = name.rpartition(".")
    return ending.lower() not in _PICTURES or _POSTER.fullmatch(stem) is not None


def note(entry: os.DirEntry[str], found: Directory) -> None:
    """Take in what lies beside media files, where its name can be kept."""
    file = _file(entry, "")
    if file is not None:
        found.beside.append(file)


def _file(entry: os.DirEntry[str], folder: str) -> File | None:
    """An entry of a folder, which is "" or ends in a slash; None for what can be no file beside
    others, as a link that leads nowhere."""
    name = entry.name
    if name[0] == "." or not (name.isascii() or names.is_utf8(name)):
        return None
    try:
        status = entry.stat()
    except OSError:
        return None
    regular = stat.S_ISREG(status.st_mode)
    return File(folder + name, status.st_size, status.st_mtime_ns) if regular else None


def note_subtitles(path: str, found: Directory) -> None:
    """Take in what the folders of subtitles of a directory at `path` hold, and those in them."""
    for folder in found.subs if found.names else ():
        found.beside += _subtitles(path, folder, deeper=True)


def _subtitles(path: str, folder: str, *, deeper: bool) -> list[File]:
    found: list[File] = []
    try:
        with os.scandir(path + folder) as entries:
            for entry in entries:
                if deeper and entry.is_dir():
                    if not is_hidden(entry.name) and names.is_utf8(entry.name):
                        found += _subtitles(path, f"{folder}{entry.name}/", deeper=False)
                elif entry.name.rpartition(".")[2].lower() in sidecars.SUBTITLES:
                    file = _file(entry, folder)
                    found += [file] if file is not None else []
    except OSError:  # what cannot be looked into says nothing
        return []
    return found


def told(directory: Directory, local: str, found: Iterable[Found]) -> Iterator[Found]:
    """The assets of a directory, which is `local` here, with what lies beside them."""
    items = list(found)
    assets = [item for item in items if isinstance(item, FoundAsset)]
    beside = _Beside(directory, local, assets)
    for item in items:
        yield beside.with_all(item) if isinstance(item, FoundAsset) else item
    yield from beside.unread


class _Beside:
    """What lies beside the assets of a directory, by what it belongs to."""

    def __init__(self, directory: Directory, local: str, assets: list[FoundAsset]) -> None:
        self._path, self._local = directory.path, local
        self.unread: list[Skipped] = []  # NFO files, which the next ingest tries again
        whole = [asset for asset in assets if asset.kind != "extra"]
        alone = whole[0].files if len(whole) == 1 else ()
        self._alone = _stem(alone[0].path) if len(alone) == 1 else None
        films = [asset for asset in assets if asset.kind == "movie"]
        self._only = films[0].external_id if len(films) == 1 else None
        self._nfos: dict[str, File] = {}
        self._posters: list[File] = []
        self._sidecars: dict[str, list[tuple[File, str, Stream]]] = defaultdict(list)
        stems = {_stem(file.path) for asset in assets for file in asset.files}
        there = {file.name.casefold() for file in directory.beside}
        for file in sorted(directory.beside):
            self._take(file, stems, there)

    def _take(self, file: File, stems: set[str], there: set[str]) -> None:
        stem, _, ending = file.name.rpartition(".")
        ending = ending.lower()
        if ending == "nfo":
            self._nfos[stem.casefold()] = file
        elif ending in _PICTURES:
            self._posters.append(file)
        elif ending == "sub" and f"{stem}.idx".casefold() in there:
            return  # the pictures of an .idx
        else:
            owner, rest = self._owner(stem.casefold(), stems)
            if owner is not None:
                stream = sidecars.stream(self._path + file.name, rest, ending)
                self._sidecars[owner].append((file, rest, stream))

    def _owner(self, stem: str, stems: set[str]) -> tuple[str | None, str]:
        """The name of the file that a sidecar is of, and what the sidecar's has beyond it:
        `Film.en`, `Subs/Film.en`, `Subs/Film/2_English`, and `Subs/2_English` of the only file."""
        folder, _, name = stem.rpartition("/")
        owner = _longest(name, stems)
        if owner is not None or not folder:
            return owner, name[len(owner or "") :]
        below = folder.partition("/")[2]
        return below if below in stems else self._alone, name

    def with_all(self, asset: FoundAsset) -> FoundAsset:
        """An asset with what lies beside it."""
        nfo = self._nfo_of(asset)
        posters = self._posters_of(asset)
        streams = [self._sidecars.get(_stem(file.path), []) for file in asset.files]
        used = [
            *([("nfo", nfo.size, nfo.mtime_ns)] if nfo is not None else []),
            *(("poster", file.size, file.mtime_ns) for file in posters),
            *((rest, file.size, file.mtime_ns) for each in streams for file, rest, _ in each),
        ]  # without the names that change with the file's own: it is renamed with all beside it
        if not used:
            return asset
        mark = crc32(repr(used).encode("utf-8", "surrogateescape"))
        files = tuple(
            file._replace(streams=tuple(stream for _, _, stream in each)) if each else file
            for file, each in zip(asset.files, streams, strict=True)
        )
        metadata = dict(asset.metadata)
        if posters:
            metadata["posters"] = [self._path + file.name for file in posters]
        asset = asset._replace(
            files=files, metadata=metadata, fingerprint=f"{asset.fingerprint} + {mark:08x}"
        )
        return self._with_nfo(asset, nfo) if nfo is not None else asset

    def _nfo_of(self, asset: FoundAsset) -> File | None:
        for file in asset.files:
            own = self._nfos.get(_stem(file.path))
            if own is not None:
                return own
        if asset.external_id != self._only:
            return None
        folder = self._path.rstrip("/").rpartition("/")[2].casefold()
        return self._nfos.get("movie") or self._nfos.get(folder)

    def _posters_of(self, asset: FoundAsset) -> list[File]:
        stems = [_stem(file.path) for file in asset.files]
        alone = asset.external_id == self._only
        found = []
        for file in self._posters:
            name = file.name.casefold()
            if any(name.startswith((f"{stem}-", f"{stem}.")) for stem in stems) or (
                alone and "-" not in name
            ):
                found.append(file)
        return found

    def _with_nfo(self, asset: FoundAsset, file: File) -> FoundAsset:
        from retrovue_filesystem import nfo  # few trees have one

        try:
            said = nfo.read(self._local + file.name, asset.kind)
        except nfo.NotRead as why:
            return asset._replace(
                metadata={**asset.metadata, "nfo_not_read": f"{file.name}: {why}"}
            )
        except OSError as error:
            self.unread.append(Skipped(self._path + file.name, error.strerror or str(error)))
            return asset._replace(fingerprint=f"{asset.fingerprint}?")
        fields: dict[str, Any] = {
            name: said.fields[name] for name in _FIELDS.get(asset.kind, ()) if name in said.fields
        }
        if asset.kind == "episode" and asset.released_on is None and "released_on" in said.fields:
            fields["released_on"] = said.fields["released_on"]
        metadata = {**asset.metadata, **said.metadata}
        if fields:
            metadata["nfo"] = sorted(fields)
            metadata["named"] = {name: getattr(asset, name) for name in sorted(fields)}
        schemes = {guid.partition("://")[0] for guid in said.guids}
        others = [guid for guid in asset.guids if guid.partition("://")[0] not in schemes]
        return asset._replace(**fields, guids=(*said.guids, *others), metadata=metadata)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0].casefold()


def _longest(stem: str, stems: set[str]) -> str | None:
    """The name of a file that a sidecar's begins with, the longest there is. Behind a dot may stand
    anything; otherwise `Alien 3` were of the file `Alien`."""
    if stem in stems:
        return stem
    for edge in reversed(list(_EDGE.finditer(stem))):
        at = edge.start()
        if stem[:at] in stems and (stem[at] == "." or sidecars.plain(stem[at:])):
            return stem[:at]
    return None
