"""A clause of a guarantee, and the clauses that are alike for several tables."""

from __future__ import annotations

from typing import Literal, NamedTuple

from retrovue.catalogue.columns import ID_MOST, TABLES, Column
from retrovue.found import ASSET_KINDS, EDITABLE, STREAM_KINDS

Level = Literal["source", "collection", "asset", "file", "whole"]


class Rule(NamedTuple):
    """One clause of a guarantee. `query` selects (row id, collection id); `{scope}` in it stands
    for the part of the file that is looked at, which `level` names. `held_by` is the constraint,
    the message of a trigger or the trigger that refuses a breach; `mended_by` what the step of
    `health.repair_rows` that mends one says."""

    guarantee: str
    level: Level
    table: str
    says: str
    held_by: str
    mended_by: str
    query: str


_IMPOSSIBLE = "a value of it is missing or not possible"
# by table: the columns that refer to others, the collection it is of, and what else is asked
_OF = {
    "sources": ("", "NULL", "external_id <> '' AND type <> '' AND trim(name) <> ''"),
    "source_secrets": ("source_id", "NULL", "name <> ''"),
    "collections": ("source_id", "id", "revision >= 0"),
    "path_mappings": ("collection_id", "collection_id", "1"),
    "folders": ("collection_id", "collection_id", "1"),
    "assets": (
        "collection_id",
        "collection_id",
        "typeof(folder_id) IN ('integer', 'null') AND typeof(extra_of) IN ('integer', 'null')",
    ),
    "asset_files": (
        "asset_id path_mapping_id",
        "NULL",
        "relative_path <> '' AND version > 0 AND part > 0",
    ),
    "asset_streams": (
        "asset_file_id",
        "NULL",
        f"kind IN {STREAM_KINDS} AND is_default IN (0, 1) AND forced IN (0, 1)",
    ),
    "probes": ("asset_file_id", "NULL", "1"),
    "works": ("", "NULL", f"kind IN {ASSET_KINDS}"),
    "marks": ("work_id", "NULL", "1"),
    "edits": ("work_id", "NULL", f"field IN {EDITABLE}"),
    "lists": ("", "NULL", "name <> '' AND view <> ''"),
    "history": ("", "NULL", "1"),
}


def impossible(name: str) -> Rule:
    """Rows with a value that the types and constraints of their table refuse."""
    table = TABLES[name]
    references, collection, also = _OF[name]
    tests = [_possible(column) for column in table.columns]
    tests += [f"typeof({column}) = 'integer'" for column in references.split()]
    tests += [f"id BETWEEN 1 AND {ID_MOST}"] if table.has_id else []
    row = "id" if table.has_id else "source_id || '/' || coalesce(name, '')"
    return Rule(
        guarantee=table.guarantee,
        level="whole",
        table=name,
        says=_IMPOSSIBLE,
        held_by=f"{name}_forms",
        mended_by=f"gave values of {name} the type of their column",
        query=f"""
        SELECT {row}, {collection}
          FROM {name}
         WHERE {{scope}} AND NOT coalesce({" AND ".join((*tests, also))}, 0)""",
    )


# What needs no look, beside NULL where there may be one: the time of the transaction.
_FINE = {"created_at": "= :now", "updated_at": "= :now"}


def out_of_form(name: str, level: Level, row: str) -> Rule:
    """New rows of a table of which a value has another form than is due; `row` stands for one."""
    table = TABLES[name]
    tests = [
        f"({row}.{column.name} {_FINE.get(column.name, 'IS NULL')} OR {column.test(row)})"
        for column in table.formed
    ]
    collection = f"{row}.collection_id" if level == "asset" else "NULL"
    return Rule(
        guarantee=table.guarantee,
        level=level,
        table=name,
        says="a value of it has another form than is due",
        held_by=f"{name}_forms",
        mended_by=f"gave values of {name} the type of their column",
        query=f"""
        SELECT {row}.id, {collection}
          FROM {name} AS {row}
         WHERE {{scope}} AND NOT coalesce({" AND ".join(tests)}, 0)""",
    )


def _possible(column: Column) -> str:
    kinds = f"'{column.type}'" if column.required else f"'{column.type}', 'null'"
    return f"typeof({column.name}) IN ({kinds})"


def orphans(guarantee: str, table: str, column: str, parents: str, held_by: str, rows: str) -> Rule:
    """Rows whose parent does not exist; `rows` is what a repair calls them."""
    parent = {"asset_files": "file"}.get(parents, parents.removesuffix("s"))
    row = "x.id" if TABLES[table].has_id else f"x.{column} || '/' || x.name"
    return Rule(
        guarantee=guarantee,
        level="whole",
        table=table,
        says=f"its {parent} does not exist",
        held_by=held_by,
        mended_by=f"deleted {rows} whose {parent} does not exist",
        query=f"""
        SELECT {row}, {"x.id" if table == "collections" else "NULL"}
          FROM {table} AS x
         WHERE {{scope}} AND NOT EXISTS (SELECT 1 FROM {parents} AS p WHERE p.id = x.{column})""",
    )
