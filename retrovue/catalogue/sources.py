"""Sources and their secrets."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.texts import read_object
from retrovue.commands import CHECK, REPAIR, Command, Hint
from retrovue.errors import AlreadyExists, Ambiguous, InvalidState, NotFound
from retrovue.model import Source
from retrovue.selectors import folded, source_selector

_SELECT = """
    SELECT id, external_id, type, identity, name, config, created_at, updated_at,
           remote_identity
      FROM sources"""


def all_of(connection: sqlite3.Connection) -> list[Source]:
    """Every source, by name."""
    rows = connection.execute(f"{_SELECT} ORDER BY name, id")
    return [_source(row) for row in rows]


def _source(row: tuple[Any, ...]) -> Source:
    source = Source._make(row)
    return source._replace(config=read_object(row[5]))


def overview(connection: sqlite3.Connection) -> list[tuple[int, str, str, str, int, int]]:
    """(id, external_id, name, type, collections, sync-enabled ones) of every source, by name."""
    return connection.execute("""
        SELECT s.id, s.external_id, s.name, s.type, count(c.id), coalesce(sum(c.sync_enabled), 0)
          FROM sources AS s
          LEFT JOIN collections AS c ON c.source_id = s.id
         GROUP BY s.id
         ORDER BY s.name, s.id""").fetchall()


def get(connection: sqlite3.Connection, selector: str) -> Source:
    """The source named by id, or else by `external_id` or name (as `names.folded` compares).

    Raises NotFound, and Ambiguous where the selector names several.
    """
    every = all_of(connection)
    found = [source for source in every if str(source.id) == selector]
    found = found or [source for source in every if _matches(source, selector)]
    if not found:
        raise NotFound(
            f"Source '{selector}' not found", hint=Hint("The sources", Command("source list"))
        )
    if len(found) > 1:
        raise Ambiguous(
            f"Multiple sources named '{selector}' exist",
            [Hint(source.name, Command("source show", (str(source.id),))) for source in found],
        )
    return found[0]


def by_id(connection: sqlite3.Connection, source_id: int) -> Source:
    """The source of a row id; what an operator typed goes to `get`. Raises NotFound."""
    row = connection.execute(f"{_SELECT} WHERE id = ?", (source_id,)).fetchone()
    if row is None:
        raise NotFound(f"Source '{source_id}' not found", ["It was deleted meanwhile."])
    return _source(row)


def selector(source: Source) -> str:
    """What names the source alone."""
    return source_selector(source.id, source.name)


def _matches(source: Source, selector: str) -> bool:
    return selector == source.external_id or folded(source.name) == folded(selector)


def matching(connection: sqlite3.Connection, pattern: str) -> list[Source]:
    """The sources that a name or a shell-style pattern means; an exact name wins.

    Raises NotFound where it means none.
    """
    try:
        return [get(connection, pattern)]
    except NotFound:
        import fnmatch

        wanted = folded(pattern)
        found = [
            source
            for source in all_of(connection)
            if fnmatch.fnmatchcase(folded(source.name), wanted)
        ]
        if not found:
            raise
        return found


def secrets(connection: sqlite3.Connection, source_id: int) -> dict[str, str]:
    """The stored secrets by option: values or `env:NAME` references."""
    return dict(
        connection.execute(
            "SELECT name, value FROM source_secrets WHERE source_id = ? ORDER BY name",
            (source_id,),
        ).fetchall()
    )


def require_valid(connection: sqlite3.Connection, source: Source) -> None:
    """Raise InvalidState with every violation when any collection of the source breaks a
    guarantee."""
    from retrovue.catalogue import guarantees

    broken = guarantees.violations(connection, guarantees.of_source(source.id))
    if broken:
        name = next((v.collection for v in broken if v.collection), source.name)
        raise InvalidState(
            f"Collection '{name}' is in invalid state",
            [*map(str, broken), CHECK],
            hint=REPAIR,
        )


def require_free(
    connection: sqlite3.Connection, type_: str, identity: str, name: str, but: int | None = None
) -> None:
    """Raise AlreadyExists when another source (than `but`) has this identity or name."""
    for source in all_of(connection):
        if source.id == but:
            continue
        same = source.type == type_ and source.identity == identity
        if same or folded(source.name) == folded(name):
            raise AlreadyExists(
                f"Source '{source.name}' already exists",
                [f"It is {source.external_id}, a source of type {source.type}."],
                hint=Hint("See it", Command("source show", (selector(source),))),
            )


def add(
    tx: Tx,
    type_: str,
    identity: str,
    name: str,
    config: Mapping[str, Any],
    secret_values: Mapping[str, str],
) -> Source:
    """Write a new source; its `external_id` comes from type and identity, for good."""
    require_free(tx.connection, type_, identity, name)
    cursor = tx.execute(
        """
        INSERT INTO sources (external_id, type, identity, name, config, created_at, updated_at)
        VALUES (:external_id, :type, :identity, :name, :config, :now, :now)""",
        {
            "external_id": _new_external_id(tx, type_, identity),
            "type": type_,
            "identity": identity,
            "name": name,
            "config": _json(config),
            "now": tx.now,
        },
    )
    _put_secrets(tx, int(cursor.lastrowid or 0), secret_values)
    return by_id(tx.connection, int(cursor.lastrowid or 0))


def _new_external_id(tx: Tx, type_: str, identity: str) -> str:
    """`<type>-<8 hex digits>` of the identity; counted up in the case, one in four thousand
    million, that another source has it."""
    import hashlib

    for salt in range(1000):
        text = f"{type_}\n{identity}\n{salt or ''}"
        candidate = f"{type_}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        taken = tx.execute("SELECT 1 FROM sources WHERE external_id = ?", (candidate,)).fetchone()
        if not taken:
            return candidate
    raise AssertionError("a thousand digests of one identity are taken")


def update(
    tx: Tx,
    source: Source,
    name: str,
    identity: str,
    config: Mapping[str, Any],
    secret_values: Mapping[str, str],
) -> bool:
    """Write what is different of a source; returns whether anything was."""
    text = _json(config)
    same_row = (name, identity, config) == (source.name, source.identity, source.config)
    if same_row and secrets(tx.connection, source.id) == dict(secret_values):
        return False
    require_free(tx.connection, source.type, identity, name, but=source.id)
    tx.execute(
        """
        UPDATE sources
           SET name = :name, identity = :identity, config = :config, updated_at = :now
         WHERE id = :id""",
        {"name": name, "identity": identity, "config": text, "now": tx.now, "id": source.id},
    )
    tx.execute("DELETE FROM source_secrets WHERE source_id = ?", (source.id,))
    _put_secrets(tx, source.id, secret_values)
    return True


def _json(config: Mapping[str, Any]) -> str:
    import json

    return json.dumps(config, ensure_ascii=False, sort_keys=True)


def _put_secrets(tx: Tx, source_id: int, values: Mapping[str, str]) -> None:
    for name, value in sorted(values.items()):
        tx.execute(
            "INSERT INTO source_secrets (source_id, name, value) VALUES (?, ?, ?)",
            (source_id, name, value),
        )


def set_remote_identity(tx: Tx, source_id: int, said: str | None) -> None:
    """Fill in what the server says that it is, where nothing is known of it yet."""
    if said is None:
        return
    tx.execute(
        "UPDATE sources SET remote_identity = ? WHERE id = ? AND remote_identity IS NULL",
        (said, source_id),
    )


def rebind(tx: Tx, source: Source, said: str | None) -> bool:
    """Take what a server says that it is for the source's own; returns whether it was another."""
    if said == source.remote_identity:
        return False
    tx.execute(
        "UPDATE sources SET remote_identity = ?, updated_at = ? WHERE id = ?",
        (said, tx.now, source.id),
    )
    return True


_OWN_ASSETS = """
    SELECT a.id
      FROM assets AS a
      JOIN collections AS c ON c.id = a.collection_id
     WHERE c.source_id = :id"""


def delete(tx: Tx, source: Source) -> None:
    """Delete a source with all that belongs to it, children first: one statement a table, where
    the schema's triggers would go row by row."""
    own = {"id": source.id}
    tx.execute(f"DELETE FROM asset_files WHERE asset_id IN ({_OWN_ASSETS})", own)
    tx.execute(f"DELETE FROM assets WHERE id IN ({_OWN_ASSETS})", own)
    tx.execute("DELETE FROM sources WHERE id = :id", own)
