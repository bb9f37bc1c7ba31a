"""Mending what breaks a guarantee without losing anybody's data, in one transaction.

Triggers are taken out while it mends and put back afterwards, so that every value can be reached.
Nothing that a person made (sources, collections, local paths, assets) is deleted unless the row it
belongs to is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from retrovue.catalogue import backup, history, inspect, tables
from retrovue.catalogue.core import Catalogue, Tx
from retrovue.catalogue.inspect import Finding
from retrovue.catalogue.mending import STEPS
from retrovue.errors import DatabaseFailure


class Repair(NamedTuple):
    """What was done, in words; where the backup lies; and what is still wrong."""

    done: list[str]
    backup: Path | None
    left: list[Finding]


def repair(catalogue: Catalogue, no_backup: bool = False, dry_run: bool = False) -> Repair:
    """Mend the file after a backup.

    Raises DatabaseFailure, with nothing written, for a file whose pages are damaged.
    """
    found = inspect.check(catalogue)
    damage = [finding.message for finding in found if inspect.is_damage(finding)]
    if damage:
        raise DatabaseFailure(
            f"Database repair failed: the file is damaged ({damage[0].splitlines()[0]})",
            damage[:10],
            hint="Bring back a copy with `retrovue db restore`. Nothing was written.",
        )
    if not found:
        return Repair([], None, [])
    saved = None
    if not no_backup and not dry_run:
        saved = backup.beforehand(Path(catalogue.path), "repair", "Database repair")
    try:
        return _mended(catalogue, saved, dry_run)
    finally:
        catalogue.close()  # the next connection has foreign keys on again


def _mended(catalogue: Catalogue, saved: Path | None, dry_run: bool) -> Repair:
    connection = catalogue.prepare("Database repair")
    connection.execute("PRAGMA foreign_keys = OFF")  # not possible within the transaction
    with catalogue.write("Database repair", dry_run) as tx:
        done = tables.make_missing(tx)
        foreign = tables.take_out_triggers(tx)
        for says, statements in STEPS:
            count = sum(max(tx.execute(sql, {"now": tx.now}).rowcount, 0) for sql in statements)
            if count:
                done.append(f"{says} ({count})")
        done += tables.rebuild_altered(tx)
        done += tables.make_views_and_indexes(tx)
        done += tables.put_back_triggers(tx, foreign)
        tx.execute("REINDEX")
        if done:
            history.record(tx, "Database repair", "success", detail={"repaired": done})
        return Repair(done, saved, _left(tx))


def _left(tx: Tx) -> list[Finding]:
    return inspect.findings(tx.connection)
