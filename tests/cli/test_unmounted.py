"""A folder source whose disk is not mounted, or of which a part cannot be read: nothing is believed
that looks like it, and what can be done is done."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from support.cli import Cli, Run
from support.media import films, write
from support.nobody import as_nobody

KEPT = ("sources", "collections", "path_mappings", "assets", "asset_files")
TREE = (*films(2), "Music/A/B/01 - C.flac", "TV Shows/X (2001)/Season 01/X - S01E01.mkv")
NAMES = ["Movies", "Music", "TV Shows"]


@pytest.fixture
def disk(cli: Cli, tmp_path: Path) -> Path:
    """A mounted disk, which quickstart was called on."""
    write(tmp_path / "disk", *TREE)
    cli.ok("quickstart", tmp_path / "disk")
    return tmp_path / "disk"


def unmount(disk: Path, *left: str) -> None:
    """Move everything away but for the mount point, in which some names may be left."""
    disk.rename(disk.with_suffix(".away"))
    disk.mkdir()
    for name in left:
        (disk / name).mkdir()


def mount(disk: Path) -> None:
    shutil.rmtree(disk)
    disk.with_suffix(".away").rename(disk)


def flags(cli: Cli) -> list[tuple[object, ...]]:
    return cli.rows("SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY name")


def require_disbelief(cli: Cli, run: Run, *new: str) -> None:
    anew = f"retrovue --db {cli.db} source update disk --rebind --dry-run"
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Source discover failed: 3 of 3 known collections would go missing",
        "  Movies (external id Movies, 2 assets)",
        "  Music (external id Music, 1 asset)",
        "  TV Shows (external id TV Shows, 1 asset)",
        *new,
        *([f"  If it was set up anew, see what is found again: {anew}"] if new else []),
        "  Is a disk not mounted? If they are really gone: "
        f"retrovue --db {cli.db} source discover disk --allow-missing",
    ]


@pytest.mark.parametrize("left", [(), (".hidden",), ("lost+found",), ("other",)])
def test_an_emptied_folder_is_not_believed(left: tuple[str, ...], cli: Cli, disk: Path) -> None:
    before = cli.dump(*KEPT)
    unmount(disk, *left)
    new = ["  New are 'disk'."] if left == ("other",) else []
    for words in (("source", "discover", "disk"), ("quickstart", disk)):
        require_disbelief(cli, cli(*words), *new)
        told = cli(*words, "--json").json["error"]
        assert told["code"] == "would_lose_collections"
        assert cli(*words, "--dry-run").code == 1
    assert cli.dump(*KEPT) == before
    mount(disk)
    assert cli.json("quickstart", disk)["totals"]["unchanged"] == 4


@pytest.mark.parametrize("how", ["root", "folders", "auto"])
def test_an_emptied_folder_offers_nothing_however_it_is_divided(
    how: str, cli: Cli, tmp_path: Path
) -> None:
    base = tmp_path / "disk"
    write(base, "Reel 1 (1901).mkv" if how == "root" else "Movies/Reel 1 (1901).mkv")
    add = ("source", "add", "--type", "filesystem", "--name", "disk", "--base-path", base)
    cli.ok(*add, "--collections", how, "--discover")
    before = cli.dump(*KEPT)
    unmount(base)
    run = cli("source", "discover", "disk", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "would_lose_collections")
    assert cli.dump(*KEPT) == before
    cli.ok("source", "discover", "disk", "--allow-missing")
    assert cli.rows("SELECT count(*), count(missing_since) FROM collections") == [(1, 1)]


def test_what_is_really_gone_can_be_said_and_comes_back(cli: Cli, disk: Path) -> None:
    unmount(disk)
    run = cli.ok("source", "discover", "disk", "--allow-missing")
    assert run.out.splitlines()[0] == "Missing: Movies, Music, TV Shows"
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NULL") == [(4,)]
    mount(disk)
    assert cli.json("source", "discover", "disk")["changes"]["restored"] == NAMES
    assert cli.json("source", "ingest", "disk")["totals"]["unchanged"] == 4


def test_a_folder_that_is_gone_altogether_is_a_failed_discovery(cli: Cli, disk: Path) -> None:
    before = cli.dump(*KEPT)
    disk.rename(disk.with_suffix(".away"))
    run = cli("source", "discover", "disk")
    assert (run.code, run.error) == (1, "Error: Failed to discover collections from source 'disk'")
    assert cli("quickstart", disk).error == f"Error: {disk} is not a folder"
    assert cli.dump(*KEPT) == before


def test_one_of_three_folders_may_go(cli: Cli, disk: Path) -> None:
    shutil.rmtree(disk / "Music")
    run = cli.ok("source", "discover", "disk")
    assert run.out.splitlines()[0] == "Missing: Music"


@pytest.mark.parametrize("more", [(), ("--json",), ("--dry-run",)])
def test_quickstart_on_a_folder_that_was_never_filled_leaves_nothing(
    more: tuple[str, ...], cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "mnt" / ".hidden").mkdir(parents=True)
    run = cli("quickstart", tmp_path / "mnt", *more)
    assert run.code == 1
    assert "it offers nothing" in run.everything
    assert not cli.db.exists()


def test_an_empty_folder_can_be_added_and_it_is_said(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mnt").mkdir()
    add = ("source", "add", "--type", "filesystem", "--name", "mnt", "--base-path")
    run = cli.ok(*add, tmp_path / "mnt", "--discover")
    assert run.out.splitlines()[1:] == [
        "It offers nothing yet. Is a disk not mounted?",
        f"Next: retrovue --db {cli.db} source discover mnt",
    ]
    assert cli.rows("SELECT count(*) FROM collections") == [(0,)]


# -- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["loop", ".", "..", "../disk", "nowhere", "/"])
def test_a_link_that_leads_nowhere_or_back_is_no_collection(
    target: str, cli: Cli, tmp_path: Path
) -> None:
    base = tmp_path / "disk"
    write(base, *TREE)
    (base / "loop").symlink_to(target)
    cli.ok("quickstart", base)
    assert [name for name, *_ in flags(cli)] == NAMES
    assert cli.rows("SELECT count(*) FROM assets") == [(4,)]


def test_a_link_to_a_folder_elsewhere_is_one(cli: Cli, tmp_path: Path) -> None:
    base = tmp_path / "disk"
    write(base, *TREE)
    write(tmp_path / "disk 2", "Reel 9 (1909).mkv")
    (base / "Concerts").symlink_to(tmp_path / "disk 2")
    cli.ok("quickstart", base)
    assert ("Concerts", 1, 1, 1) in flags(cli)


def test_a_link_that_cannot_be_followed_now_is_not_gone(cli: Cli, tmp_path: Path) -> None:
    base = tmp_path / "disk"
    write(base, *TREE)
    write(tmp_path / "locked", "Concerts/Reel 9 (1909).mkv")
    (base / "Concerts").symlink_to(tmp_path / "locked" / "Concerts")
    cli.ok("quickstart", base)
    os.chmod(tmp_path / "locked", 0)
    run = as_nobody(cli, "source", "discover", "disk")
    assert (run.code, run.out.splitlines()[0]) == (0, "Nothing changed: 4 collections known.")
    os.chmod(tmp_path / "locked", 0o755)


# -- a part that cannot be read -------------------------------------------------------------------


def test_quickstart_does_what_it_can_and_the_next_one_the_rest(cli: Cli, tmp_path: Path) -> None:
    base = tmp_path / "disk"
    write(base, *TREE)
    os.chmod(base / "Movies", 0)
    run = as_nobody(cli, "quickstart", base)
    assert run.code == 2, run.everything
    assert run.out.splitlines()[0] == "Success: Collections 'Music', 'TV Shows' ingested"
    assert (
        "  Movies, once it can be read: "
        f"retrovue --db {cli.db} collection update disk/Movies --map-same --sync-enable"
    ) in run.out.splitlines()
    assert "Warning: Collection 'Movies' is not ingestible" in run.err
    assert flags(cli) == [("Movies", 0, 0, 0), ("Music", 1, 1, 1), ("TV Shows", 1, 1, 1)]
    told = as_nobody(cli, "quickstart", base, "--json")
    assert (told.code, told.json["status"]) == (2, "partial")
    assert [left["name"] for left in told.json["left"]] == ["Movies"]
    os.chmod(base / "Movies", 0o755)
    run = as_nobody(cli, "quickstart", base)
    assert run.code == 0, run.everything
    assert run.out.splitlines()[0] == "Success: Collections 'Movies', 'Music', 'TV Shows' ingested"
    assert flags(cli) == [(name, 1, 1, 1) for name in NAMES]


def test_a_known_folder_that_can_no_longer_be_read_stops_no_other(cli: Cli, disk: Path) -> None:
    write(disk, "Music/A/B/02 - D.flac")
    os.chmod(disk / "Movies", 0)
    run = as_nobody(cli, "quickstart", disk)
    assert run.code == 2, run.everything
    assert run.out.splitlines()[0] == "Success: Collections 'Music', 'TV Shows' ingested"
    assert cli.rows("SELECT count(*) FROM assets") == [(5,)]
    os.chmod(disk / "Movies", 0o755)


def test_quickstart_that_can_take_in_nothing_says_how_to_go_on(cli: Cli, tmp_path: Path) -> None:
    base = tmp_path / "disk"
    write(base, *TREE)
    for name in NAMES:
        os.chmod(base / name, 0)
    run = as_nobody(cli, "quickstart", base)
    assert (run.code, run.out) == (1, "")
    lines = run.err.splitlines()
    assert [line for line in lines if line.startswith("Error: ")] == [
        f"Error: Collection '{name}' is not ingestible" for name in NAMES
    ]
    assert lines[-1] == f"  To go on once it can be read: retrovue --db {cli.db} quickstart {base}"
    for name in NAMES:
        os.chmod(base / name, 0o755)
    assert cli.json("quickstart", base)["totals"]["added"] == 4


# -- quickstart again -----------------------------------------------------------------------------


def test_quickstart_again_enables_new_top_folders(cli: Cli, disk: Path) -> None:
    write(disk, "Concerts/Reel 9 (1909).mkv")
    cli.ok("quickstart", disk)
    assert flags(cli)[0] == ("Concerts", 1, 1, 1)


def test_quickstart_again_takes_up_what_was_only_discovered(cli: Cli, tmp_path: Path) -> None:
    base = tmp_path / "disk"
    write(base, *TREE)
    add = ("source", "add", "--type", "filesystem", "--name", "disk", "--base-path")
    cli.ok(*add, base, "--discover")
    assert cli.json("quickstart", base)["totals"]["added"] == 4


@pytest.mark.parametrize(
    "words",
    [("--disable",), ("--disable", "--unmap", "{place}"), ("--exclude", "{place}", "--disable")],
)
def test_quickstart_again_leaves_off_what_was_turned_off(
    words: tuple[str, ...], cli: Cli, disk: Path
) -> None:
    cli.ok("collection", "update", "Music", *(w.format(place=disk / "Music") for w in words))
    cli.ok("quickstart", disk)
    assert flags(cli)[1][:3] == ("Music", 0, 0)


def test_quickstart_takes_in_anew_what_was_deleted(cli: Cli, disk: Path) -> None:
    cli.ok("source", "delete", "disk", "--force")
    cli.ok("quickstart", disk)
    assert flags(cli) == [(name, 1, 1, 1) for name in NAMES]
    unmount(disk, "Movies", "TV Shows")
    cli.ok("source", "discover", "disk")
    cli.ok("collection", "delete", "Music", "--force")
    mount(disk)
    cli.ok("quickstart", disk)
    assert flags(cli) == [(name, 1, 1, 1) for name in NAMES]
