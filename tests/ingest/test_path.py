"""`collection ingest COLLECTION --path DIR`: one folder, and nothing beside it."""

from __future__ import annotations

import os
import shutil
import unicodedata
from pathlib import Path

import pytest

from support import plugins
from support.cli import ASSET_TABLES, Cli, Run
from support.media import Library, films, write
from support.nobody import as_nobody
from support.scripted import Scripted

SHOW = "TV Shows/Night Signal (2003)"
SEASON = f"{SHOW}/Season 01"
CARRIER = f"{SEASON}/Night Signal - S01E01 - Carrier Wave.mkv"
STATIC = f"{SEASON}/Night Signal - S01E02 - Static.mkv"
REEL_1 = "Movies/Reel 1 (1901)/Reel 1 (1901).mkv"
REEL_2 = "Movies/Reel 2 (1902)/Reel 2 (1902).mkv"


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    return Library(cli, tmp_path / "media", *films(3), CARRIER)


def _path(library: Library, path: object, *words: object) -> Run:
    top = "TV Shows" if "TV Shows" in str(path) else "Movies"
    return library.cli("collection", "ingest", top, "--path", library.root / str(path), *words)


def _stats(library: Library, path: object) -> dict[str, int]:
    run = _path(library, path, "--json")
    assert run.code == 0, run.everything
    return {word: count for word, count in run.json["totals"].items() if count}


def test_what_lies_in_the_folder_is_taken_and_nothing_else(library: Library) -> None:
    assert _stats(library, "Movies/Reel 1 (1901)") == {"discovered": 1, "added": 1}
    assert list(library.ids()) == [REEL_1]


def test_a_file_stands_for_its_folder(library: Library) -> None:
    assert _stats(library, REEL_1) == {"discovered": 1, "added": 1}


def test_nothing_is_marked_missing_in_the_folder_or_elsewhere(library: Library) -> None:
    library.ingest()
    (library.root / CARRIER).unlink()
    write(library.root, STATIC)
    assert _stats(library, SEASON) == {"discovered": 1, "added": 1}
    assert library.missing() == []
    assert library.stats() == {"discovered": 4, "unchanged": 4, "missing": 1}


def test_what_went_from_the_folder_is_missing_at_the_next_quick_ingest(library: Library) -> None:
    library.ingest()
    (library.root / CARRIER).unlink()
    write(library.root, STATIC)
    _stats(library, SEASON)
    assert library.stats("--quick")["missing"] == 1


@pytest.mark.parametrize("folder", [SHOW, SEASON])
def test_an_episode_reads_the_same_from_its_show_and_from_its_season(
    library: Library, folder: str
) -> None:
    assert _stats(library, folder) == {"discovered": 1, "added": 1}
    rows = library.cli.rows("SELECT external_id, title, series, season, year FROM assets")
    assert rows == [(CARRIER, "Carrier Wave", "Night Signal", 1, 2003)]


@pytest.mark.parametrize("folder", ["CD1", "CD2", "Subs", "Extras"])
def test_a_film_is_never_cut_in_half(library: Library, folder: str) -> None:
    film = "Movies/Two Tickets (1972)"
    write(
        library.root,
        f"{film}/CD1/Two Tickets (1972) cd1.avi",
        f"{film}/CD2/Two Tickets (1972) cd2.avi",
        f"{film}/Subs/2_English.srt",
        f"{film}/Extras/Making of.mkv",
    )
    assert _stats(library, f"{film}/{folder}")["added"] == 2
    sql = "SELECT count(*) FROM asset_files JOIN assets a ON a.id = asset_id WHERE kind = 'movie'"
    assert library.cli.rows(sql) == [(2,)]
    assert library.cli.rows("SELECT count(*) FROM assets WHERE extra_of IS NOT NULL") == [(1,)]


def test_a_file_that_moved_into_the_folder_keeps_its_asset(library: Library) -> None:
    library.ingest()
    number = library.ids()[REEL_1]
    new = "Movies/Sagas/Reel One (1901)/Reel One (1901).mkv"
    (library.root / new).parent.mkdir(parents=True)
    os.rename(library.root / REEL_1, library.root / new)
    assert _stats(library, "Movies/Sagas/Reel One (1901)") == {"discovered": 1, "moved": 1}
    assert library.ids()[new] == number
    assert library.stats() == {"discovered": 4, "unchanged": 4}


def test_a_copy_is_another_asset(library: Library) -> None:
    library.ingest()
    new = "Movies/Sagas/Reel 1 (1901).mkv"
    (library.root / new).parent.mkdir()
    shutil.copy2(library.root / REEL_1, library.root / new)
    assert _stats(library, "Movies/Sagas") == {"discovered": 1, "added": 1}
    assert library.stats() == {"discovered": 5, "unchanged": 5}


def test_of_a_disk_that_is_not_mounted_nothing_moved(cli: Cli, tmp_path: Path) -> None:
    cli.make_empty()
    plugins.importer(cli.site, "disks", _TWO_DISKS)
    for disk in ("one", "two"):
        (tmp_path / disk / "x").mkdir(parents=True)
    (tmp_path / "one/x/a.mkv").touch()
    maps = [w for d in ("one", "two") for w in ("--map", f"/{d}", tmp_path / d)]
    cli.ok("source", "add", "--type", "disks", "--name", "Disks", "--discover")
    cli.ok("collection", "update", "Things", *maps, "--sync-enable")
    cli.ok("source", "ingest", "Disks", env={"DISK": "one"})
    shutil.rmtree(tmp_path / "one/x")  # as a mount point is without its disk
    words = ("collection", "ingest", "Things", "--path", tmp_path / "two/x", "--json")
    run = cli(*words, env={"DISK": "two"})
    assert run.json["totals"]["added"] == 1, run.everything
    (tmp_path / "one/other.mkv").touch()
    cli.run_sql("DELETE FROM assets WHERE external_id = '/two/x/a.mkv'")
    assert cli(*words, env={"DISK": "two"}).json["totals"]["moved"] == 1


_TWO_DISKS = """
    def discover(self):
        yield FoundCollection("things", "Things", locations=("/one", "/two"))
    def scan(self, collection):
        import os
        path = f"/{os.environ['DISK']}/x/a.mkv"
        yield FoundAsset(path, "movie", "A", (FoundFile(path, size_bytes=1),), "same")
"""


def test_a_better_file_of_the_same_film_keeps_its_asset(library: Library) -> None:
    library.ingest()
    number = library.ids()[REEL_1]
    (library.root / REEL_1).unlink()
    better = "Movies/Reel 1 (1901)/Reel 1 (1901) - 2160p.mkv"
    write(library.root, better)
    assert _stats(library, "Movies/Reel 1 (1901)") == {"discovered": 1, "updated": 1}
    assert library.ids()[better] == number
    assert library.stats() == {"discovered": 4, "unchanged": 4}


def test_a_better_file_in_a_folder_that_was_renamed_keeps_its_asset(library: Library) -> None:
    library.ingest()
    number = library.ids()[REEL_1]
    shutil.rmtree(library.root / "Movies/Reel 1 (1901)")
    better = "Movies/Reel 1 (1901) [2160p]/Reel 1 (1901) - 2160p.mkv"
    write(library.root, better)
    assert _stats(library, "Movies/Reel 1 (1901) [2160p]") == {"discovered": 1, "updated": 1}
    assert library.ids()[better] == number


def test_a_folder_that_cannot_be_read_stands_in_nobodys_way(library: Library) -> None:
    sibling = library.root / "Movies/Reel 2 (1902)"
    sibling.chmod(0)
    folder = library.root / "Movies/Reel 1 (1901)"
    run = as_nobody(library.cli, "collection", "ingest", "Movies", "--path", folder, "--json")
    sibling.chmod(0o755)
    assert (run.code, run.json["totals"]["added"]) == (0, 1)


def test_folders_beside_it_are_not_read(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = os.open

    def noting(path: object, *given: int, **more: int) -> int:
        opened.append(str(path))
        return real(path, *given, **more)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(os, "open", noting)
    _stats(library, "Movies/Reel 1 (1901)")
    below = [path for path in opened if path.startswith(f"{library.root}/Movies/")]
    assert below == [f"{library.root}/Movies/Reel 1 (1901)/"]


@pytest.mark.parametrize("place", [".hidden/Reel 9 (1909)", "#recycle/Reel 9 (1909)"])
def test_nothing_of_a_folder_that_an_ingest_leaves_out(library: Library, place: str) -> None:
    write(library.root, f"Movies/{place}/Reel 9 (1909).mkv")
    assert _stats(library, f"Movies/{place}").get("added", 0) == 0
    assert library.ids() == {}


def test_links_dots_and_other_normal_forms_name_the_same_folder(
    library: Library, tmp_path: Path
) -> None:
    name = unicodedata.normalize("NFD", "Movies/Amélie (2001)/Amélie (2001).mkv")
    write(library.root, name)
    link = tmp_path / "link"
    link.symlink_to(library.root)
    spelled = unicodedata.normalize("NFC", f"{link}/Movies/../Movies/./Amélie (2001)/")
    run = library.cli("collection", "ingest", "Movies", "--path", spelled, "--json")
    assert (run.code, run.json["totals"]["added"]) == (0, 1)
    assert list(library.ids()) == [name]


def test_a_folder_in_another_collection_is_refused_with_the_command(library: Library) -> None:
    folder = library.root / SEASON
    run = library.cli("collection", "ingest", "Movies", "--path", folder)
    assert run.code == 1
    assert run.err.splitlines() == [
        f"Error: {folder} lies in no location of collection 'Movies'",
        f"  location: {library.root}/Movies",
        f"  It lies in collection 'TV Shows': retrovue --db {library.cli.db} collection ingest"
        f" 'Home/TV Shows' --path '{folder}'",
    ]


def test_a_folder_that_is_not_there_is_an_error_and_changes_nothing(library: Library) -> None:
    library.ingest()
    before = library.cli.dump()
    run = _path(library, "Movies/Nowhere (1999)")
    assert run.code == 1
    assert run.error == (
        f"Error: Collection ingest failed: {library.root}/Movies/Nowhere (1999) does not exist"
    )
    assert library.cli.dump() == before


def test_an_empty_mount_point_is_an_error_and_changes_nothing(library: Library) -> None:
    library.ingest()
    before = library.cli.dump()
    (library.root / "Movies").rename(library.root / "away")
    (library.root / "Movies").mkdir()
    run = _path(library, "Movies")
    assert (run.code, run.out) == (1, "")
    assert run.error.startswith(f"Error: Collection ingest failed: {library.root}/Movies is empty")
    assert library.cli.dump() == before


def test_where_the_location_is_gone_it_is_not_ingestible(library: Library) -> None:
    library.ingest()
    assets = library.cli.dump(*ASSET_TABLES)
    os.rename(library.root, library.root.parent / "away")
    run = _path(library, "Movies/Reel 1 (1901)")
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")
    assert library.cli.dump(*ASSET_TABLES) == assets


def test_it_stands_in_the_history(library: Library) -> None:
    _path(library, "Movies/Reel 1 (1901)")
    folder = library.root / "Movies/Reel 1 (1901)"
    (line,) = library.cli.rows(
        "SELECT operation, collection, status, json_extract(detail, '$.path')"
        "  FROM history ORDER BY id DESC LIMIT 1"
    )
    assert line == ("Collection ingest", "Movies", "success", str(folder))
    assert f"1 discovered, 1 added in {folder}" in library.cli.ok("history").out


def test_a_collection_that_is_not_enabled_is_refused(library: Library) -> None:
    library.cli.ok("collection", "update", "Movies", "--disable")
    run = _path(library, "Movies/Reel 1 (1901)")
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")


def test_path_and_quick_contradict_each_other(library: Library) -> None:
    assert _path(library, "Movies", "--quick").code == 1


def test_of_a_source_that_is_no_folder_what_lies_below_is_taken(toys: Scripted) -> None:
    (toys.root / "in").mkdir()
    toys.holds(
        "yield thing('a', path='/srv/things/in/a.mkv')",
        "yield thing('b', path='/srv/things/b.mkv')",
        "yield Skipped('/srv/things/c.mkv', 'odd')",
    )
    run = toys.cli("collection", "ingest", "Things", "--path", toys.root / "in", "--json")
    assert (run.code, run.json["totals"]["added"], run.json["totals"]["skipped"]) == (0, 1, 0)
    assert toys.stats()["added"] == 1


@pytest.fixture
def toys(cli: Cli) -> Scripted:
    return Scripted(cli)


def test_it_does_not_make_what_was_skipped_new(library: Library) -> None:
    (library.root / "Movies/odd.mkv").symlink_to("/nowhere")
    library.ingest()
    _path(library, "Movies/Reel 1 (1901)")
    run = library.cli("-q", "source", "ingest", "Home")
    assert (run.code, run.out, run.err) == (0, "", "")
