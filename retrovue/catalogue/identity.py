"""Which catalogue a file is, whatever it is called and wherever it was copied to."""

from __future__ import annotations

import sqlite3

from retrovue.catalogue.sqlite_errors import TranslatingConnection


def of(connection: sqlite3.Connection | TranslatingConnection) -> str | None:
    """The random id that the catalogue has from its creation on, None where somebody took it
    away."""
    row = connection.execute("SELECT id FROM catalogue").fetchone()
    return str(row[0]) if row else None
