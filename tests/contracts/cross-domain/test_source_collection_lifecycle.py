"""What a source and its collections keep through renaming, going away, coming back and deleting."""

from __future__ import annotations

import pytest

from support import plugins
from support.cli import Cli
from support.dying import unchecked
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue")
FLAGS = "SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY name"
SECRET = "s3cret-of-the-shelf"


# ------------------------------------------------------------------------------------------ G-2


@pytest.mark.guarantee("G-2.0", "G-5.0", "G-6.0")
def test_a_collection_that_its_source_renames_keeps_flags_and_mappings(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES, MUSIC)
    assert shelf.ingest().code == 0
    before = cli.dump("path_mappings", "assets", "asset_files")
    shelf.offer({**MOVIES, "name": "Films"}, MUSIC)
    cli.ok("source", "discover", shelf.name)
    assert cli.rows(FLAGS) == [("Films", 1, 1, 1), ("Music", 1, 1, 1)]
    assert cli.dump("path_mappings", "assets", "asset_files") == before


@pytest.mark.guarantee("G-2.0", "G-5.0", "G-6.0")
def test_a_source_that_is_renamed_keeps_its_secrets_and_its_collections_all_they_had(
    cli: Cli, shelf: Shelf
) -> None:
    _two_sources(cli, shelf)
    kept = ("source_secrets", "collections", "path_mappings", "assets", "asset_files")
    before = cli.dump(*kept)
    cli.ok("source", "update", shelf.name, "--name", "Renamed")
    assert cli.dump(*kept) == before
    assert cli.rows("SELECT name FROM sources ORDER BY name") == [("Other",), ("Renamed",)]


def _two_sources(cli: Cli, shelf: Shelf) -> None:
    """ "My Shelf" and "Other", each with a token and an ingested collection."""
    shelf.ready(MOVIES)
    cli.ok("source", "update", shelf.name, "--token", SECRET)
    other = Shelf(cli)
    other.path, other.name = cli.home / "other.json", "Other"
    other.ready(MUSIC)
    cli.ok("source", "update", other.name, "--token", f"{SECRET}-too")
    assert (shelf.ingest().code, other.ingest().code) == (0, 0)
    assert cli.rows("SELECT count(*) FROM source_secrets") == [(2,)]


@pytest.mark.guarantee("G-2.1", "G-2.0")
def test_delete_leaves_the_history_of_the_source_and_all_of_the_others(
    cli: Cli, shelf: Shelf
) -> None:
    _two_sources(cli, shelf)
    history = cli.dump("history")["history"]
    cli.ok("source", "delete", shelf.name, "--force", "--no-backup")
    assert cli.dump("history")["history"][:-1] == history
    assert {line[3] for line in history} == {shelf.name, "Other"}
    assert cli.rows("SELECT operation, source FROM history ORDER BY id DESC LIMIT 1") == [
        ("Source delete", shelf.name)
    ]
    assert cli.rows("SELECT s.name, x.value FROM sources AS s, source_secrets AS x") == [
        ("Other", f"{SECRET}-too")
    ]
    assert cli.rows("SELECT source, collection, title FROM media") == [("Other", "Music", "Blue")]
    assert cli.rows("SELECT external_path FROM path_mappings") == [("/srv/music",)]


@pytest.mark.guarantee("G-1.0", "G-2.0")
def test_discovery_of_one_source_leaves_the_collections_of_the_others_alone(
    cli: Cli, shelf: Shelf
) -> None:
    _two_sources(cli, shelf)
    of_others = "SELECT * FROM collections WHERE name = 'Music'"
    before = cli.rows(of_others)
    shelf.offer(MOVIES, row("plays"))
    assert cli.json("source", "discover", shelf.name)["changes"] == {
        "added": ["Plays"], "updated": [], "missing": [], "restored": [],
    }  # fmt: skip
    assert cli.rows(of_others) == before


@pytest.mark.guarantee("G-2.3", "G-6.4")
def test_of_two_collections_at_one_location_the_one_that_is_meant_is_mapped(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.offer(row("movies", locations=["/srv/both"]), row("music", locations=["/srv/both"]))
    shelf.add("--discover")
    where = ("--map", "/srv/both", shelf.disk("both"))
    cli.ok("collection", "update", "Movies", *where, "--sync-enable")
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1), ("Music", 0, 0, 0)]
    mapped = "SELECT collection_id, local_path FROM path_mappings ORDER BY collection_id"
    assert cli.rows(mapped) == [(1, str(shelf.disk("both"))), (2, None)]


@pytest.mark.guarantee("G-2.2")
def test_an_update_that_loses_collections_is_made_when_that_is_said_to_be_right(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES, MUSIC)
    other = Shelf(cli)
    other.path = cli.home / "other.json"
    other.offer(MUSIC)
    words = ("source", "update", shelf.name, "--offer", other.path)
    assert cli(*words).code == 1
    cli.ok(*words, "--allow-missing")
    assert cli.rows("SELECT config ->> 'offer' FROM sources") == [(str(other.path),)]


@pytest.mark.guarantee("G-2.4")
def test_delete_leaves_no_orphan_in_a_file_that_lost_its_triggers(cli: Cli, shelf: Shelf) -> None:
    _two_sources(cli, shelf)
    unchecked(cli.db, "DROP TRIGGER sources_delete", "DROP TRIGGER collections_delete")
    cli.ok("source", "delete", shelf.name, "--force", "--no-backup")
    assert cli.rows("SELECT count(*) FROM source_secrets") == [(1,)]
    assert cli.rows("SELECT name FROM collections") == [("Music",)]
    assert cli.rows("SELECT external_path FROM path_mappings") == [("/srv/music",)]
    assert cli.rows("PRAGMA foreign_key_check") == []


@pytest.mark.guarantee("G-1.0", "G-1.3", "G-5.0")
def test_a_collection_that_comes_back_is_as_it_was_but_for_ingestibility(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES, MUSIC)
    assert shelf.ingest().code == 0
    before = cli.dump("path_mappings", "assets")
    shelf.offer(MOVIES)
    cli.ok("source", "discover", shelf.name)
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1), ("Music", 1, 1, 0)]
    run = shelf.ingest()
    assert run.err.splitlines()[:2] == [
        "Error: Collection 'Music' is not ingestible",
        "  the source no longer offers it",
    ]
    shelf.offer(MOVIES, MUSIC)
    cli.ok("source", "discover", shelf.name)
    assert cli.rows("SELECT count(*) FROM collections WHERE missing_since IS NOT NULL") == [(0,)]
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1), ("Music", 1, 1, 0)]
    assert cli.dump("path_mappings", "assets") == before
    assert shelf.ingest().code == 0
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1), ("Music", 1, 1, 1)]


# ------------------------------------------------------------------------------------------ G-3


@pytest.mark.guarantee("G-3.2", "FP-3")
def test_a_file_where_a_folder_was_is_no_place_to_ingest_from(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.unmount("movies")
    (cli.home / "disk" / "movies").write_text("not a folder")
    run = shelf.ingest()
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 0)]


@pytest.mark.guarantee("G-4.2", "PF-1")
def test_what_one_collection_misses_is_not_looked_for_in_another(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    assert shelf.ingest().code == 0
    of_music = "SELECT * FROM assets WHERE title = 'Blue'"
    before = cli.rows(of_music)
    shelf.offer(row("movies", "Alien"), MUSIC)
    cli.ok("collection", "ingest", "Movies")
    assert shelf.titles("Movies") == ["Alien"]
    assert cli.rows(of_music) == before


@pytest.mark.guarantee("G-3.0", "FP-2")
def test_a_disabled_collection_is_not_ingested(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    cli.ok("collection", "update", "Movies", "--disable")
    run = cli("collection", "ingest", "Movies")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines()[:2] == [
        "Error: Collection 'Movies' is not ingestible",
        "  it is not enabled",
    ]
    assert [call for call in shelf.calls() if call.startswith("scan")] == []
    assert shelf.titles("Movies") == []


_MEDDLING = """
import sqlite3
@hookimpl
def collection_ingested(collection, result):
    if collection.name == "Movies":
        connection = sqlite3.connect({db!r})
        with connection:
            connection.execute({statement!r})
        connection.close()
"""


@pytest.mark.guarantee("G-3.1", "G-3.2", "PF-2")
@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE collections SET enabled = 0, sync_enabled = 0", "it was disabled meanwhile"),
        ("UPDATE collections SET sync_enabled = 0", "it was disabled meanwhile"),
        ("UPDATE path_mappings SET local_path = '/'", "its path mappings were changed meanwhile"),
        ("DELETE FROM collections WHERE name = 'Music'", "it was deleted meanwhile"),
    ],
)
def test_what_is_no_longer_fit_when_its_turn_comes_is_not_ingested(
    cli: Cli, shelf: Shelf, statement: str, reason: str
) -> None:
    shelf.ready(MOVIES, MUSIC)
    code = _MEDDLING.format(db=str(cli.db), statement=statement)
    plugins.install(cli.site, "meddler", code)
    run = shelf.ingest("--json")
    assert run.code == 2
    assert [(c["name"], c["status"]) for c in run.json["collections"]] == [
        ("Movies", "success"),
        ("Music", "failed"),
    ]
    assert run.json["collections"][1]["error"]["message"] == reason
    assert shelf.titles("Music") == []
    assert [call for call in shelf.calls() if call.startswith("scan")] == ["scan movies"]


# ------------------------------------------------------------------------------------ EX-2, PF-4


@pytest.mark.guarantee("EX-2", "PF-4")
def test_nothing_goes_missing_by_a_scan_in_which_an_id_came_twice(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(row("movies", "Alien", "Brazil", "Casablanca"))
    assert shelf.ingest().code == 0
    shelf.offer(row("movies", "Alien", {"title": "Other", "external_id": "Alien"}))
    run = shelf.ingest("--json")
    (told,) = run.json["collections"]
    assert (run.code, told["status"]) == (2, "partial")
    assert (told["stats"]["missing"], told["stats"]["skipped"]) == (0, 1)
    assert shelf.titles("Movies") == ["Alien", "Brazil", "Casablanca"]


# ------------------------------------------------------------------------------------------ G-6


@pytest.mark.guarantee("G-6.4", "G-6.3")
def test_a_location_that_comes_back_is_as_it_was_but_for_ingestibility(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MUSIC)
    assert shelf.ingest().code == 0
    before = cli.rows("SELECT id, local_path FROM path_mappings")
    shelf.offer({**MUSIC, "locations": ["/srv/vinyl"]})
    cli.ok("source", "discover", shelf.name)
    assert cli.rows(FLAGS) == [("Music", 1, 1, 0)]
    shelf.offer(MUSIC)
    cli.ok("source", "discover", shelf.name)
    assert cli.rows("SELECT id, local_path FROM path_mappings") == before
    assert cli.rows("SELECT external_path, missing_since FROM path_mappings") == [
        ("/srv/music", None)
    ]
    assert cli.rows(FLAGS) == [("Music", 1, 1, 0)]


@pytest.mark.guarantee("G-6.3")
@pytest.mark.parametrize("flag", ["--unmap", "--exclude"])
def test_unmapping_and_excluding_leave_what_the_operator_said(
    cli: Cli, shelf: Shelf, flag: str
) -> None:
    shelf.ready(MOVIES, MUSIC)
    cli.ok("collection", "update", "Movies", flag, "/srv/movies")
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 0), ("Music", 1, 1, 1)]
