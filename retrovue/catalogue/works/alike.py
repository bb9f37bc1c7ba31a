"""The assets that may be the same work as others: those worth a closer look, found in SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.works.told import CONTENT, PATH, Told, source_value

_NUMBERS = ("year", "season", "episode", "disc", "track")


def _numbers(value: Callable[[str, str], str]) -> str:
    return ", ".join(["a.kind", *(f"ifnull({value('a', name)}, '')" for name in _NUMBERS)])


_IN = "IN (SELECT value FROM json_each(:given))"
_EACH = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(1 + len(_NUMBERS)))
_SAME_NUMBERS = f"""
    SELECT a.id FROM assets AS a
     WHERE ({_numbers(lambda row, name: f"{row}.{name}")})
        IN (SELECT {_EACH} FROM json_each(:given))
    UNION
    SELECT a.id FROM source_values AS v JOIN assets AS a ON a.id = v.asset_id
     WHERE ({_numbers(source_value)}) IN (SELECT {_EACH} FROM json_each(:given))"""
_SAME_IDS = f"""
    SELECT a.id FROM assets AS a, json_each(a.guids) AS g
     WHERE a.guids <> '[]' AND json_valid(a.guids) AND lower(g.value) {_IN}"""
_SAME_CONTENTS = f"SELECT f.asset_id FROM asset_files AS f WHERE {CONTENT} {_IN}"
_SAME_PATHS = f"""
    SELECT f.asset_id FROM asset_files AS f JOIN path_mappings AS m ON m.id = f.path_mapping_id
     WHERE {PATH} {_IN}"""


def to(tx: Tx, assets: Sequence[Told]) -> set[int]:
    """The ids of assets that are no work yet and have numbers, an id elsewhere, a file or a path in
    common with one of these."""
    traits = [asset.traits for asset in assets]
    numbers = [_of(asset) for asset in assets if asset.traits.facts]
    ids = [guid.partition("|")[0].removeprefix("show+") for each in traits for guid in each.guids]
    looks: tuple[tuple[str, list[Any]], ...] = (
        (_SAME_NUMBERS, numbers),
        (_SAME_IDS, ids),
        (_SAME_CONTENTS, [content for each in traits for content in each.contents]),
        (_SAME_PATHS, [path for each in traits for path in each.paths]),
    )
    found: set[int] = set()
    for sql, given in looks:
        if given:
            rows = tx.execute(
                f"SELECT * FROM ({sql}) EXCEPT SELECT asset_id FROM asset_works",
                {"given": json.dumps(given)},
            )
            found.update(id_ for (id_,) in rows)
    return found


def _of(asset: Told) -> list[Any]:
    said = [asset.fields[name] for name in ("kind", *_NUMBERS)]
    return ["" if value is None else value for value in said]
