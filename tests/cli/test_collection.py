"""`retrovue collection`."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films, write
from support.scripted import Scripted


@pytest.fixture
def media(cli: Cli, tmp_path: Path) -> Path:
    """A folder that is the source Home, discovered, nothing mapped."""
    root = tmp_path / "media"
    write(root, *films(2), "Música/Banda/Disco (1980)/01 - Uno.flac")
    cli.make_empty()
    cli.ok(
        "source", "add", "--type", "filesystem", "--name", "Home", "--base-path", root, "--discover"
    )
    return root


def _flags(cli: Cli, name: str = "Movies") -> tuple[int, ...]:
    return cli.rows(
        "SELECT enabled, sync_enabled, ingestible FROM collections WHERE name = :name", name=name
    )[0]


# -- list, show and selectors ---------------------------------------------------------------------


def test_list_shows_every_collection(cli: Cli, media: Path) -> None:
    found = cli.json("collection", "list")["collections"]
    assert [(c["source"], c["name"]) for c in found] == [("Home", "Movies"), ("Home", "Música")]
    assert cli.json("collection", "list", "--source", "home")["collections"] == found
    assert "Home/Movies" in cli.ok("collection", "list").out


def test_list_of_none_says_so(cli: Cli) -> None:
    cli.make_empty()
    assert cli.ok("collection", "list").out == "No collections yet.\n"


def test_collection_is_named_in_every_way(cli: Cli, media: Path) -> None:
    (number, source, source_id) = cli.rows(
        "SELECT c.id, s.external_id, s.id FROM collections c JOIN sources s ON s.id = c.source_id"
        " WHERE c.name = 'Música'"
    )[0]
    selectors = (
        number, "Música", "MÚSICA", "música", "Home/Música", "home/MÚSICA", f"{source}/Música",
        f"{source_id}/Música", f"Home/{number}",
    )  # fmt: skip
    for selector in selectors:
        assert cli.json("collection", "show", selector)["id"] == number, selector


def test_ambiguous_collection_lists_candidates_that_can_be_pasted(
    cli: Cli, media: Path, tmp_path: Path
) -> None:
    write(tmp_path / "other", "movies/Reel 9 (1909)/Reel 9 (1909).mkv")
    cli.ok(
        "source", "add", "--type", "filesystem", "--name", "Away",
        "--base-path", tmp_path / "other", "--discover",
    )  # fmt: skip
    run = cli("collection", "show", "Movies")
    assert run.code == 1
    lines = run.err.splitlines()
    assert lines[0] == "Error: Multiple collections named 'Movies' exist"
    ids = dict(cli.rows("SELECT source_id, id FROM collections WHERE name LIKE 'movies'"))
    assert lines[1:] == [
        f"  Away/movies (external id movies): retrovue --db {cli.db} collection show {ids[2]}",
        f"  Home/Movies (external id Movies): retrovue --db {cli.db} collection show {ids[1]}",
    ]
    for line, source in zip(lines[1:], ("Away", "Home"), strict=True):
        words = shlex.split(line.partition(": ")[2])
        assert cli.json(*words[3:])["source"] == source
    assert cli("collection", "show", "Movies", "--json").json["error"]["code"] == "ambiguous"


def test_show_tells_why_it_is_not_ingestible(cli: Cli, media: Path) -> None:
    shown = cli.ok("collection", "show", "Movies").out
    assert "Ingestible:    no (its locations are not mapped yet)" in shown
    assert f"{media}/Movies  (not mapped)  unresolved" in shown


# -- update ---------------------------------------------------------------------------------------


def test_map_same_and_sync_enable_make_it_ready(cli: Cli, media: Path) -> None:
    body = cli.json("collection", "update", "Movies", "--map-same", "--sync-enable")
    assert body["changed"] is True
    assert (body["enabled"], body["sync_enabled"], body["ingestible"]) == (True, True, True)
    assert body["path_mappings"][0]["local_path"] == str(media / "Movies")
    assert _flags(cli) == (1, 1, 1)


def test_sync_enable_of_what_is_not_mapped_is_refused(cli: Cli, media: Path) -> None:
    before = cli.dump()
    run = cli("collection", "update", "Movies", "--sync-enable")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Collection 'Movies' is not ingestible",
        f"  location {media}/Movies is not mapped to a folder",
        f"  Map its locations: retrovue --db {cli.db} collection update Home/Movies --map-same"
        " --sync-enable",
    ]
    error = cli("collection", "update", "Movies", "--sync-enable", "--json").json["error"]
    assert error["code"] == "not_ingestible"
    assert cli.dump() == before


def test_refused_sync_enable_takes_its_mapping_back(cli: Cli, media: Path, tmp_path: Path) -> None:
    cli.run_sql(
        "INSERT INTO path_mappings (collection_id, external_path)"
        " SELECT id, '/second' FROM collections WHERE name = 'Movies'"
    )
    before = cli.dump()
    run = cli("collection", "update", "Movies", "--map-same", "--sync-enable")
    assert run.code == 1
    assert run.err.splitlines()[1] == "  location /second is not mapped to a folder"
    assert cli.dump() == before


def test_disable_implies_sync_disable(cli: Cli, media: Path) -> None:
    cli.ok("collection", "update", "Movies", "--map-same", "--sync-enable")
    cli.ok("collection", "update", "Movies", "--disable")
    assert _flags(cli) == (0, 0, 1)


def test_enable_alone_leaves_sync_off(cli: Cli, media: Path) -> None:
    cli.ok("collection", "update", "Movies", "--enable")
    assert _flags(cli) == (1, 0, 0)


def test_asking_for_what_is_so_already_changes_nothing(cli: Cli, media: Path) -> None:
    words = ("collection", "update", "Movies", "--map-same", "--sync-enable")
    cli.ok(*words)
    before = cli.dump()
    assert cli.ok(*words).out == "Nothing changed: collection 'Movies' is already up to date.\n"
    assert cli.json(*words)["changed"] is False
    assert cli.dump() == before


# -- several at once ------------------------------------------------------------------------------


def test_a_pattern_updates_all_that_it_means_in_one_transaction(cli: Cli, media: Path) -> None:
    run = cli.ok("collection", "update", "home/*", "--map-same", "--sync-enable")
    lines = run.out.splitlines()
    assert lines[:2] == ["Updated collection 'Movies'", "Updated collection 'Música'"]
    assert lines[-1] == f"Next: retrovue --db {cli.db} source ingest Home"
    assert (_flags(cli), _flags(cli, "Música")) == ((1, 1, 1), (1, 1, 1))
    assert cli.rows("SELECT count(*) FROM history WHERE operation = 'Collection update'") == [(2,)]
    again = cli.json("collection", "update", "M*", "--sync-enable")
    assert (again["changed"], [c["name"] for c in again["collections"]]) == (
        False, ["Movies", "Música"],
    )  # fmt: skip


def test_of_a_pattern_all_change_or_none_does(cli: Cli, media: Path) -> None:
    shutil.rmtree(media / "Música")
    before = cli.dump()
    run = cli("collection", "update", "Home/*", "--map", media, media, "--sync-enable")
    assert (run.code, run.out) == (1, "")
    assert run.error == "Error: --map: there is no folder for 1 location"
    assert "  collection: Home/Música\n" in run.err
    run = cli("collection", "update", "Home/*", "--sync-enable")
    assert (run.code, run.error) == (1, "Error: Collection 'Movies' is not ingestible")
    cli.ok("collection", "update", "Home/*", "--enable", "--dry-run")
    assert cli.dump() == before


def test_a_mapping_of_a_pattern_fits_some_of_it(cli: Cli, media: Path, tmp_path: Path) -> None:
    run = cli("collection", "update", "Home/*", "--map", "/elsewhere", tmp_path)
    assert (run.code, run.error.startswith("Error: --map /elsewhere")) == (1, True)
    cli.ok("collection", "update", "Home/*", "--map", media / "Movies", media / "Movies")
    assert cli.rows("SELECT local_path IS NULL FROM path_mappings ORDER BY collection_id") == [
        (0,), (1,),
    ]  # fmt: skip


def test_a_pattern_that_means_none_is_not_found(cli: Cli, media: Path) -> None:
    run = cli("collection", "update", "Disk/*", "--enable")
    assert (run.code, run.error) == (1, "Error: Collection 'Disk/*' not found")


def test_contradiction_is_a_usage_error(cli: Cli, media: Path) -> None:
    run = cli("collection", "update", "Movies", "--disable", "--sync-enable")
    assert run.code == 1
    assert run.error == "Error: --disable and --sync-enable contradict each other"


def test_map_takes_the_longest_prefix_on_whole_segments(cli: Cli, tmp_path: Path) -> None:
    toys = Scripted(cli, places=("/data/a", "/data/a/deep", "/database"))
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
    (tmp_path / "one" / "a").mkdir()
    cli.ok("collection", "update", "Things", "--unmap", "/data/a", "--unmap", "/data/a/deep",
           "--unmap", "/database")  # fmt: skip
    cli.ok(
        "collection", "update", "Things",
        "--map", "/data", tmp_path / "one", "--map", "/data/a", tmp_path / "two",
    )  # fmt: skip
    assert toys.places
    assert cli.rows("SELECT external_path, local_path FROM path_mappings ORDER BY 1") == [
        ("/data/a", f"{tmp_path}/two"),
        ("/data/a/deep", f"{tmp_path}/two/deep"),
        ("/database", None),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--map", "/nowhere", "{here}"), "--map /nowhere fits no location"),
        (("--unmap", "/nowhere"), "--unmap /nowhere fits no location"),
        (("--exclude", "/nowhere"), "--exclude /nowhere fits no location"),
        (
            ("--map", "{media}/Movies", "{here}/gone"),
            "--map {media}/Movies: {here}/gone is not a folder",
        ),
        (("--map", "{media}/Movies", "{file}"), "--map {media}/Movies: {file} is not a folder"),
        (("--map", "{media}/Movies", ""), "--map needs two paths, EXTERNAL and LOCAL"),
        (("--map", "{media}/Mov", "{here}"), "--map {media}/Mov fits no location"),
    ],
)  # fmt: skip
def test_mapping_that_fits_nothing_is_a_usage_error(
    cli: Cli, media: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    names = {"media": media, "here": tmp_path, "file": cli.db}
    before = cli.dump()
    given = [word.format(**names) for word in words]
    run = cli("collection", "update", "Movies", *given)
    assert run.code == 1
    assert run.error == f"Error: {message.format(**names)}"
    assert cli("collection", "update", "Movies", *given, "--json").json["error"]["code"] == "usage"
    assert cli.dump() == before


def test_map_same_where_nothing_exists_is_an_error(cli: Cli, media: Path) -> None:
    shutil.rmtree(media)
    run = cli("collection", "update", "Movies", "--map-same")
    assert run.code == 1
    assert run.error == "Error: --map-same: no location of the collection exists on this machine"


def test_unmap_resets_ingestible_and_keeps_the_flags(cli: Cli, media: Path) -> None:
    cli.ok("collection", "update", "Movies", "--map-same", "--sync-enable")
    cli.ok("collection", "update", "Movies", "--unmap", media / "Movies")
    assert _flags(cli) == (1, 1, 0)
    assert cli.rows("SELECT local_path FROM path_mappings ORDER BY id") == [(None,), (None,)]


def test_excluding_the_last_location_leaves_nothing_to_ingest(cli: Cli, media: Path) -> None:
    cli.ok("collection", "update", "Movies", "--map-same", "--sync-enable")
    body = cli.json("collection", "update", "Movies", "--exclude", f"{media}/Movies/")
    assert body["path_mappings"][0]["excluded"] is True
    assert body["ingestible"] is False
    assert body["not_ingestible_reason"] == "every location is excluded"


def test_mapping_an_excluded_location_takes_it_in_again(cli: Cli, media: Path) -> None:
    cli.ok("collection", "update", "Movies", "--exclude", media / "Movies")
    cli.ok("collection", "update", "Movies", "--map", media / "Movies", media / "Movies")
    assert cli.rows("SELECT excluded, local_path FROM path_mappings ORDER BY id LIMIT 1") == [
        (0, f"{media}/Movies")
    ]


def test_relative_and_home_paths_are_made_absolute(
    cli: Cli, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(media)
    cli.ok("collection", "update", "Movies", "--map", media / "Movies", "Movies")
    monkeypatch.setenv("HOME", str(media))
    cli.ok("collection", "update", "Música", "--map", media / "Música", "~/Música")
    assert cli.rows("SELECT local_path FROM path_mappings ORDER BY id") == [
        (f"{media}/Movies",),
        (f"{media}/Música",),
    ]


# -- wipe -----------------------------------------------------------------------------------------


def test_wipe_deletes_assets_and_keeps_flags_and_mappings(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", *films(3))
    library.ingest()
    before = cli.dump("collections", "path_mappings")
    run = cli.ok("collection", "wipe", "Movies", "--force")
    assert run.out.splitlines()[0] == "Wiped collection 'Home/Movies': 3 assets, 3 files"
    assert cli.rows("SELECT (SELECT count(*) FROM assets), (SELECT count(*) FROM asset_files)") == [
        (0, 0)
    ]
    assert _flags(cli) == (1, 1, 1)
    assert cli.dump("path_mappings")["path_mappings"] == before["path_mappings"]
    assert library.stats() == {"discovered": 3, "added": 3}
