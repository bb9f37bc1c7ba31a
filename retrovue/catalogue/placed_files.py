"""Files that are known here, by their local paths, with what their assets are."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from retrovue.paths import join

_LINES = re.compile(r"(\d{3,4})[pi]\b|\b(4k)\b", re.IGNORECASE)


class Placed(NamedTuple):
    """A file of an asset that is there, whose location is mapped."""

    asset_id: int
    source: str
    collection: str
    kind: str
    title: str
    year: int | None
    edition: str | None
    series: str | None
    season: int | None
    episode: int | None
    guids: str
    local_path: str
    size_bytes: int | None
    height: int | None
    version_label: str | None

    @property
    def lines(self) -> int:
        """How many lines its picture has, by what is known of it; 0 where nothing is."""
        if self.height:
            return self.height
        told = _LINES.search(self.version_label or "")
        return 0 if told is None else 2160 if told[2] else int(told[1])

    @property
    def quality(self) -> str | None:
        """Its version label, or its lines."""
        return self.version_label or (f"{self.height}p" if self.height else None)


def of_present_assets(connection: sqlite3.Connection) -> Iterator[Placed]:
    """Every such file, one by one."""
    rows = connection.execute("""
        SELECT a.id, s.name, c.name, a.kind, a.title, a.year, a.edition, a.series, a.season,
               a.episode, a.guids, m.local_path, f.relative_path, f.size_bytes, f.height,
               f.version_label
          FROM asset_files AS f
          JOIN assets AS a ON a.id = f.asset_id
          JOIN path_mappings AS m ON m.id = f.path_mapping_id
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
         WHERE a.missing_since IS NULL AND m.local_path IS NOT NULL
         ORDER BY a.id, f.version, f.part""")
    for row in rows:
        yield Placed._make((*row[:11], join(row[11], row[12]), *row[13:]))


def mapped_folders(connection: sqlite3.Connection) -> list[str]:
    """The local folders of all locations that are ingested."""
    rows = connection.execute("""
        SELECT DISTINCT local_path
          FROM path_mappings
         WHERE local_path IS NOT NULL AND excluded = 0 AND missing_since IS NULL
         ORDER BY 1""")
    return [path for (path,) in rows]


def known_files(
    connection: sqlite3.Connection, collection_id: int
) -> dict[tuple[int, str], tuple[int, str]]:
    """The id and kind of the asset of each file of a collection that is there, by the id of its
    mapping and its path below that."""
    rows = connection.execute(
        """
        SELECT f.path_mapping_id, f.relative_path, a.id, a.kind
          FROM assets AS a
          JOIN asset_files AS f ON f.asset_id = a.id
         WHERE a.collection_id = ? AND a.missing_since IS NULL""",
        (collection_id,),
    )
    return {(mapping, path): (asset, kind) for mapping, path, asset, kind in rows}
