"""The steps of a repair in SQL, in order: parents before children, values before what depends on
them."""

from __future__ import annotations

from retrovue.catalogue.columns import TABLES, Column
from retrovue.catalogue.rule_shapes import orphans
from retrovue.catalogue.rules import ORPHANS
from retrovue.found import ASSET_KINDS, EDITABLE, STREAM_KINDS

Step = tuple[str, tuple[str, ...]]


def _types() -> tuple[Step, ...]:
    """Values of a type that the column cannot hold become what they say in the right one."""
    return tuple(
        (
            f"gave values of {name} the type of their column",
            tuple(_type(name, column) for column in table.columns),
        )
        for name, table in TABLES.items()
    )


def _type(table: str, column: Column) -> str:
    value = f"CAST({column.name} AS {column.type.upper()})"
    if column.required:
        value = f"coalesce({value}, {_default(column)})"
    kinds = f"'{column.type}'" if column.required else f"'{column.type}', 'null'"
    return (
        f"UPDATE {table} SET {column.name} = {value} WHERE typeof({column.name}) NOT IN ({kinds})"
    )


def _default(column: Column) -> str:
    if column.type == "integer":
        return "0"
    form = column.form.mend if column.form is not None else ""
    return {"time": ":now", "json": "'{}'", "guids": "'[]'"}.get(form, "''")


def _orphans() -> tuple[Step, ...]:
    return tuple(
        (
            orphans(guarantee, table, column, parents, held_by, rows).mended_by,
            (
                f"DELETE FROM {table} WHERE {column} IS NULL"
                f" OR {column} NOT IN (SELECT id FROM {parents})",
            ),
        )
        for guarantee, table, column, parents, held_by, rows in ORPHANS
    )


def _later(table: str, *columns: str) -> str:
    """Rows that have in these columns what a row before them has."""
    same = " AND ".join(f"other.{name} = {table}.{name}" for name in columns)
    return f"EXISTS (SELECT 1 FROM {table} AS other WHERE other.id < {table}.id AND {same})"


_VALUES: tuple[Step, ...] = (
    (
        "gave sources the external_id, type or name that they lacked",
        (
            "UPDATE sources SET type = 'unknown' WHERE type = ''",
            "UPDATE sources SET external_id = printf('%s-%08x', type, id) WHERE external_id = ''",
            "UPDATE sources SET name = external_id WHERE trim(name) = ''",
        ),
    ),
    (
        "told sources with the same name, external_id or identity apart by their number",
        (
            "UPDATE sources SET name = name || ' #' || id"
            " WHERE EXISTS (SELECT 1 FROM sources AS other"
            " WHERE other.id < sources.id AND other.name = sources.name COLLATE NOCASE)",
            "UPDATE sources SET external_id = external_id || '-' || id"
            f" WHERE {_later('sources', 'external_id')}",
            "UPDATE sources SET identity = identity || '#' || id"
            f" WHERE {_later('sources', 'type', 'identity')}",
        ),
    ),
    (
        "made works for marks and edits without one",
        tuple(
            f"INSERT INTO works (id, kind, title) SELECT DISTINCT work_id, 'video', 'unknown'"
            f" FROM {table} WHERE work_id NOT IN (SELECT id FROM works)"
            for table in ("marks", "edits")
        ),
    ),
    (
        "gave works, marks, edits and lists the values that they lacked",
        (
            f"UPDATE works SET kind = 'video' WHERE kind NOT IN {ASSET_KINDS}",
            f"DELETE FROM edits WHERE field NOT IN {EDITABLE}",
            "UPDATE lists SET name = 'list ' || id WHERE name = ''",
            "UPDATE lists SET view = 'list_' || id WHERE view = ''",
            "DELETE FROM asset_works WHERE work_id NOT IN (SELECT id FROM works)"
            " OR asset_id NOT IN (SELECT id FROM assets)",
            "DELETE FROM source_values WHERE asset_id NOT IN (SELECT id FROM assets)",
        ),
    ),
    (
        "deleted streams of unknown kind",
        (
            f"DELETE FROM asset_streams WHERE kind NOT IN {STREAM_KINDS}",
            "UPDATE asset_streams SET is_default = is_default <> 0, forced = forced <> 0"
            " WHERE is_default NOT IN (0, 1) OR forced NOT IN (0, 1)",
        ),
    ),
    (
        "gave secrets a name that they lacked",
        ("UPDATE source_secrets SET name = 'unnamed' WHERE name = ''",),
    ),
    (
        "gave collections the external_id or name that they lacked",
        (
            "UPDATE collections SET external_id = '#' || id WHERE external_id = ''",
            "UPDATE collections SET name = external_id WHERE trim(name) = ''",
        ),
    ),
    (
        "told collections with the same external_id apart by their number",
        (
            "UPDATE collections SET external_id = external_id || '#' || id"
            f" WHERE {_later('collections', 'source_id', 'external_id')}",
        ),
    ),
    (
        "set revisions below 0 to 0",
        ("UPDATE collections SET revision = 0 WHERE revision < 0",),
    ),
    (
        "set flags that were neither 0 nor 1",
        tuple(
            f"UPDATE collections SET {flag} = 1 WHERE {flag} NOT IN (0, 1)"
            for flag in ("enabled", "sync_enabled", "ingestible")
        ),
    ),
    (
        "turned sync off for collections that are not enabled",
        ("UPDATE collections SET sync_enabled = 0 WHERE enabled = 0 AND sync_enabled <> 0",),
    ),
    (
        "set exclusions that were neither 0 nor 1",
        ("UPDATE path_mappings SET excluded = 1 WHERE excluded NOT IN (0, 1)",),
    ),
    (
        "made empty local paths unresolved",
        ("UPDATE path_mappings SET local_path = NULL WHERE local_path = ''",),
    ),
    (
        "told path mappings of the same location apart by their number, as missing",
        (
            "UPDATE path_mappings SET external_path = external_path || '#' || id,"
            " missing_since = coalesce(missing_since, :now)"
            f" WHERE {_later('path_mappings', 'collection_id', 'external_path')}",
        ),
    ),
    (
        "gave collections without a path mapping one for any location",
        (
            "INSERT INTO path_mappings"
            " (collection_id, external_path, excluded, created_at, updated_at)"
            " SELECT id, '', 0, :now, :now FROM collections"
            " WHERE id NOT IN (SELECT collection_id FROM path_mappings)",
        ),
    ),
    (
        "forgot folders with the path of another",
        (
            "DELETE FROM folders WHERE id NOT IN"
            " (SELECT min(id) FROM folders GROUP BY collection_id, path)",
        ),
    ),
    (
        "gave assets the external_id, title or kind that they lacked",
        (
            "UPDATE assets SET external_id = '#' || id WHERE external_id = ''",
            "UPDATE assets SET title = external_id WHERE title = ''",
            "UPDATE assets SET kind = 'video' WHERE kind NOT IN"
            " ('movie', 'episode', 'track', 'video', 'photo', 'extra')",
        ),
    ),
    (
        "told assets with the same external_id apart by their number",
        (
            "UPDATE assets SET external_id = external_id || '#' || id WHERE id NOT IN"
            " (SELECT min(id) FROM assets GROUP BY collection_id, external_id)",
        ),
    ),
    (
        "let go of folders that do not exist or are of another collection",
        (
            "UPDATE assets SET folder_id = NULL, fingerprint = NULL"
            " WHERE folder_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM folders AS d WHERE d.id = assets.folder_id"
            " AND d.collection_id = assets.collection_id)",
        ),
    ),
    (
        "let go of films that do not exist or are of another collection",
        (
            "UPDATE assets SET extra_of = NULL"
            " WHERE extra_of IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM assets AS film WHERE film.id = assets.extra_of"
            " AND film.id <> assets.id AND film.collection_id = assets.collection_id)",
        ),
    ),
    (
        "gave files the path, version or part that they lacked",
        (
            "UPDATE asset_files SET relative_path = '#' || id WHERE relative_path = ''",
            "UPDATE asset_files SET version = 1 WHERE version < 1",
            "UPDATE asset_files SET part = 1 WHERE part < 1",
        ),
    ),
)

_LOST_FILES = """
    SELECT f.id
      FROM asset_files AS f
      JOIN assets AS a ON a.id = f.asset_id
      LEFT JOIN path_mappings AS m
        ON m.id = f.path_mapping_id AND m.collection_id = a.collection_id
     WHERE m.id IS NULL"""
_REHOME: tuple[Step, ...] = (
    (
        "made path mappings for any location, as missing, for files that had none",
        (
            f"""
            INSERT INTO path_mappings (collection_id, external_path, excluded, missing_since,
                                       created_at, updated_at)
            SELECT DISTINCT a.collection_id, '', 0, :now, :now, :now
              FROM asset_files AS f
              JOIN assets AS a ON a.id = f.asset_id
             WHERE f.id IN ({_LOST_FILES})
               AND NOT EXISTS (SELECT 1 FROM path_mappings AS m
                                WHERE m.collection_id = a.collection_id
                                  AND m.external_path = '')""",
        ),
    ),
    (
        "let the next ingest read assets again whose files had no path mapping",
        (
            f"""
            UPDATE folders SET fingerprint = NULL
             WHERE id IN (SELECT folder_id FROM assets
                           WHERE id IN (SELECT asset_id FROM asset_files
                                         WHERE id IN ({_LOST_FILES})))""",
            f"""
            UPDATE assets SET fingerprint = NULL
             WHERE id IN (SELECT asset_id FROM asset_files WHERE id IN ({_LOST_FILES}))""",
        ),
    ),
    (
        "moved files to the path mapping for any location of their own collection",
        (
            f"""
            UPDATE asset_files
               SET path_mapping_id =
                   (SELECT m.id
                      FROM assets AS a
                      JOIN path_mappings AS m ON m.collection_id = a.collection_id
                     WHERE a.id = asset_files.asset_id AND m.external_path = '')
             WHERE id IN ({_LOST_FILES})""",
        ),
    ),
)
_INGESTIBLE: tuple[Step, ...] = (
    (
        "took collections that cannot be ingested for not ingestible",
        (
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
    ),
)

_COUNTS: tuple[Step, ...] = (
    (
        "counted the assets of collections anew",
        (
            """
            UPDATE collections
               SET asset_count = found.assets, missing_count = found.missing
              FROM (SELECT c.id, count(a.id) AS assets, count(a.missing_since) AS missing
                      FROM collections AS c
                      LEFT JOIN assets AS a ON a.collection_id = c.id
                     GROUP BY c.id) AS found
             WHERE found.id = collections.id
               AND (asset_count IS NOT found.assets OR missing_count IS NOT found.missing)""",
        ),
    ),
)

# (what it does, statements): rows changed are counted over all statements of a step
TYPES = _types()
STEPS: tuple[Step, ...] = (*_orphans(), *_VALUES, *_REHOME, *_INGESTIBLE, *_COUNTS)
