"""`--progress json`: progress as events on standard error."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retrovue.cli import progress
from support.cli import PATIENCE, Cli
from support.media import Library, films
from support.scripted import Scripted

JSON = ("--progress", "json")


def _event(state: str, label: str, done: int, expected: int | None) -> dict[str, Any]:
    return {"event": "progress", "state": state, "label": label, "done": done,
            "expected": expected}  # fmt: skip


def _ends(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first and the last event of each work: how many stand between depends on the time."""
    return [event for event in events if event["state"] != "going"]


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    return Library(cli, tmp_path / "media", *films(3), "Music/A/B/01 - C.flac")


def test_an_ingest_tells_the_first_and_the_last_state_of_each_collection(library: Library) -> None:
    run = library.cli("source", "ingest", "Home", "--json", *JSON)
    assert run.code == 0
    assert run.json["totals"]["added"] == 4
    assert _ends(run.events) == [
        _event("begun", "Movies", 0, None),
        _event("ended", "Movies", 3, None),
        _event("begun", "Music", 0, None),
        _event("ended", "Music", 1, None),
    ]
    assert len(run.events) == len(run.err.splitlines())


def test_events_know_the_total_of_what_is_known_and_are_told_with_quiet(library: Library) -> None:
    library.ingest()
    run = library.cli("-q", "collection", "ingest", "Movies", *JSON)
    assert (run.code, run.out) == (0, "")
    assert _ends(run.events) == [
        _event("begun", "Movies", 0, 3),
        _event("ended", "Movies", 3, 3),
    ]


def test_the_option_may_stand_before_the_noun(library: Library) -> None:
    run = library.cli(*JSON, "source", "ingest", "Home", "--dry-run")
    assert [event["label"] for event in _ends(run.events)] == ["Movies"] * 2 + ["Music"] * 2
    assert library.cli(*JSON, "source", "ingest", "Home", "--progress", "auto").err == ""


def test_quickstart_tells_of_the_source_that_it_makes(cli: Cli, library: Library) -> None:
    other = Cli(cli.home / "other")
    run = other("quickstart", library.root, "--dry-run", *JSON)
    assert run.code == 0
    assert [event["label"] for event in _ends(run.events)] == ["Movies"] * 2 + ["Music"] * 2


def test_warnings_and_errors_are_lines_as_ever(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a')", "raise ImporterError('the shelf fell')")
    run = cli("source", "ingest", "Toys", *JSON)
    assert run.code == 1
    *events, error = run.err.splitlines()
    assert len(events) == len(run.events)
    assert [event["state"] for event in _ends(run.events)] == ["begun", "ended"]
    assert error == "Error: Source ingest failed: the shelf fell"


def test_a_terminal_shows_events_and_no_bar(library: Library) -> None:
    run = library.cli.on_terminal("source", "ingest", "Home", *JSON)
    assert run.code == 0
    assert len(run.events) == len(run.err.splitlines())
    assert "\r" not in run.err


def test_an_event_is_there_while_the_work_goes_on(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a')", "while True: time.sleep(0.01); yield thing('b')",
               before="import time")  # fmt: skip
    child = subprocess.Popen(
        cli.command("source", "ingest", "Toys", *JSON),
        env=cli.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    assert json.loads(child.stderr.readline()) == _event("begun", "Things", 0, None)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=PATIENCE)
    events = [line for line in err.splitlines() if line.startswith("{")]
    assert json.loads(events[-1])["state"] == "ended"
    assert err.splitlines()[len(events)] == "Error: Source ingest failed: interrupted"
    assert child.returncode == 130


# -- how often ------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time that it is, in seconds."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def _told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_some_events_a_second_are_told_and_always_the_last_state(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    events = progress.Events()
    for done in range(1001):
        events("Films", 1000, done)
        clock[0] += 0.001
    events.close()
    events.close()
    assert _told(capsys) == [
        _event("begun", "Films", 0, 1000),
        _event("going", "Films", 250, 1000),
        _event("going", "Films", 500, 1000),
        _event("going", "Films", 750, 1000),
        _event("going", "Films", 1000, 1000),
        _event("ended", "Films", 1000, 1000),
    ]


def test_another_work_ends_the_one_before(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    events = progress.Events()
    events("Films", 0, 0)
    events("Films", 2, 3)
    events("\x1b[31mShows", 5, 1)
    assert _told(capsys) == [
        _event("begun", "Films", 0, None),
        _event("ended", "Films", 3, None),  # the total was none
        _event("begun", "\x1b[31mShows", 1, 5),
    ]
