"""Giving rows whose id is none the next one, with what refers to them; and the counters of ids."""

from __future__ import annotations

import sqlite3

from retrovue.catalogue.columns import ID_MOST

# by table: the tables that refer to it, and by which column
REFERRING = {
    "sources": (("source_secrets", "source_id"), ("collections", "source_id")),
    "collections": (
        ("path_mappings", "collection_id"),
        ("folders", "collection_id"),
        ("assets", "collection_id"),
    ),
    "path_mappings": (("asset_files", "path_mapping_id"),),
    "folders": (("assets", "folder_id"),),
    "assets": (
        ("asset_files", "asset_id"),
        ("assets", "extra_of"),
        ("asset_works", "asset_id"),
        ("source_values", "asset_id"),
    ),
    "asset_files": (("asset_streams", "asset_file_id"), ("probes", "asset_file_id")),
    "asset_streams": (),
    "probes": (),
    "works": (("marks", "work_id"), ("edits", "work_id"), ("asset_works", "work_id")),
    "marks": (),
    "edits": (),
    "lists": (),
    "history": (),
}
_COUNTERS = f"""
    SELECT DISTINCT name
      FROM sqlite_sequence
     WHERE name IN ({", ".join(f"'{table}'" for table in REFERRING)})
       AND NOT coalesce(typeof(seq) = 'integer' AND seq BETWEEN 0 AND {ID_MOST}, 0)"""


def odd(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """(table, id) of every row whose id is not from 1 to the highest."""
    return [(table, row) for table in REFERRING for row in _odd_of(connection, table)]


def _odd_of(connection: sqlite3.Connection, table: str) -> list[int]:
    rows = connection.execute(
        f"""
        SELECT id FROM {table} WHERE id < 1
         UNION ALL
        SELECT id FROM {table} WHERE id > {ID_MOST}"""
    )
    return [row for (row,) in rows]


def odd_counters(connection: sqlite3.Connection) -> list[str]:
    """The tables whose next id would be none."""
    return [name for (name,) in connection.execute(_COUNTERS)]


def mend(connection: sqlite3.Connection) -> list[str]:
    """Give such rows the next ids; says what was done. Foreign keys must wait until the commit."""
    done = []
    for table in REFERRING:
        count = sum(
            _renumber(connection, table, old, new) for old, new in _numbers(connection, table)
        )
        if count:
            done.append(f"gave {table} without a possible id the next one ({count})")
    return done


def _numbers(connection: sqlite3.Connection, table: str) -> list[tuple[int, int]]:
    """(old id, new id) of the rows without a possible one."""
    rows = _odd_of(connection, table)
    if not rows:
        return []
    query = f"SELECT coalesce(max(id), 0) FROM {table} WHERE id BETWEEN 1 AND {ID_MOST}"
    (highest,) = connection.execute(query).fetchone()
    return [(old, highest + number) for number, old in enumerate(rows, 1)]


def _renumber(connection: sqlite3.Connection, table: str, old: int, new: int) -> int:
    """Returns how many rows were written."""
    statements = [f"UPDATE {table} SET id = :new WHERE id = :old"] + [
        f"UPDATE {child} SET {column} = :new WHERE {column} = :old"
        for child, column in REFERRING[table]
    ]
    numbers = {"old": old, "new": new}
    return sum(connection.execute(statement, numbers).rowcount for statement in statements)


def mend_counters(connection: sqlite3.Connection) -> list[str]:
    """Have ids go on behind the highest there is; says what was done. Ids must be possible ones."""
    done = []
    for table in odd_counters(connection):
        connection.execute(
            f"""
            UPDATE sqlite_sequence
               SET seq = (SELECT coalesce(max(id), 0) FROM {table})
             WHERE name = ?""",
            (table,),
        )
        done.append(f"had the ids of {table} go on behind the highest one")
    return done
