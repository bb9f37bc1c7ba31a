"""Mending what breaks a guarantee without losing anybody's data, in one transaction."""

from __future__ import annotations

from pathlib import Path

from retrovue.catalogue import backup, inspect
from retrovue.catalogue.core import Catalogue, Tx

# (what it does, statement); in this order, parents before children. Nothing that a person made
# (sources, collections, local paths, assets) is deleted unless its parent is gone.
_STEPS = (
    (
        "deleted secrets whose source does not exist",
        "DELETE FROM source_secrets WHERE source_id NOT IN (SELECT id FROM sources)",
    ),
    (
        "deleted collections whose source does not exist",
        "DELETE FROM collections WHERE source_id NOT IN (SELECT id FROM sources)",
    ),
    (
        "deleted path mappings whose collection does not exist",
        "DELETE FROM path_mappings WHERE collection_id NOT IN (SELECT id FROM collections)",
    ),
    (
        "deleted folders whose collection does not exist",
        "DELETE FROM folders WHERE collection_id NOT IN (SELECT id FROM collections)",
    ),
    (
        "deleted assets whose collection does not exist",
        "DELETE FROM assets WHERE collection_id NOT IN (SELECT id FROM collections)",
    ),
    (
        "deleted files whose asset does not exist",
        "DELETE FROM asset_files WHERE asset_id NOT IN (SELECT id FROM assets)",
    ),
    (
        "set flags that were neither 0 nor 1",
        """
        UPDATE collections
           SET enabled = coalesce(enabled, 0) <> 0,
               sync_enabled = coalesce(sync_enabled, 0) <> 0,
               ingestible = coalesce(ingestible, 0) <> 0
         WHERE NOT coalesce(enabled IN (0, 1) AND sync_enabled IN (0, 1)
                            AND ingestible IN (0, 1), 0)""",
    ),
    (
        "turned sync off for collections that are not enabled",
        "UPDATE collections SET sync_enabled = 0 WHERE enabled = 0 AND sync_enabled <> 0",
    ),
    (
        "gave collections without a name their external id as one",
        """
        UPDATE collections SET name = external_id
         WHERE trim(coalesce(name, '')) = '' AND external_id <> ''""",
    ),
    (
        "set exclusions that were neither 0 nor 1",
        """
        UPDATE path_mappings SET excluded = coalesce(excluded, 0) <> 0
         WHERE NOT coalesce(excluded IN (0, 1), 0)""",
    ),
    (
        "made empty local paths unresolved",
        "UPDATE path_mappings SET local_path = NULL WHERE local_path = ''",
    ),
    (
        "gave collections without a path mapping one for any location",
        """
        INSERT INTO path_mappings (collection_id, external_path)
        SELECT id, '' FROM collections
         WHERE id NOT IN (SELECT collection_id FROM path_mappings)""",
    ),
    (
        "moved files to the path mapping for any location of their own collection",
        None,
    ),
    (
        "took collections that cannot be ingested for not ingestible",
        """
        UPDATE collections
           SET ingestible = 0, not_ingestible_reason = 'it was in an invalid state'
         WHERE ingestible <> 0
           AND (missing_since IS NOT NULL
                OR EXISTS (SELECT 1 FROM path_mappings AS m
                            WHERE m.collection_id = collections.id AND m.local_path IS NULL
                              AND m.excluded = 0 AND m.missing_since IS NULL)
                OR NOT EXISTS (SELECT 1 FROM path_mappings AS m
                                WHERE m.collection_id = collections.id
                                  AND m.excluded = 0 AND m.missing_since IS NULL))""",
    ),
    (
        "let go of folders of another collection",
        """
        UPDATE assets SET folder_id = NULL
         WHERE folder_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM folders AS d
                            WHERE d.id = assets.folder_id
                              AND d.collection_id = assets.collection_id)""",
    ),
    (
        "gave assets without a title their external id as one",
        """
        UPDATE assets SET title = external_id
         WHERE coalesce(title, '') = '' AND external_id <> ''""",
    ),
    (
        "took assets of an unknown kind for videos",
        """
        UPDATE assets SET kind = 'video'
         WHERE NOT coalesce(kind IN ('movie', 'episode', 'track', 'video', 'photo', 'extra'), 0)""",
    ),
    (
        "counted the assets of collections anew",
        """
        UPDATE collections
           SET asset_count = (SELECT count(*) FROM assets WHERE collection_id = collections.id),
               missing_count = (SELECT count(missing_since)
                                  FROM assets WHERE collection_id = collections.id)
         WHERE asset_count <> (SELECT count(*) FROM assets WHERE collection_id = collections.id)
            OR missing_count <> (SELECT count(missing_since)
                                   FROM assets WHERE collection_id = collections.id)""",
    ),
)


def repair(
    catalogue: Catalogue, no_backup: bool = False, dry_run: bool = False
) -> tuple[list[str], Path | None]:
    """Mend the file after a backup; returns what was done, and where the backup lies."""
    if not inspect.check(catalogue):
        return [], None
    saved = None
    if not no_backup and not dry_run:
        saved = backup.automatic(Path(catalogue.path), "repair")
    catalogue.close()
    with catalogue.write("Database repair", dry_run) as tx:
        done = _schema(tx)
        for says, statement in _STEPS:
            count = tx.execute(statement).rowcount if statement else _rehome(tx)
            if count > 0:
                done.append(f"{says} ({count})")
    return done, saved


def _schema(tx: Tx) -> list[str]:
    """Make triggers, views and indexes what they should be; tables are left as they are."""
    there = inspect.schema(tx.connection)
    done = []
    for (kind, name), sql in inspect.expected_schema().items():
        if kind == "table" or there.get((kind, name)) == sql:
            continue
        tx.execute(f'DROP {kind} IF EXISTS "{name}"')
        tx.execute(sql)
        done.append(f"made the {kind} {name} anew")
    return done


def _rehome(tx: Tx) -> int:
    """Files whose path mapping is gone or of another collection go to the mapping '' of their own,
    and their assets are read again at the next ingest."""
    lost = tx.execute("""
        SELECT f.id, a.id, a.collection_id
          FROM asset_files AS f
          JOIN assets AS a ON a.id = f.asset_id
         WHERE NOT EXISTS (SELECT 1 FROM path_mappings AS m
                            WHERE m.id = f.path_mapping_id
                              AND m.collection_id = a.collection_id)""").fetchall()
    for file_id, asset_id, collection_id in lost:
        tx.execute(
            "UPDATE asset_files SET path_mapping_id = ? WHERE id = ?",
            (_mapping_for_any(tx, collection_id), file_id),
        )
        tx.execute("UPDATE assets SET fingerprint = NULL WHERE id = ?", (asset_id,))
    return len(lost)


def _mapping_for_any(tx: Tx, collection_id: int) -> int:
    row = tx.execute(
        """
        SELECT id FROM path_mappings
         WHERE collection_id = ?
         ORDER BY external_path = '' DESC, missing_since IS NOT NULL, id""",
        (collection_id,),
    ).fetchone()
    return int(row[0])
