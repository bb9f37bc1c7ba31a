"""A folder source that is told to look elsewhere: nothing is ingested from the old place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films, write

TREE = (*films(2), "Music/A/B/01 - C.flac")


@pytest.fixture
def old(cli: Cli, tmp_path: Path) -> Path:
    write(tmp_path / "old", *TREE)
    cli.ok("quickstart", tmp_path / "old")
    shutil.copytree(tmp_path / "old", tmp_path / "new", copy_function=shutil.copy2)
    return tmp_path / "old"


def test_after_a_move_nothing_is_ingested_before_it_is_mapped(cli: Cli, old: Path) -> None:
    new = old.with_name("new")
    ids = cli.rows("SELECT id, external_id FROM assets ORDER BY id")
    flags = cli.rows("SELECT id, enabled, sync_enabled FROM collections ORDER BY id")
    run = cli.ok("source", "update", "old", "--base-path", new)
    assert run.out.splitlines()[-1] == (
        f"Next: retrovue --db {cli.db} source update old --map {new} {new}"
    )
    open_ones = "SELECT external_path, local_path FROM path_mappings WHERE missing_since IS NULL"
    assert sorted(cli.rows(open_ones)) == [(f"{new}/{name}", None) for name in ("Movies", "Music")]
    write(old, "Movies/Reel 9 (1909).mkv")
    refused = cli("source", "ingest", "old")
    assert (refused.code, refused.error) == (1, "Error: Collection 'Movies' is not ingestible")
    assert cli.rows("SELECT id, external_id FROM assets ORDER BY id") == ids
    cli.ok("source", "update", "old", "--map", new, new)
    assert cli.json("source", "ingest", "old")["totals"]["added"] == 0
    assert cli.rows("SELECT id, external_id FROM assets ORDER BY id") == ids
    assert cli.rows("SELECT id, enabled, sync_enabled FROM collections ORDER BY id") == flags
    local = [path for (path,) in cli.rows("SELECT local_path FROM media")]
    assert all(path.startswith(f"{new}/") for path in local)


def test_a_move_and_its_mappings_are_one_step(cli: Cli, old: Path) -> None:
    new = old.with_name("new")
    words = ("source", "update", "old", "--base-path", new, "--map", new, new)
    before = cli.dump()
    assert cli.json(*words, "--dry-run")["changed"] is True
    assert cli.dump() == before
    cli.ok(*words)
    assert cli.rows("SELECT ingestible FROM collections") == [(1,), (1,)]
    assert cli.json("source", "ingest", "old")["totals"]["missing"] == 0
    run = cli("source", "update", "old", "--base-path", old, "--map", "/nowhere", new)
    assert (run.code, run.error) == (1, "Error: --map /nowhere fits no location")
    assert cli.rows("SELECT config ->> '$.base_path' FROM sources") == [(str(new),)]


def test_a_folder_of_another_kind_of_media_is_another_library(cli: Cli, old: Path) -> None:
    before = cli.dump()
    run = cli("source", "update", "old", "--kind", "music")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Source update failed: collection 'Movies' would become another library",
        "  Movies (external id Movies, 2 assets): the source now has the music library 'Movies'"
        " there",
        "  If that is right, add --allow-missing.",
    ]
    assert cli("source", "update", "old", "--kind", "music", "--json").json["error"]["code"] == (
        "another_library"
    )
    assert cli.dump() == before
    cli.ok("source", "update", "old", "--kind", "music", "--allow-missing")
    rows = cli.rows("SELECT id, name, kind, missing_since IS NULL FROM collections ORDER BY id")
    assert rows == [(1, "Movies", "movie", 0), (2, "Music", "music", 1), (3, "Movies", "music", 1)]
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NULL") == [(3,)]


def test_a_kind_that_was_not_known_is_filled_in(cli: Cli, tmp_path: Path) -> None:
    base = tmp_path / "stuff"
    write(base, "a/Reel 1 (1901).mkv")
    cli.ok("quickstart", base)
    assert cli.rows("SELECT kind FROM collections") == [(None,)]
    cli.ok("source", "update", "stuff", "--kind", "movie")
    assert cli.rows("SELECT kind FROM collections") == [("movie",)]
    cli.ok("source", "update", "stuff", "--unset", "kind")
    assert cli.rows("SELECT kind FROM collections") == [("movie",)]


def test_the_same_folder_by_another_name_changes_nothing_of_it(cli: Cli, old: Path) -> None:
    (old.parent / "link").symlink_to(old)
    before = cli.dump("collections", "path_mappings", "assets")
    cli.ok("source", "update", "old", "--base-path", old.parent / "link")
    assert cli.dump(*before) == before
    assert os.path.islink(old.parent / "link")
    assert cli.json("source", "ingest", "old")["totals"]["unchanged"] == 3


def test_a_tree_that_moved_keeps_its_assets_with_rebind(cli: Cli, tmp_path: Path) -> None:
    """The folder is another, a library is called otherwise, films too, and one is gone."""
    library = Library(cli, tmp_path / "old", "Movies/One (1991)/One (1991).mkv",
                      "Movies/Two (1992)/Two (1992).mkv", "Movies/Three (1993)/Three (1993).mkv",
                      "TV/Lost/Season 01/Lost S01E01.mkv")  # fmt: skip
    library.ingest()
    before = dict(cli.rows("SELECT title, id FROM assets"))
    new = tmp_path / "new"
    shutil.copytree(library.root / "TV", new / "TV")
    shutil.copytree(library.root / "Movies", new / "Films")
    shutil.rmtree(library.root)
    shutil.rmtree(new / "Films/Two (1992)")
    (new / "Films/Three (1993)").rename(new / "Films/Drei (1993)")
    (new / "Films/One (1991)").rename(new / "Films/Eins (1991)")
    done = cli.json("source", "update", "Home", "--base-path", new, "--rebind")
    assert done["totals"] == {"sure": 1, "likely": 2, "ambiguous": 0, "lost": 1}
    mapped = cli.rows("SELECT external_path = local_path FROM path_mappings")
    assert set(mapped) == {(1,)}
    stats = library.stats("--allow-missing")
    assert (stats.get("added", 0), stats["missing"]) == (0, 1)
    after = dict(cli.rows("SELECT id, title FROM assets WHERE missing_since IS NULL"))
    assert (after[before["One"]], after[before["Three"]]) == ("One", "Three")
    assert after[before["Episode 1"]] == "Episode 1"
    assert cli.json("db", "check")["status"] == "success"
