"""`source ingest --all`: one report and one exit code; a source that is away stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Cli
from support.media import write
from support.scripted import Scripted


@pytest.fixture
def several(cli: Cli, tmp_path: Path) -> Scripted:
    """Toys; two folders, one of which has no sync-enabled collection."""
    toys = Scripted(cli)
    toys.holds("yield thing('a')")
    write(tmp_path / "disk", "Movies/Heat (1995)/Heat (1995).mkv")
    cli.ok("quickstart", tmp_path / "disk")
    cli.ok("source", "add", "--type", "filesystem", "--name", "Idle", "--base-path", tmp_path,
           "--discover")  # fmt: skip
    return toys


def test_every_source_is_ingested(several: Scripted) -> None:
    run = several.cli("source", "ingest", "--all", "--json")
    assert (run.code, run.json["status"]) == (0, "success")
    told = {source["name"]: source for source in run.json["sources"]}
    assert set(told) == {"Toys", "disk"}  # Idle has nothing to ingest
    assert told["Toys"]["status"] == "success"
    assert told["Toys"]["collections"][0]["stats"]["added"] == 1
    assert told["disk"]["error"] is None
    text = several.cli.ok("source", "ingest", "--all").out
    assert "Source 'Toys':\nSuccess: Collections 'Things' ingested" in text
    assert "Source 'disk':\nSuccess: Collections 'Movies' ingested" in text


def test_one_that_is_away_stops_no_other(several: Scripted) -> None:
    several.holds("raise ImporterError('no luck')")
    run = several.cli("source", "ingest", "--all")
    assert run.code == 2
    assert "Success: Collections 'Movies' ingested" in run.out
    assert "Error: Source 'Toys': Source ingest failed: no luck" in run.err
    run = several.cli("source", "ingest", "--all", "--json")
    assert (run.code, run.json["status"]) == (2, "partial")
    told = {source["name"]: source["status"] for source in run.json["sources"]}
    assert told == {"Toys": "failed", "disk": "success"}


def test_where_none_can_be_it_fails(several: Scripted, tmp_path: Path) -> None:
    several.holds("raise ImporterError('no luck')")
    (tmp_path / "disk").rename(tmp_path / "gone")
    run = several.cli("source", "ingest", "--all")
    assert run.code == 1
    assert "Success" not in run.out
    assert run.err.count("Error: ") >= 2
    run = several.cli("source", "ingest", "--all", "--json")
    assert (run.code, run.json["status"]) == (1, "error")
    assert len(run.json["sources"]) == 2


def test_where_nothing_syncs_it_says_so(cli: Cli) -> None:
    cli.make_empty()
    run = cli("source", "ingest", "--all", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "no_sync_enabled_collections")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Missing argument 'SOURCE'"),
        (("Toys", "--all"), "--all and a SOURCE contradict each other"),
    ],
)
def test_a_source_or_all(several: Scripted, words: tuple[str, ...], says: str) -> None:
    run = several.cli("source", "ingest", *words)
    assert (run.code, run.error) == (1, f"Error: {says}")
