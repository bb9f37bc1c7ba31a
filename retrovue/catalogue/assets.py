"""One asset with all that is known of it; and the purge of those that are gone."""

from __future__ import annotations

import sqlite3
from typing import Any

from retrovue.catalogue import probed
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.filters import Filter, where
from retrovue.catalogue.texts import read_object, read_texts
from retrovue.commands import Command, Hint
from retrovue.errors import Ambiguous, NotFound


def get(connection: sqlite3.Connection, selector: str) -> dict[str, Any]:
    """One asset, by id or else `external_id`, with all its columns and `files`.

    An id wins: the external ids of many sources are numbers too, and nothing else would name the
    asset. Raises NotFound, and Ambiguous where collections share the external id.
    """
    rows = connection.execute(
        """
        SELECT a.id, a.external_id, c.name, s.name, a.id = :number
          FROM assets AS a
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
         WHERE a.id = :number OR a.external_id = :selector
         ORDER BY 5 DESC, a.id""",
        {
            "number": _id(selector),
            "selector": selector,
        },
    ).fetchall()
    if not rows:
        raise NotFound(
            f"Asset '{selector}' not found",
            hint=Hint("Look for it", Command("asset list", (selector,))),
        )
    if len(rows) > 1 and not rows[0][4]:
        raise Ambiguous(
            f"Multiple assets named '{selector}' exist",
            [
                Hint(f"{row[3]}/{row[2]}: {row[1]}", Command("asset show", (str(row[0]),)))
                for row in rows
            ],
        )
    return _whole(connection, rows[0][0])


def _id(selector: str) -> int:
    """The selector as an id, -1 where it cannot be one."""
    short = selector.isdecimal() and len(selector) < 20
    return int(selector) if short and int(selector) < 2**63 else -1


def _whole(connection: sqlite3.Connection, asset_id: int) -> dict[str, Any]:
    asset = _dicts(
        connection,
        f"""
        SELECT a.id, s.name AS source, c.name AS collection, {_columns("assets", "a")}
          FROM assets AS a
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
         WHERE a.id = ?""",
        asset_id,
    )[0]
    asset["guids"], asset["metadata"] = read_texts(asset["guids"]), read_object(asset["metadata"])
    asset["files"] = _dicts(
        connection,
        f"""
        SELECT f.id, v.local_path, {_columns("asset_files", "f")}
          FROM asset_files AS f
          JOIN media AS v ON v.asset_id = f.asset_id AND v.file_id = f.id
         WHERE f.asset_id = ?
         ORDER BY f.version, f.part, f.id""",
        asset_id,
    )
    told = probed.told(connection, asset_id)
    asset["files"] = [{**file, **told[file["id"]]} for file in asset["files"]]
    return asset


def _columns(table: str, of: str) -> str:
    from retrovue.catalogue.columns import TABLES, joined  # lists and searches do without

    return joined((column.name for column in TABLES[table].columns), of)


def _dicts(connection: sqlite3.Connection, sql: str, parameter: int) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, (parameter,))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def purge(tx: Tx, wanted: Filter, before: str) -> dict[int, list[int]]:
    """Delete assets that have been missing since before a time (ISO-8601, UTC); returns their ids
    by the id of their collection, in order of its name."""
    found = where(tx.connection, wanted._replace(missing=True))
    parameters = {**found.parameters, "before": before}
    condition = f"{found} AND a.missing_since < :before"
    gone: dict[int, list[int]] = {}
    for collection_id, asset_id in tx.execute(
        f"""
        SELECT c.id, a.id
          FROM assets AS a
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
         WHERE {condition}
         ORDER BY s.name, c.name, c.id, a.id""",
        parameters,
    ):
        gone.setdefault(collection_id, []).append(asset_id)
    tx.execute(
        f"DELETE FROM assets WHERE id IN (SELECT a.id FROM assets AS a WHERE {condition})",
        parameters,
    )
    for collection_id in gone:
        tx.touch(collection_id)
    return gone
