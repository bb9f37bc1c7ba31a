"""Names of sources that are the same to people: without regard to case and Unicode normal form,
which SQLite cannot compare."""

from __future__ import annotations

import sqlite3

from retrovue.selectors import folded


def of_sources(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """(id, name) of every source with the name of one before it."""
    known: set[str] = set()
    found = []
    for row, name in connection.execute("SELECT id, name FROM sources ORDER BY id"):
        key = folded(f"{name}")
        if key in known:
            found.append((row, f"{name}"))
        known.add(key)
    return found


def tell_apart(connection: sqlite3.Connection) -> int:
    """Add its number to the name of each; returns how many."""
    found = of_sources(connection)
    for row, name in found:
        connection.execute("UPDATE sources SET name = ? WHERE id = ?", (f"{name} #{row}", row))
    return len(found)
