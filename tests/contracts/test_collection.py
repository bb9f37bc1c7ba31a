"""`docs/contracts/CollectionContract.md`, rule by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Cli
from support.dying import abort
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue", locations=["/srv/music", "/srv/music/vinyl", "/srv/musicals"])
FLAGS = "SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY name"
PLACES = "SELECT external_path, local_path, excluded FROM path_mappings ORDER BY external_path"


@pytest.mark.guarantee("CO-1")
@pytest.mark.parametrize("selector", ["1", "movies", "MOVIES", "My Shelf/Movies", "my shelf/1"])
def test_a_collection_is_named_in_many_ways(cli: Cli, shelf: Shelf, selector: str) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    assert cli.json("collection", "show", selector)["name"] == "Movies"


@pytest.mark.guarantee("CO-1")
def test_of_several_none_is_preferred(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(row("a", name="Movies"), row("b", name="movies"))
    shelf.add("--discover")
    run = cli("collection", "show", "Movies")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Multiple collections named 'Movies' exist",
        f"  My Shelf/Movies (external id a): retrovue --db {cli.db} collection show 1",
        f"  My Shelf/movies (external id b): retrovue --db {cli.db} collection show 2",
    ]
    unknown = cli("collection", "show", "Plays")
    assert (unknown.code, unknown.error) == (1, "Error: Collection 'Plays' not found")


@pytest.mark.guarantee("CO-2")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Nothing to update"),
        (("--disable", "--sync-enable"), "--disable and --sync-enable contradict each other"),
    ],
)
def test_an_update_says_what_it_wants(
    cli: Cli, shelf: Shelf, words: tuple[str, ...], says: str
) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    run = cli("collection", "update", "Movies", *words)
    assert (run.code, run.error) == (1, f"Error: {says}")


@pytest.mark.guarantee("CO-3")
def test_ingestibility_is_worked_out_in_the_same_update(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    where = ("--map", "/srv/movies", shelf.disk("movies"))
    assert cli.json("collection", "update", "Movies", *where)["ingestible"] is True
    assert cli.rows(FLAGS) == [("Movies", 0, 0, 1)]
    shelf.offer({**MOVIES, "obstacles": ["the shelf is locked"]})
    told = cli.json("collection", "update", "Movies", "--enable")
    assert (told["ingestible"], told["not_ingestible_reason"]) == (False, "the shelf is locked")
    assert cli.rows(FLAGS) == [("Movies", 1, 0, 0)]


@pytest.mark.guarantee("CO-4")
def test_sync_needs_an_ingestible_collection_and_brings_enabled(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    before = cli.dump()
    run = cli("collection", "update", "Movies", "--sync-enable")
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")
    assert cli.dump() == before
    shelf.enable("movies")
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1)]
    cli.ok("collection", "update", "Movies", "--disable")
    assert cli.rows(FLAGS) == [("Movies", 0, 0, 1)]


@pytest.mark.guarantee("CO-5")
def test_map_takes_the_longest_prefix_on_whole_segments(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MUSIC)
    shelf.add("--discover")
    nas, other = shelf.disk("nas"), shelf.disk("other")
    maps = ("--map", "/srv/music", nas, "--map", "/srv/music/vinyl", other)
    cli.ok("collection", "update", "Music", *maps)
    assert cli.rows(PLACES) == [
        ("/srv/music", str(nas), 0),
        ("/srv/music/vinyl", str(other), 0),
        ("/srv/musicals", None, 0),
    ]


@pytest.mark.guarantee("CO-5")
@pytest.mark.parametrize("wrong", ["place", "folder"])
def test_a_map_that_fits_nothing_or_leads_nowhere_is_refused(
    cli: Cli, shelf: Shelf, wrong: str
) -> None:
    shelf.offer(MUSIC)
    shelf.add("--discover")
    before = cli.dump()
    here, nowhere = shelf.disk("nas"), cli.home / "nowhere"
    maps, says = {
        "place": (("/data", here), "--map /data fits no location"),
        "folder": (("/srv/music", nowhere), f"--map /srv/music: {nowhere} is not a folder"),
    }[wrong]
    run = cli(
        "collection", "update", "Music", "--map", "/srv/music", here, "--map", *maps, "--json"
    )
    assert (run.code, run.json["error"]["code"]) == (1, "usage")
    assert run.json["error"]["message"] == says
    assert cli.dump() == before


@pytest.mark.guarantee("CO-6")
def test_map_same_maps_what_exists_here_under_its_own_name(cli: Cli, shelf: Shelf) -> None:
    here = shelf.disk("music")
    shelf.offer(row("music", locations=[str(here), "/srv/nowhere"]))
    shelf.add("--discover")
    cli.ok("collection", "update", "Music", "--map-same")
    assert dict(row[:2] for row in cli.rows(PLACES)) == {str(here): str(here), "/srv/nowhere": None}
    here.rmdir()
    run = cli("collection", "update", "Music", "--map-same")
    assert (run.code, run.error) == (
        1,
        "Error: --map-same: no location of the collection exists on this machine",
    )


@pytest.mark.guarantee("CO-7")
def test_unmap_forgets_and_exclude_leaves_out(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    cli.ok("collection", "update", "Movies", "--unmap", "/srv/movies")
    assert cli.rows(PLACES) == [("/srv/movies", None, 0)]
    cli.ok("collection", "update", "Movies", "--exclude", "/srv/movies/")
    assert cli.rows(PLACES) == [("/srv/movies", None, 1)]
    for flag in ("--unmap", "--exclude"):
        run = cli("collection", "update", "Movies", flag, "/srv")
        assert (run.code, run.error) == (1, f"Error: {flag} /srv fits no location")


@pytest.mark.guarantee("CO-7")
def test_a_path_below_a_location_is_left_out_and_taken_in_again(cli: Cli, shelf: Shelf) -> None:
    old = {"title": "Brazil", "path": "/srv/movies/old/Brazil.mkv"}
    shelf.ready(row("movies", "Alien", old))
    cli.ok("collection", "update", "Movies", "--exclude", "/srv/movies/old")
    cli.ok("source", "discover", shelf.name)
    assert cli.rows(PLACES) == [
        ("/srv/movies", str(shelf.disk("movies")), 0), ("/srv/movies/old", None, 1),
    ]  # fmt: skip
    shelf.ingest()
    assert shelf.titles("Movies") == ["Alien"]
    cli.ok("collection", "update", "Movies", "--include", "/srv/movies/old")
    shelf.ingest()
    assert shelf.titles("Movies") == ["Alien", "Brazil"]


@pytest.mark.guarantee("CO-5")
def test_each_location_needs_the_folder_that_it_is_mapped_to(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MUSIC)
    shelf.add("--discover")
    nas = shelf.disk("nas")
    before = cli.dump()
    maps = ("--map", "/srv", nas)
    run = cli("collection", "update", "Music", *maps)
    assert (run.code, run.error) == (1, "Error: --map: there is no folder for 3 locations")
    assert cli.dump() == before
    cli.ok("collection", "update", "Music", *maps, "--allow-missing")
    assert cli.rows(PLACES)[0] == ("/srv/music", f"{nas}/music", 0)


@pytest.mark.guarantee("CO-8")
def test_asking_for_what_is_so_already_writes_nothing(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    before = cli.dump()
    where = ("--map", "/srv/movies", shelf.disk("movies"))
    run = cli.ok("collection", "update", "Movies", *where, "--sync-enable")
    assert run.out == "Nothing changed: collection 'Movies' is already up to date.\n"
    assert cli.dump() == before


@pytest.mark.guarantee("CO-9")
def test_wipe_takes_the_assets_and_leaves_the_collection(cli: Cli, shelf: Shelf) -> None:
    plays = row("plays", "Hamlet")
    shelf.ready(MOVIES, plays)
    shelf.ingest()
    before = cli.dump("path_mappings")
    refused = cli("collection", "wipe", "Movies")
    assert refused.code == 1
    assert (
        refused.error == "Error: Confirmation needed but stdin is not a terminal; nothing changed"
    )
    assert shelf.titles("Movies") == ["Alien", "Brazil"]
    dry = cli.json("collection", "wipe", "Movies", "--dry-run")
    assert (dry["dry_run"], dry["assets"], shelf.titles("Movies")) == (True, 2, ["Alien", "Brazil"])
    told = cli.json("collection", "wipe", "Movies", "--force")
    assert (told["assets"], told["files"], Path(told["backup"]).is_file()) == (2, 2, True)
    assert cli.rows("SELECT collection, title, local_path FROM media") == [
        ("Plays", "Hamlet", str(shelf.disk("plays") / "Hamlet.mkv"))
    ]
    assert cli.rows(FLAGS) == [("Movies", 1, 1, 1), ("Plays", 1, 1, 1)]
    assert cli.dump("path_mappings") == before


@pytest.mark.guarantee("CO-9")
def test_wipe_wants_the_word_yes(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    run = cli.on_terminal("collection", "wipe", "Movies", answers=[("Type yes", "y\n")])
    assert (run.code, run.out) == (0, "Operation cancelled.\n")
    assert shelf.titles("Movies") == ["Alien", "Brazil"]
    run = cli.on_terminal("collection", "wipe", "Movies", answers=[("Type yes", "yes\n")])
    assert run.code == 0
    assert shelf.titles("Movies") == []


@pytest.mark.guarantee("CO-9")
def test_a_wipe_that_fails_or_finds_nothing_leaves_the_backups_that_there_were(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    wipe = ("collection", "wipe", "Movies", "--force")
    kept = Path(cli.json(*wipe)["backup"])
    shelf.ingest()
    abort(cli, "DELETE", "assets")
    for _ in range(7):
        run = cli(*wipe)
        assert (run.code, run.error) == (1, "Error: Collection wipe failed: no more")
    cli.run_sql("DROP TRIGGER failing")
    assert list(cli.home.glob("*.backup")) == [kept]
    assert shelf.titles("Movies") == ["Alien", "Brazil"]
    cli.ok(*wipe, "--no-backup")
    assert "backup" not in cli.json(*wipe)
    assert list(cli.home.glob("*.backup")) == [kept]


@pytest.mark.guarantee("CO-10")
def test_list_and_show_tell_state_and_mappings(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    (listed,) = cli.json("collection", "list")["collections"]
    shown = cli.json("collection", "show", "Movies")
    assert {**listed, "status": "success"} == shown
    wanted = {"source": "My Shelf", "external_id": "movies", "enabled": True, "ingestible": True,
              "sync_enabled": True, "not_ingestible_reason": None, "assets": 0}  # fmt: skip
    assert {key: shown[key] for key in wanted} == wanted
    assert [m["local_path"] for m in shown["path_mappings"]] == [str(shelf.disk("movies"))]
    assert cli.json("collection", "list", "--source", "my shelf")["collections"] == [listed]


@pytest.mark.guarantee("CO-11")
def test_a_dry_run_of_an_update_changes_nothing(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    before = cli.dump()
    where = ("--map", "/srv/movies", shelf.disk("movies"), "--sync-enable")
    told = cli.json("collection", "update", "Movies", *where, "--dry-run")
    assert (told["dry_run"], told["changed"], told["ingestible"]) == (True, True, True)
    assert cli.dump() == before


@pytest.mark.guarantee("CO-12")
def test_delete_takes_a_collection_that_is_no_longer_offered(cli: Cli, shelf: Shelf) -> None:
    other = row("tv", "Dallas")
    shelf.ready(MOVIES, other)
    shelf.ingest()
    refused = cli("collection", "delete", "Movies", "--force")
    assert (refused.code, refused.error) == (
        1, "Error: Collection delete failed: the source still offers 'My Shelf/Movies'",
    )  # fmt: skip
    shelf.offer(other)
    cli.ok("source", "discover", shelf.name)
    before = cli.dump()
    asked = cli("collection", "delete", "Movies")
    assert (asked.code, asked.error) == (
        1, "Error: Confirmation needed but stdin is not a terminal; nothing changed",
    )  # fmt: skip
    dry = cli.json("collection", "delete", "Movies", "--dry-run")
    assert (dry["dry_run"], dry["deleted"][0]["assets"]) == (True, 2)
    assert cli.dump() == before
    told = cli.json("collection", "delete", "Movies", "--force")
    assert told["deleted"] == dry["deleted"]
    assert Path(told["backup"]).is_file()
    assert cli.rows("SELECT name FROM collections") == [("Tv",)]
    for table in ("path_mappings", "assets", "asset_files"):
        assert cli.rows(f"SELECT count(*) FROM {table}") == [(1,)], table
    last = "SELECT operation, source, collection, status FROM history ORDER BY id DESC LIMIT 1"
    assert cli.rows(last) == [("Collection delete", "My Shelf", "Movies", "success")]
    cli.ok("db", "check")
    cli.ok("db", "restore", told["backup"], "--force")
    assert cli.dump("collections", "assets") == {t: before[t] for t in ("collections", "assets")}


@pytest.mark.guarantee("CO-12")
def test_delete_wants_the_word_yes(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.offer()
    cli.ok("source", "discover", shelf.name, "--allow-missing")
    words = ("collection", "delete", "Movies", "--no-backup")
    run = cli.on_terminal(*words, answers=[("Type yes", "y\n")])
    assert (run.code, run.out) == (0, "Operation cancelled.\n")
    assert cli.rows("SELECT count(*) FROM collections") == [(1,)]
    run = cli.on_terminal(*words, answers=[("Type yes", "yes\n")])
    assert run.code == 0, run.everything
    assert "Undo" not in run.out
    assert cli.rows("SELECT count(*) FROM collections") == [(0,)]
