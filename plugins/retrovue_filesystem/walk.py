"""Walking a folder tree: each directory with its media files and a fingerprint of them."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from zlib import crc32

from retrovue import FoundAsset, FoundFolder, Skipped, Unread, names
from retrovue.names.kinds import (
    MEDIA_TYPES,
    is_hidden,
    is_ignored_folder,
    is_left_behind,
)
from retrovue_filesystem import beside, fingerprints, ignoring
from retrovue_filesystem.directory import Directory
from retrovue_filesystem.ignoring import IGNORE_FILES
from retrovue_filesystem.whole import is_disc

# What counts in a collection of each kind; of one whose kind nobody said, everything does.
_WANTED = {
    "movie": frozenset(("video",)),
    "show": frozenset(("video",)),
    "video": frozenset(("video",)),
    "music": frozenset(("audio", "video")),
    "photo": frozenset(("photo", "video")),
}
_ANY = frozenset(("video", "audio", "photo"))
# Below an open directory the system finds a file by its name alone. Windows cannot do that.
_BY_DESCRIPTOR = os.scandir in os.supports_fd
_CHUNK = 10_000  # names that are summed at once
_TYPE, _REGULAR = 0o170000, 0o100000  # of a file, in its mode


def _left_out(where: str, why: str) -> Skipped:
    return Skipped(where, why, on_purpose=True)


def _above(relative: str) -> str:
    """The folder above one, both as paths below the location."""
    return relative[: relative.rfind("/", 0, -1) + 1]


class Walk:
    """A walk below one location: `local` is where it is here, `external` how the source spells it,
    `read` what makes assets of a directory that changed.

    Links to folders are followed, each folder at most once by a link, and never one that the link
    itself lies in. Folders that are `excluded`, as the source spells them, are not entered;
    what the patterns to `ignore` name is left out.
    """

    def __init__(
        self,
        local: str,
        external: str,
        kind: str | None,
        read: Callable[[Directory], Iterable[FoundAsset | Unread | Skipped]],
        excluded: Iterable[str] = (),
        ignore: Sequence[str] = (),
    ) -> None:
        self._excluded = frozenset(f"{place.rstrip('/')}/" for place in excluded)
        self._local = local.rstrip("/")
        self._external = external.rstrip("/")
        self._read = read
        types = _WANTED.get(kind or "", _ANY)
        self._wanted = {f".{ending}" for ending, type_ in MEDIA_TYPES.items() if type_ in types}
        self._merge_discs = kind != "music"
        self._linked: set[str] = set()
        self._own_rules = ignoring.of_source(ignore)
        self._rules: dict[str, ignoring.Rules] = {}  # by folder, where there are any
        self._above: set[str] = set()  # folders not walked whose ignore files were looked for
        self._mark = names.reader_mark(kind)
        if ignore:
            self._mark += f"-{crc32(repr(tuple(ignore)).encode()):08x}"
        self._now = time.time_ns()

    def all(self, start: str = "") -> Iterator[FoundFolder | Skipped]:
        """Every directory from `start` (a path below the location, "" or ending in a slash) down,
        in the order of their paths, and what is left out on purpose."""
        waiting = [start]
        while waiting:
            relative = waiting.pop()
            directory = self._list(relative)
            yield self._found(directory)
            if isinstance(directory, Directory):
                yield from directory.left_out
                directory.folders.sort(reverse=True)
                waiting += [relative + name for name in directory.folders]

    def part(self, start: str) -> Iterator[FoundFolder | Skipped]:
        """Like `all` from `start` down, with the folders above it, which are not read; nothing of
        one that lies in a folder that is left out."""
        parts = start.split("/")[:-1]
        for at, name in enumerate(parts):
            above = "".join(f"{part}/" for part in parts[:at])
            yield FoundFolder(f"{self._external}/{above}", "", tuple)
            looked = self._look_for(name, above)
            if isinstance(looked, Unread):
                yield self._found(Unread(f"{self._external}/{start}", looked.why))
                return
            if not looked.folders:
                yield from looked.left_out
                return
        yield from self.all(start)

    def _look_for(self, name: str, relative: str) -> Directory | Unread:
        """A directory with one of its folders alone, which is there unless it is left out."""
        path = f"{self._local}/{relative}"
        found = Directory(f"{self._external}/{relative}", relative, 0)
        try:
            with os.scandir(path) as entries:
                entry = next((entry for entry in entries if entry.name == name), None)
        except OSError as error:
            return Unread(found.path, error.strerror or str(error))
        if entry is None:
            return Unread(found.path, "there is no such folder in it any more")
        self._note_folder(entry, path, found)
        self._leave_out(found, ignoring.there(path))
        return found

    def quick(self, known: Iterable[tuple[str, str]]) -> Iterator[FoundFolder | Skipped]:
        """Like `all`, but a directory whose modification time is the known one is reported by its
        known fingerprint and not listed, so a file rewritten in place goes unnoticed. `known` are
        the (path, fingerprint) of the directories of an earlier walk, by path."""
        changed: dict[str, set[str]] = {}  # with the directories known in each
        whole: tuple[str, ...] = ()  # what ignore files have something to say of
        begun = False
        for path, relative, fingerprint in self._own(known):
            if not begun and relative:
                changed[""] = set()  # the location itself is not known
            begun = True
            if relative.startswith(whole):
                continue
            if changed and (above := _above(relative)) in changed:  # it came first
                changed[above].add(relative)
            try:
                changed_ns = os.stat(f"{self._local}/{relative}").st_mtime_ns
            except OSError:
                changed[relative] = set()
                continue
            if fingerprint.startswith(f"{changed_ns:x}.{self._mark}."):
                yield FoundFolder(path, fingerprint, tuple)
                continue
            changed[relative] = set()
            if ignoring.there(f"{self._local}/{relative}"):
                whole += (relative,)
        if not begun:
            changed[""] = set()
        for relative, inner in changed.items():
            self._look_above(relative)
            yield from self.all(relative) if relative in whole else self._again(relative, inner)

    def _look_above(self, relative: str) -> None:
        """Read the ignore files of the folders above one, which a quick walk does not list."""
        parts = relative.split("/")[:-2]
        above = ["".join(f"{part}/" for part in parts[:n]) for n in range(len(parts) + 1)]
        for folder in above if relative else ():
            if folder not in self._above and folder not in self._rules:
                self._above.add(folder)
                self._note_rules(folder, ignoring.there(f"{self._local}/{folder}"))

    def _own(self, known: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
        """The known directories that lie in the location, with their paths below it."""
        top = self._external + "/"
        for path, fingerprint in known:
            if path.startswith(top):
                yield path, path[len(top) :], fingerprint

    def _is_disc(self, relative: str) -> bool:
        """Whether a folder holds a part of the work of the folder above it."""
        return self._merge_discs and is_disc(relative)

    def _again(self, relative: str, known: set[str]) -> Iterator[FoundFolder | Skipped]:
        if relative and self._is_gone(relative):
            return
        directory = self._list(relative)
        yield self._found(directory)
        if isinstance(directory, Directory):
            yield from directory.left_out
            for name in sorted(directory.folders):
                if relative + name not in known:
                    yield from self.all(relative + name)

    def _is_gone(self, relative: str) -> bool:
        """Whether there is no such directory, as a look at the one above would tell; one where
        nobody may look is not gone."""
        try:
            os.stat(f"{self._local}/{relative}")
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return False

    def _found(self, directory: Directory | Unread) -> FoundFolder:
        """A directory, together with its disc folders: without one of them nothing in it can be
        told from a work that lost a part. One that cannot be read is a folder that says so each
        time."""
        if isinstance(directory, Unread):
            return FoundFolder(directory.where, "", lambda: (directory,))
        discs = list(directory.discs)
        if self._is_disc(directory.relative):
            directory.clear()  # they are read with the folder above
            discs.clear()
        for disc in discs:
            inner = self._list(directory.relative + disc)
            if isinstance(inner, Unread):
                why = f"{disc[:-1]}: {inner.why}"
                return self._found(Unread(directory.path, why))
            directory.add_all(inner, disc)
            discs += [disc + below for below in inner.discs]
        read = partial(self._assets, directory)
        return FoundFolder(
            directory.path, fingerprints.of_directory(directory, self._now, self._mark), read
        )

    def _assets(self, directory: Directory) -> Iterable[FoundAsset | Unread | Skipped]:
        found = self._read(directory)
        if not directory.beside:
            return found
        return beside.told(directory, f"{self._local}/{directory.relative}", found)

    def _list(self, relative: str) -> Directory | Unread:
        """What a directory holds; where it cannot be read, a word on why."""
        path = f"{self._local}/{relative}"
        try:
            opened: int | str = os.open(path, os.O_RDONLY) if _BY_DESCRIPTOR else path
            try:
                changed_ns = os.stat(opened).st_mtime_ns
                found = Directory(f"{self._external}/{relative}", relative, changed_ns)
                with os.scandir(opened) as entries:
                    self._take(entries, path, found)
            finally:
                if isinstance(opened, int):
                    os.close(opened)
        except OSError as error:
            return Unread(f"{self._external}/{relative}", error.strerror or str(error))
        return found

    def _take(self, entries: Iterator[os.DirEntry[str]], path: str, found: Directory) -> None:
        wanted, files = self._wanted, found.names
        numbers: list[int] = []
        ignores: list[str] = []
        for entry in entries:
            name = entry.name
            try:
                if entry.is_dir():
                    self._note_folder(entry, path, found)
                    continue
                ending = name[name.rfind(".") :]
                if ending not in wanted and ending.lower() not in wanted:
                    if name[0] == "." and name in IGNORE_FILES:
                        ignores.append(name)
                    elif ending.lower() in beside.ENDINGS and beside.counts(name):
                        beside.note(entry, found)
                    continue
                if name[0] == "." and is_hidden(name):
                    continue
                status = entry.stat()
            except OSError as error:  # a link to where nobody may look, or to itself
                found.asides.append(self._unreadable(entry, found.path, error))
                continue
            if status.st_mode & _TYPE != _REGULAR:
                found.left_out.append(_left_out(found.path + name, "no regular file"))
                continue
            files.append(name)
            numbers += (status.st_size, status.st_mtime_ns)
            if len(numbers) > _CHUNK:
                found.put(numbers)
                numbers.clear()
        found.put(numbers)
        beside.note_subtitles(path, found)
        self._leave_out(found, ignores)

    def _leave_out(self, found: Directory, ignores: list[str]) -> None:
        """Take out of a directory what the ignore files of it and of those above name."""
        rules = self._note_rules(found.relative, ignores)
        if not rules:
            return

        def wanted(name: str) -> bool:
            why = ignoring.reason(rules, found.relative + name)
            if why is not None:
                found.left_out.append(_left_out(found.path + name, why))
            return why is None

        found.keep(wanted)

    def _note_rules(self, relative: str, ignores: Sequence[str]) -> ignoring.Rules:
        """The rules that hold in a folder with these ignore files."""
        rules = self._own_rules
        if relative:
            rules = self._rules.get(_above(relative), rules)
        if ignores:
            rules += ignoring.of_folder(self._local, relative, ignores)
        if rules:
            self._rules[relative] = rules
        return rules

    def _note_folder(self, entry: os.DirEntry[str], path: str, found: Directory) -> None:
        name = entry.name
        where = f"{found.path}{name}/"
        if is_ignored_folder(name) or where in self._excluded:
            reason = "a system's own folder"
            if name.lower() in beside.FOLDERS and where not in self._excluded:
                found.subs.append(name + "/")
                reason = "subtitles alone are read in it"
            if is_left_behind(name):
                found.left_out.append(_left_out(where, reason))
            return
        if "." in name and (why := ignoring.bundle(name)):
            found.left_out.append(_left_out(where, why))
            return
        if not self._may_enter(entry, path):
            return
        found.folders.append(name + "/")
        if not name.isascii() and not names.is_utf8(name):
            found.unnamed = True
        if self._is_disc(f"{found.relative}{name}/"):
            found.discs.append(name + "/")

    @staticmethod
    def _unreadable(entry: os.DirEntry[str], path: str, error: OSError) -> Unread | Skipped:
        why = error.strerror or str(error)
        if entry.is_symlink() and error.errno in (errno.ENOENT, errno.ELOOP):
            return Skipped(path + entry.name, f"a link that leads nowhere ({why})")
        return Unread(path + entry.name, why)

    def _may_enter(self, entry: os.DirEntry[str], path: str) -> bool:
        if not entry.is_symlink():
            return True
        target = os.path.realpath(path + entry.name)
        within = os.path.realpath(path) + "/"
        if within.startswith(target.rstrip("/") + "/") or target in self._linked:
            return False
        self._linked.add(target)
        return True
