"""What is watched: the folders of this machine that sync-enabled collections are mapped to."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection as Ids
from typing import NamedTuple

from retrovue.catalogue import collections
from retrovue.model import Collection

Identity = tuple[int, int]  # device and inode of a folder
_MOUNTS = "/proc/self/mountinfo"
_REMOTE = frozenset(
    ("9p", "afs", "ceph", "cifs", "coda", "davfs", "fuse.rclone", "fuse.sshfs", "glusterfs",
     "lustre", "nfs", "nfs4", "smb2", "smb3", "smbfs", "virtiofs")
)  # fmt: skip
"""File systems on which somebody else writes, of which the system tells nothing."""


class Target(NamedTuple):
    """A collection that is followed, how it is named, and its folders here."""

    collection: Collection
    name: str
    folders: tuple[str, ...]


def targets(connection: sqlite3.Connection, sources: Ids[int] | None) -> list[Target]:
    """The sync-enabled collections (of these sources, None: of all) that are mapped as a whole."""
    found = []
    for each in collections.all_of(connection):
        folders = [mapping.local_path for mapping in each.mappings if mapping.active]
        told = tuple(os.path.realpath(folder) for folder in folders if folder is not None)
        asked = sources is None or each.source_id in sources
        mapped = 0 < len(folders) == len(told)
        if asked and mapped and each.sync_enabled and each.missing_since is None:
            found.append(Target(each, collections.selector(connection, each), told))
    return found


def absent(target: Target) -> str | None:
    """A folder of a target that is not there now, with the reason; None where all are. One that is
    empty although the collection has assets is what a mount point is without its disk."""
    known = target.collection.asset_count - target.collection.missing_count
    empty = 0
    for folder in target.folders:
        try:
            with os.scandir(folder) as entries:
                empty += next(entries, None) is None
        except OSError as error:
            return f"{folder} ({error.strerror or error})"
    if known and empty == len(target.folders):
        return f"{target.folders[0]} (it is empty)"
    return None


def identity(folder: str) -> Identity | None:
    """What makes a folder the same folder; None where it is not there."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def remote(folder: str) -> str | None:
    """The file system of a folder where it is one of a network, as Linux calls it."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.split(" - ") for line in file]
    except OSError:
        return None
    best, found = "", ""
    for mount, told in (line for line in lines if len(line) == 2):
        place = mount.split(" ")[4].replace("\\040", " ")
        if f"{folder}/".startswith(f"{place.rstrip('/')}/") and len(place) >= len(best):
            best, found = place, told.split(" ")[0]
    return found if found in _REMOTE else None
