"""Comparing a staged scan with what is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrovue.catalogue.reconcile import emptied, moves, within
from retrovue.catalogue.reconcile.protected import EXCLUDED, UNREAD
from retrovue.catalogue.reconcile.staging import Staging, count
from retrovue.catalogue.sqlite_errors import TranslatingConnection


class Comparison(NamedTuple):
    """What a scan means for a collection: counts, how many assets were there to be missed, and the
    locations that held assets and now yield none, which were left as they are."""

    added: int
    updated: int
    restored: int
    moved: int
    missing: int
    present: int
    withheld: int = 0
    emptied_locations: tuple[emptied.EmptiedLocation, ...] = ()

    @property
    def loses_too_much(self) -> bool:
        """Whether all, or more than half and more than 20, of the known assets would go missing:
        what an unmounted disk looks like."""
        all_gone = self.missing > 0 and self.missing == self.present
        return all_gone or (self.missing > 20 and self.missing * 2 > self.present)


def compare(
    staging: Staging, *, complete: bool, narrowed: bool = False, part: within.Part | None = None
) -> Comparison:
    """Work out what is missing and what moved; only a `complete` scan knows either, and one of a
    `part` of the collection knows of nothing that it is missing."""
    connection = staging.connection
    connection.execute("BEGIN")
    try:
        staging.protected.settle()
        quiet = [] if narrowed or part is not None else emptied.locations(staging)
        held = dict.fromkeys(quiet, 0)
        withheld = _leave_alone(staging, held)
        if complete and part is not None:
            within.find_moves(staging, part)
            _invalidate_folders_with_unseen(staging)
        elif complete:
            _find_what_is_gone(staging, held)
        else:
            _invalidate_folders_with_unseen(staging)
        emptied_locations = emptied.holding(held)
        changes = _changes(connection)
        missing = count(connection, "temp.missing")
        return Comparison(
            added=changes.get("added", 0),
            updated=changes.get("updated", 0),
            restored=changes.get("restored", 0) + count(connection, "temp.restored"),
            moved=changes.get("moved", 0),
            missing=missing,
            present=_present(staging, emptied_locations) if missing else 0,
            withheld=withheld,
            emptied_locations=emptied_locations,
        )
    finally:
        connection.execute("COMMIT")


def _leave_alone(staging: Staging, held: emptied.Held) -> int:
    """Withhold the staged changes that would lose files at protected places; returns how many
    present assets stay as they are for it."""
    connection, protected = staging.connection, staging.protected
    if protected.has(EXCLUDED):
        connection.execute(f"""
            INSERT INTO temp.kept_files (file_id)
            SELECT f.id
              FROM temp.staged_assets AS s
             CROSS JOIN asset_files AS f ON f.asset_id = s.asset_id
             WHERE {protected.holds_file(EXCLUDED, "f")}""")
    if protected.has(UNREAD):
        _withhold(connection, protected.holds_file(UNREAD, "f"))
    for mapping in held:
        here = f"f.path_mapping_id = {mapping.id} AND {_STAYS_ELSEWHERE}"
        held[mapping] += _withhold(connection, here)
    connection.execute("""
        UPDATE temp.staged_folders
           SET fingerprint = NULL
         WHERE n IN (SELECT folder_n FROM temp.withheld)""")
    for table in ("staged_files", "staged_assets"):
        connection.execute(f"DELETE FROM temp.{table} WHERE n IN (SELECT n FROM temp.withheld)")
    return count(connection, "temp.withheld WHERE change = 'updated'")


def _withhold(connection: TranslatingConnection, unsure: str) -> int:
    """Withhold changes of assets with a file that is `unsure` and was not come by; returns how many
    were."""
    return connection.execute(f"""
        INSERT OR IGNORE INTO temp.withheld (n, change, folder_n)
        SELECT s.n, s.change, s.folder_n
          FROM temp.staged_assets AS s
         WHERE s.asset_id IS NOT NULL
           AND EXISTS (SELECT 1
                         FROM asset_files AS f
                        WHERE f.asset_id = s.asset_id
                          AND {unsure}
                          AND NOT {_came_by("f")})""").rowcount


def _came_by(file: str) -> str:
    return f"""EXISTS (SELECT 1 FROM temp.staged_files AS g
                        WHERE g.n = s.n
                          AND g.path_mapping_id = {file}.path_mapping_id
                          AND g.relative_path = {file}.relative_path)"""


# Else the asset has left the location as a whole.
_STAYS_ELSEWHERE = f"""
    EXISTS (SELECT 1 FROM asset_files AS other
             WHERE other.asset_id = s.asset_id AND {_came_by("other")})"""


def _find_what_is_gone(staging: Staging, held: emptied.Held) -> None:
    swapped = moves.detach_reused_ids(staging.connection, staging.protected.holds("a"))
    some_missing = swapped or not _all_seen(staging)
    some_gone = _may_be_gone(staging)
    some_back = staging.collection.missing_count > 0 and moves.some_new(staging.connection)
    if some_missing or some_gone or some_back:
        staging.list_seen_folders()
    if some_missing:
        _find_missing(staging)
    if some_missing or some_back:
        moves.find(staging.connection, staging.collection.id)
    if some_missing:
        emptied.spare(staging, held)
    if staging.protected.has(UNREAD) or any(held.values()):
        _invalidate_folders_with_unseen(staging)
    elif some_gone:
        _find_gone_folders(staging)


def _may_be_gone(staging: Staging) -> bool:
    """Whether a known folder was not come by; where something is protected none is forgotten."""
    collection = staging.collection
    if staging.protected.any:
        return False
    known = count(staging.connection, f"folders WHERE collection_id = {collection.id}")
    return len(staging.seen_folders) < known


def _changes(connection: TranslatingConnection) -> dict[str, int]:
    """How many staged assets there are of each kind of change, in one pass over them."""
    rows = connection.execute("SELECT change, count(*) FROM temp.staged_assets GROUP BY change")
    return dict(rows.fetchall())


def _all_seen(staging: Staging) -> bool:
    """Whether the scan came by as many assets as are present, so that none can be missing. One that
    strayed from its folder may count twice, by itself and with that folder."""
    if staging.moved_between_folders:
        return False
    present = staging.collection.asset_count - staging.collection.missing_count
    return staging.present_seen + staging.assets_in_unchanged_folders == present


def _present(staging: Staging, locations: Sequence[emptied.EmptiedLocation]) -> int:
    """How many assets could be missed: those not missing already, and not at a protected place."""
    collection = staging.collection
    present = collection.asset_count - collection.missing_count - sum(s.assets for s in locations)
    if not staging.protected.any:
        return present
    kept = staging.connection.execute(
        f"SELECT count(*) FROM assets AS a WHERE a.collection_id = :collection"
        f" AND a.missing_since IS NULL AND {staging.protected.holds('a')}",
        {"collection": collection.id},
    ).fetchone()[0]
    return present - int(kept)


def _find_missing(staging: Staging) -> None:
    """What was neither seen itself nor lies in a folder that was come by and not read; what of it
    lies where the scan could not read is unsure."""
    staging.list_seen_assets()
    protected = staging.protected
    _insert_unseen(staging, "missing", f"NOT {protected.holds('a')}")
    if protected.has(UNREAD):
        _insert_unseen(staging, "unsure", protected.holds("a", UNREAD))


def _insert_unseen(staging: Staging, table: str, condition: str) -> None:
    staging.connection.execute(
        f"""
        INSERT OR IGNORE INTO temp.{table} (asset_id)
        SELECT a.id
          FROM assets AS a
         WHERE a.collection_id = :collection
           AND a.missing_since IS NULL
           AND NOT EXISTS (SELECT 1 FROM temp.seen WHERE asset_id = a.id)
           AND NOT EXISTS (SELECT 1 FROM temp.seen_folders
                            WHERE folder_id = a.folder_id
                              AND folder_id NOT IN (SELECT folder_id FROM temp.staged_folders
                                                     WHERE folder_id IS NOT NULL))
           AND {condition}""",
        {"collection": staging.collection.id},
    )


def _find_gone_folders(staging: Staging) -> None:
    staging.connection.execute(
        """
        INSERT INTO temp.gone_folders (folder_id)
        SELECT id
          FROM folders
         WHERE collection_id = :collection
           AND id NOT IN (SELECT folder_id FROM temp.seen_folders)""",
        {"collection": staging.collection.id},
    )


def _invalidate_folders_with_unseen(staging: Staging) -> None:
    """Let a folder that was read be read again if something known in it was neither seen nor is
    missing now: its fingerprint would say that it is there."""
    staging.list_seen_assets()
    staging.connection.execute("""
        UPDATE temp.staged_folders
           SET fingerprint = NULL
         WHERE EXISTS (SELECT 1 FROM assets AS a
                        WHERE a.folder_id = staged_folders.folder_id
                          AND a.missing_since IS NULL
                          AND NOT EXISTS (SELECT 1 FROM temp.seen WHERE asset_id = a.id)
                          AND NOT EXISTS (SELECT 1 FROM temp.missing WHERE asset_id = a.id)
                          AND a.id NOT IN (SELECT asset_id FROM temp.staged_assets
                                            WHERE asset_id IS NOT NULL))""")
