"""The form of each value is held by the file, whoever writes."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retrovue.catalogue.columns import ID_MOST, TABLES, Column
from retrovue.catalogue.texts import DEPTH_MOST
from support.soundness import require, state

# by how a form is mended: values that have it, and values that have not
TIMES = (
    ("2024-02-29T23:59:59Z", "2024-01-01T00:00:00.123Z", "0001-01-01T00:00:00Z"),
    (
        "soon", "", "now", "2024", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:00+00:00", "2024-01-01T02:00:00+02:00", "2024-01-01T00:00:00z",
        "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.5ZZ",
        "2024-01-01T00:00:00 Z", "2024-01-01T00:00:00.5 Z", "2024-01-01T00:00:00Z\0",
        "0000-01-01T00:00:00Z", "20240101T000000Z", "1704067200", " 2024-01-01T00:00:00Z",
    ),
)  # fmt: skip
DATES = (
    ("2024-02-29", "1895-12-28", "0001-01-01", "9999-12-31"),
    (
        "soon", "", "now", "2024", "2024-02", "2023-02-29", "2024-00-10", "2024-1-1", "20240101",
        "2024-01-01T00:00:00Z", "2024-01-01\0", " 2024-01-01", "2460310", "0000-01-01",
    ),
)  # fmt: skip
GUIDS = (
    ("[]", '["imdb://tt1"]', '["a", "b", "é"]', '["a\\u0000b"]'),
    ("[603]", '["a", 603]', '[["a"]]', "[null]", '[{"a": "b"}]', "[true]"),
)


def _deep(depth: int, opening: str, closing: str) -> str:
    return '{"a":' + opening * (depth - 1) + "1" + closing * (depth - 1) + "}"


JSON = (
    (
        "{}", '{"a": 1e5}', '{"a": [1.5e300, -1.5e300]}', '{"a": "1e999"}', '{"S01E01": "e1"}',
        _deep(DEPTH_MOST, "[", "]"), _deep(DEPTH_MOST, '{"a":', "}"),
        '{"a": [' + ",".join(["[1]"] * 500) + "]}",
    ),
    (
        '{"a": 1e999}', '{"a": [-1E+999]}', '{"a": [[[2e308]]]}', '{"a": ' + "9" * 5000 + "}",
        _deep(DEPTH_MOST + 2, "[", "]"), _deep(900, "[", "]"), _deep(900, '{"a":', "}"),
        _deep(150, '[{"a":', "}]"),
    ),
)  # fmt: skip


@pytest.fixture
def script(pristine: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """What a script has: a plain connection, foreign keys off."""
    path = tmp_path / "retrovue.db"
    shutil.copyfile(pristine, path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def _examples(column: Column) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    assert column.form is not None
    most = column.form.most
    if column.form.mend == "number":
        least = -1 if "from 0" in column.form.says else 0
        bad = (most + 1, 2**63 - 1) if column.name in ("version", "part") else (least, most + 1)
        return (1, most), bad
    if column.form.mend == "text":
        long = () if most > 50_000 else ("x" * (most + 1),)
        fits = () if most > 50_000 else ("é" * most,)
        return ("x", "é", *fits), ("a\0b", "\0", "a\0", *long)
    return {"time": TIMES, "date": DATES, "guids": GUIDS, "json": JSON}[column.form.mend]


def _rows(connection: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]


COLUMNS = [(table, column) for table in TABLES for column in TABLES[table].formed]
# what a row of each table needs besides
NEEDED: dict[str, dict[str, Any]] = {
    "sources": {"external_id": "n-1", "type": "n", "identity": "i", "name": "N"},
    "source_secrets": {"source_id": 1, "name": "n", "value": "v"},
    "collections": {"source_id": 1, "external_id": "n", "name": "N"},
    "path_mappings": {"collection_id": 1, "external_path": "/n"},
    "folders": {"collection_id": 1, "path": "n"},
    "assets": {"collection_id": 1, "external_id": "n", "kind": "movie", "title": "N"},
    "asset_files": {"asset_id": 1, "path_mapping_id": 11, "relative_path": "n"},
    "history": {"operation": "N", "status": "success"},
    "asset_streams": {"asset_file_id": 11, "kind": "audio"},
    "probes": {"asset_file_id": 31},
    "works": {"kind": "movie", "title": "N"},
    "marks": {"work_id": 3},
    "edits": {"work_id": 2, "field": "title"},
    "lists": {"name": "n", "view": "list_n"},
}


def _insert(script: sqlite3.Connection, verb: str, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    script.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", row)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda each: getattr(each, "name", each))
def test_a_value_out_of_form_is_refused_by_any_statement(
    script: sqlite3.Connection, table: str, column: Column
) -> None:
    before = _rows(script)
    changed = {"sources": ("external_id", "type"), "folders": ("path",)}.get(table, ())
    for value in _examples(column)[1]:
        for verb in ("INSERT", "INSERT OR IGNORE", "REPLACE"):
            with pytest.raises(sqlite3.IntegrityError) as caught:
                _insert(script, verb, table, {**NEEDED[table], column.name: value})
            assert str(caught.value) == f"G-5: {column.says}", value
        for policy in ("", "OR IGNORE", "OR REPLACE"):
            if column.name in (*changed, "version", "part"):
                continue  # what never changes is refused for that
            with pytest.raises(sqlite3.IntegrityError) as caught:
                script.execute(f"UPDATE {policy} {table} SET {column.name} = ?", (value,))
            assert str(caught.value) == f"G-5: {column.says}", value
    assert _rows(script) == before


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda each: getattr(each, "name", each))
def test_a_value_in_form_is_taken(script: sqlite3.Connection, table: str, column: Column) -> None:
    for value in _examples(column)[0]:
        script.execute("BEGIN")
        before = state(script)
        _insert(script, "INSERT", table, {**NEEDED[table], column.name: value})
        require(script, before)
        script.execute("ROLLBACK")


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_a_value_out_of_form_is_refused_beside_one_that_gets_its_default(
    script: sqlite3.Connection, verb: str
) -> None:
    for table, column in COLUMNS:
        if column.form is None or column.form.mend != "time":
            continue
        stamps = {"created_at", "updated_at"} & {each.name for each in TABLES[table].columns}
        row = {**NEEDED[table], **dict.fromkeys(stamps), column.name: "soon"}
        with pytest.raises(sqlite3.IntegrityError) as caught:
            _insert(script, verb, table, row)
        assert str(caught.value) == f"G-5: {column.says}"


def test_nothing_is_a_value_where_there_may_be_none(script: sqlite3.Connection) -> None:
    before = state(script)
    for table, column in COLUMNS:
        if not column.required:
            script.execute(f"UPDATE {table} SET {column.name} = NULL")
    require(script, before._replace(mappings=state(script).mappings))


@pytest.mark.parametrize("number", [ID_MOST + 1, 2**63 - 1])
@pytest.mark.parametrize("table", [table for table in TABLES if TABLES[table].has_id])
def test_an_id_beyond_the_highest_is_refused(
    script: sqlite3.Connection, table: str, number: int
) -> None:
    before = _rows(script)
    for name in ("id", "rowid", "_rowid_"):
        with pytest.raises(sqlite3.IntegrityError) as caught:
            _insert(script, "INSERT", table, {**NEEDED[table], name: number})
        assert str(caught.value) == f"G-5: id is a number from 1 to {ID_MOST:,}"
    assert _rows(script) == before


def test_an_odd_value_from_before_does_not_keep_others_from_being_written(
    script: sqlite3.Connection,
) -> None:
    (sql,) = script.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'assets_forms_update'"
    ).fetchone()
    script.execute("DROP TRIGGER assets_forms_update")
    script.execute("UPDATE assets SET released_on = 'soon' WHERE id = 1")
    script.execute(sql)
    script.execute("UPDATE assets SET title = 'New', released_on = released_on WHERE id = 1")
    found = script.execute("SELECT title, released_on FROM assets WHERE id = 1").fetchone()
    assert found == ("New", "soon")


def test_scripts_that_trust_no_schema_can_read_and_write(script: sqlite3.Connection) -> None:
    script.execute("PRAGMA trusted_schema = OFF")
    script.execute("PRAGMA cell_size_check = ON")
    views = script.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    for (name,) in (*views, *((table,) for table in TABLES)):
        found = script.execute(f"SELECT * FROM {name}").fetchall()
        assert found or name in ("tracks", "gaps", "duplicates")
    for table, column in COLUMNS:
        for value in _examples(column)[0]:
            script.execute("SAVEPOINT one")
            _insert(script, "INSERT", table, {**NEEDED[table], column.name: value})
            script.execute("ROLLBACK TO one")
    script.execute("UPDATE assets SET guids = '[\"a\"]', metadata = '{\"a\": 1e5}'")
    assert script.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    script.execute("DELETE FROM sources")
