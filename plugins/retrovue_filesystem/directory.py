"""One directory of a folder tree with its media files."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import NamedTuple

from retrovue import Skipped, Unread

_new = tuple.__new__  # past the class's own, which is much slower


class File(NamedTuple):
    """A media file: its path below its directory, its size in bytes, its mtime in nanoseconds."""

    name: str
    size: int
    mtime_ns: int


class Directory:
    """One directory with its media files.

    `path` is as the source spells it, `relative` the same below the location; both end in a slash
    (but for the location itself, whose relative path is empty). `names` are paths of media files
    below it, `numbers` the size in bytes and the modification time in nanoseconds of each in turn.
    """

    __slots__ = (
        "asides", "beside", "changed_ns", "discs", "folders", "left_out", "names", "numbers",
        "path", "relative", "subs", "unnamed",
    )  # fmt: skip

    def __init__(self, path: str, relative: str, changed_ns: int) -> None:
        self.path = path
        self.relative = relative
        self.changed_ns = changed_ns
        self.names: list[str] = []
        self.numbers: array[int] | list[int] = array("q")  # a list holds what 64 bits cannot
        self.folders: list[str] = []  # with a slash at the end, so that they sort as paths do
        self.discs: list[str] = []  # those of them that hold a part of what is here
        self.subs: list[str] = []  # folders of subtitles, which are not walked
        self.beside: list[File] = []  # NFO files, sidecars and posters
        self.asides: list[Unread | Skipped] = []
        self.left_out: list[Skipped] = []  # on purpose
        self.unnamed = False  # whether a folder in it has a name that cannot be kept

    def add(self, name: str, size: int, mtime_ns: int) -> None:
        """Take in a file."""
        self.names.append(name)
        self.put([size, mtime_ns])

    def put(self, numbers: list[int]) -> None:
        """Take in the sizes and times of files whose names are there."""
        try:
            self.numbers.extend(array("q", numbers))
        except OverflowError:  # a time after the year 2262
            self.numbers = [*self.numbers, *numbers]

    def add_all(self, inner: Directory, below: str) -> None:
        """Take in the files of a directory in this one."""
        for name, size, mtime_ns in inner._entries():
            self.add(below + name, size, mtime_ns)

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Leave out the files and folders whose names are not wanted."""
        files = [entry for entry in self._entries() if wanted(entry[0])]
        self.clear()
        for entry in files:
            self.add(*entry)
        self.beside = [file for file in self.beside if wanted(file.name)]
        self.folders = [name for name in self.folders if wanted(name)]
        self.discs = [name for name in self.discs if name in self.folders]

    def clear(self) -> None:
        """Leave out all files."""
        self.names.clear()
        self.numbers = array("q")

    def files(self) -> list[File]:
        """The media files in order of name."""
        return [_new(File, entry) for entry in sorted(self._entries())]

    def _entries(self) -> Iterable[tuple[str, int, int]]:
        return zip(self.names, self.numbers[::2], self.numbers[1::2], strict=True)
