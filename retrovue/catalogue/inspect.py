"""Looking at the file as a whole: what is in it, and whether it is sound."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from retrovue.catalogue import guarantees
from retrovue.catalogue.core import SCHEMA_VERSION, Catalogue

TABLES = (
    "sources",
    "source_secrets",
    "collections",
    "path_mappings",
    "folders",
    "assets",
    "asset_files",
    "history",
)


class Finding(NamedTuple):
    """Something wrong: `kind` is a guarantee (G-1 to G-6), integrity, foreign_key or schema."""

    kind: str
    table: str | None
    row: Any
    message: str

    def __str__(self) -> str:
        where = f" {self.table} {self.row}" if self.row is not None else ""
        return f"{self.kind}:{where or (f' {self.table}' if self.table else '')}: {self.message}"


def info(catalogue: Catalogue) -> dict[str, Any]:
    """What the file is, and `rows` by table."""
    connection = catalogue.reading()
    pages, size = (_pragma(connection, name) for name in ("page_count", "page_size"))
    count = "SELECT count(*) FROM {}"
    return {
        "path": str(catalogue.path),
        "schema_version": _pragma(connection, "user_version"),
        "bytes": pages * size,
        "journal_mode": _pragma(connection, "journal_mode"),
        "sqlite": sqlite3.sqlite_version,
        "rows": {table: connection.execute(count.format(table)).fetchone()[0] for table in TABLES},
    }


def _pragma(connection: sqlite3.Connection, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def check(catalogue: Catalogue) -> list[Finding]:
    """Everything wrong with the file; it is opened for reading alone.

    A file so damaged that SQLite itself raises has that as a finding.
    """
    connection = catalogue.looking()
    found: list[Finding] = []
    for look in (_integrity, _foreign_keys, _schema, _guarantees, _counts):
        try:
            found += look(connection)
        except sqlite3.DatabaseError as error:
            found.append(Finding("integrity", None, None, str(error)))
            if look is _integrity:
                break
    return list(dict.fromkeys(found))


def _integrity(connection: sqlite3.Connection) -> list[Finding]:
    lines = [line for (line,) in connection.execute("PRAGMA integrity_check")]
    return [Finding("integrity", None, None, line) for line in lines if line != "ok"]


def _foreign_keys(connection: sqlite3.Connection) -> list[Finding]:
    return [
        Finding("foreign_key", table, row, f"its parent in {parent} does not exist")
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check")
    ]


def _guarantees(connection: sqlite3.Connection) -> list[Finding]:
    return [
        Finding(
            broken.guarantee,
            broken.table,
            broken.row,
            broken.says + (f" (collection '{broken.collection}')" if broken.collection else ""),
        )
        for broken in guarantees.violations(connection, guarantees.WHOLE_FILE)
    ]


def _counts(connection: sqlite3.Connection) -> list[Finding]:
    rows = connection.execute("""
        SELECT c.id, c.name
          FROM collections AS c
         WHERE c.asset_count <> (SELECT count(*) FROM assets WHERE collection_id = c.id)
            OR c.missing_count <> (SELECT count(missing_since)
                                     FROM assets WHERE collection_id = c.id)
         ORDER BY c.id""")
    return [
        Finding("G-5", "collections", row, f"its counts of assets are wrong (collection '{name}')")
        for row, name in rows
    ]


def expected_schema() -> dict[tuple[str, str], str]:
    """The SQL of every table, index, trigger and view of today's schema, by (type, name)."""
    from retrovue.catalogue.migrate import steps

    model = sqlite3.connect(":memory:")
    try:
        for _, sql in steps():
            model.executescript(sql)
        return schema(model)
    finally:
        model.close()


def schema(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    )
    return {(kind, name): sql for kind, name, sql in rows}


def _schema(connection: sqlite3.Connection) -> list[Finding]:
    if _pragma(connection, "user_version") != SCHEMA_VERSION:
        return []
    there = schema(connection)
    found = []
    for (kind, name), sql in expected_schema().items():
        now = there.get((kind, name))
        if now != sql:
            word = "is gone" if now is None else "is not what it should be"
            found.append(Finding("schema", None, None, f"{kind} {name} {word}"))
    return found
