"""A work outlives its file: what replaces it in its folder is the same asset, and no other work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films, write

HEAT = "Movies/Heat (1995)/Heat (1995)"
SHOW = "TV Shows/Show (2010)/Season 01/Show - S01E"


def _replace(library: Library, old: str, new: str) -> None:
    (library.root / old).unlink()
    write(library.root, new, text=f"another and longer {new}")


def _assets(library: Library) -> list[tuple[object, ...]]:
    return library.cli.rows("SELECT id, title, missing_since IS NOT NULL FROM assets ORDER BY id")


@pytest.fixture
def heat(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", f"{HEAT} - 720p.mkv")
    library.ingest()
    return library


@pytest.mark.parametrize(
    "new",
    [
        f"{HEAT} - 1080p.mkv",
        f"{HEAT}.mp4",
        f"{HEAT} {{tmdb-949}}.mkv",
        f"{HEAT} [Bluray-2160p].mkv",
    ],
)
def test_a_library_of_one_is_replaced(heat: Library, new: str) -> None:
    _replace(heat, f"{HEAT} - 720p.mkv", new)
    assert heat.stats() == {"discovered": 1, "updated": 1}
    assert _assets(heat) == [(1, "Heat", 0)]
    assert heat.cli.rows("SELECT external_id FROM assets") == [(new,)]


def test_by_parts(heat: Library) -> None:
    (heat.root / f"{HEAT} - 720p.mkv").unlink()
    write(heat.root, f"{HEAT} - cd1.avi", f"{HEAT} - cd2.avi")
    assert heat.stats() == {"discovered": 1, "updated": 1}
    assert heat.cli.rows("SELECT asset_id, version, part FROM asset_files") == [
        (1, 1, 1),
        (1, 1, 2),
    ]


def test_one_of_several_versions_that_is_renamed_is_where_it_is_now(heat: Library) -> None:
    write(heat.root, f"{HEAT} - 2160p.mkv")
    heat.stats()
    os.rename(heat.root / f"{HEAT} - 2160p.mkv", heat.root / f"{HEAT} - 1080p.mkv")
    assert heat.stats() == {"discovered": 1, "updated": 1}
    files = heat.cli.rows("SELECT relative_path FROM asset_files ORDER BY 1")
    assert [os.path.basename(path) for (path,) in files] == [
        "Heat (1995) - 1080p.mkv", "Heat (1995) - 720p.mkv",
    ]  # fmt: skip
    assert heat.stats() == {"discovered": 1, "unchanged": 1}
    os.rename(heat.root / "Movies/Heat (1995)", heat.root / "Movies/Heat 1995")
    assert heat.stats() == {"discovered": 1, "moved": 1}


def test_in_a_folder_that_is_renamed_in_the_same_step(heat: Library) -> None:
    os.rename(heat.root / "Movies/Heat (1995)", heat.root / "Movies/Heat (1995) [1080p]")
    old, new = "Movies/Heat (1995) [1080p]/Heat (1995)", "Movies/Heat (1995) [1080p]/Heat.1995"
    _replace(heat, f"{old} - 720p.mkv", f"{new}.1080p.mkv")
    assert heat.stats() == {"discovered": 1, "updated": 1}
    assert _assets(heat) == [(1, "Heat", 0)]


def test_what_was_missing_for_a_while_is_itself_again(heat: Library) -> None:
    write(heat.root, *films(3))
    (heat.root / f"{HEAT} - 720p.mkv").unlink()
    assert heat.stats("--allow-missing") == {"discovered": 3, "added": 3, "missing": 1}
    write(heat.root, f"{HEAT} - 1080p.mkv")
    assert heat.stats() == {"discovered": 4, "unchanged": 3, "restored": 1}
    assert _assets(heat)[0] == (1, "Heat", 0)


def test_many_episodes_at_once(cli: Cli, tmp_path: Path) -> None:
    old = [f"{SHOW}{n:02}.720p.mkv" for n in range(1, 41)]
    library = Library(cli, tmp_path / "media", *old)
    library.ingest()
    before = _assets(library)
    for n in range(1, 26):
        _replace(library, f"{SHOW}{n:02}.720p.mkv", f"{SHOW}{n:02} - Title {n}.1080p.mkv")
    assert library.stats() == {"discovered": 40, "updated": 25, "unchanged": 15}
    assert [row[0] for row in _assets(library)] == [row[0] for row in before]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"{HEAT} {{tmdb-949}}.mkv", f"{HEAT} {{tmdb-12}}.mkv"),
        (f"{HEAT}.mkv", "Movies/Heat (1995)/Heat (1986).mkv"),
        (f"{HEAT}.mkv", f"{HEAT} {{edition-Director's Cut}}.mkv"),
        (f"{SHOW}01 - Pilot.mkv", f"{SHOW}01 - The Beginning.mkv"),
        (f"{SHOW}01.mkv", f"{SHOW}01E02.mkv"),
        ("TV Shows/Chan/20240101 - Zebra.mp4", "TV Shows/Chan/20240101 - Apple.mp4"),
        ("TV Shows/A/A - 13.mkv", "TV Shows/A/A - 13.5.mkv"),
    ],
)
def test_another_work_takes_over_no_asset(cli: Cli, tmp_path: Path, old: str, new: str) -> None:
    library = Library(cli, tmp_path / "media", *films(3), "TV Shows/Z/Z S01E01.mkv", old)
    library.ingest()
    ((known,),) = cli.rows("SELECT asset_id FROM asset_files WHERE relative_path LIKE '%"
                           + old.rpartition("/")[2].replace("'", "''") + "'")  # fmt: skip
    (library.root / old).unlink()
    write(library.root, new, text="another work")

    stats = library.stats()

    assert (stats["added"], stats["missing"]) == (1, 1)
    assert cli.rows("SELECT missing_since IS NOT NULL FROM assets WHERE id = :id", id=known) == [
        (1,)
    ]


def test_two_that_may_be_the_one_are_not_guessed_at(heat: Library) -> None:
    write(heat.root, *films(3))
    heat.ingest()
    (heat.root / f"{HEAT} - 720p.mkv").unlink()
    write(heat.root, f"{HEAT} {{tmdb-949}}.mkv", f"{HEAT} {{tmdb-12}}.mkv")
    assert heat.stats() == {"discovered": 5, "added": 2, "unchanged": 3, "missing": 1}
