"""Locations among several that held assets and now yield none: as good as not read, since a disk
that is not mounted looks like that."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

from retrovue.catalogue.reconcile.staging import Staging
from retrovue.model import PathMapping


class EmptiedLocation(NamedTuple):
    """A location, and how many assets were left as they are since it yields none."""

    external_path: str
    assets: int


Held = dict[PathMapping, int]  # how many assets are left as they are for each location


def locations(staging: Staging) -> list[PathMapping]:
    """The locations of which the scan came by nothing, where there are several."""
    active = [mapping for mapping in staging.collection.mappings if mapping.active]
    if len(active) < 2:
        return []
    return [
        m
        for m in active
        if m.id not in staging.locations_with_files and not _holds_unchanged(staging, m)
    ]


def _holds_unchanged(staging: Staging, mapping: PathMapping) -> bool:
    """Whether something that did not change lies in the location; mostly the first that is asked
    for tells."""
    rows = staging.connection.execute(
        """
        SELECT a.id, a.folder_id
          FROM asset_files AS f
          JOIN assets AS a ON a.id = f.asset_id
         WHERE f.path_mapping_id = ?""",
        (mapping.id,),
    )
    with closing(rows):
        return any(staging.is_unchanged(asset_id, folder_id) for asset_id, folder_id in rows)


def spare(staging: Staging, held: Held) -> None:
    """Take what lies in these locations out of what is missing, and count it."""
    for mapping in held:
        held[mapping] += staging.connection.execute(
            """
            DELETE FROM temp.missing
             WHERE EXISTS (SELECT 1 FROM asset_files AS f
                            WHERE f.asset_id = missing.asset_id AND f.path_mapping_id = ?)""",
            (mapping.id,),
        ).rowcount


def holding(held: Held) -> tuple[EmptiedLocation, ...]:
    """The locations that held something."""
    return tuple(
        EmptiedLocation(mapping.external_path, number) for mapping, number in held.items() if number
    )
