"""`retrovue history`: its table, one line of it, and forgetting what is old."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films

EPISODE = "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E02 - Static.mkv"


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", *films(2), EPISODE)
    library.ingest()
    return library


def test_runs_in_which_nothing_changed_are_one_line(library: Library) -> None:
    cli = library.cli
    before = len(cli.ok("history").out.splitlines())
    for _ in range(12):
        library.ingest()
    lines = cli.ok("history").out.splitlines()
    assert len(lines) == before + 1
    newest, oldest = cli.json("history")["history"][0], cli.json("history")["history"][23]
    assert lines[1].split()[:3] == [str(newest["id"]), newest["at"], "Ingest"]
    assert "Movies" in lines[1]
    assert "TV Shows" in lines[1]
    assert lines[1].endswith(f"12 ingests without a change since {oldest['at']}")
    assert len(cli.json("history")["history"]) == before - 1 + 24


def test_a_change_stands_between_runs_without_one(library: Library) -> None:
    cli = library.cli
    library.ingest()
    (library.root / next(iter(films(1)))).unlink()
    library.ingest()
    library.ingest()
    details = [
        line.split("success")[-1].strip() for line in cli.ok("history").out.splitlines()[1:4]
    ]
    assert details[0].startswith("2 ingests without a change")
    assert details[1] == "1 discovered, 1 unchanged, 1 missing"
    assert details[2].startswith("1 ingest without a change")


def test_a_failure_is_never_hidden_among_runs_without_a_change(library: Library) -> None:
    library.ingest()
    (library.root / "Movies").rename(library.root / "aside")
    assert library.ingest("--keep-going").code == 2
    (library.root / "aside").rename(library.root / "Movies")
    library.ingest()
    statuses = [line for line in library.cli.ok("history").out.splitlines() if " failed " in line]
    assert len(statuses) == 1


def test_a_table_counts_what_it_does_not_show(library: Library) -> None:
    for _ in range(30):
        library.cli.ok("collection", "update", "Movies", "--disable")
        library.cli.ok("collection", "update", "Movies", "--sync-enable")
    lines = library.cli.ok("history").out.splitlines()
    number = len(library.cli.json("history")["history"])
    assert len(lines) == 52
    assert lines[-1] == f"{number - 50} older entries; --limit N shows more."
    assert len(library.cli.ok("history", "--limit", "3").out.splitlines()) == 4


def test_a_line_that_is_not_there_is_an_error(library: Library) -> None:
    run = library.cli("history", "show", "999")
    assert (run.code, run.out) == (1, "")
    assert run.error == "Error: Line 999 of the history not found"
    assert library.cli("history", "show", "999", "--json").json["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "detail",
    [
        '{"changes": {"added": "x", "moved": [[5, 2]], "moved_from": {"a": 1}}}',
        '{"stats": {"added": "many"}, "unread": {"a": 1}}',
        '{"stats": 7, "error": [1]}',
    ],
)
def test_whatever_a_script_wrote_can_be_shown(library: Library, detail: str) -> None:
    cli = library.cli
    cli.run_sql(
        "INSERT INTO history (at, operation, status, detail)"
        " VALUES ('2026-01-01T00:00:00Z', 'Source ingest', 'success', :detail)",
        detail=detail,
    )
    (line,) = cli.json("history", "--limit", "1")["history"]
    cli.ok("history", "show", line["id"])
    cli.json("history", "show", line["id"])
    cli.ok("history")


def _age(library: Library) -> int:
    """Let all but the newest two lines be of long ago; returns how many they are."""
    cli = library.cli
    cli.run_sql(
        "UPDATE history SET at = '2001-01-01T00:00:00Z'"
        " WHERE id NOT IN (SELECT id FROM history ORDER BY id DESC LIMIT 2)"
    )
    return int(cli.rows("SELECT count(*) FROM history WHERE at LIKE '2001%'")[0][0])


def test_prune_forgets_what_is_older(library: Library) -> None:
    old = _age(library)
    run = library.cli.ok("history", "prune", "--older-than", "30", "--force")
    lines = run.out.splitlines()
    assert lines[0] == f"Pruned {old} lines of history"
    assert lines[1].startswith("Undo: ")
    entries = library.cli.json("history")["history"]
    assert len(entries) == 3
    assert (entries[0]["operation"], entries[0]["detail"]["lines"]) == ("History prune", old)


def test_prune_asks(library: Library) -> None:
    _age(library)
    before = library.cli.dump()
    run = library.cli("history", "prune", "--older-than", "30")
    assert (run.code, run.out) == (1, "")
    assert run.error == "Error: Confirmation needed but stdin is not a terminal; nothing changed"
    run = library.cli.on_terminal(
        "history", "prune", "--older-than", "30", answers=[("go on: ", "no\n")]
    )
    assert (run.code, run.out) == (0, "Operation cancelled.\n")
    assert library.cli.dump() == before


def test_a_dry_prune_changes_nothing(library: Library) -> None:
    old = _age(library)
    before = library.cli.dump()
    body = library.cli.json("history", "prune", "--older-than", "30", "--dry-run")
    assert body == {"status": "success", "pruned": old, "dry_run": True}
    assert library.cli.dump() == before
    assert list(library.cli.home.glob("*.backup")) == []


def test_a_prune_of_nothing_leaves_no_line_and_no_backup(library: Library) -> None:
    before = library.cli.dump()
    run = library.cli.ok("history", "prune", "--older-than", "30")
    assert run.out == "Nothing to prune: no line is so old.\n"
    assert library.cli.dump() == before
    assert list(library.cli.home.glob("*.backup")) == []


def test_prune_needs_days(library: Library) -> None:
    before = library.cli.dump()
    assert library.cli("history", "prune", "--force").code == 1
    assert library.cli.dump() == before


@pytest.mark.parametrize("words", [(), ("--limit", "3"), ("--json",)])
def test_an_error_names_the_operation(library: Library, words: tuple[str, ...]) -> None:
    library.cli.run_sql("ALTER TABLE history RENAME TO gone")
    run = library.cli("history", *words)
    assert run.code == 1
    message = run.json["error"]["message"] if "--json" in words else run.error
    assert "History failed: " in message
