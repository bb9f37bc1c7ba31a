"""What an ingest changes, asset by asset: ids from the staging tables, and how they read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.sqlite_errors import TranslatingConnection
from retrovue.ids import Ids
from retrovue.model import CHANGES, Change

_CHUNK = 500  # assets that are named with one query
PLACES = 1000  # moved assets of which the place they came from is kept


class Changes(NamedTuple):
    """The ids of the assets that changed, for each word of `CHANGES`, where moved ones were, and
    how many of them show what somebody edited."""

    ids: Mapping[Change, Ids] = {}
    moved_from: Mapping[int, str | None] = {}
    edited: int = 0

    def as_json(self) -> dict[str, Any]:
        """As it stands in the history: ids as ranges, words without any left out."""
        said: dict[str, Any] = {word: ids.as_json() for word, ids in self.ids.items() if ids}
        if self.moved_from:
            said["moved_from"] = {str(id_): place for id_, place in self.moved_from.items()}
        return said

    @classmethod
    def from_json(cls, value: Any) -> Changes:
        """Of what stands in the history, which a script may have written."""
        said = value if isinstance(value, dict) else {}
        places = said.get("moved_from")
        pairs = places.items() if isinstance(places, dict) else ()
        return cls(
            {word: Ids.from_json(said.get(word)) for word in CHANGES},
            {int(id_): place for id_, place in pairs if id_.isdecimal() and len(id_) < 19},
        )

    def placed(self, base: int | None) -> Changes:
        """With the ids that new assets got: those above `base`, the highest one before."""
        added = self.ids["added"].shifted(base or 0)
        return self._replace(ids={**self.ids, "added": added})


class Item(NamedTuple):
    """An asset as a report names it; one that is no longer there has neither kind nor title.
    `moved_from` is where the first file of a moved one was."""

    id: int
    kind: str | None = None
    title: str | None = None
    series: str | None = None
    season: int | None = None
    episode: int | None = None
    artist: str | None = None
    path: str | None = None
    moved_from: str | None = None


def staged(connection: TranslatingConnection) -> Changes:
    """What a compared scan will change; the ids of `added` are numbers in the order of staging,
    until the assets are `placed`."""
    found: dict[Change, str] = {
        "added": "SELECT n FROM temp.staged_assets WHERE asset_id IS NULL ORDER BY n",
        "updated": _staged("updated"),
        "moved": _staged("moved"),
        "missing": "SELECT asset_id FROM temp.missing ORDER BY asset_id",
        "restored": f"SELECT asset_id FROM temp.restored UNION ALL {_staged('restored')}",
    }
    ids = {word: Ids.of(id_ for (id_,) in connection.execute(sql)) for word, sql in found.items()}
    return Changes(ids, _places(connection) if ids["moved"] else {}, _edited(connection))


def _edited(connection: TranslatingConnection) -> int:
    """How many known assets are staged that somebody edited; none is looked at where nobody did."""
    return int(
        connection.execute("""
            SELECT count(*)
              FROM temp.staged_assets
             WHERE EXISTS (SELECT 1 FROM edits)
               AND asset_id IN (SELECT w.asset_id
                                  FROM edits AS e JOIN asset_works AS w ON w.work_id = e.work_id)
            """).fetchone()[0]
    )


def _staged(change: Change) -> str:
    return f"""
        SELECT asset_id
          FROM temp.staged_assets
         WHERE change = '{change}' AND asset_id IS NOT NULL
         ORDER BY 1"""


_PATH = """(SELECT m.local_path
              FROM media AS m
             WHERE m.asset_id = a.id
             ORDER BY m.version, m.part
             LIMIT 1)"""


def _places(connection: TranslatingConnection) -> dict[int, str | None]:
    rows = connection.execute(
        f"""
        SELECT a.id, {_PATH}
          FROM temp.staged_assets AS s
         CROSS JOIN assets AS a ON a.id = s.asset_id
         WHERE s.change = 'moved'
         ORDER BY a.id
         LIMIT :places""",
        {"places": PLACES},
    )
    return dict(rows.fetchall())


def items(
    connection: sqlite3.Connection, ids: Ids, moved_from: Mapping[int, str | None]
) -> Iterator[Item]:
    """The assets with these ids as they are now, in order of id."""
    for part in ids.ranges:
        for start in range(part.start, part.stop, _CHUNK):
            chunk = range(start, min(start + _CHUNK, part.stop))
            there = {item.id: item for item in _read(connection, chunk)}
            for id_ in chunk:
                yield there.get(id_, Item(id_))._replace(moved_from=moved_from.get(id_))


def _read(connection: sqlite3.Connection, chunk: range) -> list[Item]:
    rows = connection.execute(
        f"""
        SELECT a.id, a.kind, a.title, a.series, a.season, a.episode, a.artist, {_PATH}
          FROM assets AS a
         WHERE a.id BETWEEN :first AND :last""",
        {"first": chunk.start, "last": chunk.stop - 1},
    ).fetchall()
    return [Item._make((*row, None)) for row in rows]
