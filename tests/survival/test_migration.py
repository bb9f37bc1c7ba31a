"""A migration that is killed, runs out of disk, or is begun by several processes at once."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
from collections.abc import Callable

from retrovue.catalogue.connection import APPLICATION_ID, SCHEMA_VERSION
from support.cli import Cli
from support.dying import forked
from support.future import Future
from support.media import Library
from support.populated import FIXTURES
from support.survival import THOROUGH, at_every_statement, check, copy_of, spread


def _version(cli: Cli) -> int:
    return int(cli.rows("PRAGMA user_version")[0][0])


def _count(future: Future, cli: Cli) -> int:
    log = cli.home / "count"

    def counting() -> None:
        at_every_statement(lambda number: log.write_text(str(number)))

    run = future("source", "list", prepare=counting, db=cli.db)
    assert run.code == 0, run.everything
    return int(log.read_text())


def test_kill_during_migration_leaves_the_old_file_or_the_new(ingested: Library) -> None:
    cli = ingested.cli
    future = Future(cli)
    before = cli.dump()
    count = _count(future, copy_of(cli, "after"))
    versions = set()
    for number in spread(count, 200 if THOROUGH else 16):
        victim = copy_of(cli, f"killed-{number}")

        def kill(reached: int, number: int = number) -> None:
            if reached == number:
                os.kill(os.getpid(), signal.SIGKILL)

        run = future("source", "list", prepare=lambda: at_every_statement(kill), db=victim.db)
        assert run.code == -signal.SIGKILL
        version = _version(victim)
        versions.add(version)
        backups = list(victim.db.parent.glob("*-migration.backup"))
        if version == SCHEMA_VERSION:
            check(victim)
            assert victim.dump() == before
        else:
            assert future("db", "check", db=victim.db).code == 0
            (backup,) = backups
            assert Cli(cli.home, backup).dump() == before
        for backup in backups:
            check(Cli(cli.home, backup))
    assert versions == {SCHEMA_VERSION, SCHEMA_VERSION + 1}


def test_migration_keeps_every_row_and_leaves_a_backup_and_a_line_of_history(
    ingested: Library,
) -> None:
    cli = ingested.cli
    before = cli.dump()
    future = Future(cli)
    assert future("source", "list").code == 0
    assert _version(cli) == SCHEMA_VERSION + 1
    (backup,) = cli.home.glob("*.backup")
    assert backup.name.endswith("-migration.backup")
    assert Cli(cli.home, backup).dump() == before
    after = {
        table: [row[: len(before[table][0])] for row in rows]
        for table, rows in cli.dump().items()
        if before[table]
    }
    *history, line = after.pop("history")
    assert history == before["history"]
    assert line[2:6] == ("Database migration", None, None, "success")
    assert f'"backup": "{backup.name}"' in line[6]
    assert after == {table: rows for table, rows in before.items() if rows and table != "history"}


def test_a_migration_that_fails_changes_nothing(ingested: Library) -> None:
    cli = ingested.cli
    before = cli.dump()
    future = Future(cli, "CREATE TABLE ratings (id INTEGER); CREATE TABLE assets (id INTEGER);")
    run = future("source", "list", "--json")
    assert run.code == 1
    assert run.json["error"]["code"] == "database"
    assert run.json["error"]["message"] == (
        "Database migration failed: table assets already exists"
    )
    assert (_version(cli), cli.dump()) == (SCHEMA_VERSION, before)
    assert cli.rows("SELECT count(*) FROM sqlite_master WHERE name = 'ratings'") == [(0,)]


def test_a_migration_without_room_for_its_backup_changes_nothing(ingested: Library) -> None:
    cli = ingested.cli
    before = cli.dump()

    def limit() -> None:
        plain = sqlite3.connect

        def limited(target: str, *arguments: object, **more: object) -> sqlite3.Connection:
            connection = plain(target, *arguments, **more)  # type: ignore[call-overload]
            if "unfinished" in target:
                connection.execute("PRAGMA max_page_count = 5")
            return connection  # type: ignore[no-any-return]

        sqlite3.connect = limited  # type: ignore[assignment]

    run = Future(cli)("source", "list", prepare=limit)
    assert (run.code, run.error) == (
        1, "Error: Database migration failed: database or disk is full",
    )  # fmt: skip
    assert (_version(cli), cli.dump(), list(cli.home.glob("*.backup"))) == (
        SCHEMA_VERSION,
        before,
        [],
    )


def test_processes_that_migrate_at_once_make_one_backup(ingested: Library) -> None:
    import multiprocessing

    cli = ingested.cli
    before = cli.dump()
    future = Future(cli)
    context = multiprocessing.get_context("fork")
    start = context.Barrier(6)
    ended = context.SimpleQueue()

    def one() -> None:
        ended.put(future("source", "list", prepare=start.wait).code)

    processes = [context.Process(target=one) for _ in range(6)]
    for process in processes:
        process.start()
    codes = [ended.get() for _ in processes]
    for process in processes:
        process.join()
    assert codes == [0] * 6
    (backup,) = cli.home.glob("*.backup")
    assert Cli(cli.home, backup).dump() == before
    assert _version(cli) == SCHEMA_VERSION + 1


def test_a_backup_of_an_older_version_is_restored_and_brought_to_this_one(
    ingested: Library,
) -> None:
    cli = ingested.cli
    before = cli.dump("sources", "collections", "path_mappings", "asset_files")
    cli.ok("db", "backup", cli.home / "old.backup")
    future = Future(cli)
    assert future("source", "delete", "Home", "--force").code == 0
    run = future("db", "restore", cli.home / "old.backup", "--force")
    assert run.code == 0, run.everything
    assert _version(cli) == SCHEMA_VERSION + 1
    assert cli.dump("sources", "collections", "path_mappings", "asset_files") == before
    assert future("db", "check").code == 0


def test_the_backup_before_a_migration_brings_a_newer_file_back(ingested: Library) -> None:
    """The way back to an earlier release: its `db restore`, once the newer file is out of the way,
    which the earlier release does not touch."""
    cli = ingested.cli
    before = cli.dump("sources", "collections", "assets")
    assert Future(cli)("source", "delete", "Home", "--force").code == 0
    run = cli("source", "list", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "newer_file")
    (backup,) = cli.home.glob("*-migration.backup")
    assert cli("db", "restore", backup, "--force").code == 1
    cli.db.rename(cli.home / "newer.db")
    cli.ok("db", "restore", backup)
    assert cli.dump("sources", "collections", "assets") == before
    check(cli)


def _old(cli: Cli, name: str) -> Cli:
    """A file of version 1 with values that today's forms refuse."""
    victim = Cli(cli.home, cli.home / name / "retrovue.db")
    victim.db.parent.mkdir()
    with contextlib.closing(sqlite3.connect(victim.db)) as connection:
        connection.executescript((FIXTURES / "v1.sql").read_text(encoding="utf-8"))
        connection.execute("PRAGMA user_version = 1")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        with connection:
            connection.execute("UPDATE assets SET released_on = 'soon' WHERE id < 4")
            connection.execute(
                "INSERT INTO history (id, operation, status) VALUES (1 << 62, 'x', 'y')"
            )
    return victim


def _listed(victim: Cli, act: Callable[[int], object]) -> int:
    """List sources, which migrates, in a process of its own that acts at every statement."""
    status, _ = forked(lambda: at_every_statement(act), victim, "source", "list")
    return os.waitstatus_to_exitcode(status)


def test_kill_while_odd_values_are_mended_leaves_the_old_file_or_the_new(cli: Cli) -> None:
    log = cli.home / "count"
    _old(cli, "warm").ok("source", "list")  # what this process keeps of the schema is not counted
    check(Cli(cli.home, cli.home / "warm" / "retrovue.db"))
    assert _listed(_old(cli, "whole"), lambda number: log.write_text(str(number))) == 0
    versions = set()
    for number in spread(int(log.read_text()), 200 if THOROUGH else 16):
        victim = _old(cli, f"killed-{number}")
        before = victim.dump()

        def kill(reached: int, number: int = number) -> None:
            if reached == number:
                os.kill(os.getpid(), signal.SIGKILL)

        assert _listed(victim, kill) == -signal.SIGKILL
        versions.add(_version(victim))
        if _version(victim) == 1:
            assert victim.dump() == before
            victim.ok("source", "list")
        check(victim)
        assert victim.rows("SELECT count(released_on), max(id) FROM assets") == [(0, 6)]
    assert versions == {1, SCHEMA_VERSION}
