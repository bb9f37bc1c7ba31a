"""Which locations of a source are part of another source already, as this machine has them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence

from retrovue.catalogue import collections
from retrovue.model import Collection, PathMapping


def told(connection: sqlite3.Connection, of: Sequence[Collection]) -> list[str]:
    """A line for each location of these collections that is, holds or lies in one of another
    source."""
    own = {collection.source_id for collection in of}
    others = [
        (place, other)
        for other in collections.all_of(connection)
        if other.source_id not in own
        for place in _places(other.mappings)
    ]
    lines = []
    for collection in of:
        for place in _places(collection.mappings):
            for taken, other in others:
                if _overlap(place, taken):
                    lines.append(
                        f"{place} of collection '{collection.name}' is also part of source"
                        f" '{other.source_name}' ({other.name}: {taken})"
                    )
    return list(dict.fromkeys(lines))


def _places(mappings: Sequence[PathMapping]) -> Iterator[str]:
    """The folders of this machine: where a location is mapped, or where it says that it is."""
    for mapping in mappings:
        place = mapping.local_path or mapping.external_path
        if mapping.active and os.path.isabs(place) and os.path.isdir(place):
            yield os.path.realpath(place)


def _overlap(one: str, other: str) -> bool:
    return os.path.commonpath((one, other)) in (one, other)
