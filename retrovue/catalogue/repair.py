"""Mending what breaks a guarantee without losing anybody's data, in one transaction.

Triggers are taken out while it mends and put back afterwards, so that every value can be reached.
Nothing that a person made (sources, collections, local paths, assets) is deleted unless the row it
belongs to is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from retrovue.catalogue import automatic, history, inspect, tables
from retrovue.catalogue.core import Catalogue, Tx
from retrovue.catalogue.inspect import Finding
from retrovue.catalogue.mending import STEPS
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
    try:
        with automatic.way_back(Path(catalogue.path), OPERATION, catalogue.kept) as way:
            if not no_backup and not dry_run:
                way.make()
            done, left = _mended(catalogue, dry_run)
        return Repair(done, way.path, left)
    finally:
        catalogue.close()  # the next connection has foreign keys on again


def _mended(catalogue: Catalogue, dry_run: bool) -> tuple[list[str], list[Finding]]:
    connection = catalogue.prepare(OPERATION)
    connection.execute("PRAGMA foreign_keys = OFF")  # not possible within the transaction
    with catalogue.write(OPERATION, dry_run) as tx:
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
            history.record(tx, OPERATION, "success", detail={"repaired": done})
        return done, _left(tx)


def _left(tx: Tx) -> list[Finding]:
    return inspect.findings(tx.connection)
