"""Trying anew where somebody else changed what was looked at before the write lock was held."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

from retrovue.catalogue import collections
from retrovue.catalogue.connection import Tx
from retrovue.commands import Command, Hint
from retrovue.errors import (
    Locked,
    NotFound,
    UsageError,
)
from retrovue.model import Collection, PathMapping
from retrovue.paths import ANY, Rewrite

T = TypeVar("T")
TRIES = 10  # how often an update begins anew because somebody else was quicker


class Changed(Exception):
    """Somebody else changed what was looked at before the lock was held."""


def retry_on_conflict(attempt: Callable[[], T], what: str) -> T:
    """Try anew with what is there now, as often as somebody else was quicker."""
    for _ in range(TRIES):
        try:
            return attempt()
        except Changed:
            continue
    raise Locked(
        f"{what} was changed by another process at the same time, {TRIES} times over",
        hint="Try again.",
    )


def require_same(tx: Tx, collection: Collection) -> Collection:
    """The collection as it is now. Raises Changed where its mappings are others, NotFound where it
    is gone."""
    now = collections.by_id(tx.connection, collection.id)
    if now is None:
        raise gone(collection)
    if (now.mappings, now.missing_since) != (collection.mappings, collection.missing_since):
        raise Changed
    return now


def gone(collection: Collection) -> NotFound:
    """Return the error for a collection that another process deleted."""
    return NotFound(f"Collection '{collection.name}' not found", ["It was deleted meanwhile."])


def require_folders(rewrites: Sequence[Rewrite]) -> None:
    """Raise UsageError when the local side of a `--map` is no folder."""
    for rewrite in rewrites:
        if not os.path.isdir(rewrite.local):
            raise UsageError(f"--map {rewrite.external}: {rewrite.local} is not a folder")


def require_mapped(
    before: Sequence[PathMapping], after: Sequence[PathMapping], more: Command
) -> None:
    """Raise UsageError when a location was mapped to what is no folder; `more` tells where its
    files are."""
    known = {mapping.id: mapping.local_path for mapping in before}
    lost = [
        f"{mapping.external_path or ANY} -> {mapping.local_path}"
        for mapping in after
        if mapping.active
        and mapping.local_path is not None
        and mapping.local_path != known.get(mapping.id)
        and not os.path.isdir(mapping.local_path)
    ]
    if lost:
        number = "1 location" if len(lost) == 1 else f"{len(lost)} locations"
        raise UsageError(
            f"--map: there is no folder for {number}",
            [*lost, Hint("To look where the files are", more)],
            hint="Is a disk not mounted? To map them all the same, add --allow-missing.",
        )
