"""What file and folder names mean: the naming habits of media libraries, read from text alone.

`read_path` reads one path and gives a `Reading`; these two are promised to plugins. `folder` works
out once what a directory says; `read` reads each file's name in it. Nothing here touches a disk or
knows of the rest of retrovue. A walk over what did not change needs none of the grammar, so that
is imported at its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from .discs import is_disc_folder
from .kinds import is_ignored_folder, is_utf8, library_kind, media_type

if TYPE_CHECKING:
    from .folders import Folder, folder
    from .reader import read, read_path
    from .reading import Reading

__all__ = [
    "Folder",
    "Reading",
    "folder",
    "is_disc_folder",
    "is_ignored_folder",
    "is_utf8",
    "library_kind",
    "media_type",
    "read",
    "read_path",
    "reader_mark",
]

READER = 3
"""Raised whenever a name comes to be read in another way, so that what is known is read again."""


def reader_mark(kind: str | None) -> str:
    """What stands in a fingerprint for the reader of names and for the kind of the collection: a
    file that did not change is read again when one of them did."""
    return f"{READER}{crc32((kind or '').encode()) & 0xFFF:03x}"


_HOME = {"Folder": "folders", "folder": "folders", "Reading": "reading", "read": "reader",
         "read_path": "reader"}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
