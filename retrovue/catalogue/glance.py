"""A glance at the names in the file, for a shell that completes them: it opens nothing for writing,
waits for nobody, migrates nothing, and finds nothing in a file that cannot be read as it is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import Any

from retrovue.catalogue import files
from retrovue.catalogue.connection import APPLICATION_ID, SCHEMA_VERSION
from retrovue.catalogue.texts import lenient

_NEWEST = 50  # lines of history

Rows = list[tuple[Any, ...]]


def sources(path: str) -> Rows:
    """(id, external_id, name, type) of every source, by name."""
    return _rows(path, "SELECT id, external_id, name, type FROM sources ORDER BY name, id")


def collections(path: str) -> Rows:
    """(id, external_id, name, name of the source) of every collection, by source and name."""
    return _rows(
        path,
        """
        SELECT c.id, c.external_id, c.name, s.name
          FROM collections AS c
          JOIN sources AS s ON s.id = c.source_id
         ORDER BY s.name, c.name, c.id""",
    )


def locations(path: str) -> Rows:
    """(external path, name of the collection) of every location."""
    return _rows(
        path,
        """
        SELECT m.external_path, c.name
          FROM path_mappings AS m
          JOIN collections AS c ON c.id = m.collection_id
         ORDER BY m.external_path, c.name""",
    )


def lists(path: str) -> Rows:
    """(name, view) of every saved list, by name."""
    return _rows(path, "SELECT name, view FROM lists ORDER BY lower(name)")


def tags(path: str) -> Rows:
    """(tag,) for each that a work is marked with."""
    return _rows(path, "SELECT DISTINCT value FROM marks, json_each(marks.tags) ORDER BY value")


def history(path: str) -> Rows:
    """(id, at, operation, status) of the newest lines of history."""
    return _rows(
        path,
        f"SELECT id, at, operation, status FROM history ORDER BY id DESC LIMIT {_NEWEST}",
    )


def options(path: str) -> Rows:
    """(type, option, whether it is a flag) for each option that a source has a value for."""
    return _rows(
        path,
        """
        SELECT s.type, o.key, max(o.type IN ('true', 'false'))
          FROM sources AS s, json_each(s.config) AS o
         GROUP BY s.type, o.key
         UNION
        SELECT s.type, x.name, 0
          FROM source_secrets AS x
          JOIN sources AS s ON s.id = x.source_id
         ORDER BY 1, 2""",
    )


def _rows(path: str, sql: str) -> Rows:
    if not os.path.isfile(path):
        return []
    try:
        with closing(_connection(path)) as connection:
            versions = [
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("application_id", "user_version")
            ]
            if versions != [APPLICATION_ID, SCHEMA_VERSION]:
                return []
            return connection.execute(sql).fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return []


def _connection(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(files.uri(path, _mode(path)), uri=True, timeout=0)
    connection.text_factory = lenient
    return connection


def _mode(path: str) -> str:
    """How to open it so that nothing is made beside it: `ro` makes the lock files of a file in WAL
    mode where there are none. https://www.sqlite.org/wal.html#read_only_databases"""
    wal, shm, journal = (os.path.exists(path + end) for end in ("-wal", "-shm", "-journal"))
    return "ro" if journal or (wal and shm) else "ro&immutable=1"
