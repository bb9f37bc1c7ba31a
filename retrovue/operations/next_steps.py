"""What to type next, as command lines that do what they say."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence

from retrovue.catalogue import collections, sources
from retrovue.commands import Command, Hint, Line
from retrovue.model import Collection, PathMapping, Source
from retrovue.paths import ANY

MOST = 10  # collections for which a command is shown


def discover(source: Source, *options: str) -> Command:
    """The command that asks a source again what it offers."""
    return Command("source discover", (sources.selector(source),), options)


def enable(connection: sqlite3.Connection, collection: Collection) -> Command:
    """The command that maps what is not mapped yet and lets the collection be ingested. Where a
    location lies on this machine is LOCAL when it cannot be known."""
    options: list[str] = []
    unmapped = [mapping for mapping in collection.mappings if is_unmapped(mapping)]
    if unmapped and all(is_here(mapping) for mapping in unmapped):
        options = ["--map-same"]
    elif unmapped:
        for mapping in unmapped:
            options += ["--map", mapping.external_path or ANY, "LOCAL"]
    name = collections.selector(connection, collection)
    return Command("collection update", (name,), (*options, "--sync-enable"))


def enable_each(
    connection: sqlite3.Connection, found: Sequence[Collection], text: str
) -> list[Line]:
    """The command for each collection, one after the other; of many the first."""
    lines: list[Line] = [Hint(text, enable(connection, c)) for c in found[:MOST]]
    if len(found) > MOST:
        lines.append(Hint(f"... {len(found) - MOST} more", Command("collection list")))
    return lines


def is_unmapped(mapping: PathMapping) -> bool:
    """Whether a location is in use and not mapped to a folder."""
    return mapping.active and mapping.local_path is None


def is_here(mapping: PathMapping) -> bool:
    """Whether a location exists on this machine as the source spells it."""
    return mapping.external_path.startswith("/") and os.path.isdir(mapping.external_path)
