"""Walking a folder tree: each directory with its media files and a fingerprint of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple

from retrovue import Skipped, Unread
from retrovue_filesystem import names

# What counts in a collection of each kind; of one whose kind nobody said, everything does.
_WANTED = {
    "movie": frozenset(("video",)),
    "show": frozenset(("video",)),
    "video": frozenset(("video",)),
    "music": frozenset(("audio", "video")),
    "photo": frozenset(("photo", "video")),
}
_ANY = frozenset(("video", "audio", "photo"))
# A directory may change again within the tick of its clock, unseen; so young a time is not kept.
_SETTLED_NS = 2_000_000_000

File = tuple[str, str, int, int]  # path below its directory, media type, bytes, mtime in ns


class Directory(NamedTuple):
    """One directory with its media files, in order of name.

    `path` is as the source spells it; `parts` are the names from the location's own folder down.
    `fingerprint` is the directory's modification time in nanoseconds (0 for one too young to be
    trusted), a dot, and a checksum of its media files' names, sizes and times.
    """

    path: str
    parts: tuple[str, ...]
    fingerprint: str
    files: list[File]
    asides: list[Unread | Skipped]


class _Listing(NamedTuple):
    changed_ns: int
    files: list[File]
    folders: list[str]
    discs: list[str]
    asides: list[Unread | Skipped]


class Walk:
    """A walk below one location: `local` is where it is here, `external` how the source spells it.

    Links to folders are followed, each folder at most once by a link, and never one that the link
    itself lies in.
    """

    def __init__(self, local: str, external: str, kind: str | None) -> None:
        self._local = local.rstrip("/")
        self._external = external.rstrip("/")
        self._top = os.path.basename(self._external) or os.path.basename(self._local)
        self._wanted = _WANTED.get(kind or "", _ANY)
        self._merge_discs = kind != "music"
        self._linked: set[str] = set()
        self._now = time.time_ns()

    def all(self, start: str = "") -> Iterator[Directory | Unread]:
        """Every directory from `start` (a path below the location) down, in order of name."""
        waiting = [start]
        while waiting:
            relative = waiting.pop()
            listing = self._list(relative)
            if isinstance(listing, Unread):
                yield listing
                continue
            yield self._directory(relative, listing)
            below = relative + "/" if relative else ""
            waiting += [below + name for name in sorted(listing.folders, reverse=True)]

    def quick(self, known: Iterable[tuple[str, str]]) -> Iterator[Directory | Unread]:
        """Like `all`, but a directory whose modification time is the known one is reported by its
        known fingerprint and not listed, so a file rewritten in place goes unnoticed."""
        fingerprints = dict(self._own(known))
        changed = set()
        for relative, fingerprint in fingerprints.items():
            if self._changed_since(relative, fingerprint):
                changed.add(relative)
                changed.update(self._disc_owner(relative, fingerprints))
        for relative, fingerprint in fingerprints.items():
            if relative not in changed:
                yield Directory(self._at(relative), (), fingerprint, [], [])
        if "" not in fingerprints:
            yield from self.all()
            return
        for relative in sorted(changed):
            yield from self._again(relative, fingerprints)

    def _own(self, known: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        below = self._external + "/"
        for path, fingerprint in known:
            if path == (self._external or "/"):
                yield "", fingerprint
            elif path.startswith(below):
                yield path[len(below) :], fingerprint

    def _changed_since(self, relative: str, fingerprint: str) -> bool:
        try:
            changed_ns = os.stat(self._here(relative)).st_mtime_ns
        except OSError:
            return True
        return not fingerprint.startswith(f"{changed_ns:x}.")

    def _disc_owner(self, relative: str, known: dict[str, str]) -> list[str]:
        """The folder that a disc folder is read with."""
        above = relative.rpartition("/")[0]
        return [above] if self._is_disc(relative) and above in known else []

    def _is_disc(self, relative: str) -> bool:
        name = relative.rpartition("/")[2]
        return self._merge_discs and names.is_disc_folder(name) is not None

    def _again(self, relative: str, known: dict[str, str]) -> Iterator[Directory | Unread]:
        if relative and not os.path.lexists(self._here(relative)):
            return
        listing = self._list(relative)
        if isinstance(listing, Unread):
            yield listing
            return
        yield self._directory(relative, listing)
        for name in sorted(listing.folders):
            below = f"{relative}/{name}" if relative else name
            if below not in known:
                yield from self.all(below)

    def _here(self, relative: str) -> str:
        return f"{self._local}/{relative}" if relative else self._local or "/"

    def _at(self, relative: str) -> str:
        return f"{self._external}/{relative}" if relative else self._external or "/"

    def _directory(self, relative: str, listing: _Listing) -> Directory:
        files, asides = listing.files, listing.asides
        if self._is_disc(relative):
            files.clear()  # they are read with the folder above
        for disc in listing.discs:
            inner = self._list(f"{relative}/{disc}" if relative else disc)
            if isinstance(inner, Unread):
                asides.append(inner)
            else:
                files += [(f"{disc}/{file[0]}", *file[1:]) for file in inner.files]
        files.sort()
        text = "\n".join([f"{name}\0{size}\0{time_ns}" for name, _, size, time_ns in files])
        digest = blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        settled = self._now - listing.changed_ns > _SETTLED_NS
        parts = (self._top, *relative.split("/")) if relative else (self._top,)
        fingerprint = f"{listing.changed_ns if settled else 0:x}.{digest}"
        return Directory(self._at(relative), parts, fingerprint, files, asides)

    def _list(self, relative: str) -> _Listing | Unread:
        """What a directory holds; where it cannot be read, a word on why."""
        path = self._here(relative)
        try:
            listing = _Listing(os.stat(path).st_mtime_ns, [], [], [], [])
            with os.scandir(path) as entries:
                for entry in entries:
                    self._sort_in(entry, listing)
        except OSError as error:
            return Unread(self._at(relative), error.strerror or str(error))
        return listing

    def _sort_in(self, entry: os.DirEntry[str], listing: _Listing) -> None:
        name = entry.name
        if entry.is_dir():
            if not names.is_ignored_folder(name) and self._may_enter(entry):
                listing.folders.append(name)
                if self._is_disc(name):
                    listing.discs.append(name)
            return
        media = names.media_type(name)
        if media not in self._wanted or name.startswith("."):
            return
        try:
            status = entry.stat()
        except OSError as error:
            listing.asides.append(self._unreadable(entry, error))
            return
        listing.files.append((name, media, status.st_size, status.st_mtime_ns))

    @staticmethod
    def _unreadable(entry: os.DirEntry[str], error: OSError) -> Unread | Skipped:
        why = error.strerror or str(error)
        if entry.is_symlink() and not os.path.exists(entry.path):
            return Skipped(entry.path, f"a link that leads nowhere ({why})")
        return Unread(entry.path, why)

    def _may_enter(self, entry: os.DirEntry[str]) -> bool:
        if not entry.is_symlink():
            return True
        target = os.path.realpath(entry.path)
        within = os.path.realpath(os.path.dirname(entry.path)) + "/"
        if within.startswith(target.rstrip("/") + "/") or target in self._linked:
            return False
        self._linked.add(target)
        return True
