"""Bringing the collections of a source to what it offers (G-1, G-2, G-6)."""

from __future__ import annotations

from typing import NamedTuple

from retrovue.catalogue import mappings
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.matching import Match
from retrovue.found import FoundCollection
from retrovue.model import Collection


class Changes(NamedTuple):
    """What a discovery changed, as names of collections."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    missing: tuple[str, ...]
    restored: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(self)


def apply(tx: Tx, source_id: int, match: Match) -> Changes:
    """Write what the match says.

    New collections start with every flag off and unresolved mappings; known ones get external id,
    name, kind and locations; those no longer offered are marked missing and never deleted. No flag
    is turned on.
    """
    _renumber(tx, match)
    updated: list[str] = []
    restored: list[str] = []
    for old, offer in match.pairs:
        if _renew(tx, old, offer):
            (restored if old.missing_since else updated).append(offer.name)
    for offer in match.added:
        _add(tx, source_id, offer)
    for old in match.lost:
        _mark_missing(tx, old.id)
    return Changes(
        tuple(offer.name for offer in match.added),
        tuple(updated),
        tuple(old.name for old in match.lost),
        tuple(restored),
    )


def _renumber(tx: Tx, match: Match) -> None:
    """Let external ids follow their libraries; one that another library has now is given up."""
    offered = {offer.external_id for offer in (*match.added, *(p.offer for p in match.pairs))}
    moved = [(old, offer) for old, offer in match.pairs if old.external_id != offer.external_id]
    outdated = [old for old in match.gone if old.external_id in offered]
    for old in (*outdated, *(old for old, _ in moved)):  # all are free before one is taken
        _set_external_id(tx, old, _former(tx, old))
    for old, offer in moved:
        _set_external_id(tx, old, offer.external_id)


def _set_external_id(tx: Tx, collection: Collection, external_id: str) -> None:
    tx.execute(
        "UPDATE collections SET external_id = ?, updated_at = ? WHERE id = ?",
        (external_id, tx.now, collection.id),
    )
    tx.touch(collection.id)


def _former(tx: Tx, old: Collection) -> str:
    """An external id that says whose it was, and that no collection of the source has."""
    name = f"{old.external_id} until {tx.now}"
    rows = tx.execute("SELECT external_id FROM collections WHERE source_id = ?", (old.source_id,))
    taken = {row[0] for row in rows}
    names = (name, *(f"{name} ({number})" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in names if candidate not in taken)


def _add(tx: Tx, source_id: int, offer: FoundCollection) -> None:
    cursor = tx.execute(
        """
        INSERT INTO collections (source_id, external_id, name, kind, identity, size,
                                 not_ingestible_reason, created_at, updated_at)
        VALUES (:source_id, :external_id, :name, :kind, :identity, :size,
                'its locations are not mapped yet', :now, :now)""",
        {
            "source_id": source_id,
            "external_id": offer.external_id,
            "name": offer.name,
            "kind": offer.kind,
            "identity": offer.identity,
            "size": offer.size,
            "now": tx.now,
        },
    )
    collection_id = int(cursor.lastrowid or 0)
    mappings.sync_locations(tx, collection_id, offer.locations)
    tx.touch(collection_id)


def _renew(tx: Tx, old: Collection, offer: FoundCollection) -> bool:
    """Returns whether anything changed that is worth telling; what is not known of a library stays
    what it was, and identity and size are filled in without a word."""
    kind = old.kind if offer.kind is None else offer.kind
    identity = old.identity if offer.identity is None else offer.identity
    told = mappings.sync_locations(tx, old.id, offer.locations)
    told = told or (old.external_id, old.name, old.kind, old.missing_since) != (
        offer.external_id, offer.name, kind, None
    )  # fmt: skip
    if not told and old.identity == identity and old.size == offer.size:
        return False
    tx.execute(
        """
        UPDATE collections
           SET name = :name, kind = :kind, identity = :identity, missing_since = NULL,
               size = :size, updated_at = :now
         WHERE id = :id""",
        {
            "name": offer.name,
            "kind": kind,
            "identity": identity,
            "size": offer.size,
            "now": tx.now,
            "id": old.id,
        },
    )
    tx.touch(old.id)
    return told


def _mark_missing(tx: Tx, collection_id: int) -> None:
    tx.execute(
        """
        UPDATE collections
           SET missing_since = :now, ingestible = 0, updated_at = :now,
               not_ingestible_reason = 'the source no longer offers it'
         WHERE id = :id""",
        {"now": tx.now, "id": collection_id},
    )
    tx.touch(collection_id)
