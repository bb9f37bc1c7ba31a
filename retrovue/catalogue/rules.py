"""The clauses of the guarantees G-1 to G-6: for each the constraint or trigger that holds it, the
query that finds what breaks it, and the step of a repair that mends it."""

from __future__ import annotations

from retrovue.catalogue.columns import TABLES
from retrovue.catalogue.rule_shapes import Rule, impossible, orphans, out_of_form

ACTIVE = "m.excluded = 0 AND m.missing_since IS NULL"

COUNTS = Rule(
    guarantee="G-5",
    level="whole",
    table="collections",
    says="its counts of assets are not those of its rows",
    held_by="G-5: the counts of a collection change with its assets, one by one",
    mended_by="counted the assets of collections anew",
    query="""
    SELECT c.id, c.id
      FROM collections AS c
     WHERE {scope}
       AND (c.asset_count IS NOT (SELECT count(*) FROM assets WHERE collection_id = c.id)
            OR c.missing_count IS NOT (SELECT count(*)
                                         FROM assets
                                        WHERE collection_id = c.id
                                          AND missing_since IS NOT NULL))""",
)

# The rows of what is gone, parents before children: guarantee, table, column, its parents, the
# refusal, and what a repair calls them.
ORPHANS = (
    ("G-2", "source_secrets", "source_id", "sources", "G-2: a secret belongs to a source", "secrets"),
    ("G-2", "collections", "source_id", "sources", "G-2: a collection belongs to a source", "collections"),
    ("G-6", "path_mappings", "collection_id", "collections", "G-6: a path mapping belongs to a collection", "path mappings"),
    ("G-2", "folders", "collection_id", "collections", "G-2: a folder belongs to a collection", "folders"),
    ("G-2", "assets", "collection_id", "collections", "G-2: an asset belongs to a collection", "assets"),
    ("G-2", "asset_files", "asset_id", "assets", "G-6: a file belongs to an asset and to a path mapping of the same collection", "files"),
    ("G-6", "asset_streams", "asset_file_id", "asset_files", "G-6: a stream belongs to a file", "streams"),
    ("G-6", "probes", "asset_file_id", "asset_files", "G-6: a probe belongs to a file", "probes"),
)  # fmt: skip

RULES = (
    *(orphans(*each) for each in ORPHANS),
    *(
        orphans("G-5", table, "work_id", "works", held_by, table)._replace(
            mended_by="made works for marks and edits without one"
        )
        for table, held_by in (
            ("marks", "G-5: a mark belongs to a work"),
            ("edits", "G-5: an edit belongs to a work"),
        )
    ),
    Rule(
        guarantee="G-1",
        level="collection",
        table="collections",
        says="its external_id is not unique within its source",
        held_by="G-1: external_id of a collection is unique within its source",
        mended_by="told collections with the same external_id apart by their number",
        query="""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope}
           AND EXISTS (SELECT 1 FROM collections AS other NOT INDEXED
                        WHERE other.source_id = c.source_id
                          AND other.external_id = c.external_id
                          AND other.id < c.id)""",
    ),
    Rule(
        guarantee="G-1",
        level="collection",
        table="collections",
        says="it has no name or no external_id",
        held_by="G-1: a collection has a name",
        mended_by="gave collections the external_id or name that they lacked",
        query="""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope} AND (trim(coalesce(c.name, '')) = '' OR coalesce(c.external_id, '') = '')""",
    ),
    Rule(
        guarantee="G-2",
        level="source",
        table="sources",
        says="its name, external_id or identity is that of another source",
        held_by="G-2: another source has this identity or name",
        mended_by="told sources with the same name, external_id or identity apart by their number",
        query="""
        SELECT s.id, NULL
          FROM sources AS s
         WHERE {scope}
           AND EXISTS (SELECT 1 FROM sources AS other NOT INDEXED
                        WHERE other.id < s.id
                          AND (other.name = s.name COLLATE NOCASE
                               OR other.external_id = s.external_id
                               OR (other.type = s.type AND other.identity = s.identity)))""",
    ),
    Rule(
        guarantee="G-2",
        level="asset",
        table="assets",
        says="its folder does not exist or is of another collection",
        held_by="G-2: the folder of an asset belongs to its collection",
        mended_by="let go of folders that do not exist or are of another collection",
        query="""
        SELECT a.id, a.collection_id
          FROM assets AS a
         WHERE {scope}
           AND a.folder_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM folders AS d
                            WHERE d.id = a.folder_id AND d.collection_id = a.collection_id)""",
    ),
    Rule(
        guarantee="G-2",
        level="asset",
        table="assets",
        says="its extra_of is no other asset of its collection",
        held_by="G-2: an extra belongs to another asset of its collection",
        mended_by="let go of films that do not exist or are of another collection",
        query="""
        SELECT a.id, a.collection_id
          FROM assets AS a
         WHERE {scope}
           AND a.extra_of IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM assets AS film
                            WHERE film.id = a.extra_of
                              AND film.id <> a.id
                              AND film.collection_id = a.collection_id)""",
    ),
    Rule(
        guarantee="G-3",
        level="collection",
        table="collections",
        says="it is ingestible but no longer offered",
        held_by="collections_missing",
        mended_by="took collections that cannot be ingested for not ingestible",
        query="""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope} AND c.ingestible <> 0 AND c.missing_since IS NOT NULL""",
    ),
    Rule(
        guarantee="G-5",
        level="collection",
        table="collections",
        says="enabled, sync_enabled or ingestible is not 0 or 1",
        held_by="G-5: enabled is 0 or 1",
        mended_by="set flags that were neither 0 nor 1",
        query="""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope}
           AND NOT coalesce(c.enabled IN (0, 1) AND c.sync_enabled IN (0, 1)
                            AND c.ingestible IN (0, 1), 0)""",
    ),
    Rule(
        guarantee="G-5",
        level="collection",
        table="collections",
        says="it is sync_enabled but not enabled",
        held_by="G-5: sync_enabled needs enabled",
        mended_by="turned sync off for collections that are not enabled",
        query="""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope} AND c.sync_enabled <> 0 AND c.enabled = 0""",
    ),
    Rule(
        guarantee="G-5",
        level="collection",
        table="collections",
        says="it is ingestible but a location is not mapped",
        held_by="G-5: ingestible needs every location mapped to a folder or excluded",
        mended_by="took collections that cannot be ingested for not ingestible",
        query=f"""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {{scope}}
           AND c.ingestible <> 0
           AND EXISTS (SELECT 1 FROM path_mappings AS m
                        WHERE m.collection_id = c.id AND m.local_path IS NULL AND {ACTIVE})""",
    ),
    Rule(
        guarantee="G-5",
        level="collection",
        table="collections",
        says="it is ingestible but every location is excluded",
        held_by="G-5: ingestible needs a location that is not excluded",
        mended_by="took collections that cannot be ingested for not ingestible",
        query=f"""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {{scope}}
           AND c.ingestible <> 0
           AND EXISTS (SELECT 1 FROM path_mappings AS m WHERE m.collection_id = c.id)
           AND NOT EXISTS (SELECT 1 FROM path_mappings AS m
                            WHERE m.collection_id = c.id AND {ACTIVE})""",
    ),
    Rule(
        guarantee="G-5",
        level="asset",
        table="assets",
        says="it has no title, no external_id or an unknown kind",
        held_by="G-5: an asset has a title",
        mended_by="gave assets the external_id, title or kind that they lacked",
        query="""
        SELECT a.id, a.collection_id
          FROM assets AS a
         WHERE {scope}
           AND NOT coalesce(a.title <> '' AND a.external_id <> '' AND a.kind IN
                   ('movie', 'episode', 'track', 'video', 'photo', 'extra'), 0)""",
    ),
    Rule(
        guarantee="G-6",
        level="collection",
        table="collections",
        says="it has no path mapping",
        held_by="collections_inserted",
        mended_by="gave collections without a path mapping one for any location",
        query="""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope}
           AND NOT EXISTS (SELECT 1 FROM path_mappings AS m WHERE m.collection_id = c.id)""",
    ),
    Rule(
        guarantee="G-6",
        level="collection",
        table="path_mappings",
        says="its location has another path mapping",
        held_by="G-6: a collection has one path mapping per location",
        mended_by="told path mappings of the same location apart by their number, as missing",
        query="""
        SELECT m.id, c.id
          FROM collections AS c
          JOIN path_mappings AS m ON m.collection_id = c.id
         WHERE {scope}
           AND EXISTS (SELECT 1 FROM path_mappings AS other NOT INDEXED
                        WHERE other.collection_id = m.collection_id
                          AND other.external_path = m.external_path
                          AND other.id < m.id)""",
    ),
    Rule(
        guarantee="G-6",
        level="collection",
        table="path_mappings",
        says="its local_path or excluded is not a possible value",
        held_by="G-6: local_path is NULL or a folder",
        mended_by="made empty local paths unresolved",
        query="""
        SELECT m.id, c.id
          FROM collections AS c
          JOIN path_mappings AS m ON m.collection_id = c.id
         WHERE {scope}
           AND (m.local_path = '' OR NOT coalesce(m.excluded IN (0, 1), 0)
                OR m.external_path IS NULL)""",
    ),
    Rule(
        guarantee="G-6",
        level="file",
        table="asset_files",
        says="its path mapping does not exist or is of another collection",
        held_by="G-6: a file belongs to an asset and to a path mapping of the same collection",
        mended_by="moved files to the path mapping for any location of their own collection",
        query="""
        SELECT f.id, a.collection_id
          FROM asset_files AS f
          JOIN assets AS a ON a.id = f.asset_id
         WHERE {scope}
           AND NOT EXISTS (SELECT 1 FROM path_mappings AS m
                            WHERE m.id = f.path_mapping_id
                              AND m.collection_id = a.collection_id)""",
    ),
    Rule(
        guarantee="G-2",
        level="whole",
        table="folders",
        says="its path is that of another folder of the collection",
        held_by="G-2: this folder already exists",
        mended_by="forgot folders with the path of another",
        query="""
        SELECT d.id, d.collection_id
          FROM folders AS d
         WHERE {scope}
           AND d.id NOT IN (SELECT min(id) FROM folders NOT INDEXED GROUP BY collection_id, path)""",
    ),
    COUNTS,
    Rule(
        guarantee="G-2",
        level="whole",
        table="assets",
        says="its external_id is that of another asset of the collection",
        held_by="G-2: another asset of the collection has this external_id",
        mended_by="told assets with the same external_id apart by their number",
        query="""
        SELECT a.id, a.collection_id
          FROM assets AS a
         WHERE {scope}
           AND a.id NOT IN (SELECT min(id)
                              FROM assets NOT INDEXED
                             GROUP BY collection_id, external_id)""",
    ),
    *map(impossible, TABLES),
)

IN_BULK = (
    out_of_form("assets", "asset", "a"),
    out_of_form("asset_files", "file", "f"),
    COUNTS._replace(level="collection"),
)
"""What the triggers that a bulk goes without state of each row, and no constraint and no other
clause that the gate looks at does."""
