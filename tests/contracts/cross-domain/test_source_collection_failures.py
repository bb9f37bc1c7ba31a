"""What is left in the file after a failure: everything that was there before, or everything the
command writes, and nothing between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from support.cli import Cli
from support.dying import abort, killed_at, locked_by_another, on_full_disk, state, unchecked
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue", "Kind of Blue")
IN_HASTE = {"RETROVUE_BUSY_TIMEOUT": "0.1"}
ASSETS = (
    "SELECT c.name, count(a.id) FROM collections AS c"
    " LEFT JOIN assets AS a ON a.collection_id = c.id GROUP BY c.id ORDER BY c.name"
)
INGESTS = "SELECT collection, status FROM history WHERE operation = 'Source ingest' ORDER BY id"


def _copies(cli: Cli) -> Iterator[tuple[int, Cli]]:
    """The catalogue again and again, with a number that grows."""
    base = cli.db.rename(cli.db.with_name("base.db"))
    for number in range(1, 10_000):
        for beside in cli.home.glob("retrovue.db*"):
            beside.unlink()
        shutil.copyfile(base, cli.db)
        yield number, cli


VERBS: dict[str, tuple[object, ...]] = {
    "source add": ("source", "add", "--type", "shelf", "--name", "New", "--token", "s3cret-new",
                   "--discover", "--offer"),
    "source discover": ("source", "discover", "My Shelf"),
    "source update": ("source", "update", "My Shelf", "--name", "Renamed", "--map", "/srv"),
    "collection update": ("collection", "update", "Movies", "--sync-disable", "--map", "/srv"),
    "collection ingest": ("collection", "ingest", "Movies"),
    "collection wipe": ("collection", "wipe", "Music", "--force", "--no-backup"),
    "source delete": ("source", "delete", "My Shelf", "--force", "--no-backup"),
}  # fmt: skip


@pytest.mark.guarantee("G-4.4", "PF-3", "FP-5", "UW-3")
@pytest.mark.parametrize("verb", VERBS)
def test_killed_between_any_two_statements_a_command_has_written_all_or_nothing(
    cli: Cli, shelf: Shelf, verb: str
) -> None:
    words = _prepared(cli, shelf, verb)
    before = state(cli)
    kept = list(_killed_everywhere(cli, words))
    after = state(cli)
    assert after != before
    assert kept
    committed = [found != before for _, found in kept]
    assert committed == sorted(committed)  # nothing that was committed is lost again
    for number, found in kept:
        assert found in (before, after), f"killed at statement {number}"
    assert cli.json("db", "check")["findings"] == []


def _prepared(cli: Cli, shelf: Shelf, verb: str) -> tuple[object, ...]:
    """The catalogue of a source with two collections, one of them ingested, and the words."""
    shelf.ready(row("movies", "Alien"), MUSIC)
    cli.ok("collection", "ingest", "Music")
    cli.ok("collection", "ingest", "Movies")
    shelf.offer(MOVIES, {**MUSIC, "name": "Songs"}, row("plays"))
    if verb == "source add":
        other = Shelf(cli)
        other.path = cli.home / "other.json"
        other.offer(MOVIES)
        return (*VERBS[verb], other.path)
    return (*VERBS[verb], cli.home / "disk") if "--map" in VERBS[verb] else VERBS[verb]


def _killed_everywhere(
    cli: Cli, words: tuple[object, ...]
) -> Iterator[tuple[int, dict[str, list[tuple[object, ...]]]]]:
    for number, again in _copies(cli):
        if not killed_at(number, again, *words):
            return
        yield number, state(again)


@pytest.mark.guarantee("G-4.2", "PF-1")
def test_killed_at_any_statement_of_a_source_ingest_each_collection_is_in_it_or_not(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(row("movies", "Alien"), row("music", "Blue"))
    seen = set()
    for number, again in _copies(cli):
        if not killed_at(number, again, "source", "ingest", shelf.name):
            break
        counts = dict(cli.rows(ASSETS))
        told = dict(cli.rows(INGESTS))
        assert {name for name, count in counts.items() if count} == set(told), number
        assert set(counts.values()) <= {0, 1}, number
        seen.add(tuple(told))
    assert seen == {(), ("Movies",)}
    assert cli.rows(ASSETS) == [("Movies", 1), ("Music", 1)]


# --------------------------------------------------------------------------- failures in the file


@pytest.mark.guarantee("G-4.1", "FP-1", "FP-5")
@pytest.mark.parametrize(
    ("when", "table", "condition"),
    [
        ("INSERT", "sources", "NEW.name = 'New'"),
        ("INSERT", "source_secrets", "1"),
        ("INSERT", "collections", "NEW.name = 'Music'"),
        ("INSERT", "path_mappings", "NEW.external_path = '/srv/music'"),
        ("DELETE", "path_mappings", "1"),
        ("INSERT", "history", "NEW.operation = 'Source add'"),
    ],
)
def test_a_source_whose_discovery_cannot_be_written_whole_is_not_added(
    cli: Cli, shelf: Shelf, when: str, table: str, condition: str
) -> None:
    cli.ok("source", "add", "--type", "filesystem", "--name", "First", "--base-path", cli.home)
    shelf.offer(MOVIES, MUSIC)
    before = cli.dump()
    abort(cli, when, table, condition)
    run = shelf.add("--discover", "--token", "s3cret-of-the-shelf", name="New")
    assert (run.code, run.out) == (1, "")
    assert run.err == "Error: Source add failed: no more\n"
    assert cli.dump() == before


@pytest.mark.guarantee("G-4.2", "G-4.3", "FP-2", "FP-5", "PF-1")
@pytest.mark.parametrize(
    ("when", "table", "condition"),
    [
        ("INSERT", "assets", "NEW.title = 'Kind of Blue'"),
        ("INSERT", "asset_files", "NEW.relative_path = 'Kind of Blue.mkv'"),
        ("UPDATE OF last_ingested_at", "collections", "NEW.name = 'Music'"),
        ("INSERT", "history", "NEW.collection = 'Music' AND NEW.status = 'success'"),
    ],
)
def test_a_collection_that_cannot_be_written_whole_is_not_written_and_the_others_are(
    cli: Cli, shelf: Shelf, when: str, table: str, condition: str
) -> None:
    shelf.ready(MOVIES, MUSIC, row("plays", "Hamlet"))
    abort(cli, when, table, condition)
    run = shelf.ingest("--json")
    assert run.code == 2
    assert [(c["name"], c["status"]) for c in run.json["collections"]] == [
        ("Movies", "success"),
        ("Music", "failed"),
        ("Plays", "success"),
    ]
    assert run.json["collections"][1]["error"]["message"] == "Source ingest failed: no more"
    assert cli.rows(ASSETS) == [("Movies", 2), ("Music", 0), ("Plays", 1)]
    assert cli.rows(INGESTS) == [("Movies", "success"), ("Music", "failed"), ("Plays", "success")]


@pytest.mark.guarantee("G-4.3", "FP-2")
@pytest.mark.parametrize(
    ("when", "table"),
    [("UPDATE", "path_mappings"), ("UPDATE", "collections"), ("INSERT", "history")],
)
def test_a_collection_update_that_breaks_off_changes_nothing(
    cli: Cli, shelf: Shelf, when: str, table: str
) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    before = cli.dump()
    abort(cli, when, table)
    where = ("--map", "/srv/movies", shelf.disk("movies"))
    run = cli("collection", "update", "Movies", *where, "--sync-enable")
    assert (run.code, run.err) == (1, "Error: Collection update failed: no more\n")
    assert cli.dump() == before


@pytest.mark.guarantee("G-4.3", "FP-5")
def test_a_locked_file_is_left_alone(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.offer(MOVIES, MUSIC)
    before = cli.dump()
    with locked_by_another(cli.db):
        runs = {
            operation: cli(*words, env=IN_HASTE)
            for operation, words in {
                "Source discover": ("source", "discover", shelf.name),
                "Source update": ("source", "update", shelf.name, "--name", "Renamed"),
                "Source ingest": ("source", "ingest", shelf.name),
                "Collection update": ("collection", "update", "Movies", "--disable"),
                "Collection ingest": ("collection", "ingest", "Movies"),
            }.items()
        }
        assert cli.ok("source", "list").out.splitlines()[1].split()[2] == "My"
    for operation, run in runs.items():
        assert run.code == 1, operation
        says = f"Error: {operation} failed: the database is locked by another process"
        assert run.error == says
    assert cli.dump() == before


@pytest.mark.guarantee("G-4.4", "FP-5", "PF-3")
def test_a_full_disk_takes_nothing_in_and_nothing_away(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(row("movies", *(f"Film {number}" for number in range(3000))))
    tables = ("sources", "collections", "path_mappings", "assets", "asset_files")
    before = cli.dump(*tables)
    run = on_full_disk(cli.db.stat().st_size + 4096, cli, "source", "ingest", shelf.name)
    assert (run.code, run.error) == (1, "Error: Source ingest failed: disk I/O error")
    assert cli.dump(*tables) == before
    assert cli.rows(INGESTS) == [("Movies", "failed")]
    assert shelf.ingest().code == 0
    assert cli.rows(ASSETS) == [("Movies", 3000)]


# ------------------------------------------------------------------------ failures of an importer


@pytest.mark.guarantee("FP-1")
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"raise": "the server hung up"}, "the server hung up"),
        ({"crash": "no such key"}, "RuntimeError: no such key"),
        ({"yield": "Movies"}, "the importer yields str where FoundCollection is due"),
        ({"yield": None}, "the importer yields NoneType where FoundCollection is due"),
        (row("music", name=" "), "the importer reports a collection without a name (id 'music')"),
        (row("", name="Music"), "the importer reports a collection without an id: 'Music'"),
        (row("music", locations=[7]), "the locations of collection 'Music' must be paths"),
        (row("music", kind=7), "the kind of collection 'Music' must be a string"),
    ],
)
def test_a_discovery_that_goes_wrong_midway_adds_no_source(
    cli: Cli, shelf: Shelf, wrong: dict[str, object], reason: str
) -> None:
    shelf.offer(MOVIES, wrong, MUSIC)
    run = shelf.add("--discover")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'My Shelf'",
        f"  {reason}",
    ]
    assert not cli.db.exists()


@pytest.mark.guarantee("PF-2", "G-4.2", "FP-2")
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"raise": "page 2 is missing"}, "page 2 is missing"),
        ({"crash": "no such key"}, "its importer failed (RuntimeError: no such key)"),
    ],
)
def test_a_scan_that_breaks_off_fails_its_collection_and_the_next_goes_on(
    cli: Cli, shelf: Shelf, wrong: dict[str, object], reason: str
) -> None:
    shelf.ready(MOVIES, row("music", "Blue"), row("plays", "Hamlet"))
    assert shelf.ingest().code == 0
    known = cli.rows("SELECT * FROM assets WHERE title = 'Blue'")
    shelf.offer(row("movies", "Casablanca"), row("music", "Harvest", wrong), row("plays", "Faust"))
    run = shelf.ingest("--json", "--allow-missing")
    assert run.code == 2
    results = {each["name"]: each for each in run.json["collections"]}
    assert {name: each["status"] for name, each in results.items()} == {
        "Movies": "success",
        "Music": "failed",
        "Plays": "success",
    }
    assert results["Music"]["error"] == {"code": "ingest_failed", "message": reason, "detail": []}
    assert shelf.titles("Movies") == ["Casablanca"]
    assert shelf.titles("Music") == ["Blue"]
    assert cli.rows("SELECT * FROM assets WHERE title = 'Blue'") == known


@pytest.mark.guarantee("FP-3")
def test_an_ingestibility_failure_fails_source_ingest(cli: Cli, shelf: Shelf) -> None:
    shelf.ready({**MOVIES, "obstacles": []}, MUSIC)
    shelf.offer({**MOVIES, "obstacles": ["it is being moved"]}, MUSIC)
    run = shelf.ingest()
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")
    assert cli.rows(ASSETS) == [("Movies", 0), ("Music", 0)]


@pytest.mark.guarantee("FP-4")
@pytest.mark.parametrize("verb", ["discover", "update", "ingest"])
def test_a_state_failure_fails_every_operation_on_the_source(
    cli: Cli, shelf: Shelf, verb: str
) -> None:
    shelf.ready(MOVIES, MUSIC)
    unchecked(cli.db, "UPDATE collections SET enabled = 0 WHERE name = 'Music'")
    tables = ("sources", "collections", "path_mappings", "assets")
    before = cli.dump(*tables)
    words = ("--name", "Renamed") if verb == "update" else ()
    run = cli("source", verb, shelf.name, *words)
    assert (run.code, run.error) == (1, "Error: Collection 'Music' is in invalid state")
    assert shelf.calls() == (["obstacles movies"] if verb == "ingest" else [])
    assert cli.dump(*tables) == before


@pytest.mark.guarantee("PF-4", "G-5.4")
def test_after_every_kind_of_failure_the_file_is_sound(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    shelf.offer({"raise": "gone"})
    assert cli("source", "discover", shelf.name).code == 1
    shelf.offer(MOVIES, row("music", "Blue", {"crash": "gone"}))
    assert shelf.ingest().code == 2
    abort(cli, "INSERT", "collections")
    shelf.offer(MOVIES, MUSIC, row("plays"))
    assert cli("source", "discover", shelf.name).code == 1
    shelf.unmount("music")
    assert shelf.ingest().code == 1
    cli.run_sql("DROP TRIGGER failing")
    assert cli.json("db", "check")["findings"] == []
    assert cli.rows(
        "SELECT status, operation FROM history WHERE status = 'failed' ORDER BY id"
    ) == [
        ("failed", "Source discover"),
        ("failed", "Source ingest"),
        ("failed", "Source discover"),
        ("failed", "Source ingest"),
    ]
