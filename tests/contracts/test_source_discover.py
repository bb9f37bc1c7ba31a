"""`docs/contracts/resources/SourceDiscoverContract.md`, rule by rule."""

from __future__ import annotations

import pytest

from support.cli import Cli
from support.dying import unchecked
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien")
MUSIC = row("music", "Blue")
FLAGS = "SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY name"
PLACES = "SELECT external_path, local_path FROM path_mappings ORDER BY external_path"


@pytest.mark.guarantee("SD-1", "SD-4")
def test_new_collections_come_in_with_every_flag_off(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.offer(MOVIES, MUSIC)
    run = cli.ok("source", "discover", shelf.name)
    assert run.out.splitlines()[0] == "Added: Music"
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1), ("Music", 0, 0, 0)]


@pytest.mark.guarantee("SD-2")
def test_names_kinds_and_locations_of_known_ones_follow_the_source(cli: Cli, shelf: Shelf) -> None:
    shelf.ready({**MOVIES, "kind": None})
    known = cli.rows("SELECT id FROM collections")
    shelf.offer({**MOVIES, "name": "Films", "kind": "video", "locations": ["/srv/films"]})
    assert cli.json("source", "discover", shelf.name)["changes"]["updated"] == ["Films"]
    assert cli.rows("SELECT id FROM collections") == known
    assert cli.rows("SELECT name, kind FROM collections") == [("Films", "video")]
    assert cli.rows(PLACES) == [("/srv/films", None)]


@pytest.mark.guarantee("SD-3")
def test_what_is_no_longer_offered_is_marked_and_comes_back(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    shelf.ingest()
    shelf.offer(MOVIES)
    assert cli.json("source", "discover", shelf.name)["changes"]["missing"] == ["Music"]
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1), ("Music", 1, 1, 0)]
    assert shelf.titles("Music") == ["Blue"]
    run = shelf.ingest()
    assert run.err.splitlines()[:2] == [
        "Error: Collection 'Music' is not ingestible",
        "  the source no longer offers it",
    ]
    shelf.offer(MOVIES, MUSIC)
    assert cli.json("source", "discover", shelf.name)["changes"]["restored"] == ["Music"]
    assert shelf.ingest().code == 0


@pytest.mark.guarantee("SD-5")
def test_a_second_discovery_writes_nothing(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    before = cli.dump()
    run = cli.ok("source", "discover", shelf.name)
    assert run.out.splitlines()[0] == "Nothing changed: 2 collections known."
    assert cli.dump() == before


@pytest.mark.guarantee("SD-6")
def test_an_invalid_collection_is_found_before_the_source_is_asked(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    unchecked(cli.db, "UPDATE collections SET enabled = 0")
    run = cli("source", "discover", shelf.name)
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is in invalid state")
    assert shelf.calls() == []


@pytest.mark.guarantee("SD-7")
def test_a_failed_discovery_leaves_a_line_of_history_and_nothing_else(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES)
    before = cli.dump("sources", "collections", "path_mappings")
    shelf.offer(MUSIC, {"raise": "the server hung up"})
    run = cli("source", "discover", shelf.name, "--json")
    assert (run.code, run.json["error"]) == (
        1,
        {
            "code": "discovery_failed",
            "message": "Failed to discover collections from source 'My Shelf'",
            "detail": ["the server hung up"],
        },
    )
    assert cli.dump("sources", "collections", "path_mappings") == before
    last = "SELECT operation, status, detail ->> '$.error.detail[0]' FROM history ORDER BY id DESC"
    assert cli.rows(last)[0] == ("Source discover", "failed", "the server hung up")


@pytest.mark.guarantee("SD-8")
def test_a_dry_run_reports_what_would_change(cli: Cli, shelf: Shelf) -> None:
    tv = row("tv")
    shelf.ready(MOVIES, tv)
    before = cli.dump()
    shelf.offer(tv, MUSIC)
    told = cli.json("source", "discover", shelf.name, "--dry-run")
    assert told["dry_run"] is True
    assert told["changes"] == {
        "added": ["Music"], "updated": [], "missing": ["Movies"], "restored": [],
    }  # fmt: skip
    assert cli.dump() == before


@pytest.mark.guarantee("SD-9")
def test_the_source_is_named_by_id_external_id_or_name_in_any_case(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    external_id = cli.rows("SELECT external_id FROM sources")[0][0]
    for selector in ("1", external_id, "my SHELF"):
        told = cli.json("source", "discover", selector)
        assert told["source"] == {"id": 1, "external_id": external_id, "name": "My Shelf"}
        assert [c["name"] for c in told["collections"]] == ["Movies"]
    run = cli("source", "discover", "Nobody")
    assert (run.code, run.error) == (1, "Error: Source 'Nobody' not found")


@pytest.mark.guarantee("SD-10")
def test_a_renumbered_library_keeps_its_row(cli: Cli, shelf: Shelf) -> None:
    movies, music = ({**MOVIES, "identity": "m"}, {**MUSIC, "identity": "u"})
    shelf.ready(movies, music)
    look = "SELECT id, name, external_id FROM collections ORDER BY id"
    shelf.offer({**movies, "external_id": "music"}, {**music, "external_id": "movies"})
    assert cli.json("source", "discover", shelf.name)["changes"]["updated"] == ["Movies", "Music"]
    assert cli.rows(look) == [(1, "Movies", "music"), (2, "Music", "movies")]
    shelf.offer({**music, "external_id": "music"}, row("tv"))
    assert cli.json("source", "discover", shelf.name)["changes"] == {
        "added": ["Tv"], "updated": ["Music"], "missing": ["Movies"], "restored": [],
    }  # fmt: skip
    assert cli.rows(look)[1:] == [(2, "Music", "music"), (3, "Tv", "tv")]
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 0), ("Music", 1, 1, 1), ("Tv", 0, 0, 0)]
    shelf.offer({**movies, "external_id": "films"}, {**music, "external_id": "music"}, row("tv"))
    assert cli.json("source", "discover", shelf.name)["changes"]["restored"] == ["Movies"]
    assert cli.rows(look)[0] == (1, "Movies", "films")


@pytest.mark.guarantee("SD-11")
def test_another_library_under_a_known_id_is_refused(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    before = cli.dump("collections", "path_mappings")
    shelf.offer({**MOVIES, "kind": "photo", "name": "Photos"}, MUSIC)
    run = cli("source", "discover", shelf.name)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Source discover failed: collection 'Movies' would become another library",
        "  Movies (external id movies, 0 assets): the source now has the photo library 'Photos'"
        " there",
        "  If its libraries were set up anew, match them by name: "
        f"retrovue --db {cli.db} source update 'My Shelf' --rebind",
    ]
    told = cli("source", "discover", shelf.name, "--json").json["error"]
    assert told["code"] == "another_library"
    assert cli.dump("collections", "path_mappings") == before


@pytest.mark.guarantee("SD-12")
@pytest.mark.parametrize(
    ("known", "left", "code"), [(1, 0, 1), (2, 0, 1), (2, 1, 0), (4, 2, 0), (5, 2, 1), (6, 3, 0)]
)
def test_an_offer_that_lacks_most_is_not_believed(
    known: int, left: int, code: int, cli: Cli, shelf: Shelf
) -> None:
    rows = [row(f"lib{number}") for number in range(known)]
    shelf.offer(*rows)
    shelf.add("--discover")
    before = cli.dump("collections", "path_mappings")
    shelf.offer(*rows[:left])
    run = cli("source", "discover", shelf.name, "--json")
    assert run.code == code
    if code:
        assert run.json["error"]["code"] == "would_lose_collections"
        assert cli.dump("collections", "path_mappings") == before
    told = cli.json("source", "discover", shelf.name, "--allow-missing")
    missing = [c["name"] for c in told["collections"] if c["missing_since"]]
    assert len(missing) == known - left


@pytest.mark.guarantee("SD-13")
def test_another_server_is_refused(cli: Cli, shelf: Shelf) -> None:
    shelf.server("one")
    shelf.ready(MOVIES)
    before = cli.dump("sources", "collections", "path_mappings")
    shelf.offer(MOVIES, MUSIC)
    shelf.server("two")
    run = cli("source", "discover", shelf.name)
    assert (run.code, run.error) == (1, "Error: Source 'My Shelf' is another server now")
    assert cli("source", "discover", shelf.name, "--json").json["error"]["code"] == "another_server"
    shelf.server("raise it sleeps")
    run = cli("source", "discover", shelf.name)
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'My Shelf'",
        "  it sleeps",
    ]
    assert shelf.calls() == []
    assert cli.dump("sources", "collections", "path_mappings") == before
