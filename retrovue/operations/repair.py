"""Repair the file after a backup, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from retrovue.catalogue import history, versions
from retrovue.catalogue.backups import automatic, backup
from retrovue.catalogue.connection import opened, transaction
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.health import check as health
from retrovue.catalogue.health import repair as rows
from retrovue.catalogue.health.check import Finding
from retrovue.commands import LIST_BACKUPS
from retrovue.errors import DatabaseFailure
from retrovue.model import Operation
from retrovue.operations import database

OPERATION: Operation = "Database repair"


class Repair(NamedTuple):
    """What was done, in words; where the backup lies; and what is still wrong."""

    done: list[str]
    backup: Path | None
    left: list[Finding]


def repair(catalogue: Catalogue, *, no_backup: bool = False) -> Repair:
    """Mend the file after a backup.

    Raises DatabaseFailure, with nothing written, for a file whose pages are damaged.
    """
    found = database.check(catalogue)
    damage = [finding.message for finding in found if health.is_damage(finding)]
    if damage:
        raise DatabaseFailure(
            f"{OPERATION} failed: the file is damaged ({damage[0].splitlines()[0]})",
            [*damage[:10], "Nothing was written."],
            hint=LIST_BACKUPS,
        )
    if not found:
        return Repair([], None, [])
    if catalogue.dry_run and _is_of_another_version(catalogue):
        return _tried(catalogue)
    try:
        path = Path(catalogue.path)
        with automatic.before_operation(path, OPERATION, catalogue.committed) as way:
            if not no_backup and not catalogue.dry_run:
                way.make()
            done, left = _mended(catalogue)
        return Repair(done, way.path, left)
    finally:
        catalogue.close()  # the next connection has foreign keys on again


def _tried(catalogue: Catalogue) -> Repair:
    """What would be done with a file that has to be migrated too, which cannot be undone."""
    catalogue.close()
    with backup.trial_copy(Path(catalogue.path)) as copy:
        return repair(Catalogue(copy), no_backup=True)


def _mended(catalogue: Catalogue) -> tuple[list[str], list[Finding]]:
    done = _renumbered(catalogue)
    connection = catalogue.writer(OPERATION)
    connection.execute("PRAGMA foreign_keys = OFF")  # not possible within the transaction
    with catalogue.write(OPERATION) as tx:
        detail = rows.repair(tx, done)
        if done:
            history.record(tx, OPERATION, "success", detail=detail)
        return done, health.findings(tx.connection)


def _is_of_another_version(catalogue: Catalogue) -> bool:
    """Whether the file must be written before it can be opened as one of today."""
    connection = catalogue.inspector()
    return versions.misnumbered(connection) is not None or health.needs_migration(connection)


def _renumbered(catalogue: Catalogue) -> list[str]:
    """Have the header say what the tables are, so that the file can be opened."""
    wrong = versions.misnumbered(catalogue.inspector())
    if wrong is None:
        return []
    catalogue.close()
    with opened(catalogue.path, "rw") as connection, transaction(connection, OPERATION):
        versions.renumber(connection, wrong.version)
    return [f"put the header right: {wrong.says}"]
