"""The backups beside the file: made before what cannot be undone, and kept once that was done."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from support import media
from support.cli import Cli
from support.dying import abort, locked_by_another, unchecked
from support.future import Future
from support.media import Library
from support.survival import calls_of, check, copy_of, interrupted_at, spread

WIPE = ("collection", "wipe", "Movies", "--force")
DESTRUCTIVE = {
    "source delete": ("source", "delete", "Home", "--force"),
    "collection wipe": WIPE,
    "asset purge": ("asset", "purge", "--older-than", "0", "--force"),
    "db check": ("db", "check", "--repair"),
    "db restore": ("db", "restore", "kept.db", "--force"),
}


def _backups(cli: Cli) -> list[str]:
    return sorted(path.name for path in cli.db.parent.glob("retrovue.db.*"))


@pytest.fixture
def full(ingested: Library, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A catalogue with something for each command to do, and as many backups as are kept."""
    cli = ingested.cli
    monkeypatch.chdir(cli.home)
    cli.ok("db", "backup", "kept.db")
    for number in range(5):
        name = f"retrovue.db.2020010{number + 1}T000000Z-collection-wipe.backup"
        (cli.home / name).write_bytes((cli.home / "kept.db").read_bytes())
    cli.run_sql("UPDATE assets SET missing_since = '2001-01-01T00:00:00Z' WHERE title = 'Alpha'")
    unchecked(cli.db, "UPDATE collections SET enabled = 0 WHERE name = 'Music'")
    return cli


@pytest.mark.parametrize("words", DESTRUCTIVE.values(), ids=DESTRUCTIVE)
def test_commands_that_fail_leave_the_backups_that_there_were(
    full: Cli, words: tuple[str, ...]
) -> None:
    before = _backups(full)
    with locked_by_another(full.db):
        for _ in range(2):
            run = full(*words, "--json", env={"RETROVUE_BUSY_TIMEOUT": "0"})
            assert (run.code, run.json["error"]["code"]) == (1, "locked")
    assert [name for name in _backups(full) if not name.endswith(("-wal", "-shm"))] == before


@pytest.mark.parametrize("words", DESTRUCTIVE.values(), ids=DESTRUCTIVE)
def test_a_command_that_was_done_rotates_the_oldest_out(full: Cli, words: tuple[str, ...]) -> None:
    before = _backups(full)
    run = full(*words, "--json")
    assert run.code == 0, run.everything
    made = Path(run.json["backup"]).name
    assert _backups(full) == sorted([*before[1:], made])


def test_a_backup_that_another_command_has_just_made_takes_no_place(full: Cli) -> None:
    """That command may fail yet."""
    others = full.home / "retrovue.db.20990101T000000Z-source-delete.backup"
    others.write_bytes((full.home / "kept.db").read_bytes())
    before = _backups(full)
    made = Path(full.json(*WIPE)["backup"]).name
    assert _backups(full) == sorted([*before[1:], made])


def test_a_transaction_that_is_aborted_leaves_no_backup_of_its_own(full: Cli) -> None:
    before = _backups(full)
    abort(full, "DELETE", "asset_files")
    for words in (DESTRUCTIVE["source delete"], WIPE):
        assert full(*words).code == 1
    assert _backups(full) == before


def test_a_backup_that_cannot_be_rotated_out_fails_no_command(full: Cli) -> None:
    stuck = full.home / "retrovue.db.20190101T000000Z-repair.backup"
    stuck.mkdir()
    assert full(*WIPE).code == 0
    assert stuck.is_dir()


def test_a_migration_that_fails_leaves_the_backups_that_there_were(full: Cli) -> None:
    cli = full
    cli.run_sql("UPDATE collections SET enabled = 1 WHERE name = 'Music'")
    before = _backups(cli)
    failing = Future(cli, "ALTER TABLE nothing ADD COLUMN more;")
    assert failing("source", "list").code == 1
    assert _backups(cli) == before


@pytest.mark.parametrize(
    "words",
    [
        ("collection", "wipe", "Movies", "--force"),
        ("asset", "purge", "--older-than", "0", "--force"),
        ("db", "check", "--repair"),
        ("collection", "wipe", "Movies", "--dry-run"),
        ("source", "delete", "Home", "--dry-run"),
    ],
)
def test_a_command_that_changed_nothing_leaves_no_backup(
    library: Library, words: tuple[str, ...]
) -> None:
    cli = library.cli
    before = cli.dump()
    found = cli.json(*words)
    assert found.get("backup") is None
    assert "Undo" not in cli.ok(*words).out
    assert {**cli.dump(), "history": 0} == {**before, "history": 0}
    assert _backups(cli) == []


@pytest.mark.parametrize("name", ["source delete", "collection wipe", "asset purge", "db restore"])
def test_a_cancelled_command_leaves_no_backup(full: Cli, name: str) -> None:
    before = _backups(full)
    words = [word for word in DESTRUCTIVE[name] if word != "--force"]
    run = full.on_terminal(*words, answers=[("Type yes", "no\n")])
    assert (run.code, run.out) == (0, "Operation cancelled.\n")
    assert _backups(full) == before


def test_interrupted_wherever_it_stands_a_wipe_leaves_a_backup_only_with_the_wipe(
    ingested: Library,
) -> None:
    cli = ingested.cli
    ends = set()
    for number in spread(calls_of(copy_of(cli, "count"), *WIPE), 12):
        for behind in (False, True):
            victim = copy_of(cli, f"at-{number}-{behind}")
            interrupted_at(number, victim, *WIPE, behind=behind)
            wiped = len(victim.dump("assets")["assets"]) < 6
            ends.add(wiped)
            assert [name.endswith("-wipe.backup") for name in _backups(victim)] == [True] * wiped
            check(victim)
    assert ends == {False, True}


def test_interrupted_wherever_it_stands_a_restore_can_be_undone(ingested: Library) -> None:
    cli = ingested.cli
    cli.ok("db", "backup", cli.home / "kept.db")
    cli.ok(*WIPE, "--no-backup")
    words = ("db", "restore", cli.home / "kept.db", "--force")
    for number in spread(calls_of(copy_of(cli, "count"), *words), 8):
        for behind in (False, True):
            victim = copy_of(cli, f"at-{number}-{behind}")
            interrupted_at(number, victim, *words, behind=behind)
            restored = len(victim.dump("assets")["assets"]) == 6
            assert not restored or [n.endswith("-restore.backup") for n in _backups(victim)] == [
                True
            ]
            check(victim)


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal", "-WAL"])
@pytest.mark.parametrize("way", ["absolute", "relative", "link to it", "by a linked folder"])
@pytest.mark.parametrize("live", [True, False])
def test_names_that_sqlite_keeps_beside_the_catalogue_are_refused(
    ingested: Library, monkeypatch: pytest.MonkeyPatch, suffix: str, way: str, live: bool
) -> None:
    cli = ingested.cli
    monkeypatch.chdir(cli.home)
    name = cli.db.name + suffix
    target: Path | str = cli.home / name
    if way == "relative":
        target = f"./{name}"
    elif way == "link to it":
        target = cli.home / "harmless.db"
        target.symlink_to(cli.home / name)
    elif way == "by a linked folder":
        (cli.home / "linked").symlink_to(cli.home)
        target = cli.home / "linked" / name
    before = cli.dump()
    with contextlib.closing(sqlite3.connect(cli.db)) as other:
        if live:  # a writer whose log is all that holds its row
            other.execute("UPDATE assets SET title = 'Omega' WHERE title = 'Alpha'")
            other.commit()
        for extra in ((), ("--force",), ("--force", "--without-secrets")):
            run = cli("db", "backup", target, *extra, "--json")
            assert (run.code, run.json["error"]["code"]) == (1, "usage"), run.everything
    assert (cli.dump() == before) is not live
    assert ("Omega" in str(cli.dump("assets"))) is live
    check(cli)


def test_names_beside_what_a_linked_catalogue_really_is_are_refused(ingested: Library) -> None:
    cli = ingested.cli
    linked = Cli(cli.home, cli.home / "linked.db")
    linked.db.symlink_to(cli.db)
    for name in ("retrovue.db-wal", "linked.db-wal", "retrovue.db", "linked.db"):
        run = linked("db", "backup", cli.home / name, "--force")
        assert run.code == 1, name
    check(cli)


def test_a_backup_is_refused_where_the_catalogue_would_be_kept_beside_it(
    ingested: Library,
) -> None:
    """What SQLite keeps beside the name of a backup is deleted, so it is no place for this."""
    cli = ingested.cli
    odd = Cli(cli.home, cli.home / "films-journal")
    cli.db.rename(odd.db)
    run = odd("db", "backup", cli.home / "films", "--force")
    assert run.error.endswith("films is a name that is kept for what lies beside the catalogue")
    assert run.code == 1
    check(odd)


@pytest.mark.parametrize("suffix", ["-wal", "-journal", "-Shm"])
def test_names_beside_the_database_of_another_are_refused(ingested: Library, suffix: str) -> None:
    """Whoever opens that database next would delete the backup, or take it for a log."""
    cli = ingested.cli
    (cli.home / "bookmarks.db").write_bytes(b"")
    target = cli.home / f"bookmarks.db{suffix}"
    for force in ((), ("--force",)):
        run = cli("db", "backup", target, *force, "--json")
        assert (run.code, run.json["error"]["code"]) == (1, "usage")
        assert not target.exists()
    cli.ok("db", "backup", cli.home / f"free{suffix}")


def test_a_hard_link_to_the_catalogue_is_no_target(ingested: Library) -> None:
    cli = ingested.cli
    os.link(cli.db, cli.home / "twin.db")
    run = cli("db", "backup", cli.home / "twin.db", "--force")
    assert (run.code, run.error) == (1, f"Error: {cli.home / 'twin.db'} is the catalogue itself")
    check(cli)


def test_names_of_what_is_unfinished_are_refused(ingested: Library) -> None:
    cli = ingested.cli
    target = cli.home / ".retrovue.db.7-abc.unfinished"
    assert cli("db", "backup", target).code == 1
    assert not target.exists()


def test_what_lies_beside_the_target_goes_only_by_force(ingested: Library) -> None:
    cli = ingested.cli
    diary = cli.home / "notes-journal"
    diary.write_text("dear diary")
    run = cli("db", "backup", cli.home / "notes")
    assert (run.code, run.error) == (1, f"Error: {diary} already exists")
    assert diary.read_text() == "dear diary"
    assert not (cli.home / "notes").exists()


def test_a_device_is_no_target(ingested: Library) -> None:
    cli = ingested.cli
    os.mkfifo(cli.home / "pipe")
    run = cli("db", "backup", cli.home / "pipe", "--force")
    assert (run.code, run.error) == (1, f"Error: {cli.home / 'pipe'} is not a regular file")
    assert (cli.home / "pipe").is_fifo()


def test_a_backup_by_a_link_is_where_the_link_leads(ingested: Library) -> None:
    cli = ingested.cli
    (cli.home / "disk").mkdir()
    link = cli.home / "copy.db"
    link.symlink_to(cli.home / "disk" / "copy.db")
    cli.ok("db", "backup", link)
    assert link.is_symlink()
    check(Cli(cli.home, cli.home / "disk" / "copy.db"))
    cli.ok("db", "backup", link, "--force")
    assert link.is_symlink()
    assert list((cli.home / "disk").iterdir()) == [cli.home / "disk" / "copy.db"]


def test_a_backup_to_a_folder_that_is_not_there_says_so(ingested: Library) -> None:
    cli = ingested.cli
    run = cli("db", "backup", cli.home / "gone" / "copy.db")
    assert run.code == 1
    assert run.error == f"Error: Database backup failed: {cli.home / 'gone'}: No such file or" + (
        " directory"
    )


# -- the list, the default name, the mode ----------------------------------------------------------


def test_a_backup_without_a_name_gets_one_that_no_other_has(ingested: Library) -> None:
    cli = ingested.cli
    made = [Path(cli.json("db", "backup")["path"]) for _ in range(3)]
    made.append(Path(cli.json("db", "backup", "--without-secrets")["path"]))
    assert len(set(made)) == 4
    for path in made:
        assert path.parent == cli.home
        assert path.stat().st_mode & 0o777 == 0o600
        check(Cli(cli.home, path))
    for _ in range(6):
        media.write(ingested.root, "Movies/Alpha (1991)/Alpha (1991).mkv", text=str(_))
        assert cli("source", "ingest", "Home").code == 0
        cli.ok(*WIPE)
    assert all(path.exists() for path in made), "nobody deletes what was made by hand"


def test_backups_are_listed_with_what_they_undo(ingested: Library) -> None:
    cli = ingested.cli
    assert cli.json("db", "backup", "--list")["backups"] == []
    wiped = Path(cli.json(*WIPE)["backup"])
    by_hand = Path(cli.json("db", "backup")["path"])
    deleted = Path(cli.json("source", "delete", "Home", "--force")["backup"])
    (cli.home / "retrovue.db.of-mine.backup").write_text("mine")
    times = (3_000_000_000, 3_000_000_001, 3_000_000_002)
    for path, time in zip((wiped, by_hand, deleted), times, strict=True):
        os.utime(path, (time, time))  # made within one second
    listed = cli.json("db", "backup", "--list")
    assert listed["path"] == str(cli.db)
    found = {Path(line["path"]): line for line in listed["backups"]}
    assert {path: (line["purpose"], line["automatic"]) for path, line in found.items()} == {
        deleted: ("Source delete", True),
        by_hand: ("by hand", False),
        wiped: ("Collection wipe", True),
    }
    assert all(line["bytes"] == path.stat().st_size for path, line in found.items())
    assert all(len(line["made_at"]) == len("2026-01-01T00:00:00Z") for line in found.values())
    lines = cli.ok("db", "backup", "--list").out.splitlines()
    assert [line.split()[-1] for line in lines[1:4]] == [str(path) for path in found]
    assert lines[4] == (
        f"Bring back the newest: retrovue --db {cli.db} db restore {next(iter(found))}"
    )


def test_backups_are_listed_where_the_catalogue_is_gone(ingested: Library) -> None:
    cli = ingested.cli
    cli.ok(*WIPE)
    cli.db.unlink()
    assert len(cli.json("db", "backup", "--list")["backups"]) == 1
    nothing = Cli(cli.home, cli.home / "elsewhere" / "retrovue.db")
    run = nothing("db", "backup", "--list")
    assert (run.code, run.error) == (1, f"Error: No catalogue at {nothing.db}")


@pytest.mark.parametrize("words", [("copy.db",), ("--force",), ("--without-secrets",)])
def test_a_list_makes_no_backup(ingested: Library, words: tuple[str, ...]) -> None:
    run = ingested.cli("db", "backup", "--list", *words, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "usage")


def test_copies_of_a_file_that_others_may_read_are_for_its_owner_alone(ingested: Library) -> None:
    cli = ingested.cli
    cli.db.chmod(0o644)
    mask = os.umask(0)
    try:
        made = [Path(cli.json(*WIPE)["backup"]), cli.home / "copy.db", cli.home / "over.db"]
        cli.ok("db", "backup", made[1])
        made[2].write_text("mine")
        made[2].chmod(0o644)
        cli.ok("db", "backup", made[2], "--force")
        cli.db.write_bytes(b"\xa5" * 4096 * 20)
        made.append(Path(cli.json("db", "restore", made[1], "--force")["backup"]))
    finally:
        os.umask(mask)
    assert made[3].suffix == ".damaged"
    assert [path.stat().st_mode & 0o777 for path in made] == [0o600] * 4
    assert cli.db.stat().st_mode & 0o777 == 0o600


# -- over what a backup is not restored ------------------------------------------------------------


def test_a_backup_is_not_restored_over_a_newer_file(ingested: Library) -> None:
    cli = ingested.cli
    cli.ok("db", "backup", cli.home / "kept.db")
    cli.run_sql("PRAGMA user_version = 99")
    before = cli.dump()
    for words in ((), ("--dry-run",)):
        run = cli("db", "restore", cli.home / "kept.db", "--force", *words, "--json")
        assert (run.code, run.json["error"]["code"]) == (1, "newer_file")
    assert cli.dump() == before
    assert cli.rows("PRAGMA user_version") == [(99,)]
    assert _backups(cli) == []


@pytest.mark.parametrize(
    "content", [b"dear diary\n" * 500, "Liebes Tagebuch, schön\n".encode() * 128, b"\xff\xd8" * 999]
)
def test_a_file_that_was_never_a_database_is_not_overwritten(
    ingested: Library, content: bytes
) -> None:
    cli = ingested.cli
    cli.ok("db", "backup", cli.home / "kept.db")
    other = Cli(cli.home, cli.home / "diary")
    other.db.write_bytes(content)
    run = other("db", "restore", cli.home / "kept.db", "--force", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "not_a_catalogue")
    assert other.db.read_bytes() == content
    assert list(cli.home.glob("diary*")) == [other.db]


def test_no_backup_where_one_is_looked_for_names_the_newest(ingested: Library) -> None:
    cli = ingested.cli
    saved = cli.json(*WIPE)["backup"]
    run = cli("db", "restore", cli.home / "nothing", "--force")
    assert run.err.splitlines() == [
        f"Error: No backup at {cli.home / 'nothing'}",
        f"  The newest beside the catalogue: retrovue --db {cli.db} db restore {saved}",
    ]
