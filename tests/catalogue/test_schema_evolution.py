"""Files of every released schema version go on; newer ones are left alone; promises stay."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from retrovue.catalogue import versions
from retrovue.catalogue.connection import APPLICATION_ID, SCHEMA_VERSION
from support.cli import TABLES, Cli, operation
from support.future import Future
from support.populated import FIXTURES
from support.promised import COLUMNS

ROOT = Path(__file__).parents[2]
VERSIONS = range(1, SCHEMA_VERSION + 1)
VIEWS = ("media", "collection_status", "films", "episodes", "tracks", "gaps", "duplicates")
UNIQUE = {
    "sources": [("external_id",), ("name",), ("type", "identity")],
    "collections": [("source_id", "external_id")],
    "path_mappings": [("collection_id", "external_path")],
    "assets": [("collection_id", "external_id")],
}
OPEN_IT = (("source", "list"), ("db", "info"), ("db", "check"), ("source", "delete", "x"))


def _fixture(cli: Cli, version: int) -> Cli:
    """A file as that version of the schema had it."""
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((FIXTURES / f"v{version}.sql").read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return cli


def _whole(db: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return list(connection.iterdump())


def _version(cli: Cli) -> int:
    return int(cli.rows("PRAGMA user_version")[0][0])


def _named(cli: Cli) -> dict[str, list[dict[str, Any]]]:
    """Every row of the public tables, by the names of its columns."""
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        connection.row_factory = sqlite3.Row
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
            for table in TABLES
            if table in there
        }


def _backups(cli: Cli) -> list[Path]:
    return sorted(cli.db.parent.glob("*.backup"))


# -- the steps -------------------------------------------------------------------------------------


def test_the_schema_version_is_the_number_of_migrations() -> None:
    names = sorted(path.name for path in (ROOT / "retrovue/catalogue/migrations").glob("*.sql"))
    assert len(names) == SCHEMA_VERSION
    assert [name[:5] for name in names] == [f"{number:04}_" for number in VERSIONS]
    assert [f"{name}.sql" for name, _ in versions.steps()] == names


def test_each_version_has_a_fixture() -> None:
    assert sorted(path.name for path in FIXTURES.iterdir()) == [f"v{n}.sql" for n in VERSIONS]


@pytest.mark.parametrize("version", VERSIONS)
def test_released_migrations_make_what_they_made(cli: Cli, version: int) -> None:
    """A released migration is never edited: what it makes is what the fixture has."""
    _fixture(cli, version)
    with contextlib.closing(sqlite3.connect(":memory:")) as model:
        for _, sql in versions.steps()[:version]:
            model.executescript(sql)
        made = versions.objects(model)
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        there = versions.objects(connection)
    assert {key: there.get(key) for key in made} == made


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_each_version_comes_to_todays_with_its_rows(cli: Cli, version: int) -> None:
    before = _named(_fixture(cli, version))
    assert all(before.values())
    cli.ok("source", "list")
    after = _named(cli)
    assert _version(cli) == SCHEMA_VERSION
    assert cli("db", "check").code == 0
    for table, rows in before.items():
        there = after[table][: len(rows)]
        kept = [{column: row[column] for column in rows[0]} for row in there]
        assert kept == rows


def test_a_file_of_today_is_not_migrated(cli: Cli) -> None:
    _fixture(cli, SCHEMA_VERSION)
    before = _whole(cli.db)
    cli.ok("source", "list")
    assert _backups(cli) == []
    assert _whole(cli.db) == before


def test_several_migrations_are_one_transaction(cli: Cli) -> None:
    _fixture(cli, SCHEMA_VERSION)
    before = _whole(cli.db)
    future = Future(
        cli,
        "ALTER TABLE sources ADD COLUMN note TEXT;\nDELETE FROM assets;",
        "CREATE TABLE half (done INTEGER);\nINSERT INTO nowhere VALUES (1);",
    )
    for command in (("source", "list"), ("source", "delete", "Disk", "--force")):
        run = future(*command)
        assert run.code == 1
        assert run.error == "Error: Database migration failed: no such table: nowhere"
        assert "Traceback" not in run.err
        assert _whole(cli.db) == before
        assert _version(cli) == SCHEMA_VERSION
    cli.ok("source", "list")


def test_a_backup_is_made_before_a_migration(cli: Cli) -> None:
    _fixture(cli, SCHEMA_VERSION)
    before = _whole(cli.db)
    future = Future(cli, "ALTER TABLE sources ADD COLUMN note TEXT;", "CREATE TABLE more (a TEXT);")
    assert future("source", "list").code == 0
    assert _version(cli) == SCHEMA_VERSION + 2
    (backup,) = _backups(cli)
    assert _whole(backup) == before
    assert Cli(cli.home, backup).ok("db", "check").out == "No damage; every guarantee holds.\n"


def test_a_new_file_is_made_without_a_backup(cli: Cli, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    future = Future(cli)
    run = future("source", "add", "--type", "filesystem", "--name", "D", "--base-path", media)
    assert run.code == 0, run.everything
    assert _version(cli) == SCHEMA_VERSION + 1
    assert _backups(cli) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM _sqlite_migrations",
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        f" VALUES ('retrovue', '{SCHEMA_VERSION + 1:04}_test', 'never')",
        "UPDATE _sqlite_migrations SET name = name || 'x'",
        "DROP TABLE _sqlite_migrations",
    ],
)
def test_what_is_pending_is_counted_by_user_version_alone(cli: Cli, tampering: str) -> None:
    _fixture(cli, SCHEMA_VERSION)
    before = _named(cli)
    cli.run_sql(tampering)
    future = Future(cli)
    assert future("source", "list").code == 0
    assert future("db", "check").code == 0
    assert _version(cli) == SCHEMA_VERSION + 1
    assert [row["title"] for row in _named(cli)["assets"]] == [
        row["title"] for row in before["assets"]
    ]


# -- files of another version ----------------------------------------------------------------------


@pytest.mark.parametrize("command", OPEN_IT, ids=" ".join)
def test_a_newer_file_is_refused_and_not_touched(cli: Cli, command: tuple[str, ...]) -> None:
    _fixture(cli, SCHEMA_VERSION)
    cli.run_sql("PRAGMA user_version = 99")
    before = cli.db.read_bytes(), cli.db.stat().st_mtime_ns
    run = cli(*command)
    assert run.code == 1
    assert run.out == ""
    assert run.error == (
        f"Error: {operation(command)} failed: {cli.db} is of schema version 99; this retrovue knows"
        f" versions up to {SCHEMA_VERSION}"
    )
    assert "Install a newer retrovue. The file was not touched." in run.err
    told = cli(*command, "--json")
    assert (told.code, told.json["error"]["code"]) == (1, "newer_file")
    assert (cli.db.read_bytes(), cli.db.stat().st_mtime_ns) == before
    assert [path.name for path in cli.db.parent.glob("retrovue.db*")] == ["retrovue.db"]


def test_a_database_of_something_else_is_refused_and_not_touched(cli: Cli) -> None:
    cli.run_sql("CREATE TABLE mine (a TEXT)")
    before = cli.db.read_bytes()
    for command in (*OPEN_IT, ("source", "add", "--type", "filesystem", "--name", "x")):
        run = cli(*command, *(("--base-path", cli.home) if command[1] == "add" else ()), "--json")
        assert (run.code, run.json["error"]["code"]) == (1, "not_a_catalogue")
        assert cli.db.read_bytes() == before


# -- what is public --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def columns() -> dict[str, list[str]]:
    """The columns of every table and view of today's schema."""
    with contextlib.closing(sqlite3.connect(":memory:")) as model:
        for _, sql in versions.steps():
            model.executescript(sql)
        names = model.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        ).fetchall()
        return {
            name: [row[1] for row in model.execute(f"PRAGMA table_info({name})")]
            for (name,) in names
        }


@pytest.mark.parametrize("name", COLUMNS)
def test_a_promised_table_or_view_has_its_columns(columns: dict[str, list[str]], name: str) -> None:
    assert [column for column in COLUMNS[name].split() if column not in columns[name]] == []


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_its_columns_in_the_promised_order(
    columns: dict[str, list[str]], name: str
) -> None:
    promised = COLUMNS[name].split()
    assert columns[name][: len(promised)] == promised


@pytest.mark.parametrize("table", UNIQUE)
def test_promised_keys_are_unique(table: str) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as model:
        for _, sql in versions.steps():
            model.executescript(sql)
        found = [
            tuple(row[2] for row in model.execute(f"PRAGMA index_info({index[1]})"))
            for index in model.execute(f"PRAGMA index_list({table})")
            if index[2]
        ]
    assert sorted(found) == sorted(UNIQUE[table])


def test_tables_are_strict() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as model:
        for _, sql in versions.steps():
            model.executescript(sql)
        loose = model.execute(
            "SELECT name FROM pragma_table_list"
            " WHERE type = 'table' AND schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite%'"
        ).fetchall()
    assert loose == []


@pytest.mark.parametrize("name", COLUMNS)
def test_the_page_of_the_schema_promises_the_same(name: str) -> None:
    told = _page()[name]
    assert [column for column in COLUMNS[name].split() if column not in told] == []


@pytest.mark.parametrize("name", COLUMNS)
def test_what_the_page_of_the_schema_promises_is_there(
    columns: dict[str, list[str]], name: str
) -> None:
    assert sorted(_page()[name] - set(columns[name])) == []


def _page() -> dict[str, set[str]]:
    """The columns that the page of the schema tells of, by table and view."""
    text = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")
    parts = re.split(r"^### `(\w+)`$", text, flags=re.MULTILINE)
    return {
        name: {column for cell in _first_cells(part) for column in re.findall(r"`(\w+)`", cell)}
        for name, part in zip(parts[1::2], parts[2::2], strict=True)
    }


def _first_cells(text: str) -> list[str]:
    return re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)


def test_a_new_file_is_what_is_promised(cli: Cli, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    cli.ok("source", "add", "--type", "filesystem", "--name", "Disk", "--base-path", media)
    assert cli.rows("PRAGMA application_id") == [(0x52565545,)]
    assert cli.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert cli.rows("PRAGMA journal_mode") == [("wal",)]
    assert cli.db.stat().st_mode & 0o777 == 0o600
