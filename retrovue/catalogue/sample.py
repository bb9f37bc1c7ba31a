"""A few files of a collection, evenly picked, for whoever looks whether they are there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from retrovue import paths
from retrovue.model import Collection

MOST = 100  # files of each mapping


class Sampled(NamedTuple):
    """Files of one mapping by their paths below it, in the order of their ids."""

    external_path: str
    local_path: str
    relative_paths: tuple[str, ...]


def files(connection: sqlite3.Connection, collection: Collection) -> list[Sampled]:
    """Some files of present assets, for each location that is mapped and holds any."""
    found = []
    for mapping in collection.mappings:
        if mapping.active and mapping.local_path is not None:
            picked = tuple(_picked(connection, mapping.id))
            if picked:
                found.append(Sampled(mapping.external_path, mapping.local_path, picked))
    return found


def relative_paths(connection: sqlite3.Connection, mapping_id: int) -> list[str]:
    """The paths of all files of a mapping below it, of assets that are there."""
    sql = f"{_FILES} WHERE f.path_mapping_id = ? AND a.missing_since IS NULL ORDER BY f.id"
    return [path for path, _ in connection.execute(sql, (mapping_id,))]


def not_found(connection: sqlite3.Connection, collection: Collection) -> list[str]:
    """Some files of assets that the compared scan did not find, where they should be here or, where
    that is not said, as the source spells them; where it knows of none, of any that are present."""
    missing = "a.id IN (SELECT asset_id FROM temp.missing)"
    present = f"a.collection_id = {collection.id} AND a.missing_since IS NULL"
    rows = _places(connection, missing) or _places(connection, present)
    return [paths.join(base, relative) for base, relative in rows]


def _places(connection: sqlite3.Connection, which: str) -> list[tuple[str, str]]:
    return connection.execute(f"{_PLACES} WHERE {which} ORDER BY a.id LIMIT 3").fetchall()


_PLACES = """
    SELECT coalesce(m.local_path, m.external_path), f.relative_path
      FROM assets AS a
      JOIN asset_files AS f ON f.asset_id = a.id AND f.version = 1 AND f.part = 1
      JOIN path_mappings AS m ON m.id = f.path_mapping_id"""


def _picked(connection: sqlite3.Connection, mapping_id: int) -> Iterator[str]:
    rows = _first(connection, mapping_id)
    if len(rows) > MOST:
        rows = _evenly(connection, mapping_id)
    for relative_path, is_missing in rows:
        if not is_missing:
            yield relative_path


_FILES = """
    SELECT f.relative_path, a.missing_since IS NOT NULL
      FROM asset_files AS f
      JOIN assets AS a ON a.id = f.asset_id"""


def _first(connection: sqlite3.Connection, mapping_id: int) -> list[tuple[str, int]]:
    return connection.execute(
        f"{_FILES} WHERE f.path_mapping_id = ? ORDER BY f.id LIMIT ?", (mapping_id, MOST + 1)
    ).fetchall()


def _evenly(connection: sqlite3.Connection, mapping_id: int) -> list[tuple[str, int]]:
    """The files next to ids at equal distances: one step into the index for each, however many
    files there are."""
    return connection.execute(
        f"""
        WITH RECURSIVE
          bounds (low, high) AS (
            SELECT (SELECT min(id) FROM asset_files WHERE path_mapping_id = :mapping),
                   (SELECT max(id) FROM asset_files WHERE path_mapping_id = :mapping)),
          steps (step) AS (SELECT 0 UNION ALL SELECT step + 1 FROM steps WHERE step < :most - 1),
          picked (id) AS (
            SELECT DISTINCT (SELECT id
                               FROM asset_files
                              WHERE path_mapping_id = :mapping
                                AND id >= low + (high - low) / (:most - 1) * step
                              ORDER BY id
                              LIMIT 1)
              FROM bounds, steps)
        {_FILES} WHERE f.id IN (SELECT id FROM picked) ORDER BY f.id""",
        {"mapping": mapping_id, "most": MOST},
    ).fetchall()
