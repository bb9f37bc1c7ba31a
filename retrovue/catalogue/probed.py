"""What files say of themselves: which are to be probed, and what the answers fill in.

`probes` keeps the facts of each file with its size and time, so that they come back without opening
it when an ingest has written its row anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue.columns import ID_MOST
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.filters import Filter, where
from retrovue.catalogue.sqlite_errors import TranslatingConnection
from retrovue.found import STREAM_KINDS
from retrovue.paths import join

_PAGE = 500  # files read at once
_NUMBERS = ("duration_ms", "width", "height")
_TEXTS = ("container", "video_codec", "audio_codec")
_OF_THE_FILE = "p.size_bytes IS f.size_bytes AND p.modified_at IS f.modified_at"
ANSWERED = f"p.error IS NULL AND {_OF_THE_FILE}"
"""SQL of whether a row `p` of probes has the facts of its file `f` as that is now."""


class Due(NamedTuple):
    """A file to probe: what its asset is, where it is here, and its size and time by which it is
    told whether it changed."""

    file_id: int
    kind: str
    path: str
    size_bytes: int | None
    modified_at: str | None


class Answer(NamedTuple):
    """What became of a file: its facts, or why there are none."""

    due: Due
    facts: Mapping[str, Any] | None
    error: str | None = None


def list_due(connection: TranslatingConnection, found: Filter, *, again: bool) -> int:
    """List the files of assets that are there, in mapped locations, that were never probed or are
    others by now, with `again` all of them; returns how many there are."""
    connection.executescript(
        "DROP TABLE IF EXISTS temp.due; CREATE TEMP TABLE due (file_id INTEGER PRIMARY KEY);"
    )
    wanted = where(connection.plain, found._replace(missing=False))
    known = "" if again else f"""
           AND NOT EXISTS (SELECT 1 FROM probes AS p
                            WHERE p.asset_file_id = f.id AND {_OF_THE_FILE})"""  # fmt: skip
    return connection.execute(
        f"""
        INSERT INTO temp.due
        SELECT f.id
          FROM assets AS a
          JOIN asset_files AS f ON f.asset_id = a.id
          JOIN path_mappings AS m ON m.id = f.path_mapping_id
         WHERE {wanted} {known}
           AND m.local_path IS NOT NULL AND m.excluded = 0 AND m.missing_since IS NULL""",
        wanted.parameters,
    ).rowcount


def due(connection: TranslatingConnection) -> Iterator[Due]:
    """The files that were listed, a page at a time."""
    last = 0
    while True:
        rows = connection.execute(
            """
            SELECT f.id, a.kind, m.local_path, f.relative_path, f.size_bytes, f.modified_at
              FROM temp.due AS d
              JOIN asset_files AS f ON f.id = d.file_id
              JOIN assets AS a ON a.id = f.asset_id
              JOIN path_mappings AS m ON m.id = f.path_mapping_id
             WHERE d.file_id > ? AND m.local_path IS NOT NULL
             ORDER BY d.file_id
             LIMIT ?""",
            (last, _PAGE),
        ).fetchall()
        if not rows:
            return
        for row in rows:
            yield Due(row[0], row[1], join(row[2], row[3]), row[4], row[5])
        last = rows[-1][0]


def store(tx: Tx, answers: Sequence[Answer]) -> None:
    """Keep what files said and fill it in; of files that are others by now, nothing."""
    ids = json.dumps([answer.due.file_id for answer in answers])
    which = "SELECT value FROM json_each(:ids)"
    _take_out(tx, which, {"ids": ids})
    for answer in answers:
        tx.execute(
            """
            INSERT INTO probes
              (asset_file_id, size_bytes, modified_at, probed_at, error, facts)
            SELECT f.id, f.size_bytes, f.modified_at, :now, :error, :facts
              FROM asset_files AS f
             WHERE f.id = :file AND f.size_bytes IS :size AND f.modified_at IS :modified
                ON CONFLICT (asset_file_id) DO UPDATE
               SET size_bytes = excluded.size_bytes, modified_at = excluded.modified_at,
                   probed_at = excluded.probed_at, error = excluded.error,
                   facts = excluded.facts""",
            {
                "file": answer.due.file_id,
                "size": answer.due.size_bytes,
                "modified": answer.due.modified_at,
                "now": tx.now,
                "error": answer.error,
                "facts": json.dumps(answer.facts or {}, ensure_ascii=False),
            },
        )
    _fill_in(tx, which, {"ids": ids})
    told = tx.execute(f"SELECT asset_id FROM asset_files WHERE id IN ({which})", {"ids": ids})
    tx.changed_assets.update(id_ for (id_,) in told)  # tags are laid over them before the commit


def refill(tx: Tx) -> None:
    """Fill in what is known of the files of the assets whose rows are staged: their importer knows
    nothing of it."""
    if tx.execute("SELECT 1 FROM probes LIMIT 1").fetchone() is None:
        return
    which = """
        SELECT f.id
          FROM temp.staged_assets AS s
         CROSS JOIN asset_files AS f ON f.asset_id = s.asset_id
         WHERE s.asset_id IS NOT NULL"""
    _fill_in(tx, which, {})


def _number(name: str, facts: str = "p.facts") -> str:
    """SQL of a number in an object of JSON, NULL where it is none that the file may hold."""
    value = f"json_extract({facts}, '$.{name}')"
    return (
        f"CASE WHEN json_type({facts}, '$.{name}') = 'integer'"
        f" AND {value} BETWEEN 0 AND {ID_MOST} THEN {value} END"
    )


def _text(name: str, facts: str = "p.facts") -> str:
    value = f"json_extract({facts}, '$.{name}')"
    return (
        f"CASE WHEN json_type({facts}, '$.{name}') = 'text'"
        f" AND {value} = substr({value}, 1, 1000) THEN {value} END"
    )


_FACTS = {name: _number(name) for name in _NUMBERS} | {name: _text(name) for name in _TEXTS}


def _take_out(tx: Tx, which: str, parameters: Mapping[str, Any]) -> None:
    """Take the facts of an earlier probe out of rows, for those of another one."""
    for name, value in _FACTS.items():
        tx.execute(
            f"""
            UPDATE asset_files AS f SET {name} = NULL
              FROM probes AS p
             WHERE p.asset_file_id = f.id AND f.id IN ({which}) AND f.{name} = {value}""",
            dict(parameters),
        )


def _fill_in(tx: Tx, which: str, parameters: Mapping[str, Any]) -> None:
    """Fill in the facts of the files that `which` is the ids of, where nothing stands."""
    given = dict(parameters)
    filled = ", ".join(f"{name} = coalesce(f.{name}, {sql})" for name, sql in _FACTS.items())
    tx.execute(
        f"""
        UPDATE asset_files AS f SET {filled}
          FROM probes AS p
         WHERE p.asset_file_id = f.id AND f.id IN ({which}) AND {ANSWERED}""",
        given,
    )
    _fill_streams(tx, which, given)
    tx.execute(
        f"""
        UPDATE assets SET duration_ms = whole.duration_ms
          FROM (SELECT f.asset_id, sum(f.duration_ms) AS duration_ms
                  FROM asset_files AS f
                 WHERE f.version = 1
                   AND f.asset_id IN (SELECT f.asset_id
                                        FROM probes AS p
                                        JOIN asset_files AS f ON f.id = p.asset_file_id
                                       WHERE f.id IN ({which}) AND {ANSWERED})
                 GROUP BY f.asset_id
                HAVING count(*) = count(f.duration_ms)) AS whole
         WHERE assets.id = whole.asset_id
           AND assets.duration_ms IS NULL
           AND whole.duration_ms BETWEEN 1 AND {ID_MOST}""",
        given,
    )


def _fill_streams(tx: Tx, which: str, given: dict[str, Any]) -> None:
    current = f"""
          FROM probes AS p
          JOIN asset_files AS f ON f.id = p.asset_file_id
         WHERE f.id IN ({which}) AND {ANSWERED}"""
    tx.execute(
        f"""
        DELETE FROM asset_streams
         WHERE path IS NULL AND asset_file_id IN (SELECT f.id {current})""",
        given,
    )
    kinds = ", ".join(f"'{kind}'" for kind in STREAM_KINDS)
    texts = ", ".join(_text(name, "s.value") for name in ("codec", "language"))
    tx.execute(
        f"""
        INSERT INTO asset_streams
          (asset_file_id, kind, codec, language, channels, hdr, is_default, forced)
        SELECT f.id, json_extract(s.value, '$.kind'), {texts}, {_number("channels", "s.value")},
               {_text("hdr", "s.value")},
               json_extract(s.value, '$.is_default') IS 1, json_extract(s.value, '$.forced') IS 1
          FROM probes AS p
          JOIN asset_files AS f ON f.id = p.asset_file_id
          JOIN json_each(p.facts, '$.streams') AS s
         WHERE f.id IN ({which}) AND {ANSWERED}
           AND s.type = 'object' AND json_extract(s.value, '$.kind') IN ({kinds})
         ORDER BY f.id, s.key""",
        given,
    )


def told(connection: sqlite3.Connection, asset_id: int) -> dict[int, dict[str, Any]]:
    """The `streams` of each file of an asset, and its `probe` as far as it is of the file as it is
    now, by the id of the file."""
    files: dict[int, dict[str, Any]] = {}
    rows = connection.execute(
        f"""
        SELECT f.id, p.probed_at, p.error
          FROM asset_files AS f
          LEFT JOIN probes AS p ON p.asset_file_id = f.id AND {_OF_THE_FILE}
         WHERE f.asset_id = ?""",
        (asset_id,),
    )
    for file_id, probed_at, error in rows:
        probe = None if probed_at is None else {"probed_at": probed_at, "error": error}
        files[file_id] = {"streams": [], "probe": probe}
    cursor = connection.execute(
        """
        SELECT s.asset_file_id, s.kind, s.codec, s.language, s.channels, s.hdr, s.is_default,
               s.forced, s.path
          FROM asset_streams AS s
          JOIN asset_files AS f ON f.id = s.asset_file_id
         WHERE f.asset_id = ?
         ORDER BY s.path IS NOT NULL, s.id""",
        (asset_id,),
    )
    names = [column[0] for column in cursor.description][1:]
    for file_id, *values in cursor:
        stream = dict(zip(names, values, strict=True))
        stream |= {name: bool(stream[name]) for name in ("is_default", "forced")}
        files[file_id]["streams"].append(stream)
    return files
