"""`docs/contracts/resources/CollectionIngestContract.md`, rule by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Cli
from support.dying import unchecked
from support.media import Library, films, write
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
EPISODES = [
    {"title": f"Part {number}", "kind": "episode", "series": series, "season": season,
     "episode": number}
    for series, season, number in (("Rome", 1, 1), ("Rome", 1, 2), ("Rome", 2, 3), ("Oz", 1, 4))
]  # fmt: skip
SHOWS = row("tv-shows", *EPISODES, name="TV Shows")


@pytest.mark.guarantee("CI-1")
def test_it_must_be_enabled_and_ingestible_and_need_not_sync(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    shelf.add("--discover")
    where = ("--map", "/srv/movies", shelf.disk("movies"))
    cli.ok("collection", "update", "Movies", *where)
    run = cli("collection", "ingest", "Movies")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Collection 'Movies' is not ingestible",
        "  it is not enabled",
        f"  Enable it: retrovue --db {cli.db} collection update 'My Shelf/Movies' --enable",
    ]
    cli.ok("collection", "update", "Movies", "--enable")
    run = cli.ok("collection", "ingest", "Movies")
    assert run.out.splitlines()[0] == "Success: Collections 'Movies' ingested"
    assert shelf.titles("Movies") == ["Alien", "Brazil"]


@pytest.mark.guarantee("CI-2")
def test_whether_it_can_be_ingested_is_worked_out_afresh(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    away = shelf.disk("movies").rename(cli.home / "away")
    run = cli("collection", "ingest", "Movies")
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")
    assert cli.rows("SELECT ingestible FROM collections") == [(0,)]
    away.rename(cli.home / "disk" / "movies")
    assert cli("collection", "ingest", "Movies").code == 0
    assert cli.rows("SELECT ingestible FROM collections") == [(1,)]


@pytest.mark.guarantee("CI-2")
def test_an_invalid_collection_is_not_ingested(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    unchecked(cli.db, "UPDATE collections SET sync_enabled = 2, enabled = 2")
    run = cli("collection", "ingest", "Movies")
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is in invalid state")
    assert shelf.titles("Movies") == []


@pytest.mark.guarantee("CI-3")
def test_a_scan_that_breaks_off_leaves_the_collection_as_it_was(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    cli.ok("collection", "ingest", "Movies")
    tables = ("collections", "assets", "asset_files")
    before = cli.dump(*tables)
    shelf.offer(row("movies", "Casablanca", {"raise": "page 2 is missing"}))
    run = cli("collection", "ingest", "Movies")
    assert run.code == 1
    assert run.error == "Error: Collection ingest failed: page 2 is missing"
    assert run.out.splitlines()[0] == "Failed: Collection 'Movies' failed ingestion"
    assert cli.dump(*tables) == before


@pytest.mark.guarantee("CI-4")
@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (("--title", "rome"), ["Part 1", "Part 2", "Part 3"]),
        (("--title", "Part 4"), ["Part 4"]),
        (("--season", "1"), ["Part 1", "Part 2", "Part 4"]),
        (("--title", "Rome", "--season", "1", "--episode", "2"), ["Part 2"]),
    ],
)
def test_a_narrowed_ingest_takes_what_fits(
    cli: Cli, shelf: Shelf, words: tuple[str, ...], titles: list[str]
) -> None:
    shelf.ready(SHOWS)
    cli.ok("collection", "ingest", "TV Shows", *words)
    assert shelf.titles("TV Shows") == titles


@pytest.mark.guarantee("CI-4")
def test_a_narrowed_ingest_marks_nothing_missing(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(SHOWS)
    cli.ok("collection", "ingest", "TV Shows")
    shelf.offer(row("tv-shows", EPISODES[0], name="TV Shows"))
    cli.ok("collection", "ingest", "TV Shows", "--title", "Rome")
    assert shelf.titles("TV Shows") == ["Part 1", "Part 2", "Part 3", "Part 4"]


@pytest.mark.guarantee("CI-5")
def test_a_narrowed_ingest_that_nothing_fits_fails(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(SHOWS)
    run = cli("collection", "ingest", "TV Shows", "--season", "9")
    assert (run.code, run.error) == (
        1,
        "Error: Collection ingest failed: nothing in it fits what was asked for",
    )


@pytest.mark.guarantee("CI-6")
def test_an_ingest_in_part_is_2(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(row("movies", "Alien", {"unread": "/srv/movies/B"}))
    run = cli("collection", "ingest", "Movies", "--json")
    assert (run.code, run.json["status"]) == (2, "partial")
    assert run.json["collections"][0]["unread"] == ["/srv/movies/B: Permission denied"]


@pytest.mark.guarantee("CI-7")
def test_a_dry_run_writes_nothing(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    before = cli.dump()
    told = cli.json("collection", "ingest", "Movies", "--dry-run")
    assert (told["dry_run"], told["totals"]["added"]) == (True, 2)
    assert cli.dump() == before


@pytest.mark.guarantee("CI-8")
def test_a_scan_that_would_lose_all_is_refused_here_too(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    cli.ok("collection", "ingest", "Movies")
    shelf.offer(row("movies"))
    run = cli("collection", "ingest", "Movies", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "would_lose_assets")
    cli.ok("collection", "ingest", "Movies", "--allow-missing")
    assert shelf.titles("Movies") == []


@pytest.mark.guarantee("CI-9")
def test_of_a_path_only_what_lies_there_is_taken(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", *films(3))
    write(library.root, *films(1), text="a reel of its own")
    library.ingest()
    (first, second, third) = sorted(library.ids().items())
    (library.root / first[0]).unlink()
    new = library.root / "Movies/New (1902)/New (1902).mkv"
    new.parent.mkdir()
    (library.root / second[0]).rename(new)
    run = cli("collection", "ingest", "Movies", "--path", new.parent, "--json")
    assert (run.code, run.json["totals"]["discovered"], run.json["totals"]["moved"]) == (0, 1, 1)
    assert library.missing() == []
    assert library.ids() == dict([first, third]) | {str(new.relative_to(library.root)): second[1]}


@pytest.mark.guarantee("CI-10")
def test_a_path_in_no_location_or_not_there_is_an_error(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", *films(1))
    before = cli.dump()
    for path, code in ((tmp_path, "usage"), (library.root / "Movies/Nowhere", "ingest_failed")):
        run = cli("collection", "ingest", "Movies", "--path", path, "--json")
        assert (run.code, run.json["error"]["code"]) == (1, code)
    assert cli.dump() == before
