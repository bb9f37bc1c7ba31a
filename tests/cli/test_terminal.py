"""What happens on a terminal and what without one: questions, hidden prompts, progress."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from retrovue.cli import progress
from support import plugins
from support.cli import PATIENCE, Cli
from support.media import Library, films
from support.scripted import Scripted

QUESTION = "Type yes to go on: "
DESTRUCTIVE = [
    (("source", "delete", "Home"), "deleted"),
    (("collection", "wipe", "Movies"), "collection"),
    (("asset", "purge"), "purged"),
]


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    """Three films, one of them missing."""
    library = Library(cli, tmp_path / "media", *films(3))
    library.ingest()
    (library.root / next(iter(films(1)))).unlink()
    library.ingest()
    return library


@pytest.mark.parametrize(("words", "_key"), DESTRUCTIVE)
def test_without_a_terminal_nothing_is_destroyed(
    library: Library, words: tuple[str, ...], _key: str
) -> None:
    before = library.cli.dump()
    run = library.cli(*words)
    assert run.code == 1
    assert run.out == ""
    assert run.error == "Error: Confirmation needed but stdin is not a terminal; nothing changed"
    assert run.err.splitlines()[-1] == "  --force goes ahead without the question."
    told = library.cli(*words, "--json")
    assert told.code == 1
    assert told.json["error"]["code"] == "usage"
    assert library.cli.dump() == before
    assert sorted(p.name for p in library.cli.home.iterdir()) == ["media", "retrovue.db"]


def test_a_piped_yes_is_no_answer(library: Library) -> None:
    before = library.cli.dump()
    run = library.cli.process("source", "delete", "Home", stdin=None, input=b"yes\n")
    assert run.code == 1
    assert library.cli.dump() == before


@pytest.mark.parametrize(("words", "_key"), DESTRUCTIVE)
def test_yes_on_a_terminal_goes_on(library: Library, words: tuple[str, ...], _key: str) -> None:
    before = library.cli.rows("SELECT count(*) FROM assets")[0][0]
    run = library.cli.on_terminal(*words, answers=[(QUESTION, "yes\n")])
    assert run.code == 0
    assert run.err.startswith("This deletes 1 ") or run.err.startswith("This deletes 3 ")
    assert f"Undo: retrovue --db {library.cli.db} db restore" in run.out  # and no other file
    assert library.cli.rows("SELECT count(*) FROM assets")[0][0] < before


@pytest.mark.parametrize("answer", ["no\n", "y\n", "\n", "YES\n", "yes please\n", "\x04"])
def test_anything_else_cancels(library: Library, answer: str) -> None:
    before = library.cli.dump()
    run = library.cli.on_terminal("source", "delete", "Home", answers=[(QUESTION, answer)])
    assert run.code == 0
    assert run.out == "Operation cancelled.\n"
    assert library.cli.dump() == before


def test_cancelled_is_success_in_json(library: Library) -> None:
    run = library.cli.on_terminal(
        "collection", "wipe", "Movies", "--json", answers=[(QUESTION, "no\n")]
    )
    assert run.code == 0
    assert run.json == {"status": "success", "cancelled": True}


def test_interrupt_at_the_question_exits_130(library: Library) -> None:
    before = library.cli.dump()
    run = library.cli.on_terminal("source", "delete", "Home", answers=[(QUESTION, "\x03")])
    assert run.code == 130
    assert library.cli.dump() == before


def test_question_shows_what_goes(library: Library) -> None:
    run = library.cli.on_terminal("source", "delete", "Home", answers=[(QUESTION, "no\n")])
    assert run.err.splitlines()[:2] == [
        "This deletes 1 source for good:",
        "  Home: 1 collection, 3 assets",
    ]


@pytest.mark.parametrize(("words", "key"), DESTRUCTIVE)
def test_force_asks_nothing(library: Library, words: tuple[str, ...], key: str) -> None:
    run = library.cli(*words, "--force", "--json")
    assert run.code == 0
    assert run.err == ""
    assert run.json[key]


@pytest.mark.parametrize(("words", "_key"), DESTRUCTIVE)
def test_backup_before_destruction_brings_it_back(
    library: Library, words: tuple[str, ...], _key: str
) -> None:
    before = library.cli.dump("sources", "collections", "assets", "asset_files")
    saved = library.cli(*words, "--force", "--json").json["backup"]
    library.cli.ok("db", "restore", saved, "--force")
    assert library.cli.dump("sources", "collections", "assets", "asset_files") == before


def test_secret_is_typed_unseen(cli: Cli) -> None:
    plugins.importer(cli.site, "vault", 'options = (Option("token", required=True, secret=True),)')
    words = ("source", "add", "--type", "vault", "--name", "V")
    run = cli.on_terminal(*words, answers=[("Token:", "hush-hush\n")])
    assert run.code == 0
    assert "hush" not in run.everything
    assert cli.rows("SELECT name, value FROM source_secrets") == [("token", "hush-hush")]
    assert cli(*words, "--name", "W").error == "Error: Missing option --token"


def test_progress_is_shown_on_a_terminal_alone(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("for n in range(2500): yield thing(f'{n}')")
    toys.make_files(2500)
    words = ("source", "ingest", "Toys", "--dry-run")
    shown = cli.on_terminal(*words)
    assert shown.code == 0
    assert "Things" in shown.err
    assert cli.on_terminal("-q", *words).err == ""
    assert cli.process(*words).err == ""


def test_an_empty_folder_is_ingested_on_a_terminal(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "media" / "Movies").mkdir(parents=True)
    library = Library(cli, tmp_path / "media")
    run = cli.on_terminal("source", "ingest", "Home")
    assert run.code == 0
    assert run.out.startswith("Success: Collections 'Movies' ingested\n")
    assert run.err == "\rMovies  0\n"
    assert library.ids() == {}


def test_a_first_ingest_counts_without_a_total(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("for n in range(4977): yield thing(f'{n}')")
    toys.make_files(4977)
    run = cli.on_terminal("source", "ingest", "Toys")
    assert run.code == 0
    shown = [state.split() for state in run.err.replace("\n", "\r").split("\r") if state]
    assert all(state[0] == "Things" and "/" not in state[1] for state in shown)
    assert shown[-1][1] == "4,977"


def test_an_ingest_of_what_is_known_shows_a_bar(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("for n in range(3000): yield thing(f'{n}')")
    toys.ingest()
    run = cli.on_terminal("source", "ingest", "Toys")
    assert run.code == 0
    last = run.err.rstrip("\n").split("\r")[-1]
    assert last.split()[:4] == ["Things", f"[{'#' * 24}]", "3,000/3,000", "100%"]


@pytest.mark.parametrize(
    ("expected", "done", "seconds", "shown"),
    [
        (0, 0, 0.0, "Films  0"),
        (0, 4977, 0.5, "Films  4,977"),
        (0, 4977, 2.0, "Films  4,977  2,488/s"),
        (1000, 4977, 2.0, "Films  4,977  2,488/s"),  # the total was none
        (4000, 1000, 2.0, f"Films  [{'#' * 6}{'-' * 18}]  1,000/4,000  25%  500/s  0:06 left"),
        (4000, 0, 2.0, f"Films  [{'-' * 24}]  0/4,000  0%"),
        (4000, 1, 2.0, f"Films  [{'-' * 24}]  1/4,000  0%  0/s  2:13:18 left"),
        (4000, 4000, 2.0, f"Films  [{'#' * 24}]  4,000/4,000  100%  2,000/s"),
    ],
)
def test_progress_reads(expected: int, done: int, seconds: float, shown: str) -> None:
    assert progress.line("Films", expected, done, seconds) == shown


def test_progress_keeps_to_one_line(cli: Cli, tmp_path: Path) -> None:
    name = "\u6620\u753b" * 30
    (tmp_path / "media" / name).mkdir(parents=True)
    (tmp_path / "media" / "Movies").mkdir()
    Library(cli, tmp_path / "media")
    run = cli.on_terminal("source", "ingest", "Home", env={"COLUMNS": "21"})
    assert run.code == 0
    assert "\r" + name[:10] + "\n" in run.err


def test_ctrl_c_ends_a_scan_that_never_ends_and_keeps_what_was_before(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a')")
    toys.ingest()
    before = cli.dump()
    toys.holds(
        "yield thing('b')",
        "print('scanning', flush=True)",
        "while True: time.sleep(0.01); yield thing('c')",
        before="import time",
    )
    child = subprocess.Popen(
        cli.command("source", "ingest", "Toys"),
        env=cli.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "scanning\n"
    os.kill(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130
    assert err.splitlines()[0] == "Error: Source ingest failed: interrupted"
    assert cli.dump() == before
