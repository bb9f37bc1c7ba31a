"""States that cannot be: not committed by a command, and found in a file that another broke."""

from __future__ import annotations

import contextlib
import re
import sqlite3

import pytest

from support.cli import Cli
from support.dying import unchecked
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue")


# ----------------------------------------------------------------------------- before the commit


@pytest.mark.guarantee("G-5.1", "G-5.4", "G-4.3", "UW-2")
@pytest.mark.parametrize(
    "words",
    [
        ("source", "ingest", "My Shelf"),
        ("source", "discover", "My Shelf"),
        ("collection", "ingest", "Movies"),
        ("collection", "update", "Movies", "--disable"),
    ],
    ids=" ".join,
)
def test_what_would_break_a_guarantee_is_not_committed(
    cli: Cli, shelf: Shelf, words: tuple[str, ...]
) -> None:
    shelf.ready(MOVIES)
    shelf.offer({**MOVIES, "name": "Films"} if "discover" in words else MOVIES)
    unchecked(
        cli.db,
        "DROP TRIGGER path_mappings_updated",
        "CREATE TRIGGER meddling AFTER INSERT ON history WHEN NEW.status = 'success'"
        " BEGIN UPDATE path_mappings SET local_path = NULL; END",
    )
    tables = ("sources", "collections", "path_mappings", "assets", "asset_files")
    before = cli.dump(*tables)
    run = cli(*words, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "guarantee_violated")
    operation = " ".join(words[:2]).capitalize()
    assert run.json["error"]["message"] == f"{operation} failed: it would break a guarantee"
    assert cli.dump(*tables) == before


# -------------------------------------------------------------------------------- in a broken file

_OF_MUSIC = "(SELECT id FROM collections WHERE name = 'Music')"

# By what is said of the row: the guarantee, and how the file comes to be so. Of what stands in the
# first part every operation on the source tells as well.
BROKEN = {
    "its external_id is not unique within its source":
        ("G-1", "UPDATE collections SET external_id = 'movies'"),
    "it has no name or no external_id":
        ("G-1", "UPDATE collections SET name = ' ' WHERE name = 'Music'"),
    "it is ingestible but no longer offered":
        ("G-3", "UPDATE collections SET missing_since = '2020-01-01T00:00:00Z'"),
    "enabled, sync_enabled or ingestible is not 0 or 1":
        ("G-5", "UPDATE collections SET enabled = 2"),
    "it is sync_enabled but not enabled":
        ("G-5", "UPDATE collections SET enabled = 0"),
    "it is ingestible but a location is not mapped":
        ("G-5", "UPDATE path_mappings SET local_path = NULL"),
    "it is ingestible but every location is excluded":
        ("G-5", "UPDATE path_mappings SET excluded = 1"),
    "it has no path mapping":
        ("G-6", f"DELETE FROM path_mappings WHERE collection_id = {_OF_MUSIC}"),
    "its location has another path mapping":
        ("G-6", "INSERT INTO path_mappings (collection_id, external_path)"
                " SELECT collection_id, external_path FROM path_mappings"),
    "its local_path or excluded is not a possible value":
        ("G-6", "UPDATE path_mappings SET local_path = ''"),
}  # fmt: skip
ORPHANS = {
    "source_secrets": ("G-2", "its source does not exist", "DELETE FROM sources"),
    "collections": ("G-2", "its source does not exist", "DELETE FROM sources"),
    "path_mappings": ("G-6", "its collection does not exist", "DELETE FROM collections"),
    "folders": ("G-2", "its collection does not exist", "DELETE FROM collections"),
    "assets": ("G-2", "its collection does not exist", "DELETE FROM collections"),
    "asset_files": ("G-2", "its asset does not exist", "DELETE FROM assets"),
}


def _unguarded(cli: Cli) -> None:
    """Take from the file the triggers and the unique constraints of locations and collections."""
    with contextlib.closing(sqlite3.connect(cli.db)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        tables = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE name IN ('collections', 'path_mappings')"
        ).fetchall()
        for name, sql in tables:
            free = re.sub(r",\s*UNIQUE \([^)]*\)", "", sql)
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (free, name))
        connection.execute(
            "DELETE FROM sqlite_master WHERE type = 'trigger' OR (type = 'index' AND sql IS NULL"
            " AND tbl_name IN ('collections', 'path_mappings'))"
        )


def _broken(cli: Cli, shelf: Shelf, statement: str) -> None:
    shelf.ready(MOVIES, MUSIC)
    cli.ok("source", "update", shelf.name, "--token", "s3cret-of-the-shelf")
    assert shelf.ingest().code == 0
    cli.run_sql("INSERT INTO folders (collection_id, path) SELECT id, '/srv' FROM collections")
    _unguarded(cli)
    unchecked(cli.db, statement)
    shelf.calls()


def _found(cli: Cli) -> set[tuple[str, str, str]]:
    """The guarantees that the check finds broken, the tables, and what it says of them."""
    run = cli("db", "check", "--json")
    assert run.code == 1
    return {
        (each["kind"], each["table"], each["message"].partition(" (")[0])
        for each in run.json["findings"]
        if each["kind"].startswith("G-")
    }


@pytest.mark.guarantee("G-5.2", "G-5.3", "FP-4")
@pytest.mark.parametrize("says", BROKEN)
def test_a_state_that_cannot_be_is_found_and_stops_operations_on_the_source(
    cli: Cli, shelf: Shelf, says: str
) -> None:
    guarantee, statement = BROKEN[says]
    _broken(cli, shelf, statement)
    assert (guarantee, says) in {(kind, said) for kind, _, said in _found(cli)}
    run = cli("source", "discover", shelf.name, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "invalid_state")
    assert says in " ".join(run.json["error"]["detail"])
    assert shelf.calls() == []


@pytest.mark.guarantee("G-2.4", "G-5.3")
@pytest.mark.parametrize("table", ORPHANS)
def test_a_row_without_its_parent_is_found(cli: Cli, shelf: Shelf, table: str) -> None:
    guarantee, says, statement = ORPHANS[table]
    _broken(cli, shelf, statement)
    assert (guarantee, table, says) in _found(cli)


@pytest.mark.guarantee("G-6.4", "G-5.3")
def test_a_file_below_a_location_of_another_collection_is_found(cli: Cli, shelf: Shelf) -> None:
    mapping = f"(SELECT id FROM path_mappings WHERE collection_id = {_OF_MUSIC})"
    _broken(cli, shelf, f"UPDATE asset_files SET path_mapping_id = {mapping}")
    says = "its path mapping does not exist or is of another collection"
    assert ("G-6", "asset_files", says) in _found(cli)
