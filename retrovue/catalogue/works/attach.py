"""Which assets are which work: worked out anew for what changed, before each commit.

An asset that is a work stays it, whatever its source says of it from then on; one that is new is
looked for among the works by the rungs of `identity`. Of one collection a second asset that is
there at the same time is another work, unless an id elsewhere says that it is the same.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.texts import read_object
from retrovue.catalogue.works import alike, identity, overlay, told
from retrovue.catalogue.works.identity import RUNGS, Traits
from retrovue.catalogue.works.told import Told

_SURE = RUNGS.index("guids")


class Fit(NamedTuple):
    """An asset that may be a work, and the rung that says so."""

    asset: Told
    work_id: int
    rung: int


def catch_up(tx: Tx) -> None:
    """Bring works, and what assets show, up to date with what was changed in the transaction, and
    by scripts before it. Costs two looks where nobody marked or probed anything."""
    if not has_any(tx):
        return
    changed = _changed(tx)
    gained = _renew(tx, _linked_in(tx, changed), told_anew=changed)
    found = changed | tx.changed_assets
    while gained or found:
        gained = link(tx, found | alike.to(tx, gained))
        found = set()
    overlay.lay(tx, changed | tx.changed_assets)


def has_any(tx: Tx) -> bool:
    """Whether anything is said of any work or file."""
    query = "SELECT EXISTS (SELECT 1 FROM works) OR EXISTS (SELECT 1 FROM probes)"
    return bool(tx.execute(query).fetchone()[0])


def _changed(tx: Tx) -> set[int]:
    rows = tx.execute(
        "SELECT asset_id FROM search_pending UNION SELECT id FROM assets WHERE id > :above",
        {"above": tx.new_assets if tx.new_assets is not None else 2**63 - 1},
    )
    return tx.changed_assets | {id_ for (id_,) in rows}


def _linked_in(tx: Tx, changed: set[int]) -> set[int]:
    """The works of the collections that were touched, and of what changed."""
    found: set[int] = set()
    for collection_id in tx.touched:
        found.update(
            work_id
            for (work_id,) in tx.execute(
                """
                SELECT w.work_id
                  FROM asset_works AS w CROSS JOIN assets AS a ON a.id = w.asset_id
                 WHERE a.collection_id = ?""",
                (collection_id,),
            )
        )
    rows = tx.execute(
        "SELECT w.work_id FROM json_each(?) AS j JOIN asset_works AS w ON w.asset_id = j.value",
        (json.dumps(sorted(changed)),),
    )
    return found.union(work_id for (work_id,) in rows)


def works(tx: Tx, ids: Iterable[int] | None = None) -> dict[int, Traits]:
    """The traits of works by id, of all where none are named."""
    wanted = "" if ids is None else "WHERE id IN (SELECT value FROM json_each(:ids))"
    given = {"ids": json.dumps(sorted(ids))} if ids is not None else {}
    rows = tx.execute(f"SELECT id, kind, identity FROM works {wanted}", given)
    return {id_: identity.from_json(kind, read_object(said)) for id_, kind, said in rows.fetchall()}


def _renew(tx: Tx, ids: set[int], *, told_anew: AbstractSet[int] = frozenset()) -> list[Told]:
    """Have works know what their assets tell now, and let go of assets that became another work;
    returns the assets of works that are known by something new. What was not `told_anew` by its
    source can have other paths, but was not replaced."""
    linked: dict[int, list[Told]] = defaultdict(list)
    rows = tx.execute(
        "SELECT asset_id FROM asset_works WHERE work_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(ids)),),
    ).fetchall()
    for asset in told.assets(tx.connection, (id_ for (id_,) in rows)):
        linked[asset.work_id or 0].append(asset)
    gained: list[Told] = []
    for work_id, before in works(tx, ids).items():
        found = linked.get(work_id, [])
        kept = _still(before, [asset for asset in found
                               if asset.id not in told_anew
                               or not identity.replaced(before, asset.traits)])  # fmt: skip
        kept, others = _one_a_collection(before, kept)
        for asset in found:
            if asset not in kept:
                tx.execute("DELETE FROM asset_works WHERE asset_id = ?", (asset.id,))
                tx.changed_assets.add(asset.id)
        now = identity.renewed(before, [asset.traits for asset in kept])
        common = (identity.in_common(now, other.traits) for other in others)
        now = now._replace(shared=now.shared.union(*common))
        store(tx, work_id, before, now)
        if any(now.on(rung) - before.on(rung) for rung in RUNGS):
            gained += kept
    return gained


def _still(work: Traits, found: list[Told]) -> list[Told]:
    """Of the assets of a work those that are it still: where all that are there became another, the
    work goes with the first of them."""
    there = [asset for asset in found if not asset.missing] or found
    same = [asset for asset in there if not identity.differ(work, asset.traits)] or there[:1]
    now = identity.renewed(work, [asset.traits for asset in same])
    return [asset for asset in found if asset in same or not identity.differ(now, asset.traits)]


def _one_a_collection(work: Traits, found: list[Told]) -> tuple[list[Told], list[Told]]:
    """The assets that may be one work, and those that are another since their collection has both
    at the same time; what has an id elsewhere of the work, and what came first, goes before."""
    by_collection: dict[int, list[Told]] = defaultdict(list)
    for asset in found:
        if not asset.missing:
            by_collection[asset.collection_id].append(asset)
    others = []
    for there in by_collection.values():
        first = min(there, key=lambda asset: (not work.guids & asset.traits.guids, asset.id))
        others += [
            asset
            for asset in there
            if asset is not first and not first.traits.guids & asset.traits.guids
        ]
    return [asset for asset in found if asset not in others], others


def store(tx: Tx, work_id: int, before: Traits, now: Traits) -> None:
    """Write what a work is known by, where that is another than before."""
    if now != before:
        tx.execute(
            "UPDATE works SET kind = ?, identity = ?, updated_at = ? WHERE id = ?",
            (now.kind, json.dumps(now.as_json(), ensure_ascii=False), tx.now, work_id),
        )


def link(tx: Tx, ids: Iterable[int]) -> list[Told]:
    """Find the works of assets that are none yet; returns the assets of works that are known by
    something new."""
    new = [asset for asset in told.assets(tx.connection, ids) if asset.work_id is None]
    known = works(tx) if new else {}
    if not known:
        return []
    index = _index(known)
    fits = [fit for asset in new for fit in _fit(asset, known, index)]
    by_work: dict[tuple[int, int], list[Fit]] = defaultdict(list)
    for fit in fits:
        by_work[fit.work_id, fit.asset.collection_id].append(fit)
    for (work_id, collection_id), found in by_work.items():
        for asset in _chosen(tx, work_id, collection_id, known[work_id], found):
            tx.execute("INSERT OR IGNORE INTO asset_works VALUES (?, ?)", (asset.id, work_id))
            tx.changed_assets.add(asset.id)
    return _renew(tx, {work_id for work_id, _ in by_work})


def _index(known: dict[int, Traits]) -> dict[tuple[int, str], list[int]]:
    index: dict[tuple[int, str], list[int]] = defaultdict(list)
    for work_id, traits in known.items():
        for number, rung in enumerate(RUNGS):
            for key in traits.on(rung) - traits.shared:
                index[number, key].append(work_id)
    return index


def _fit(
    asset: Told, known: dict[int, Traits], index: dict[tuple[int, str], list[int]]
) -> list[Fit]:
    """The work of an asset on the surest rung where it is one alone; where it fits several, the one
    that a lower rung names."""
    left: set[int] | None = None
    for number, rung in enumerate(RUNGS):
        found = {
            work_id
            for key in asset.traits.on(rung)
            for work_id in index.get((number, key), ())
            if not identity.differ(known[work_id], asset.traits)
        }
        found = found if left is None else found & left
        if len(found) == 1:
            return [Fit(asset, found.pop(), number)]
        left = found or left
    return []


def _chosen(tx: Tx, work_id: int, collection_id: int, work: Traits, found: list[Fit]) -> list[Told]:
    """Which of the assets of one collection that fit a work are it."""
    sure = [fit.asset for fit in found if fit.rung == _SURE]
    if sure:
        return sure
    there = tx.execute(
        """
        SELECT count(*)
          FROM asset_works AS w JOIN assets AS a ON a.id = w.asset_id
         WHERE w.work_id = ? AND a.collection_id = ? AND a.missing_since IS NULL""",
        (work_id, collection_id),
    ).fetchone()[0]
    present = {fit.asset.id: fit.asset for fit in found if not fit.asset.missing}
    if there or len(present) > 1:
        _tell_apart(tx, work_id, work, [asset.traits for asset in present.values()])
    if there:
        return []
    fitting = present or {fit.asset.id: fit.asset for fit in found}
    if len(fitting) == 1:
        return list(fitting.values())
    one = identity.closer(work, {id_: asset.traits for id_, asset in fitting.items()})
    return [fitting[one]] if one is not None else []


def _tell_apart(tx: Tx, work_id: int, work: Traits, others: list[Traits]) -> None:
    """What several works of one collection have in common names none of them any more."""
    known = works(tx, [work_id])[work_id]
    common = (identity.in_common(work, other) for other in others)
    store(tx, work_id, known, known._replace(shared=known.shared.union(*common)))
