"""What moved, or was replaced, where only a part of a collection was scanned. Nothing goes missing
for it: what the scan did not come by may be anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from retrovue.catalogue.reconcile import moves
from retrovue.catalogue.reconcile.staging import Staging
from retrovue.catalogue.sqlite_errors import TranslatingConnection


class Part(NamedTuple):
    """The part that was scanned: places as ids of mappings and paths below them ("" for all of
    one). `is_gone` says of a file elsewhere, by mapping and path below it, whether there is none
    for certain, `is_gone_folder` the same of a folder by its path."""

    places: Sequence[tuple[int, str]]
    is_gone: Callable[[int, str], bool]
    is_gone_folder: Callable[[str], bool]

    def holds(self, mapping_id: int, relative: str) -> bool:
        """Whether a file lies in one of the places."""
        return any(
            mapping_id == mapping and (not place or relative.startswith(f"{place}/"))
            for mapping, place in self.places
        )


_IN_LOST_FOLDER = "a.folder_id IN (SELECT folder_id FROM temp.lost_folders)"


def find_moves(staging: Staging, part: Part) -> None:
    """Give new items of the part the assets that moved to them, or that they replace: known ones
    that the scan did not find in the part, and those elsewhere of which no file is left."""
    connection = staging.connection
    moves.detach_reused_ids(connection, staging.protected.holds("a"))
    if moves.some_new(connection):
        staging.list_seen_assets()
        staging.list_seen_folders()
        connection.execute("DROP TABLE IF EXISTS temp.lost_folders")
        connection.execute("CREATE TEMP TABLE lost_folders (folder_id INTEGER PRIMARY KEY)")
        connection.execute("DROP TABLE IF EXISTS temp.perhaps")
        connection.execute("CREATE TEMP TABLE perhaps (asset_id INTEGER PRIMARY KEY)")
        _list_lost_folders(staging, part)
        _list_unseen(staging, part)
        _list_alike(staging)
        _insert(connection, "missing", _gone(staging, part))
        moves.find(connection, staging.collection.id, _IN_LOST_FOLDER)
    connection.execute("DELETE FROM temp.missing")


def _insert(connection: TranslatingConnection, table: str, ids: Iterable[int]) -> None:
    connection.executemany(
        f"INSERT OR IGNORE INTO temp.{table} VALUES (?)", [(id_,) for id_ in ids]
    )


def _work(row: str) -> str:
    """What assets of one work have in common at the least."""
    name = f"coalesce({row}.series, {row}.artist, {row}.title)"
    return f"{row}.kind, ifnull({row}.season, -1), ifnull({row}.episode, -1), lower({name})"


def _list_lost_folders(staging: Staging, part: Part) -> None:
    """The folders that are gone and held what may be the same works as new items."""
    rows = staging.connection.execute(
        f"""
        SELECT d.id, d.path
          FROM folders AS d
         WHERE d.id IN (SELECT a.folder_id
                          FROM assets AS a
                         WHERE a.collection_id = :collection
                           AND ({_work("a")}) IN (SELECT {_work("s")}
                                                    FROM temp.staged_assets AS s
                                                   WHERE s.asset_id IS NULL))
           AND d.id NOT IN (SELECT folder_id FROM temp.seen_folders)""",
        {"collection": staging.collection.id},
    ).fetchall()
    lost = [id_ for id_, path in rows if part.is_gone_folder(path)]
    _insert(staging.connection, "lost_folders", lost)


def _list_unseen(staging: Staging, part: Part) -> None:
    """The assets with a file in the part."""
    for mapping_id, relative in part.places:
        staging.connection.execute(
            """
            INSERT OR IGNORE INTO temp.perhaps (asset_id)
            SELECT asset_id
              FROM asset_files
             WHERE path_mapping_id = :mapping
               AND (:relative = '' OR substr(relative_path, 1, length(:relative) + 1)
                                      = :relative || '/')""",
            {"mapping": mapping_id, "relative": relative},
        )


def _list_alike(staging: Staging) -> None:
    """The assets with the content of a new item, and those of folders that are gone."""
    staging.connection.execute(
        f"""
        INSERT OR IGNORE INTO temp.perhaps (asset_id)
        SELECT a.id
          FROM assets AS a
         WHERE a.collection_id = :collection
           AND ({_IN_LOST_FOLDER}
                OR {moves.content("a.fingerprint")} IN (SELECT {moves.content("s.fingerprint")}
                                                          FROM temp.staged_assets AS s
                                                         WHERE s.asset_id IS NULL))""",
        {"collection": staging.collection.id},
    )


def _gone(staging: Staging, part: Part) -> list[int]:
    """Those of the listed assets that the scan did not find, and of which no file is left."""
    rows = staging.connection.execute(f"""
        SELECT a.id, f.path_mapping_id, f.relative_path
          FROM temp.perhaps AS p
         CROSS JOIN assets AS a ON a.id = p.asset_id
         CROSS JOIN asset_files AS f ON f.asset_id = a.id
         WHERE a.missing_since IS NULL
           AND NOT {staging.protected.holds("a")}
           AND a.id NOT IN (SELECT asset_id FROM temp.seen)
           AND NOT EXISTS (SELECT 1 FROM temp.seen_folders
                            WHERE folder_id = a.folder_id
                              AND folder_id NOT IN (SELECT folder_id FROM temp.staged_folders
                                                     WHERE folder_id IS NOT NULL))
         ORDER BY a.id""")
    gone: dict[int, bool] = {}
    for asset_id, mapping_id, relative in rows:
        if gone.get(asset_id, True):
            gone[asset_id] = part.holds(mapping_id, relative) or part.is_gone(mapping_id, relative)
    return [asset_id for asset_id, every in gone.items() if every]
