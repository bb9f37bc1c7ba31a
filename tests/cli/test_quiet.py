"""`-q`: a nightly job speaks exactly when somebody must look."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import media
from support.cli import Cli
from support.media import Library, films
from support.scripted import Scripted
from support.shelf import Shelf, row

WRITES = [
    ("source", "ingest", "Home"),
    ("source", "discover", "Home"),
    ("source", "update", "Home", "--name", "House"),
    ("collection", "update", "Movies", "--disable"),
    ("collection", "ingest", "Movies"),
    ("collection", "wipe", "Movies", "--force"),
    ("source", "delete", "Home", "--force"),
    ("asset", "purge", "--force"),
    ("history", "prune", "--older-than", "1", "--force"),
    ("db", "check", "--repair"),
    ("db", "backup", "copy.db"),
    ("quickstart",),
]
READS = [
    ("source", "list"),
    ("collection", "show", "Movies"),
    ("asset", "list"),
    ("history",),
    ("history", "show", "1"),
    ("db", "info"),
    ("plugins",),
    ("db", "check"),
    ("source", "ingest", "Home", "--dry-run"),
    ("source", "ingest", "Home", "--json"),
]


@pytest.fixture
def library(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.chdir(tmp_path)
    library = Library(cli, tmp_path / "media", *films(2))
    media.write(library.root, "New/x.mkv", "loose.mkv", *films(1, start=3))
    return library


@pytest.mark.parametrize("words", WRITES, ids=" ".join)
def test_a_write_that_did_what_was_asked_prints_nothing(
    library: Library, words: tuple[str, ...]
) -> None:
    run = library.cli("-q", *words)
    assert run == (0, "", "")


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_what_was_asked_to_be_shown_is_shown(library: Library, words: tuple[str, ...]) -> None:
    library.ingest()
    run = library.cli("-q", *words)
    assert run.code == 0
    assert run.out != ""
    assert run.err == ""


def test_findings_are_shown(library: Library) -> None:
    library.cli.run_sql("DROP VIEW media")
    run = library.cli("-q", "db", "check")
    assert run.code == 1
    assert "media" in run.out
    assert run.error == "Error: Database check failed: 1 finding"


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_a_failed_collection_among_others_stands_on_stderr(
    cli: Cli, quiet: tuple[str, ...]
) -> None:
    shelf = Shelf(cli)
    shelf.ready(row("movies", "Alien"), row("music", {"raise": "the shelf fell"}))
    run = cli(*quiet, "source", "ingest", shelf.name)
    assert run.code == 2
    assert run.err.splitlines() == [
        "Error: Collection 'Music' failed ingestion",
        "  the shelf fell",
    ]
    assert ("Success: Collections 'Movies' ingested" in run.out) == (not quiet)


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_a_refused_collection_among_others_stands_on_stderr(
    cli: Cli, quiet: tuple[str, ...]
) -> None:
    shelf = Shelf(cli)
    shelf.ready(row("movies", "Alien"), row("music", "Blue"))
    shelf.disk("music").rename(shelf.disk("elsewhere") / "music")
    run = cli(*quiet, "source", "ingest", shelf.name, "--keep-going")
    assert run.code == 2
    assert run.err.splitlines() == [
        "Error: Collection 'Music' is not ingestible",
        f"  location /srv/music is mapped to {cli.home}/disk/music, which does not exist",
        f"  See where it is mapped: retrovue --db {cli.db} collection show 'My Shelf/Music'",
    ]


def test_all_that_failed_is_an_error_with_q_too(cli: Cli) -> None:
    shelf = Shelf(cli)
    shelf.ready(row("music", {"raise": "the shelf fell"}))
    run = cli("-q", "source", "ingest", shelf.name)
    assert run.code == 1
    assert run.err == "Error: Source ingest failed: the shelf fell\n"


def test_every_collection_that_failed_is_said(cli: Cli) -> None:
    shelf = Shelf(cli)
    shelf.ready(row("movies", {"raise": "it burned"}), row("music", {"raise": "it fell"}))
    run = cli("-q", "source", "ingest", shelf.name)
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Source ingest failed: it burned (and 1 more collection failed)",
        "  Collection 'Movies': it burned",
        "  Collection 'Music': it fell",
    ]


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_what_a_source_no_longer_offers_is_said_once(cli: Cli, quiet: tuple[str, ...]) -> None:
    shelf = Shelf(cli)
    rows = [row(name, name) for name in ("a", "b", "c", "d")]
    rows[0]["locations"] = ["/srv/a", "/srv/a2"]
    shelf.offer(*rows)
    assert shelf.add("--discover").code == 0
    shelf.disk("a2")
    for place in ("a", "a2"):
        cli.ok(
            "collection", "update", f"{shelf.name}/a", "--map", f"/srv/{place}", shelf.disk(place)
        )
    cli.ok("collection", "update", f"{shelf.name}/a", "--sync-enable")
    rows[0]["assets"] = [{"title": "x", "path": "/srv/a2/x.mkv"}]
    shelf.offer(*rows)
    assert shelf.ingest().code == 0
    rows[0]["locations"] = ["/srv/a"]
    shelf.offer(*rows[:3])
    run = cli(*quiet, "source", "discover", shelf.name)
    assert run.code == 0
    assert run.err.splitlines() == [
        "Warning: Location /srv/a2 of collection 'A' is no longer offered",
        "Warning: Collection 'D' is no longer offered by its source",
    ]
    assert cli(*quiet, "source", "discover", shelf.name).err == ""


def test_a_partial_collection_is_said_each_time(cli: Cli) -> None:
    shelf = Shelf(cli)
    shelf.ready(row("movies", "Alien", {"unread": "/srv/movies/x"}))
    for _ in range(2):
        run = cli("-q", "source", "ingest", shelf.name)
        assert (run.code, run.out) == (2, "")
        assert run.err.startswith("Warning: Collection 'Movies' was ingested only in part")
        assert "not read: /srv/movies/x: Permission denied" in run.err


def test_a_skipped_item_is_said_once_when_it_is_new(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a')", "yield Skipped('x', 'it is odd')")
    (toys.root / "a.mkv").touch()
    first = "Warning: 1 item of collection 'Things' skipped\nWarning:   skipped: x: it is odd\n"
    assert cli("-q", "source", "ingest", "Toys") == (0, "", first)
    assert cli("-q", "source", "ingest", "Toys") == (0, "", "")
    toys.holds("yield thing('a')", "yield Skipped('x', 'it is odd')", "yield Skipped('y', 'too')")
    second = "Warning: 1 item of collection 'Things' skipped\nWarning:   skipped: y: too\n"
    assert cli("-q", "source", "ingest", "Toys") == (0, "", second)
    assert "2 items of collection" in cli("source", "ingest", "Toys").err


def test_newly_missing_works_and_new_folders_are_no_trouble(library: Library) -> None:
    library.ingest()
    (library.root / next(iter(films(1)))).unlink()
    assert library.cli("-q", "source", "ingest", "Home") == (0, "", "")
    assert len(library.missing()) == 1


def test_a_hook_that_fails_is_said(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(
        "yield thing('a')",
        before="@hookimpl\ndef collection_ingested(collection, result): raise ValueError('no')",
    )
    run = cli("-q", "source", "ingest", "Toys")
    assert (run.code, run.out) == (0, "")
    assert run.err.startswith("Warning: Plugin ")
