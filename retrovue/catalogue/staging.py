"""Holding a scan against what is known, in TEMP tables, outside the write lock, in flat memory.

Every item of a scan gets a number, `n`, in the order in which it came. Rows wait in lists and go to
the TEMP tables a batch at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from retrovue.catalogue.idset import IdSet
from retrovue.catalogue.lookup import Known, KnownFolder, Lookup
from retrovue.catalogue.saying import Speaking
from retrovue.found import FoundAsset
from retrovue.model import Collection

ASSET_COLUMNS = (
    "external_id, kind, title, fingerprint, series, season, episode, episode_end, artist, album,"
    " track, year, released_on, duration_ms, edition, guids, metadata"
)
FILE_COLUMNS = (
    "path_mapping_id, relative_path, version, part, size_bytes, modified_at, duration_ms,"
    " container, video_codec, audio_codec, width, height"
)

_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

_TABLES = f"""
DROP TABLE IF EXISTS temp.seen;
DROP TABLE IF EXISTS temp.restored;
DROP TABLE IF EXISTS temp.relinked;
DROP TABLE IF EXISTS temp.met_folders;
DROP TABLE IF EXISTS temp.staged_folders;
DROP TABLE IF EXISTS temp.staged_assets;
DROP TABLE IF EXISTS temp.staged_files;
DROP TABLE IF EXISTS temp.missing;
DROP TABLE IF EXISTS temp.moves;
DROP TABLE IF EXISTS temp.swapped;
DROP TABLE IF EXISTS temp.gone_folders;
CREATE TEMP TABLE seen (asset_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE restored (asset_id INTEGER PRIMARY KEY, n INTEGER);
CREATE TEMP TABLE relinked (asset_id INTEGER PRIMARY KEY, n INTEGER, folder_n INTEGER);
CREATE TEMP TABLE met_folders (folder_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE staged_folders (
  n INTEGER PRIMARY KEY, folder_id INTEGER, path TEXT UNIQUE, fingerprint TEXT, assets INTEGER);
CREATE TEMP TABLE staged_assets (
  n INTEGER PRIMARY KEY, asset_id INTEGER, folder_n INTEGER, change TEXT,
  {ASSET_COLUMNS}, UNIQUE (external_id));
CREATE TEMP TABLE staged_files (
  n INTEGER, {FILE_COLUMNS}, PRIMARY KEY (n, version, part)) WITHOUT ROWID;
CREATE TEMP TABLE gone_folders (folder_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE missing (asset_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE moves (asset_id INTEGER PRIMARY KEY, n INTEGER UNIQUE);
CREATE TEMP TABLE swapped (
  asset_id INTEGER PRIMARY KEY, n INTEGER UNIQUE, change TEXT, was_missing INTEGER);
"""

_COLUMNS = {
    "staged_assets": ("n", "asset_id", "folder_n", "change", *ASSET_COLUMNS.split(", ")),
    "staged_files": ("n", *FILE_COLUMNS.split(", ")),
    "restored": ("asset_id", "n"),
    "relinked": ("asset_id", "n", "folder_n"),
}


class Staging:
    """One scan of one collection, on the connection that will write it."""

    def __init__(self, connection: Speaking, collection: Collection) -> None:
        self.connection = connection
        self.collection = collection
        self.folders_unchanged = 0
        self.assets_in_unchanged_folders = 0
        connection.execute("PRAGMA temp.journal_mode = MEMORY")
        connection.executescript(_TABLES)
        self.known = Lookup(connection, collection)
        self.seen = IdSet()  # known assets that the scan came by
        self.present_seen = 0  # those of them that were not missing
        self.met = IdSet()  # and known folders
        self._folders: list[tuple[Any, ...]] = []
        self._assets: list[tuple[Any, ...]] = []
        self._files: list[tuple[Any, ...]] = []
        self._restored: list[tuple[int, int]] = []
        self._relinked: list[tuple[int, int, int]] = []
        self._spoiled: list[tuple[int]] = []
        self._waiting: tuple[list[Any], ...] = (
            self._folders,
            self._assets,
            self._files,
            self._restored,
            self._relinked,
        )

    def see(self, known: Known) -> bool:
        """Note that the scan came by a known asset; returns whether it was the first time."""
        first = self.seen.add(known.id)
        if first and not known.missing:
            self.present_seen += 1
        return first

    def list_seen(self) -> None:
        """Fill temp.seen with the ids of all known assets that the scan came by."""
        self._list("seen", self.seen)

    def list_met(self) -> None:
        """Fill temp.met_folders with the ids of all known folders that the scan came by."""
        self._list("met_folders", self.met)

    def _list(self, table: str, ids: IdSet) -> None:
        self.connection.executemany(f"INSERT INTO temp.{table} VALUES (?)", ((id_,) for id_ in ids))

    def folder_unchanged(self, folder: KnownFolder) -> None:
        self.folders_unchanged += 1
        self.assets_in_unchanged_folders += folder.assets

    def folder_read(
        self, n: int, known: KnownFolder | None, path: str, fingerprint: str | None, assets: int
    ) -> None:
        self._folders.append((n, known.id if known else None, path, fingerprint, assets))

    def restore(self, n: int, known: Known) -> None:
        self._restored.append((known.id, n))

    def relink(self, n: int, known: Known, folder_n: int) -> None:
        self._relinked.append((known.id, n, folder_n))

    def put(
        self,
        n: int,
        known: Known | None,
        folder_n: int | None,
        change: str,
        asset: FoundAsset,
        files: Sequence[tuple[Any, ...]],
    ) -> None:
        """Stage an asset that is new or changed, with its files as (n, mapping id, relative path,
        and what else FoundFile tells). Raises TypeError or ValueError for what JSON cannot hold."""
        guids = _json(asset.guids) if asset.guids else "[]"
        metadata = _json(asset.metadata) if asset.metadata else "{}"
        asset_id = known.id if known else None
        said = (*asset[:3], *asset[4:16], guids, metadata)  # all but its files
        self._assets.append((n, asset_id, folder_n, change, *said))
        self._files += files

    def flush(self) -> tuple[list[int], list[int]]:
        """Write what waits to the TEMP tables; returns the numbers of the items whose id had been
        seen before, and of those that SQLite cannot store (names that are not UTF-8, numbers
        beyond 64 bits)."""
        bad: list[int] = []
        try:
            repeated = self._write()
        except (UnicodeEncodeError, OverflowError):
            bad = self._drop_unstorable()
            repeated = self._write()
        for waiting in self._waiting:
            waiting.clear()
        return repeated, bad

    def _write(self) -> list[int]:
        with self._quick():
            self._insert_folders()
            repeated = self._insert_assets()
            self._drop(set(repeated))
            self._insert("staged_files", self._files)
            self._insert("restored", self._restored)
            self._insert("relinked", self._relinked)
        return repeated

    def _insert_folders(self) -> None:
        """Stage folders that were read; one that comes twice is read again next time."""
        self.connection.executemany(
            """
            INSERT INTO temp.staged_folders VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (path) DO UPDATE SET fingerprint = NULL""",
            self._folders,
        )

    def _drop(self, numbers: set[int]) -> None:
        """Forget what waits of the items with these numbers."""
        if not numbers:
            return
        self._assets[:] = [row for row in self._assets if row[0] not in numbers]
        self._files[:] = [row for row in self._files if row[0] not in numbers]
        self._restored[:] = [row for row in self._restored if row[1] not in numbers]
        self._relinked[:] = [row for row in self._relinked if row[1] not in numbers]

    def _insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """Insert rows; columns that are NULL in all of them are left out, since Python is slow
        to bind None."""
        if not rows:
            return 0
        said = [
            (name, values)
            for name, values in zip(_COLUMNS[table], zip(*rows, strict=True), strict=True)
            if values.count(None) < len(values)
        ]
        names, columns = zip(*said, strict=True)
        return self.connection.executemany(
            f"INSERT OR IGNORE INTO temp.{table} ({', '.join(names)})"
            f" VALUES ({', '.join('?' * len(names))})",
            zip(*columns, strict=True),
        ).rowcount

    def _insert_assets(self) -> list[int]:
        """Stage assets; returns the numbers of those whose external id was staged before."""
        if self._insert("staged_assets", self._assets) == len(self._assets):
            return []
        numbers = {row[0] for row in self._assets}
        there = self.connection.execute(
            "SELECT n FROM temp.staged_assets WHERE n BETWEEN ? AND ?",
            (min(numbers), max(numbers)),
        )
        return sorted(numbers - {n for (n,) in there})

    def _drop_unstorable(self) -> list[int]:
        bad = {row[0] for row in (*self._assets, *self._files) if not all(map(_storable, row))}
        self._assets[:] = [row for row in self._assets if row[0] not in bad]
        self._files[:] = [row for row in self._files if row[0] not in bad]
        return sorted(bad)

    def end_reading(self) -> None:
        """Let go of what is still read of the file, so that it can be written."""
        self.known.end()
        self.connection.executemany(
            "UPDATE temp.staged_folders SET fingerprint = NULL WHERE n = ?", self._spoiled
        )

    def spoil_folder(self, n: int) -> None:
        """A folder that held something left out is read again next time, so that it is reported
        again."""
        self._spoiled.append((n,))

    @contextmanager
    def _quick(self) -> Iterator[None]:
        """One transaction over many statements on TEMP tables; takes no lock on the file."""
        self.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:  # a full disk ends it by itself
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


def _storable(value: Any) -> bool:
    if isinstance(value, str):
        if value.isascii():
            return True
        try:
            value.encode()
        except UnicodeEncodeError:
            return False
    elif isinstance(value, int):
        return -(2**63) <= value < 2**63
    return True
