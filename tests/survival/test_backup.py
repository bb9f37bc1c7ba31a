"""`db backup`: verified, never over anything by accident, and without secrets where asked."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from pathlib import Path

import pytest

from support import plugins
from support.cli import Cli
from support.media import LONG_AGO, Library
from support.survival import check, copy_of

TOKEN = "s3cr3t-Token/of+the=server"
OLD_TOKEN = "0ld-Tok3n-of-a-deleted-source"


def test_a_backup_is_the_file_and_says_how_much_it_holds(ingested: Library) -> None:
    cli = ingested.cli
    found = cli.json("db", "backup", cli.home / "kept.backup")
    copy = Cli(cli.home, cli.home / "kept.backup")
    assert copy.dump() == cli.dump()
    rows = {table: len(lines) for table, lines in cli.dump().items()}
    assert {name: found["rows"][name] for name in rows} == rows
    assert found["bytes"] == copy.db.stat().st_size
    assert copy.db.stat().st_mode & 0o777 == 0o600
    check(copy)
    assert sorted(path.name for path in cli.home.glob("kept*")) == ["kept.backup"]


def test_a_backup_goes_over_nothing_without_force(ingested: Library) -> None:
    cli = ingested.cli
    target = cli.home / "kept.backup"
    target.write_text("mine")
    run = cli("db", "backup", target, "--json")
    assert (run.code, run.json["error"]) == (
        1,
        {
            "code": "usage",
            "message": f"{target} already exists",
            "detail": ["--force replaces it."],
        },
    )
    assert target.read_text() == "mine"
    cli.ok("db", "backup", target, "--force")
    check(Cli(cli.home, target))


def test_a_backup_is_neither_the_catalogue_nor_a_folder(ingested: Library) -> None:
    cli = ingested.cli
    run = cli("db", "backup", cli.db, "--force")
    assert (run.code, run.error) == (1, f"Error: {cli.db} is the catalogue itself")
    run = cli("db", "backup", cli.home, "--force")
    assert (run.code, run.error) == (
        1, f"Error: {cli.home} is a folder; give the name of a file in it",
    )  # fmt: skip
    check(cli)


def test_a_backup_over_a_live_database_takes_none_of_its_log(ingested: Library) -> None:
    """What SQLite kept beside the replaced file would be played into the copy."""
    cli = ingested.cli
    other = copy_of(cli, "other")
    with contextlib.closing(sqlite3.connect(other.db)) as connection:
        connection.execute("UPDATE assets SET title = 'of the other'")
        connection.commit()
        assert Path(f"{other.db}-wal").stat().st_size > 0
        cli.ok("db", "backup", other.db, "--force")
    assert other.dump() == cli.dump()
    check(other)


def test_a_backup_to_a_disk_without_links_goes_over_nothing_either(
    ingested: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on exFAT: the operating system refuses links."""
    cli = ingested.cli

    def refused(*paths: object, **more: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    target = cli.home / "kept.backup"
    cli.ok("db", "backup", target)
    check(Cli(cli.home, target))
    assert cli("db", "backup", target).error == f"Error: {target} already exists"
    fresh = Cli(cli.home, cli.home / "fresh" / "retrovue.db")
    fresh.ok("source", "add", "--type", "filesystem", "--name", "X", "--base-path", cli.home)
    check(fresh)
    fresh.db.unlink()
    fresh.ok("db", "restore", target)
    check(fresh)


@pytest.mark.parametrize(
    "words",
    [
        ("source", "delete", "Home", "--force"),
        ("collection", "wipe", "Movies", "--force"),
        ("asset", "purge", "--older-than", "1", "--force"),
    ],
)
def test_a_destructive_command_makes_a_backup_which_is_the_undo(
    ingested: Library, words: tuple[str, ...]
) -> None:
    cli = ingested.cli
    cli.run_sql("UPDATE assets SET missing_since = '2001-01-01T00:00:00Z' WHERE title = 'Alpha'")
    before = cli.dump()
    found = cli.json(*words)
    assert cli.dump()["assets"] != before["assets"]
    backup = Path(found["backup"])
    assert backup.parent == cli.home
    assert backup.name.endswith(f"-{words[0]}-{words[1]}.backup")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert Cli(cli.home, backup).dump() == before
    cli.ok("db", "restore", backup, "--force")
    after = cli.dump()
    assert after["history"][:-1] == before["history"]
    assert {**after, "history": None} == {**before, "history": None}
    check(cli)


def test_no_backup_and_dry_run_make_none(ingested: Library) -> None:
    cli = ingested.cli
    cli.ok("collection", "wipe", "Movies", "--dry-run")
    cli.ok("collection", "wipe", "Movies", "--force", "--no-backup")
    cli.ok("source", "delete", "Home", "--force", "--no-backup")
    assert list(cli.home.glob("*.backup")) == []


def test_the_newest_five_are_kept_and_nothing_else_is_deleted(ingested: Library) -> None:
    cli = ingested.cli
    mine = [cli.home / "retrovue.db.2024.backup", cli.home / "retrovue.db.backup",
            cli.home / "retrovue.db.before-the-move.backup",
            cli.home / "other.db.20200101T000000Z-source-delete.backup"]  # fmt: skip
    for path in mine:
        path.write_text("mine")
        os.utime(path, (LONG_AGO, LONG_AGO))
    made = []
    for number in range(7):
        cli.ok("source", "ingest", "Home")
        made.append(Path(cli.json("collection", "wipe", "Movies", "--force")["backup"]))
        os.utime(made[-1], (LONG_AGO - number, LONG_AGO - number))  # a copied folder has any times
    kept = list(cli.home.glob("retrovue.db.*-collection-wipe*.backup"))
    assert len(kept) == 5
    assert made[-1] in kept
    assert all(path.read_text() == "mine" for path in mine)


def test_restoring_the_oldest_backup_does_not_delete_it(ingested: Library) -> None:
    cli = ingested.cli
    before = cli.dump("assets")
    oldest = Path(cli.json("collection", "wipe", "Movies", "--force")["backup"])
    for _ in range(4):
        cli.ok("source", "ingest", "Home")
        cli.ok("collection", "wipe", "Movies", "--force")
    cli.ok("db", "restore", oldest, "--force")
    assert oldest.exists()
    assert cli.dump("assets") == before


# -- without secrets ------------------------------------------------------------------------------


@pytest.fixture
def with_tokens(cli: Cli) -> Cli:
    """A source with a token, one with a reference, and the free pages of a deleted one."""
    plugins.importer(
        cli.site,
        "guarded",
        """
        options = (Option("place", "where"), Option("token", "the token", secret=True))
        def identity(self):
            return self.config["place"]
        """,
    )
    for name, token in (("Live", TOKEN), ("Reference", "env:HOME"), ("Gone", OLD_TOKEN)):
        cli.ok("source", "add", "--type", "guarded", "--name", name, "--place", name, "--token",
               token, "--discover")  # fmt: skip
    with contextlib.closing(sqlite3.connect(cli.db)) as script:
        script.execute("PRAGMA secure_delete = OFF")
        script.execute("DELETE FROM sources WHERE name = 'Gone'")
        script.commit()
        script.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert OLD_TOKEN.encode() in cli.db.read_bytes(), "the test needs a token in a free page"
    return cli


def _everything_beside(cli: Cli, name: str) -> bytes:
    return b"".join(path.read_bytes() for path in cli.home.glob(f"*{name}*"))


def test_a_copy_without_secrets_holds_no_token_not_even_in_free_pages(with_tokens: Cli) -> None:
    cli = with_tokens
    found = cli.json("db", "backup", cli.home / "public.db", "--without-secrets")
    assert found["rows"]["source_secrets"] == 0
    assert found["rows"]["sources"] == 2
    pages = _everything_beside(cli, "public.db")
    assert TOKEN.encode() not in pages
    assert OLD_TOKEN.encode() not in pages
    public = Cli(cli.home, cli.home / "public.db")
    assert public.rows("SELECT * FROM source_secrets") == []
    assert public.dump("sources", "collections") == cli.dump("sources", "collections")
    assert TOKEN in str(cli.rows("SELECT * FROM source_secrets"))
    check(public)


def test_a_copy_without_secrets_holds_none_in_history_or_reasons(with_tokens: Cli) -> None:
    """Whatever wrote it there: a script, or a server's message in an earlier release."""
    cli = with_tokens
    cli.run_sql(
        "INSERT INTO history (operation, status, detail) VALUES ('Source ingest', 'failed', :d)",
        d='{"error": {"message": "401 for ' + TOKEN + '", "detail": ["' + TOKEN + '"]}, "n": 7}',
    )
    cli.run_sql("UPDATE collections SET not_ingestible_reason = :r", r=f"refused {TOKEN}")
    cli.ok("db", "backup", cli.home / "public.db", "--without-secrets")
    assert TOKEN.encode() not in _everything_beside(cli, "public.db")
    public = Cli(cli.home, cli.home / "public.db")
    last = "SELECT detail FROM history ORDER BY id DESC LIMIT 1"
    assert public.rows(last) == [
        ('{"error": {"message": "401 for ***", "detail": ["***"]}, "n": 7}',)
    ]
    check(public)


def test_a_token_that_is_part_of_a_name_cannot_be_left_out_and_is_said(with_tokens: Cli) -> None:
    cli = with_tokens
    cli.ok("source", "update", "Live", "--name", f"Live {TOKEN}")
    run = cli("db", "backup", cli.home / "public.db", "--without-secrets")
    assert (run.code, run.error) == (
        1, "Error: Database backup failed: a token stands where it cannot be left out",
    )  # fmt: skip
    assert "  table sources, row 1, column name\n" in run.err
    assert TOKEN not in run.everything
    assert list(cli.home.glob("*public*")) == []


def test_a_backup_with_secrets_is_for_its_owner_alone(with_tokens: Cli) -> None:
    cli = with_tokens
    before = os.umask(0)
    try:
        cli.ok("db", "backup", cli.home / "whole.db")
    finally:
        os.umask(before)
    assert (cli.home / "whole.db").stat().st_mode & 0o777 == 0o600
    assert TOKEN.encode() in (cli.home / "whole.db").read_bytes()
