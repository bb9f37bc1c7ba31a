"""The guarantees G-1 to G-6, each stated once, as a query that returns the rows that break it.

Three callers: the gate before every commit (over what the transaction touched), the check before
every operation on a source (over that source), and `db check` (over the whole file).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.columns import ID_MOST, TABLES, Column

ACTIVE = "m.excluded = 0 AND m.missing_since IS NULL"


class Rule(NamedTuple):
    """One clause of a guarantee. `query` selects (row id, collection id); `{scope}` in it stands
    for the part of the file that is looked at."""

    guarantee: str
    level: str
    table: str
    says: str
    query: str


class Violation(NamedTuple):
    """A row that breaks a clause; `collection` is the name of the collection it concerns, where
    there is one."""

    guarantee: str
    table: str
    row: Any
    says: str
    collection: str | None
    collection_id: int | None

    def __str__(self) -> str:
        where = f" of collection '{self.collection}'" if self.collection else ""
        return f"{self.guarantee}: {self.table} {self.row}{where}: {self.says}"


class Scope(NamedTuple):
    """What part of the file a check looks at: a condition for each level, and its parameters. A
    level that is None is not looked at; `whole` is what a look at the whole file alone is for."""

    source: str | None = None
    collection: str | None = None
    asset: str | None = None
    file: str | None = None
    whole: str | None = None
    parameters: Mapping[str, Any] = {}


WHOLE_FILE = Scope("1", "1", "1", "1", "1")


# The mappings that files refer to, by one look into the index for each, less those there are.
_MAPPINGS_GONE = """
    WITH RECURSIVE used (id) AS (
      SELECT min(path_mapping_id) FROM asset_files
       UNION ALL
      SELECT (SELECT min(path_mapping_id) FROM asset_files WHERE path_mapping_id > used.id)
        FROM used
       WHERE used.id IS NOT NULL)
    SELECT id FROM used WHERE id IS NOT NULL EXCEPT SELECT id FROM path_mappings"""


def of_source(source_id: int) -> Scope:
    """One source with its collections and mappings, and of its files those whose mapping is gone.

    What else could be wrong with an asset or a file takes a look at each of them; no writer can
    bring it about while the schema is whole, so that is left to the check of the whole file.
    """
    return Scope(
        source="s.id = :source",
        collection="c.source_id = :source",
        file=f"""f.path_mapping_id IN ({_MAPPINGS_GONE})
           AND a.collection_id IN (SELECT id FROM collections WHERE source_id = :source)""",
        parameters={"source": source_id},
    )


def of_touched(collections: Iterable[int], new_assets: int | None, new_files: int | None) -> Scope:
    """What a transaction touched: collections by id, and the assets and files with an id above
    the given ones (None: it added none)."""
    ids = ", ".join(str(int(i)) for i in sorted(collections))
    return Scope(
        source="1",
        collection=f"c.id IN ({ids})",
        asset=None if new_assets is None else "a.id > :new_assets",
        file=None if new_files is None else "f.id > :new_files",
        parameters={"new_assets": new_assets, "new_files": new_files},
    )


_IMPOSSIBLE = "a value of it is missing or not possible"
# by table: the columns that refer to others, the collection it is of, and what else is asked
_OF = {
    "sources": ("", "NULL", "external_id <> '' AND type <> '' AND trim(name) <> ''"),
    "source_secrets": ("source_id", "NULL", "name <> ''"),
    "collections": ("source_id", "id", "revision >= 0"),
    "path_mappings": ("collection_id", "collection_id", "1"),
    "folders": ("collection_id", "collection_id", "1"),
    "assets": ("collection_id", "collection_id", "typeof(folder_id) IN ('integer', 'null')"),
    "asset_files": (
        "asset_id path_mapping_id",
        "NULL",
        "relative_path <> '' AND version > 0 AND part > 0",
    ),
    "history": ("", "NULL", "1"),
}


def _impossible(name: str) -> Rule:
    """Rows with a value that the types and constraints of their table refuse."""
    table = TABLES[name]
    references, collection, also = _OF[name]
    tests = [_possible(column) for column in table.columns]
    tests += [f"typeof({column}) = 'integer'" for column in references.split()]
    tests += [f"id BETWEEN 1 AND {ID_MOST}"] if table.has_id else []
    row = "id" if table.has_id else "source_id || '/' || coalesce(name, '')"
    return Rule(
        table.guarantee,
        "whole",
        name,
        _IMPOSSIBLE,
        f"""
        SELECT {row}, {collection}
          FROM {name}
         WHERE {{scope}} AND NOT coalesce({" AND ".join((*tests, also))}, 0)""",
    )


def _possible(column: Column) -> str:
    kinds = f"'{column.type}'" if column.required else f"'{column.type}', 'null'"
    return f"typeof({column.name}) IN ({kinds})"


RULES = (
    Rule(
        "G-1",
        "collection",
        "collections",
        "its external_id is not unique within its source",
        """
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope}
           AND EXISTS (SELECT 1 FROM collections AS other NOT INDEXED
                        WHERE other.source_id = c.source_id
                          AND other.external_id = c.external_id
                          AND other.id < c.id)""",
    ),
    Rule(
        "G-1",
        "collection",
        "collections",
        "it has no name or no external_id",
        """
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope} AND (trim(coalesce(c.name, '')) = '' OR coalesce(c.external_id, '') = '')""",
    ),
    Rule(
        "G-2",
        "source",
        "sources",
        "its name, external_id or identity is that of another source",
        """
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
        "G-2",
        "whole",
        "source_secrets",
        "its source does not exist",
        """
        SELECT x.source_id || '/' || x.name, NULL
          FROM source_secrets AS x
         WHERE {scope} AND NOT EXISTS (SELECT 1 FROM sources AS s WHERE s.id = x.source_id)""",
    ),
    Rule(
        "G-2",
        "whole",
        "collections",
        "its source does not exist",
        """
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope} AND NOT EXISTS (SELECT 1 FROM sources AS s WHERE s.id = c.source_id)""",
    ),
    Rule(
        "G-2",
        "whole",
        "folders",
        "its collection does not exist",
        """
        SELECT d.id, NULL
          FROM folders AS d
         WHERE {scope}
           AND NOT EXISTS (SELECT 1 FROM collections AS c WHERE c.id = d.collection_id)""",
    ),
    Rule(
        "G-2",
        "whole",
        "assets",
        "its collection does not exist",
        """
        SELECT a.id, NULL
          FROM assets AS a
         WHERE {scope}
           AND NOT EXISTS (SELECT 1 FROM collections AS c WHERE c.id = a.collection_id)""",
    ),
    Rule(
        "G-2",
        "whole",
        "asset_files",
        "its asset does not exist",
        """
        SELECT f.id, NULL
          FROM asset_files AS f
         WHERE {scope} AND NOT EXISTS (SELECT 1 FROM assets AS a WHERE a.id = f.asset_id)""",
    ),
    Rule(
        "G-2",
        "asset",
        "assets",
        "its folder does not exist or is of another collection",
        """
        SELECT a.id, a.collection_id
          FROM assets AS a
         WHERE {scope}
           AND a.folder_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM folders AS d
                            WHERE d.id = a.folder_id AND d.collection_id = a.collection_id)""",
    ),
    Rule(
        "G-3",
        "collection",
        "collections",
        "it is ingestible but no longer offered",
        """
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope} AND c.ingestible <> 0 AND c.missing_since IS NOT NULL""",
    ),
    Rule(
        "G-5",
        "collection",
        "collections",
        "enabled, sync_enabled or ingestible is not 0 or 1",
        """
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope}
           AND NOT coalesce(c.enabled IN (0, 1) AND c.sync_enabled IN (0, 1)
                            AND c.ingestible IN (0, 1), 0)""",
    ),
    Rule(
        "G-5",
        "collection",
        "collections",
        "it is sync_enabled but not enabled",
        """
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope} AND c.sync_enabled <> 0 AND c.enabled = 0""",
    ),
    Rule(
        "G-5",
        "collection",
        "collections",
        "it is ingestible but a location is not mapped",
        f"""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {{scope}}
           AND c.ingestible <> 0
           AND EXISTS (SELECT 1 FROM path_mappings AS m
                        WHERE m.collection_id = c.id AND m.local_path IS NULL AND {ACTIVE})""",
    ),
    Rule(
        "G-5",
        "collection",
        "collections",
        "it is ingestible but every location is excluded",
        f"""
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {{scope}}
           AND c.ingestible <> 0
           AND EXISTS (SELECT 1 FROM path_mappings AS m WHERE m.collection_id = c.id)
           AND NOT EXISTS (SELECT 1 FROM path_mappings AS m
                            WHERE m.collection_id = c.id AND {ACTIVE})""",
    ),
    Rule(
        "G-5",
        "asset",
        "assets",
        "it has no title, no external_id or an unknown kind",
        """
        SELECT a.id, a.collection_id
          FROM assets AS a
         WHERE {scope}
           AND NOT coalesce(a.title <> '' AND a.external_id <> '' AND a.kind IN
                   ('movie', 'episode', 'track', 'video', 'photo', 'extra'), 0)""",
    ),
    Rule(
        "G-6",
        "collection",
        "collections",
        "it has no path mapping",
        """
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope}
           AND NOT EXISTS (SELECT 1 FROM path_mappings AS m WHERE m.collection_id = c.id)""",
    ),
    Rule(
        "G-6",
        "collection",
        "path_mappings",
        "its location has another path mapping",
        """
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
        "G-6",
        "collection",
        "path_mappings",
        "its local_path or excluded is not a possible value",
        """
        SELECT m.id, c.id
          FROM collections AS c
          JOIN path_mappings AS m ON m.collection_id = c.id
         WHERE {scope}
           AND (m.local_path = '' OR NOT coalesce(m.excluded IN (0, 1), 0)
                OR m.external_path IS NULL)""",
    ),
    Rule(
        "G-6",
        "whole",
        "path_mappings",
        "its collection does not exist",
        """
        SELECT m.id, NULL
          FROM path_mappings AS m
         WHERE {scope}
           AND NOT EXISTS (SELECT 1 FROM collections AS c WHERE c.id = m.collection_id)""",
    ),
    Rule(
        "G-6",
        "file",
        "asset_files",
        "its path mapping does not exist or is of another collection",
        """
        SELECT f.id, a.collection_id
          FROM asset_files AS f
          JOIN assets AS a ON a.id = f.asset_id
         WHERE {scope}
           AND NOT EXISTS (SELECT 1 FROM path_mappings AS m
                            WHERE m.id = f.path_mapping_id
                              AND m.collection_id = a.collection_id)""",
    ),
    Rule(
        "G-2",
        "whole",
        "folders",
        "its path is that of another folder of the collection",
        """
        SELECT d.id, d.collection_id
          FROM folders AS d
         WHERE {scope}
           AND d.id NOT IN (SELECT min(id) FROM folders NOT INDEXED GROUP BY collection_id, path)""",
    ),
    Rule(
        "G-5",
        "whole",
        "collections",
        "its counts of assets are not those of its rows",
        """
        SELECT c.id, c.id
          FROM collections AS c
         WHERE {scope}
           AND (c.asset_count IS NOT (SELECT count(*) FROM assets WHERE collection_id = c.id)
                OR c.missing_count IS NOT (SELECT count(missing_since)
                                             FROM assets
                                            WHERE collection_id = c.id))""",
    ),
    Rule(
        "G-2",
        "whole",
        "assets",
        "its external_id is that of another asset of the collection",
        """
        SELECT a.id, a.collection_id
          FROM assets AS a
         WHERE {scope}
           AND a.id NOT IN (SELECT min(id)
                              FROM assets NOT INDEXED
                             GROUP BY collection_id, external_id)""",
    ),
    *map(_impossible, TABLES),
)


def violations(connection: sqlite3.Connection, scope: Scope) -> list[Violation]:
    """Every row within the scope that breaks a clause, in the order of the guarantees."""
    return [broken for rule in RULES for broken in breaches(connection, rule, scope)]


def breaches(connection: sqlite3.Connection, rule: Rule, scope: Scope) -> list[Violation]:
    """Every row within the scope that breaks one clause."""
    condition = getattr(scope, rule.level)
    if condition is None:
        return []
    rows = connection.execute(rule.query.replace("{scope}", condition), scope.parameters)
    return [
        Violation(
            rule.guarantee,
            rule.table,
            row,
            rule.says,
            _collection_name(connection, collection_id),
            collection_id,
        )
        for row, collection_id in rows.fetchall()
    ]


def _collection_name(connection: sqlite3.Connection, collection_id: int | None) -> str | None:
    row = connection.execute(
        "SELECT name FROM collections WHERE id = ?", (collection_id,)
    ).fetchone()
    return row[0] if row else None
