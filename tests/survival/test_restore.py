"""`db restore`: the undo, whatever state the file is in."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library
from support.survival import check


@pytest.fixture
def backed(ingested: Library) -> Cli:
    """An ingested catalogue in a folder of its own, with a backup from before a wipe."""
    old = ingested.cli
    folder = old.home / "own"
    folder.mkdir()
    shutil.move(old.db, folder / "retrovue.db")
    cli = Cli(old.home, folder / "retrovue.db")
    cli.ok("db", "backup", cli.home / "kept.backup")
    cli.ok("collection", "wipe", "Movies", "--force", "--no-backup")
    return cli


def _require_restored(cli: Cli) -> None:
    kept = Cli(cli.home, cli.home / "kept.backup")
    was, now = kept.dump(), cli.dump()
    *lines, last = now.pop("history")
    assert lines == was.pop("history")
    assert last[2:6] == ("Database restore", None, None, "success")
    assert now == was
    assert cli.db.stat().st_mode & 0o777 == 0o600
    assert list(cli.db.parent.glob(".*")) == []
    check(cli)


def test_restore_brings_back_every_row_and_keeps_a_way_back(backed: Cli) -> None:
    before = backed.dump()
    found = backed.json("db", "restore", backed.home / "kept.backup", "--force")
    _require_restored(backed)
    saved = Path(found["backup"])
    assert saved.name.endswith("-restore.backup")
    assert Cli(backed.home, saved).dump() == before
    (line,) = backed.json("history", "--limit", "1")["history"]
    assert line["detail"] == {"from": str(backed.home / "kept.backup"), "backup": saved.name}
    backed.ok("db", "restore", saved, "--force")
    assert backed.dump("assets") == {"assets": before["assets"]}


def test_restore_where_the_file_is_missing(backed: Cli) -> None:
    shutil.rmtree(backed.db.parent)
    found = backed.json("db", "restore", backed.home / "kept.backup")
    assert found["backup"] is None
    _require_restored(backed)
    assert backed.rows("PRAGMA journal_mode") == [("wal",)]


def test_restore_where_only_the_log_of_the_file_was_left(backed: Cli) -> None:
    """The log of a deleted file is not played into the restored one."""
    with contextlib.closing(sqlite3.connect(backed.db)) as connection:
        connection.execute("UPDATE assets SET title = 'stale'")
        connection.commit()
        stale = Path(f"{backed.db}-wal").read_bytes()
    backed.db.unlink()
    Path(f"{backed.db}-wal").write_bytes(stale)
    backed.ok("db", "restore", backed.home / "kept.backup")
    _require_restored(backed)


def test_restore_where_the_file_is_empty(backed: Cli) -> None:
    backed.db.write_bytes(b"")
    backed.ok("db", "restore", backed.home / "kept.backup")
    _require_restored(backed)


@pytest.mark.parametrize("where", ["header", "schema", "middle", "everywhere", "short"])
def test_restore_where_the_file_is_damaged_keeps_it_as_it_was(backed: Cli, where: str) -> None:
    size = backed.db.stat().st_size
    with backed.db.open("r+b") as file:
        if where == "short":
            file.truncate(size // 2)
        else:
            start, length = {
                "header": (0, 100), "schema": (100, 4000), "middle": (4096 * 3, 4096 * 4),
                "everywhere": (0, size),
            }[where]  # fmt: skip
            file.seek(start)
            file.write(b"\xa5" * length)
    damaged = backed.db.read_bytes()
    found = backed.json("db", "restore", backed.home / "kept.backup", "--force")
    _require_restored(backed)
    saved = Path(found["backup"])
    assert saved.suffix == ".damaged"
    assert saved.read_bytes() == damaged
    assert saved.stat().st_mode & 0o777 == 0o600


def test_restore_with_a_reader_open_that_goes_on_reading(backed: Cli) -> None:
    with contextlib.closing(sqlite3.connect(backed.db, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        count = "SELECT count(*) FROM assets"
        before = reader.execute(count).fetchone()
        backed.ok("db", "restore", backed.home / "kept.backup", "--force")
        assert reader.execute(count).fetchone() == before == (3,)
        reader.execute("COMMIT")
        assert reader.execute(count).fetchone() == (6,)
    _require_restored(backed)


def test_restore_into_a_file_with_pages_of_another_size(backed: Cli) -> None:
    with contextlib.closing(sqlite3.connect(backed.db, isolation_level=None)) as script:
        script.execute("PRAGMA journal_mode = DELETE")
        script.execute("PRAGMA page_size = 8192")
        script.execute("VACUUM")
        script.execute("PRAGMA journal_mode = WAL")
    backed.ok("db", "restore", backed.home / "kept.backup", "--force")
    _require_restored(backed)


def test_restore_of_a_copy_that_somebody_made_by_hand(backed: Cli) -> None:
    kept = Cli(backed.home, backed.home / "kept.backup")
    kept.run_sql("PRAGMA journal_mode = WAL")
    backed.ok("db", "restore", kept.db, "--force")
    _require_restored(backed)


@pytest.mark.parametrize("what", ["text", "another database", "a folder", "nothing", "half of it"])
def test_what_is_no_backup_is_refused_and_the_file_stays(backed: Cli, what: str) -> None:
    wrong = backed.home / "wrong"
    codes = {"nothing": "not_found"}
    if what == "text":
        wrong.write_text("dear diary" * 500)
    elif what == "another database":
        with contextlib.closing(sqlite3.connect(wrong)) as other:
            other.execute("CREATE TABLE bookmarks (url)")
    elif what == "a folder":
        wrong.mkdir()
    elif what == "half of it":
        wrong.write_bytes((backed.home / "kept.backup").read_bytes()[: 4096 * 12])
        codes[what] = "database"
    before = backed.dump()
    run = backed("db", "restore", wrong, "--force", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, codes.get(what, "not_a_catalogue"))
    assert backed.dump() == before
    assert list(backed.db.parent.glob("*.backup")) == []
    assert list(backed.db.parent.glob(".*")) == []


def test_a_newer_backup_is_refused(backed: Cli) -> None:
    kept = Cli(backed.home, backed.home / "kept.backup")
    kept.run_sql("PRAGMA user_version = 99")
    before = backed.dump()
    run = backed("db", "restore", kept.db, "--force", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "newer_file")
    assert backed.dump() == before


def test_a_database_of_another_application_is_not_overwritten(backed: Cli) -> None:
    other = Cli(backed.home, backed.home / "bookmarks.db")
    with contextlib.closing(sqlite3.connect(other.db)) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    before = other.db.read_bytes()
    run = other("db", "restore", backed.home / "kept.backup", "--force", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "not_a_catalogue")
    assert other.db.read_bytes() == before


def test_a_catalogue_is_not_restored_from_itself(backed: Cli) -> None:
    run = backed("db", "restore", backed.db, "--force")
    assert (run.code, run.error) == (1, "Error: A catalogue cannot be restored from itself")
    check(backed)


def test_restore_asks_first(backed: Cli) -> None:
    before = backed.dump()
    run = backed("db", "restore", backed.home / "kept.backup")
    assert (run.code, run.err.splitlines()) == (
        1,
        [
            "Error: Confirmation needed but stdin is not a terminal; nothing changed",
            f"  This replaces {backed.db}; a copy is kept.",
            "  --force goes ahead without the question.",
        ],
    )
    words = ("db", "restore", backed.home / "kept.backup")
    run = backed.on_terminal(*words, answers=[("Type yes", "no\n")])
    assert (run.code, run.out) == (0, "Operation cancelled.\n")
    assert backed.dump() == before
    assert backed.on_terminal(*words, answers=[("Type yes", "yes\n")]).code == 0
    _require_restored(backed)


def test_a_dry_run_of_restore_looks_at_the_backup_and_changes_nothing(backed: Cli) -> None:
    before = backed.dump()
    found = backed.json("db", "restore", backed.home / "kept.backup", "--dry-run")
    assert (found["dry_run"], found["rows"]["assets"]) == (True, 6)
    assert backed.dump() == before
    assert [path.name for path in backed.db.parent.glob("*back*")] == []
    assert backed("db", "restore", backed.home / "nothing", "--dry-run").code == 1


def test_a_backup_of_a_file_that_breaks_a_guarantee_can_be_brought_back(backed: Cli) -> None:
    """The undo of a repair: such a file is not as it should be, but every page of it is."""
    with contextlib.closing(sqlite3.connect(backed.db)) as script, script:
        script.execute("PRAGMA ignore_check_constraints = ON")
        script.execute("UPDATE collections SET enabled = 0")
    broken = backed.dump("collections")
    repaired = backed.json("db", "check", "--repair")
    assert backed.dump("collections") != broken
    backed.ok("db", "restore", repaired["backup"], "--force")
    assert backed.dump("collections") == broken
