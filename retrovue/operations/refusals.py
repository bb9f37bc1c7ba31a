"""The errors for collections that cannot be ingested now, each with what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from retrovue.catalogue import collections
from retrovue.commands import CHECK, REPAIR, Command, Hint, Line
from retrovue.errors import InvalidState, NotIngestible, RetrovueError
from retrovue.model import IngestResult
from retrovue.operations.ingestibility import GONE
from retrovue.selectors import source_selector


def refused(connection: sqlite3.Connection, results: Sequence[IngestResult]) -> RetrovueError:
    """The error for targets of which none can be ingested: a message with its reasons for each,
    then what to do about them."""
    errors = [result.error for result in results if result.error is not None]
    first, *others = errors
    detail = list(first.detail)
    for other in others:
        detail += [f"Error: {other.message}", *other.detail]
    for result in results:
        detail += [way for way in _ways_out(connection, result) if way not in detail]
    invalid = any(isinstance(error, InvalidState) for error in errors)
    return (InvalidState if invalid else NotIngestible)(first.message, detail)


def of(connection: sqlite3.Connection, result: IngestResult) -> RetrovueError:
    """The error for one target that cannot be ingested, among others that were."""
    assert result.error is not None
    ways_out = _ways_out(connection, result)
    return type(result.error)(result.error.message, [*result.error.detail, *ways_out])


def _ways_out(connection: sqlite3.Connection, result: IngestResult) -> list[Line]:
    if result.status == "invalid_state":
        return [CHECK, REPAIR]
    collection = collections.by_id(connection, result.id)
    if collection is None:
        return []
    name = collections.selector(connection, collection)
    if result.error is None or GONE not in result.error.detail:
        return [Hint("See where it is mapped", Command("collection show", (name,)))]
    source = source_selector(collection.source_id, collection.source_name)
    leave_out = Command("collection update", (name,), ("--sync-disable",))
    return [
        Hint("Ask the source again", Command("source discover", (source,))),
        Hint("Leave it out", leave_out),
    ]
