"""Whether a file keeps every promise, whoever wrote to it."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any, NamedTuple

from retrovue.catalogue import assets, collections, guarantees, history, listing, sources
from retrovue.catalogue.filters import Filter
from retrovue.catalogue.health import odd_values
from retrovue.errors import Ambiguous

_LASTING = {
    "sources": "external_id, type",
    "collections": "source_id",
    "path_mappings": "collection_id",
    "folders": "collection_id, path",
    "assets": "collection_id",
    "asset_files": "asset_id",
    "history": "1",
}


class State(NamedTuple):
    """What must not change of a row that stays, and the state that mappings depend on."""

    lasting: dict[tuple[str, int], tuple[Any, ...]]
    flags: dict[int, tuple[int, int, int]]
    mappings: dict[int, frozenset[tuple[Any, ...]]]
    revisions: dict[int, int]
    assets: dict[int, frozenset[tuple[Any, ...]]]


def state(connection: sqlite3.Connection) -> State:
    lasting = {}
    for table, columns in _LASTING.items():
        for row in connection.execute(f"SELECT id, {columns} FROM {table}"):
            lasting[table, row[0]] = row[1:]
    flags = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT id, enabled, sync_enabled, ingestible FROM collections"
        )
    }
    mappings = _by_collection(
        connection, "path_mappings", "external_path, local_path, excluded, missing_since"
    )
    revisions = dict(connection.execute("SELECT id, revision FROM collections").fetchall())
    columns = "id, folder_id, external_id, title, fingerprint, missing_since"
    return State(lasting, flags, mappings, revisions, _by_collection(connection, "assets", columns))


def _by_collection(
    connection: sqlite3.Connection, table: str, columns: str
) -> dict[int, frozenset[tuple[Any, ...]]]:
    found: dict[int, set[tuple[Any, ...]]] = {}
    for row in connection.execute(f"SELECT collection_id, {columns} FROM {table}"):
        found.setdefault(row[0], set()).add(row[1:])
    return {key: frozenset(rows) for key, rows in found.items()}


def require(connection: sqlite3.Connection, before: State) -> None:
    """Raise AssertionError unless the file is sound and nothing that lasts has changed."""
    broken = guarantees.violations(connection, guarantees.WHOLE_FILE)
    assert broken == []
    assert odd_values.found(connection) == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    now = state(connection)
    changed = {
        key: (was, now.lasting[key])
        for key, was in before.lasting.items()
        if key in now.lasting and now.lasting[key] != was
    }
    assert changed == {}, changed
    _require_flags(before, now)
    _require_revisions(before, now)
    _require_readable(connection)


def _require_flags(before: State, now: State) -> None:
    for collection, flags in now.flags.items():
        if collection not in before.flags:
            assert flags == (0, 0, 0), f"collection {collection} began as {flags}"
        elif now.mappings[collection] != before.mappings[collection]:
            assert flags[:2] == before.flags[collection][:2], f"{collection} is {flags}"
            assert not flags[2], f"collection {collection} is ingestible with other mappings"


def _require_revisions(before: State, now: State) -> None:
    """Whoever compares a collection with a scan can tell that its assets changed meanwhile."""
    for collection, revision in now.revisions.items():
        was = before.revisions.get(collection, 0)
        assert revision >= was, f"revision of collection {collection} fell"
        if now.assets.get(collection) != before.assets.get(collection):
            assert revision > was, f"assets of collection {collection} changed unnoticed"


def _require_readable(connection: sqlite3.Connection) -> None:
    """Every row can be read by the tool itself, and the counts it gives are those of the rows."""
    sources.all_of(connection)
    history.listed(connection)
    for collection in collections.all_of(connection):
        rows = connection.execute(
            "SELECT missing_since FROM assets WHERE collection_id = ?", (collection.id,)
        ).fetchall()
        missing = sum(since is not None for (since,) in rows)
        assert (collection.asset_count, collection.missing_count) == (len(rows), missing)
    list(listing.rows(connection, Filter()))
    for (number,) in connection.execute("SELECT id FROM assets").fetchall():
        with contextlib.suppress(Ambiguous):  # another's external_id may be this number
            assets.get(connection, f"{number}")
