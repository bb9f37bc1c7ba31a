"""Applying the differences that a comparison found, in one short transaction."""

from __future__ import annotations

from retrovue.catalogue import collections, probed
from retrovue.catalogue.columns import assigned, joined
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.reconcile import bulk, extras
from retrovue.catalogue.reconcile.compare import Comparison
from retrovue.catalogue.reconcile.fields import ASSET_COLUMNS, FILE_COLUMNS, STREAM_COLUMNS
from retrovue.catalogue.reconcile.staging import Staging
from retrovue.catalogue.works import attach
from retrovue.model import Collection


class Changed(Exception):
    """Between comparison and transaction somebody changed the collection: scan it again."""


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
        _forget_source_values(tx)
    if comparison.added:
        with bulk.without_row_triggers(tx, collection.id, comparison.added):
            _add_assets(tx, parameters)
    if _has_rows(tx, "restored"):
        _mark(tx, "restored", None)
    if comparison.missing:
        _mark(tx, "missing", tx.now)
    if comparison.added or comparison.updated or comparison.restored or comparison.moved:
        extras.link(tx, collection.id)
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
    return now is not None and now._replace(last_ingested_at=None) == then._replace(
        last_ingested_at=None
    )


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


# To set an indexed column rewrites its index, even where the value stays what it was.
_ASSET_FACTS = [name for name in ASSET_COLUMNS if name != "external_id"]
_FILE_FACTS = [name for name in FILE_COLUMNS if name not in ("path_mapping_id", "version", "part")]


def _update_assets(tx: Tx, parameters: dict[str, object]) -> None:
    """Changed assets: files keep their row by version and part; those below an excluded location
    stay as they are."""
    tx.execute("""
        DELETE FROM asset_files
         WHERE id IN (SELECT f.id
                        FROM temp.staged_assets AS s
                       CROSS JOIN asset_files AS f ON f.asset_id = s.asset_id
                       WHERE s.asset_id IS NOT NULL
                         AND f.id NOT IN (SELECT file_id FROM temp.kept_files)
                         AND NOT EXISTS (SELECT 1 FROM temp.staged_files AS g
                                          WHERE g.n = s.n
                                            AND g.version = f.version
                                            AND g.part = f.part))""")
    same_file = """
          FROM temp.staged_assets AS s
          JOIN temp.staged_files AS g ON g.n = s.n
         WHERE asset_files.asset_id = s.asset_id
           AND asset_files.version = g.version
           AND asset_files.part = g.part
           AND asset_files.id NOT IN (SELECT file_id FROM temp.kept_files)"""
    tx.execute(f"UPDATE asset_files SET {assigned(_FILE_FACTS, 'g')} {same_file}")
    tx.execute(f"""
        UPDATE asset_files SET path_mapping_id = g.path_mapping_id {same_file}
           AND asset_files.path_mapping_id <> g.path_mapping_id""")
    tx.new_files = _highest_id(tx, "asset_files")
    tx.execute(f"""
        INSERT INTO asset_files (asset_id, {joined(FILE_COLUMNS)})
        SELECT s.asset_id, {joined(FILE_COLUMNS, "g")}
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
           SET {assigned(_ASSET_FACTS, "s")}, missing_since = NULL, updated_at = :now
          FROM temp.staged_assets AS s
         WHERE assets.id = s.asset_id""",
        parameters,
    )
    tx.execute("""
        UPDATE assets
           SET external_id = s.external_id
          FROM temp.staged_assets AS s
         WHERE assets.id = s.asset_id AND assets.external_id <> s.external_id""")
    tx.execute("""
        UPDATE assets
           SET folder_id = d.folder_id
          FROM temp.staged_assets AS s
          JOIN temp.staged_folders AS d ON d.n = s.folder_n
         WHERE assets.id = s.asset_id AND assets.folder_id IS NOT d.folder_id""")
    _replace_streams(tx)
    probed.refill(tx)


def _replace_streams(tx: Tx) -> None:
    """The streams of changed assets are those that their importer gives now."""
    if tx.execute("SELECT 1 FROM asset_streams LIMIT 1").fetchone() is not None:
        tx.execute("""
            DELETE FROM asset_streams
             WHERE asset_file_id IN (SELECT f.id
                                       FROM temp.staged_assets AS s
                                      CROSS JOIN asset_files AS f ON f.asset_id = s.asset_id
                                      WHERE s.asset_id IS NOT NULL
                                        AND f.id NOT IN (SELECT file_id FROM temp.kept_files))""")
    _add_streams(tx, "s.asset_id", "s.asset_id IS NOT NULL")


def _add_streams(tx: Tx, asset_id: str, which: str, base: int = 0) -> None:
    """Add the streams that importers gave of the assets that are `which`."""
    if not _has_rows(tx, "staged_streams"):
        return
    tx.execute(
        f"""
        INSERT INTO asset_streams (asset_file_id, {joined(STREAM_COLUMNS)})
        SELECT f.id, {joined(STREAM_COLUMNS, "g")}
          FROM temp.staged_streams AS g
          JOIN temp.staged_assets AS s ON s.n = g.n
         CROSS JOIN asset_files AS f
            ON f.asset_id = {asset_id} AND f.version = g.version AND f.part = g.part
         WHERE {which} AND f.id NOT IN (SELECT file_id FROM temp.kept_files)
         ORDER BY f.id, g.at""",
        {"base": base},
    )


def _forget_source_values(tx: Tx) -> None:
    """What people say of assets that were told anew is laid over them before the commit."""
    if attach.has_any(tx):
        told = "SELECT asset_id FROM temp.staged_assets WHERE asset_id IS NOT NULL"
        tx.changed_assets.update(id_ for (id_,) in tx.execute(told))
        tx.execute(f"DELETE FROM source_values WHERE asset_id IN ({told})")


def _add_assets(tx: Tx, parameters: dict[str, object]) -> None:
    base = tx.new_assets = _highest_id(tx, "assets")
    if tx.new_files is None:
        tx.new_files = _highest_id(tx, "asset_files")
    tx.execute(
        f"""
        INSERT INTO assets
          (id, collection_id, folder_id, {joined(ASSET_COLUMNS)}, created_at, updated_at)
        SELECT :base + s.n, :collection, d.folder_id, {joined(ASSET_COLUMNS, "s")}, :now, :now
          FROM temp.staged_assets AS s
          LEFT JOIN temp.staged_folders AS d ON d.n = s.folder_n
         WHERE s.asset_id IS NULL
         ORDER BY s.n""",
        parameters | {"base": base},
    )
    tx.execute(
        f"""
        INSERT INTO asset_files (asset_id, {joined(FILE_COLUMNS)})
        SELECT :base + g.n, {joined(FILE_COLUMNS, "g")}
          FROM temp.staged_files AS g
          JOIN temp.staged_assets AS s ON s.n = g.n
         WHERE s.asset_id IS NULL
         ORDER BY g.n, g.version, g.part""",
        {"base": base},
    )
    _add_streams(tx, ":base + s.n", "s.asset_id IS NULL", base)


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
