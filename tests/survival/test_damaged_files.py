"""Files that cannot be written, are not there any more, or are not what they were."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from retrovue.catalogue.connection import PAGE_SIZE
from support import plugins
from support.cli import Cli, operation
from support.dying import on_full_disk
from support.media import Library
from support.nobody import as_nobody
from support.survival import check

READS = (
    ("source", "list"),
    ("source", "show", "Home"),
    ("collection", "list"),
    ("asset", "list"),
    ("history",),
    ("db", "info"),
    ("db", "check"),
)
WRITES = (
    ("Source update", ("source", "update", "Home", "--name", "House")),
    ("Source delete", ("source", "delete", "Home", "--force", "--no-backup")),
    ("Collection wipe", ("collection", "wipe", "Movies", "--force", "--no-backup")),
    ("Collection update", ("collection", "update", "Movies", "--sync-disable")),
    ("Source ingest", ("source", "ingest", "Home")),
)


@pytest.fixture
def own(ingested: Library) -> Cli:
    """The ingested catalogue in a folder of its own."""
    folder = ingested.cli.home / "own"
    folder.mkdir()
    shutil.move(ingested.cli.db, folder / "retrovue.db")
    return Cli(ingested.cli.home, folder / "retrovue.db")


@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize(("operation", "words"), WRITES)
def test_what_cannot_be_written_is_refused_and_stays(
    own: Cli, operation: str, words: tuple[str, ...], folder: bool
) -> None:
    own.db.chmod(0o644 if folder else 0o444)
    own.db.parent.chmod(0o555 if folder else 0o755)
    before = own.db.read_bytes()
    run = as_nobody(own, *words, "--json")
    own.db.parent.chmod(0o755)
    assert run.code == 1, run.everything
    assert run.json["error"]["code"] == "database"
    assert run.json["error"]["message"].startswith(f"{operation} failed: ")
    assert own.db.read_bytes() == before
    beside = set() if folder else {"retrovue.db-wal", "retrovue.db-shm"}  # readers need them
    assert {path.name for path in own.db.parent.iterdir()} - beside == {"retrovue.db"}


@pytest.mark.parametrize("folder", [False, True])
def test_what_cannot_be_written_can_be_read_and_backed_up(own: Cli, folder: bool) -> None:
    own.db.chmod(0o644 if folder else 0o444)
    own.db.parent.chmod(0o555 if folder else 0o755)
    target = own.home / "elsewhere"
    target.mkdir()
    target.chmod(0o777)
    for words in READS:
        run = as_nobody(own, *words)
        assert (run.code, run.err) == (0, ""), run.everything
    assert as_nobody(own, "db", "backup", target / "copy").code == 0
    own.db.parent.chmod(0o755)
    check(Cli(own.home, target / "copy"))


def test_a_folder_that_vanished_is_no_catalogue(own: Cli) -> None:
    shutil.rmtree(own.db.parent)
    for words in READS:
        run = own(*words)
        assert (run.code, run.error) == (1, f"Error: No catalogue at {own.db}")
        assert not own.db.parent.exists()


def test_a_place_where_no_folder_can_be_made_is_said(own: Cli) -> None:
    blocked = Cli(own.home, own.db / "below" / "retrovue.db")
    run = blocked("source", "add", "--type", "filesystem", "--name", "X", "--base-path", own.home)
    assert (run.code, run.error) == (
        1,
        f"Error: Source add failed: {blocked.db} cannot be written (Not a directory)",
    )
    check(own)


def test_a_file_replaced_by_a_folder_is_no_catalogue(own: Cli) -> None:
    own.db.unlink()
    own.db.mkdir()
    for words in (*READS, *(words for _, words in WRITES)):
        run = own(*words)
        assert (run.code, run.error) == (
            1,
            f"Error: {operation(words)} failed: {own.db} is a folder, not a catalogue",
        )
    assert list(own.db.iterdir()) == []


def test_a_file_replaced_by_text_is_no_catalogue_and_stays(own: Cli) -> None:
    own.db.write_text("dear diary " * 1000)
    for words in (*READS, *(words for _, words in WRITES)):
        run = own(*words, "--json")
        assert run.code == 1
        assert run.json["error"]["code"] == "not_a_catalogue"
        assert run.json["error"]["message"] == (
            f"{operation(words)} failed: {own.db} is not a catalogue (file is not a database)"
        )
    assert own.db.read_text() == "dear diary " * 1000


def test_a_file_replaced_by_another_database_is_no_catalogue_and_stays(own: Cli) -> None:
    own.db.unlink()
    with contextlib.closing(sqlite3.connect(own.db)) as other:
        other.execute("CREATE TABLE bookmarks (url)")
    before = own.db.read_bytes()
    for words in (*READS, *(words for _, words in WRITES)):
        run = own(*words, "--json")
        assert run.code == 1
        assert run.json["error"]["code"] == "not_a_catalogue"
        assert run.json["error"]["message"] == (
            f"{operation(words)} failed: {own.db} is not a catalogue but a database of something"
            " else"
        )
    assert own.db.read_bytes() == before


def test_an_empty_file_is_no_catalogue_yet(own: Cli) -> None:
    own.db.write_bytes(b"")
    for words in READS:
        run = own(*words)
        assert (run.code, run.err.splitlines()[:2]) == (
            1,
            [f"Error: No catalogue at {own.db}", "  The file there is empty."],
        )
        assert own.db.read_bytes() == b""
    own.ok("source", "add", "--type", "filesystem", "--name", "X", "--base-path", own.home)
    check(own)


def _damage(cli: Cli, table: str) -> bytes:
    """Write over the first page of a table; returns the file as it then is."""
    (root,) = cli.rows("SELECT rootpage FROM sqlite_master WHERE name = :name", name=table)[0]
    with cli.db.open("r+b") as file:
        file.seek((root - 1) * PAGE_SIZE)
        file.write(b"\xa5" * PAGE_SIZE)
    return cli.db.read_bytes()


@pytest.mark.parametrize("table", ["assets", "collections", "sources", "history"])
def test_a_damaged_page_is_found_by_check_which_writes_nothing(own: Cli, table: str) -> None:
    damaged = _damage(own, table)
    run = own("db", "check", "--json")
    assert run.code == 1
    kinds = {finding["kind"] for finding in run.json["findings"]}
    assert "integrity" in kinds
    assert own.db.read_bytes() == damaged


@pytest.mark.parametrize(("operation", "words"), WRITES[:4])
def test_a_damaged_page_fails_a_command_without_a_traceback(
    own: Cli, operation: str, words: tuple[str, ...]
) -> None:
    _damage(own, "collections")
    run = own(*words, "--json")
    assert run.code == 1
    assert run.json["error"]["code"] == "database"
    assert run.json["error"]["message"] == f"{operation} failed: database disk image is malformed"
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("Source list", ("source", "list")),
        ("Collection list", ("collection", "list")),
        ("Collection show", ("collection", "show", "Movies")),
    ],
)
def test_a_damaged_page_fails_a_read_in_the_words_of_the_contract(
    own: Cli, operation: str, words: tuple[str, ...]
) -> None:
    _damage(own, "collections")
    run = own(*words)
    assert run.code == 1
    assert run.err.splitlines()[0] == f"Error: {operation} failed: database disk image is malformed"


def test_a_damaged_page_met_during_a_scan_is_not_blamed_on_the_importer(own: Cli) -> None:
    _damage(own, "folders")
    run = own("collection", "ingest", "Movies", "--json")
    assert run.code == 1
    assert run.json["error"]["message"] == (
        "Collection ingest failed: database disk image is malformed"
    )


@pytest.mark.parametrize("how", ["moved", "deleted", "replaced", "its folder deleted"])
def test_a_file_that_goes_during_the_scan_takes_no_success_with_it(
    cli: Cli, tmp_path: Path, how: str
) -> None:
    folder = tmp_path / "own"
    victim = Cli(tmp_path, folder / "retrovue.db")
    acts = {
        "moved": f"os.rename({str(victim.db)!r}, {str(tmp_path / 'moved')!r})",
        "deleted": f"os.unlink({str(victim.db)!r})",
        "replaced": f"shutil.copy({str(victim.db)!r}, {str(tmp_path / 'new')!r});"
        f" os.rename({str(tmp_path / 'new')!r}, {str(victim.db)!r})",
        "its folder deleted": f"shutil.rmtree({str(folder)!r})",
    }
    plugins.importer(
        cli.site,
        "fleeting",
        f"""
        def scan(self, collection):
            yield FoundAsset("a", "movie", "A", (FoundFile("/srv/things/a.mkv"),), "1")
            {acts[how]}
        """,
        before="import os, shutil",
    )
    victim.ok("source", "add", "--type", "fleeting", "--name", "Shelf", "--discover")
    victim.ok("collection", "update", "Things", "--map", "/srv/things", tmp_path, "--sync-enable")
    run = victim("source", "ingest", "Shelf", "--json")
    assert run.code == 1
    assert run.json["error"]["message"] == (
        f"Source ingest failed: {victim.db} was moved, replaced or deleted meanwhile"
    )
    if how == "replaced":
        check(victim)
        assert victim.rows("SELECT * FROM assets") == []
    else:
        assert not victim.db.exists()


# -- what is no damage -----------------------------------------------------------------------------


def _interrupt(cli: Cli) -> None:
    """Leave the file as a process leaves it that is killed in the middle of a large write."""
    with contextlib.closing(sqlite3.connect(cli.db, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE assets SET title = title || hex(zeroblob(4000))")
        connection.execute("UPDATE assets SET title = title || hex(zeroblob(400))")
        for suffix in ("", "-journal"):
            shutil.copy(f"{cli.db}{suffix}", cli.home / f"hot{suffix}")
        connection.execute("ROLLBACK")
    for suffix in ("", "-journal"):
        shutil.move(cli.home / f"hot{suffix}", f"{cli.db}{suffix}")


@pytest.mark.parametrize("words", [(), ("--repair",), ("--repair", "--dry-run")])
def test_an_interrupted_write_is_no_damage_and_is_left_to_who_writes(
    own: Cli, words: tuple[str, ...]
) -> None:
    rows = own.dump()
    _interrupt(own)
    before = {path.name: path.read_bytes() for path in own.db.parent.iterdir()}
    assert set(before) == {"retrovue.db", "retrovue.db-journal"}
    run = own("db", "check", *words)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Database check failed: a write to the file was interrupted, and is not yet rolled"
        " back",
        "  Whoever opens the file for writing rolls it back.",
        f"  With the permission to write, that is: retrovue --db {own.db} db info",
    ]
    assert {path.name: path.read_bytes() for path in own.db.parent.iterdir()} == before
    assert own("db", "check", "--json").json["error"]["code"] == "database"
    own.ok("db", "info")
    assert own("db", "check").code == 0
    assert own.dump() == rows


def test_an_interrupted_write_that_cannot_be_rolled_back_is_not_passed_over(own: Cli) -> None:
    _interrupt(own)
    own.db.chmod(0o444)
    own.db.parent.chmod(0o555)
    for words in READS:
        run = as_nobody(own, *words)
        assert run.code == 1
        assert run.error.endswith(
            " a write to the file was interrupted, and is not yet rolled back"
        )
    own.db.parent.chmod(0o755)


@pytest.mark.parametrize(
    "words", [("db", "check"), ("db", "check", "--repair"), ("source", "list")]
)
def test_what_may_not_be_read_is_said_to_be_that(own: Cli, words: tuple[str, ...]) -> None:
    failing = operation(words)
    own.db.chmod(0)
    run = as_nobody(own, *words)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        f"Error: {failing} failed: unable to open database file",
        "  Look at the permissions of the file and of its folder.",
    ]
    own.db.chmod(0o644)
    own.db.parent.chmod(0)
    run = as_nobody(own, *words)
    own.db.parent.chmod(0o755)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        f"Error: {failing} failed: {own.db} cannot be reached (Permission denied)",
        "  Look at the permissions of the folders that it lies in.",
    ]
    check(own)


@pytest.mark.parametrize("options", [(), ("--repair",)])
def test_a_locked_file_is_no_damage(own: Cli, options: tuple[str, ...]) -> None:
    with contextlib.closing(sqlite3.connect(own.db, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        run = own("db", "check", *options, "--json", env={"RETROVUE_BUSY_TIMEOUT": "0"})
    assert run.code == 1
    assert run.json["error"]["code"] == "locked"
    assert run.json["error"]["message"] == (
        "Database check failed: the database is locked by another process"
    )
    check(own)


def test_a_disk_that_takes_nothing_of_what_a_check_sorts_is_no_damage(own: Cli) -> None:
    own.run_sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " INSERT INTO assets (collection_id, external_id, kind, title)"
        " SELECT 1, hex(randomblob(400)), 'video', i FROM n"
    )
    run = on_full_disk(100_000, own, "db", "check", "--json")
    assert run.code == 1, run.everything
    assert run.json["error"]["code"] == "database"
    assert run.json["error"]["message"] == "Database check failed: disk I/O error"
    assert "findings" not in run.json
    check(own)
