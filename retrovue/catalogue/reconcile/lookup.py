"""What the file holds of a collection's folders and assets, asked while a scan comes by them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from retrovue.catalogue.sqlite_errors import TranslatingConnection
from retrovue.model import Collection

_MOST = 1000  # assets of a folder to ask for at once: the scan takes as many at a time
_FOLDERS = "SELECT path, id, fingerprint, assets FROM folders WHERE collection_id = :collection"


class Known(NamedTuple):
    """What the file holds of an asset when the scan comes by it."""

    id: int
    fingerprint: str | None
    missing: bool
    folder_id: int | None


class KnownFolder(NamedTuple):
    """What the file holds of a folder; `assets` counts those present when it was last read."""

    path: str
    id: int
    fingerprint: str | None
    assets: int


class Lookup:
    """Reads of one collection, on the connection that will write it."""

    def __init__(self, connection: TranslatingConnection, collection: Collection) -> None:
        self._connection = connection
        self._collection = collection
        moved = any(mapping.missing_since for mapping in collection.mappings)
        self._columns = f"""
            a.external_id, a.id, {_PLACED if moved else "a.fingerprint"},
            a.missing_since IS NOT NULL, a.folder_id"""
        self._in_order = self._ask()
        self._ahead = self._next()
        self._behind = ""
        self._told: KnownFolder | None = None  # what `folders` yielded last
        self._asked: list[sqlite3.Cursor] = []  # an importer may not read to the end

    def _ask(self) -> sqlite3.Cursor:
        return self._connection.execute(
            f"{_FOLDERS} ORDER BY path", {"collection": self._collection.id}
        )

    def folder(self, path: str) -> KnownFolder | None:
        """What is known of a folder. A scan that comes by its folders in the order of their paths
        is met by a cursor in that order, one that goes by `folders` by that; any other by a look at
        the index."""
        told = self._told
        if told is not None and told.path == path:
            return told
        ahead = self._ahead
        while ahead is not None and ahead.path < path:
            self._behind = ahead.path
            self._ahead = ahead = self._next()
        if ahead is not None and ahead.path == path:
            return ahead
        return None if path > self._behind else self._indexed(path)

    def _next(self) -> KnownFolder | None:
        try:
            row = next(self._in_order, None)
        except sqlite3.Error as error:
            raise self._connection.to_domain_error(error) from error
        return KnownFolder(*row) if row else None

    def _indexed(self, path: str) -> KnownFolder | None:
        row = self._connection.execute(
            f"{_FOLDERS} AND path = :path", {"collection": self._collection.id, "path": path}
        ).fetchone()
        return KnownFolder(*row) if row else None

    def folders(self) -> Iterator[tuple[str, str]]:
        """(path, fingerprint) of every folder that an earlier scan reported, by path."""
        asked = self._ask()
        self._asked.append(asked)
        for row in asked:
            self._told = known = KnownFolder(*row)
            yield known.path, known.fingerprint or ""

    def assets(self, external_ids: Sequence[str], folders: Set[KnownFolder]) -> dict[str, Known]:
        """What is known of these assets, by external id; most are expected in these folders. One
        with a file at a location that its source no longer offers counts as changed, so that the
        file finds its new place."""
        if not self._collection.asset_count:
            return {}
        known = self._in_folders([folder.id for folder in folders if folder.assets <= _MOST])
        others = [external_id for external_id in external_ids if external_id not in known]
        return known | self._by_id(others) if others else known

    def _in_folders(self, ids: list[int]) -> dict[str, Known]:
        """Much cheaper than by id: the assets of a folder lie side by side in the file."""
        if not ids:
            return {}
        try:
            return self._read("a.folder_id", ids, f"LIMIT {4 * _MOST}")
        except sqlite3.OperationalError:  # an id that is not UTF-8: nobody asks for that one
            return {}

    def _by_id(self, external_ids: list[str]) -> dict[str, Known]:
        """Ids that are not UTF-8 are escaped in JSON, and equal none in the file."""
        try:
            return self._read("a.external_id", external_ids)
        except sqlite3.Error as error:
            raise self._connection.to_domain_error(error) from error

    def _read(self, column: str, wanted: Sequence[str | int], limit: str = "") -> dict[str, Known]:
        rows = self._connection.execute(
            f"""
            SELECT {self._columns}
              FROM json_each(:wanted) AS wanted
             CROSS JOIN assets AS a  -- in this order
             WHERE a.collection_id = :collection AND {column} = wanted.value
            {limit}""",
            {"wanted": json.dumps(wanted), "collection": self._collection.id},
        )
        return {external_id: Known(*row) for external_id, *row in rows}

    def end(self) -> None:
        """Let go of what is still read of the file, so that it can be written."""
        for cursor in (self._in_order, *self._asked):
            cursor.close()
        self._ahead = None


_PLACED = """CASE WHEN NOT EXISTS (SELECT 1 FROM asset_files AS f
                                     JOIN path_mappings AS m ON m.id = f.path_mapping_id
                                    WHERE f.asset_id = a.id AND m.missing_since IS NOT NULL)
                  THEN a.fingerprint END"""
