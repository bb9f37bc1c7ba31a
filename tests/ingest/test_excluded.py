"""Paths below a location that are left out on purpose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films, settle, write
from support.scripted import Scripted

WORN, TORN = "Movies/Old/Worn (1920).mkv", "Movies/Old/Torn (1921).mkv"


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    return Library(cli, tmp_path / "media", *films(3), WORN)


def _exclude(library: Library, *places: str, flag: str = "--exclude") -> None:
    words = [word for place in places for word in (flag, library.root / place)]
    library.cli.ok("collection", "update", "Movies", *words)


def _mappings(cli: Cli) -> list[tuple[str, int]]:
    return cli.rows("SELECT external_path, excluded FROM path_mappings ORDER BY external_path")


@pytest.mark.parametrize("words", [(), ("--quick",)], ids=["whole", "quick"])
def test_what_is_below_stays_as_it_is(library: Library, words: tuple[str, ...]) -> None:
    settle(library.root)
    assert library.stats()["added"] == 4
    _exclude(library, "Movies/Old/")
    before = library.cli.rows("SELECT * FROM assets WHERE title = 'Worn'")
    files = library.cli.dump("asset_files")
    write(library.root, WORN, text="changed")
    write(library.root, TORN)
    assert library.stats(*words) == {"discovered": 3, "unchanged": 3}
    os.unlink(library.root / WORN)
    os.unlink(library.root / TORN)
    os.rmdir(library.root / "Movies/Old")
    assert library.stats(*words) == {"discovered": 3, "unchanged": 3}
    assert library.cli.rows("SELECT * FROM assets WHERE title = 'Worn'") == before
    assert library.cli.dump("asset_files") == files


def test_local_path_of_what_is_below_stays(library: Library) -> None:
    library.ingest()
    _exclude(library, "Movies/Old")
    assert library.cli.rows("SELECT local_path FROM media WHERE title = 'Worn'") == [
        (str(library.root / WORN),)
    ]


def test_folder_below_is_not_even_walked(library: Library) -> None:
    library.ingest()
    _exclude(library, "Movies/Old")
    os.symlink("again", library.root / "Movies/Old/again.mkv")
    assert library.stats() == {"discovered": 3, "unchanged": 3}


def test_one_file_can_be_left_out(library: Library) -> None:
    write(library.root, TORN)
    library.ingest()
    _exclude(library, WORN)
    write(library.root, WORN, text="changed")
    for _ in range(2):
        assert library.stats() == {"discovered": 4, "unchanged": 4}
    os.unlink(library.root / WORN)
    assert library.stats() == {"discovered": 4, "unchanged": 4}
    _exclude(library, WORN, flag="--include")
    assert library.stats() == {"discovered": 4, "unchanged": 4, "missing": 1}


@pytest.mark.parametrize("words", [(), ("--quick",)], ids=["whole", "quick"])
def test_what_is_taken_in_again_is_read_again(library: Library, words: tuple[str, ...]) -> None:
    _exclude(library, "Movies/Old")
    settle(library.root)
    assert library.stats() == {"discovered": 3, "added": 3}
    places = _mappings(library.cli)
    assert places == [(f"{library.root}/Movies", 0), (f"{library.root}/Movies/Old", 1)]
    _exclude(library, "Movies/Old", flag="--include")
    assert _mappings(library.cli) == places[:1]
    assert library.stats(*words) == {"discovered": 4, "added": 1, "unchanged": 3}


def test_missing_asset_below_is_not_restored(library: Library) -> None:
    library.ingest()
    os.rename(library.root / "Movies/Old", library.root / "away")
    library.ingest()
    _exclude(library, "Movies/Old")
    os.rename(library.root / "away", library.root / "Movies/Old")
    assert library.stats() == {"discovered": 3, "unchanged": 3}
    assert library.missing() == [WORN]


def test_exclusion_outlives_discovery(library: Library) -> None:
    _exclude(library, "Movies/Old")
    before = library.cli.dump("collections", "path_mappings")
    library.cli.ok("source", "discover", "Home")
    assert library.cli.dump("collections", "path_mappings") == before


def test_exclusion_goes_along_with_its_location(library: Library, tmp_path: Path) -> None:
    _exclude(library, "Movies/Old")
    library.ingest()
    new = tmp_path / "new home"
    os.rename(library.root, new)
    library.cli.ok("source", "update", "Home", "--base-path", new)
    library.cli.ok("source", "discover", "Home")
    assert (f"{new}/Movies/Old", 1) in _mappings(library.cli)
    library.cli.ok("collection", "update", "Movies", "--map-same", "--sync-enable")
    assert library.stats()["discovered"] == 3


def test_map_leaves_an_exclusion_as_it_is(library: Library, tmp_path: Path) -> None:
    _exclude(library, "Movies/Old")
    here = tmp_path / "here"
    os.rename(library.root, here)
    library.cli.ok("collection", "update", "Movies", "--map", library.root, here)
    assert (f"{library.root}/Movies/Old", 1) in _mappings(library.cli)
    assert library.stats() == {"discovered": 3, "added": 3}


@pytest.mark.parametrize("place", ["Movies Old", "Movies/../Old", "Musik/Old"])
def test_path_below_no_location_is_a_usage_error(library: Library, place: str) -> None:
    for flag in ("--exclude", "--include"):
        path = library.root / place
        before = library.cli.dump()
        run = library.cli("collection", "update", "Movies", flag, path)
        assert run.code == 1
        assert run.error == f"Error: {flag} {path} fits no location"
        assert library.cli.dump() == before


def test_excluding_again_changes_nothing(library: Library) -> None:
    _exclude(library, "Movies/Old")
    done = library.cli.json(
        "collection", "update", "Movies", "--exclude", library.root / "Movies/Old"
    )
    assert done["changed"] is False
    dry = ("--exclude", library.root / "Movies/New", "--dry-run")
    before = library.cli.dump()
    assert library.cli.json("collection", "update", "Movies", *dry)["changed"] is True
    assert library.cli.dump() == before


def test_whole_location_is_taken_in_again(library: Library) -> None:
    _exclude(library, "Movies")
    assert _mappings(library.cli) == [(f"{library.root}/Movies", 1)]
    _exclude(library, "Movies", flag="--include")
    assert _mappings(library.cli) == [(f"{library.root}/Movies", 0)]
    library.cli.ok("collection", "update", "Movies", "--sync-enable")
    assert library.stats() == {"discovered": 4, "added": 4}


# -- sources that are no folders ------------------------------------------------------------------


def test_work_in_part_below_keeps_its_file_there(cli: Cli) -> None:
    toys = Scripted(cli)
    two = "files=(FoundFile('/srv/things/a.mkv'), FoundFile('/srv/things/old/b.mkv', version=2))"
    toys.holds(f"yield thing('two', {two})", "yield thing('old/c')")
    toys.ingest()
    cli.ok("collection", "update", "Things", "--exclude", "/srv/things/old")
    for title in ("Other", "Another"):
        toys.holds(
            f"yield thing('two', {title!r}, {two}, fingerprint={title!r})",
            "yield thing('old/c', 'Changed', fingerprint='2')",
            "yield thing('old/new')",
        )
        assert toys.stats() == {"discovered": 1, "updated": 1}
    assert cli.rows("SELECT title FROM assets ORDER BY id") == [("Another",), ("Thing old/c",)]
    assert cli.rows("SELECT relative_path FROM asset_files ORDER BY id") == [
        ("a.mkv",), ("old/b.mkv",), ("old/c.mkv",),
    ]  # fmt: skip


def test_windows_spells_an_exclusion_its_own_way(cli: Cli) -> None:
    toys = Scripted(cli, places=("D:\\Media",))
    film = "yield thing('{0}', path='D:\\\\Media\\\\{0}\\\\a.mkv')"
    toys.holds(film.format("Old"), film.format("New"))
    toys.ingest()
    cli.ok("collection", "update", "Things", "--exclude", "d:\\media\\old\\")
    toys.holds(film.format("New"))
    assert toys.stats() == {"discovered": 1, "unchanged": 1}


def test_what_is_below_is_no_part_of_what_can_be_lost(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("for n in range(50): yield thing(f'old/{n}')", "yield thing('a')")
    toys.ingest()
    cli.ok("collection", "update", "Things", "--exclude", "/srv/things/old")
    toys.holds()
    assert toys.ingest(code=1)["error"]["message"] == "1 of 1 known assets were not found"


def test_path_below_any_location_needs_the_location_mapped(cli: Cli) -> None:
    toys = Scripted(cli, places=())
    cli.ok("collection", "update", "Things", "--unmap", "")
    run = cli("collection", "update", "Things", "--exclude", "/srv/things/old")
    assert run.code == 1
    assert run.error == "Error: --exclude /srv/things/old fits no location"
    cli.ok("collection", "update", "Things", "--map", "", toys.root)
    cli.ok("collection", "update", "Things", "--exclude", "/srv/things/old", "--sync-enable")
    toys.holds("yield thing('a')", "yield thing('old/b')")
    assert toys.stats() == {"discovered": 1, "added": 1}
    cli.ok("source", "discover", "Toys")
    assert _mappings(cli) == [("", 0), ("/srv/things/old", 1)]
