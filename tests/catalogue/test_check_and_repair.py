"""`db check` finds what only force can break, and `--repair` mends it without losing anything."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from retrovue.catalogue import rules, versions
from support.cli import Cli
from support.nobody import as_nobody

SOUND = "No damage; every guarantee holds."
ROWS = {
    "sources": 3, "source_secrets": 3, "collections": 5, "path_mappings": 8, "folders": 3,
    "assets": 6, "asset_files": 10, "history": 3, "asset_streams": 3, "probes": 2, "works": 3,
    "marks": 2, "edits": 2, "lists": 1,
}  # fmt: skip
REPAIRED = "Repaired: "


class Case(NamedTuple):
    """How a clause is broken by force (statements, and the tables whose constraints are taken out
    of the schema beforehand); the row it concerns; what the repair says it did; the rows that are
    there afterwards where that differs; and queries with what they must give then."""

    rule: tuple[str, str, str]
    breaking: tuple[str, ...]
    row: object
    done: tuple[str, ...]
    rows: Mapping[str, int] = MappingProxyType({})
    after: tuple[tuple[str, object], ...] = ()
    loosened: tuple[str, ...] = ()


_VALUE = "a value of it is missing or not possible"
CASES = (
    Case(
        ("G-1", "collections", "its external_id is not unique within its source"),
        ("UPDATE collections SET external_id = '1' WHERE id = 2",),
        2,
        ("told collections with the same external_id apart by their number (1)",),
        after=(("SELECT external_id FROM collections WHERE id = 2", "1#2"),),
        loosened=("collections",),
    ),
    Case(
        ("G-1", "collections", "it has no name or no external_id"),
        ("UPDATE collections SET name = ' ', external_id = '' WHERE id = 2",),
        2,
        ("gave collections the external_id or name that they lacked (2)",),
        after=(("SELECT external_id || name FROM collections WHERE id = 2", "#2#2"),),
    ),
    Case(
        ("G-2", "sources", "its name, external_id or identity is that of another source"),
        ("UPDATE sources SET name = 'MY PLEX', identity = 'http://plex:32400' WHERE id = 3",),
        3,
        ("told sources with the same name, external_id or identity apart by their number (2)",),
        after=(("SELECT name || identity FROM sources WHERE id = 3", "MY PLEX #3http://plex:32400#3"),),
        loosened=("sources",),
    ),
    Case(
        ("G-2", "source_secrets", "its source does not exist"),
        ("INSERT INTO source_secrets VALUES (99, 'token', 'x')",),
        "99/token",
        ("deleted secrets whose source does not exist (1)",),
    ),
    Case(
        ("G-2", "collections", "its source does not exist"),
        ("UPDATE collections SET source_id = 99 WHERE id = 5",),
        5,
        (
            "deleted collections whose source does not exist (1)",
            "deleted path mappings whose collection does not exist (1)",
            "deleted assets whose collection does not exist (1)",
        ),
        rows={"collections": 4, "path_mappings": 7, "assets": 5},
    ),
    Case(
        ("G-2", "folders", "its collection does not exist"),
        ("INSERT INTO folders (id, collection_id, path) VALUES (9, 99, 'x')",),
        9,
        ("deleted folders whose collection does not exist (1)",),
    ),
    Case(
        ("G-2", "assets", "its collection does not exist"),
        ("INSERT INTO assets (id, collection_id, external_id, kind, title)"
         " VALUES (9, 99, 'x', 'movie', 'X')",),
        9,
        ("deleted assets whose collection does not exist (1)",),
    ),
    Case(
        ("G-2", "asset_files", "its asset does not exist"),
        ("INSERT INTO asset_files (id, asset_id, path_mapping_id, relative_path)"
         " VALUES (9, 99, 11, 'x')",),
        9,
        ("deleted files whose asset does not exist (1)",),
    ),
    Case(
        ("G-2", "assets", "its folder does not exist or is of another collection"),
        ("UPDATE assets SET folder_id = 1 WHERE id = 1",),
        1,
        ("let go of folders that do not exist or are of another collection (1)",),
        after=(("SELECT folder_id FROM assets WHERE id = 1", None),),
    ),
    Case(
        ("G-2", "assets", "its extra_of is no other asset of its collection"),
        ("UPDATE assets SET extra_of = 4 WHERE id = 1",),
        1,
        ("let go of films that do not exist or are of another collection (1)",),
        after=(("SELECT extra_of FROM assets WHERE id = 1", None),),
    ),
    Case(
        ("G-3", "collections", "it is ingestible but no longer offered"),
        ("UPDATE collections SET missing_since = '2024-01-01T00:00:00Z' WHERE id = 1",),
        1,
        ("took collections that cannot be ingested for not ingestible (1)",),
        after=(("SELECT ingestible + missing_since FROM collections WHERE id = 1", 2024),),
    ),
    Case(
        ("G-5", "collections", "enabled, sync_enabled or ingestible is not 0 or 1"),
        ("UPDATE collections SET enabled = 7 WHERE id = 2",),
        2,
        ("set flags that were neither 0 nor 1 (1)",),
        after=(("SELECT enabled FROM collections WHERE id = 2", 1),),
    ),
    Case(
        ("G-5", "collections", "it is sync_enabled but not enabled"),
        ("UPDATE collections SET enabled = 0 WHERE id = 1",),
        1,
        ("turned sync off for collections that are not enabled (1)",),
        after=(("SELECT sync_enabled FROM collections WHERE id = 1", 0),),
    ),
    Case(
        ("G-5", "collections", "it is ingestible but a location is not mapped"),
        ("UPDATE collections SET ingestible = 1 WHERE id = 2",),
        2,
        ("took collections that cannot be ingested for not ingestible (1)",),
        after=(("SELECT max(local_path) FROM path_mappings WHERE collection_id = 2", "/mnt/tv"),),
    ),
    Case(
        ("G-5", "collections", "it is ingestible but every location is excluded"),
        ("UPDATE collections SET ingestible = 1 WHERE id = 3",),
        3,
        ("took collections that cannot be ingested for not ingestible (1)",),
        after=(("SELECT excluded FROM path_mappings WHERE collection_id = 3", 1),),
    ),
    Case(
        ("G-5", "assets", "it has no title, no external_id or an unknown kind"),
        ("UPDATE assets SET title = '', external_id = '', kind = 'book' WHERE id = 1",),
        1,
        ("gave assets the external_id, title or kind that they lacked (3)",),
        after=(("SELECT external_id || title || kind FROM assets WHERE id = 1", "#1#1video"),),
    ),
    Case(
        ("G-6", "collections", "it has no path mapping"),
        ("DELETE FROM path_mappings WHERE collection_id = 5",),
        5,
        ("gave collections without a path mapping one for any location (1)",),
        after=(("SELECT external_path FROM path_mappings WHERE collection_id = 5", ""),),
    ),
    Case(
        ("G-6", "path_mappings", "its location has another path mapping"),
        ("UPDATE path_mappings SET external_path = '/data/movies' WHERE id = 12",),
        12,
        ("told path mappings of the same location apart by their number, as missing (1)",),
        after=(
            ("SELECT external_path FROM path_mappings WHERE id = 12", "/data/movies#12"),
            ("SELECT local_path FROM path_mappings WHERE id = 12", "/mnt/more"),
            ("SELECT missing_since IS NOT NULL FROM path_mappings WHERE id = 12", 1),
        ),
        loosened=("path_mappings",),
    ),
    Case(
        ("G-6", "path_mappings", "its local_path or excluded is not a possible value"),
        ("UPDATE path_mappings SET local_path = '', excluded = 5 WHERE id = 22",),
        22,
        ("set exclusions that were neither 0 nor 1 (1)", "made empty local paths unresolved (1)"),
        after=(("SELECT local_path FROM path_mappings WHERE id = 22", None),),
    ),
    Case(
        ("G-6", "path_mappings", "its collection does not exist"),
        ("INSERT INTO path_mappings (id, collection_id, external_path) VALUES (9, 99, '/x')",),
        9,
        ("deleted path mappings whose collection does not exist (1)",),
    ),
    Case(
        ("G-6", "asset_files", "its path mapping does not exist or is of another collection"),
        ("UPDATE asset_files SET path_mapping_id = 21 WHERE id = 11",),
        11,
        (
            "made path mappings for any location, as missing, for files that had none (1)",
            "let the next ingest read assets again whose files had no path mapping (1)",
            "moved files to the path mapping for any location of their own collection (1)",
        ),
        rows={"path_mappings": 9},
        after=(
            ("SELECT relative_path FROM asset_files WHERE id = 11", "One1.mkv"),
            ("SELECT fingerprint FROM assets WHERE id = 1", None),
            ("SELECT ingestible FROM collections WHERE id = 1", 1),
        ),
    ),
    Case(
        ("G-2", "sources", _VALUE),
        ("UPDATE sources SET config = 'no JSON', type = '' WHERE id = 3",),
        3,
        (
            "gave values of sources the form of their column (1)",
            "gave sources the external_id, type or name that they lacked (1)",
        ),
        after=(("SELECT config FROM sources WHERE id = 3", '{"unreadable": "no JSON"}'),),
    ),
    Case(
        ("G-2", "source_secrets", _VALUE),
        ("UPDATE source_secrets SET name = '' WHERE source_id = 3",),
        "3/",
        ("gave secrets a name that they lacked (1)",),
        after=(("SELECT value FROM source_secrets WHERE name = 'unnamed'", "def"),),
    ),
    Case(
        ("G-5", "collections", _VALUE),
        ("UPDATE collections SET id = -5 WHERE id = 5",
         "UPDATE path_mappings SET collection_id = -5 WHERE collection_id = 5",
         "UPDATE assets SET collection_id = -5 WHERE collection_id = 5"),
        -5,
        ("gave collections without a possible id the next one (3)",),
        after=(
            ("SELECT external_id FROM collections WHERE id = 5", "Gone"),
            ("SELECT external_id FROM assets WHERE collection_id = 5", "x"),
        ),
    ),
    Case(
        ("G-6", "path_mappings", _VALUE),
        ("UPDATE path_mappings SET id = 0 WHERE id = 22",),
        0,
        ("gave path_mappings without a possible id the next one (1)",),
        after=(("SELECT external_path FROM path_mappings WHERE id = 52", "/data/anime"),),
    ),
    Case(
        ("G-2", "folders", _VALUE),
        ("UPDATE folders SET assets = 'many', path = 5 WHERE id = 3",),
        3,
        ("gave values of folders the type of their column (2)",),
        loosened=("folders",),
    ),
    Case(
        ("G-2", "folders", "its path is that of another folder of the collection"),
        ("UPDATE folders SET path = '' WHERE id = 2",),
        2,
        ("forgot folders with the path of another (1)",
         "let go of folders that do not exist or are of another collection (1)"),
        rows={"folders": 2},
        loosened=("folders",),
    ),
    Case(
        ("G-5", "assets", _VALUE),
        ("UPDATE assets SET guids = 'tt1', metadata = '[1]', season = 'two' WHERE id = 3",),
        3,
        (
            "gave values of assets the type of their column (1)",
            "gave values of assets the form of their column (2)",
        ),
        after=(
            ("SELECT guids FROM assets WHERE id = 3", '["tt1"]'),
            ("SELECT metadata FROM assets WHERE id = 3", '{"unreadable": [1]}'),
        ),
        loosened=("assets",),
    ),
    Case(
        ("G-2", "assets", "its external_id is that of another asset of the collection"),
        ("UPDATE assets SET external_id = '101' WHERE id = 2",),
        2,
        ("told assets with the same external_id apart by their number (1)",),
        after=(("SELECT external_id FROM assets WHERE id = 2", "101#2"),),
        loosened=("assets",),
    ),
    Case(
        ("G-6", "asset_files", _VALUE),
        ("UPDATE asset_files SET relative_path = '', version = 0, part = -1 WHERE id = 12",),
        12,
        ("gave files the path, version or part that they lacked (3)",),
        after=(
            ("SELECT relative_path FROM asset_files WHERE id = 12", "#12"),
            ("SELECT version + part FROM asset_files WHERE id = 12", 2),
        ),
    ),
    Case(
        ("G-5", "collections", "its counts of assets are not those of its rows"),
        ("UPDATE collections SET asset_count = 7, missing_count = 3 WHERE id = 2",),
        2,
        ("counted the assets of collections anew (1)",),
        after=(
            ("SELECT asset_count FROM collections WHERE id = 2", 1),
            ("SELECT missing_count FROM collections WHERE id = 2", 0),
        ),
    ),
    Case(
        ("G-6", "asset_streams", "its file does not exist"),
        ("INSERT INTO asset_streams (id, asset_file_id, kind) VALUES (9, 999, 'audio')",),
        9,
        ("deleted streams whose file does not exist (1)",),
    ),
    Case(
        ("G-6", "probes", "its file does not exist"),
        ("INSERT INTO probes (id, asset_file_id) VALUES (9, 999)",),
        9,
        ("deleted probes whose file does not exist (1)",),
    ),
    Case(
        ("G-5", "marks", "its work does not exist"),
        ("UPDATE marks SET work_id = 77 WHERE id = 1",),
        1,
        ("made works for marks and edits without one (1)",),
        rows={"works": 4},
        after=(("SELECT title FROM works WHERE id = 77", "unknown"),),
    ),
    Case(
        ("G-5", "edits", "its work does not exist"),
        ("UPDATE edits SET work_id = 78 WHERE id = 1",),
        1,
        ("made works for marks and edits without one (1)",),
        rows={"works": 4},
    ),
    Case(
        ("G-6", "asset_streams", _VALUE),
        ("UPDATE asset_streams SET kind = 'smell' WHERE id = 2",),
        2,
        ("deleted streams of unknown kind (1)",),
        rows={"asset_streams": 2},
    ),
    Case(
        ("G-6", "probes", _VALUE),
        ("UPDATE probes SET facts = '[1]', size_bytes = 'many' WHERE id = 2",),
        2,
        (
            "gave values of probes the type of their column (1)",
            "gave values of probes the form of their column (1)",
        ),
        after=(("SELECT facts FROM probes WHERE id = 2", '{"unreadable": [1]}'),),
        loosened=("probes",),
    ),
    Case(
        ("G-5", "works", _VALUE),
        ("UPDATE works SET kind = 'poem' WHERE id = 3",),
        3,
        ("gave works, marks, edits and lists the values that they lacked (1)",),
        after=(("SELECT kind FROM works WHERE id = 3", "video"),),
    ),
    Case(
        ("G-5", "marks", _VALUE),
        ("UPDATE marks SET tags = 'lent', rating = 99, seen = 'yes' WHERE id = 2",),
        2,
        (
            "gave values of marks the type of their column (1)",
            "gave values of marks the form of their column (2)",
        ),
        after=(("SELECT tags FROM marks WHERE id = 2", '["lent"]'),),
        loosened=("marks",),
    ),
    Case(
        ("G-5", "edits", _VALUE),
        ("UPDATE edits SET field = 'colour' WHERE id = 2",),
        2,
        ("gave works, marks, edits and lists the values that they lacked (1)",),
        rows={"edits": 1},
    ),
    Case(
        ("G-5", "lists", _VALUE),
        ("UPDATE lists SET name = '', view = '' WHERE id = 1",),
        1,
        ("gave works, marks, edits and lists the values that they lacked (2)",),
        after=(("SELECT name || view FROM lists", "list 1list_1"),),
    ),
    Case(
        ("G-5", "history", _VALUE),
        ("UPDATE history SET id = -1 WHERE id = 1",),
        -1,
        ("gave history without a possible id the next one (1)",),
        after=(("SELECT operation FROM history WHERE id = 3", "Source add"),),
    ),
)  # fmt: skip


@pytest.fixture
def broken(pristine: Path, cli: Cli) -> Cli:
    """A catalogue with a bit of everything, sound as yet."""
    shutil.copyfile(pristine, cli.db)
    return cli


@contextlib.contextmanager
def _by_force(db: Path) -> Iterator[sqlite3.Connection]:
    """A connection that no constraint stops; triggers are put back afterwards."""
    with contextlib.closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        _in_one(connection, [f"DROP TRIGGER {name}" for name, _ in triggers])
        yield connection
        _in_one(connection, [sql for _, sql in triggers])


def _in_one(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    """Run statements in one transaction: faster than each by itself."""
    connection.execute("BEGIN")
    for statement in statements:
        connection.execute(statement)
    connection.execute("COMMIT")


def _loosen(db: Path, table: str) -> None:
    """Take every constraint of a table away but its key."""
    with contextlib.closing(sqlite3.connect(db, isolation_level=None)) as connection:
        rest = connection.execute(
            "SELECT sql FROM sqlite_master"
            " WHERE tbl_name = ? AND type <> 'table' AND sql IS NOT NULL",
            (table,),
        ).fetchall()
        columns = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        others = ", ".join(name for (name,) in columns if name != "id")
        connection.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM {table}")
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY AUTOINCREMENT, {others})")
        connection.execute(f"INSERT INTO {table} SELECT * FROM kept")
        for (sql,) in rest:
            connection.execute(sql)


def _break(cli: Cli, case: Case) -> None:
    for table in case.loosened:
        _loosen(cli.db, table)
    with _by_force(cli.db) as connection:
        for statement in case.breaking:
            connection.execute(statement)


def _print(path: Path) -> tuple[str, int]:
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns


def _backups(cli: Cli) -> list[Path]:
    return sorted(cli.db.parent.glob("retrovue.db.*.backup"))


def _counts(cli: Cli) -> dict[str, int]:
    return {table: len(rows) for table, rows in cli.dump().items()}


def _one(cli: Cli, query: str) -> object:
    ((value,),) = cli.rows(query)
    return value


def test_every_rule_has_a_case() -> None:
    every = [(rule.guarantee, rule.table, rule.says) for rule in rules.RULES]
    assert sorted(case.rule for case in CASES) == sorted(every)


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case.rule))
def test_a_breach_is_named_and_mended(broken: Cli, case: Case) -> None:
    _break(broken, case)
    before = _print(broken.db)
    guarantee, table, says = case.rule

    found = broken("db", "check", "--json")

    assert found.code == 1
    named = [
        (f["kind"], f["table"], f["row"]) for f in found.json["findings"] if says in f["message"]
    ]
    assert named == [(guarantee, table, case.row)]
    assert found.json["error"]["code"] == "guarantee_violated"
    text = broken("db", "check")
    assert f"{guarantee}: {table} {case.row}: {says}" in text.out
    assert _print(broken.db) == before

    repair = broken("db", "check", "--repair")

    assert repair.code == 0, repair.everything
    done = [line.removeprefix(REPAIRED) for line in repair.out.splitlines() if REPAIRED in line]
    rebuilt = tuple(f"made the table {table} anew, with its rows" for table in case.loosened)
    assert done == [*case.done, *rebuilt]
    assert repair.out.splitlines()[-1] == SOUND
    assert broken("db", "check").out == f"{SOUND}\n"
    assert _counts(broken) == {**ROWS, **case.rows}
    for query, value in case.after:
        assert _one(broken, query) == value


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case.rule))
def test_a_dry_repair_changes_nothing(broken: Cli, case: Case) -> None:
    _break(broken, case)
    before = broken.dump()
    wet = [f"made the table {table} anew, with its rows" for table in case.loosened]

    run = broken("db", "check", "--repair", "--dry-run", "--json")

    assert (run.code, run.json["repaired"]) == (0, [*case.done, *wet])
    assert run.json["dry_run"] is True
    assert run.json["findings"] == []
    assert broken.dump() == before
    assert _backups(broken) == []


def test_the_backup_of_a_repair_is_the_file_as_it_was(broken: Cli) -> None:
    _break(broken, CASES[1])
    tables = [table for table in ROWS if table != "history"]
    before = broken.dump(*tables)
    run = broken("db", "check", "--repair")
    (saved,) = _backups(broken)
    assert f"Undo: retrovue --db {broken.db} db restore {saved}" in run.out.splitlines()
    broken.ok("db", "restore", saved, "--force")
    assert broken.dump(*tables) == before


def test_a_repair_is_a_line_of_history(broken: Cli) -> None:
    _break(broken, CASES[1])
    broken.ok("db", "check", "--repair")
    rows = broken.rows("SELECT operation, status, detail FROM history ORDER BY id DESC LIMIT 1")
    assert rows == [
        (
            "Database repair",
            "success",
            '{"repaired": ["gave collections the external_id or name that they lacked (2)"]}',
        )
    ]


def test_nothing_to_repair_is_said_and_no_backup_made(broken: Cli) -> None:
    before = _print(broken.db)
    run = broken("db", "check", "--repair")
    assert (run.code, run.out, run.err) == (0, f"Nothing to repair.\n{SOUND}\n", "")
    assert _print(broken.db) == before
    assert _backups(broken) == []


def test_no_backup_is_made_when_none_is_wanted(broken: Cli) -> None:
    _break(broken, CASES[1])
    broken.ok("db", "check", "--repair", "--no-backup")
    assert _backups(broken) == []


def test_all_breaches_at_once_are_mended(broken: Cli) -> None:
    for table in {"path_mappings"} | {table for case in CASES for table in case.loosened}:
        _loosen(broken.db, table)
    with _by_force(broken.db) as connection:
        for case in CASES:
            for statement in case.breaking:
                connection.execute(statement)
    run = broken("db", "check", "--repair", "--json")
    assert (run.code, run.json.get("findings")) == (0, []), run.everything
    assert _counts(broken)["sources"] == ROWS["sources"]


# -- the schema ------------------------------------------------------------------------------------


def _schema(cli: Cli, kind: str) -> list[str]:
    rows = cli.rows(
        "SELECT name FROM sqlite_master WHERE type = :kind AND sql IS NOT NULL ORDER BY name",
        kind=kind,
    )
    return [name for (name,) in rows if not name.startswith("idx__sqlite_migrations")]


@pytest.mark.parametrize("kind", ["trigger", "view", "index"])
def test_what_was_dropped_is_found_and_made_anew(broken: Cli, kind: str) -> None:
    names = _schema(broken, kind)
    assert names
    for name in names:
        broken.run_sql(f"DROP {kind} {name}")

    run = broken("db", "check", "--json")
    assert run.code == 1
    assert [(f["kind"], f["message"]) for f in run.json["findings"]] == [
        ("schema", f"{kind} {name} is gone") for name in names
    ]

    repair = broken("db", "check", "--repair", "--json")
    assert repair.code == 0
    assert sorted(repair.json["repaired"]) == [f"made the {kind} {name} anew" for name in names]
    assert _schema(broken, kind) == names
    assert broken("db", "check").code == 0


def test_a_trigger_that_was_changed_is_made_anew(broken: Cli) -> None:
    broken.run_sql("DROP TRIGGER collections_update")
    broken.run_sql(
        "CREATE TRIGGER collections_update BEFORE UPDATE ON collections BEGIN SELECT 1; END"
    )
    found = broken("db", "check", "--json").json["findings"]
    assert [f["message"] for f in found] == ["trigger collections_update is not what it should be"]
    assert broken.json("db", "check", "--repair")["repaired"] == [
        "made the trigger collections_update anew"
    ]


def test_what_others_made_stays_where_it_touches_nothing_of_ours(broken: Cli) -> None:
    broken.run_sql("CREATE VIEW mine AS SELECT title FROM assets")
    broken.run_sql("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
    broken.run_sql("CREATE TRIGGER own AFTER INSERT ON notes BEGIN DELETE FROM notes; END")
    broken.run_sql("CREATE INDEX titles ON assets (title)")
    run = broken("db", "check")
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines() == [
        "Not ours: index titles on assets",
        "Not ours: table notes",
        "Not ours: trigger own on notes",
        "Not ours: view mine",
        SOUND,
    ]
    _loosen(broken.db, "assets")
    broken.ok("db", "check", "--repair")
    assert set(_schema(broken, "view")) - {"mine"} == {
        name for kind, name in versions.expected() if kind == "view"
    }
    assert "mine" in _schema(broken, "view")
    assert "own" in _schema(broken, "trigger")
    assert "titles" in _schema(broken, "index")
    assert [each["name"] for each in broken.json("db", "check")["others"]] == [
        "titles", "notes", "own", "mine",
    ]  # fmt: skip


def test_a_check_that_was_edited_out_of_the_schema_comes_back(broken: Cli) -> None:
    with contextlib.closing(sqlite3.connect(broken.db, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'CHECK (sync_enabled <= enabled)',"
            " 'CHECK (1)') WHERE name = 'collections'"
        )
    found = broken("db", "check", "--json").json["findings"]
    assert [f["message"] for f in found] == ["table collections is not what it should be"]
    assert broken.json("db", "check", "--repair")["repaired"] == [
        "made the table collections anew, with its rows"
    ]
    with pytest.raises(sqlite3.IntegrityError, match="G-5: sync_enabled needs enabled"):
        broken.run_sql("UPDATE collections SET sync_enabled = 1")
    assert _counts(broken) == ROWS


def test_ids_go_on_after_a_table_was_made_anew(broken: Cli) -> None:
    broken.run_sql("DELETE FROM assets WHERE id = 6")
    _loosen(broken.db, "assets")
    broken.run_sql("UPDATE sqlite_sequence SET seq = 6 WHERE name = 'assets'")
    broken.ok("db", "check", "--repair")
    broken.run_sql(
        "INSERT INTO assets (collection_id, external_id, kind, title) VALUES (1, 'n', 'movie', 'N')"
    )
    assert _one(broken, "SELECT max(id) FROM assets") == 7


def test_a_dropped_table_is_made_anew_and_empty(broken: Cli) -> None:
    broken.run_sql("DROP TABLE folders")
    run = broken("db", "check", "--json")
    assert run.code == 1
    assert "table folders is gone" in [f["message"] for f in run.json["findings"]]
    repaired = broken.json("db", "check", "--repair")["repaired"]
    assert repaired[0] == "made the table folders anew, empty"
    assert broken("db", "check").code == 0
    assert _counts(broken) == ROWS | {"folders": 0}


def test_a_column_of_ones_own_is_found_and_left(broken: Cli) -> None:
    broken.run_sql("ALTER TABLE assets ADD COLUMN stars INTEGER")
    broken.run_sql("UPDATE assets SET stars = 5")
    run = broken("db", "check", "--repair", "--json")
    assert run.code == 1
    assert [f["message"] for f in run.json["findings"]] == ["table assets is not what it should be"]
    assert _one(broken, "SELECT sum(stars) FROM assets") == 30


# -- reading alone, and damage ---------------------------------------------------------------------


def test_a_check_writes_nothing(broken: Cli) -> None:
    before = _print(broken.db)
    run = broken("db", "check")
    assert (run.code, run.out, run.err) == (0, f"{SOUND}\n", "")
    assert _print(broken.db) == before


def test_a_file_that_cannot_be_written_can_be_checked(pristine: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cli = Cli(Path(folder))
        shutil.copyfile(pristine, cli.db)
        cli.db.chmod(0o444)
        Path(folder).chmod(0o555)
        before = _print(cli.db)

        run = as_nobody(cli, "db", "check")

        assert (run.code, run.out, run.err) == (0, f"{SOUND}\n", "")
        assert _print(cli.db) == before
        assert os.listdir(folder) == ["retrovue.db"]


@pytest.fixture(params=["wal", "delete"])
def damaged(broken: Cli, request: pytest.FixtureRequest) -> Cli:
    """A catalogue with the root page of a table, in the middle of the file, overwritten."""
    broken.run_sql(f"PRAGMA journal_mode = {request.param}")
    page = _one(broken, "SELECT rootpage FROM sqlite_master WHERE name = 'assets'")
    size = _one(broken, "PRAGMA page_size")
    assert isinstance(page, int)
    assert isinstance(size, int)
    with broken.db.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
    return broken


def test_a_damaged_page_is_reported_and_nothing_written(damaged: Cli) -> None:
    before = _print(damaged.db)
    run = damaged("db", "check", "--json")
    assert run.code == 1
    assert run.json["status"] == "error"
    assert run.json["findings"][0]["kind"] == "integrity"
    assert _print(damaged.db) == before


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--no-backup",)])
def test_a_damaged_page_is_not_repaired(damaged: Cli, options: tuple[str, ...]) -> None:
    before = _print(damaged.db)
    run = damaged("db", "check", "--repair", *options)
    assert run.code == 1
    assert run.error.startswith("Error: Database repair failed: the file is damaged (")
    assert "Traceback" not in run.err
    assert _print(damaged.db) == before
    assert _backups(damaged) == []
    assert sorted(path.name for path in damaged.db.parent.iterdir()) == ["retrovue.db"]
