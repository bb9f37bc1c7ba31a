"""Assets as their sources tell them, beneath what people and files say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.texts import read_object, read_texts
from retrovue.catalogue.works import identity
from retrovue.catalogue.works.identity import Traits
from retrovue.found import EDITABLE

_CHUNK = 1000
_FIELDS = ("kind", *EDITABLE)


class Told(NamedTuple):
    """An asset: its collection and work, whether it is missing, what it shows, what its source says
    (`fields`, with those that are `covered` by something else), its metadata and its traits."""

    id: int
    collection_id: int
    work_id: int | None
    missing: bool
    shown: Mapping[str, Any]
    fields: Mapping[str, Any]
    covered: frozenset[str]
    metadata: Mapping[str, Any]
    traits: Traits


def source_value(row: str, field: str) -> str:
    """SQL of what its source says of a field of a row of assets."""
    kept = f"FROM source_values AS v WHERE v.asset_id = {row}.id"
    return (
        f"CASE WHEN (SELECT json_type(v.fields, '$.{field}') {kept}) IS NULL THEN {row}.{field}"
        f" ELSE (SELECT json_extract(v.fields, '$.{field}') {kept}) END"
    )


def assets(connection: sqlite3.Connection, ids: Iterable[int]) -> Iterator[Told]:
    """The assets with these ids, those that there are."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        yield from _read(connection, wanted[start : start + _CHUNK])


def _read(connection: sqlite3.Connection, ids: list[int]) -> list[Told]:
    given = {"ids": json.dumps(ids)}
    paths: dict[int, list[str]] = {}
    sized: dict[int, bool] = {}
    for asset_id, size, path in connection.execute(
        """
        SELECT f.asset_id, f.size_bytes, rtrim(m.local_path, '/') || '/' || f.relative_path
          FROM json_each(:ids) AS j
         CROSS JOIN asset_files AS f ON f.asset_id = j.value
          JOIN path_mappings AS m ON m.id = f.path_mapping_id""",
        given,
    ):
        sized[asset_id] = sized.get(asset_id, True) and size is not None
        if path is not None:
            paths.setdefault(asset_id, []).append(path)
    columns = ", ".join(f"a.{name}" for name in _FIELDS)
    rows = connection.execute(
        f"""
        SELECT a.id, a.collection_id, w.work_id, a.missing_since IS NOT NULL, a.guids, a.metadata,
               a.fingerprint, v.fields, {columns}
          FROM json_each(:ids) AS j
         CROSS JOIN assets AS a ON a.id = j.value
          LEFT JOIN asset_works AS w ON w.asset_id = a.id
          LEFT JOIN source_values AS v ON v.asset_id = a.id""",
        given,
    ).fetchall()
    return [_told(row, paths.get(row[0], []), sized=sized.get(row[0], False)) for row in rows]


def _told(row: tuple[Any, ...], paths: list[str], *, sized: bool) -> Told:
    asset_id, collection_id, work_id, missing, guids, metadata, fingerprint, kept, *values = row
    shown = dict(zip(_FIELDS, values, strict=True))
    beneath = read_object(kept) if kept else {}
    beneath = {name: value for name, value in beneath.items() if name in EDITABLE}
    fields = {**shown, **beneath}
    known = read_object(metadata) if metadata != "{}" else {}
    traits = identity.of_asset(
        {**fields, "mark": known.get("mark")},
        read_texts(guids) if guids != "[]" else (),
        fingerprint.partition(" + ")[0] if sized and fingerprint else None,
        paths,
    )
    covered = frozenset(beneath)
    return Told(asset_id, collection_id, work_id, bool(missing), shown, fields, covered, known,
                traits)  # fmt: skip
