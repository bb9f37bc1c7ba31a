"""Holding a scan against what is known, in TEMP tables, outside the write lock, in flat memory.

Every asset that is staged gets a number, `n`, in the order in which it came, and every folder that
is read another. Rows wait in lists and go to the TEMP tables a batch at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from retrovue.catalogue.columns import joined
from retrovue.catalogue.reconcile import forms
from retrovue.catalogue.reconcile.fields import (
    ASSET_COLUMNS,
    FILE_COLUMNS,
    STREAM_COLUMNS,
    asset_row,
    file_row,
)
from retrovue.catalogue.reconcile.idset import IdSet
from retrovue.catalogue.reconcile.lookup import Known, KnownFolder, Lookup
from retrovue.catalogue.reconcile.protected import ProtectedPlaces
from retrovue.catalogue.sqlite_errors import TranslatingConnection
from retrovue.found import FoundAsset, FoundFile
from retrovue.model import Collection

LeftOut = tuple[str, int | None]  # the external id of an asset, and the number of its folder


class Flushed(NamedTuple):
    """What was not staged: new assets whose id had been staged before, those that SQLite cannot
    store (names that are not UTF-8), and, with the reason, those with a field of another form than
    is due."""

    repeated: list[LeftOut]
    unstorable: list[LeftOut]
    faulty: list[tuple[str, int | None, str]]


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

_TABLES = f"""
DROP TABLE IF EXISTS temp.seen;
DROP TABLE IF EXISTS temp.restored;
DROP TABLE IF EXISTS temp.relinked;
DROP TABLE IF EXISTS temp.seen_folders;
DROP TABLE IF EXISTS temp.staged_folders;
DROP TABLE IF EXISTS temp.staged_assets;
DROP TABLE IF EXISTS temp.staged_files;
DROP TABLE IF EXISTS temp.staged_streams;
DROP TABLE IF EXISTS temp.missing;
DROP TABLE IF EXISTS temp.unsure;
DROP TABLE IF EXISTS temp.moves;
DROP TABLE IF EXISTS temp.swapped;
DROP TABLE IF EXISTS temp.gone_folders;
DROP TABLE IF EXISTS temp.kept_files;
DROP TABLE IF EXISTS temp.withheld;
CREATE TEMP TABLE seen (asset_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE restored (asset_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE relinked (asset_id INTEGER PRIMARY KEY, folder_n INTEGER);
CREATE TEMP TABLE seen_folders (folder_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE staged_folders (
  n INTEGER PRIMARY KEY, folder_id INTEGER, path TEXT UNIQUE, fingerprint TEXT, assets INTEGER);
CREATE TEMP TABLE staged_assets (
  n INTEGER PRIMARY KEY, asset_id INTEGER, folder_n INTEGER, change TEXT,
  {joined(ASSET_COLUMNS)}, UNIQUE (external_id));
CREATE TEMP TABLE staged_files (
  n INTEGER, {joined(FILE_COLUMNS)}, PRIMARY KEY (n, version, part)) WITHOUT ROWID;
CREATE TEMP TABLE staged_streams (
  n INTEGER, version INTEGER, part INTEGER, at INTEGER, {joined(STREAM_COLUMNS)},
  PRIMARY KEY (n, version, part, at)) WITHOUT ROWID;
CREATE TEMP TABLE gone_folders (folder_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE missing (asset_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE unsure (asset_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE kept_files (file_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE withheld (n INTEGER PRIMARY KEY, change TEXT, folder_n INTEGER);
CREATE TEMP TABLE moves (asset_id INTEGER PRIMARY KEY, n INTEGER UNIQUE);
CREATE TEMP TABLE swapped (
  asset_id INTEGER PRIMARY KEY, n INTEGER UNIQUE, change TEXT, was_missing INTEGER);
"""

_COLUMNS = {
    "staged_assets": ("n", "asset_id", "folder_n", "change", *ASSET_COLUMNS),
    "staged_files": ("n", *FILE_COLUMNS),
    "staged_streams": ("n", "version", "part", "at", *STREAM_COLUMNS),
    "restored": ("asset_id",),
    "relinked": ("asset_id", "folder_n"),
}


class Staging:
    """One scan of one collection, on the connection that will write it."""

    def __init__(self, connection: TranslatingConnection, collection: Collection) -> None:
        self.connection = connection
        self.collection = collection
        self.folders_unchanged = 0
        self.assets_in_unchanged_folders = 0
        connection.execute("PRAGMA temp.journal_mode = MEMORY")
        # Else the journal would hold every page of the tables of the collection before.
        connection.execute("PRAGMA temp.secure_delete = OFF")
        connection.executescript(_TABLES)
        self.protected = ProtectedPlaces(connection, collection.mappings)
        self.known = Lookup(connection, collection)  # reads on, and lets no table be dropped
        self.changed = IdSet()  # known assets that are staged
        self.locations_with_files: set[int] = set()  # mappings that hold a file of what is staged
        self.read = IdSet()  # known folders that were read
        self.seen_assets = IdSet()  # known assets that the scan saw
        self.present_seen = 0  # those of them that were not missing
        self.moved_between_folders = False  # whether one came with another folder than before
        self.seen_folders = IdSet()  # known folders that the scan saw
        self._n = 0
        self._folders: list[tuple[Any, ...]] = []
        self._assets: list[tuple[Any, ...]] = []
        self._files: list[tuple[Any, ...]] = []
        self._streams: list[tuple[Any, ...]] = []
        self._restored: list[tuple[int]] = []
        self._relinked: list[tuple[int, int]] = []
        self._invalidated: list[tuple[int]] = []
        self._waiting: tuple[list[Any], ...] = (
            self._folders,
            self._assets,
            self._files,
            self._streams,
            self._restored,
            self._relinked,
        )

    def mark_asset_seen(self, known: Known, folder: KnownFolder | None) -> bool:
        """Note that the scan saw a known asset in a folder; returns whether it was the first
        time."""
        if known.folder_id is not None and (folder is None or folder.id != known.folder_id):
            self.moved_between_folders = True
        first = self.seen_assets.add(known.id)
        if first and not known.missing:
            self.present_seen += 1
        return first

    def mark_folder_seen(self, folder: KnownFolder) -> bool:
        """Note that the scan saw a known folder; returns whether it was the first time."""
        return self.seen_folders.add(folder.id)

    def list_seen_assets(self) -> None:
        """Fill temp.seen with the ids of all known assets that the scan saw."""
        self._list("seen", self.seen_assets)

    def list_seen_folders(self) -> None:
        """Fill temp.seen_folders with the ids of all known folders that the scan saw."""
        self._list("seen_folders", self.seen_folders)

    def _list(self, table: str, ids: IdSet) -> None:
        self.connection.executemany(
            f"INSERT OR IGNORE INTO temp.{table} VALUES (?)", ((id_,) for id_ in ids)
        )

    def is_unchanged(self, asset_id: int, folder_id: int | None) -> bool:
        """Whether the scan saw a known asset, or by its folder, and found it as it was."""
        if folder_id is not None and folder_id in self.seen_folders and folder_id not in self.read:
            return True
        return asset_id in self.seen_assets and asset_id not in self.changed

    def folder_unchanged(self, folder: KnownFolder) -> None:
        """Count a folder whose fingerprint is the stored one."""
        self.folders_unchanged += 1
        self.assets_in_unchanged_folders += folder.assets

    def folder_read(
        self, n: int, known: KnownFolder | None, path: str, fingerprint: str | None, assets: int
    ) -> None:
        """Stage a folder that was read, with its fingerprint and how many assets it has."""
        if known is not None:
            self.read.add(known.id)
        self._folders.append((n, known.id if known else None, path, fingerprint, assets))

    def restore(self, known: Known) -> None:
        """Note a known asset that was missing and was seen."""
        self._restored.append((known.id,))

    def relink(self, known: Known, folder_n: int) -> None:
        """Note a known asset that is in another folder now."""
        self._relinked.append((known.id, folder_n))

    def put(
        self,
        known: Known | None,
        folder_n: int | None,
        change: str,
        asset: FoundAsset,
        texts: tuple[str, str],
        files: Sequence[tuple[int, str, FoundFile]],
    ) -> None:
        """Stage an asset that is new or changed: `texts` are its guids and metadata `as_json`,
        `files` tell of each the id of its mapping, its path below that, and the file itself."""
        self._n = n = self._n + 1
        asset_id = known.id if known else None
        self._assets.append((n, asset_id, folder_n, change, *asset_row(asset, texts)))
        if asset_id is not None:
            self.changed.add(asset_id)
        for mapping_id, relative, file in files:
            self.locations_with_files.add(mapping_id)
            self._files.append((n, *file_row(mapping_id, relative, file)))
            if file.streams:
                numbered = enumerate(file.streams)
                self._streams += ((n, file.version, file.part, at, *s) for at, s in numbered)

    def flush(self) -> Flushed:
        """Write what waits to the TEMP tables, but for what cannot be."""
        faults = forms.faults(self._assets, self._files, self._streams)
        left: set[int] = set(faults)
        unstorable: set[int] = set()
        try:
            repeated = self._write(left)
        except UnicodeEncodeError:
            unstorable = self._unstorable() - left
            repeated = self._write(left | unstorable)
        found = Flushed(
            _left_out(self._assets, repeated),
            _left_out(self._assets, unstorable),
            [(row[4], row[2], faults[row[0]]) for row in self._assets if row[0] in faults],
        )
        for waiting in self._waiting:
            waiting.clear()
        return found

    def _write(self, bad: set[int]) -> set[int]:
        """Write all but the assets with these numbers; returns the numbers of those whose external
        id was staged before."""
        with self._quick():
            self._insert_folders()
            repeated = self._insert_assets(_without(self._assets, bad))
            self._insert("staged_files", _without(self._files, bad | repeated))
            self._insert("staged_streams", _without(self._streams, bad | repeated))
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

    def _insert_assets(self, rows: Sequence[tuple[Any, ...]]) -> set[int]:
        if self._insert("staged_assets", rows) == len(rows):
            return set()
        numbers = {row[0] for row in rows}
        there = self.connection.execute(
            "SELECT n FROM temp.staged_assets WHERE n BETWEEN ? AND ?",
            (min(numbers), max(numbers)),
        )
        return numbers - {n for (n,) in there}

    def _unstorable(self) -> set[int]:
        rows = (*self._assets, *self._files, *self._streams)
        return {row[0] for row in rows if not all(map(storable, row))}

    def end_reading(self) -> None:
        """Let go of what is still read of the file, so that it can be written."""
        self.known.end()
        self.connection.executemany(
            "UPDATE temp.staged_folders SET fingerprint = NULL WHERE n = ?", self._invalidated
        )

    def invalidate_folder(self, n: int) -> None:
        """A folder that held something left out is read again next time, so that it is reported
        again."""
        self._invalidated.append((n,))

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


def count(connection: TranslatingConnection, what: str) -> int:
    """How many rows there are of `what`: a table, and a condition if it has one."""
    return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def _without(rows: Sequence[tuple[Any, ...]], numbers: set[int]) -> Sequence[tuple[Any, ...]]:
    return [row for row in rows if row[0] not in numbers] if numbers else rows


def _left_out(rows: Sequence[tuple[Any, ...]], numbers: set[int]) -> list[LeftOut]:
    return [(row[4], row[2]) for row in rows if row[0] in numbers] if numbers else []


def as_json(asset: FoundAsset) -> tuple[str, str]:
    """An asset's guids and metadata as texts. Raises TypeError, ValueError or RecursionError for
    what JSON cannot hold, and for what is nested too deep."""
    return _text(asset.guids, "[]"), _text(asset.metadata, "{}")


def _text(value: Any, empty: str) -> str:
    if not value:
        return empty
    text = _json(value)
    forms.require_readable(value, text)
    return text


def storable(value: Any) -> bool:
    """Whether SQLite can store a value: of texts those that are UTF-8, and whatever else."""
    if not isinstance(value, str) or value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
