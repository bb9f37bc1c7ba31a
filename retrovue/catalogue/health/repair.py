"""Mending what breaks a guarantee without losing anybody's data, in one transaction.

Triggers are taken out while it mends and put back afterwards, so that every value can be reached.
Nothing that a person made (sources, collections, local paths, assets) is deleted unless the row it
belongs to is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from retrovue.catalogue import history, versions
from retrovue.catalogue.backups import automatic, backup
from retrovue.catalogue.connection import Tx, opened, transaction
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.health import (
    check,
    foreign_objects,
    odd_values,
    repair_ids,
    repair_schema,
    repair_values,
    same_names,
)
from retrovue.catalogue.health.check import Finding
from retrovue.catalogue.health.foreign_objects import Foreign
from retrovue.catalogue.health.repair_rows import STEPS, TYPES, Step
from retrovue.catalogue.health.repair_values import Mended
from retrovue.errors import DatabaseFailure

OPERATION = "Database repair"


class Repair(NamedTuple):
    """What was done, in words; where the backup lies; and what is still wrong."""

    done: list[str]
    backup: Path | None
    left: list[Finding]


def repair(catalogue: Catalogue, no_backup: bool = False, dry_run: bool = False) -> Repair:
    """Mend the file after a backup.

    Raises DatabaseFailure, with nothing written, for a file whose pages are damaged.
    """
    found = check.check(catalogue)
    damage = [finding.message for finding in found if check.is_damage(finding)]
    if damage:
        raise DatabaseFailure(
            f"{OPERATION} failed: the file is damaged ({damage[0].splitlines()[0]})",
            damage[:10],
            hint="Bring back a copy with `retrovue db restore`. Nothing was written.",
        )
    if not found:
        return Repair([], None, [])
    if dry_run and check.is_of_another_version(catalogue):
        return _tried(catalogue)
    try:
        with automatic.way_back(Path(catalogue.path), OPERATION, catalogue.kept) as way:
            if not no_backup and not dry_run:
                way.make()
            done, left = _mended(catalogue, dry_run)
        return Repair(done, way.path, left)
    finally:
        catalogue.close()  # the next connection has foreign keys on again


def _tried(catalogue: Catalogue) -> Repair:
    """What would be done with a file that has to be migrated too, which cannot be undone."""
    catalogue.close()
    with backup.trial_copy(Path(catalogue.path)) as copy:
        return repair(Catalogue(copy), no_backup=True)


def _mended(catalogue: Catalogue, dry_run: bool) -> tuple[list[str], list[Finding]]:
    done = _renumbered(catalogue)
    connection = catalogue.prepare(OPERATION)
    connection.execute("PRAGMA foreign_keys = OFF")  # not possible within the transaction
    with catalogue.write(OPERATION, dry_run) as tx:
        done += repair_schema.make_missing(tx)
        removed = _without_foreign(tx)
        triggers = repair_schema.take_out_triggers(tx)
        done += repair_ids.mend(tx.connection) + _run(tx, TYPES)
        values = repair_values.mend(tx.connection, tx.now)
        done += repair_values.in_words(values)
        done += _run(tx, STEPS) + _names(tx) + repair_ids.mend_counters(tx.connection)
        done += repair_schema.rebuild_altered(tx)
        done += repair_schema.make_views_and_indexes(tx)
        done += repair_schema.put_back_triggers(tx, triggers)
        done += [f"removed the {each}, which {each.wrong}" for each in removed]
        tx.execute("REINDEX")
        if done:
            history.record(tx, OPERATION, "success", detail=_detail(done, values, removed))
        return done, check.findings(tx.connection)


def _renumbered(catalogue: Catalogue) -> list[str]:
    """Have the header say what the tables are, so that the file can be opened."""
    wrong = check.misnumbered(catalogue)
    if wrong is None:
        return []
    catalogue.close()
    with (
        opened(Path(catalogue.path), "rw") as connection,
        transaction(connection, OPERATION),
    ):
        versions.renumber(connection, wrong.version)
    return [f"put the header right: {wrong.says}"]


def _run(tx: Tx, steps: tuple[Step, ...]) -> list[str]:
    """Returns what was done, with the number of rows."""
    done = []
    for says, statements in steps:
        count = sum(max(tx.execute(sql, {"now": tx.now}).rowcount, 0) for sql in statements)
        if count:
            done.append(f"{says} ({count})")
    return done


def _names(tx: Tx) -> list[str]:
    count = same_names.tell_apart(tx.connection)
    says = "told sources with the same name in other letters apart by their number"
    return [f"{says} ({count})"] if count else []


def _without_foreign(tx: Tx) -> list[Foreign]:
    """Remove what others put into the schema that touches what is ours, but for tables, which hold
    data; returns what was removed."""
    found = [
        each
        for each in foreign_objects.found(tx.connection)
        if each.wrong is not None and each.type != "table"
    ]
    for each in found:
        tx.execute(f"DROP {each.type.upper()} IF EXISTS {foreign_objects.quoted(each.name)}")
    return found


def _detail(done: list[str], values: list[Mended], removed: list[Foreign]) -> dict[str, Any]:
    """What is needed to undo it by hand stands in the history."""
    detail: dict[str, Any] = {"repaired": done}
    if values:
        detail["values"] = repair_values.as_detail(values)
    if removed:
        detail["removed"] = [each.sql for each in removed]
    return detail


def mend_older(tx: Tx) -> list[Mended]:
    """What a file of an earlier version holds that today's forms would refuse is mended, so that
    nobody is locked out; returns what was mended. Called within a migration."""
    connection = tx.connection
    odd = repair_ids.odd(connection) or repair_ids.odd_counters(connection)
    if not odd and not odd_values.found(connection):
        return []
    tx.execute("PRAGMA defer_foreign_keys = ON")  # until the commit
    triggers = repair_schema.take_out_triggers(tx)
    repair_ids.mend(connection)
    values = repair_values.mend(connection, tx.now)
    repair_ids.mend_counters(connection)
    repair_schema.put_back_triggers(tx, triggers)
    return values
