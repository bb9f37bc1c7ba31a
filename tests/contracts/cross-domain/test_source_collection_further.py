"""Further cases of the guarantees G-1 to G-6 between sources and collections."""

from __future__ import annotations

import pytest

from support.cli import Cli
from support.dying import abort, unchecked, write_transactions
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue", "Kind of Blue")
VINYL = row("music", "Blue", locations=["/srv/music", "/srv/vinyl"])
FLAGS = "SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY name"
WHY = "SELECT not_ingestible_reason FROM collections WHERE name = 'Music'"
MAPPINGS = (
    "SELECT c.name, m.external_path, m.local_path FROM path_mappings AS m"
    " JOIN collections AS c ON c.id = m.collection_id ORDER BY c.name, m.external_path"
)


@pytest.mark.guarantee("G-1.3")
def test_discovery_of_a_filesystem_source_turns_nothing_on_either(cli: Cli) -> None:
    media = cli.home / "media"
    (media / "Movies").mkdir(parents=True)
    where = ("--base-path", media)
    cli.ok("source", "add", "--type", "filesystem", "--name", "Disk", *where, "--discover")
    assert cli.rows(FLAGS) == [("Movies", 0, 0, 0)]
    assert cli.rows(MAPPINGS) == [("Movies", str(media / "Movies"), None)]


@pytest.mark.guarantee("G-1.3")
def test_a_second_discovery_neither_turns_a_flag_on_nor_off(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    cli.ok("collection", "update", "Music", "--disable")
    before = cli.dump()
    cli.ok("source", "discover", shelf.name)
    assert cli.dump() == before


@pytest.mark.guarantee("G-1.4")
def test_two_sources_may_have_collections_of_the_same_id(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    other = cli.home / "other.json"
    other.write_bytes(shelf.path.read_bytes())
    options = ("--type", "shelf", "--name", "Other", "--offer", other)
    cli.ok("source", "add", *options, "--discover")
    assert cli.rows("SELECT source_id, external_id FROM collections") == [
        (1, "movies"),
        (2, "movies"),
    ]


@pytest.mark.guarantee("G-2.1", "G-2.4")
def test_a_deletion_that_breaks_off_deletes_nothing(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    before = cli.dump()
    abort(cli, "DELETE", "path_mappings")
    run = cli("source", "delete", shelf.name, "--force", "--no-backup")
    assert (run.code, run.error) == (1, "Error: Source delete failed: no more")
    assert cli.dump() == before


@pytest.mark.guarantee("G-2.2")
def test_an_update_under_which_all_known_collections_stay_is_made(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    before = cli.dump("collections", "path_mappings")
    other = shelf.path.rename(cli.home / "other.json")
    cli.ok("source", "update", shelf.name, "--offer", other)
    assert cli.rows("SELECT config ->> 'offer', identity FROM sources") == [(str(other),) * 2]
    assert cli.dump("collections", "path_mappings") == before


@pytest.mark.guarantee("G-3.2")
def test_a_collection_whose_disk_came_back_is_ingestible_again(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    away = shelf.disk("movies").rename(cli.home / "away")
    assert shelf.ingest().code == 1
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 0)]
    away.rename(cli.home / "disk" / "movies")
    assert shelf.ingest().code == 0
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1)]
    assert shelf.titles("Movies") == ["Alien", "Brazil"]


@pytest.mark.guarantee("G-3.2")
def test_the_importer_is_asked_for_obstacles_at_every_ingest(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    assert shelf.calls() == ["obstacles movies", "scan movies"]
    shelf.offer({**MOVIES, "obstacles": ["the shelf is locked"]})
    run = shelf.ingest()
    assert (run.code, shelf.calls()) == (1, ["obstacles movies"])
    assert run.err.splitlines()[:2] == [
        "Error: Collection 'Movies' is not ingestible",
        "  the shelf is locked",
    ]


@pytest.mark.guarantee("G-3.3", "G-5.2")
def test_an_invalid_collection_that_does_not_sync_stops_source_ingest_too(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES, MUSIC)
    cli.ok("collection", "update", "Music", "--sync-disable")
    unchecked(cli.db, "UPDATE collections SET enabled = 2 WHERE name = 'Music'")
    run = shelf.ingest()
    assert (run.code, run.error) == (1, "Error: Collection 'Music' is in invalid state")
    assert shelf.titles("Movies") == []


@pytest.mark.guarantee("G-3.3")
def test_of_two_collections_of_one_name_only_the_invalid_one_is_called_so(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(row("a", "Alien", name="Films"), row("b", "Brazil", name="Films"))
    unchecked(cli.db, "UPDATE collections SET enabled = 0 WHERE external_id = 'a'")
    results = shelf.ingest("--keep-going", "--json").json["collections"]
    assert {each["external_id"]: each["status"] for each in results} == {
        "a": "invalid_state",
        "b": "success",
    }


@pytest.mark.guarantee("G-4.0", "G-4.3")
def test_a_dry_run_takes_the_same_path_and_is_rolled_back(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    before = cli.dump()
    ingest = ("source", "ingest", shelf.name, "--dry-run")
    assert write_transactions(cli, *ingest) == ["ROLLBACK", "ROLLBACK"]
    assert cli.json(*ingest)["totals"]["added"] == 4
    assert cli.dump() == before


@pytest.mark.guarantee("G-5.1")
def test_an_update_of_which_one_part_cannot_be_changes_nothing(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(VINYL)
    shelf.add("--discover")
    before = cli.dump()
    where = ("--map", "/srv/music", shelf.disk("music"))
    run = cli("collection", "update", "Music", *where, "--sync-enable")
    assert run.err.splitlines()[:2] == [
        "Error: Collection 'Music' is not ingestible",
        "  location /srv/vinyl is not mapped to a folder",
    ]
    assert (run.code, cli.dump()) == (1, before)


@pytest.mark.guarantee("G-5.3")
def test_states_that_only_a_lost_trigger_lets_in_are_found(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    unchecked(
        cli.db,
        "DROP TRIGGER path_mappings_deleted",
        "DROP TRIGGER path_mappings_updated",
        "DELETE FROM path_mappings WHERE external_path = '/srv/music'",
        "UPDATE path_mappings SET local_path = NULL WHERE external_path = '/srv/movies'",
    )
    found = {each["kind"]: each["message"] for each in cli("db", "check", "--json").json["findings"]
             if each["kind"].startswith("G-")}  # fmt: skip
    assert found == {
        "G-5": "it is ingestible but a location is not mapped (collection 'Movies')",
        "G-6": "it has no path mapping (collection 'Music')",
    }
    assert shelf.ingest().code == 1


@pytest.mark.guarantee("G-5.3")
def test_an_invalid_collection_can_still_be_looked_at_and_deleted(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MUSIC)
    unchecked(cli.db, "UPDATE collections SET enabled = 0")
    cli.ok("collection", "show", "Music")
    cli.ok("source", "show", shelf.name)
    cli.ok("source", "delete", shelf.name, "--force", "--no-backup")
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("G-6.1", "G-6.2")
def test_a_collection_without_a_location_has_one_mapping_for_any(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES, row("music", locations=[]))
    shelf.add("--discover")
    assert cli.rows(MAPPINGS) == [("Movies", "/srv/movies", None), ("Music", "", None)]


@pytest.mark.guarantee("G-6.3")
def test_unmapping_and_excluding_are_followed_by_ingestibility(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(VINYL)
    shelf.add("--discover")
    where = ("--map", "/srv/music", shelf.disk("music"))
    cli.ok("collection", "update", "Music", *where, "--exclude", "/srv/vinyl", "--sync-enable")
    assert cli.rows(FLAGS) == [("Music", 1, 1, 1)]
    cli.ok("collection", "update", "Music", "--unmap", "/srv/music")
    assert cli.rows(FLAGS) == [("Music", 1, 1, 0)]
    assert cli.rows(WHY) == [("location /srv/music is not mapped to a folder",)]
    cli.ok("collection", "update", "Music", "--exclude", "/srv/music")
    assert cli.rows(WHY) == [("every location is excluded",)]


@pytest.mark.guarantee("G-6.4")
def test_a_location_that_is_no_longer_offered_is_kept_while_files_refer_to_it(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MUSIC)
    shelf.ingest()
    shelf.offer(row("music", "Blue", locations=["/srv/vinyl"]))
    cli.ok("source", "discover", shelf.name)
    gone = "SELECT external_path, missing_since IS NOT NULL FROM path_mappings ORDER BY 1"
    assert cli.rows(gone) == [("/srv/music", 1), ("/srv/vinyl", 0)]
    assert cli.rows("SELECT local_path FROM media WHERE title = 'Blue'") == [
        (str(shelf.disk("music") / "Blue.mkv"),)
    ]
    cli.ok("collection", "wipe", "Music", "--force", "--no-backup")
    shelf.offer(row("music", locations=["/srv/tape"]))
    cli.ok("source", "discover", shelf.name)
    assert cli.rows(gone) == [("/srv/tape", 0)]
