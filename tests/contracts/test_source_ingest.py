"""`docs/contracts/resources/SourceIngestContract.md`, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from support import plugins
from support.cli import Cli
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue")


def _stats(shelf: Shelf, *words: object) -> dict[str, Any]:
    """What the one collection's counts are that are not 0, and its status."""
    (told,) = shelf.ingest("--json", *words).json["collections"]
    counts = {name: count for name, count in told["stats"].items() if count}
    return {"status": told["status"], **counts}


@pytest.mark.guarantee("SI-1")
def test_the_targets_are_the_sync_enabled_collections_by_name(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MUSIC, row("plays", "Hamlet"), MOVIES)
    cli.ok("collection", "update", "Plays", "--sync-disable")
    assert shelf.ingest().code == 0
    assert [c for c in shelf.calls() if c.startswith("scan")] == ["scan movies", "scan music"]


@pytest.mark.guarantee("SI-2")
def test_a_source_without_targets_is_a_failure_with_the_next_step(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    run = shelf.ingest()
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Source 'My Shelf' has no sync-enabled collections",
        f"  Enable one: retrovue --db {cli.db} collection update 'My Shelf/Movies'"
        " --map /srv/movies LOCAL --sync-enable",
    ]


@pytest.mark.guarantee("SI-3")
def test_one_unfit_target_keeps_everything_from_being_ingested(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    shelf.offer(MOVIES, {**MUSIC, "obstacles": ["it is being cleaned"]})
    run = shelf.ingest("--json")
    assert run.code == 1
    assert run.json["error"]["code"] == "not_ingestible"
    assert run.json["error"]["detail"][0] == "it is being cleaned"
    assert shelf.titles("Movies") == []


@pytest.mark.guarantee("SI-4")
def test_keep_going_ingests_the_others(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    shelf.unmount("movies")
    run = shelf.ingest("--keep-going")
    assert run.code == 2
    assert run.error == "Error: Collection 'Movies' is not ingestible"
    assert "disk/movies, which does not exist" in run.err
    assert run.out.splitlines()[0] == "Success: Collections 'Music' ingested"
    assert shelf.titles("Music") == ["Blue"]


@pytest.mark.guarantee("SI-5")
def test_when_every_collection_fails_so_does_the_ingest(cli: Cli, shelf: Shelf) -> None:
    broken = {"raise": "the disk broke"}
    shelf.ready(row("movies", broken), row("music", broken))
    run = shelf.ingest()
    assert run.code == 1
    assert run.error == "Error: Source ingest failed: the disk broke"
    assert [line for line in run.out.splitlines() if line.startswith("Failed")] == [
        "Failed: Collection 'Movies' failed ingestion",
        "Failed: Collection 'Music' failed ingestion",
    ]


@pytest.mark.guarantee("SI-6")
def test_a_second_ingest_writes_no_row_of_assets_files_or_mappings(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    assert _stats(shelf) == {"status": "success", "discovered": 2, "added": 2}
    tables = ("assets", "asset_files", "path_mappings", "sources")
    before = cli.dump(*tables)
    assert _stats(shelf) == {"status": "success", "discovered": 2, "unchanged": 2}
    assert cli.dump(*tables) == before


@pytest.mark.guarantee("SI-7")
def test_what_is_not_seen_is_marked_and_what_comes_back_restored(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    ids = cli.rows("SELECT id FROM assets")
    shelf.offer(row("movies", "Alien"))
    counts = {"status": "success", "discovered": 1, "unchanged": 1, "missing": 1}
    assert _stats(shelf) == counts
    marked = "SELECT title, missing_since IS NOT NULL FROM assets ORDER BY title"
    assert cli.rows(marked) == [("Alien", 0), ("Brazil", 1)]
    shelf.offer(MOVIES)
    assert _stats(shelf) == {
        "status": "success", "discovered": 2, "unchanged": 1, "restored": 1,
    }  # fmt: skip
    assert cli.rows(marked) == [("Alien", 0), ("Brazil", 0)]
    assert cli.rows("SELECT id FROM assets") == ids


@pytest.mark.guarantee("SI-8")
def test_what_could_not_be_read_leaves_what_is_known_there_in_place(cli: Cli, shelf: Shelf) -> None:
    closed = {"title": "Alien", "path": "/srv/movies/A/Alien.mkv"}
    shelf.ready(row("movies", closed, "Brazil", "Dune"))
    shelf.ingest()
    shelf.offer(row("movies", "Casablanca", "Dune", {"unread": "/srv/movies/A"}))
    run = shelf.ingest()
    assert run.code == 2
    assert run.err.splitlines() == [
        "Warning: Collection 'Movies' was ingested only in part; what is known there stays as it"
        " is",
        "Warning:   not read: /srv/movies/A: Permission denied",
    ]
    assert shelf.titles("Movies") == ["Alien", "Casablanca", "Dune"]


@pytest.mark.guarantee("SI-8")
def test_where_nobody_knows_what_could_not_be_read_nothing_goes_missing(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    shelf.offer(row("movies", "Casablanca", {"unread": "page 3"}))
    run = shelf.ingest()
    assert run.code == 2
    assert run.err.splitlines() == [
        "Warning: Collection 'Movies' was ingested only in part; nothing in it was marked missing",
        "Warning:   not read: page 3: Permission denied",
    ]
    assert shelf.titles("Movies") == ["Alien", "Brazil", "Casablanca"]


@pytest.mark.guarantee("SI-9")
def test_a_scan_that_would_lose_all_is_refused_unless_it_is_right(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    shelf.offer(row("movies"))
    run = shelf.ingest("--json")
    assert (run.code, run.json["error"]["code"]) == (1, "would_lose_assets")
    assert run.json["error"]["message"] == (
        "Source ingest failed: 2 of 2 known assets were not found"
    )
    assert shelf.titles("Movies") == ["Alien", "Brazil"]
    assert shelf.ingest("--allow-missing").code == 0
    assert shelf.titles("Movies") == []


@pytest.mark.guarantee("SI-9")
@pytest.mark.parametrize(("gone", "code"), [(21, 1), (20, 0)])
def test_more_than_half_and_more_than_20_is_too_much(
    cli: Cli, shelf: Shelf, gone: int, code: int
) -> None:
    everything = [f"Film {number:02}" for number in range(40)]
    shelf.ready(row("movies", *everything))
    shelf.ingest()
    shelf.offer(row("movies", *everything[gone:]))
    assert shelf.ingest().code == code


@pytest.mark.guarantee("SI-10")
def test_of_an_id_that_comes_twice_the_first_counts(cli: Cli, shelf: Shelf) -> None:
    twice = {"title": "Other", "external_id": "Alien"}
    shelf.ready(row("movies", "Alien", twice))
    counts = {"status": "partial", "discovered": 1, "added": 1, "skipped": 1}
    assert _stats(shelf) == counts
    assert shelf.titles("Movies") == ["Alien"]


@pytest.mark.guarantee("SI-11")
@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"title": " "}, "it has no title"),
        ({"title": "X", "path": "/elsewhere/X.mkv"}, "/elsewhere/X.mkv lies below no location"),
        ({"title": "X\udcff"}, "is not UTF-8"),
    ],
)
def test_a_bad_item_is_skipped_with_its_reason(
    cli: Cli, shelf: Shelf, bad: dict[str, object], why: str
) -> None:
    shelf.ready(row("movies", "Alien", bad))
    run = shelf.ingest("--json")
    (told,) = run.json["collections"]
    assert (run.code, told["status"], told["stats"]["skipped"]) == (0, "success", 1)
    assert why in told["skipped"][0]
    assert shelf.titles("Movies") == ["Alien"]


@pytest.mark.guarantee("SI-18")
@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"title": ""}, "it has no id"),
        ({"title": "X", "kind": "opera"}, "its kind 'opera' is none of"),
        ({"title": "X", "season": "one"}, "its season is of type str"),
        ({"title": "X", "season": -1}, "its season is not between 0 and"),
        ({"yield": ["a", "list"]}, "the importer yields this where FoundAsset is due"),
    ],
)
def test_an_item_that_breaks_the_interface_counts_as_unread(
    cli: Cli, shelf: Shelf, broken: dict[str, object], why: str
) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    shelf.offer(row("movies", "Alien", broken))
    run = shelf.ingest("--json")
    (told,) = run.json["collections"]
    assert (run.code, told["status"], told["stats"]["skipped"]) == (2, "partial", 0)
    assert why in told["unread"][0]
    assert shelf.titles("Movies") == ["Alien", "Brazil"]


@pytest.mark.guarantee("SI-18")
def test_a_scan_of_which_nothing_can_be_used_fails(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    shelf.offer(row("movies", {"yield": 7}, {"yield": None}))
    run = shelf.ingest()
    assert run.code == 1
    assert run.error == (
        "Error: Source ingest failed: nothing that its importer yields can be used"
    )
    assert shelf.titles("Movies") == ["Alien", "Brazil"]


@pytest.mark.guarantee("SI-19")
def test_a_location_that_yields_nothing_any_more_is_as_good_as_unread(
    cli: Cli, shelf: Shelf
) -> None:
    places = {"locations": ["/srv/movies", "/srv/more"]}
    alien = {"title": "Alien", "path": "/srv/movies/Alien.mkv"}
    more = {"title": "Brazil", "path": "/srv/more/Brazil.mkv"}
    shelf.offer(row("movies", alien, more, **places))
    shelf.add("--discover")
    cli.ok("collection", "update", "Movies", "--map", "/srv/more", shelf.disk("more"))
    shelf.enable("movies")
    shelf.ingest()
    shelf.offer(row("movies", alien, **places))
    for words in ((), ("--allow-missing",)):
        run = shelf.ingest(*words, "--json")
        (told,) = run.json["collections"]
        assert (run.code, told["status"], told["stats"]["missing"]) == (2, "partial", 0)
        assert told["unread"] == [
            "/srv/more: it held 1 asset and now yields none; is a disk not mounted?"
        ]
    assert shelf.titles("Movies") == ["Alien", "Brazil"]


@pytest.mark.guarantee("SI-20")
def test_files_that_are_not_where_the_mapping_says_are_a_warning(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.unmount("movies")
    disk = shelf.disk("movies")
    run = shelf.ingest()
    assert (run.code, run.err) == (
        0,
        f"Warning: Collection 'Movies': 0 of 2 files are where the mapping says, e.g."
        f" {disk}/Alien.mkv (/srv/movies is mapped to {disk})\n",
    )
    (told,) = shelf.ingest("--json").json["collections"]
    assert (told["files_checked"], told["files_found"], len(told["warnings"])) == (2, 0, 1)
    for title in ("Alien", "Brazil"):
        (disk / f"{title}.mkv").touch()
    assert shelf.ingest().err == ""


@pytest.mark.guarantee("SI-12")
def test_what_moved_keeps_its_id(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.ingest()
    before = cli.rows("SELECT id FROM assets WHERE title = 'Alien'")
    moved = {"title": "Alien", "external_id": "new", "path": "/srv/movies/new/Alien.mkv"}
    shelf.offer(row("movies", moved, "Brazil"))
    assert _stats(shelf) == {
        "status": "success", "discovered": 2, "unchanged": 1, "moved": 1,
    }  # fmt: skip
    assert cli.rows("SELECT id FROM assets WHERE external_id = 'new'") == before


_MEDDLING = """
import sqlite3
connection = sqlite3.connect({db!r})
with connection:
    connection.execute("UPDATE collections SET kind = coalesce(kind, '') || 'x'")
connection.close()
"""


@pytest.mark.guarantee("SI-13")
def test_a_collection_that_keeps_changing_is_scanned_twice_and_then_fails(
    cli: Cli, shelf: Shelf
) -> None:
    meddling = {"do": _MEDDLING.format(db=str(cli.db))}
    shelf.ready(row("movies", "Alien", meddling))
    run = shelf.ingest()
    assert (run.code, run.error) == (
        1,
        "Error: Source ingest failed: it was changed by somebody else while it was scanned, twice",
    )
    assert [c for c in shelf.calls() if c.startswith("scan")] == ["scan movies"] * 2
    assert shelf.titles("Movies") == []


@pytest.mark.guarantee("SI-14")
def test_a_dry_run_gives_the_report_of_a_real_one(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    before = cli.dump()
    dry = shelf.ingest("--dry-run", "--json").json
    assert cli.dump() == before
    assert dry.pop("dry_run") is True
    assert shelf.ingest("--json").json == dry


@pytest.mark.guarantee("SI-15")
def test_plugins_are_told_after_the_commit_and_may_fail(cli: Cli, shelf: Shelf) -> None:
    code = f"""
    import sqlite3
    @hookimpl
    def collection_ingested(collection, result):
        rows = sqlite3.connect({str(cli.db)!r}).execute("SELECT count(*) FROM assets").fetchone()
        raise RuntimeError(f"{{collection.name}} {{result.status}} {{rows[0]}}")
    """
    plugins.install(cli.site, "listener", code)
    shelf.ready(MOVIES)
    run = shelf.ingest()
    assert run.code == 0
    assert run.err == (
        "Warning: Plugin 'retrovue_listener:listener' failed in collection_ingested:"
        " RuntimeError: Movies success 2\n"
    )


@pytest.mark.guarantee("SI-14", "SI-15")
def test_plugins_are_not_told_of_a_dry_run_nor_of_a_failure(cli: Cli, shelf: Shelf) -> None:
    code = f"""
    @hookimpl
    def collection_ingested(collection, result):
        open({str(cli.home / "told")!r}, "a").close()
    """
    plugins.install(cli.site, "listener", code)
    shelf.ready(MOVIES)
    assert shelf.ingest("--dry-run").code == 0
    shelf.offer(row("movies", "Alien", {"raise": "the disk broke"}))
    assert shelf.ingest().code == 1
    assert not (cli.home / "told").exists()
    shelf.offer(MOVIES)
    assert shelf.ingest().code == 0
    assert (cli.home / "told").exists()


@pytest.mark.guarantee("SI-16")
def test_the_json_report_names_each_collection_and_the_totals(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES, MUSIC)
    told = shelf.ingest("--json").json
    assert set(told) == {"status", "source", "collections", "totals"}
    assert [(c["external_id"], c["status"], c["error"]) for c in told["collections"]] == [
        ("movies", "success", None),
        ("music", "success", None),
    ]
    assert told["totals"] == {
        "discovered": 3, "added": 3, "updated": 0, "unchanged": 0, "moved": 0, "missing": 0,
        "restored": 0, "skipped": 0,
    }  # fmt: skip


@pytest.mark.guarantee("SI-17")
def test_what_was_refused_or_failed_is_a_line_of_history(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.offer(row("movies", {"raise": "the disk broke"}))
    shelf.ingest()
    shelf.offer({**MOVIES, "obstacles": ["it is being moved"]})
    shelf.ingest()
    lines = cli.rows(
        "SELECT operation, source, detail ->> '$.error.message' FROM history"
        " WHERE status = 'failed' ORDER BY id"
    )
    assert lines == [
        ("Source ingest", "My Shelf", "the disk broke"),
        ("Source ingest", "My Shelf", "Collection 'Movies' is not ingestible"),
    ]
