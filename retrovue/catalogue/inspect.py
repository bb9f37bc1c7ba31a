"""Looking at the file as a whole: what is in it, and whether it is sound."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from retrovue.catalogue import guarantees, integrity
from retrovue.catalogue.core import SCHEMA_VERSION, Catalogue
from retrovue.catalogue.saying import is_locked, told

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
        place = " ".join(str(part) for part in (self.table, self.row) if part is not None)
        return ": ".join(filter(None, (self.kind, place, self.message)))


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
    """Everything wrong with the file; it is opened for reading alone."""
    try:
        connection = catalogue.looking()
    except sqlite3.DatabaseError as error:
        if is_locked(error):
            raise told("Database check", error) from error
        return [Finding("integrity", None, None, str(error))]
    return findings(connection)


def findings(connection: sqlite3.Connection) -> list[Finding]:
    """Everything wrong with what the connection sees.

    A file so damaged that SQLite itself raises has that as a finding.
    """
    found: list[Finding] = []
    for look in (_integrity, _foreign_keys, _schema, _guarantees):
        try:
            found += look(connection)
        except sqlite3.DatabaseError as error:
            found.append(Finding(_kind(error), None, None, str(error)))
            if look is _integrity:
                break
    return list(dict.fromkeys(found))


def _kind(error: sqlite3.DatabaseError) -> str:
    """SQLITE_ERROR is a table or column that is not there; anything else is damage."""
    plain = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return "schema" if plain else "integrity"


def is_damage(finding: Finding) -> bool:
    """Whether the finding speaks of pages that cannot be read, which no statement mends."""
    return finding.kind == "integrity" and integrity.is_damage(finding.message)


def _integrity(connection: sqlite3.Connection) -> list[Finding]:
    return [Finding("integrity", None, None, line) for line in integrity.lines(connection)]


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
