"""The examples at the end of each help: every command has some, and each of them runs."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import pages
from fakes.plex import FakePlex
from retrovue.cli.commands import COMMANDS, root
from retrovue.cli.examples import EXAMPLES
from support import media, program
from support.cli import PATIENCE, Cli
from support.nas import Nas
from support.site import Site

TREE = (
    "Movies/Alien (1979)/Alien (1979).mkv",
    "Movies/Old/Metropolis (1927)/Metropolis (1927).mkv",
    "TV Shows/Lost/Season 01/Lost - S01E01 - Pilot.mkv",
    "Music/Pond/Tides (1990)/01 - Ebb.flac",
)
FRESH = ("quickstart", "source add")  # what is done before there is a catalogue
EVERY = [(key, example) for key, examples in EXAMPLES.items() for example in examples]


def _groups() -> Iterator[str]:
    context = click.Context(root)
    return (n for n in COMMANDS if isinstance(root.get_command(context, n), click.Group))


def test_every_command_and_group_has_an_example() -> None:
    keys = ["", *_groups(), *(" ".join(words) for words in pages.commands())]
    assert [key for key in keys if not EXAMPLES.get(key)] == []
    assert sorted(set(EXAMPLES) - set(keys)) == []


def test_every_help_ends_in_its_examples(cli: Cli) -> None:
    for key, examples in EXAMPLES.items():
        told = cli.ok(*key.split(), "--help").out
        lines = "".join(f"  {line}\n" for line in "\n".join(examples).splitlines())
        assert told.endswith(f"\nExamples:\n{lines}"), key


def test_an_example_is_of_the_command_that_shows_it() -> None:
    for key, examples in EXAMPLES.items():
        groups = {"", *_groups()}
        for example in examples:
            assert key in groups or f"retrovue {key}" in f"{example} ".replace(
                "--no-plugin plex ", ""
            ), example


@pytest.mark.parametrize("noun", list(_groups()))
def test_a_group_alone_ends_in_0(cli: Cli, noun: str) -> None:
    cli.make_empty()
    run = cli(noun)
    assert (run.code, run.err) == (0, "")
    assert run.out


# -- running them ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plex() -> Iterator[FakePlex]:
    with FakePlex() as server:
        server.add_section("1", "Films", locations=("/data/Films",))
        yield server


@pytest.fixture(scope="module")
def made(plex: FakePlex, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A catalogue of a folder and a server, with what the examples name."""
    home = tmp_path_factory.mktemp("examples")
    library = media.Library(Cli(home), home / "media", *TREE)
    cli = library.cli
    cli.ok("source", "update", "Home", "--name", "Media")
    cli.ok("source", "ingest", "Media")
    nas = Nas(cli, plex, home / "nas")
    nas.ready()
    (nas.folder / "Films").mkdir(exist_ok=True)
    cli.run_sql("""
        INSERT INTO collections (source_id, external_id, name, kind, missing_since)
        SELECT id, 'old', 'Old', 'movie', '2026-01-01T00:00:00Z' FROM sources WHERE type = 'plex'
        """)
    cli.ok("asset", "mark", "alien", "--tag", "lent")
    cli.ok("list", "save", "Seventies", "--year", "1970..1979")
    cli.ok("source", "ingest", "Media", "--plan", home / "tonight.plan")
    cli.ok("db", "backup", home / "copy.db")
    return cli


@pytest.fixture
def world(made: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A copy of it, in which the test stands."""
    for name in ("retrovue.db", "copy.db", "tonight.plan"):
        shutil.copy(made.home / name, tmp_path / name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))  # for settings
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RETROVUE_PLAYER", "true")
    return Cli(tmp_path)


def _here(example: str, made: Cli, plex: FakePlex) -> str:
    """An example, with the folders and the server of the test in the place of its own."""
    return (
        example.replace("\\\n", " ")
        .replace("/mnt/", f"{made.home}/")
        .replace("http://plex:32400", plex.url)
        .replace("/tmp/other.db", "other.db")
        .replace("--port 8001", "--port 0")
    )


def _in_bash(cli: Cli, line: str) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-e", "-c", line],
        env=program.environment(cli),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stderr


def _until_told_to_end(cli: Cli, words: list[str]) -> tuple[int, str]:
    """A command that goes on until it is told to end."""
    process = subprocess.Popen(
        cli.command(*words), env=cli.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert Site(process.stdout.readline().strip()).get("/").status == 403  # it listens by now
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, err


def _until_it_ingested(cli: Cli, words: list[str]) -> tuple[int, str]:
    """The same for one that prints nothing while nothing is new."""
    sql = "SELECT count(*) FROM history"
    before, end = cli.rows(sql), time.monotonic() + PATIENCE
    process = subprocess.Popen(
        cli.command(*words, "--settle", "0.1"), env=cli.environment(), stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    while cli.rows(sql) == before and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, err


@pytest.mark.parametrize(("key", "example"), EVERY, ids=[example for _, example in EVERY])
def test_it_runs(
    world: Cli, made: Cli, plex: FakePlex, monkeypatch: pytest.MonkeyPatch, key: str, example: str
) -> None:
    monkeypatch.setenv("PLEX_TOKEN", plex.token)
    if example.startswith(tuple(f"retrovue {word}" for word in FRESH)):
        os.unlink(world.db)
    if key == "hook remove":
        world.ok("hook", "add", "source_added", "--", "true")
    line = _here(example, made, plex)
    if any(sign in line for sign in (">", "|", "$(")):
        assert _in_bash(world, line) == (0, "")
        return
    name, *words = shlex.split(line)
    assert name == "retrovue"
    if key == "browse":
        assert _until_told_to_end(world, words) == (0, "")
        return
    if key == "watch":
        assert _until_it_ingested(world, words) == (0, "")
        return
    run = world(*words)
    assert (run.code, run.error) == (0, ""), run.everything


def test_the_program_is_on_the_path_of_a_shell(world: Cli) -> None:
    assert _in_bash(world, "retrovue db path > here")[0] == 0
    assert Path("here").read_text("utf-8").strip() == os.fspath(world.db)
