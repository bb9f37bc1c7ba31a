"""Each field of what importers find is a column that is stated once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import get_type_hints

from retrovue.catalogue.columns import TABLES
from retrovue.catalogue.reconcile import fields
from retrovue.found import FoundAsset, FoundFile
from support.cli import Cli


def test_every_field_has_its_column() -> None:
    assert set(fields.ASSET_COLUMNS) == set(FoundAsset._fields) - {"files"}
    assert set(fields.FILE_COLUMNS) == {
        *(set(FoundFile._fields) - {"path", "streams"}),
        "path_mapping_id",
        "relative_path",
    }


def test_a_row_has_a_value_for_each_column_in_order() -> None:
    file = FoundFile("/srv/a.mkv", 2, 1, 700, width=1920)
    asset = FoundAsset("1", "movie", "A", (file,), "f", year=1999, guids=("x://1",))
    row = dict(zip(fields.ASSET_COLUMNS, fields.asset_row(asset, ('["x://1"]', "{}")), strict=True))
    assert {name: value for name, value in row.items() if value is not None} == {
        "external_id": "1", "kind": "movie", "title": "A", "fingerprint": "f", "year": 1999,
        "guids": '["x://1"]', "metadata": "{}",
    }  # fmt: skip
    of_file = dict(zip(fields.FILE_COLUMNS, fields.file_row(7, "a.mkv", file), strict=True))
    assert {name: value for name, value in of_file.items() if value is not None} == {
        "path_mapping_id": 7, "relative_path": "a.mkv", "version": 2, "part": 1,
        "size_bytes": 700, "width": 1920,
    }  # fmt: skip


def test_types_are_those_of_the_interface() -> None:
    for found, columns in (
        (FoundAsset, fields.ASSET_FIELDS),
        (FoundFile, fields.FILE_FIELDS),
    ):
        hints = get_type_hints(found)
        for column in columns:
            for type_ in fields.types_of(column):
                told = str(hints[column.name])
                word = "None" if type_ is type(None) else type_.__name__
                assert word in told or {"list": "tuple", "dict": "Mapping"}[word] in told


def test_every_column_of_the_file_is_stated(cli: Cli) -> None:
    cli.make_empty()
    with closing(sqlite3.connect(cli.db)) as connection:
        for name, table in TABLES.items():
            there = {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
            references = {"id", "source_id", "collection_id", "folder_id", "extra_of", "asset_id",
                          "path_mapping_id", "asset_file_id", "work_id"}  # fmt: skip
            assert {column.name for column in table.columns} == there - references
