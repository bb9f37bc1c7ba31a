"""The messages and exit codes between sources and collections, and the contract's own examples."""

from __future__ import annotations

import pytest

from fakes.plex import FakePlex, movie
from support.cli import Cli
from support.dying import abort, unchecked
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue")
SHOWS = row("tv-shows", "Pilot", name="TV Shows")
TOKEN = "t0ken-of-the-fake-server"


def _seed_s_add(cli: Cli, url: str) -> tuple[object, ...]:
    name = ("--name", "My Plex", "--base-url", url, "--token", TOKEN)
    return ("source", "add", "--type", "plex", *name, "--discover")


# --------------------------------------------------------------------------------------- messages


@pytest.mark.guarantee("EM-1")
@pytest.mark.parametrize("name", ["My Shelf", 'it\'s "mine"', "Ünïcode 映画"])
def test_a_discovery_error_names_the_source(cli: Cli, shelf: Shelf, name: str) -> None:
    shelf.offer(MOVIES)
    shelf.add(name=name)
    shelf.offer({"raise": "the server hung up"})
    run = cli("source", "discover", name)
    assert (run.code, run.out) == (1, "")
    assert run.err == (
        f"Error: Failed to discover collections from source '{name}'\n  the server hung up\n"
    )


@pytest.mark.guarantee("EM-2")
def test_an_ingestibility_error_names_the_collection(cli: Cli, shelf: Shelf) -> None:
    shelf.offer({**MUSIC, "name": 'L\'amour: "Hits"'})
    shelf.add("--discover")
    for words in (
        ("collection", "update", "music", "--sync-enable"),
        ("collection", "ingest", "music"),
    ):
        run = cli(*words)
        assert (run.code, run.out) == (1, "")
        assert run.error == "Error: Collection 'L'amour: \"Hits\"' is not ingestible"


@pytest.mark.guarantee("EM-3")
def test_a_state_error_names_the_collection(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    unchecked(cli.db, "UPDATE collections SET enabled = 0")
    for words in (
        ("source", "discover", shelf.name),
        ("source", "update", shelf.name, "--name", "Renamed"),
        ("source", "ingest", shelf.name),
        ("collection", "update", "Movies", "--disable"),
    ):
        run = cli(*words)
        assert (run.code, run.out) == (1, "")
        assert run.error == "Error: Collection 'Movies' is in invalid state"


@pytest.mark.guarantee("EM-4")
def test_a_system_error_names_the_operation_and_what_went_wrong(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.offer(MOVIES, MUSIC)
    abort(cli, "INSERT", "history", says="the disk is on fire")
    for operation, words in {
        "Source discover": ("source", "discover", shelf.name),
        "Source update": ("source", "update", shelf.name, "--name", "Renamed"),
        "Source ingest": ("source", "ingest", shelf.name),
        "Source delete": ("source", "delete", shelf.name, "--force", "--no-backup"),
        "Collection update": ("collection", "update", "Movies", "--disable"),
        "Collection ingest": ("collection", "ingest", "Movies"),
        "Collection wipe": ("collection", "wipe", "Movies", "--force", "--no-backup"),
    }.items():
        run = cli(*words)
        assert (run.code, run.error) == (1, f"Error: {operation} failed: the disk is on fire")


# ------------------------------------------------------------------------------------- exit codes


@pytest.mark.guarantee("EX-0")
def test_success_is_0(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    run = shelf.ingest()
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[0] == "Success: Collections 'Movies', 'Music' ingested"


@pytest.mark.guarantee("EX-1")
@pytest.mark.parametrize(
    ("offered", "words", "message"),
    [
        ({"raise": "gone"}, ("source", "discover", "My Shelf"),
         "Failed to discover collections from source 'My Shelf'"),
        (row("movies", {"raise": "gone"}), ("source", "ingest", "My Shelf"),
         "Source ingest failed: gone"),
        ({**MOVIES, "obstacles": ["no"]}, ("source", "ingest", "My Shelf"),
         "Collection 'Movies' is not ingestible"),
        (MOVIES, ("source", "ingest", "Nobody"), "Source 'Nobody' not found"),
        (MOVIES, ("source", "ingest"), "Missing argument 'SOURCE'"),
        (MOVIES, ("source", "ingest", "My Shelf", "--no-such"), "No such option '--no-such'"),
    ],
)  # fmt: skip
def test_failure_is_1_and_says_why(
    cli: Cli, shelf: Shelf, offered: dict[str, object], words: tuple[str, ...], message: str
) -> None:
    shelf.ready(MOVIES)
    shelf.offer(offered)
    run = cli(*words)
    assert (run.code, run.error) == (1, f"Error: {message}")
    told = cli(*words, "--json")
    assert (told.code, told.json["status"]) == (1, "error")
    assert told.json["error"]["message"] == message


@pytest.mark.guarantee("EX-2")
def test_partial_success_is_2(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    shelf.offer(MOVIES, row("music", {"raise": "gone"}))
    run = shelf.ingest()
    assert run.code == 2
    assert run.err == "Error: Collection 'Music' failed ingestion\n  gone\n"
    told = shelf.ingest("--json")
    assert (told.code, told.json["status"]) == (2, "partial")


@pytest.mark.guarantee("EX-2")
@pytest.mark.parametrize(
    "imperfect",
    [
        row("movies", "Alien", {"unread": "/srv/movies"}),
        row("movies", "Alien", "Brazil", "Alien"),
    ],
)
def test_a_collection_ingested_in_part_makes_it_2(
    cli: Cli, shelf: Shelf, imperfect: dict[str, object]
) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    shelf.offer(imperfect)
    run = shelf.ingest("--json")
    assert (run.code, run.json["collections"][0]["status"]) == (2, "partial")
    assert shelf.titles("Movies") == ["Alien", "Brazil"]


@pytest.mark.guarantee("EX-2")
def test_the_same_id_twice_counts_once_and_nothing_goes_missing(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    twice = {"title": "Other", "external_id": "Alien"}
    shelf.offer(row("movies", "Alien", twice))
    run = shelf.ingest("--json")
    assert run.code == 2
    stats = run.json["collections"][0]["stats"]
    assert (stats["added"], stats["missing"], stats["skipped"]) == (1, 0, 1)
    assert shelf.titles("Movies") == ["Alien"]


@pytest.mark.guarantee("EX-2")
def test_items_of_a_wrong_type_make_it_2(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(row("movies", "Alien", {"yield": 7}, {"title": "Brazil", "year": "1985"}))
    run = shelf.ingest()
    assert run.code == 2
    assert run.err.splitlines() == [
        "Warning: Collection 'Movies' was ingested only in part; nothing in it was marked missing",
        "Warning:   not read: 7: the importer yields this where FoundAsset is due",
        "Warning:   not read: Brazil: its year is of type str",
    ]
    assert shelf.titles("Movies") == ["Alien"]


# --------------------------------------------------------------------------- the seed's examples


@pytest.mark.guarantee("X-1")
def test_example_add_with_discovery(cli: Cli) -> None:
    with FakePlex(token=TOKEN) as plex:
        plex.add_section("1", "Movies", "movie", ["/data/Movies"], [movie(1)])
        plex.add_section("2", "TV Shows", "show", ["/data/TV", "/data/More TV"])
        run = cli(*_seed_s_add(cli, plex.url))
    assert run.code == 0, run.everything
    assert run.err == ""
    assert run.out.splitlines()[0].startswith("Added source 'My Plex' (plex-")
    rows = cli.rows("SELECT name, enabled, sync_enabled FROM collections ORDER BY name")
    assert rows == [("Movies", 0, 0), ("TV Shows", 0, 0)]
    assert cli.rows("SELECT external_path, local_path FROM path_mappings ORDER BY 1") == [
        ("/data/More TV", None),
        ("/data/Movies", None),
        ("/data/TV", None),
    ]


@pytest.mark.guarantee("X-2")
def test_example_ingest_takes_the_enabled_collections(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC, SHOWS)
    cli.ok("collection", "update", "Music", "--sync-disable")
    run = shelf.ingest()
    assert run.code == 0
    assert run.out.splitlines()[0] == "Success: Collections 'Movies', 'TV Shows' ingested"
    assert shelf.titles("Music") == []


@pytest.mark.guarantee("X-3")
def test_example_a_collection_that_is_not_ingestible(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.unmount("movies")
    run = shelf.ingest()
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")


@pytest.mark.guarantee("X-4")
def test_example_discovery_fails(cli: Cli) -> None:
    with FakePlex(token="another-token") as plex:
        run = cli(*_seed_s_add(cli, plex.url))
    assert (run.code, run.out) == (1, "")
    assert run.error == "Error: Failed to discover collections from source 'My Plex'"
    assert TOKEN not in run.err
    assert not cli.db.exists()


@pytest.mark.guarantee("X-5")
def test_example_some_collections_fail(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC, SHOWS)
    shelf.offer(MOVIES, row("music", {"raise": "the disk broke"}), SHOWS)
    run = shelf.ingest()
    assert run.code == 2
    assert run.out.splitlines()[:3] == [
        "Success: Collections 'Movies', 'TV Shows' ingested",
        "Failed: Collection 'Music' failed ingestion",
        "  the disk broke",
    ]
