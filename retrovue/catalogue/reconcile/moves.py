"""Which new items of a scan are known assets that moved.

An external id is not always the same item's for good: a server that was rebuilt counts from 1
again. So an item that has nothing in common with the asset of its external id, no file and none of
its ids elsewhere, is held for a new one, and that asset for a missing one, until both are looked
for among the others.

A work outlives its file: a new item that is the same work as an asset which is missing, in the same
folder or in one that was renamed, is that asset with other files. Two that bear different ids
elsewhere, or different titles beside one number, are different works.
"""

from __future__ import annotations

from collections.abc import Callable

from retrovue.catalogue.reconcile.staging import count
from retrovue.catalogue.sqlite_errors import TranslatingConnection
from retrovue.catalogue.works.told import source_value


def content(fingerprint: str) -> str:
    """Return SQL of a fingerprint without what tells of what lies beside the files."""
    at = f"instr({fingerprint}, ' + ')"
    return f"CASE WHEN {at} > 0 THEN substr({fingerprint}, 1, {at} - 1) ELSE {fingerprint} END"


# CROSS JOIN keeps SQLite from walking all assets to find the few that are missing.
# https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join
#
# A moved asset is one missing and one new that agree in one of these, and that no other of either
# side agrees with: the same files and ids elsewhere (a server that was rebuilt), the same
# fingerprint (a file that was renamed), or a file in common (a version or part that was added).
# What lies where the scan could not read is in temp.unsure: it may be the one that moved, too.
_CANDIDATES = "(SELECT asset_id FROM temp.missing UNION ALL SELECT asset_id FROM temp.unsure)"
_KEYS = (
    (
        f"""
        SELECT a.id AS asset_id, NULL AS n, a.guids || char(10) ||
               (SELECT group_concat(path_mapping_id || ':' || relative_path, char(10))
                  FROM (SELECT path_mapping_id, relative_path
                          FROM asset_files
                         WHERE asset_id = a.id
                         ORDER BY path_mapping_id, relative_path)) AS key
          FROM {_CANDIDATES} AS missing
         CROSS JOIN assets AS a ON a.id = missing.asset_id""",
        """
        SELECT NULL, s.n, s.guids || char(10) ||
               (SELECT group_concat(path_mapping_id || ':' || relative_path, char(10))
                  FROM (SELECT path_mapping_id, relative_path
                          FROM temp.staged_files
                         WHERE n = s.n
                         ORDER BY path_mapping_id, relative_path))
          FROM temp.staged_assets AS s
         WHERE s.asset_id IS NULL""",
    ),
    (
        f"""
        SELECT a.id AS asset_id, NULL AS n, {content("a.fingerprint")} AS key
          FROM {_CANDIDATES} AS missing
         CROSS JOIN assets AS a ON a.id = missing.asset_id
         WHERE (SELECT count(*) > 0 AND count(*) = count(size_bytes)
                  FROM asset_files
                 WHERE asset_id = a.id)""",
        f"""
        SELECT NULL, s.n, {content("s.fingerprint")}
          FROM temp.staged_assets AS s
         WHERE s.asset_id IS NULL
           AND (SELECT count(*) > 0 AND count(*) = count(size_bytes)
                  FROM temp.staged_files
                 WHERE n = s.n)""",
    ),
    (
        f"""
        SELECT f.asset_id, NULL AS n, f.path_mapping_id || ':' || f.relative_path AS key
          FROM {_CANDIDATES} AS missing
         CROSS JOIN asset_files AS f ON f.asset_id = missing.asset_id""",
        """
        SELECT NULL, s.n, f.path_mapping_id || ':' || f.relative_path
          FROM temp.staged_assets AS s
          JOIN temp.staged_files AS f ON f.n = s.n
         WHERE s.asset_id IS NULL""",
    ),
)


def detach_reused_ids(connection: TranslatingConnection, excluded: str) -> bool:
    """Set apart the changed items that have nothing in common with the asset of their external id;
    returns whether there are any. `excluded` is an SQL test for assets `a` that are left alone."""
    connection.execute(f"""
        INSERT INTO temp.swapped (asset_id, n, change, was_missing)
        SELECT a.id, s.n, s.change, a.missing_since IS NOT NULL
          FROM temp.staged_assets AS s
          JOIN assets AS a ON a.id = s.asset_id
         WHERE s.change IN ('updated', 'restored')
           AND NOT EXISTS (SELECT 1
                             FROM asset_files AS f
                             JOIN temp.staged_files AS g
                               ON g.n = s.n
                              AND g.path_mapping_id = f.path_mapping_id
                              AND g.relative_path = f.relative_path
                            WHERE f.asset_id = a.id)
           AND NOT EXISTS (SELECT 1
                             FROM json_each(a.guids) AS old
                             JOIN json_each(s.guids) AS new ON new.value = old.value)
           AND NOT {excluded}""")
    if not count(connection, "temp.swapped"):
        return False
    connection.execute("INSERT INTO temp.missing (asset_id) SELECT asset_id FROM temp.swapped")
    connection.execute("""
        UPDATE temp.staged_assets
           SET change = 'added', asset_id = NULL
         WHERE n IN (SELECT n FROM temp.swapped)""")
    return True


def _reattach_unmatched(connection: TranslatingConnection) -> None:
    """Where neither an item nor the asset of its external id was found elsewhere, they belong
    together after all. An asset that was missing before does not go missing now."""
    connection.execute("""
        UPDATE temp.staged_assets
           SET change = swapped.change, asset_id = swapped.asset_id
          FROM temp.swapped
         WHERE swapped.n = staged_assets.n
           AND staged_assets.asset_id IS NULL
           AND swapped.asset_id IN (SELECT asset_id FROM temp.missing)""")
    connection.execute("""
        DELETE FROM temp.missing
         WHERE asset_id IN (SELECT asset_id FROM temp.staged_assets)
            OR asset_id IN (SELECT asset_id FROM temp.swapped WHERE was_missing)""")


def some_new(connection: TranslatingConnection) -> bool:
    """Whether there are items that are no known asset yet."""
    return count(connection, "temp.staged_assets WHERE asset_id IS NULL") > 0


_NOT_SEEN = "a.folder_id NOT IN (SELECT folder_id FROM temp.seen_folders)"


def find(connection: TranslatingConnection, collection_id: int, gone: str = _NOT_SEEN) -> None:
    """Give new items the asset that moved to them, or that is the same work; `gone` is an SQL test
    of whether the folder of an asset `a` is there no more."""
    if count(connection, "temp.missing"):
        for missing, new in _KEYS:
            _pair(connection, missing, new)
            _take(connection, "'moved'")
    if some_new(connection):
        for missing, new in _works(collection_id, gone):
            _pair(connection, missing, new)
            connection.execute(_DIFFERENT_WORKS)
            _take(connection, _REPLACED)
    _reattach_unmatched(connection)


def _pair(connection: TranslatingConnection, missing: str, new: str) -> None:
    """Note which missing asset and which new item have a key that no other of either side has."""
    connection.execute("DELETE FROM temp.moves")
    connection.execute(f"""
        WITH pairs AS (
          SELECT DISTINCT max(asset_id) AS asset_id, max(n) AS n
            FROM ({missing} UNION ALL {new})
           WHERE key IS NOT NULL
           GROUP BY key
          HAVING count(asset_id) = 1 AND count(n) = 1)
        INSERT INTO temp.moves (asset_id, n)
        SELECT asset_id, n
          FROM pairs
         WHERE asset_id IN (SELECT asset_id FROM pairs GROUP BY asset_id HAVING count(*) = 1)
           AND asset_id NOT IN (SELECT asset_id FROM temp.unsure)
           AND n IN (SELECT n FROM pairs GROUP BY n HAVING count(*) = 1)""")


def _take(connection: TranslatingConnection, change: str) -> None:
    """Give the items that were paired their assets; `change` is an SQL expression."""
    connection.execute(f"""
        UPDATE temp.staged_assets
           SET change = {change}, asset_id = moves.asset_id
          FROM temp.moves
         WHERE staged_assets.n = moves.n""")
    connection.execute("""
        DELETE FROM temp.missing WHERE asset_id IN (SELECT asset_id FROM temp.moves)""")


_REPLACED = """CASE WHEN (SELECT missing_since FROM assets WHERE id = moves.asset_id) IS NULL
                    THEN 'updated' ELSE 'restored' END"""


def _named(row: str, field: str, value: Callable[[str, str], str]) -> str:
    """SQL of a field; of one that an NFO file said, what the name says: it alone tells works
    apart."""
    named = f"{row}.metadata, '$.named.{field}'"
    return (
        f"CASE WHEN json_type({named}) IS NULL THEN {value(row, field)}"
        f" ELSE json_extract({named}) END"
    )


def _work(row: str, value: Callable[[str, str], str]) -> str:
    """What tells the work of an asset or item apart, but for ids elsewhere; `value` is SQL of what
    its source says of a field of the row."""

    def said(name: str) -> str:
        return _named(row, name, value)

    def told(*names: str) -> str:
        return " || '|' || ".join(f"ifnull({said(name)}, '')" for name in names)

    title, series = said("title"), value(row, "series")
    return f"""{row}.kind || '|' || CASE
        WHEN {row}.kind = 'movie' THEN lower({title}) || '|' || {told("year", "edition")}
        WHEN {row}.kind = 'episode'
         AND coalesce({value(row, "episode")}, {said("released_on")},
                      json_extract({row}.metadata, '$.mark')) IS NOT NULL
        THEN lower(ifnull({series}, '')) || '|' ||
             {told("season", "episode", "episode_end", "released_on")}
        ELSE lower({title}) || '|' || {told("series", "season", "artist", "album", "track")}
      END || '|' || ifnull(json_extract({row}.metadata, '$.mark'), '')
          || '|' || {told("disc")}"""


def _staged_value(row: str, field: str) -> str:
    return f"{row}.{field}"


def _works(collection_id: int, gone: str) -> tuple[tuple[str, str], ...]:
    """The keys of works: in the same folder, and between a folder that is gone and a new one."""
    old = f"""
        SELECT a.id AS asset_id, NULL AS n, %s || {_work("a", source_value)} AS key
          FROM (SELECT asset_id FROM temp.missing
                 UNION
                SELECT id FROM assets
                 WHERE collection_id = {collection_id} AND missing_since IS NOT NULL
                   AND id NOT IN (SELECT asset_id FROM temp.staged_assets
                                   WHERE asset_id IS NOT NULL)) AS missing
         CROSS JOIN assets AS a ON a.id = missing.asset_id
          LEFT JOIN folders AS d ON d.id = a.folder_id
         WHERE %s"""
    new = f"""
        SELECT NULL, s.n, %s || {_work("s", _staged_value)}
          FROM temp.staged_assets AS s
          LEFT JOIN temp.staged_folders AS d ON d.n = s.folder_n
         WHERE s.asset_id IS NULL AND %s"""
    here = "ifnull(d.path, '') || '|'"
    return (
        (old % (here, "1"), new % (here, "1")),
        (old % ("''", gone), new % ("''", "d.n IS NOT NULL AND d.folder_id IS NULL")),
    )


_OLD, _NEW = _named("a", "title", source_value), _named("s", "title", _staged_value)
# A title of the importer's own making, 'Episode 4', is none.
_DIFFERENT_WORKS = f"""
    DELETE FROM temp.moves
     WHERE EXISTS (
       SELECT 1
         FROM assets AS a
         JOIN temp.staged_assets AS s ON s.n = moves.n
        WHERE a.id = moves.asset_id
          AND ((a.guids <> '[]' AND s.guids <> '[]'
                AND NOT EXISTS (SELECT 1
                                  FROM json_each(a.guids) AS old
                                  JOIN json_each(s.guids) AS new ON new.value = old.value))
               OR (a.kind = 'episode' AND lower({_OLD}) <> lower({_NEW})
                   AND {_OLD} NOT LIKE 'Episode %' AND {_NEW} NOT LIKE 'Episode %')))"""
