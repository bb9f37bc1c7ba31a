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
        "INSERT INTO source_secrets (source_id, name, value) VALUES (99, 'token', 'x')",
        "UPDATE source_secrets SET source_id = 99",
        "INSERT OR REPLACE INTO sources (id, external_id, type, identity, name)"
        " VALUES (1, 'x-1', 'x', 'x', 'X')",
    ],
    "SA-4": ["UPDATE sources SET external_id = 'shelf-00000000'"],
    "G-5.1": [
        "UPDATE collections SET ingestible = 2",
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
        "INSERT INTO asset_files (asset_id, path_mapping_id, relative_path)"
        " SELECT a.id, m.id, 'x.mkv' FROM assets AS a, path_mappings AS m"
        " WHERE m.collection_id <> a.collection_id LIMIT 1",
        "DELETE FROM path_mappings WHERE external_path = '/srv/music'",
    ],
}


OF_A_COLLECTION = ("path_mappings", "folders", "assets")


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
    """A source with a token and two ingested collections, one of them with two locations."""
    shelf.offer({**MOVIES, "locations": ["/srv/movies", "/srv/same"]}, MUSIC)
    shelf.add("--discover", "--token", "s3cret-of-the-shelf")
    shelf.disk("same")
    cli.ok("collection", "update", "Movies", "--map", "/srv/same", shelf.disk("same"))
    shelf.enable("movies", "music")
    assert shelf.ingest().code == 0
    cli.run_sql("INSERT INTO folders (collection_id, path) SELECT id, '/srv' FROM collections")
    return shelf


@pytest.mark.guarantee("G-1.3", "G-1.4", "G-2.4", "G-5.1", "G-6.4", "SA-4")
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
    for table in ("sources", "source_secrets", "collections", *OF_A_COLLECTION, "asset_files"):
        assert cli.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("G-2.4")
@pytest.mark.parametrize(
    ("table", "children"), [("collections", OF_A_COLLECTION), ("assets", ("asset_files",))]
)
def test_a_script_that_deletes_a_parent_deletes_its_children(
    cli: Cli, full: Shelf, table: str, children: tuple[str, ...]
) -> None:
    assert _written(cli.db, f"DELETE FROM {table}") is None
    for child in (*children, "asset_files"):
        assert cli.rows(f"SELECT count(*) FROM {child}") == [(0,)], child
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
        "UPDATE path_mappings SET external_path = external_path || '-2'",
        "UPDATE path_mappings SET missing_since = '2020-01-01T00:00:00Z'",
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


@pytest.mark.guarantee("G-6.3")
def test_a_script_that_deletes_a_location_takes_ingestibility_away(cli: Cli, full: Shelf) -> None:
    gone = "DELETE FROM path_mappings WHERE external_path = '/srv/same'"
    assert _written(cli.db, gone) is None
    flags = "SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY name"
    assert cli.rows(flags) == [("Movies", 1, 1, 0), ("Music", 1, 1, 1)]
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("G-6.2", "G-6.4")
def test_a_collection_of_a_script_has_one_mapping_for_any_until_it_has_a_location(
    cli: Cli, full: Shelf
) -> None:
    places = (
        "SELECT external_path, local_path FROM path_mappings AS m"
        " JOIN collections AS c ON c.id = m.collection_id WHERE c.name = 'New' ORDER BY 1"
    )
    of_it = "WHERE collection_id = (SELECT id FROM collections WHERE name = 'New')"
    for statement, left in (
        ("INSERT INTO collections (source_id, external_id, name) VALUES (1, 'new', 'New')", ""),
        (f"DELETE FROM path_mappings {of_it}", ""),
        ("INSERT INTO path_mappings (collection_id, external_path)"
         " SELECT id, '/srv/new' FROM collections WHERE name = 'New'", "/srv/new"),
        (f"DELETE FROM path_mappings {of_it}", ""),
    ):  # fmt: skip
        assert _written(cli.db, statement) is None
        assert cli.rows(places) == [(left, None)], statement
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("G-5.1")
def test_a_script_cannot_call_ingestible_what_is_no_longer_offered(cli: Cli, full: Shelf) -> None:
    gone = "UPDATE collections SET missing_since = '2020-01-01T00:00:00Z'"
    for statement in (gone, "UPDATE collections SET ingestible = 1"):
        _written(cli.db, statement)
        assert cli.rows("SELECT DISTINCT ingestible FROM collections") == [(0,)]
    assert cli.json("db", "check")["findings"] == []
