"""Saved lists: which assets somebody asked for, under a name, and as a view for scripts.

A list keeps what was typed; of a source and a collection also the id, which holds through another
name, while the name holds where they were deleted and added again.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from retrovue.catalogue import search
from retrovue.catalogue.connection import Tx, quoted
from retrovue.catalogue.filters import Where, days_ago
from retrovue.catalogue.texts import read_object
from retrovue.commands import Command, Hint
from retrovue.errors import NotFound, UsageError

_OF_SOURCE = """a.collection_id IN (
    SELECT c.id FROM collections AS c JOIN sources AS s ON s.id = c.source_id
     WHERE s.id = :source
        OR NOT EXISTS (SELECT 1 FROM sources WHERE id = :source) AND s.name = :source_name)"""
_OF_COLLECTION = """a.collection_id IN (
    SELECT c.id FROM collections AS c JOIN sources AS s ON s.id = c.source_id
     WHERE c.id = :collection
        OR NOT EXISTS (SELECT 1 FROM collections WHERE id = :collection)
       AND s.name = :of_source AND c.name = :collection_name)"""
_PARAMETER = re.compile(r":([a-z_0-9]+)")


class SavedList(NamedTuple):
    """A row of `lists`; `filters` are those of `asset list`, by name."""

    id: int
    name: str
    view: str
    filters: Mapping[str, Any]
    created_at: str
    updated_at: str


def view_name(name: str) -> str:
    """What the view of a list is called: letters and digits of the name, and `_` for the rest."""
    return "list_" + re.sub(r"\W", "_", name.strip())


def every(connection: sqlite3.Connection) -> list[SavedList]:
    """All lists, by name."""
    return _read(connection, "1 ORDER BY lower(name)")


def _read(connection: sqlite3.Connection, which: str, *values: str) -> list[SavedList]:
    rows = connection.execute(
        f"SELECT id, name, view, filters, created_at, updated_at FROM lists WHERE {which}", values
    ).fetchall()
    return [
        SavedList(id_, name, view, read_object(filters), created_at, updated_at)
        for id_, name, view, filters, created_at, updated_at in rows
    ]


def get(connection: sqlite3.Connection, name: str) -> SavedList:
    """The list of a name, without regard to case. Raises NotFound."""
    found = _named(connection, name)
    if found is None:
        raise NotFound(
            f"List '{name}' not found", hint=Hint("The lists that there are", Command("list show"))
        )
    return found


def _named(connection: sqlite3.Connection, name: str) -> SavedList | None:
    found = _read(connection, "name = ?", name.strip())  # SQLite folds ASCII alone
    if found:
        return found[0]
    folded = name.strip().casefold()
    return next((each for each in every(connection) if each.name.casefold() == folded), None)


def save(
    tx: Tx, name: str, filters: Mapping[str, Any], found: Where, *, replace: bool
) -> SavedList:
    """Save a list, and make its view of the assets that are `found`. Raises UsageError where a list
    has the name already and is not to be replaced, and for a clash of views."""
    name = name.strip()
    before = _named(tx.connection, name)
    if before is not None and not replace:
        raise UsageError(f"List '{before.name}' already exists", hint="--force replaces it.")
    if before is not None:
        delete(tx, before)
    view = view_name(name)
    taken = tx.execute(
        "SELECT type FROM sqlite_master WHERE name = ? COLLATE NOCASE", (view,)
    ).fetchone()
    if taken is not None:
        raise UsageError(
            f"List '{name}' would be the view {view}, and there is a {taken[0]} of that name",
            hint="Give the list another name.",
        )
    tx.execute(
        """
        INSERT INTO lists (name, view, filters, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?)""",
        (name, view, json.dumps(filters, ensure_ascii=False),
         before.created_at if before else tx.now, tx.now),
    )  # fmt: skip
    tx.execute(_view(tx, view, _also(tx, filters, found)))
    return get(tx.connection, name)


def _also(tx: Tx, filters: Mapping[str, Any], found: Where) -> Where:
    """With the conditions that must hold whenever somebody looks: ids as long as there is something
    of that id, and days that go on."""
    conditions, parameters = list(found.conditions), dict(found.parameters)
    if "source_id" in filters:
        conditions.append(_OF_SOURCE)
        parameters |= {"source": filters["source_id"], "source_name": filters["source"]}
    if "collection_id" in filters:
        conditions.append(_OF_COLLECTION)
        parameters |= _names(tx, filters["collection_id"])
    since = filters.get("since")
    if since is not None:
        ago = days_ago(since)
        conditions.append("coalesce(a.added_at, a.created_at) >= "
                          "strftime('%Y-%m-%dT%H:%M:%SZ', :since, :ago)")  # fmt: skip
        parameters["since"] = since.strip() if ago is None else "now"
        parameters["ago"] = f"-{ago or 0} days"
    return Where(tuple(conditions), parameters)


def _names(tx: Tx, collection_id: int) -> dict[str, Any]:
    """What a collection is found by, and again where it was deleted and added anew."""
    row = tx.execute(
        """
        SELECT c.id, s.name, c.name
          FROM collections AS c JOIN sources AS s ON s.id = c.source_id
         WHERE c.id = ?""",
        (collection_id,),
    ).fetchone()
    return dict(zip(("collection", "of_source", "collection_name"), row, strict=True))


def _view(tx: Tx, view: str, found: Where) -> str:
    def literal(match: re.Match[str]) -> str:
        if match[1] not in found.parameters:
            return match[0]
        value = found.parameters[match[1]]
        return str(tx.execute("SELECT quote(?)", (value,)).fetchone()[0])

    # A schema names no database, so that the file can be attached under any name.
    condition = _PARAMETER.sub(literal, str(found).replace(f"main.{search.INDEX}", search.INDEX))
    return (
        f"CREATE VIEW {quoted(view)} AS\nSELECT * FROM media\n"
        f" WHERE asset_id IN (SELECT a.id FROM assets AS a WHERE {condition})"
    )


def delete(tx: Tx, saved: SavedList) -> None:
    """Delete a list and its view; no asset is touched."""
    tx.execute(f"DROP VIEW IF EXISTS {quoted(saved.view)}")
    tx.execute("DELETE FROM lists WHERE id = ?", (saved.id,))
