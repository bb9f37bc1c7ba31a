"""Assets as their sources tell them, beneath what people and files say."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.texts import read_object, read_texts
from retrovue.catalogue.works import identity
from retrovue.catalogue.works.identity import Traits
from retrovue.found import EDITABLE

_CHUNK = 1000
CONTENT = "nullif(f.size_bytes, 0) || ' ' || f.modified_at"
PATH = "rtrim(m.local_path, '/') || '/' || f.relative_path"
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
    paths: dict[int, list[str]] = defaultdict(list)
    contents: dict[int, list[str]] = defaultdict(list)
    for asset_id, content, path in connection.execute(
        f"""
        SELECT f.asset_id, {CONTENT}, {PATH}
          FROM json_each(:ids) AS j
         CROSS JOIN asset_files AS f ON f.asset_id = j.value
          JOIN path_mappings AS m ON m.id = f.path_mapping_id""",
        given,
    ):
        paths[asset_id] += [path] if path is not None else []
        contents[asset_id] += [content] if content is not None else []
    columns = ", ".join(f"a.{name}" for name in _FIELDS)
    rows = connection.execute(
        f"""
        SELECT a.id, a.collection_id, w.work_id, a.missing_since IS NOT NULL, a.guids, a.metadata,
               s.type, v.fields, {columns}
          FROM json_each(:ids) AS j
         CROSS JOIN assets AS a ON a.id = j.value
          LEFT JOIN collections AS c ON c.id = a.collection_id
          LEFT JOIN sources AS s ON s.id = c.source_id
          LEFT JOIN asset_works AS w ON w.asset_id = a.id
          LEFT JOIN source_values AS v ON v.asset_id = a.id""",
        given,
    ).fetchall()
    return [_told(row, contents[row[0]], paths[row[0]]) for row in rows]


def _told(row: tuple[Any, ...], contents: list[str], paths: list[str]) -> Told:
    asset_id, collection_id, work_id, missing, guids, metadata, type_, kept, *values = row
    shown = dict(zip(_FIELDS, values, strict=True))
    beneath = read_object(kept) if kept else {}
    beneath = {name: value for name, value in beneath.items() if name in EDITABLE}
    fields = {**shown, **beneath}
    known = read_object(metadata) if metadata != "{}" else {}
    ids = read_texts(guids) if guids != "[]" else []
    if type_ == "filesystem" and fields["kind"] == "episode" and "nfo" not in known:
        ids = [f"show+{id_}" for id_ in ids]  # folders are called by the id of the show
    traits = identity.of_asset({**fields, "mark": known.get("mark")}, ids, contents, paths)
    covered = frozenset(beneath)
    return Told(asset_id, collection_id, work_id, bool(missing), shown, fields, covered, known,
                traits)  # fmt: skip
