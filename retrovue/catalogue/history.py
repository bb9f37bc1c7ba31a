"""The history: what was done, when, with what result. It outlives what it speaks of."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.connection import HistoryLine, Tx
from retrovue.catalogue.texts import read_object
from retrovue.commands import Command, Hint
from retrovue.errors import NotFound
from retrovue.model import Operation


class Entry(NamedTuple):
    """A row of `history`; `status` is success, partial or failed."""

    id: int
    at: str
    operation: str
    source: str | None
    collection: str | None
    status: str
    detail: Mapping[str, Any]


def record(
    tx: Tx,
    operation: Operation,
    status: str,
    source: str | None = None,
    collection: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write one line of history, and return its id; `detail` must hold no secret."""
    cursor = tx.execute(
        """
        INSERT INTO history (at, operation, source, collection, status, detail)
        VALUES (:at, :operation, :source, :collection, :status, :detail)""",
        {
            "at": tx.now,
            "operation": operation,
            "source": source,
            "collection": collection,
            "status": status,
            "detail": json.dumps(detail or {}, ensure_ascii=False),
        },
    )
    tx.recorded.append(HistoryLine(operation, status, source, collection))
    return int(cursor.lastrowid or 0)


def listed(
    connection: sqlite3.Connection,
    source: str | None = None,
    collection: str | None = None,
    *,
    failed: bool = False,
    limit: int | None = None,
) -> Iterator[Entry]:
    """The newest entries first, of one source, one collection, or failures alone."""
    rows = connection.execute(
        f"""
        SELECT id, at, operation, source, collection, status, detail
          FROM history
         WHERE {_WANTED}
         ORDER BY id DESC
         LIMIT :limit""",
        {
            **_wanted(connection, source, collection, failed=failed),
            "limit": -1 if limit is None else limit,
        },
    )
    return map(_entry, rows)


def before(
    connection: sqlite3.Connection,
    id_: int,
    source: str | None = None,
    collection: str | None = None,
    *,
    failed: bool = False,
) -> int:
    """How many of such entries come before one."""
    row = connection.execute(
        f"SELECT count(*) FROM history WHERE id < :id AND {_WANTED}",
        {**_wanted(connection, source, collection, failed=failed), "id": id_},
    ).fetchone()
    return int(row[0])


_WANTED = """(:sources IS NULL OR source IN (SELECT value FROM json_each(:sources)))
           AND (:collections IS NULL OR collection IN (SELECT value FROM json_each(:collections)))
           AND (NOT :failed OR status = 'failed')"""


def _wanted(
    connection: sqlite3.Connection, source: str | None, collection: str | None, *, failed: bool
) -> dict[str, Any]:
    return {
        "sources": _spellings(connection, "source", source),
        "collections": _spellings(connection, "collection", collection),
        "failed": failed,
    }


def get(connection: sqlite3.Connection, id_: int) -> Entry:
    """One entry. Raises NotFound."""
    row = connection.execute(
        """
        SELECT id, at, operation, source, collection, status, detail
          FROM history
         WHERE id = :id""",
        {"id": id_},
    ).fetchone()
    if row is None:
        raise NotFound(
            f"Line {id_} of the history not found",
            hint=Hint("Show the lines", Command("history")),
        )
    return _entry(row)


def skipped_before(connection: sqlite3.Connection, source: str, collection: str) -> set[str]:
    """What the last ingest of all of a collection that came to an end skipped, with the reasons,
    and those of single folders since then."""
    rows = connection.execute(
        """
        SELECT detail
          FROM history
         WHERE source = :source
           AND collection = :collection
           AND operation IN ('Source ingest', 'Collection ingest')
           AND status IN ('success', 'partial')
         ORDER BY id DESC""",
        {"source": source, "collection": collection},
    )
    found: set[str] = set()
    for (text,) in rows:
        detail = read_object(text)
        said = detail.get("skipped")
        found.update(line for line in (said if isinstance(said, list) else ()) if _is_text(line))
        if "path" not in detail:
            break
    rows.close()
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def older(connection: sqlite3.Connection, before: str) -> int:
    """How many entries are older than a time (ISO-8601, UTC)."""
    sql = "SELECT count(*) FROM history WHERE at < :before"
    return int(connection.execute(sql, {"before": before}).fetchone()[0])


def prune(tx: Tx, before: str) -> int:
    """Delete the entries that are older than a time, and return how many."""
    return tx.execute("DELETE FROM history WHERE at < :before", {"before": before}).rowcount


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry._make(row)._replace(detail=read_object(row[6]))


def _spellings(connection: sqlite3.Connection, column: str, name: str | None) -> str | None:
    """The names in the history that are this one in whatever case, as a JSON array. SQLite folds
    ASCII alone."""
    if name is None:
        return None
    rows = connection.execute(f"SELECT DISTINCT {column} FROM history WHERE {column} IS NOT NULL")
    folded = name.casefold()
    return json.dumps([known for (known,) in rows if known.casefold() == folded])
