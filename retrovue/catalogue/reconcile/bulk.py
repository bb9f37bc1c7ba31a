"""Adding very many assets: the triggers that look at each row by itself are out meanwhile, and what
they state of one row the gate states of all new rows at once.

DDL is part of the transaction, which alone holds the write lock: nobody sees the file without its
triggers, whatever ends it puts them back, and another writer waits and meets them afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from retrovue.catalogue import search, versions
from retrovue.catalogue.connection import Tx

MANY = 1000  # new assets from which on it pays
TRIGGERS = (  # beside the constraints, what they state stands in RULES and IN_BULK
    "assets_insert",
    "assets_inserted",
    "assets_forms",
    "assets_extra_of_insert",
    "asset_files_insert",
    "asset_files_forms",
    "assets_search_insert",
    "asset_files_search_insert",
    "collections_update",
)


def prepare(added: int) -> None:
    """Find out what the triggers should be, before the write lock is taken: it takes longer than
    most transactions."""
    if added >= MANY:
        versions.expected()


@contextmanager
def without_row_triggers(tx: Tx, collection_id: int, added: int) -> Iterator[None]:
    """Add so many assets to a collection, with their files, and count them at the end. Where one of
    the triggers is not there, or not as it should be, all of them stay."""
    taken = _taken_out(tx) if added >= MANY else {}
    yield
    if not taken:
        return
    tx.execute(
        "UPDATE collections SET revision = revision + 1, asset_count = asset_count + :added"
        " WHERE id = :id",
        {"added": added, "id": collection_id},
    )
    if tx.new_assets is not None:
        search.add_new(tx, tx.new_assets)
    for sql in taken.values():
        tx.execute(sql)
    tx.in_bulk = True


def _taken_out(tx: Tx) -> dict[str, str]:
    """Take the triggers out; returns their texts."""
    there, ours = versions.objects(tx.connection), versions.expected()
    found = {name: there.get(("trigger", name), "") for name in TRIGGERS}
    if any(sql != ours["trigger", name] for name, sql in found.items()):
        return {}
    for name in found:
        tx.execute(f"DROP TRIGGER {name}")
    return found
