"""Mend what breaks a guarantee without losing anybody's data, in one transaction.

Triggers are taken out while it mends and put back afterwards, so that every value can be reached.
Nothing that a person made (sources, collections, local paths, assets) is deleted unless the row it
belongs to is gone.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from retrovue.catalogue import search, versions
from retrovue.catalogue.connection import Tx, quoted
from retrovue.catalogue.health import (
    foreign_objects,
    odd_values,
    repair_ids,
    repair_schema,
    repair_values,
    same_names,
)
from retrovue.catalogue.health.foreign_objects import Foreign
from retrovue.catalogue.health.repair_rows import STEPS, TYPES, Step
from retrovue.catalogue.health.repair_values import Mended


def repair(tx: Tx, done: list[str]) -> dict[str, Any]:
    """Mend the schema and every row, on a connection whose foreign keys are off. What was done is
    appended to `done`; returns the detail for the history, which is what undoes it by hand."""
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
    done += _search(tx)
    tx.execute("REINDEX")
    return _detail(done, values, removed)


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


def _search(tx: Tx) -> list[str]:
    """Make the search index anew where it is wrong, or noted nothing while triggers were out."""
    try:
        if search.fault(tx.connection) is None:
            return []
    except sqlite3.DatabaseError:
        pass
    search.make_anew(tx, versions.expected()["table", search.INDEX])
    return ["made the search index anew"]


def _without_foreign(tx: Tx) -> list[Foreign]:
    """Remove what others put into the schema that touches what is ours, but for tables, which hold
    data; returns what was removed."""
    found = [
        each
        for each in foreign_objects.found(tx.connection)
        if each.wrong is not None and each.type != "table"
    ]
    for each in found:
        tx.execute(f"DROP {each.type.upper()} IF EXISTS {quoted(each.name)}")
    return found


def _detail(done: list[str], values: list[Mended], removed: list[Foreign]) -> dict[str, Any]:
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
    search.rebuild(tx)
    return values
