"""Collections: what a source offers, and what the operator says of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from retrovue.catalogue import mappings
from retrovue.catalogue.connection import Tx
from retrovue.commands import Command, Hint
from retrovue.errors import Ambiguous, NotFound
from retrovue.model import Collection
from retrovue.selectors import folded

_SELECT = """
    SELECT c.id, c.source_id, c.external_id, c.name, c.kind, c.enabled, c.sync_enabled,
           c.ingestible, c.not_ingestible_reason, c.missing_since, c.last_ingested_at,
           c.revision, c.asset_count, c.missing_count, s.name, c.identity, c.size
      FROM collections AS c
      JOIN sources AS s ON s.id = c.source_id"""


def all_of(connection: sqlite3.Connection) -> list[Collection]:
    """Every collection with its mappings, by source and name."""
    rows = connection.execute(f"{_SELECT} ORDER BY s.name, c.name, c.id").fetchall()
    by_id = mappings.by_collection(connection)
    return [_collection(row, by_id.get(row[0], ())) for row in rows]


def of_source(connection: sqlite3.Connection, source_id: int) -> list[Collection]:
    """The collections of one source with their mappings, by name."""
    rows = connection.execute(
        f"{_SELECT} WHERE c.source_id = ? ORDER BY c.name, c.id", (source_id,)
    ).fetchall()
    return [_collection(row, mappings.of_collection(connection, row[0])) for row in rows]


def still_offered(connection: sqlite3.Connection, source_id: int) -> list[Collection]:
    """The collections of one source without those that it no longer offers."""
    every = of_source(connection, source_id)
    return [collection for collection in every if collection.missing_since is None]


def by_id(connection: sqlite3.Connection, collection_id: int) -> Collection | None:
    """The collection with its path mappings, None where there is none of that id."""
    row = connection.execute(f"{_SELECT} WHERE c.id = ?", (collection_id,)).fetchone()
    return _collection(row, mappings.of_collection(connection, row[0])) if row else None


def _collection(row: tuple[Any, ...], found: tuple[Any, ...]) -> Collection:
    *others, identity, size = row
    collection = Collection._make((*others, found, identity, size))
    return collection._replace(
        enabled=bool(collection.enabled),
        sync_enabled=bool(collection.sync_enabled),
        ingestible=bool(collection.ingestible),
    )


def get(connection: sqlite3.Connection, selector: str) -> Collection:
    """The collection named by id, or else by name (as `names.folded` compares), `external_id`, or
    `SOURCE/COLLECTION`.

    Raises NotFound, and Ambiguous with the candidates where the selector names several.
    """
    ids = _ids(connection, selector)
    if not ids:
        raise NotFound(
            f"Collection '{selector}' not found",
            hint=Hint("The collections", Command("collection list")),
        )
    found = [collection for i in ids if (collection := by_id(connection, i))]
    if len(found) > 1:
        raise Ambiguous(f"Multiple collections named '{selector}' exist", map(_candidate, found))
    return found[0]


def matching(connection: sqlite3.Connection, pattern: str) -> list[Collection]:
    """The collections that a shell-style pattern means, of names or of `SOURCE/COLLECTION`, by
    source and name; none where it means none."""
    import fnmatch

    wanted = folded(pattern)

    def fits(name: str) -> bool:
        return fnmatch.fnmatchcase(folded(name), wanted)

    return [c for c in all_of(connection) if fits(c.name) or fits(f"{c.source_name}/{c.name}")]


def _candidate(c: Collection) -> Hint:
    text = f"{c.source_name}/{c.name} (external id {c.external_id})"
    return Hint(text, Command("collection show", (str(c.id),)))


def selector(connection: sqlite3.Connection, collection: Collection) -> str:
    """What names the collection alone, SOURCE/COLLECTION wherever that does."""
    own = f"{collection.source_name}/{collection.name}"
    return own if _ids(connection, own) == [collection.id] else str(collection.id)


def _ids(connection: sqlite3.Connection, selector: str) -> list[int]:
    """Whatever the selector names; behind a source an id counts where nothing else is meant."""
    rows = connection.execute(
        """
        SELECT c.id, c.external_id, c.name, s.id, s.external_id, s.name
          FROM collections AS c
          JOIN sources AS s ON s.id = c.source_id
         ORDER BY s.name, c.name, c.id"""
    ).fetchall()
    wanted = folded(selector)
    pairs = {(folded(source), folded(own)) for source, own in _split(selector)}

    def named(row: tuple[Any, ...], own: Iterable[object]) -> bool:
        return any((folded(f"{s}"), folded(f"{o}")) in pairs for s in row[3:] for o in own)

    return (
        [row[0] for row in rows if selector == str(row[0])]
        or [
            row[0]
            for row in rows
            if selector == row[1] or folded(row[2]) == wanted or named(row, row[1:3])
        ]
        or [row[0] for row in rows if named(row, row[:1])]
    )


def _split(selector: str) -> Iterator[tuple[str, str]]:
    """Every way to read it as SOURCE/COLLECTION, since both may have slashes in them."""
    parts = selector.split("/")
    for at in range(1, len(parts)):
        yield "/".join(parts[:at]), "/".join(parts[at:])


def set_flags(tx: Tx, collection: Collection, *, enabled: bool, sync_enabled: bool) -> None:
    """Write what the operator says: whether it is enabled, and ingested with its source."""
    tx.execute(
        """
        UPDATE collections
           SET enabled = :enabled, sync_enabled = :sync_enabled, updated_at = :now
         WHERE id = :id AND (enabled <> :enabled OR sync_enabled <> :sync_enabled)""",
        {
            "enabled": int(enabled),
            "sync_enabled": int(sync_enabled),
            "now": tx.now,
            "id": collection.id,
        },
    )
    tx.touch(collection.id)


def set_ingestible(tx: Tx, collection_id: int, reasons: Sequence[str]) -> None:
    """Write whether a collection can be ingested: it can when there is no reason against it."""
    tx.execute(
        """
        UPDATE collections
           SET ingestible = :ingestible, not_ingestible_reason = :reason
         WHERE id = :id
           AND (ingestible <> :ingestible OR not_ingestible_reason IS NOT :reason)""",
        {
            "ingestible": int(not reasons),
            "reason": "; ".join(reasons) or None,
            "id": collection_id,
        },
    )
    tx.touch(collection_id)


def set_ingested(tx: Tx, collection_id: int) -> None:
    """Note that a collection was ingested now."""
    tx.execute("UPDATE collections SET last_ingested_at = ? WHERE id = ?", (tx.now, collection_id))
    tx.touch(collection_id)


def asset_ids(connection: sqlite3.Connection, collection_id: int) -> tuple[int, ...]:
    """The ids of the assets of a collection, in order."""
    sql = "SELECT id FROM assets WHERE collection_id = ? ORDER BY id"
    return tuple(asset_id for (asset_id,) in connection.execute(sql, (collection_id,)))


def wipe(tx: Tx, collection_id: int) -> tuple[int, int]:
    """Delete the assets and files of a collection; returns how many of each. The collection, its
    flags and its mappings stay."""
    files = tx.execute(
        """
        DELETE FROM asset_files
         WHERE asset_id IN (SELECT id FROM assets WHERE collection_id = ?)""",
        (collection_id,),
    ).rowcount
    assets = tx.execute("DELETE FROM assets WHERE collection_id = ?", (collection_id,)).rowcount
    tx.execute("DELETE FROM folders WHERE collection_id = ?", (collection_id,))
    tx.touch(collection_id)
    return assets, files


def delete(tx: Tx, collection_id: int) -> None:
    """Delete a collection with all that belongs to it, children first: one statement a table, where
    the schema's triggers would go row by row."""
    wipe(tx, collection_id)
    tx.execute("DELETE FROM collections WHERE id = ?", (collection_id,))
