"""SIGKILL at any statement, and at any time: each collection is wholly before or wholly after."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support import media
from support.cli import Cli
from support.media import Library
from support.survival import (
    THOROUGH,
    check,
    collections_of,
    copy_of,
    history_of,
    killed_at,
    require_before_or_after,
    spread,
    statements_of,
)


def _killed_everywhere(cli: Cli, *words: object, points: int = 0) -> None:
    """Kill the command at many of its statements, each time on a copy of the catalogue; and once
    more behind the last of them, where it has done all."""
    after = copy_of(cli, "after")
    count = statements_of(after, *words)
    for number in [*spread(count, points), count + 1]:
        victim = copy_of(cli, f"killed-{number}")
        assert killed_at(number, victim, *words) == (number <= count)
        require_before_or_after(victim, cli, after)
        _require_history_to_fit(victim, cli, after)
        _require_sound_backups(victim)


def _require_history_to_fit(now: Cli, before: Cli, after: Cli) -> None:
    """What is after has its line of history, what is before has none."""
    new = history_of(now)[len(history_of(before)) :]
    was, shall, found = map(collections_of, (before, after, now))
    done = {row[2] for row in new if row[3] == "success"}
    for name in found:
        if was.get(name) != shall.get(name) and done - {None}:
            assert (found[name] == shall[name]) == (name in done), f"{name}: {new}"


def _require_sound_backups(cli: Cli) -> None:
    for backup in cli.db.parent.glob("*.backup"):
        check(Cli(cli.home, backup))


def test_kill_during_first_ingest(library: Library) -> None:
    _killed_everywhere(library.cli, "source", "ingest", "Home")


def test_kill_during_ingest_of_changes(changed: Library) -> None:
    _killed_everywhere(changed.cli, "source", "ingest", "Home")


def test_kill_during_collection_ingest(changed: Library) -> None:
    _killed_everywhere(changed.cli, "collection", "ingest", "Movies")


def test_kill_during_discover(ingested: Library) -> None:
    (ingested.root / "Music").rename(ingested.root / "Audio")
    media.write(ingested.root, "Photos/2001/one.jpg")
    _killed_everywhere(ingested.cli, "source", "discover", "Home")


def test_kill_during_source_delete(ingested: Library) -> None:
    _killed_everywhere(ingested.cli, "source", "delete", "Home", "--force")


def test_kill_during_collection_wipe(ingested: Library) -> None:
    _killed_everywhere(ingested.cli, "collection", "wipe", "Movies", "--force")


def test_kill_during_collection_update(ingested: Library) -> None:
    folder = ingested.root / "Music"
    words = ("--map", ingested.root / "Movies", folder, "--sync-disable")
    _killed_everywhere(ingested.cli, "collection", "update", "Movies", *words)


def test_kill_during_source_update(ingested: Library) -> None:
    words = ("--name", "House", "--map", ingested.root, ingested.root.parent / "media")
    _killed_everywhere(ingested.cli, "source", "update", "Home", *words)


def test_kill_during_asset_purge(changed: Library) -> None:
    changed.stats()
    changed.cli.run_sql("UPDATE assets SET missing_since = '2001-01-01T00:00:00Z'"
                        " WHERE missing_since IS NOT NULL")  # fmt: skip
    _killed_everywhere(changed.cli, "asset", "purge", "--older-than", "1", "--force")


def test_kill_during_restore(ingested: Library) -> None:
    backup = ingested.cli.home / "kept.backup"
    ingested.cli.ok("db", "backup", backup)
    ingested.cli.ok("collection", "wipe", "Movies", "--force", "--no-backup")
    ingested.cli.ok("source", "update", "Home", "--name", "House")
    _killed_everywhere(ingested.cli, "db", "restore", backup, "--force")


def test_kill_during_repair(ingested: Library) -> None:
    cli = ingested.cli
    cli.run_sql("DROP TRIGGER path_mappings_deleted")
    cli.run_sql("DELETE FROM path_mappings WHERE collection_id = (SELECT id FROM collections"
                " WHERE name = 'Empty')")  # fmt: skip
    cli.run_sql("DROP VIEW media")
    after = copy_of(cli, "after")
    words = ("db", "check", "--repair")
    count = statements_of(after, *words)
    check(after)
    for number in spread(count):
        victim = copy_of(cli, f"killed-{number}")
        assert killed_at(number, victim, *words)
        assert collections_of(victim) == collections_of(cli)
        repaired = victim.rows("SELECT 1 FROM history WHERE operation = 'Database repair'")
        assert victim("db", "check").code == (0 if repaired else 1)
        assert victim("db", "check", "--repair").code == 0
        check(victim)


def test_kill_during_first_source_add_leaves_no_file_or_a_sound_one(
    cli: Cli, tmp_path: Path, root: Path
) -> None:
    media.write(root, "Movies/A (1990)/A (1990).mkv", "Music/B/C/01.flac")
    words = ("source", "add", "--type", "filesystem", "--name", "Home", "--base-path", root,
             "--discover")  # fmt: skip
    after = Cli(tmp_path, tmp_path / "after" / "retrovue.db")
    count = statements_of(after, *words)
    for number in spread(count, 0 if THOROUGH else 30):
        victim = Cli(tmp_path, tmp_path / f"killed-{number}" / "retrovue.db")
        assert killed_at(number, victim, *words)
        if victim.db.exists():
            check(victim)
            assert collections_of(victim) in ({}, collections_of(after))
        assert victim("source", "list").code == (0 if victim.db.exists() else 1)


def test_after_a_kill_the_same_command_succeeds(library: Library) -> None:
    words = ("source", "ingest", "Home")
    after = copy_of(library.cli, "after")
    count = statements_of(after, *words)
    for number in spread(count, 5):
        victim = copy_of(library.cli, f"killed-{number}")
        assert killed_at(number, victim, *words)
        victim.ok(*words)
        assert len(victim.rows("SELECT 1 FROM assets")) == 6
        check(victim)


def test_what_a_killed_backup_left_is_no_backup(ingested: Library) -> None:
    """Unfinished copies have names that nothing takes for a backup, and go after a day."""
    cli = ingested.cli
    words = ("source", "delete", "Home", "--force")
    count = statements_of(copy_of(cli, "after"), *words)
    left: list[Path] = []
    for number in spread(count, 12):
        victim = copy_of(cli, f"killed-{number}")
        assert killed_at(number, victim, *words)
        left += victim.db.parent.glob("*.unfinished*")
        left += victim.db.parent.glob(".*.unfinished*")
    assert left
    for path in left:
        os.utime(path, (media.LONG_AGO, media.LONG_AGO))
        assert path.stat().st_mode & 0o777 == 0o600
    victim = Cli(cli.home, left[0].parent / cli.db.name)
    victim.ok("collection", "wipe", "Music", "--force")
    assert not [path for path in left if path.parent == victim.db.parent and path.exists()]


@pytest.mark.parametrize("seed", range(40 if THOROUGH else 3))
def test_kill_at_a_random_time(changed: Library, seed: int) -> None:
    cli = changed.cli
    media.write(changed.root, *media.films(150))
    media.settle(changed.root)
    words = ("source", "ingest", "Home")
    after = copy_of(cli, "after")
    began = time.monotonic()
    assert after.process(*words).code == 0
    took = time.monotonic() - began
    moments = random.Random(seed)
    for number in range(3):
        victim = copy_of(cli, f"killed-{number}")
        with subprocess.Popen(
            victim.command(*words),
            env=victim.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            time.sleep(moments.uniform(took * 0.4, took))
            process.send_signal(signal.SIGKILL)
            assert process.wait() in (0, -signal.SIGKILL)
        require_before_or_after(victim, cli, after)
