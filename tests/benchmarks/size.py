"""Bytes in the file for each asset, after a first ingest."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from measure import Row, Settings
from subject import Subject


def rows(settings: Settings) -> Iterator[Row]:
    subject = Subject(settings.files)
    subject.first()
    with contextlib.closing(sqlite3.connect(subject.db)) as connection:
        assets = connection.execute("SELECT count(*) FROM assets").fetchone()[0]
        size = subject.db.stat().st_size
        yield Row.number(f"the file, by asset ({assets:,} assets)", size / assets, "bytes")
        for name, part in _parts(connection):
            yield Row.number(f"  {name}", part / assets, "bytes")


def _parts(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Bytes by table and index, where this build of SQLite tells."""
    try:
        return connection.execute("""
            SELECT name, sum(pgsize) AS bytes
              FROM dbstat
             GROUP BY name
            HAVING bytes > 100000
             ORDER BY bytes DESC""").fetchall()
    except sqlite3.OperationalError:
        return []
