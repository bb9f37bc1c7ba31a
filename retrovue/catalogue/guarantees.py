"""What breaks a guarantee (rules.py states them), in a part of the file or in all of it.

Three callers: the gate before every commit (over what the transaction touched), the check before
every operation on a source (over that source), and `db check` (over the whole file).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from retrovue.catalogue.rule_shapes import Level, Rule
from retrovue.catalogue.rules import IN_BULK, RULES


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
    level that is None is not looked at; `whole` is what a look at the whole file alone is for, and
    `also` what is looked at beside the guarantees."""

    source: str | None = None
    collection: str | None = None
    asset: str | None = None
    file: str | None = None
    whole: str | None = None
    parameters: Mapping[str, Any] = {}
    also: tuple[Rule, ...] = ()

    def condition(self, level: Level) -> str | None:
        """The SQL condition for a level, None where it is not looked at."""
        return {
            "source": self.source,
            "collection": self.collection,
            "asset": self.asset,
            "file": self.file,
            "whole": self.whole,
        }[level]


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


def of_touched(
    collections: Iterable[int],
    new_assets: int | None,
    new_files: int | None,
    now: str | None = None,
    *,
    in_bulk: bool = False,
) -> Scope:
    """What a transaction of the time `now` touched: collections by id, and the assets and files
    with an id above the given ones (None: it added none), which met no triggers when they were
    added `in_bulk`."""
    ids = ", ".join(str(int(i)) for i in sorted(collections))
    return Scope(
        source="1",
        collection=f"c.id IN ({ids})",
        asset=None if new_assets is None else "a.id > :new_assets",
        file=None if new_files is None else "f.id > :new_files",
        parameters={"new_assets": new_assets, "new_files": new_files, "now": now},
        also=IN_BULK if in_bulk else (),
    )


def violations(connection: sqlite3.Connection, scope: Scope) -> list[Violation]:
    """Every row within the scope that breaks a clause, in the order of the guarantees."""
    return [
        broken for rule in (*RULES, *scope.also) for broken in breaches(connection, rule, scope)
    ]


def breaches(connection: sqlite3.Connection, rule: Rule, scope: Scope) -> list[Violation]:
    """Every row within the scope that breaks one clause."""
    condition = scope.condition(rule.level)
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
