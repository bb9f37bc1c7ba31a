"""A disk without room: said in the contract's words, with nothing half done."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from retrovue.catalogue.connection import PAGE_SIZE
from support import media
from support.cli import Cli
from support.dying import on_full_disk
from support.media import Library
from support.survival import (
    check,
    collections_of,
    copy_of,
    history_of,
    small_disk,
    with_pages,
    without_temporary_room,
)

FULL = "database or disk is full"


def _pages(cli: Cli) -> int:
    return int(cli.rows("PRAGMA page_count")[0][0])


def _many(library: Library) -> None:
    media.write(library.root, *media.films(400))
    media.settle(library.root)


def test_ingest_without_room_fails_its_collection_and_keeps_the_others(library: Library) -> None:
    cli = library.cli
    _many(library)
    run = with_pages(_pages(cli) + 3, cli, "source", "ingest", "Home", "--json")
    assert run.code == 2, run.everything
    by_name = {row["name"]: row for row in run.json["collections"]}
    assert by_name["Movies"]["status"] == "failed"
    assert by_name["Movies"]["error"]["code"] == "database"
    assert by_name["Movies"]["error"]["message"] == f"Source ingest failed: {FULL}"
    assert by_name["Music"]["status"] == by_name["TV Shows"]["status"] == "success"
    assert [row[0] for row in cli.rows("SELECT DISTINCT collection FROM media ORDER BY 1")] == [
        "Music",
        "TV Shows",
    ]
    assert cli.rows("SELECT collection FROM history WHERE status = 'failed'") == [("Movies",)]
    check(cli)


def test_collection_ingest_without_room_changes_nothing(library: Library) -> None:
    cli = library.cli
    _many(library)
    before = collections_of(cli)
    run = with_pages(_pages(cli) + 3, cli, "collection", "ingest", "Movies")
    assert (run.code, run.error) == (1, f"Error: Collection ingest failed: {FULL}")
    assert "Traceback" not in run.err
    assert collections_of(cli) == before
    check(cli)


def test_a_scan_without_room_for_its_notes_is_not_blamed_on_the_importer(library: Library) -> None:
    """What a scan finds is kept in temporary tables, which may lie on another disk."""
    cli = library.cli
    _many(library)
    before = collections_of(cli)
    run = without_temporary_room(cli, "collection", "ingest", "Movies")
    assert (run.code, run.error) == (1, f"Error: Collection ingest failed: {FULL}"), run.err
    assert collections_of(cli) == before
    check(cli)


def test_source_add_without_room_leaves_no_source(cli: Cli, root: Path) -> None:
    media.write(root, *(f"Folder {number}/x.mkv" for number in range(300)))
    cli.ok("source", "add", "--type", "filesystem", "--name", "Other", "--base-path", cli.home)
    words = ("--base-path", root, "--collections", "folders", "--discover")
    run = with_pages(
        _pages(cli) + 2, cli, "source", "add", "--type", "filesystem", "--name", "Home", *words
    )
    assert (run.code, run.error) == (1, f"Error: Source add failed: {FULL}")
    assert cli.rows("SELECT name FROM sources") == [("Other",)]
    assert cli.rows("SELECT * FROM collections") == []
    assert history_of(cli) == [("Source add", "Other", None, "success")]
    check(cli)


def test_first_source_add_without_room_leaves_no_file(cli: Cli, root: Path) -> None:
    media.write(root, "Movies/A (1990)/A (1990).mkv")
    words = ("--type", "filesystem", "--name", "Home", "--base-path", root)
    run = with_pages(4, cli, "source", "add", *words)
    assert (run.code, run.error) == (1, f"Error: Source add failed: {FULL}")
    assert [path.name for path in cli.home.iterdir()] == ["media"]


def test_discover_without_room_changes_nothing(ingested: Library) -> None:
    cli = ingested.cli
    media.write(ingested.root, *(f"Folder {number}/x.mkv" for number in range(300)))
    before = collections_of(cli)
    run = with_pages(_pages(cli) + 2, cli, "source", "discover", "Home")
    assert (run.code, run.error) == (1, f"Error: Source discover failed: {FULL}")
    assert collections_of(cli) == before
    check(cli)


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("Source delete", ("source", "delete", "Home", "--force")),
        ("Collection wipe", ("collection", "wipe", "Movies", "--force")),
        ("Asset purge", ("asset", "purge", "--older-than", "1", "--force")),
        ("Database backup", ("db", "backup", "kept.backup")),
    ],
)
def test_no_room_for_the_backup_fails_the_command(
    ingested: Library, operation: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = ingested.cli
    monkeypatch.chdir(cli.home)
    cli.run_sql("UPDATE assets SET missing_since = '2001-01-01T00:00:00Z' WHERE title = 'Alpha'")
    before, files = cli.dump(), sorted(path.name for path in cli.home.iterdir())
    run = with_pages(5, cli, *words, only="unfinished")
    assert (run.code, run.error) == (1, f"Error: {operation} failed: {FULL}"), run.err
    assert cli.dump() == before
    assert sorted(path.name for path in cli.home.iterdir()) == files


@pytest.mark.parametrize("only", ["unfinished", "retrovue.db?"])
def test_restore_without_room_leaves_the_file_as_it_was(library: Library, only: str) -> None:
    """Room is short for the copy that is made ready beside the file, or in the file itself."""
    small = copy_of(library.cli, "small")
    _many(library)
    library.stats()
    library.cli.ok("db", "backup", small.home / "large.backup")
    before = small.dump()
    run = with_pages(5, small, "db", "restore", small.home / "large.backup", "--force", only=only)
    assert (run.code, run.error) == (1, f"Error: Database restore failed: {FULL}"), run.err
    assert small.dump() == before
    check(small)


def test_a_file_size_limit_changes_nothing(library: Library) -> None:
    """What the system refuses for another reason than room, SQLite calls an I/O error."""
    cli = library.cli
    _many(library)
    before = collections_of(cli)
    run = on_full_disk(_pages(cli) * PAGE_SIZE // 2, cli, "collection", "ingest", "Movies")
    assert (run.code, run.error) == (1, "Error: Collection ingest failed: disk I/O error"), run.err
    assert collections_of(cli) == before
    check(cli)


def test_on_a_disk_that_fills_up_every_command_is_done_or_not(changed: Library) -> None:
    """A real file system, with less and less room, and commands until one fails."""
    cli = changed.cli
    _many(changed)
    after = copy_of(cli, "after")
    after.ok("collection", "ingest", "Movies")
    shall = collections_of(after)["movies" if "movies" in collections_of(after) else "Movies"]
    was = collections_of(cli)["Movies"]
    ended = set()
    size = cli.db.stat().st_size // 1024
    for number, kilobytes in enumerate((size + 40, size + 240, 4000)):  # 32 go to the -shm file
        with small_disk(cli.home / f"disk-{number}", kilobytes) as disk:
            if disk is None:
                pytest.skip("no file system can be mounted here")
            victim = Cli(cli.home, disk / "retrovue.db")
            shutil.copy(cli.db, victim.db)
            run = victim.process("collection", "ingest", "Movies")
            ended.add(run.code)
            if run.code:
                assert run.error == f"Error: Collection ingest failed: {FULL}", run.err
            now = Cli(cli.home, cli.home / f"now-{number}.db")
            for suffix in ("", "-wal"):
                if Path(f"{victim.db}{suffix}").exists():
                    shutil.copy(f"{victim.db}{suffix}", f"{now.db}{suffix}")
            assert collections_of(now)["Movies"] == (was if run.code else shall)
            check(now)
    assert ended == {0, 1}
    assert os.path.ismount(cli.home / "disk-0") is False
