"""`docs/contracts/UnitOfWorkContract.md`, rule by rule."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support.cli import PATIENCE, Cli
from support.dying import locked_by_another, unchecked, write_transactions
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien", "Brazil")
MUSIC = row("music", "Blue")
IN_HASTE = {"RETROVUE_BUSY_TIMEOUT": "0.1"}

_TAKE_THE_LOCK = """
import sqlite3
connection = sqlite3.connect({db!r}, timeout=0, isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("INSERT INTO history (operation, status) VALUES ('Lock', 'success')")
connection.execute("COMMIT")
connection.close()
"""


@pytest.mark.guarantee("UW-1")
def test_every_writing_command_is_one_transaction(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    shelf.offer(MOVIES, MUSIC)
    for words in (
        ("source", "discover", shelf.name),
        ("source", "update", shelf.name, "--name", "Renamed"),
        ("collection", "update", "Movies", "--sync-disable"),
        ("collection", "ingest", "Movies"),
        ("collection", "wipe", "Movies", "--force", "--no-backup"),
        ("source", "delete", "Renamed", "--force", "--no-backup"),
    ):
        assert write_transactions(cli, *words) == ["COMMIT"], words


@pytest.mark.guarantee("UW-2")
def test_what_would_break_a_guarantee_is_not_committed(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    unchecked(
        cli.db,
        "DROP TRIGGER path_mappings_updated",
        "CREATE TRIGGER meddling AFTER UPDATE OF last_ingested_at ON collections"
        " BEGIN UPDATE path_mappings SET local_path = NULL; END",
    )
    before = cli.dump("collections", "path_mappings", "assets")
    run = shelf.ingest("--json")
    assert (run.code, run.json["error"]["code"]) == (1, "guarantee_violated")
    assert run.json["error"]["message"] == "Source ingest failed: it would break a guarantee"
    assert run.json["error"]["detail"][0] == (
        "G-5: collections 1 of collection 'Movies': it is ingestible but a location is not mapped"
    )
    assert cli.dump("collections", "path_mappings", "assets") == before


@pytest.mark.guarantee("UW-4")
def test_no_importer_runs_while_the_write_lock_is_held(cli: Cli, shelf: Shelf) -> None:
    take_it = {"do": _TAKE_THE_LOCK.format(db=str(cli.db))}
    shelf.ready(row("movies", "Alien", take_it))
    assert shelf.ingest().code == 0
    shelf.offer(take_it, MOVIES)
    cli.ok("source", "discover", shelf.name)
    other = shelf.path.rename(cli.home / "other.json")
    cli.ok("source", "update", shelf.name, "--offer", other)
    third = cli.home / "third.json"
    third.write_bytes(other.read_bytes())
    cli.ok("source", "add", "--type", "shelf", "--name", "Third", "--offer", third, "--discover")
    assert cli.rows("SELECT count(*) FROM history WHERE operation = 'Lock'") == [(4,)]


@pytest.mark.guarantee("UW-5")
def test_a_writer_waits_and_then_says_that_it_is_locked(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    with locked_by_another(cli.db):
        run = cli("source", "update", shelf.name, "--name", "X", "--json", env=IN_HASTE)
        assert (run.code, run.json["error"]["code"]) == (1, "locked")
        assert run.json["error"]["message"] == (
            "Source update failed: the database is locked by another process"
        )
        assert [s["name"] for s in cli.json("source", "list")["sources"]] == [shelf.name]
    cli.ok("source", "update", shelf.name, "--name", "X")


@pytest.mark.guarantee("UW-5")
def test_a_writer_for_whom_the_lock_is_free_in_time_writes(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    with locked_by_another(cli.db):
        words = ("source", "update", shelf.name, "--name", "X")
        waiting = subprocess.Popen(
            cli.command(*words), env=cli.environment(), stdout=subprocess.DEVNULL
        )
        while waiting.poll() is None and not _has_open(waiting.pid, cli.db):
            time.sleep(0.01)
        time.sleep(0.5)  # so that it finds the lock held, as a rule
        assert waiting.poll() is None
    assert waiting.wait(PATIENCE) == 0
    assert cli.rows("SELECT name FROM sources") == [("X",)]


def _has_open(pid: int, path: Path) -> bool:
    """https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html"""
    with contextlib.suppress(OSError):  # it closes files, and ends
        return any(file.readlink() == path for file in Path(f"/proc/{pid}/fd").iterdir())
    return False


@pytest.mark.guarantee("UW-6")
def test_a_dry_run_rolls_its_transaction_back(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(MOVIES)
    for words in (
        ("source", "update", shelf.name, "--name", "Renamed"),
        ("collection", "update", "Movies", "--disable"),
        ("collection", "ingest", "Movies"),
    ):
        assert write_transactions(cli, *words, "--dry-run") == ["ROLLBACK"], words


@pytest.mark.guarantee("UW-7")
def test_the_first_write_makes_a_file_for_its_owner_alone(cli: Cli, shelf: Shelf) -> None:
    cli.db = cli.home / "new" / "retrovue.db"
    read = cli("source", "list")
    assert (read.code, read.error) == (1, f"Error: No catalogue at {cli.db}")
    assert not cli.db.parent.exists()
    before = os.umask(0)
    try:
        assert shelf.add().code == 0
    finally:
        os.umask(before)
    assert oct(cli.db.stat().st_mode) == oct(0o100600)
    assert oct(cli.db.parent.stat().st_mode) == oct(0o40700)
    assert cli.rows("PRAGMA journal_mode") == [("wal",)]
    assert cli.rows("PRAGMA application_id") == [(0x52565545,)]


@pytest.mark.guarantee("UW-8")
def test_ctrl_c_keeps_what_was_committed_and_rolls_back_the_rest(cli: Cli, shelf: Shelf) -> None:
    interrupt = {"do": f"import os; os.kill(os.getpid(), {int(signal.SIGINT)})"}
    shelf.ready(MOVIES, row("music", "Blue", interrupt, "Harvest"))
    run = cli.process("source", "ingest", shelf.name)
    assert (run.code, run.out) == (130, "")
    assert run.err.splitlines() == [
        "Error: Source ingest failed: interrupted",
        "  Kept: collections 'Movies'.",
        "  The collection that was being ingested is as it was before.",
        "  Run the same command again to go on.",
    ]
    assert shelf.titles("Movies") == ["Alien", "Brazil"]
    assert shelf.titles("Music") == []


@pytest.mark.guarantee("UW-3", "UW-8")
def test_a_process_killed_in_the_middle_of_a_scan_leaves_what_was_committed(
    cli: Cli, shelf: Shelf
) -> None:
    die = {"do": f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"}
    shelf.ready(MOVIES, row("music", "Blue", die))
    assert cli.process("source", "ingest", shelf.name).code == -signal.SIGKILL
    assert shelf.titles("Movies") == ["Alien", "Brazil"]
    assert shelf.titles("Music") == []
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("UW-9")
@pytest.mark.parametrize("what", ["text", "a database of something else"])
def test_what_is_no_catalogue_is_refused_and_not_touched(cli: Cli, shelf: Shelf, what: str) -> None:
    if what == "text":
        cli.db.write_bytes(b"not a database, but as long as one" * 9)
    else:
        cli.run_sql("CREATE TABLE sources (id INTEGER PRIMARY KEY)")
    content = cli.db.read_bytes()
    for run in (shelf.add("--json"), cli("source", "list", "--json")):
        assert (run.code, run.json["error"]["code"]) == (1, "not_a_catalogue")
    assert cli.db.read_bytes() == content


@pytest.mark.guarantee("UW-9")
def test_processes_that_make_the_file_at_once_all_succeed(cli: Cli, shelf: Shelf) -> None:
    offers = [cli.home / f"offer-{number}.json" for number in range(4)]
    running = []
    for number, offer in enumerate(offers):
        offer.write_bytes(b'[{"external_id": "movies", "name": "Movies"}]')
        words = ("--type", "shelf", "--name", f"Shelf {number}", "--offer", offer, "--discover")
        command = cli.command("source", "add", *words)
        running.append(subprocess.Popen(command, env=cli.environment()))
    assert [process.wait(PATIENCE) for process in running] == [0, 0, 0, 0]
    assert cli.rows("SELECT count(*) FROM sources") == [(4,)]
    assert cli.rows("SELECT count(*) FROM collections") == [(4,)]
    assert cli.json("db", "check")["findings"] == []


@pytest.mark.guarantee("UW-10")
def test_everything_in_a_transaction_bears_one_time(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(*(row(f"films-{number}") for number in range(50)))
    shelf.add("--discover")
    times = cli.rows(
        "SELECT created_at FROM sources UNION SELECT updated_at FROM sources"
        " UNION SELECT created_at FROM collections UNION SELECT created_at FROM path_mappings"
        " UNION SELECT at FROM history"
    )
    assert len(times) == 1
    time.strptime(times[0][0], "%Y-%m-%dT%H:%M:%SZ")
