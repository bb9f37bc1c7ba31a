"""Comparing a staged scan with what is known."""

from __future__ import annotations

from typing import NamedTuple

from retrovue.catalogue import moves
from retrovue.catalogue.saying import Speaking
from retrovue.catalogue.staging import Staging, count


class Comparison(NamedTuple):
    """What a scan means for a collection: counts, and how many assets were there to be missed."""

    added: int
    updated: int
    restored: int
    moved: int
    missing: int
    present: int

    @property
    def loses_too_much(self) -> bool:
        """Whether all, or more than half and more than 20, of the known assets would go missing:
        what an unmounted disk looks like."""
        all_gone = self.missing > 0 and self.missing == self.present
        return all_gone or (self.missing > 20 and self.missing * 2 > self.present)


def compare(staging: Staging, complete: bool) -> Comparison:
    """Work out what is missing and what moved; only a `complete` scan knows either."""
    connection = staging.connection
    connection.execute("BEGIN")
    try:
        present = _present(staging)
        if complete:
            _find_what_is_gone(staging)
        else:
            _doubt_folders(staging)
        changes = _changes(connection)
        return Comparison(
            added=changes.get("added", 0),
            updated=changes.get("updated", 0),
            restored=changes.get("restored", 0) + count(connection, "temp.restored"),
            moved=changes.get("moved", 0),
            missing=count(connection, "temp.missing"),
            present=present,
        )
    finally:
        connection.execute("COMMIT")


def _find_what_is_gone(staging: Staging) -> None:
    swapped = moves.doubt_swapped(staging.connection, _EXCLUDED)
    some_missing = swapped or not _all_seen(staging)
    some_gone = _may_be_gone(staging)
    if some_missing or some_gone:
        staging.list_met()
    if some_gone:
        _find_gone_folders(staging)
    if some_missing:
        _find_missing(staging)
        moves.find(staging.connection)


def _may_be_gone(staging: Staging) -> bool:
    """Whether a known folder was not come by; while a location is excluded none is forgotten."""
    collection = staging.collection
    if any(mapping.excluded for mapping in collection.mappings):
        return False
    known = count(staging.connection, f"folders WHERE collection_id = {collection.id}")
    return len(staging.met) < known


def _changes(connection: Speaking) -> dict[str, int]:
    """How many staged assets there are of each kind of change, in one pass over them."""
    rows = connection.execute("SELECT change, count(*) FROM temp.staged_assets GROUP BY change")
    return dict(rows.fetchall())


def _all_seen(staging: Staging) -> bool:
    """Whether the scan came by as many assets as are present, so that none can be missing. One that
    strayed from its folder may count twice, by itself and with that folder."""
    if staging.strayed:
        return False
    present = staging.collection.asset_count - staging.collection.missing_count
    return staging.present_seen + staging.assets_in_unchanged_folders == present


def _present(staging: Staging) -> int:
    """How many assets could be missed: those not missing already, and not below an excluded
    location."""
    collection = staging.collection
    present = collection.asset_count - collection.missing_count
    if not any(mapping.excluded for mapping in collection.mappings):
        return present
    excluded = staging.connection.execute(
        f"SELECT count(*) FROM assets AS a WHERE a.collection_id = :collection"
        f" AND a.missing_since IS NULL AND {_EXCLUDED}",
        {"collection": collection.id},
    ).fetchone()[0]
    return present - int(excluded)


_EXCLUDED = """EXISTS (SELECT 1 FROM asset_files AS f
                         JOIN path_mappings AS m ON m.id = f.path_mapping_id
                        WHERE f.asset_id = a.id AND m.excluded = 1)"""


def _find_missing(staging: Staging) -> None:
    """What was neither seen itself nor lies in a folder that was come by and not read."""
    staging.list_seen()
    staging.connection.execute("""
        DELETE FROM temp.met_folders
         WHERE folder_id IN (SELECT folder_id FROM temp.staged_folders)""")
    staging.connection.execute(
        f"""
        INSERT INTO temp.missing (asset_id)
        SELECT a.id
          FROM assets AS a
         WHERE a.collection_id = :collection
           AND a.missing_since IS NULL
           AND NOT EXISTS (SELECT 1 FROM temp.seen WHERE asset_id = a.id)
           AND NOT EXISTS (SELECT 1 FROM temp.met_folders WHERE folder_id = a.folder_id)
           AND NOT {_EXCLUDED}""",
        {"collection": staging.collection.id},
    )


def _find_gone_folders(staging: Staging) -> None:
    staging.connection.execute(
        """
        INSERT INTO temp.gone_folders (folder_id)
        SELECT id
          FROM folders
         WHERE collection_id = :collection
           AND id NOT IN (SELECT folder_id FROM temp.met_folders)""",
        {"collection": staging.collection.id},
    )


def _doubt_folders(staging: Staging) -> None:
    """In a scan that says nothing of what is missing, let a folder that was read be read again if
    something known in it was not seen: its fingerprint would say that it is there."""
    staging.list_seen()
    staging.connection.execute("""
        UPDATE temp.staged_folders
           SET fingerprint = NULL
         WHERE EXISTS (SELECT 1 FROM assets AS a
                        WHERE a.folder_id = staged_folders.folder_id
                          AND a.missing_since IS NULL
                          AND NOT EXISTS (SELECT 1 FROM temp.seen WHERE asset_id = a.id))""")
