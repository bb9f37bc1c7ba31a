"""Comparing a staged scan with what is known, and applying the differences in one short
transaction."""

from __future__ import annotations

from typing import NamedTuple

from retrovue.catalogue import collections, moves
from retrovue.catalogue.core import Tx
from retrovue.catalogue.saying import Speaking
from retrovue.catalogue.staging import ASSET_COLUMNS, FILE_COLUMNS, Staging
from retrovue.model import Collection


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


class Changed(Exception):
    """Between comparison and transaction somebody changed the collection: scan it again."""


def compare(staging: Staging, complete: bool) -> Comparison:
    """Work out what is missing and what moved; only a `complete` scan knows either."""
    connection = staging.connection
    connection.execute("BEGIN")
    try:
        present = _present(staging)
        moved = 0
        if complete:
            _find_gone_folders(staging)
        else:
            _doubt_folders(connection)
        swapped = complete and moves.doubt_swapped(connection, _EXCLUDED)
        if swapped or (complete and not _all_seen(staging)):
            _find_missing(staging)
            moved = moves.find(connection)
        return Comparison(
            added=_count(connection, "temp.staged_assets WHERE change = 'added'"),
            updated=_count(connection, "temp.staged_assets WHERE change = 'updated'"),
            restored=_count(connection, "temp.staged_assets WHERE change = 'restored'")
            + _count(connection, "temp.restored"),
            moved=moved,
            missing=_count(connection, "temp.missing"),
            present=present,
        )
    finally:
        connection.execute("COMMIT")


def _count(connection: Speaking, what: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def _all_seen(staging: Staging) -> bool:
    """Whether the scan came by as many assets as are present, so that none can be missing."""
    seen = _count(staging.connection, "temp.seen")
    back = _count(staging.connection, "temp.restored") + _count(
        staging.connection, "temp.staged_assets WHERE change = 'restored'"
    )
    present = staging.collection.asset_count - staging.collection.missing_count
    return seen - back + staging.assets_in_unchanged_folders == present


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
    staging.connection.execute(
        f"""
        INSERT INTO temp.missing (asset_id)
        SELECT a.id
          FROM assets AS a
         WHERE a.collection_id = :collection
           AND a.missing_since IS NULL
           AND NOT EXISTS (SELECT 1 FROM temp.seen WHERE asset_id = a.id)
           AND NOT EXISTS (SELECT 1 FROM temp.seen_folders WHERE folder_id = a.folder_id)
           AND NOT {_EXCLUDED}""",
        {"collection": staging.collection.id},
    )


def _find_gone_folders(staging: Staging) -> None:
    """Folders that were not come by; while a location is excluded none is forgotten."""
    if any(mapping.excluded for mapping in staging.collection.mappings):
        return
    staging.connection.execute(
        """
        INSERT INTO temp.gone_folders (folder_id)
        SELECT id
          FROM folders
         WHERE collection_id = :collection
           AND id NOT IN (SELECT folder_id FROM temp.seen_folders)
           AND id NOT IN (SELECT folder_id FROM temp.staged_folders WHERE folder_id IS NOT NULL)""",
        {"collection": staging.collection.id},
    )


def _doubt_folders(connection: Speaking) -> None:
    """In a scan that says nothing of what is missing, let a folder that was read be read again if
    something known in it was not seen: its fingerprint would say that it is there."""
    connection.execute("""
        UPDATE temp.staged_folders
           SET fingerprint = NULL
         WHERE EXISTS (SELECT 1 FROM assets AS a
                        WHERE a.folder_id = staged_folders.folder_id
                          AND a.missing_since IS NULL
                          AND NOT EXISTS (SELECT 1 FROM temp.seen WHERE asset_id = a.id))""")


def apply(tx: Tx, staging: Staging, comparison: Comparison) -> None:
    """Write the differences. Raises Changed when the collection, its mappings or its assets are
    not what they were when the scan began."""
    collection = staging.collection
    if not _same(collections.by_id(tx.connection, collection.id), collection):
        raise Changed
    tx.touch(collection.id)
    parameters = {"collection": collection.id, "now": tx.now}
    new_folders = _has_rows(tx, "staged_folders WHERE folder_id IS NULL")
    if new_folders or _has_rows(tx, "gone_folders"):
        tx.execute("UPDATE collections SET revision = revision + 1 WHERE id = ?", (collection.id,))
    if new_folders:
        _add_folders(tx, parameters)
    if _has_rows(tx, "swapped"):
        _free_external_ids(tx, parameters)
    if comparison.updated or comparison.restored or comparison.moved:
        _update_assets(tx, parameters)
    if comparison.added:
        _add_assets(tx, parameters)
    if _has_rows(tx, "restored"):
        _mark(tx, "restored", None)
    if comparison.missing:
        _mark(tx, "missing", tx.now)
    _close_folders(tx)


def _mark(tx: Tx, table: str, missing_since: str | None) -> None:
    tx.execute(
        f"""
        UPDATE assets
           SET missing_since = :missing_since, updated_at = :now
         WHERE id IN (SELECT asset_id FROM temp.{table})""",
        {"missing_since": missing_since, "now": tx.now},
    )


def _same(now: Collection | None, then: Collection) -> bool:
    """Whether nobody changed it meanwhile; of its assets the revision tells."""
    return now is not None and _uncounted(now) == _uncounted(then)


def _uncounted(collection: Collection) -> Collection:
    return collection._replace(last_ingested_at=None, asset_count=0, missing_count=0)


def _has_rows(tx: Tx, what: str) -> bool:
    return tx.execute(f"SELECT 1 FROM temp.{what} LIMIT 1").fetchone() is not None


def _add_folders(tx: Tx, parameters: dict[str, object]) -> None:
    base = tx.execute("SELECT coalesce(max(id), 0) FROM folders").fetchone()[0]
    tx.execute(
        """
        INSERT INTO folders (id, collection_id, path)
        SELECT :base + n, :collection, path
          FROM temp.staged_folders
         WHERE folder_id IS NULL
         ORDER BY n""",
        parameters | {"base": base},
    )
    tx.execute(
        "UPDATE temp.staged_folders SET folder_id = :base + n WHERE folder_id IS NULL",
        {"base": base},
    )


def _next_id(tx: Tx, table: str) -> int:
    """The highest id that the table has ever given."""
    row = tx.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    highest = tx.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
    return max(int(row[0]) if row else 0, int(highest))


def _free_external_ids(tx: Tx, parameters: dict[str, object]) -> None:
    """Take from assets the external ids that are another's by now; those that moved get their own
    right away, those that are missing have none any more."""
    tx.execute(
        """
        UPDATE assets
           SET external_id = external_id || ' (asset ' || id || ')', updated_at = :now
         WHERE id IN (SELECT a.id
                        FROM temp.staged_assets AS s
                        JOIN assets AS a
                          ON a.collection_id = :collection AND a.external_id = s.external_id
                       WHERE s.asset_id IS NOT a.id)""",
        parameters,
    )


def _update_assets(tx: Tx, parameters: dict[str, object]) -> None:
    """Changed assets: files keep their row by version and part; those below an excluded location
    stay as they are."""
    tx.execute("""
        DELETE FROM asset_files
         WHERE id IN (SELECT f.id
                        FROM temp.staged_assets AS s
                       CROSS JOIN asset_files AS f ON f.asset_id = s.asset_id
                        JOIN path_mappings AS m ON m.id = f.path_mapping_id
                       WHERE s.asset_id IS NOT NULL
                         AND m.excluded = 0
                         AND NOT EXISTS (SELECT 1 FROM temp.staged_files AS g
                                          WHERE g.n = s.n
                                            AND g.version = f.version
                                            AND g.part = f.part))""")
    tx.execute(f"""
        UPDATE asset_files
           SET {_assigned("g", FILE_COLUMNS)}
          FROM temp.staged_assets AS s
          JOIN temp.staged_files AS g ON g.n = s.n
          JOIN path_mappings AS m
         WHERE asset_files.asset_id = s.asset_id
           AND asset_files.version = g.version
           AND asset_files.part = g.part
           AND m.id = asset_files.path_mapping_id
           AND m.excluded = 0""")
    tx.new_files = _highest_id(tx, "asset_files")
    tx.execute(f"""
        INSERT INTO asset_files (asset_id, {FILE_COLUMNS})
        SELECT s.asset_id, {_of("g", FILE_COLUMNS)}
          FROM temp.staged_assets AS s
          JOIN temp.staged_files AS g ON g.n = s.n
         WHERE s.asset_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM asset_files AS f
                            WHERE f.asset_id = s.asset_id
                              -- the + keeps SQLite from looking through a whole mapping's files
                              AND +f.path_mapping_id = g.path_mapping_id
                              AND f.relative_path = g.relative_path)
         ORDER BY g.n, g.version, g.part""")
    tx.execute(
        f"""
        UPDATE assets
           SET {_assigned("s", ASSET_COLUMNS)},
               folder_id = coalesce(d.folder_id, assets.folder_id),
               missing_since = NULL,
               updated_at = :now
          FROM temp.staged_assets AS s
          LEFT JOIN temp.staged_folders AS d ON d.n = s.folder_n
         WHERE assets.id = s.asset_id""",
        parameters,
    )


def _add_assets(tx: Tx, parameters: dict[str, object]) -> None:
    base = tx.new_assets = _highest_id(tx, "assets")
    if tx.new_files is None:
        tx.new_files = _highest_id(tx, "asset_files")
    tx.execute(
        f"""
        INSERT INTO assets (id, collection_id, folder_id, {ASSET_COLUMNS}, created_at, updated_at)
        SELECT :base + s.n, :collection, d.folder_id, {_of("s", ASSET_COLUMNS)}, :now, :now
          FROM temp.staged_assets AS s
          LEFT JOIN temp.staged_folders AS d ON d.n = s.folder_n
         WHERE s.asset_id IS NULL
         ORDER BY s.n""",
        parameters | {"base": base},
    )
    tx.execute(
        f"""
        INSERT INTO asset_files (asset_id, {FILE_COLUMNS})
        SELECT :base + g.n, {_of("g", FILE_COLUMNS)}
          FROM temp.staged_files AS g
          JOIN temp.staged_assets AS s ON s.n = g.n
         WHERE s.asset_id IS NULL
         ORDER BY g.n, g.version, g.part""",
        {"base": base},
    )


def _of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in columns.split(", "))


def _assigned(alias: str, columns: str) -> str:
    return ", ".join(f"{name} = {alias}.{name}" for name in columns.split(", "))


def _highest_id(tx: Tx, table: str) -> int:
    """The highest id that the table has ever given."""
    row = tx.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    highest = tx.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
    return max(int(row[0]) if row else 0, int(highest))


def _close_folders(tx: Tx) -> None:
    """Write the fingerprints of folders that were read, last, since changes to their assets took
    them away; and forget folders that are gone."""
    if _has_rows(tx, "relinked"):
        tx.execute("""
            UPDATE assets
               SET folder_id = d.folder_id
              FROM temp.relinked AS r
              JOIN temp.staged_folders AS d ON d.n = r.folder_n
             WHERE assets.id = r.asset_id""")
    if _has_rows(tx, "staged_folders"):
        tx.execute("""
            UPDATE folders
               SET fingerprint = d.fingerprint, assets = d.assets
              FROM temp.staged_folders AS d
             WHERE folders.id = d.folder_id""")
    if _has_rows(tx, "gone_folders"):
        tx.execute("DELETE FROM folders WHERE id IN (SELECT folder_id FROM temp.gone_folders)")
