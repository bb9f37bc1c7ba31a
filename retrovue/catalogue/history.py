"""The history: what was done, when, with what result. It outlives what it speaks of."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.core import Recorded, Tx


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
         WHERE (:source IS NULL OR source = :source COLLATE NOCASE)
           AND (:collection IS NULL OR collection = :collection COLLATE NOCASE)
           AND (NOT :failed OR status = 'failed')
         ORDER BY id DESC
         LIMIT :limit""",
        {
            "source": source,
            "collection": collection,
            "failed": failed,
            "limit": -1 if limit is None else limit,
        },
    )
    return [Entry._make(row)._replace(detail=json.loads(row[6])) for row in rows]
