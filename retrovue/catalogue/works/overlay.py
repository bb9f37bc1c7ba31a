"""The fields of an asset that somebody or something says beside its source.

Of one field, yours comes first, then an NFO file, the tags of the file, the server, and the name;
what its importer says is of an NFO where `metadata.nfo` names the field. `source_values` keeps what
the source says of the fields that show something else, so that each can be given back at once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.probed import ANSWERED
from retrovue.catalogue.texts import read_object
from retrovue.catalogue.works import told
from retrovue.catalogue.works.told import Told
from retrovue.found import EDITABLE, NUMBERS

_TAGGED = {
    "track": ("title", "artist", "album", "disc", "track", "year"),
    "photo": ("released_on",),
}


def lay(tx: Tx, ids: Iterable[int]) -> None:
    """Have assets show what people and files say of them, and else what their source says."""
    for asset in told.assets(tx.connection, _said_of(tx, ids)):
        _lay(tx, asset)


def _said_of(tx: Tx, ids: Iterable[int]) -> list[int]:
    """Those of the assets that show something else than their source says, or may have to."""
    rows = tx.execute(
        """
        SELECT value
          FROM json_each(?)
         WHERE value IN (SELECT asset_id FROM asset_works)
            OR value IN (SELECT asset_id FROM source_values)
            OR EXISTS (SELECT 1
                         FROM asset_files AS f JOIN probes AS p ON p.asset_file_id = f.id
                        WHERE f.asset_id = value)""",
        (json.dumps(sorted(ids)),),
    )
    return [id_ for (id_,) in rows.fetchall()]


def _lay(tx: Tx, asset: Told) -> None:
    said = {**tags_of(tx.connection, asset), **edits_of(tx.connection, asset.work_id)}
    over = {name: value for name, value in said.items() if asset.fields[name] != value}
    due = {name: over.get(name, asset.fields[name]) for name in EDITABLE}
    changed = {name: value for name, value in due.items() if asset.shown[name] != value}
    if changed:
        sets = ", ".join(f"{name} = :{name}" for name in changed)
        tx.execute(
            f"UPDATE assets SET {sets}, updated_at = :now WHERE id = :id",
            {**changed, "now": tx.now, "id": asset.id},
        )
    if over.keys() != asset.covered or changed:
        _keep(tx, asset, over)


def _keep(tx: Tx, asset: Told, over: Mapping[str, Any]) -> None:
    tx.execute("DELETE FROM source_values WHERE asset_id = ?", (asset.id,))
    if over:
        beneath = json.dumps({name: asset.fields[name] for name in over}, ensure_ascii=False)
        tx.execute("INSERT INTO source_values VALUES (?, ?)", (asset.id, beneath))


def edits_of(connection: sqlite3.Connection, work_id: int | None) -> dict[str, Any]:
    """What people set of a work, by field; a field of a number is one."""
    rows = connection.execute("SELECT field, value FROM edits WHERE work_id = ?", (work_id,))
    edits = {}
    for field, value in rows:
        number = field in NUMBERS and value is not None
        if number and not (value.isdecimal() and len(value) < 16):
            continue  # a script wrote it
        if field == "title" and not value:
            continue
        edits[field] = int(value) if number else value
    return edits


def tags_of(connection: sqlite3.Connection, asset: Told) -> dict[str, Any]:
    """What the first file of an asset says of it, of fields that no NFO told."""
    names = _TAGGED.get(asset.traits.kind, ())
    if not names:
        return {}
    row = connection.execute(
        f"""
        SELECT p.facts
          FROM asset_files AS f JOIN probes AS p ON p.asset_file_id = f.id
         WHERE f.asset_id = ? AND {ANSWERED}
         ORDER BY f.version, f.part
         LIMIT 1""",
        (asset.id,),
    ).fetchone()
    facts = read_object(row[0]) if row else {}
    tags = facts.get("tags")
    said = {**(tags if isinstance(tags, dict) else {}), "released_on": facts.get("taken_on")}
    of_nfo = _told_by_nfo(asset)
    return {
        name: said[name] for name in names if name not in of_nfo and _fits(name, said.get(name))
    }


def _told_by_nfo(asset: Told) -> list[Any]:
    """The fields that an NFO said of an asset."""
    nfo = asset.metadata.get("nfo")
    return nfo if isinstance(nfo, list) else []


def _fits(name: str, value: Any) -> bool:
    return type(value) is int if name in NUMBERS else type(value) is str and bool(value.strip())


def origins(connection: sqlite3.Connection, asset_id: int) -> dict[str, dict[str, Any]]:
    """Where each field of an asset comes from, by field: `origin` is yours, nfo, tags, server or
    name, `source_value` what its source says where that is something else."""
    (asset,) = told.assets(connection, [asset_id])
    row = connection.execute(
        """
        SELECT s.type
          FROM assets AS a
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
         WHERE a.id = ?""",
        (asset_id,),
    ).fetchone()
    own = "name" if row[0] == "filesystem" else "server"
    of_nfo = _told_by_nfo(asset)
    edits, tags = edits_of(connection, asset.work_id), tags_of(connection, asset)
    found: dict[str, dict[str, Any]] = {}
    for name in EDITABLE:
        origin = "yours" if name in edits else "tags" if name in tags else None
        origin = origin or ("nfo" if name in of_nfo else own)
        if asset.shown[name] is None and origin != "yours":
            continue
        found[name] = {"origin": origin}
        if name in asset.covered:
            found[name]["source_value"] = asset.fields[name]
    return found
