"""Whatever single statement a script runs: it is refused, or the file keeps every promise."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.soundness import require, state
from support.statements import TABLES, Writer

_SAID = re.compile(
    r"(CHECK constraint failed: )?G-[1-6]: |NOT NULL constraint failed: |datatype mismatch$"
    r"|cannot store \w+ value in \w+ column |UNIQUE constraint failed: source_secrets\."
    r"|malformed JSON$"
)

# children before parents, so that a statement is not masked by what it depends on
EXISTING = {
    "sources": "3, 'plex-new', 'plex', 'new', 'New', '{}'",
    "collections": "2, 3, 'new', 'New', NULL",
    "path_mappings": "12, 5, '/new', NULL",
    "folders": "2, 5, 'new', NULL",
    "assets": "4, 5, 'new', 'movie', 'New'",
    "asset_files": "41, 6, 51, 'new.mkv'",
    "history": "1, '2024-01-01T00:00:00Z', 'New', 'success'",
}
COLUMNS = {
    "sources": "id, external_id, type, identity, name, config",
    "collections": "id, source_id, external_id, name, kind",
    "path_mappings": "id, collection_id, external_path, local_path",
    "folders": "id, collection_id, path, fingerprint",
    "assets": "id, collection_id, external_id, kind, title",
    "asset_files": "id, asset_id, path_mapping_id, relative_path",
    "history": "id, at, operation, status",
}


@pytest.fixture
def script(pristine: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """What a script has: a plain connection, foreign keys off."""
    path = tmp_path / "retrovue.db"
    shutil.copyfile(pristine, path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def _rows(connection: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]


def _refused(connection: sqlite3.Connection, statement: str, message: str) -> None:
    """The statement must fail with exactly this message, and change nothing."""
    before = _rows(connection)
    with pytest.raises(sqlite3.IntegrityError) as caught:
        connection.execute(statement).fetchall()
    assert str(caught.value) == message
    assert _rows(connection) == before


def _accepted(connection: sqlite3.Connection, *statements: str) -> None:
    for statement in statements:
        before = state(connection)
        connection.execute(statement).fetchall()
        require(connection, before)


def _count(connection: sqlite3.Connection, table: str, where: str = "1") -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])


# -- any statement ---------------------------------------------------------------------------------


@settings(
    max_examples=400,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 2**64 - 1),
    foreign_keys=st.sampled_from((0, 0, 1)),
    recursive_triggers=st.sampled_from((0, 0, 1)),
    in_transaction=st.booleans(),
)
def test_a_statement_is_refused_or_leaves_the_file_sound(
    pristine: Path, seed: int, foreign_keys: int, recursive_triggers: int, in_transaction: bool
) -> None:
    path = pristine.with_name("tried.db")
    shutil.copyfile(pristine, path)
    writer = Writer(Random(seed))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        connection.execute(f"PRAGMA recursive_triggers = {recursive_triggers}")
        for _ in range(4):
            _try(connection, writer.statement(), in_transaction)


def _try(connection: sqlite3.Connection, statement: str, in_transaction: bool) -> None:
    before, rows = state(connection), _rows(connection)
    refused: sqlite3.Error | None = None
    if in_transaction:
        connection.execute("BEGIN")
    try:
        connection.execute(statement).fetchall()
    except sqlite3.Error as error:
        refused = error
    if connection.in_transaction:  # OR ROLLBACK may have ended it
        connection.execute("COMMIT")
    try:
        require(connection, before)
        if refused is not None:
            assert _SAID.match(str(refused)), refused
        if refused is not None and "OR FAIL" not in statement:
            assert _rows(connection) == rows
    except AssertionError as broken:
        raise AssertionError(f"{statement}\n{broken}") from broken


@pytest.mark.parametrize(
    "trigger", ["sources_delete", "collections_update", "path_mappings_updated", "assets_delete"]
)
def test_the_statements_break_a_file_without_a_trigger(pristine: Path, trigger: str) -> None:
    """The statements that are tried are such as would find a hole."""
    broken = pristine.with_name("broken.db")
    shutil.copyfile(pristine, broken)
    with contextlib.closing(sqlite3.connect(broken)) as connection:
        connection.execute(f"DROP TRIGGER {trigger}")
    assert any(_finds_a_hole(broken, seed) for seed in range(1500))


def _finds_a_hole(path: Path, seed: int) -> bool:
    writer = Writer(Random(seed))
    with (
        contextlib.closing(sqlite3.connect(path)) as file,
        contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection,
    ):
        file.backup(connection)
        try:
            for _ in range(4):
                _try(connection, writer.statement(), in_transaction=False)
        except AssertionError:
            return True
    return False


# -- known ways in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize("recursive_triggers", [0, 1])
def test_replace_over_an_existing_id_is_refused(
    script: sqlite3.Connection, table: str, recursive_triggers: int
) -> None:
    script.execute(f"PRAGMA recursive_triggers = {recursive_triggers}")
    says = {
        "sources": "G-2: this source already exists (id, external_id, type and identity, or name)",
        "collections": "G-1: external_id of a collection is unique within its source",
        "path_mappings": "G-6: a collection has one path mapping per location",
        "folders": "G-2: this folder already exists",
        "assets": "G-2: this asset already exists",
        "asset_files": "G-2: this file already exists",
        "history": "G-5: this line of history already exists",
    }
    values = f"({COLUMNS[table]}) VALUES ({EXISTING[table]})"
    _refused(script, f"INSERT OR REPLACE INTO {table} {values}", says[table])
    _refused(script, f"REPLACE INTO {table} {values}", says[table])
    other_name = values.replace("(id,", "(_rowid_,", 1)
    _refused(script, f"REPLACE INTO {table} {other_name}", says[table])


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        ("sources", "'plex-00000001', 'a', 'b', 'c'", "this source already exists"),
        ("sources", "'n', 'plex', 'http://plex:32400', 'c'", "this source already exists"),
        ("sources", "'n', 'a', 'b', 'MY PLEX'", "this source already exists"),
        ("collections", "1, '2', 'New'", "external_id of a collection is unique"),
        ("path_mappings", "1, '/data/movies'", "one path mapping per location"),
        ("folders", "4, 'A'", "this folder already exists"),
        ("assets", "1, '101', 'movie', 'New'", "this asset already exists"),
    ],
)
@pytest.mark.parametrize("verb", ["REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT"])
def test_an_insert_over_an_existing_key_is_refused(
    script: sqlite3.Connection, table: str, columns: str, message: str, verb: str
) -> None:
    names = {
        "sources": "external_id, type, identity, name",
        "collections": "source_id, external_id, name",
        "path_mappings": "collection_id, external_path",
        "folders": "collection_id, path",
        "assets": "collection_id, external_id, kind, title",
    }
    before = _rows(script)
    with pytest.raises(sqlite3.IntegrityError, match=rf"^G-[126]: .*{message}"):
        script.execute(f"{verb} INTO {table} ({names[table]}) VALUES ({columns})")
    assert _rows(script) == before


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("sources SET name = 'disk' WHERE id = 1", "G-2: another source has this identity or name"),
        (
            "sources SET identity = 'http://old:32400' WHERE id = 1",
            "G-2: another source has this identity or name",
        ),
        (
            "path_mappings SET external_path = '/data/more' WHERE id = 11",
            "G-6: a collection has one path mapping per location",
        ),
        (
            "assets SET external_id = '102' WHERE id = 1",
            "G-2: another asset of the collection has this external_id",
        ),
        (
            "collections SET external_id = '2' WHERE id = 1",
            "G-1: external_id of a collection is unique within its source",
        ),
    ],
)
@pytest.mark.parametrize("policy", ["", "OR REPLACE ", "OR IGNORE "])
def test_an_update_onto_an_existing_key_is_refused(
    script: sqlite3.Connection, statement: str, message: str, policy: str
) -> None:
    _refused(script, f"UPDATE {policy}{statement}", message)


@pytest.mark.parametrize("name", ["id", "rowid", "_rowid_", "oid"])
@pytest.mark.parametrize("policy", ["", "OR REPLACE ", "OR IGNORE ", "OR FAIL ", "OR ROLLBACK "])
def test_no_id_ever_changes(script: sqlite3.Connection, name: str, policy: str) -> None:
    says = {
        "sources": "G-2: id, external_id and type of a source never change",
        "collections": "G-1: id and source_id of a collection never change",
        "path_mappings": "G-6: id and collection of a path mapping never change",
        "folders": "G-2: id, collection and path of a folder never change",
        "assets": "G-2: id and collection of an asset never change",
        "asset_files": "G-2: id and asset of a file never change",
        "history": "G-5: the id of a line of history never changes",
    }
    for table, message in says.items():
        for value in ("77", "-1", f"{table}.id + 1"):
            _refused(script, f"UPDATE {policy}{table} SET {name} = {value}", message)


@pytest.mark.parametrize("number", ["-1", "0", "-9223372036854775808"])
def test_an_id_below_1_is_refused(script: sqlite3.Connection, number: str) -> None:
    ids = {
        "sources": "G-2: the id of a source",
        "collections": "G-1: the id of a collection",
        "path_mappings": "G-6: the id of a path mapping",
        "folders": "G-2: the id of a folder",
        "assets": "G-2: the id of an asset",
        "asset_files": "G-2: the id of a file",
        "history": "G-5: the id of a line of history",
    }
    for table, what in ids.items():
        rest = EXISTING[table].partition(",")[2]
        for verb in ("INSERT", "REPLACE"):
            _refused(
                script,
                f"{verb} INTO {table} ({COLUMNS[table]}) VALUES ({number},{rest})",
                f"CHECK constraint failed: {what} is above 0",
            )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "INSERT INTO collections (source_id, external_id, name) VALUES (99, 'n', 'N')",
            "G-2: a collection belongs to a source",
        ),
        (
            "INSERT INTO path_mappings (collection_id, external_path) VALUES (99, '/n')",
            "G-6: a path mapping belongs to a collection",
        ),
        (
            "INSERT INTO folders (collection_id, path) VALUES (99, 'n')",
            "G-2: a folder belongs to a collection",
        ),
        (
            "INSERT INTO assets (collection_id, external_id, kind, title)"
            " VALUES (99, 'n', 'movie', 'N')",
            "G-2: an asset belongs to a collection",
        ),
        (
            "INSERT INTO assets (collection_id, folder_id, external_id, kind, title)"
            " VALUES (1, 1, 'n', 'movie', 'N')",
            "G-2: the folder of an asset belongs to its collection",
        ),
        (
            "INSERT INTO asset_files (asset_id, path_mapping_id, relative_path)"
            " VALUES (99, 11, 'n')",
            "G-6: a file belongs to an asset and to a path mapping of the same collection",
        ),
        (
            "INSERT INTO asset_files (asset_id, path_mapping_id, relative_path)"
            " VALUES (1, 21, 'n')",
            "G-6: a file belongs to an asset and to a path mapping of the same collection",
        ),
        (
            "INSERT INTO asset_files (asset_id, path_mapping_id, relative_path)"
            " VALUES (99, 99, 'n')",
            "G-6: a file belongs to an asset and to a path mapping of the same collection",
        ),
        ("REPLACE INTO source_secrets VALUES (99, 'n', 'v')", "G-2: a secret belongs to a source"),
        ("UPDATE source_secrets SET source_id = 2", "G-2: a secret stays with its source"),
    ],
)
def test_a_row_without_its_parent_is_refused(
    script: sqlite3.Connection, statement: str, message: str
) -> None:
    _refused(script, statement, message)


@pytest.mark.parametrize("mapping", ["21", "31", "99", "NULL"])
def test_files_cannot_move_to_a_mapping_of_another_collection(
    script: sqlite3.Connection, mapping: str
) -> None:
    _refused(
        script,
        f"UPDATE asset_files SET path_mapping_id = {mapping} WHERE asset_id = 1",
        "G-6: a file belongs to an asset and to a path mapping of the same collection",
    )


def test_files_can_move_to_another_mapping_of_their_collection(script: sqlite3.Connection) -> None:
    _accepted(script, "UPDATE asset_files SET path_mapping_id = 12 WHERE asset_id = 1")
    assert _count(script, "asset_files", "path_mapping_id = 12") == 2


def test_a_secret_can_be_replaced(script: sqlite3.Connection) -> None:
    _accepted(script, "REPLACE INTO source_secrets VALUES (1, 'token', 'new')")
    found = script.execute(
        "SELECT value FROM source_secrets WHERE source_id = 1 AND name = 'token'"
    )
    assert found.fetchall() == [("new",)]


def test_the_case_of_a_sources_name_can_change(script: sqlite3.Connection) -> None:
    _accepted(script, "UPDATE sources SET name = upper(name)")
    names = script.execute("SELECT name FROM sources ORDER BY id").fetchall()
    assert names == [("MY PLEX",), ("DISK",), ("EMPTY",)]


def test_all_sources_cannot_have_one_name(script: sqlite3.Connection) -> None:
    _refused(
        script, "UPDATE sources SET name = 'One'", "G-2: another source has this identity or name"
    )


@pytest.mark.parametrize("foreign_keys", [0, 1])
def test_deleting_a_source_leaves_nothing_of_it(
    script: sqlite3.Connection, foreign_keys: int
) -> None:
    script.execute(f"PRAGMA foreign_keys = {foreign_keys}")
    _accepted(script, "DELETE FROM sources WHERE id = 1")
    assert _count(script, "source_secrets", "source_id = 1") == 0
    assert _count(script, "collections", "id IN (1, 2, 3)") == 0
    assert _count(script, "path_mappings", "collection_id IN (1, 2, 3)") == 0
    assert _count(script, "folders", "collection_id IN (1, 2, 3)") == 0
    assert _count(script, "assets", "collection_id IN (1, 2, 3)") == 0
    assert _count(script, "asset_files", "asset_id IN (1, 2, 3)") == 0
    assert _count(script, "history", "source = 'My Plex'") == 2
    assert _count(script, "assets") == 3
    assert _count(script, "asset_files") == 4


@pytest.mark.parametrize("foreign_keys", [0, 1])
def test_deleting_all_sources_leaves_only_history(
    script: sqlite3.Connection, foreign_keys: int
) -> None:
    script.execute(f"PRAGMA foreign_keys = {foreign_keys}")
    _accepted(script, "DELETE FROM sources")
    left = {table: _count(script, table) for table in TABLES}
    assert {table: count for table, count in left.items() if count} == {"history": 2}


@pytest.mark.parametrize("foreign_keys", [0, 1])
def test_deleting_a_collection_leaves_nothing_of_it(
    script: sqlite3.Connection, foreign_keys: int
) -> None:
    script.execute(f"PRAGMA foreign_keys = {foreign_keys}")
    _accepted(script, "DELETE FROM collections WHERE id = 4")
    for table in ("path_mappings", "folders", "assets"):
        assert _count(script, table, "collection_id = 4") == 0
    assert _count(script, "asset_files", "asset_id IN (4, 5)") == 0
    assert _count(script, "sources") == 3


def test_deleting_an_asset_takes_its_files_and_the_mark_of_its_folder(
    script: sqlite3.Connection,
) -> None:
    _accepted(script, "DELETE FROM assets WHERE id = 4")
    assert _count(script, "asset_files", "asset_id = 4") == 0
    folders = script.execute("SELECT id, fingerprint FROM folders ORDER BY id").fetchall()
    assert folders == [(1, None), (2, "f2"), (3, "f3")]


def test_an_asset_that_lost_a_file_is_read_again(script: sqlite3.Connection) -> None:
    _accepted(script, "DELETE FROM asset_files WHERE id = 11")
    assert script.execute("SELECT fingerprint FROM assets WHERE id = 1").fetchone() == (None,)


def test_mappings_that_files_refer_to_cannot_be_deleted(script: sqlite3.Connection) -> None:
    message = "G-6: files still refer to this path mapping"
    _refused(script, "DELETE FROM path_mappings", message)
    _refused(script, "DELETE FROM path_mappings WHERE id = 11", message)


def test_deleting_every_mapping_leaves_each_collection_one_for_any_location(
    script: sqlite3.Connection,
) -> None:
    script.execute("DELETE FROM asset_files")
    _accepted(script, "DELETE FROM path_mappings")
    rows = script.execute(
        "SELECT collection_id, external_path, local_path FROM path_mappings ORDER BY 1"
    ).fetchall()
    assert rows == [(number, "", None) for number in (1, 2, 3, 4, 5)]
    assert _count(script, "collections", "ingestible = 1") == 0
    assert _count(script, "collections", "enabled = 1") == 3
    assert _count(script, "collections", "sync_enabled = 1") == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE path_mappings SET local_path = '/mnt/other' WHERE id = 12",
        "UPDATE path_mappings SET local_path = NULL WHERE id = 12",
        "UPDATE path_mappings SET excluded = 1 WHERE id = 12",
        "UPDATE OR REPLACE path_mappings SET excluded = NULL WHERE id = 13",
        "UPDATE path_mappings SET missing_since = '2024-01-01T00:00:00Z' WHERE id = 12",
        "UPDATE path_mappings SET external_path = '/elsewhere' WHERE id = 12",
        "DELETE FROM path_mappings WHERE id = 12",
        "INSERT INTO path_mappings (collection_id, external_path) VALUES (1, '/new')",
        "INSERT OR IGNORE INTO path_mappings (collection_id, external_path, local_path)"
        " VALUES (1, '/new', '/mnt/new')",
    ],
)
def test_a_changed_mapping_resets_ingestible_and_no_other_flag(
    script: sqlite3.Connection, statement: str
) -> None:
    _accepted(script, statement)
    flags = script.execute(
        "SELECT enabled, sync_enabled, ingestible, not_ingestible_reason FROM collections"
        " WHERE id = 1"
    ).fetchone()
    assert flags == (1, 1, 0, "its path mappings changed")
    assert script.execute("SELECT ingestible FROM collections WHERE id = 4").fetchone() == (1,)


@pytest.mark.parametrize(
    "change", ["local_path = local_path", "updated_at = '2030-01-01T00:00:00Z'"]
)
def test_a_mapping_written_as_it_is_resets_nothing(script: sqlite3.Connection, change: str) -> None:
    _accepted(script, f"UPDATE path_mappings SET {change}")
    assert _count(script, "collections", "ingestible = 1") == 2


def test_a_new_collection_gets_a_mapping_for_any_location(script: sqlite3.Connection) -> None:
    _accepted(
        script,
        "INSERT INTO collections (source_id, external_id, name)"
        " VALUES (3, 'a', 'A'), (3, 'b', 'B')",
    )
    rows = script.execute(
        "SELECT c.external_id, m.external_path, m.local_path FROM collections AS c"
        "  JOIN path_mappings AS m ON m.collection_id = c.id WHERE c.source_id = 3 ORDER BY 1"
    ).fetchall()
    assert rows == [("a", "", None), ("b", "", None)]


def test_the_mapping_for_any_location_goes_when_a_location_comes(
    script: sqlite3.Connection,
) -> None:
    _accepted(
        script,
        "INSERT INTO collections (id, source_id, external_id, name) VALUES (9, 3, 'a', 'A')",
        "INSERT INTO path_mappings (collection_id, external_path) VALUES (9, '/a'), (9, '/b')",
    )
    rows = script.execute(
        "SELECT external_path FROM path_mappings WHERE collection_id = 9 ORDER BY 1"
    ).fetchall()
    assert rows == [("/a",), ("/b",)]


def test_a_resolved_mapping_for_any_location_stays(script: sqlite3.Connection) -> None:
    _accepted(script, "INSERT INTO path_mappings (collection_id, external_path) VALUES (4, '/a')")
    rows = script.execute(
        "SELECT external_path, local_path FROM path_mappings WHERE collection_id = 4 ORDER BY 1"
    ).fetchall()
    assert rows == [("", "/media"), ("/a", None)]


@pytest.mark.parametrize("flag", ["enabled", "sync_enabled", "ingestible"])
def test_a_new_collection_with_a_flag_is_refused(script: sqlite3.Connection, flag: str) -> None:
    _refused(
        script,
        f"INSERT INTO collections (source_id, external_id, name, {flag}) VALUES (1, 'n', 'N', 1)",
        "G-1: a new collection starts with enabled, sync_enabled and ingestible 0",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "ingestible = 1 WHERE id = 2",
            "G-5: ingestible needs every location mapped to a folder or excluded",
        ),
        ("ingestible = 1 WHERE id = 3", "G-5: ingestible needs a location that is not excluded"),
        ("ingestible = 1", "G-5: ingestible needs every location mapped to a folder or excluded"),
        ("sync_enabled = 1", "CHECK constraint failed: G-5: sync_enabled needs enabled"),
        ("enabled = 0 WHERE id = 1", "CHECK constraint failed: G-5: sync_enabled needs enabled"),
        ("enabled = 2 WHERE id = 2", "CHECK constraint failed: G-5: enabled is 0 or 1"),
        ("name = ' '", "CHECK constraint failed: G-1: a collection has a name"),
        (
            "asset_count = asset_count + 2, revision = revision + 1",
            "G-5: the counts of a collection change with its assets, one by one",
        ),
        (
            "missing_count = missing_count + 1",
            "G-5: the counts of a collection change with its assets, one by one",
        ),
        ("revision = 0", "G-5: revision of a collection stays or grows by 1"),
        (
            "revision = 9223372036854775807",
            "G-5: revision of a collection stays or grows by 1",
        ),
    ],
)
def test_a_state_that_cannot_be_is_refused(
    script: sqlite3.Connection, change: str, message: str
) -> None:
    _refused(script, f"UPDATE collections SET {change}", message)


@pytest.mark.parametrize("policy", ["", "OR REPLACE ", "OR IGNORE "])
def test_a_revision_cannot_be_taken_away(script: sqlite3.Connection, policy: str) -> None:
    _refused(
        script,
        f"UPDATE {policy}collections SET revision = NULL",
        "G-5: revision of a collection stays or grows by 1",
    )


def test_a_missing_collection_never_becomes_ingestible(script: sqlite3.Connection) -> None:
    _accepted(
        script,
        "UPDATE collections SET ingestible = 1 WHERE id = 5",
        "UPDATE collections SET missing_since = '2024-01-01T00:00:00Z' WHERE id = 1",
    )
    rows = script.execute(
        "SELECT id, ingestible, not_ingestible_reason FROM collections"
    ).fetchall()
    assert (1, 0, "the source no longer offers it") in rows
    assert (5, 0, "the source no longer offers it") in rows


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("assets SET kind = 'book'", "G-5: an asset has one of the known kinds"),
        ("assets SET title = ''", "G-5: an asset has a title"),
        ("asset_files SET version = 0", "G-5: versions count from 1"),
        ("asset_files SET relative_path = ''", "G-6: a file has a relative_path"),
        ("path_mappings SET local_path = ''", "G-6: local_path is NULL or a folder"),
        ("source_secrets SET name = ''", "G-2: a secret has a name"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    script: sqlite3.Connection, statement: str, message: str
) -> None:
    _refused(script, f"UPDATE {statement}", f"CHECK constraint failed: {message}")


@pytest.mark.parametrize(
    "change",
    [
        *(f"sources SET config = {value}" for value in ("'no'", "'[]'", "''", "'{}' || char(0)")),
        *(f"assets SET guids = {value}" for value in ("'{}'", "'5'", "'null'", "'[' || char(0)")),
        *(f"assets SET metadata = {value}" for value in ("'[]'", "'{'", "'{}x'", "'\"{}\"'")),
        *(f"history SET detail = {value}" for value in ("'[]'", "'true'")),
    ],
)
def test_what_is_no_json_of_its_kind_is_refused(script: sqlite3.Connection, change: str) -> None:
    column = change.split()[2]
    kind = "array of texts, of" if column == "guids" else "object of"
    before = _rows(script)
    with pytest.raises(sqlite3.IntegrityError, match=f"^G-5: {column} is a JSON {kind} at most "):
        script.execute(f"UPDATE {change}")
    assert _rows(script) == before


@pytest.mark.parametrize(
    "change",
    [
        "sources SET config = '{oops}'",
        "assets SET guids = '[oops]'",
        "assets SET guids = '[\"a\",]'",
        "assets SET metadata = '{\"a\": [}'",
        "history SET detail = '{} {}'",
    ],
)
def test_malformed_json_is_refused(script: sqlite3.Connection, change: str) -> None:
    before = _rows(script)
    for policy in ("", "OR IGNORE", "OR REPLACE"):
        with pytest.raises(sqlite3.OperationalError, match=r"^malformed JSON$"):
            script.execute(f"UPDATE {policy} {change}")
    assert _rows(script) == before


def test_replace_puts_defaults_where_null_cannot_be(script: sqlite3.Connection) -> None:
    _accepted(
        script,
        "INSERT OR REPLACE INTO collections (source_id, external_id, name, enabled, ingestible)"
        " VALUES (3, 'n', 'N', NULL, NULL)",
        "UPDATE OR REPLACE collections SET ingestible = NULL WHERE id = 1",
    )
    assert _count(script, "collections", "ingestible = 1") == 1


@pytest.mark.parametrize("view", ["media", "collection_status"])
def test_views_cannot_be_written(script: sqlite3.Connection, view: str) -> None:
    for statement in (f"DELETE FROM {view}", f"INSERT INTO {view} DEFAULT VALUES"):
        with pytest.raises(sqlite3.OperationalError, match=f"cannot modify {view}"):
            script.execute(statement)
