"""Making the tables, indexes, views and triggers of a file what the schema says they are."""

from __future__ import annotations

from typing import NamedTuple

from retrovue.catalogue import versions
from retrovue.catalogue.connection import Tx, quoted


class Triggers(NamedTuple):
    """The triggers as they were, by name: ours and other people's."""

    sql: dict[str, str]


def make_missing(tx: Tx) -> list[str]:
    """Make, empty, the tables that are gone."""
    there = versions.objects(tx.connection)
    done = []
    for kind, name, sql in _expected("table"):
        if (kind, name) not in there and not _is_virtual(sql):
            tx.execute(sql)
            done.append(f"made the table {name} anew, empty")
    return done


def take_out_triggers(tx: Tx) -> Triggers:
    """Drop the triggers of the catalogue's tables and return their SQL."""
    found = {
        name: sql
        for (kind, name), sql in versions.objects(tx.connection).items()
        if kind == "trigger"
    }
    for name in found:
        tx.execute(f"DROP TRIGGER {quoted(name)}")
    return Triggers(found)


def put_back_triggers(tx: Tx, before: Triggers) -> list[str]:
    """Make our triggers as they should be, and other people's as they were."""
    done = []
    ours = {name: sql for _, name, sql in _expected("trigger")}
    for name, sql in (before.sql | ours).items():
        tx.execute(sql)
        if before.sql.get(name) != sql:
            done.append(f"made the trigger {name} anew")
    return done


def make_views_and_indexes(tx: Tx) -> list[str]:
    """Make views and indexes that lack or differ; return what was done."""
    there = versions.objects(tx.connection)
    done = []
    for kind, name, sql in _expected("index", "view"):
        if there.get((kind, name)) == sql:
            continue
        tx.execute(f'DROP {kind} IF EXISTS "{name}"')
        tx.execute(sql)
        done.append(f"made the {kind} {name} anew")
    return done


def rebuild_altered(tx: Tx) -> list[str]:
    """Make tables that have the right columns, but lost constraints, anew with all their rows. A
    table with other columns is left as it is."""
    there = versions.objects(tx.connection)
    done = []
    for kind, name, sql in _expected("table"):
        if _is_virtual(sql) or there[kind, name] == sql:
            continue
        if _columns(tx, name) == _columns_of(sql, name):
            _rebuild(tx, name, sql)
            done.append(f"made the table {name} anew, with its rows")
    return done


def _is_virtual(sql: str) -> bool:
    """Whether a table is the search index, which has a repair of its own."""
    return sql.startswith("CREATE VIRTUAL TABLE")


def _expected(*kinds: str) -> list[tuple[str, str, str]]:
    return [(kind, name, sql) for (kind, name), sql in versions.expected().items() if kind in kinds]


def _columns(tx: Tx, table: str) -> list[str]:
    return [name for (name,) in tx.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def _columns_of(sql: str, table: str) -> list[str]:
    import sqlite3

    model = sqlite3.connect(":memory:")
    try:
        model.execute(sql)
        rows = model.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return [name for (name,) in rows]
    finally:
        model.close()


def _rebuild(tx: Tx, name: str, sql: str) -> None:
    """Copy the rows into a table made by `sql`, and let that take the name; by hand, since ALTER
    TABLE would rewrite what refers to it. Indexes of the old table are made again.
    https://www.sqlite.org/lang_altertable.html#otheralter"""
    new = f"{name}_new"
    indexes = tx.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
        (name,),
    ).fetchall()
    highest = tx.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (name,)).fetchone()
    columns = ", ".join(f'"{column}"' for column in _columns(tx, name))
    tx.execute(sql.replace(f"CREATE TABLE {name} ", f"CREATE TABLE {new} ", 1))
    tx.execute(f"INSERT INTO {new} ({columns}) SELECT {columns} FROM {name}")
    tx.execute(f"DROP TABLE {name}")
    _take_name(tx, new, name, sql)
    tx.execute(
        "UPDATE sqlite_sequence SET name = ?, seq = max(seq, coalesce(?, 0)) WHERE name = ?",
        (name, highest[0], new),
    )
    for (index,) in indexes:
        tx.execute(index)


def _take_name(tx: Tx, new: str, name: str, sql: str) -> None:
    version = tx.execute("PRAGMA schema_version").fetchone()[0]
    tx.execute("PRAGMA writable_schema = ON")
    tx.execute(
        """
        UPDATE sqlite_master
           SET tbl_name = :name,
               name = replace(name, :new, :name),
               sql = iif(type = 'table', :sql, sql)
         WHERE tbl_name = :new""",
        {"new": new, "name": name, "sql": sql},
    )
    tx.execute(f"PRAGMA schema_version = {version + 1}")
    tx.execute("PRAGMA writable_schema = RESET")
