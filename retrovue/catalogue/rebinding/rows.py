"""The assets of a source as they are compared, and giving them the numbers of a rebuilt server."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from retrovue import paths
from retrovue.catalogue.columns import TABLES, joined
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.rebinding.evidence import Facts, Known, names, segments
from retrovue.catalogue.works.told import source_value


class Rebound(NamedTuple):
    """What an asset shall be: collection and external id, and of its files (version and part) the
    mapping and the path below it."""

    asset_id: int
    collection_id: int
    external_id: str
    files: tuple[tuple[int, int, int, str], ...]


_TITLE = source_value("a", "title")
_TOLD = ", ".join(
    source_value("a", name)
    for name in ("season", "episode", "disc", "track", "series", "artist", "album")
)
_KNOWN = f"""
    SELECT a.id, a.collection_id, a.external_id, a.missing_since IS NOT NULL, a.kind, {_TITLE},
           a.guids, {_TOLD},
           f.relative_path, f.size_bytes,
           m.local_path, m.external_path
      FROM collections AS c
      JOIN assets AS a ON a.collection_id = c.id
      LEFT JOIN asset_files AS f ON f.asset_id = a.id
      LEFT JOIN path_mappings AS m ON m.id = f.path_mapping_id
     WHERE c.source_id = ?
     ORDER BY a.id, f.version, f.part"""


def known(connection: sqlite3.Connection, source_id: int) -> Iterator[Known]:
    """The assets of a source, by id."""
    rows = connection.execute(_KNOWN, (source_id,))
    for _, several in groupby(rows, key=lambda row: row[0]):
        yield _known(list(several))


def _known(rows: list[tuple[Any, ...]]) -> Known:
    asset_id, collection_id, external_id, missing, kind, title, guids = rows[0][:7]
    files = [row[14:] for row in rows if row[14] is not None]
    return Known(
        asset_id,
        collection_id,
        external_id,
        bool(missing),
        Facts(
            kind,
            title,
            frozenset(_ids(guids)),
            rows[0][7:11],
            names(*rows[0][11:14]),
            tuple((segments(relative), size) for relative, size, _, _ in files),
        ),
        tuple(None if base is None else paths.join(base, rel) for rel, _, base, _ in files),
        paths.join(files[0][3], files[0][0]) if files else None,
    )


def _ids(guids: str | None) -> Iterable[str]:
    if not guids or guids == "[]":
        return ()
    return [id_ for id_ in json.loads(guids) if isinstance(id_, str)]


_TABLES = """
    DROP TABLE IF EXISTS temp.rebound;
    DROP TABLE IF EXISTS temp.rebound_files;
    CREATE TEMP TABLE rebound (
      asset_id INTEGER PRIMARY KEY, collection_id INTEGER, external_id TEXT,
      UNIQUE (collection_id, external_id));
    CREATE TEMP TABLE rebound_files (
      asset_id INTEGER, version INTEGER, part INTEGER, path_mapping_id INTEGER, relative_path TEXT,
      PRIMARY KEY (asset_id, version, part)) WITHOUT ROWID;
    """


def apply(tx: Tx, found: Iterable[Rebound]) -> int:
    """Give assets their external ids, collections and places of files; what is known of them stays.
    Returns how many are others than before."""
    for statement in _TABLES.split(";"):
        tx.execute(statement)
    for one in found:
        tx.execute("INSERT INTO temp.rebound VALUES (?, ?, ?)", one[:3])
        for file in one.files:
            tx.execute("INSERT INTO temp.rebound_files VALUES (?, ?, ?, ?, ?)",
                       (one.asset_id, *file))  # fmt: skip
    _touch(tx)
    changed = _free_external_ids(tx)
    _change_collections(tx)
    tx.execute(
        """
        UPDATE assets
           SET external_id = r.external_id, updated_at = :now
          FROM temp.rebound AS r
         WHERE assets.id = r.asset_id AND assets.external_id <> r.external_id""",
        {"now": tx.now},
    )
    moved = _move_files(tx)
    for table in ("rebound", "rebound_files"):
        tx.execute(f"DROP TABLE temp.{table}")
    return max(changed, moved)


def _touch(tx: Tx) -> None:
    rows = tx.execute("""
        SELECT collection_id FROM temp.rebound
         UNION
        SELECT a.collection_id FROM temp.rebound AS r JOIN assets AS a ON a.id = r.asset_id""")
    for (collection_id,) in rows.fetchall():
        tx.touch(collection_id)


def _free_external_ids(tx: Tx) -> int:
    """Take the external ids from those that get others, and from what has one that is another's by
    now; returns of how many that get others."""
    others = """
        SELECT a.id
          FROM temp.rebound AS r
          JOIN assets AS a ON a.id = r.asset_id
         WHERE a.collection_id <> r.collection_id OR a.external_id <> r.external_id"""
    in_the_way = """
        SELECT a.id
          FROM temp.rebound AS r
          JOIN assets AS a ON a.collection_id = r.collection_id AND a.external_id = r.external_id
         WHERE a.id <> r.asset_id"""
    count = tx.execute(f"SELECT count(*) FROM ({others})").fetchone()[0]
    tx.execute(
        f"""
        UPDATE assets
           SET external_id = external_id || ' (asset ' || id || ')', updated_at = :now
         WHERE id IN ({others} UNION {in_the_way})""",
        {"now": tx.now},
    )
    return int(count)


_ASSET_FACTS = ["id", *(c.name for c in TABLES["assets"].columns if c.name != "external_id")]
_FILE_FACTS = [
    *("id", "asset_id"),
    *(c.name for c in TABLES["asset_files"].columns if c.name != "relative_path"),
]


def _change_collections(tx: Tx) -> None:
    """An asset keeps its collection for good, so one whose library was split or merged is written
    anew under its id, with the files that have a place there."""
    moving = """
        SELECT r.asset_id
          FROM temp.rebound AS r
          JOIN assets AS a ON a.id = r.asset_id
         WHERE a.collection_id <> r.collection_id"""
    if tx.execute(f"{moving} LIMIT 1").fetchone() is None:
        return
    tx.execute(f"CREATE TEMP TABLE moving AS SELECT * FROM assets WHERE id IN ({moving})")
    tx.execute("""
        CREATE TEMP TABLE moving_files AS
        SELECT * FROM asset_files WHERE asset_id IN (SELECT id FROM temp.moving)""")
    for table, rows in _BESIDE.items():
        tx.execute(f"CREATE TEMP TABLE moving_{table} AS SELECT * FROM {table} WHERE {rows}")
    tx.new_assets = _below(tx, "moving", tx.new_assets)
    tx.new_files = _below(tx, "moving_files", tx.new_files)
    tx.execute("DELETE FROM assets WHERE id IN (SELECT id FROM temp.moving)")
    tx.execute("UPDATE temp.moving SET fingerprint = NULL, updated_at = :now", {"now": tx.now})
    tx.execute(f"""
        INSERT INTO assets ({joined(_ASSET_FACTS)}, collection_id, external_id)
        SELECT {joined(_ASSET_FACTS, "m")}, r.collection_id, r.external_id
          FROM temp.moving AS m
          JOIN temp.rebound AS r ON r.asset_id = m.id
         ORDER BY m.id""")
    tx.execute(f"""
        INSERT INTO asset_files ({joined(_FILE_FACTS)}, path_mapping_id, relative_path)
        SELECT {joined(_FILE_FACTS, "m")}, r.path_mapping_id, r.relative_path
          FROM temp.moving_files AS m
          JOIN temp.rebound_files AS r
            ON r.asset_id = m.asset_id AND r.version = m.version AND r.part = m.part
         ORDER BY m.id""")
    for table, rows in _BESIDE.items():
        there = rows.replace("temp.moving_files", "asset_files")
        tx.execute(f"INSERT INTO {table} SELECT * FROM temp.moving_{table} WHERE {there}")
        tx.execute(f"DROP TABLE temp.moving_{table}")
    for table in ("moving", "moving_files"):
        tx.execute(f"DROP TABLE temp.{table}")


_OF_FILE = "asset_file_id IN (SELECT id FROM temp.moving_files)"
_OF_ASSET = "asset_id IN (SELECT id FROM temp.moving)"
_BESIDE = {
    "asset_streams": _OF_FILE,
    "probes": _OF_FILE,
    "asset_works": _OF_ASSET,
    "source_values": _OF_ASSET,
}
"""What goes with an asset or its files, by table."""


def _below(tx: Tx, table: str, so_far: int | None) -> int | None:
    """The highest id that is not looked at before the commit, so that these rows are."""
    least = tx.execute(f"SELECT min(id) - 1 FROM temp.{table}").fetchone()[0]
    known = [id_ for id_ in (least, so_far) if id_ is not None]
    return min(known) if known else None


def _move_files(tx: Tx) -> int:
    """Give files their places; returns how many have another than before. What lies elsewhere below
    its location is read anew, since an asset can be called by its folder."""
    tx.execute("""
        UPDATE assets
           SET fingerprint = NULL
         WHERE fingerprint IS NOT NULL
           AND id IN (SELECT f.asset_id
                        FROM temp.rebound_files AS r
                        JOIN asset_files AS f
                          ON f.asset_id = r.asset_id AND f.version = r.version AND f.part = r.part
                       WHERE f.relative_path <> r.relative_path)""")
    return tx.execute("""
        UPDATE asset_files
           SET path_mapping_id = r.path_mapping_id, relative_path = r.relative_path
          FROM temp.rebound_files AS r
         WHERE asset_files.asset_id = r.asset_id
           AND asset_files.version = r.version
           AND asset_files.part = r.part
           AND (asset_files.path_mapping_id, asset_files.relative_path)
            <> (r.path_mapping_id, r.relative_path)""").rowcount
