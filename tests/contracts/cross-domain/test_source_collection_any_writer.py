"""The file holds its guarantees for any writer: no single statement of a script, with foreign keys
off as scripts have them, leaves it broken."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from support.cli import Cli
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue")

# What is refused, by the clause that refuses it; `OR REPLACE` would otherwise delete the row in its
# way without any trigger.
REFUSED = {
    "G-1.3": [
        "INSERT INTO collections (source_id, external_id, name, enabled) VALUES (1, 'x', 'X', 1)",
        "INSERT INTO collections (source_id, external_id, name, ingestible)"
        " VALUES (1, 'x', 'X', 1)",
    ],
    "G-1.4": [
        "INSERT INTO collections (source_id, external_id, name) VALUES (1, 'movies', 'Again')",
        "INSERT OR REPLACE INTO collections (source_id, external_id, name)"
        " VALUES (1, 'movies', 'Again')",
        "UPDATE collections SET external_id = 'movies' WHERE external_id = 'music'",
        "UPDATE OR REPLACE collections SET external_id = 'movies' WHERE external_id = 'music'",
        "UPDATE collections SET source_id = 2 WHERE external_id = 'music'",
        "INSERT INTO collections (source_id, external_id, name) VALUES (1, '', 'Nameless')",
        "INSERT INTO collections (source_id, external_id, name) VALUES (1, 'x', ' ')",
    ],
    "G-2.4": [
        "INSERT INTO collections (source_id, external_id, name) VALUES (99, 'x', 'X')",
        "INSERT INTO assets (collection_id, external_id, kind, title)"
        " VALUES (99, 'x', 'movie', 'X')",
        "INSERT INTO asset_files (asset_id, path_mapping_id, relative_path)"
        " SELECT 99, id, 'x' FROM path_mappings LIMIT 1",
        "UPDATE asset_files SET asset_id = 99",
        "UPDATE assets SET collection_id = 99",
        "UPDATE sources SET id = 99",
        "INSERT OR REPLACE INTO sources (id, external_id, type, identity, name)"
        " VALUES (1, 'x-1', 'x', 'x', 'X')",
    ],
    "G-5.1": [
        "UPDATE collections SET enabled = 0",
        "UPDATE collections SET enabled = 2",
        "UPDATE collections SET sync_enabled = 'yes'",
        "UPDATE collections SET sync_enabled = NULL",
    ],
    "G-6.4": [
        "INSERT INTO path_mappings (collection_id, external_path) VALUES (99, '/srv/x')",
        "INSERT OR REPLACE INTO path_mappings (collection_id, external_path)"
        " SELECT collection_id, external_path FROM path_mappings LIMIT 1",
        "UPDATE path_mappings SET collection_id = 99",
        "UPDATE path_mappings SET local_path = ''",
        "UPDATE path_mappings SET excluded = 7",
        "UPDATE path_mappings SET external_path = '/srv/same'"
        " WHERE collection_id = (SELECT min(id) FROM collections)",
        "DELETE FROM path_mappings",
        "UPDATE asset_files SET path_mapping_id = (SELECT m.id FROM path_mappings AS m"
        " JOIN collections AS c ON c.id = m.collection_id WHERE c.name = 'Music')"
        " WHERE relative_path = 'Alien.mkv'",
    ],
}


def _written(db: Path, statement: str) -> str | None:
    """Execute one statement as a script does; what it was refused with."""
    connection = sqlite3.connect(db, isolation_level=None)
    try:
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (0,)
        connection.execute(statement)
    except sqlite3.IntegrityError as error:
        return str(error)
    finally:
        connection.close()
    return None


@pytest.fixture
def full(cli: Cli, shelf: Shelf) -> Shelf:
    """A source with two ingested collections, one of them with two locations."""
    shelf.offer({**MOVIES, "locations": ["/srv/movies", "/srv/same"]}, MUSIC)
    shelf.add("--discover")
    shelf.disk("same")
    cli.ok("collection", "update", "Movies", "--map", "/srv/same", shelf.disk("same"))
    shelf.enable("movies", "music")
    assert shelf.ingest().code == 0
    return shelf


@pytest.mark.guarantee("G-1.3", "G-1.4", "G-2.4", "G-5.1", "G-6.4")
@pytest.mark.parametrize("clause", REFUSED)
def test_a_statement_that_would_break_a_guarantee_is_refused(
    cli: Cli, full: Shelf, clause: str
) -> None:
    before = cli.dump()
    for statement in REFUSED[clause]:
        assert _written(cli.db, statement) is not None, statement
        assert cli.dump() == before, statement


@pytest.mark.guarantee("G-2.1")
def test_a_script_that_deletes_a_source_leaves_no_orphan(cli: Cli, full: Shelf) -> None:
    assert _written(cli.db, "DELETE FROM sources") is None
    for table in ("sources", "collections", "path_mappings", "folders", "assets", "asset_files"):
        assert cli.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("G-2.4")
@pytest.mark.parametrize("table", ["collections", "assets"])
def test_a_script_that_deletes_a_parent_deletes_its_children(
    cli: Cli, full: Shelf, table: str
) -> None:
    assert _written(cli.db, f"DELETE FROM {table}") is None
    assert cli.rows("SELECT count(*) FROM asset_files") == [(0,)]
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("G-1.3", "G-6.1", "G-6.2")
def test_a_collection_of_a_script_is_off_and_has_its_mapping(cli: Cli, full: Shelf) -> None:
    new = "INSERT INTO collections (source_id, external_id, name) VALUES (1, 'new', 'New')"
    assert _written(cli.db, new) is None
    rows = cli.rows(
        "SELECT enabled, sync_enabled, ingestible, external_path, local_path FROM collections AS c"
        " JOIN path_mappings AS m ON m.collection_id = c.id WHERE c.name = 'New'"
    )
    assert rows == [(0, 0, 0, "", None)]
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("G-6.3", "G-5.1")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE path_mappings SET local_path = NULL",
        "UPDATE path_mappings SET local_path = '/elsewhere'",
        "UPDATE path_mappings SET excluded = 1",
        "INSERT INTO path_mappings (collection_id, external_path)"
        " SELECT id, '/srv/more' FROM collections",
        "UPDATE collections SET missing_since = '2020-01-01T00:00:00Z'",
    ],
)
def test_a_script_that_changes_mappings_takes_ingestibility_away(
    cli: Cli, full: Shelf, statement: str
) -> None:
    flags = "SELECT DISTINCT enabled, sync_enabled, ingestible FROM collections"
    assert cli.rows(flags) == [(1, 1, 1)]
    assert _written(cli.db, statement) is None
    assert cli.rows(flags) == [(1, 1, 0)]
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("G-5.1")
@pytest.mark.parametrize("unfit", ["local_path = NULL", "excluded = 1"])
def test_a_script_cannot_call_ingestible_what_is_not(cli: Cli, full: Shelf, unfit: str) -> None:
    assert _written(cli.db, f"UPDATE path_mappings SET {unfit}") is None
    refusal = _written(cli.db, "UPDATE collections SET ingestible = 1")
    assert refusal is not None
    assert refusal.startswith("G-5: ingestible needs ")
