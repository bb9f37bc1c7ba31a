"""Marks and edits: what people say of a work, read and written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.texts import read_texts
from retrovue.catalogue.works import alike, attach, overlay, told
from retrovue.catalogue.works.told import Told
from retrovue.selectors import folded

UNSAID: Any = object()  # of a change that says nothing of a field


class Change(NamedTuple):
    """What is said anew: tags to add and to take away, and what else stays where it is UNSAID; None
    takes it away. A rating is 0 to 10."""

    tags: Sequence[str] = ()
    untags: Sequence[str] = ()
    rating: int | None = UNSAID
    note: str | None = UNSAID
    seen: bool | None = UNSAID


class Said(NamedTuple):
    """All that is said of a work. `assets` are the ids of those that are it, none where it waits
    for one; `edits` are by field, None for one that shall be empty."""

    work_id: int
    kind: str
    title: str
    tags: tuple[str, ...] = ()
    rating: int | None = None
    note: str | None = None
    seen: bool | None = None
    edits: Mapping[str, Any] = {}
    updated_at: str | None = None
    assets: tuple[int, ...] = ()

    @property
    def unmarked(self) -> bool:
        """Whether nothing is said but for edits."""
        return not self.tags and self.rating is None and self.note is None and self.seen is None

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return self.unmarked and not self.edits


def mark(tx: Tx, asset_id: int, change: Change) -> Said:
    """Say something of the work of an asset."""
    work_id = _work_of(tx, asset_id)
    said = of_work(tx.connection, work_id)
    gone = {folded(tag) for tag in (*change.untags, *change.tags)}
    kept = [tag for tag in said.tags if folded(tag) not in gone]
    added = {folded(tag): tag for tag in change.tags if tag.strip()}
    tags = [*kept, *(tag for key, tag in added.items() if key not in map(folded, change.untags))]
    told_anew: dict[str, Any] = {
        name: value
        for name, value in (("rating", change.rating), ("note", change.note), ("seen", change.seen))
        if value is not UNSAID
    }
    now = said._replace(tags=tuple(sorted(tags, key=folded)), **told_anew)
    tx.execute(
        """
        INSERT INTO marks (work_id, created_at, updated_at)
        SELECT :work, :now, :now
         WHERE NOT EXISTS (SELECT 1 FROM marks WHERE work_id = :work)""",
        {"work": work_id, "now": tx.now},
    )
    tx.execute(
        """
        UPDATE marks
           SET tags = :tags, rating = :rating, note = :note, seen = :seen, updated_at = :now
         WHERE work_id = :work""",
        {
            "work": work_id,
            "tags": json.dumps(now.tags, ensure_ascii=False),
            "rating": now.rating,
            "note": now.note,
            "seen": None if now.seen is None else int(now.seen),
            "now": tx.now,
        },
    )
    return _tidied(tx, work_id)


def edit(tx: Tx, asset_id: int, values: Mapping[str, Any], unset: Sequence[str]) -> Said:
    """Set fields of the work of an asset, which ingests leave alone from then on, or give them back
    to what its source says."""
    work_id = _work_of(tx, asset_id)
    for field in (*unset, *values):
        tx.execute("DELETE FROM edits WHERE work_id = ? AND field = ?", (work_id, field))
    for field, value in values.items():
        tx.execute(
            "INSERT INTO edits (work_id, field, value, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?)",
            (work_id, field, None if value is None else str(value), tx.now, tx.now),
        )
    ids = of_work(tx.connection, work_id).assets
    tx.changed_assets.update(ids)
    overlay.lay(tx, ids)
    return _tidied(tx, work_id)


def _work_of(tx: Tx, asset_id: int) -> int:
    """The work of an asset, made where it has none, with all other assets that are it."""
    (asset,) = told.assets(tx.connection, [asset_id])
    if asset.work_id is not None:
        return asset.work_id
    identity = json.dumps(asset.traits.as_json(), ensure_ascii=False)
    work_id = tx.execute(
        "INSERT INTO works (kind, title, identity, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
        (asset.traits.kind, _name(asset), identity, tx.now, tx.now),
    ).lastrowid
    assert work_id is not None
    tx.execute("INSERT INTO asset_works VALUES (?, ?)", (asset_id, work_id))
    attach.link(tx, alike.to(tx, [asset]))
    return work_id


def _name(asset: Told) -> str:
    """What a work is called while no asset is it."""
    fields = asset.fields
    number = "".join(
        f"{letter}{fields[name]:02}"
        for letter, name in (("S", "season"), ("E", "episode"))
        if fields[name] is not None
    )
    year = f"({fields['year']})" if fields["year"] is not None else ""
    words = (fields["series"], number, fields["artist"], fields["title"], year)
    return " ".join(str(word) for word in words if word)[:1000]


def _tidied(tx: Tx, work_id: int) -> Said:
    """What is said of a work now; one of which nothing is said is forgotten."""
    said = of_work(tx.connection, work_id)
    if said.unmarked:
        tx.execute("DELETE FROM marks WHERE work_id = ?", (work_id,))
    if said.empty:
        tx.execute("DELETE FROM works WHERE id = ?", (work_id,))
    return said


def of_work(connection: sqlite3.Connection, work_id: int) -> Said:
    """All that is said of one work."""
    return next(_said(connection, "k.id = :work", {"work": work_id}))


def of_asset(connection: sqlite3.Connection, asset_id: int) -> Said | None:
    """All that is said of the work of an asset, None where nothing is."""
    query = "k.id = (SELECT work_id FROM asset_works WHERE asset_id = :asset)"
    return next(_said(connection, query, {"asset": asset_id}), None)


def every(connection: sqlite3.Connection, *, waiting: bool = False) -> Iterator[Said]:
    """All that is said, by title; or only of works that no asset is now."""
    return _said(connection, "NOT EXISTS (SELECT 1 FROM asset_works AS w WHERE w.work_id = k.id)"
                 if waiting else "1", {})  # fmt: skip


def _said(
    connection: sqlite3.Connection, condition: str, parameters: Mapping[str, Any]
) -> Iterator[Said]:
    rows = connection.execute(
        f"""
        SELECT k.id, k.kind, k.title, y.tags, y.rating, y.note, y.seen,
               max(k.created_at, ifnull(y.updated_at, ''),
                   ifnull((SELECT max(updated_at) FROM edits WHERE work_id = k.id), '')),
               (SELECT group_concat(asset_id)
                  FROM (SELECT asset_id FROM asset_works WHERE work_id = k.id ORDER BY asset_id))
          FROM works AS k
          LEFT JOIN marks AS y ON y.work_id = k.id
         WHERE {condition}
         ORDER BY lower(k.title), k.id""",
        dict(parameters),
    ).fetchall()
    for work_id, kind, title, tags, rating, note, seen, at, assets in rows:
        yield Said(
            work_id,
            kind,
            title,
            tuple(read_texts(tags)) if tags else (),
            rating,
            note,
            None if seen is None else bool(seen),
            overlay.edits_of(connection, work_id),
            at,
            tuple(map(int, assets.split(","))) if assets else (),
        )
