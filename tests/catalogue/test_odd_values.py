"""Values that were written past the triggers, or before there were any: seen, and mended."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retrovue.catalogue.connection import SCHEMA_VERSION
from support.cli import Cli
from support.populated import FIXTURES

SOUND = "No damage; every guarantee holds."
HIGHEST = 2**63 - 1


@pytest.fixture
def broken(pristine: Path, cli: Cli) -> Cli:
    shutil.copyfile(pristine, cli.db)
    return cli


@pytest.fixture
def old(cli: Cli) -> Cli:
    """A catalogue of version 1, whose file held no forms."""
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        connection.executescript((FIXTURES / "v1.sql").read_text(encoding="utf-8"))
        connection.execute("PRAGMA user_version = 1")
        connection.execute(f"PRAGMA application_id = {0x52565545}")
    return cli


@contextlib.contextmanager
def _by_force(db: Path) -> Iterator[sqlite3.Connection]:
    """A connection that neither triggers nor constraints stop."""
    with contextlib.closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


def _put(cli: Cli, *changes: str, **values: Any) -> None:
    with _by_force(cli.db) as connection:
        for change in changes:
            connection.execute(change, values)


def _one(cli: Cli, query: str) -> Any:
    ((value,),) = cli.rows(query)
    return value


def _findings(cli: Cli) -> list[tuple[str, str | None, Any, str]]:
    run = cli("db", "check", "--json")
    return [(f["kind"], f["table"], f["row"], f["message"]) for f in run.json.get("findings", [])]


def _mend(cli: Cli) -> list[str]:
    run = cli("db", "check", "--repair", "--json")
    assert (run.code, run.json["findings"]) == (0, []), run.everything
    assert cli("db", "check").out == f"{SOUND}\n"
    return list(run.json["repaired"])


ROWS = {  # where it is not the first
    "assets.missing_since": 2, "asset_files.size_bytes": 11, "asset_files.modified_at": 11,
    "asset_files.part": 11,
}  # fmt: skip
DEEP = '{"a":' * 900 + "1" + "}" * 900
# column, odd value, what is said of it, what it becomes
ODD: tuple[tuple[str, Any, str, Any], ...] = (
    ("assets.released_on", "soon", "a date (YYYY-MM-DD)", None),
    ("assets.released_on", "1999-03-31T12:00:00Z", "a date (YYYY-MM-DD)", "1999-03-31"),
    ("assets.year", -1, "a number from 0 to 9,999", None),
    ("assets.season", 2**60, "a number from 0 to 9,007,199,254,740,991", None),
    ("assets.missing_since", "2024", "a time in UTC", "2024-01-01T00:00:00Z"),
    ("assets.created_at", "2024-06-01 12:00:00", "a time in UTC", "2024-06-01T12:00:00Z"),
    ("assets.title", "a\0b", "text of at most 10,000 characters", "a\ufffdb"),
    ("assets.title", "x" * 20_000, "text of at most 10,000 characters", "x" * 9_999 + "…"),
    ("assets.guids", "[603, null]", "a JSON array of texts", '["603", "null"]'),
    ("assets.guids", "tt1", "a JSON array of texts", '["tt1"]'),
    ("assets.metadata", '{"a": 1e999}', "a JSON object", '{"a": "1e999"}'),
    ("assets.metadata", DEEP, "a JSON object", json.dumps({"unreadable": DEEP})),
    ("assets.metadata", "[1]", "a JSON object", '{"unreadable": [1]}'),
    ("asset_files.size_bytes", -5, "a number from 0", None),
    ("asset_files.modified_at", "2024-06-01T12:00:00+02:00", "a time", "2024-06-01T10:00:00Z"),
    ("asset_files.modified_at", "yesterday", "a time in UTC", None),
    ("asset_files.part", 2**60, "a number from 1", 2**53 - 1),
    ("folders.assets", -1, "a number from 0", 0),
    ("history.detail", "lost", "a JSON object", '{"unreadable": "lost"}'),
    ("sources.config", "no JSON", "a JSON object", '{"unreadable": "no JSON"}'),
    ("source_secrets.value", "a\0b", "text of at most 1,000,000 characters", "a\ufffdb"),
)


@pytest.mark.parametrize(("column", "value", "says", "becomes"), ODD)
def test_an_odd_value_is_found_and_mended(
    broken: Cli, column: str, value: Any, says: str, becomes: Any
) -> None:
    table, _, name = column.partition(".")
    where = "source_id = 3" if table == "source_secrets" else f"id = {ROWS.get(column, 1)}"
    _put(broken, f"UPDATE {table} SET {name} = :value WHERE {where}", value=value)

    ((kind, found, _, message),) = _findings(broken)

    assert (kind, found) == ("G-5", table)
    assert message.startswith(f"its {name} is not {says}")
    assert _mend(broken) == [f"gave values of {table} the form of their column (1)"]
    assert _one(broken, f"SELECT {name} FROM {table} WHERE {where}") == becomes
    detail = json.loads(_one(broken, "SELECT detail FROM history ORDER BY id DESC LIMIT 1"))
    was = "***" if table == "source_secrets" else str(value)[:200] + "…" * (len(str(value)) > 200)
    assert [each["was"] for each in detail["values"]] == [was]


def test_text_that_is_not_utf8_hides_nothing_and_is_mended(broken: Cli) -> None:
    _put(
        broken,
        "UPDATE sources SET name = CAST(x'e9' AS TEXT) WHERE id = 3",
        "UPDATE source_secrets SET name = CAST(x'ff' AS TEXT), value = CAST(x'fe' AS TEXT)"
        " WHERE source_id = 3",
        "UPDATE collections SET name = CAST(x'4dfc' AS TEXT) WHERE id = 3",
        "UPDATE path_mappings SET local_path = CAST(x'2fff' AS TEXT) WHERE id = 11",
        "UPDATE folders SET path = CAST(x'c3' AS TEXT) WHERE id = 2",
        "UPDATE assets SET title = CAST(x'41ff' AS TEXT) WHERE id = 1",
        "UPDATE assets SET external_id = CAST(x'ff' AS TEXT) WHERE id = 5",
        "UPDATE asset_files SET relative_path = CAST(x'e92e6d6b76' AS TEXT) WHERE id = 31",
        "UPDATE history SET operation = CAST(x'ff' AS TEXT) WHERE id = 1",
    )
    assert _findings(broken) == [
        ("G-5", "sources", 3, "its name is not UTF-8"),
        ("G-5", "source_secrets", "3/\ufffd", "its name is not UTF-8"),
        ("G-5", "source_secrets", "3/\ufffd", "its value is not UTF-8"),
        ("G-5", "collections", 3, "its name is not UTF-8"),
        ("G-5", "path_mappings", 11, "its local_path is not UTF-8"),
        ("G-5", "folders", 2, "its path is not UTF-8"),
        ("G-5", "assets", 1, "its title is not UTF-8"),
        ("G-5", "assets", 5, "its external_id is not UTF-8"),
        ("G-5", "asset_files", 31, "its relative_path is not UTF-8"),
        ("G-5", "history", 1, "its operation is not UTF-8"),
    ]
    assert len(broken.json("source", "list")["sources"]) == 3
    assert len(broken.json("collection", "list")["collections"]) == 5
    titles = [row["title"] for row in broken.json("asset", "list")["assets"]]
    assert (len(titles), titles.count("A\ufffd")) == (11, 2)
    assert len(broken.json("history")["history"]) == 2
    assert broken.json("asset", "show", "5")["external_id"] == "\ufffd"
    broken.ok("source", "update", "Disk", "--name", "Disc")
    assert len(_mend(broken)) == 8
    assert _one(broken, "SELECT title FROM assets WHERE id = 1") == "A\ufffd"
    assert _one(broken, "SELECT name FROM sources WHERE id = 3") == "\ufffd"


def test_json_that_python_cannot_read_hides_nothing(broken: Cli) -> None:
    _put(
        broken,
        "UPDATE assets SET metadata = :deep, guids = '[603]' WHERE id = 1",
        'UPDATE assets SET metadata = \'{"a": 1e999, "b": "\\ud800"}\' WHERE id = 2',
        "UPDATE history SET detail = :deep WHERE id = 1",
        "UPDATE sources SET config = :deep WHERE id = 3",
        deep=DEEP,
    )
    assert broken.json("asset", "show", "1")["metadata"] == {"unreadable": DEEP}
    assert broken.json("asset", "show", "2")["metadata"] == {"a": "1e999", "b": "\ufffd"}
    assert len(broken.json("history")["history"]) == 2
    assert len(broken.json("source", "list")["sources"]) == 3
    broken.ok("source", "update", "Disk", "--name", "Disc")


def test_values_that_must_differ_still_do_when_they_are_mended(broken: Cli) -> None:
    _put(
        broken,
        "UPDATE assets SET external_id = 'n' || char(65533) WHERE id = 1",
        "UPDATE assets SET external_id = 'n' || char(0) WHERE id = 2",
    )
    assert _mend(broken) == ["gave values of assets the form of their column (1)"]
    assert _one(broken, "SELECT external_id FROM assets WHERE id = 2") == "n\ufffd#2"


# -- ids -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [HIGHEST, 2**53])
def test_an_id_at_the_end_is_found_and_mended_with_what_refers_to_it(
    broken: Cli, number: int
) -> None:
    _put(
        broken,
        f"UPDATE collections SET id = {number} WHERE id = 2",
        f"UPDATE path_mappings SET collection_id = {number} WHERE collection_id = 2",
        f"UPDATE assets SET collection_id = {number}, id = {number} WHERE collection_id = 2",
        f"UPDATE asset_files SET asset_id = {number} WHERE asset_id = 3",
        f"INSERT INTO history (id, operation, status) VALUES ({number}, 'X', 'success')",
    )
    found = [(table, row) for _, table, row, _ in _findings(broken) if row is not None]
    assert found == [("collections", number), ("assets", number), ("history", number)]
    _mend(broken)
    assert broken.rows("SELECT id, name FROM collections WHERE name = 'TV Shows'") == [
        (6, "TV Shows")
    ]
    assert broken.rows(
        "SELECT f.relative_path FROM assets AS a JOIN asset_files AS f ON f.asset_id = a.id"
        " WHERE a.collection_id = 6 ORDER BY 1"
    ) == [("Pilot1.mkv",), ("Pilot2.mkv",)]
    broken.run_sql("INSERT INTO history (operation, status) VALUES ('Y', 'success')")
    assert _one(broken, "SELECT max(id) FROM history") < 10


@pytest.mark.parametrize("counter", [HIGHEST, 2**53, "'x'", -1, 1.5])
def test_a_counter_of_ids_that_cannot_go_on_is_found_and_mended(
    broken: Cli, counter: object
) -> None:
    broken.run_sql(f"UPDATE sqlite_sequence SET seq = {counter} WHERE name = 'history'")
    assert _findings(broken) == [("G-5", "history", None, "its ids cannot go on (sqlite_sequence)")]
    assert _mend(broken) == ["had the ids of history go on behind the highest one"]
    broken.ok("source", "update", "Disk", "--name", "Disc")


def test_ids_that_are_used_up_are_no_full_disk(broken: Cli) -> None:
    broken.run_sql(f"UPDATE sqlite_sequence SET seq = {HIGHEST} WHERE name = 'history'")
    before = broken.dump()
    run = broken("source", "update", "Disk", "--name", "Disc")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Source update failed: there is no further id for history (somebody wrote to"
        " sqlite_sequence, or gave a row the highest id there can be)",
        f"  Mend what can be mended: retrovue --db {broken.db} db check --repair",
    ]
    assert broken.dump() == before


# -- names that are the same to people -------------------------------------------------------------


def test_names_of_sources_that_differ_in_form_alone_are_found_and_told_apart(broken: Cli) -> None:
    _put(broken, "UPDATE sources SET name = 'Élan' WHERE id = 1")
    broken.run_sql("UPDATE sources SET name = :name WHERE id = 2", name=" e\u0301LAN")
    assert _findings(broken) == [
        ("G-2", "sources", 2, "its name is that of another source but for case or normal form")
    ]
    assert _mend(broken) == [
        "told sources with the same name in other letters apart by their number (1)"
    ]
    assert _one(broken, "SELECT name FROM sources WHERE id = 2") == " e\u0301LAN #2"


# -- files of before -------------------------------------------------------------------------------


def test_a_migration_mends_odd_values_and_says_what_they_were(old: Cli) -> None:
    old.run_sql("UPDATE assets SET released_on = 'soon', year = -1 WHERE id = 1")
    old.run_sql("UPDATE asset_files SET modified_at = '2024-06-01T12:00:00' WHERE id = 11")
    old.run_sql(f"INSERT INTO history (id, operation, status) VALUES ({HIGHEST}, 'X', 'success')")
    _put(old, "UPDATE assets SET title = CAST(x'41ff' AS TEXT) WHERE id = 2")
    assert old("db", "check").code == 0
    assert _one(old, "PRAGMA user_version") == 1

    old.ok("source", "list")

    assert _one(old, "PRAGMA user_version") == SCHEMA_VERSION
    assert old("db", "check").out == f"{SOUND}\n"
    assert old.rows("SELECT released_on, year FROM assets WHERE id = 1") == [(None, None)]
    assert _one(old, "SELECT title FROM assets WHERE id = 2") == "A\ufffd"
    assert _one(old, "SELECT modified_at FROM asset_files WHERE id = 11") == "2024-06-01T12:00:00Z"
    (detail,) = [
        json.loads(text)
        for (text,) in old.rows("SELECT detail FROM history WHERE operation LIKE '%migration'")
        if "values" in text
    ]
    assert [(v["table"], v["row"], v["column"], v["was"]) for v in detail["values"]] == [
        ("assets", 1, "year", "-1"),
        ("assets", 1, "released_on", "soon"),
        ("assets", 2, "title", "A\ufffd"),
        ("asset_files", 11, "modified_at", "2024-06-01T12:00:00"),
    ]
    with pytest.raises(sqlite3.IntegrityError, match=r"^G-5: released_on is a date"):
        old.run_sql("UPDATE assets SET released_on = 'soon' WHERE id = 1")


def test_a_migration_locks_nobody_out(old: Cli) -> None:
    """Whatever a file of before lacks or has besides, it comes along."""
    old.run_sql("DROP TRIGGER collections_update")
    old.run_sql("ALTER TABLE assets ADD COLUMN stars INTEGER DEFAULT 5")
    old.run_sql("CREATE TABLE log (what TEXT)")
    old.run_sql(
        "CREATE TRIGGER mine BEFORE UPDATE ON assets BEGIN SELECT RAISE(ABORT, 'mine'); END"
    )
    with _by_force(old.db) as connection:
        connection.execute("UPDATE assets SET released_on = 'soon', metadata = '{oops'")
        connection.execute("UPDATE sqlite_sequence SET seq = 9223372036854775807")
        connection.execute("UPDATE asset_files SET asset_id = 99 WHERE id = 11")
    old.ok("source", "list")
    assert _one(old, "PRAGMA user_version") == SCHEMA_VERSION
    assert _one(old, "SELECT sum(stars) FROM assets") == 5 * _one(
        old, "SELECT count(*) FROM assets"
    )
    assert _one(old, "SELECT count(released_on) FROM assets") == 0
    assert "mine" in [name for (name,) in old.rows("SELECT name FROM sqlite_master")]
    assert _one(old, "SELECT count(*) FROM assets WHERE json_valid(metadata)") > 0
