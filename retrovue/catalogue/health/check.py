"""Look for everything that is wrong with the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from retrovue.catalogue import guarantees, rule_shapes, rules, search, versions
from retrovue.catalogue.columns import TABLES
from retrovue.catalogue.connection import SCHEMA_VERSION, header
from retrovue.catalogue.health import foreign_objects, integrity, odd_values, repair_ids, same_names
from retrovue.catalogue.sqlite_errors import DAMAGE, code, translate_errors
from retrovue.model import Operation

OPERATION: Operation = "Database check"
_WITH_SEARCH = 4  # the schema version that brought the index


class Finding(NamedTuple):
    """Something wrong: `kind` is a guarantee (G-1 to G-6), integrity, foreign_key, schema or
    search."""

    kind: str
    table: str | None
    row: Any
    message: str

    def __str__(self) -> str:
        place = " ".join(str(part) for part in (self.table, self.row) if part is not None)
        return ": ".join(filter(None, (self.kind, place, self.message)))


def damage(error: sqlite3.DatabaseError) -> Finding:
    """What SQLite raises of a file that is damaged; whatever else it raises is raised again."""
    if code(error) not in DAMAGE:
        raise error
    return Finding("integrity", None, None, str(error))


def findings(connection: sqlite3.Connection) -> list[Finding]:
    """Everything wrong with what the connection sees.

    What one look cannot read hides nothing that the others find; of a file so damaged that SQLite
    itself raises at the first look, that is the finding.
    """
    with translate_errors(OPERATION, writes=False):
        try:
            found = integrity_findings(connection)
        except sqlite3.DatabaseError as error:
            return [damage(error)]
        for look in _looks(connection):
            try:
                found += look()
            except sqlite3.DatabaseError as error:
                found.append(_stopped(error))
    return list(dict.fromkeys(found))


def _looks(connection: sqlite3.Connection) -> Iterator[Callable[[], list[Finding]]]:
    yield partial(_foreign_keys, connection)
    yield partial(_schema, connection)
    yield partial(_foreign_objects, connection)
    yield partial(_counters, connection)
    yield partial(_names, connection)
    yield partial(_search, connection)
    for rule in rules.RULES:
        yield partial(_breaches, connection, rule)
    for table in TABLES:
        yield partial(_odd_values, connection, table)


def _stopped(error: sqlite3.DatabaseError) -> Finding:
    """SQLITE_ERROR is a table or column that is not there."""
    if code(error) == sqlite3.SQLITE_ERROR:
        return Finding("schema", None, None, str(error))
    return damage(error)


def is_damage(finding: Finding) -> bool:
    """Whether the finding speaks of pages that cannot be read, which no statement mends."""
    return finding.kind == "integrity" and integrity.is_damage(finding.message)


def integrity_findings(connection: sqlite3.Connection) -> list[Finding]:
    """What SQLite itself finds wrong with the file."""
    return [Finding("integrity", None, None, line) for line in integrity.lines(connection)]


def _foreign_keys(connection: sqlite3.Connection) -> list[Finding]:
    return [
        Finding("foreign_key", table, row, f"its parent in {parent} does not exist")
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check")
    ]


def _breaches(connection: sqlite3.Connection, rule: rule_shapes.Rule) -> list[Finding]:
    return [
        Finding(
            broken.guarantee,
            broken.table,
            broken.row,
            broken.says + (f" (collection '{broken.collection}')" if broken.collection else ""),
        )
        for broken in guarantees.breaches(connection, rule, guarantees.WHOLE_FILE)
    ]


def _odd_values(connection: sqlite3.Connection, table: str) -> list[Finding]:
    return [
        Finding("G-5", table, odd.row, odd.why) for odd in odd_values.found_in(connection, table)
    ]


def _counters(connection: sqlite3.Connection) -> list[Finding]:
    says = "its ids cannot go on (sqlite_sequence)"
    return [Finding("G-5", table, None, says) for table in repair_ids.odd_counters(connection)]


def _names(connection: sqlite3.Connection) -> list[Finding]:
    says = "its name is that of another source but for case or normal form"
    return [Finding("G-2", "sources", row, says) for row, _ in same_names.of_sources(connection)]


def _search(connection: sqlite3.Connection) -> list[Finding]:
    """One that cannot be read is wrong as well, whatever SQLite says of it."""
    if header(connection)[0] < _WITH_SEARCH:
        return []
    try:
        wrong = search.fault(connection)
    except sqlite3.DatabaseError as error:
        if code(error) == sqlite3.SQLITE_ERROR:  # what is not there is named by the schema
            return []
        wrong = str(error)
    return [Finding("search", search.INDEX, None, wrong)] if wrong else []


def _schema(connection: sqlite3.Connection) -> list[Finding]:
    wrong = versions.misnumbered(connection)
    found = [Finding("schema", None, None, wrong.says)] if wrong else []
    there = versions.objects(connection)
    for (kind, name), sql in versions.expected(wrong.version if wrong else SCHEMA_VERSION).items():
        now = there.get((kind, name))
        if now != sql:
            word = "is gone" if now is None else "is not what it should be"
            found.append(Finding("schema", None, None, f"{kind} {name} {word}"))
    return found


def _foreign_objects(connection: sqlite3.Connection) -> list[Finding]:
    return [
        Finding("schema", None, None, f"{each} {each.wrong}")
        for each in foreign_objects.found(connection)
        if each.wrong is not None
    ]


def needs_migration(connection: sqlite3.Connection) -> bool:
    """Whether the file is of an earlier version, and says so."""
    return (
        bool(header(connection)[0] < SCHEMA_VERSION)
        and versions.misnumbered(connection) is None
        and bool(versions.of_tables(connection))
    )
