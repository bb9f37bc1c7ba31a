"""The table of columns, and the schema that follows from it."""

from __future__ import annotations

import contextlib
import sqlite3

from retrovue.catalogue import versions
from retrovue.catalogue.columns import TABLES
from support.forms import triggers

REFERENCES = {"source_id", "collection_id", "folder_id", "extra_of", "asset_id", "path_mapping_id",
              "asset_file_id", "work_id"}  # fmt: skip


def _model() -> sqlite3.Connection:
    model = sqlite3.connect(":memory:")
    for _, sql in versions.steps():
        model.executescript(sql)
    return model


def test_the_triggers_of_the_schema_hold_the_forms_as_they_are_stated() -> None:
    with contextlib.closing(_model()) as model:
        there = versions.objects(model)
    assert {name: there.get(("trigger", name)) for name in triggers()} == triggers()
    forms = {name for kind, name in there if kind == "trigger" and "_forms" in name}
    assert forms == set(triggers())


def test_each_column_of_the_schema_is_stated_with_its_type() -> None:
    with contextlib.closing(_model()) as model:
        for name, table in TABLES.items():
            rows = model.execute(f"PRAGMA table_info({name})").fetchall()
            there = {
                (column, kind.lower(), bool(required))
                for _, column, kind, required, _, _ in rows
                if column not in REFERENCES | {"id"}
            }
            stated = {(column.name, column.type, column.required) for column in table.columns}
            assert stated == there, name
            assert table.has_id == any(row[1] == "id" for row in rows)
