"""Assets and their files, for reading; and the purge of those that are gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.texts import read_object, read_texts
from retrovue.commands import Command, Hint
from retrovue.errors import Ambiguous, NotFound

MEDIA = (
    "asset_id, source, collection, kind, title, series, season, episode, artist, album, track,"
    " year, duration_ms, file_id, version, part, local_path, missing_since"
)
FIELDS = tuple(MEDIA.split(", "))
_ORDER = "series, season, episode, artist, album, track, title"
_SEARCHED = ("a.title", "a.series", "a.artist", "a.album")


class Filter(NamedTuple):
    """Which assets: ids of a source and a collection, a kind, a text in the titles, or only those
    that are missing (None: whether or not)."""

    source_id: int | None = None
    collection_id: int | None = None
    kind: str | None = None
    search: str | None = None
    missing: bool = False


def listed(
    connection: sqlite3.Connection, wanted: Filter, limit: int | None = None
) -> Iterator[tuple[Any, ...]]:
    """Rows of the view `media` as `FIELDS`, by collection, series and title."""
    conditions, parameters = _conditions(wanted)
    chosen, most = _in(conditions), ""
    if limit is not None:
        parameters["limit"] = limit
        chosen, most = f"asset_id IN ({_first(conditions)})", "LIMIT :limit"
    return connection.execute(
        f"""
        SELECT {MEDIA}
          FROM media
         WHERE {chosen}
         ORDER BY source, collection, {_ORDER}, asset_id, version, part
         {most}""",
        parameters,
    )


def _first(conditions: list[str]) -> str:
    """The first so many assets, chosen before their files are looked at; each has a row at least,
    so that no more than these are needed."""
    return f"""
        SELECT a.id
          FROM assets AS a
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
         WHERE {" AND ".join(conditions) or "1"}
         ORDER BY s.name, c.name, {_ORDER}, a.id
         LIMIT :limit"""


def count(connection: sqlite3.Connection, wanted: Filter) -> int:
    """How many assets `listed` has without a limit."""
    conditions, parameters = _conditions(wanted)
    where = " AND ".join(conditions) or "1"
    row = connection.execute(
        f"SELECT count(*) FROM assets AS a WHERE {where}", parameters
    ).fetchone()
    return int(row[0])


def _in(conditions: list[str]) -> str:
    if not conditions:
        return "1"
    return f"asset_id IN (SELECT a.id FROM assets AS a WHERE {' AND '.join(conditions)})"


def _conditions(wanted: Filter) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    if wanted.collection_id is not None:
        conditions.append("a.collection_id = :collection")
        parameters["collection"] = wanted.collection_id
    if wanted.source_id is not None:
        conditions.append(
            "a.collection_id IN (SELECT id FROM collections WHERE source_id = :source)"
        )
        parameters["source"] = wanted.source_id
    if wanted.kind is not None:
        conditions.append("a.kind = :kind")
        parameters["kind"] = wanted.kind
    if wanted.missing:
        conditions.append("a.missing_since IS NOT NULL")
    if wanted.search:
        conditions.append(_search(wanted.search, parameters))
    return conditions, parameters


def _search(text: str, parameters: dict[str, Any]) -> str:
    """The text anywhere in a title, in any case. SQLite folds ASCII alone, so of other letters the
    usual spellings are tried."""
    spellings = dict.fromkeys([text, text.lower(), text.upper(), text.title(), text.capitalize()])
    tried = [text] if text.isascii() else list(spellings)
    tests = []
    for number, spelling in enumerate(tried):
        escaped = spelling.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        parameters[f"search{number}"] = f"%{escaped}%"
        tests += [f"{column} LIKE :search{number} ESCAPE '\\'" for column in _SEARCHED]
    return f"({' OR '.join(tests)})"


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
            hint=Hint("Look for it", Command("asset list", (), ("--search", selector))),
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
    conditions, parameters = _conditions(wanted._replace(missing=True))
    parameters["before"] = before
    where = f"{' AND '.join(conditions)} AND a.missing_since < :before"
    gone: dict[int, list[int]] = {}
    for collection_id, asset_id in tx.execute(
        f"""
        SELECT c.id, a.id
          FROM assets AS a
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
         WHERE {where}
         ORDER BY s.name, c.name, c.id, a.id""",
        parameters,
    ):
        gone.setdefault(collection_id, []).append(asset_id)
    tx.execute(
        f"DELETE FROM assets WHERE id IN (SELECT a.id FROM assets AS a WHERE {where})", parameters
    )
    for collection_id in gone:
        tx.touch(collection_id)
    return gone
