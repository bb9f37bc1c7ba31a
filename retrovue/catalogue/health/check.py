"""Looking at the file as a whole: what is in it, and whether it is sound."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from retrovue.catalogue import guarantees, versions
from retrovue.catalogue.connection import SCHEMA_VERSION, opened, transaction
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.health import foreign_objects, integrity, odd_values, repair_ids, same_names
from retrovue.catalogue.health.foreign_objects import Foreign
from retrovue.catalogue.sqlite_errors import DAMAGE, code, translate_errors

OPERATION = "Database check"

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
    """Everything wrong with the file, which is opened for reading alone. One of an earlier version
    is looked at as it would be when brought to today's.

    Raises DatabaseFailure where it is the disk, a lock or a permission that is in the way.
    """
    with translate_errors(OPERATION, writes=False):
        try:
            connection = catalogue.looking()
            if _needs_migration(connection):
                return _findings_once_migrated(catalogue, connection)
        except sqlite3.DatabaseError as error:
            return [_damage(error)]
    return findings(connection)


def _damage(error: sqlite3.DatabaseError) -> Finding:
    """What SQLite raises of a file that is damaged; whatever else it raises is raised again."""
    if code(error) not in DAMAGE:
        raise error
    return Finding("integrity", None, None, str(error))


def _needs_migration(connection: sqlite3.Connection) -> bool:
    return (
        bool(_pragma(connection, "user_version") < SCHEMA_VERSION)
        and versions.misnumbered(connection) is None
        and bool(versions.of_tables(connection))
    )


def misnumbered(catalogue: Catalogue) -> versions.Misnumbered | None:
    """Where the header does not say what the tables are."""
    return versions.misnumbered(catalogue.looking())


def is_of_another_version(catalogue: Catalogue) -> bool:
    """Whether the file must be written before it can be opened as one of today."""
    connection = catalogue.looking()
    return versions.misnumbered(connection) is not None or _needs_migration(connection)


def _findings_once_migrated(catalogue: Catalogue, connection: sqlite3.Connection) -> list[Finding]:
    from retrovue.catalogue import migrate
    from retrovue.catalogue.backups import backup

    found = _integrity(connection)
    if any(map(is_damage, found)):
        return found
    with backup.trial_copy(Path(catalogue.path)) as copy, opened(copy, "rw") as trial:
        with transaction(trial, OPERATION):
            migrate.apply_pending(trial)
        return findings(trial)


def findings(connection: sqlite3.Connection) -> list[Finding]:
    """Everything wrong with what the connection sees.

    What one look cannot read hides nothing that the others find; of a file so damaged that SQLite
    itself raises at the first look, that is the finding.
    """
    with translate_errors(OPERATION, writes=False):
        try:
            found = _integrity(connection)
        except sqlite3.DatabaseError as error:
            return [_damage(error)]
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
    for rule in guarantees.RULES:
        yield partial(_breaches, connection, rule)
    for table in TABLES:
        yield partial(_odd_values, connection, table)


def _stopped(error: sqlite3.DatabaseError) -> Finding:
    """SQLITE_ERROR is a table or column that is not there."""
    if code(error) == sqlite3.SQLITE_ERROR:
        return Finding("schema", None, None, str(error))
    return _damage(error)


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


def _breaches(connection: sqlite3.Connection, rule: guarantees.Rule) -> list[Finding]:
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


def others(catalogue: Catalogue) -> list[Foreign]:
    """The objects of the schema that are not ours and touch nothing that is; none of a file that
    cannot be read."""
    try:
        found = foreign_objects.found(catalogue.looking())
    except sqlite3.DatabaseError:
        return []
    return [each for each in found if each.wrong is None]


def others_of(file: Path) -> list[Foreign]:
    """All the objects of a backup's schema that are not ours."""
    from retrovue.catalogue import files

    with opened(file, files.look_mode(str(file))) as connection:
        return foreign_objects.found(connection)
