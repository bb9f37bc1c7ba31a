"""A location among several that yields nothing any more is as good as unread."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films, settle, write
from support.scripted import Scripted


@pytest.fixture
def toys(cli: Cli) -> Scripted:
    """Two locations, each with three films."""
    toys = Scripted(cli, places=("/srv/a", "/srv/b"))
    toys.holds(_films("a"), _films("b"))
    toys.ingest()
    return toys


def _films(place: str, count: int = 3, **more: object) -> str:
    words = "".join(f", {name}={value!r}" for name, value in more.items())
    path = f"path=f'/srv/{place}/{{n}}.mkv'"
    return f"for n in range({count}): yield thing(f'{place}{{n}}', {path}{words})"


def _missing(cli: Cli) -> list[str]:
    return [
        row[0]
        for row in cli.rows(
            "SELECT external_id FROM assets WHERE missing_since IS NOT NULL ORDER BY 1"
        )
    ]


@pytest.mark.parametrize("words", [(), ("--allow-missing",)])
def test_what_lies_there_stays_and_the_rest_is_judged(
    toys: Scripted, words: tuple[str, ...]
) -> None:
    toys.holds(_films("a", 2))
    done = toys.ingest(*words, code=2)
    assert done["status"] == "partial"
    assert done["unread"] == [
        "/srv/b: it held 3 assets and now yields none; is a disk not mounted?"
    ]
    assert (done["stats"]["unchanged"], done["stats"]["missing"]) == (2, 1)
    assert _missing(toys.cli) == ["a2"]
    run = toys.cli("source", "ingest", "Toys", *words)
    assert run.err.splitlines()[:2] == [
        "Warning: Collection 'Things' was ingested only in part; what is known there stays as it"
        " is",
        "Warning:   not read: /srv/b: it held 3 assets and now yields none; is a disk not mounted?",
    ]


def test_what_came_back_is_a_success_again(toys: Scripted) -> None:
    toys.holds(_films("a"))
    toys.ingest(code=2)
    toys.holds(_films("a"), _films("b", 1))
    assert toys.stats() == {"discovered": 4, "unchanged": 4, "missing": 2}


def test_when_none_of_them_yields_anything_it_is_a_lost_disk(toys: Scripted) -> None:
    toys.holds()
    assert toys.ingest(code=1)["error"]["message"] == "6 of 6 known assets were not found"
    assert toys.stats("--allow-missing", code=2) == {}
    assert _missing(toys.cli) == []


def test_location_that_is_no_longer_offered_holds_nothing_back(toys: Scripted) -> None:
    toys.places = ("/srv/a",)
    toys.holds(_films("a"))
    toys.cli.ok("source", "discover", "Toys")
    assert toys.stats() == {"discovered": 3, "unchanged": 3, "missing": 3}


def test_excluded_location_is_none_of_several(toys: Scripted) -> None:
    toys.cli.ok("collection", "update", "Things", "--exclude", "/srv/a")
    toys.holds(_films("a"))
    assert toys.ingest(code=1)["error"]["code"] == "would_lose_assets"
    assert toys.stats("--allow-missing") == {"missing": 3}


def test_what_moved_from_one_to_the_other_keeps_its_id(cli: Cli) -> None:
    toys = Scripted(cli, places=("/srv/a", "/srv/b"))
    file = "files=(FoundFile('/srv/{0}/{1}', size_bytes={1}),), fingerprint='{1}'"
    film = f"yield thing('{{0}}/{{1}}', {file})"
    toys.holds(film.format("a", 1), film.format("a", 2), film.format("b", 3))
    toys.ingest()
    ids = cli.rows("SELECT id FROM assets")
    toys.holds(film.format("b", 1), film.format("b", 2), film.format("b", 3))
    assert toys.stats() == {"discovered": 3, "moved": 2, "unchanged": 1}
    assert cli.rows("SELECT id FROM assets") == ids


def test_item_that_its_server_now_has_in_the_other_is_updated(toys: Scripted) -> None:
    moved = _films("b", fingerprint="2").replace("/srv/b/", "/srv/a/b")
    toys.holds(_films("a"), moved)
    assert toys.stats() == {"discovered": 6, "updated": 3, "unchanged": 3}


def test_work_with_a_version_in_each_keeps_both(cli: Cli) -> None:
    toys = Scripted(cli, places=("/srv/a", "/srv/b"))
    first, second = "FoundFile('/srv/a/x')", "FoundFile('/srv/b/x', version=2)"
    toys.holds(f"yield thing('x', files=({first}, {second}))")
    toys.ingest()
    before = cli.dump("assets", "asset_files")
    toys.holds(f"yield thing('x', 'Changed', files=({first},), fingerprint='2')")
    done = toys.ingest(code=2)
    assert done["unread"] == ["/srv/b: it held 1 asset and now yields none; is a disk not mounted?"]
    assert cli.dump("assets", "asset_files") == before


def test_narrowed_ingest_says_nothing_of_a_location(toys: Scripted) -> None:
    toys.holds(_films("a"))
    run = toys.cli("collection", "ingest", "Things", "--title", "Thing a1", "--json")
    assert run.code == 0
    assert _missing(toys.cli) == []


@pytest.mark.parametrize("words", [(), ("--quick",), ("--allow-missing",)])
def test_unmounted_disk_of_a_tree(cli: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    library = Library(cli, tmp_path / "media", *films(3))
    more = tmp_path / "more"
    write(more, "Spare (1950)/Spare (1950).mkv")
    cli.run_sql(
        "INSERT INTO path_mappings (collection_id, external_path, local_path)"
        " SELECT id, :place, :place FROM collections",
        place=str(more),
    )
    settle(library.root)
    settle(more)
    assert library.stats()["added"] == 4
    shutil.move(more / "Spare (1950)", tmp_path / "away")
    for _ in range(2):
        run = library.ingest(*words)
        assert run.code == 2
        assert run.json["collections"][0]["unread"] == [
            f"{more}: it held 1 asset and now yields none; is a disk not mounted?"
        ]
    assert library.missing() == []
    shutil.move(tmp_path / "away", more / "Spare (1950)")
    assert library.stats(*words) == {"discovered": 4, "unchanged": 4}
