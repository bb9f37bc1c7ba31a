"""Posters that lie beside a work's files, below its mapped folder and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

_NAMES = ("poster", "folder", "cover", "movie", "show", "album")
_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_LARGEST = 20_000_000  # bytes
_UP = 2  # folders above the file that are looked into: a season, a show


class Picture(NamedTuple):
    """A picture's path and its type."""

    path: str
    type: str


def of(files: Sequence[dict[str, Any]]) -> Picture | None:
    """The poster of a work by its files; no link out of the mapped folder is followed."""
    for file in files[:1]:
        if file["folder"] is None:
            continue
        root = os.path.realpath(file["folder"])
        folder = os.path.dirname(os.path.join(root, file["relative_path"]))
        for _ in range(_UP):
            if not _is_below(folder, root):
                break
            found = _in(folder, root)
            if found is not None:
                return found
            folder = os.path.dirname(folder)
    return None


def read(files: Sequence[dict[str, Any]]) -> tuple[bytes, str] | None:
    """The poster of a work, as bytes and their type; None where there is none to be read."""
    picture = of(files)
    if picture is None:
        return None
    try:
        with open(picture.path, "rb") as file:
            return file.read(_LARGEST), picture.type
    except OSError:
        return None


def _in(folder: str, root: str) -> Picture | None:
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    for wanted in _NAMES:
        for name in names:
            stem, ending = os.path.splitext(name.lower())
            path = os.path.realpath(os.path.join(folder, name))
            if stem == wanted and ending in _TYPES and _can_be_shown(path, root):
                return Picture(path, _TYPES[ending])
    return None


def _can_be_shown(path: str, root: str) -> bool:
    try:
        return _is_below(path, root) and os.path.isfile(path) and os.path.getsize(path) <= _LARGEST
    except OSError:
        return False


def _is_below(path: str, root: str) -> bool:
    return os.path.commonpath((os.path.realpath(path), root)) == root
