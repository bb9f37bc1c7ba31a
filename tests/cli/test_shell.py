"""Every command line that is shown can be pasted into a shell, and does what it says."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrovue.cli import shell
from retrovue.cli.commands import COMMANDS
from retrovue.commands import Command, Hint
from support.cli import Cli
from support.shelf import Shelf, row

ROOT = Path(__file__).resolve().parents[2]

HOSTILE = (
    "$(touch PWNED)",
    "`touch PWNED`",
    "a; touch PWNED",
    'a\' "b" \\',
    "--json",
    "-x",
    " blank ",
    "*[ab]?",
    "~",
    "!x && y > PWNED",
    "two\nlines\tand\x1b[31m",
    "\u202egnihton",
    "Ünïcode 映画",
    "7",
    "filesystem-0123abcd",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_words_arrive_in_a_shell_as_they_were_meant(name: str, tmp_path: Path) -> None:
    line = shell.text(Hint("Next", Command("source show", (name,), ("--map", name, "b"))), name)
    assert "\n" not in line
    said = [["--db", name], ["source", "show"]]
    arrived = _typed(line.partition(": ")[2], tmp_path)
    assert arrived[:2] == said[0]
    assert arrived[2:4] == said[1]
    assert sorted(word for word in arrived[4:] if word != "--") == sorted(
        [name, "--map", name, "b"]
    )
    assert not (tmp_path / "PWNED").exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_every_line_shown_names_what_it_speaks_of(name: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    cli = Cli(home, home / f"{name.strip().replace('/', '_')}.db")
    seen = list(_lines_of_a_life(cli, name))
    assert len(seen) > 15
    for line in seen:
        words = _typed(line, tmp_path)
        if "--db" in words:
            assert words[words.index("--db") + 1] == str(cli.db)
        else:
            assert words[-1] == "--help" or words[0] == "plugins", line
        if not {"LOCAL", "DIR", "--help", "restore"} & set(words):
            run = cli(*_tried(_without_db(words)))
            assert "not found" not in run.err, (line, run.err)
            assert "No such" not in run.err, (line, run.err)
            assert "unexpected" not in run.err, (line, run.err)
    assert not list(tmp_path.rglob("PWNED"))


def _lines_of_a_life(cli: Cli, name: str) -> Iterator[str]:
    """The command lines that are shown while a source with this name is used."""
    media = cli.home / "media" / (name.strip() or "x")
    (media / "Films").mkdir(parents=True)
    (media / "Films" / "A (1999).mkv").touch()
    (media / "Films" / "B (1998).mkv").touch()
    yield from _shown(cli, "source", "list")
    yield from _shown(cli, "source", "add", "--type", "filesystem", "--name", name,
                      "--base-path", media)  # fmt: skip
    yield from _shown(cli, "source", "show", "1")
    yield from _shown(cli, "source", "ingest", "1")
    yield from _shown(cli, "source", "discover", "1")
    yield from _shown(cli, "source", "ingest", "1")
    yield from _shown(cli, "collection", "ingest", "1")
    yield from _shown(cli, "collection", "update", "1", "--sync-enable")
    yield from _shown(cli, "collection", "update", "1", "--map-same", "--sync-enable")
    yield from _shown(cli, "source", "ingest", "1")
    yield from _shown(cli, "source", "add", "--type", "filesystem", "--name", "again",
                      "--base-path", media)  # fmt: skip
    yield from _shown(cli, "collection", "delete", "1", "--force")
    shutil.rmtree(media / "Films")
    yield from _shown(cli, "source", "ingest", "1")
    yield from _shown(cli, "source", "discover", "1")
    (media / "Films").mkdir()
    yield from _shown(cli, "source", "ingest", "1")
    yield from _shown(cli, "collection", "wipe", "1", "--force")
    yield from _shown(cli, "db", "backup", "--list")
    yield from _shown(cli, "source", "show", "nothing")
    yield from _shown(cli, "collection", "show", "nothing")
    yield from _shown(cli, "asset", "show", name + "x")
    yield from _shown(cli, "source", "update", "1")
    yield from _shown(cli, "collection", "update", "1")
    yield from _shown(cli, "source", "show")


def test_names_of_a_source_and_its_collections_are_quoted(cli: Cli) -> None:
    shelf = Shelf(cli)
    shelf.offer(row("a", name="-x"), row("b", name="$(touch PWNED)/b"), row("c", name="-x"))
    shown = _commands_in(shelf.add("--discover", name="$(touch PWNED)").everything)
    named = {
        cli.json("collection", "show", _typed(line, cli.home)[4])["external_id"] for line in shown
    }
    assert named == {"a", "b", "c"}
    assert not list(cli.home.rglob("PWNED"))


def _shown(cli: Cli, *words: object) -> list[str]:
    return _commands_in(cli(*words).everything)


def _commands_in(text: str) -> list[str]:
    """The command lines that stand at the end of lines."""
    return [
        line[found.start() :]
        for line in text.splitlines()
        if (found := re.search(r"(?:(?<=^)|(?<=: )|(?<=  ))retrovue (?=--db |\S)", line))
        and not line.lstrip().startswith("Usage:")
    ]


def _typed(line: str, folder: Path) -> list[str]:
    """The words that arrive when the line is run by sh."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    stub = tools / "retrovue"
    stub.write_text('#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done\n')
    stub.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["sh", "-c", line], cwd=folder, env={"PATH": path}, capture_output=True, check=True
    )
    return run.stdout.decode().split("\0")[:-1]


def _without_db(words: list[str]) -> list[str]:
    at = words.index("--db") if "--db" in words else None
    return words if at is None else words[:at] + words[at + 2 :]


def _tried(words: list[str]) -> list[str]:
    """The command without its effect; the noun and the verb stand first."""
    reads = {"show", "list", "check", "info", "--list", "plugins", "history", "map-check"}
    return words if reads & set(words) else [*words[:2], "--dry-run", *words[2:]]


# lines of a shell's own, each run by a test: examples in help, and what a start-up file takes
WRITTEN = ("retrovue/cli/examples.py", "retrovue/cli/completion.py")


def test_no_command_line_is_written_by_hand() -> None:
    written = re.compile(rf"retrovue (?:--db|{'|'.join(COMMANDS)})\b")
    found = []
    for path in sorted(p for room in ("retrovue", "plugins") for p in (ROOT / room).rglob("*.py")):
        if path.relative_to(ROOT).as_posix() in WRITTEN:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        notes = {
            id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
        }  # docstrings
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in notes and written.search(text):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {text}")
    assert found == []
