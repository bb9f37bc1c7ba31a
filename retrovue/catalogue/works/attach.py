"""Which assets are which work: worked out anew for what changed, before each commit.

An asset that is a work stays it, whatever its source says of it from then on; one that is new is
looked for among the works by the rungs of `identity`. Of one collection a second asset that is
there at the same time is another work, unless an id elsewhere says that it is the same.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from retrovue.catalogue.connection import Tx
from retrovue.catalogue.texts import read_object
from retrovue.catalogue.works import identity, overlay, told
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
    _renew(tx, _linked_in(tx, changed))
    link(tx, changed)
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


def _renew(tx: Tx, ids: set[int]) -> None:
    """Have works know what their assets tell now; an asset that has become another work than the
    others of its own is let go."""
    linked: dict[int, list[Told]] = defaultdict(list)
    rows = tx.execute(
        "SELECT asset_id FROM asset_works WHERE work_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(ids)),),
    ).fetchall()
    for asset in told.assets(tx.connection, (id_ for (id_,) in rows)):
        linked[asset.work_id or 0].append(asset)
    for work_id, traits in works(tx, ids).items():
        found = linked.get(work_id, [])
        strays = [asset for asset in found if identity.differ(traits, asset.traits)]
        if len(strays) < len(found):
            for stray in strays:
                tx.execute("DELETE FROM asset_works WHERE asset_id = ?", (stray.id,))
                tx.changed_assets.add(stray.id)
            found = [asset for asset in found if asset not in strays]
        store(tx, work_id, traits, identity.renewed(traits, [asset.traits for asset in found]))


def store(tx: Tx, work_id: int, before: Traits, now: Traits) -> None:
    """Write what a work is known by, where that is another than before."""
    if now != before:
        tx.execute(
            "UPDATE works SET identity = ?, updated_at = ? WHERE id = ?",
            (json.dumps(now.as_json(), ensure_ascii=False), tx.now, work_id),
        )


def link(tx: Tx, ids: Iterable[int]) -> None:
    """Find the works of assets that are none yet."""
    known = works(tx)
    if not known:
        return
    index = _index(known)
    new = [asset for asset in told.assets(tx.connection, ids) if asset.work_id is None]
    fits = [fit for asset in new for fit in _fit(asset, known, index)]
    by_work: dict[tuple[int, int], list[Fit]] = defaultdict(list)
    for fit in fits:
        by_work[fit.work_id, fit.asset.collection_id].append(fit)
    for (work_id, collection_id), found in by_work.items():
        for asset in _chosen(tx, work_id, collection_id, known[work_id], found):
            tx.execute("INSERT OR IGNORE INTO asset_works VALUES (?, ?)", (asset.id, work_id))
            tx.changed_assets.add(asset.id)
    _renew(tx, {work_id for work_id, _ in by_work})


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
        _tell_apart(tx, work_id, work, [fit.asset.traits for fit in found])
    if there:
        return []
    if len(present) <= 1:
        return [fit.asset for fit in found]
    one = identity.closer(work, {id_: asset.traits for id_, asset in present.items()})
    return [present[one]] if one is not None else []


def _tell_apart(tx: Tx, work_id: int, work: Traits, others: list[Traits]) -> None:
    """What several works of one collection have in common names none of them any more."""
    common = frozenset(key for other in others for key in work.facts & other.facts)
    if common - work.shared:
        store(tx, work_id, work, work._replace(shared=work.shared | common))
