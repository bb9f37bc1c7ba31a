"""The guarantees G-1 to G-6 between sources and collections, clause by clause.

`docs/contracts/cross-domain/SourceCollectionGuarantees.md` holds the clauses. More cases of them,
the failures, the messages, and what a script may do to the file are in the files beside this one.
"""

from __future__ import annotations

import shutil

import pytest

from support.cli import Cli
from support.dying import abort, killed_at, unchecked, write_transactions
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue", "Kind of Blue")
SHOWS = row("tv-shows", "Pilot", "Finale", name="TV Shows")
VINYL = row("music", "Blue", locations=["/srv/music", "/srv/vinyl"])
FLAGS = "SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY name"
WHY = "SELECT not_ingestible_reason FROM collections WHERE name = 'Music'"
MAPPINGS = (
    "SELECT c.name, m.external_path, m.local_path FROM path_mappings AS m"
    " JOIN collections AS c ON c.id = m.collection_id ORDER BY c.name, m.external_path"
)


# ------------------------------------------------------------------------------------------ G-1


@pytest.mark.guarantee("G-1.0")
def test_discovery_brings_the_collections_of_the_source_to_what_its_importer_offers(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.offer(MOVIES, SHOWS)
    shelf.add("--discover")
    shelf.offer(MUSIC, {**SHOWS, "name": "Series"})
    changes = cli.json("source", "discover", shelf.name)["changes"]
    assert changes == {
        "added": ["Music"],
        "updated": ["Series"],
        "missing": ["Movies"],
        "restored": [],
    }
    rows = cli.rows("SELECT name, missing_since IS NULL FROM collections ORDER BY name")
    assert rows == [("Movies", 0), ("Music", 1), ("Series", 1)]


@pytest.mark.guarantee("G-1.1")
def test_discovery_writes_what_the_importer_says_of_each_collection(cli: Cli, shelf: Shelf) -> None:
    shelf.offer({**MOVIES, "kind": "movie"}, {**MUSIC, "kind": "music"})
    assert shelf.add().code == 0
    assert shelf.add("--discover", name="Other").code == 1
    cli.ok("source", "discover", shelf.name)
    rows = cli.rows(
        "SELECT s.name, c.external_id, c.name, c.kind FROM collections AS c"
        " JOIN sources AS s ON s.id = c.source_id ORDER BY c.external_id"
    )
    assert rows == [
        (shelf.name, "movies", "Movies", "movie"),
        (shelf.name, "music", "Music", "music"),
    ]


@pytest.mark.guarantee("G-1.2", "G-4.1")
def test_add_with_discovery_writes_the_source_and_its_collections_or_neither(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.offer(MOVIES, MUSIC)
    cli.ok("source", "add", "--type", "filesystem", "--name", "First", "--base-path", cli.home)
    before = cli.dump()
    abort(cli, "INSERT", "collections", "NEW.name = 'Music'")
    run = shelf.add("--discover")
    assert (run.code, run.error) == (1, "Error: Source add failed: no more")
    assert cli.dump() == before
    cli.run_sql("DROP TRIGGER failing")
    assert shelf.add("--discover").code == 0
    assert cli.rows("SELECT name FROM sources ORDER BY name") == [("First",), (shelf.name,)]
    assert [name for name, *_ in cli.rows(FLAGS)] == ["Movies", "Music"]


@pytest.mark.guarantee("G-1.3", "G-6.1")
def test_new_collections_are_off_and_their_locations_unresolved(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES, {**MUSIC, "locations": ["/srv/music", "/srv/vinyl"]})
    shelf.add("--discover")
    assert cli.rows(FLAGS) == [("Movies", 0, 0, 0), ("Music", 0, 0, 0)]
    assert cli.rows(MAPPINGS) == [
        ("Movies", "/srv/movies", None),
        ("Music", "/srv/music", None),
        ("Music", "/srv/vinyl", None),
    ]


@pytest.mark.guarantee("G-1.4")
def test_an_importer_that_reports_an_id_twice_has_failed_discovery(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES, {**MUSIC, "external_id": "movies"})
    run = shelf.add("--discover")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'My Shelf'",
        "  the importer reports the collection id 'movies' twice ('Movies' and 'Music')",
    ]
    assert not cli.db.exists()


# ------------------------------------------------------------------------------------------ G-2


@pytest.mark.guarantee("G-2.0", "G-2.1")
def test_delete_takes_everything_of_the_source_with_it_and_nothing_else(
    cli: Cli, shelf: Shelf
) -> None:
    media = cli.home / "media"
    (media / "Movies").mkdir(parents=True)
    cli.ok("source", "add", "--type", "filesystem", "--name", "Disk", "--base-path", media,
           "--discover")  # fmt: skip
    others = cli.dump("sources", "collections", "path_mappings")
    shelf.ready(MOVIES, MUSIC)
    assert shelf.ingest().code == 0
    cli.ok("source", "delete", shelf.name, "--force")
    assert cli.dump("sources", "collections", "path_mappings") == others
    for table in ("source_secrets", "assets", "asset_files", "folders"):
        assert cli.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    last = cli.rows("SELECT operation, source, status FROM history ORDER BY id DESC LIMIT 1")
    assert last == [("Source delete", shelf.name, "success")]


@pytest.mark.guarantee("G-2.2")
def test_an_update_under_which_known_collections_would_vanish_is_refused(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES, MUSIC)
    other = Shelf(cli)
    other.path = cli.home / "other.json"
    other.offer(MUSIC)
    before = cli.dump()
    run = cli("source", "update", shelf.name, "--offer", other.path)
    assert run.code == 1
    assert run.err.splitlines()[:2] == [
        "Error: Source update failed: 1 of its collections would lose their counterpart",
        "  Movies (external id movies, 0 assets)",
    ]
    assert cli.dump() == before


@pytest.mark.guarantee("G-2.3")
def test_a_collection_update_leaves_the_source_and_the_other_collections_alone(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.offer(MOVIES, MUSIC)
    shelf.add("--discover", "--token", "s3cret-of-the-shelf")
    untouched = (
        "SELECT * FROM sources JOIN source_secrets ON source_id = sources.id",
        "SELECT * FROM collections WHERE name <> 'Movies'",
        "SELECT m.* FROM path_mappings AS m JOIN collections AS c ON c.id = m.collection_id"
        " WHERE c.name <> 'Movies'",
    )
    before = [cli.rows(sql) for sql in untouched]
    shelf.enable("movies")
    cli.ok("collection", "update", "Movies", "--exclude", "/srv/movies")
    assert [cli.rows(sql) for sql in untouched] == before
    cli.ok("source", "discover", shelf.name)


@pytest.mark.guarantee("G-2.4")
def test_after_every_step_of_a_source_s_life_the_references_hold(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    steps: list[tuple[object, ...]] = [
        ("source", "ingest", shelf.name),
        ("source", "update", shelf.name, "--name", "Renamed"),
        ("collection", "wipe", "Movies", "--force", "--no-backup"),
        ("source", "delete", "Renamed", "--force", "--no-backup"),
    ]
    for step in steps:
        cli.ok(*step)
        assert cli.rows("PRAGMA foreign_key_check") == []
        assert cli.json("db", "check")["findings"] == []


# ------------------------------------------------------------------------------------------ G-3


@pytest.mark.guarantee("G-3.0", "G-3.2")
def test_a_collection_whose_disk_is_gone_is_found_out_before_anything_is_ingested(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES, MUSIC)
    shutil.rmtree(shelf.disk("music"))
    run = shelf.ingest()
    assert (run.code, run.error) == (1, "Error: Collection 'Music' is not ingestible")
    assert [call for call in shelf.calls() if call.startswith("scan")] == []
    assert cli.rows("SELECT count(*) FROM assets") == [(0,)]
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1), ("Music", 1, 1, 0)]


@pytest.mark.guarantee("G-3.1")
def test_source_ingest_takes_only_what_is_sync_enabled(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC, SHOWS)
    cli.ok("collection", "update", "Music", "--sync-disable")
    cli.ok("collection", "update", "TV Shows", "--disable")
    assert [r["name"] for r in cli.json("source", "ingest", shelf.name)["collections"]] == [
        "Movies"
    ]
    assert cli.rows("SELECT DISTINCT collection FROM media") == [("Movies",)]


@pytest.mark.guarantee("G-3.3", "G-5.2")
@pytest.mark.parametrize("keep_going", [False, True])
def test_an_invalid_collection_stops_source_ingest(
    cli: Cli, shelf: Shelf, keep_going: bool
) -> None:
    shelf.ready(MOVIES, MUSIC)
    unchecked(cli.db, "UPDATE collections SET enabled = 0 WHERE name = 'Music'")
    run = shelf.ingest("--json", *(["--keep-going"] if keep_going else []))
    states = {each["name"]: each["status"] for each in run.json["collections"]}
    if keep_going:
        assert (run.code, states) == (2, {"Movies": "success", "Music": "invalid_state"})
        assert shelf.titles("Movies") == ["Alien", "Brazil"]
    else:
        assert (run.code, states) == (1, {"Music": "invalid_state"})
        assert run.json["error"]["code"] == "invalid_state"
        assert shelf.titles("Movies") == []


@pytest.mark.guarantee("G-3.4")
def test_each_collection_that_cannot_be_ingested_is_named_with_its_reason(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES, MUSIC)
    places = [shelf.disk(name) for name in ("movies", "music")]
    for name in ("movies", "music"):
        shelf.unmount(name)
    run = shelf.ingest()
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines()[:4] == [
        "Error: Collection 'Movies' is not ingestible",
        f"  location /srv/movies is mapped to {places[0]}, which does not exist",
        "Error: Collection 'Music' is not ingestible",
        f"  location /srv/music is mapped to {places[1]}, which does not exist",
    ]


# ------------------------------------------------------------------------------------------ G-4


@pytest.mark.guarantee("G-4.0", "G-4.1", "G-4.2")
def test_discovery_is_one_transaction_and_ingest_one_for_each_collection(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.offer(MOVIES, MUSIC)
    cli.ok("source", "add", "--type", "filesystem", "--name", "First", "--base-path", cli.home)
    add = ("source", "add", "--type", "shelf", "--name", shelf.name, "--offer", shelf.path)
    assert write_transactions(cli, *add, "--discover") == ["COMMIT"]
    shelf.enable("movies", "music")
    assert write_transactions(cli, "source", "ingest", shelf.name) == ["COMMIT", "COMMIT"]
    assert write_transactions(cli, "collection", "ingest", "Movies") == ["COMMIT"]


@pytest.mark.guarantee("G-4.3")
def test_a_discovery_that_fails_on_a_known_source_leaves_its_collections(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES, MUSIC)
    before = cli.dump("sources", "collections", "path_mappings")
    shelf.offer({**MOVIES, "name": "Films"}, {"raise": "the server hung up"})
    run = cli("source", "discover", shelf.name)
    assert run.code == 1
    assert run.error == "Error: Failed to discover collections from source 'My Shelf'"
    assert cli.dump("sources", "collections", "path_mappings") == before


@pytest.mark.guarantee("G-4.4")
def test_a_process_that_is_killed_in_its_transaction_leaves_no_trace(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES)
    before = cli.dump()
    for number in (2, 6, 10):
        assert killed_at(number, cli, "collection", "ingest", "Movies")
        assert cli.dump() == before
    cli.ok("collection", "ingest", "Movies")
    assert shelf.titles("Movies") == ["Alien", "Brazil"]


# ------------------------------------------------------------------------------------------ G-5


@pytest.mark.guarantee("G-5.0", "G-5.1")
def test_flags_and_mappings_of_one_update_are_written_together(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(VINYL)
    shelf.add("--discover")
    before = cli.dump()
    abort(cli, "UPDATE OF local_path", "path_mappings", "NEW.external_path = '/srv/vinyl'")
    where = ("--map", "/srv", cli.home / "disk")
    for name in ("music", "vinyl"):
        shelf.disk(name)
    run = cli("collection", "update", "Music", *where, "--sync-enable")
    assert (run.code, cli.dump()) == (1, before)
    cli.run_sql("DROP TRIGGER failing")
    cli.ok("collection", "update", "Music", *where, "--sync-enable")
    assert cli.rows(FLAGS) == [("Music", 1, 1, 1)]


IMPOSSIBLE = {
    "UPDATE collections SET enabled = 0 WHERE name = 'Music'": "it is sync_enabled but not enabled",
    "UPDATE collections SET sync_enabled = 2, enabled = 2 WHERE name = 'Music'":
        "enabled, sync_enabled or ingestible is not 0 or 1",
    "UPDATE path_mappings SET local_path = '' WHERE external_path = '/srv/music'":
        "its local_path or excluded is not a possible value",
}  # fmt: skip


@pytest.mark.guarantee("G-5.2", "G-5.3")
@pytest.mark.parametrize("statement", IMPOSSIBLE)
def test_an_impossible_state_is_reported_by_operations_and_by_the_check(
    cli: Cli, shelf: Shelf, statement: str
) -> None:
    shelf.ready(MOVIES, MUSIC)
    unchecked(cli.db, statement)
    run = cli("source", "discover", shelf.name)
    assert (run.code, run.error) == (1, "Error: Collection 'Music' is in invalid state")
    assert IMPOSSIBLE[statement] in run.err.splitlines()[1]
    assert shelf.calls() == []
    check = cli("db", "check", "--json")
    assert check.code == 1
    assert IMPOSSIBLE[statement] in str([found["message"] for found in check.json["findings"]])


@pytest.mark.guarantee("G-5.4")
def test_a_failed_ingest_leaves_flags_mappings_and_assets_as_they_were(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    tables = ("collections", "path_mappings", "assets", "asset_files")
    before = cli.dump(*tables)
    shelf.offer(row("movies", "Alien", "Casablanca", {"crash": "the disk broke"}))
    assert shelf.ingest().code == 1
    assert cli.dump(*tables) == before


# ------------------------------------------------------------------------------------------ G-6


@pytest.mark.guarantee("G-6.0", "G-6.4")
def test_mappings_outlive_ingest_and_rediscovery(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    before = cli.dump("path_mappings")
    shelf.ingest()
    cli.ok("source", "discover", shelf.name)
    cli.ok("source", "update", shelf.name, "--name", "Renamed")
    cli.ok("collection", "wipe", "Movies", "--force", "--no-backup")
    assert cli.dump("path_mappings") == before


@pytest.mark.guarantee("G-6.2")
def test_collections_that_came_later_have_their_mappings_too(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.offer(MOVIES, VINYL)
    cli.ok("source", "discover", shelf.name)
    assert cli.rows(MAPPINGS) == [
        ("Movies", "/srv/movies", str(shelf.disk("movies"))),
        ("Music", "/srv/music", None),
        ("Music", "/srv/vinyl", None),
    ]


@pytest.mark.guarantee("G-6.3")
def test_a_new_location_takes_ingestibility_away_and_leaves_the_operator_s_flags(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MUSIC)
    assert cli.rows(FLAGS) == [("Music", 1, 1, 1)]
    shelf.offer(VINYL)
    cli.ok("source", "discover", shelf.name)
    assert cli.rows(FLAGS) == [("Music", 1, 1, 0)]
    assert cli.rows(WHY) == [("its path mappings changed",)]
    assert shelf.ingest().error == "Error: Collection 'Music' is not ingestible"
    shelf.disk("vinyl")
    cli.ok("collection", "update", "Music", "--map", "/srv/vinyl", shelf.disk("vinyl"))
    assert cli.rows(FLAGS) == [("Music", 1, 1, 1)]
