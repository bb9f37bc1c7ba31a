"""Whether the folders that enabled collections are mapped to are there, and hold what they held."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from retrovue import names, paths
from retrovue.catalogue import sample
from retrovue.catalogue.sample import Sampled
from retrovue.importers.calls import Call, LeftBehind
from retrovue.model import Collection, PathMapping
from retrovue.operations.ingestibility import unreadable
from retrovue.operations.mapping_check import is_there

ENOUGH = 20
"""Files that all of a folder's files can be told by: where none of more is there, it is another
folder. Of fewer, each may have been renamed."""


class Folder(NamedTuple):
    """A location of a collection in use, and some of the files that it held."""

    collection: Collection
    mapping: PathMapping
    held: Sampled | None


def of(connection: sqlite3.Connection, enabled: Sequence[Collection]) -> list[Folder]:
    """The folders of collections: those that are mapped, and of what is ingested with its source
    also the locations that are not."""
    found = []
    for collection in enabled:
        held = {one.external_path: one for one in sample.files(connection, collection)}
        for mapping in collection.mappings:
            if mapping.active and (mapping.local_path is not None or collection.sync_enabled):
                found.append(Folder(collection, mapping, held.get(mapping.external_path)))
    return found


class Look:
    """A look into folders that goes on by itself: a disk of the network can keep one waiting."""

    def __init__(self, folders: Sequence[Folder]) -> None:
        self._folders = folders
        self._faults: list[str | None] = []
        self._call = Call(self._run)

    def _run(self) -> None:
        for folder in self._folders:
            self._faults.append(fault(folder))

    def faults(self, seconds: float) -> list[str | None]:
        """What is wrong with each folder, None where nothing is, in their order; ends with the last
        that was looked into after so many seconds from now. Raises what a look raises."""
        raised = self._call.fault(seconds)
        if raised is not None and not isinstance(raised, LeftBehind):
            raise raised
        return [*self._faults]


def fault(folder: Folder) -> str | None:
    """Why a folder is not what it was: it cannot be read, is empty although it held files, or has
    none of many files that it held."""
    reason = unreadable(folder.mapping)
    if reason is not None or folder.held is None:
        return reason
    held = folder.held.relative_paths
    if any(is_there(folder.held, path) is not False for path in held):
        return None
    local = folder.held.local_path
    says = f"location {folder.mapping.external_path or paths.ANY} is mapped to {local}, which"
    files = "1 file" if len(held) == 1 else f"{len(held)} files"
    if _is_empty(local):
        return f"{says} is empty, and not one of {files} looked for is there: is it not mounted?"
    if len(held) > ENOUGH:
        first = paths.join(local, held[0])
        return f"{says} has none of {files} looked for, e.g. {first}: is another disk mounted?"
    return None


def _is_empty(folder: str) -> bool:
    """Whether nothing is there but what systems leave behind."""
    with os.scandir(folder) as entries:
        return all(names.is_ignored_folder(entry.name) for entry in entries)
