"""Ingest of real folder trees by the filesystem importer."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from support.cli import ASSET_TABLES, Cli
from support.media import Library, films, settle, write
from support.nobody import as_nobody

TREE = (
    *films(3),
    "Movies/Two Tickets (1972)/Two Tickets (1972) - cd1.avi",
    "Movies/Two Tickets (1972)/Two Tickets (1972) - cd2.avi",
    "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E01 - Carrier Wave.mkv",
    "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E02 - Static.mkv",
)
REEL_1 = "Movies/Reel 1 (1901)/Reel 1 (1901).mkv"
SPECIAL = "TV Shows/Night Signal (2003)/Specials/Night Signal - S00E01 - Pilot.mkv"


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    return Library(cli, tmp_path / "media", *TREE)


def test_first_ingest_adds_everything(library: Library) -> None:
    run = library.ingest()
    assert run.code == 0
    assert run.err == ""
    assert run.json["status"] == "success"
    assert [c["name"] for c in run.json["collections"]] == ["Movies", "TV Shows"]
    assert [c["status"] for c in run.json["collections"]] == ["success", "success"]
    assert run.json["totals"] == {
        "discovered": 6,
        "added": 6,
        "updated": 0,
        "unchanged": 0,
        "moved": 0,
        "missing": 0,
        "restored": 0,
        "skipped": 0,
    }
    assert library.cli.rows("SELECT count(*) FROM asset_files") == [(7,)]


def test_second_ingest_writes_no_row_of_assets_files_or_mappings(library: Library) -> None:
    library.ingest()
    before = library.cli.dump(*ASSET_TABLES)
    revision = library.cli.rows("SELECT id, revision FROM collections ORDER BY id")
    library.cli.run_sql("CREATE TABLE writes (what TEXT)")
    for table in ASSET_TABLES:
        for change in ("INSERT", "UPDATE", "DELETE"):
            library.cli.run_sql(
                f"CREATE TRIGGER watch_{table}_{change} AFTER {change} ON {table}"
                f" BEGIN INSERT INTO writes VALUES ('{change} {table}'); END"
            )
    assert library.stats() == {"discovered": 6, "unchanged": 6}
    assert library.cli.rows("SELECT what FROM writes") == []
    assert library.cli.dump(*ASSET_TABLES) == before
    assert library.cli.rows("SELECT id, revision FROM collections ORDER BY id") == revision


def test_second_ingest_writes_one_line_of_history_a_collection(library: Library) -> None:
    library.ingest()
    before = library.cli.rows("SELECT count(*) FROM history")[0][0]
    library.ingest()
    rows = library.cli.rows(
        "SELECT operation, source, collection, status FROM history WHERE id > :id ORDER BY id",
        id=before,
    )
    assert rows == [
        ("Source ingest", "Home", "Movies", "success"),
        ("Source ingest", "Home", "TV Shows", "success"),
    ]


def test_new_file_is_added(library: Library) -> None:
    library.ingest()
    write(library.root, *films(1, start=9))
    assert library.stats() == {"discovered": 7, "added": 1, "unchanged": 6}


def test_file_with_other_bytes_is_updated_and_keeps_its_id(library: Library) -> None:
    library.ingest()
    before = library.ids()
    write(library.root, REEL_1, text="longer than before, much longer than it was before")
    assert library.stats() == {"discovered": 6, "updated": 1, "unchanged": 5}
    assert library.ids() == before
    size = library.cli.rows(
        "SELECT size_bytes FROM asset_files JOIN assets a ON a.id = asset_id"
        " WHERE a.external_id = :id",
        id=REEL_1,
    )
    assert size == [(50,)]


def test_deleted_file_is_marked_missing_and_stays(library: Library) -> None:
    library.ingest()
    before = library.ids()
    (library.root / REEL_1).unlink()
    assert library.stats() == {"discovered": 5, "unchanged": 5, "missing": 1}
    assert library.missing() == [REEL_1]
    assert library.ids() == before


def test_file_that_came_back_is_restored_under_its_id(library: Library) -> None:
    library.ingest()
    before = library.ids()
    aside = library.root.parent / "aside"
    shutil.move(library.root / REEL_1, aside)
    assert library.stats() == {"discovered": 5, "unchanged": 5, "missing": 1}
    shutil.move(aside, library.root / REEL_1)
    assert library.stats() == {"discovered": 6, "unchanged": 5, "restored": 1}
    assert library.missing() == []
    assert library.ids() == before


def test_file_that_came_back_changed_is_restored(library: Library) -> None:
    library.ingest()
    (library.root / REEL_1).unlink()
    library.ingest()
    write(library.root, REEL_1, text="another cut")
    assert library.stats() == {"discovered": 6, "unchanged": 5, "restored": 1}
    assert library.missing() == []


def test_renamed_file_keeps_its_id(library: Library) -> None:
    library.ingest()
    number = library.ids()[REEL_1]
    new = "Movies/Reel 1 (1901)/Reel One (1901).mkv"
    os.rename(library.root / REEL_1, library.root / new)
    assert library.stats() == {"discovered": 6, "moved": 1, "unchanged": 5}
    assert library.ids()[new] == number
    assert library.missing() == []
    assert library.cli.rows("SELECT local_path FROM media WHERE asset_id = :id", id=number) == [
        (str(library.root / new),)
    ]


def test_renamed_folder_keeps_the_id_of_what_is_in_it(library: Library) -> None:
    library.ingest()
    number = library.ids()[REEL_1]
    os.rename(library.root / "Movies/Reel 1 (1901)", library.root / "Movies/Reel One (1901)")
    assert library.stats() == {"discovered": 6, "moved": 1, "unchanged": 5}
    assert library.ids()["Movies/Reel One (1901)/Reel 1 (1901).mkv"] == number


def test_file_that_moves_between_collections_is_another_asset(library: Library) -> None:
    library.ingest()
    os.rename(library.root / REEL_1, library.root / "TV Shows" / "Reel 1 (1901).mkv")
    assert library.stats() == {"discovered": 6, "added": 1, "unchanged": 5, "missing": 1}


def test_two_equal_files_that_are_renamed_are_not_guessed_at(cli: Cli, tmp_path: Path) -> None:
    twins = ("Movies/A (2001)/A (2001).mkv", "Movies/B (2002)/B (2002).mkv")
    library = Library(cli, tmp_path / "media", *films(4))
    write(library.root, *twins, text="the very same bytes")
    library.ingest()
    for name in "AB":
        old = library.root / f"Movies/{name} (200{'_AB'.index(name)})"
        new = old.with_name(f"{name}{name} (2009)")
        os.rename(old, new)
        os.rename(new / f"{old.name}.mkv", new / f"{new.name}.mkv")
    assert library.stats() == {"discovered": 6, "added": 2, "unchanged": 4, "missing": 2}


def test_narrowed_ingest_never_marks_missing_nor_moves(library: Library) -> None:
    library.ingest()
    os.rename(library.root / REEL_1, library.root / "Movies/Reel 1 (1901)/Reel One (1901).mkv")
    run = library.cli("collection", "ingest", "Movies", "--title", "Reel One", "--json")
    assert run.code == 0, run.everything
    totals = {word: n for word, n in run.json["totals"].items() if n}
    assert totals == {"discovered": 1, "added": 1}
    assert library.missing() == []


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (("--title", "night signal"), None),
        (("--title", "Night Signal", "--season", "1", "--episode", "2"), "Static"),
        (("--season", "1", "--episode", "1"), "Carrier Wave"),
        (("--title", "STATIC"), "Static"),
    ],
)
def test_narrowed_ingest_takes_what_fits_alone(
    library: Library, words: tuple[str, ...], title: str | None
) -> None:
    library.cli.ok("collection", "ingest", "TV Shows", *words)
    titles = [row[0] for row in library.cli.rows("SELECT title FROM assets ORDER BY title")]
    assert titles == ([title] if title else ["Carrier Wave", "Static"])


def test_narrowed_ingest_that_fits_nothing_fails(library: Library) -> None:
    run = library.cli("collection", "ingest", "TV Shows", "--title", "Nowhere")
    assert run.code == 1
    assert run.error == "Error: Collection ingest failed: nothing in it fits what was asked for"
    assert library.cli.rows("SELECT count(*) FROM assets") == [(0,)]


def test_changed_mapping_moves_every_file_at_once(library: Library, tmp_path: Path) -> None:
    library.ingest()
    shutil.copytree(library.root / "Movies", tmp_path / "elsewhere")
    files = library.cli.dump("asset_files")
    library.cli.ok(
        "collection", "update", "Movies", "--map", library.root / "Movies", tmp_path / "elsewhere"
    )
    paths = library.cli.rows("SELECT local_path FROM media WHERE collection = 'Movies'")
    assert len(paths) == 5
    assert all(path.startswith(f"{tmp_path}/elsewhere/") for (path,) in paths)
    assert library.cli.dump("asset_files") == files


def test_emptied_folder_is_refused_as_a_lost_disk(library: Library) -> None:
    library.ingest()
    before = library.cli.dump(*ASSET_TABLES)
    shutil.rmtree(library.root / "Movies")
    (library.root / "Movies").mkdir()
    run = library.ingest()
    assert run.code == 2
    assert run.json["status"] == "partial"
    movies, shows = run.json["collections"]
    assert movies["status"] == "failed"
    assert movies["error"]["code"] == "would_lose_assets"
    assert movies["error"]["message"] == "4 of 4 known assets were not found"
    assert shows["status"] == "success"
    assert library.cli.dump(*ASSET_TABLES) == before


def test_emptied_folder_is_marked_missing_when_that_is_allowed(library: Library) -> None:
    library.ingest()
    shutil.rmtree(library.root / "Movies")
    (library.root / "Movies").mkdir()
    assert library.stats("--allow-missing") == {"discovered": 2, "unchanged": 2, "missing": 4}
    assert library.cli.rows("SELECT count(*) FROM assets") == [(6,)]


def test_a_single_lost_disk_is_an_error_with_a_hint(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", *films(2))
    library.ingest()
    shutil.rmtree(library.root / "Movies")
    (library.root / "Movies").mkdir()
    run = cli("source", "ingest", "Home")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Source ingest failed: 2 of 2 known assets were not found",
        *(f"  e.g. {library.root}/{path}" for path in films(2)),
        f"  See which files are where: retrovue --db {cli.db} collection map-check Home/Movies",
        "  Is a disk not mounted? If they are really gone: retrovue --db"
        f" {cli.db} collection ingest Home/Movies --allow-missing",
    ]
    assert run.out.splitlines()[:2] == [
        "Failed: Collection 'Movies' failed ingestion",
        "  2 of 2 known assets were not found",
    ]
    assert cli("source", "ingest", "Home", "--json").json["error"]["code"] == "would_lose_assets"


def test_removed_folder_of_a_collection_is_not_ingestible(library: Library) -> None:
    library.ingest()
    before = library.cli.dump(*ASSET_TABLES)
    shutil.rmtree(library.root / "Movies")
    run = library.cli("source", "ingest", "Home")
    assert run.code == 1
    place = library.root / "Movies"
    assert run.err.splitlines()[:2] == [
        "Error: Collection 'Movies' is not ingestible",
        f"  location {place} is mapped to {place}, which does not exist",
    ]
    assert library.cli.dump("assets", "asset_files") == {
        table: before[table] for table in ("assets", "asset_files")
    }
    assert library.cli.rows("SELECT name, ingestible FROM collections ORDER BY name") == [
        ("Movies", 0),
        ("TV Shows", 1),
    ]


def test_keep_going_ingests_the_others(library: Library) -> None:
    shutil.rmtree(library.root / "Movies")
    run = library.cli("source", "ingest", "Home", "--keep-going")
    assert run.code == 2
    assert run.out.splitlines()[:2] == [
        "Success: Collections 'TV Shows' ingested",
        "Failed: Collection 'Movies' failed ingestion",
    ]
    assert run.err.splitlines()[0] == "Error: Collection 'Movies' is not ingestible"
    assert run.err.splitlines()[1].endswith("Movies, which does not exist")
    assert library.cli.rows("SELECT count(*) FROM assets") == [(2,)]


def test_unfit_target_stops_the_others(library: Library) -> None:
    shutil.rmtree(library.root / "Movies")
    run = library.ingest()
    assert run.code == 1
    assert run.json["error"]["code"] == "not_ingestible"
    assert run.json["error"]["message"] == "Collection 'Movies' is not ingestible"
    assert [(c["name"], c["status"]) for c in run.json["collections"]] == [
        ("Movies", "not_ingestible")
    ]
    assert library.cli.rows("SELECT count(*) FROM assets") == [(0,)]


def test_every_unfit_target_has_the_seeds_message(library: Library) -> None:
    shutil.rmtree(library.root / "Movies")
    shutil.rmtree(library.root / "TV Shows")
    run = library.cli("source", "ingest", "Home")
    assert run.code == 1
    assert [line for line in run.err.splitlines() if line.startswith("Error: ")] == [
        "Error: Collection 'Movies' is not ingestible",
        "Error: Collection 'TV Shows' is not ingestible",
    ]


def test_no_sync_enabled_collection_is_an_error_that_names_the_command(library: Library) -> None:
    for name in ("Movies", "TV Shows"):
        library.cli.ok("collection", "update", name, "--sync-disable")
    run = library.cli("source", "ingest", "Home")
    assert run.code == 1
    update = f"retrovue --db {library.cli.db} collection update"
    assert run.err.splitlines() == [
        "Error: Source 'Home' has no sync-enabled collections",
        f"  Enable one: {update} Home/Movies --sync-enable",
        f"  Enable one: {update} 'Home/TV Shows' --sync-enable",
    ]
    assert library.ingest().json["error"]["code"] == "no_sync_enabled_collections"


# -- what cannot be read --------------------------------------------------------------------------


def test_unread_folder_leaves_what_is_below_untouched(library: Library) -> None:
    library.ingest()
    write(library.root, *films(1, start=9))
    (library.root / "Movies/Reel 2 (1902)/Reel 2 (1902).mkv").unlink()
    closed = library.root / "Movies/Reel 1 (1901)"
    closed.chmod(0)
    try:
        run = as_nobody(library.cli, "source", "ingest", "Home", "--json")
    finally:
        closed.chmod(0o755)
    assert run.code == 2, run.everything
    assert run.json["status"] == "partial"
    movies, shows = run.json["collections"]
    assert movies["status"] == "partial"
    assert movies["unread"] == [f"{closed}/: Permission denied"]
    assert movies["stats"]["added"] == 1
    assert movies["stats"]["missing"] == 1
    assert shows["status"] == "success"
    assert library.missing() == ["Movies/Reel 2 (1902)/Reel 2 (1902).mkv"]
    assert run.err.splitlines() == [
        "Warning: Collection 'Movies' was ingested only in part; what is known there stays as it"
        " is",
        f"Warning:   not read: {closed}/: Permission denied",
    ]
    assert library.stats() == {"discovered": 6, "unchanged": 6}


def test_name_that_is_not_utf8_is_skipped_and_the_rest_goes_on(library: Library) -> None:
    odd = os.fsencode(library.root / "Movies") + b"/Odd \xff (1999).mkv"
    with open(odd, "w") as file:
        file.write("x")
    run = library.ingest()
    assert run.code == 0
    movies = run.json["collections"][0]
    assert movies["status"] == "success"
    assert movies["stats"]["skipped"] == 1
    assert movies["stats"]["added"] == 4
    assert movies["skipped"] == [
        f"{library.root}/Movies/Odd \\udcff (1999).mkv: its name or path is not UTF-8;"
        " convmv -f latin1 -t utf8 renames such"
    ]
    assert run.err.splitlines()[0] == "Warning: 1 item of collection 'Movies' skipped"
    assert library.stats() == {"discovered": 6, "unchanged": 6, "skipped": 1}


def test_folder_name_that_is_not_utf8_is_skipped_with_what_is_in_it(library: Library) -> None:
    odd = os.fsencode(library.root / "Movies") + b"/Odd \xff (1999)"
    os.mkdir(odd)
    with open(odd + b"/Odd (1999).mkv", "w") as file:
        file.write("x")
    assert library.stats() == {"discovered": 6, "added": 6, "skipped": 1}
    assert library.stats() == {"discovered": 6, "unchanged": 6, "skipped": 1}


def test_name_with_control_characters_is_kept_and_never_shown_raw(library: Library) -> None:
    write(library.root, "Movies/Bell \a\x1b[31m (1999)/Bell \a\x1b[31m (1999).mkv")
    assert library.stats() == {"discovered": 7, "added": 7}
    shown = library.cli.ok("asset", "list")
    assert "Bell \\x07\\x1b[31m" in shown.out
    assert "\a" not in shown.out
    assert "\x1b" not in shown.out
    listed = library.cli.json("asset", "list")["assets"]
    assert any("\a\x1b[31m" in row["local_path"] for row in listed)


def test_link_loop_ends(library: Library) -> None:
    os.symlink(library.root / "Movies", library.root / "Movies/Reel 1 (1901)/again")
    assert library.stats() == {"discovered": 6, "added": 6}


def test_link_that_leads_nowhere_is_skipped(library: Library) -> None:
    os.symlink("/nowhere/at/all.mkv", library.root / "Movies/Gone (1990).mkv")
    assert library.stats() == {"discovered": 6, "added": 6, "skipped": 1}


def test_samples_are_skipped(library: Library) -> None:
    write(library.root, "Movies/Reel 1 (1901)/sample.mkv")
    assert library.stats() == {"discovered": 6, "added": 6, "skipped": 1}


# -- excluded and retired locations ---------------------------------------------------------------


def _with_two_places(cli: Cli, tmp_path: Path) -> Library:
    """A library whose collection Movies has a second location, as a script may give it one."""
    library = Library(cli, tmp_path / "media", *films(3))
    extra = tmp_path / "more"
    write(extra, "Spare (1950)/Spare (1950).mkv")
    cli.run_sql(
        "INSERT INTO path_mappings (collection_id, external_path, local_path)"
        " SELECT id, :place, :place FROM collections WHERE name = 'Movies'",
        place=str(extra),
    )
    return library


def test_excluded_location_stays_as_it_is(cli: Cli, tmp_path: Path) -> None:
    library = _with_two_places(cli, tmp_path)
    assert library.stats() == {"discovered": 4, "added": 4}
    cli.ok("collection", "update", "Movies", "--exclude", tmp_path / "more")
    before = cli.rows("SELECT * FROM assets WHERE title = 'Spare'")
    shutil.rmtree(tmp_path / "more")
    (library.root / REEL_1).unlink()
    assert library.stats() == {"discovered": 2, "unchanged": 2, "missing": 1}
    assert library.missing() == [REEL_1]
    assert cli.rows("SELECT * FROM assets WHERE title = 'Spare'") == before


def test_excluded_location_is_no_part_of_what_can_be_lost(cli: Cli, tmp_path: Path) -> None:
    library = _with_two_places(cli, tmp_path)
    library.ingest()
    cli.ok("collection", "update", "Movies", "--exclude", tmp_path / "more")
    shutil.rmtree(library.root / "Movies")
    (library.root / "Movies").mkdir()
    run = library.ingest()
    assert run.code == 1
    assert run.json["collections"][0]["error"]["message"] == "3 of 3 known assets were not found"


def test_excluded_folder_within_a_location_stays_as_it_is(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", *films(3), "Movies/Old/Worn (1920).mkv")
    old = library.root / "Movies/Old"
    cli.run_sql(
        "INSERT INTO path_mappings (collection_id, external_path, local_path)"
        " SELECT id, :place, :place FROM collections WHERE name = 'Movies'",
        place=str(old),
    )
    assert library.stats()["added"] == 4
    cli.ok("collection", "update", "Movies", "--exclude", old)
    before = cli.rows("SELECT * FROM assets WHERE title = 'Worn'")
    write(library.root, "Movies/Old/Worn (1920).mkv", text="changed")
    write(library.root, "Movies/Old/Torn (1921).mkv")
    assert library.stats() == {"discovered": 3, "unchanged": 3}
    assert cli.rows("SELECT * FROM assets WHERE title = 'Worn'") == before
    assert library.stats() == {"discovered": 3, "unchanged": 3}


def test_moved_base_path_keeps_asset_ids(library: Library, tmp_path: Path) -> None:
    library.ingest()
    ids = library.ids()
    new = tmp_path / "new home"
    os.rename(library.root, new)
    library.cli.ok("source", "update", "Home", "--base-path", new)
    library.cli.ok("source", "discover", "Home")
    for name in ("Movies", "TV Shows"):
        library.cli.ok("collection", "update", name, "--map-same", "--sync-enable")
    run = library.ingest()
    assert run.code == 0, run.everything
    assert run.json["totals"]["missing"] == 0
    assert run.json["totals"]["added"] == 0
    assert library.ids() == ids
    paths = [path for (path,) in library.cli.rows("SELECT local_path FROM media")]
    assert len(paths) == 7
    assert [path for path in paths if not path.startswith(f"{new}/")] == []
    assert library.stats() == {"discovered": 6, "unchanged": 6}


def test_location_no_longer_offered_goes_where_no_file_refers_to_it(
    library: Library, tmp_path: Path
) -> None:
    new = tmp_path / "new home"
    os.rename(library.root, new)
    library.cli.ok("source", "update", "Home", "--base-path", new)
    library.cli.ok("source", "discover", "Home")
    places = library.cli.rows("SELECT external_path FROM path_mappings ORDER BY external_path")
    assert places == [(f"{new}/Movies",), (f"{new}/TV Shows",)]


def test_location_no_longer_offered_is_kept_while_files_refer_to_it(
    library: Library, tmp_path: Path
) -> None:
    library.ingest()
    new = tmp_path / "new home"
    os.rename(library.root, new)
    library.cli.ok("source", "update", "Home", "--base-path", new)
    library.cli.ok("source", "discover", "Home")
    places = library.cli.rows(
        "SELECT external_path, missing_since IS NULL FROM path_mappings ORDER BY external_path"
    )
    assert places == [
        (f"{library.root}/Movies", 0),
        (f"{library.root}/TV Shows", 0),
        (f"{new}/Movies", 1),
        (f"{new}/TV Shows", 1),
    ]


# -- quick ----------------------------------------------------------------------------------------


def _rename_folder(root: Path) -> None:
    os.rename(root / "Movies/Reel 1 (1901)", root / "Movies/Reel One (1901)")


def _remove_folder(root: Path) -> None:
    shutil.rmtree(root / "TV Shows/Night Signal (2003)/Season 01")


def _empty_folder(root: Path) -> None:
    _remove_folder(root)
    (root / "TV Shows/Night Signal (2003)/Season 01").mkdir()


def _new_season(root: Path) -> None:
    write(root, "TV Shows/Night Signal (2003)/Season 02/Night Signal - S02E01 - Snow.mkv")


def _replace_file(root: Path) -> None:
    write(root, "new.mkv", text="a file put in its place")
    os.replace(root / "new.mkv", root / REEL_1)


def _new_disc(root: Path) -> None:
    write(root, "Movies/Reel 1 (1901)/CD2/Reel 1 (1901) - cd2.mkv")


def _folder_into_folder(root: Path) -> None:
    (root / "Movies/Series").mkdir()
    os.rename(root / "Movies/Reel 1 (1901)", root / "Movies/Series/Reel 1 (1901)")


@pytest.mark.parametrize(
    "change",
    [
        lambda root: None,
        lambda root: write(root, *films(2, start=8)),
        lambda root: (root / REEL_1).unlink(),
        lambda root: os.rename(root / REEL_1, root / "Movies/Reel 1 (1901)/Reel One (1901).mkv"),
        _rename_folder,
        _remove_folder,
        _empty_folder,
        _new_season,
        _replace_file,
        _new_disc,
        _folder_into_folder,
    ],
)
def test_quick_sees_what_the_full_ingest_sees(cli: Cli, tmp_path: Path, change: object) -> None:
    assert callable(change)
    found = []
    for way in ("full", "quick"):
        own = Cli(tmp_path / way)
        library = Library(own, tmp_path / way / "media", *TREE, SPECIAL, *films(30, start=40))
        settle(library.root)
        library.ingest()
        library.ingest()
        change(library.root)
        words = ("--quick",) if way == "quick" else ()
        stats = library.stats(*words)
        rows = own.rows(
            "SELECT external_id, title, missing_since IS NULL, relative_path, version, part,"
            " size_bytes FROM assets a LEFT JOIN asset_files f ON f.asset_id = a.id"
            " ORDER BY external_id, version, part"
        )
        found.append((stats, rows))
    assert found[0] == found[1]


def test_quick_does_not_see_a_file_rewritten_in_place_and_says_so(library: Library) -> None:
    settle(library.root)
    library.ingest()
    with open(library.root / REEL_1, "a") as file:
        file.write("more")
    assert library.stats("--quick") == {"discovered": 6, "unchanged": 6}
    assert library.stats() == {"discovered": 6, "updated": 1, "unchanged": 5}
    for command in (("source", "ingest"), ("collection", "ingest")):
        told = " ".join(library.cli.ok(*command, "--help").out.split())
        assert "a file rewritten in place is not noticed" in told


def test_quick_sees_a_disc_change_and_knows_the_rest_of_its_movie(library: Library) -> None:
    write(library.root, *(f"Movies/Two Nights (1950)/CD{n}/Two Nights.avi" for n in (1, 2, 3)))
    settle(library.root)
    library.ingest()
    second = "Movies/Two Nights (1950)/CD2/Two Nights.avi"
    for change in (
        lambda: (library.root / second).unlink(),
        lambda: write(library.root, second, text="another copy"),
    ):
        change()
        assert library.stats("--quick") == {"discovered": 7, "updated": 1, "unchanged": 6}
        assert library.stats("--quick") == {"discovered": 7, "unchanged": 7}
    assert library.cli.rows(
        "SELECT part, relative_path FROM asset_files"
        " WHERE relative_path LIKE 'Two Nights%' ORDER BY part"
    ) == [(n, f"Two Nights (1950)/CD{n}/Two Nights.avi") for n in (1, 2, 3)]


def test_quick_leaves_what_is_known_below_a_folder_that_nobody_may_enter(library: Library) -> None:
    settle(library.root)
    library.ingest()
    closed = library.root / "TV Shows/Night Signal (2003)"
    closed.chmod(0o600)
    try:
        run = as_nobody(library.cli, "source", "ingest", "Home", "--quick", "--json")
    finally:
        closed.chmod(0o755)
    assert run.code == 2, run.everything
    _, shows = run.json["collections"]
    assert shows["unread"] == [f"{closed}/Season 01/: Permission denied"]
    assert library.missing() == []
    assert library.stats("--quick") == {"discovered": 6, "unchanged": 6}


def _becomes_a_file(root: Path) -> None:
    shutil.rmtree(root / "Movies/Reel 1 (1901)")
    write(root, "Movies/Reel 1 (1901)")


def _linked_folder_goes(root: Path) -> None:
    shutil.rmtree(root.parent / "elsewhere")


@pytest.mark.parametrize("change", [_becomes_a_file, _linked_folder_goes])
def test_quick_tells_a_folder_that_is_gone_from_one_that_cannot_be_read(
    library: Library, change: object
) -> None:
    assert callable(change)
    write(library.root.parent / "elsewhere", "Reel 5 (1905).mkv")
    os.symlink(library.root.parent / "elsewhere", library.root / "Movies/Reel 5 (1905)")
    settle(library.root)
    library.ingest()
    change(library.root)
    assert library.stats("--quick") == {"discovered": 6, "unchanged": 6, "missing": 1}
    assert library.stats("--quick") == {"discovered": 6, "unchanged": 6}


@pytest.mark.parametrize("words", [(), ("--quick",)], ids=["whole", "quick"])
@pytest.mark.parametrize("discs", [2, 3])
def test_a_disc_that_cannot_be_read_takes_no_part_from_its_movie(
    library: Library, discs: int, words: tuple[str, ...]
) -> None:
    movie = "Movies/Long Night (1950)"
    write(library.root, *(f"{movie}/CD{n}/Long Night.avi" for n in range(1, discs + 1)))
    settle(library.root)
    library.ingest()
    before = library.cli.dump("assets", "asset_files")
    closed = library.root / movie / "CD1"
    closed.chmod(0)
    try:
        run = as_nobody(library.cli, "source", "ingest", "Home", *words, "--json")
    finally:
        closed.chmod(0o755)
    assert run.code == 2, run.everything
    movies, _ = run.json["collections"]
    assert f"{library.root / movie}/: CD1: Permission denied" in movies["unread"]
    assert library.cli.dump("assets", "asset_files") == before
    assert library.stats() == {"discovered": 7, "unchanged": 7}


def test_quick_sees_a_disc_change_where_all_folders_are_of_1970(library: Library) -> None:
    write(library.root, *(f"Movies/Two Nights (1950)/CD{n}/Two Nights.avi" for n in (1, 2)))
    for folder, _, _ in os.walk(library.root):
        os.utime(folder, (0, 0))
    library.ingest()
    (library.root / "Movies/Two Nights (1950)/CD2/Two Nights.avi").unlink()
    assert library.stats("--quick") == {"discovered": 7, "moved": 1, "unchanged": 6}


def test_quick_reads_a_location_whose_own_folder_is_not_known(library: Library) -> None:
    settle(library.root)
    library.ingest()
    library.cli.run_sql("DELETE FROM folders WHERE path = :path", path=f"{library.root}/Movies/")
    write(library.root, *films(1, start=70))
    assert library.stats("--quick") == {"discovered": 7, "added": 1, "unchanged": 6}
    assert library.stats() == {"discovered": 7, "unchanged": 7}


def test_an_id_that_a_script_made_no_text_of_does_not_end_the_ingest(library: Library) -> None:
    library.ingest()
    library.cli.run_sql(
        "INSERT INTO assets (collection_id, folder_id, external_id, kind, title)"
        " SELECT collection_id, folder_id, CAST(x'ff41' AS TEXT), 'movie', 'Odd' FROM assets"
        "  WHERE external_id = :id",
        id=REEL_1,
    )
    write(library.root, REEL_1, text="another copy of it")
    assert library.stats() == {"discovered": 6, "updated": 1, "unchanged": 5, "missing": 1}


def test_one_folder_with_thousands_is_compared_with_each_of_them(library: Library) -> None:
    flat = [f"Movies/Home {number:04} (1980).mkv" for number in range(2500)]
    write(library.root, *flat)
    library.ingest()
    write(library.root, flat[7], flat[2400], text="another copy of it")
    (library.root / flat[1900]).unlink()
    assert library.stats() == {
        "discovered": 2505, "updated": 2, "unchanged": 2503, "missing": 1,
    }  # fmt: skip
    assert library.missing() == [flat[1900]]


def test_what_changes_and_goes_to_another_folder_is_one_asset_in_its_new_place(
    cli: Cli, tmp_path: Path
) -> None:
    library = Library(cli, tmp_path / "media", *films(2))
    library.ingest()
    ids = library.ids()
    old, new = "Movies/Reel 1 (1901)/Reel 1 (1901).mkv", "Movies/Reel 2 (1902)/Reel 1 (1901).mkv"
    os.rename(library.root / old, library.root / new)
    assert library.stats() == {"discovered": 2, "moved": 1, "unchanged": 1}
    second = "Movies/Reel 2 (1902)/Reel 2 (1902).mkv"
    assert library.ids() == {new: ids[old], second: ids[second]}
    assert cli.rows("SELECT count(DISTINCT folder_id) FROM assets") == [(1,)]
    assert library.stats() == {"discovered": 2, "unchanged": 2}


@pytest.mark.parametrize(("when", "told"), [(-(2**40), "1000-01-01"), (-1, "1969-12-31")])
def test_a_file_from_long_ago_is_kept(library: Library, when: int, told: str) -> None:
    os.utime(library.root / REEL_1, (when, when))
    if int((library.root / REEL_1).stat().st_mtime) != when:
        pytest.skip("this file system keeps no such time")
    assert library.stats() == {"discovered": 6, "added": 6}
    ((modified,),) = library.cli.rows(
        "SELECT modified_at FROM asset_files WHERE relative_path = :path",
        path=REEL_1.removeprefix("Movies/"),
    )
    assert modified.startswith(told)


def test_a_folder_to_which_a_script_gave_a_high_id_is_one_like_others(library: Library) -> None:
    library.ingest()
    library.cli.run_sql(
        f"INSERT INTO folders (id, collection_id, path) SELECT {2**53 - 1}, id, :path"
        " FROM collections WHERE external_id = 'Movies'",
        path=f"{library.root}/Movies/Gone (1901)/",
    )
    write(library.root, "Movies/Gone (1901)/Gone (1901).mkv")
    assert library.stats() == {"discovered": 7, "added": 1, "unchanged": 6}
    assert library.stats() == {"discovered": 7, "unchanged": 7}


def test_a_file_from_the_far_future_is_kept_and_its_change_seen(library: Library) -> None:
    late = 2**63 // 10**9 + 86_400  # in seconds; in nanoseconds it is no 64-bit number
    os.utime(library.root / REEL_1, (late, late))
    if int((library.root / REEL_1).stat().st_mtime) != late:
        pytest.skip("this file system keeps no such time")
    assert library.stats() == {"discovered": 6, "added": 6}
    assert library.stats() == {"discovered": 6, "unchanged": 6}
    os.utime(library.root / REEL_1, (late + 1, late + 1))
    assert library.stats() == {"discovered": 6, "updated": 1, "unchanged": 5}


def test_link_to_itself_is_skipped_and_the_rest_read(library: Library) -> None:
    os.symlink("again", library.root / "Movies/again")
    os.symlink("again.mkv", library.root / "Movies/again.mkv")
    assert library.stats() == {"discovered": 6, "added": 6, "skipped": 2}


def test_link_to_where_nobody_may_look_leaves_what_is_known(
    library: Library, tmp_path: Path
) -> None:
    write(tmp_path / "closed", "inner/Far (1960)/Far (1960).mkv")
    os.symlink(tmp_path / "closed/inner", library.root / "Movies/far")
    assert library.stats() == {"discovered": 7, "added": 7}
    (tmp_path / "closed").chmod(0)
    try:
        run = as_nobody(library.cli, "source", "ingest", "Home", "--json")
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert run.code == 2, run.everything
    assert run.json["totals"]["missing"] == 0
    assert library.missing() == []
