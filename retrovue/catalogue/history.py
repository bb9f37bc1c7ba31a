"""The history: what was done, when, with what result. It outlives what it speaks of."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.core import Recorded, Tx
from retrovue.catalogue.texts import read_object


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
    operation: str,
    status: str,
    source: str | None = None,
    collection: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one line of history; `detail` must hold no secret."""
    tx.execute(
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
    tx.recorded.append(Recorded(operation, status, source, collection))


def listed(
    connection: sqlite3.Connection,
    source: str | None = None,
    collection: str | None = None,
    failed: bool = False,
    limit: int | None = None,
) -> list[Entry]:
    """The newest entries first, of one source, one collection, or failures alone."""
    rows = connection.execute(
        """
        SELECT id, at, operation, source, collection, status, detail
          FROM history
         WHERE (:sources IS NULL OR source IN (SELECT value FROM json_each(:sources)))
           AND (:collections IS NULL OR collection IN (SELECT value FROM json_each(:collections)))
           AND (NOT :failed OR status = 'failed')
         ORDER BY id DESC
         LIMIT :limit""",
        {
            "sources": _spellings(connection, "source", source),
            "collections": _spellings(connection, "collection", collection),
            "failed": failed,
            "limit": -1 if limit is None else limit,
        },
    )
    return [Entry._make(row)._replace(detail=read_object(row[6])) for row in rows]


def _spellings(connection: sqlite3.Connection, column: str, name: str | None) -> str | None:
    """The names in the history that are this one in whatever case, as a JSON array. SQLite folds
    ASCII alone."""
    if name is None:
        return None
    rows = connection.execute(f"SELECT DISTINCT {column} FROM history WHERE {column} IS NOT NULL")
    folded = name.casefold()
    return json.dumps([known for (known,) in rows if known.casefold() == folded])
