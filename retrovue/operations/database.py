"""The file as a whole: what is in it, and whether it is sound."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from retrovue.catalogue import files, identity, migrate
from retrovue.catalogue.backups import backup
from retrovue.catalogue.columns import TABLES
from retrovue.catalogue.connection import opened, transaction
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.health import check as health
from retrovue.catalogue.health import foreign_objects
from retrovue.catalogue.health.check import OPERATION, Finding
from retrovue.catalogue.health.foreign_objects import Foreign
from retrovue.catalogue.sqlite_errors import translate_errors


def info(catalogue: Catalogue) -> dict[str, Any]:
    """What the file is, and `rows` by table."""
    connection = catalogue.reader()
    pages, size = (_pragma(connection, name) for name in ("page_count", "page_size"))
    count = "SELECT count(*) FROM {}"
    return {
        "path": str(catalogue.path),
        "catalogue_id": identity.of(connection),
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
            connection = catalogue.inspector()
            if health.needs_migration(connection):
                return _findings_once_migrated(catalogue, connection)
        except sqlite3.DatabaseError as error:
            return [health.damage(error)]
    return health.findings(connection)


def _findings_once_migrated(catalogue: Catalogue, connection: sqlite3.Connection) -> list[Finding]:
    found = health.integrity_findings(connection)
    if any(map(health.is_damage, found)):
        return found
    with backup.trial_copy(Path(catalogue.path)) as copy, opened(copy, "rw") as trial:
        with transaction(trial, OPERATION):
            migrate.apply_pending(trial)
        return health.findings(trial)


def others(catalogue: Catalogue) -> list[Foreign]:
    """The objects of the schema that are not ours and touch nothing that is; none of a file that
    cannot be read."""
    try:
        found = foreign_objects.found(catalogue.inspector())
    except sqlite3.DatabaseError:
        return []
    return [each for each in found if each.wrong is None]


def others_of(file: Path) -> list[Foreign]:
    """All the objects of a backup's schema that are not ours."""
    with opened(file, files.look_mode(str(file))) as connection:
        return foreign_objects.found(connection)
