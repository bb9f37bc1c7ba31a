"""What several sources and the disk say of the same files and works."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from support import written
from support.cli import Cli
from support.media import write
from support.scripted import Scripted


@pytest.fixture
def both(cli: Cli, tmp_path: Path) -> Scripted:
    """A folder of films as a source, and a source of the same folder that speaks for itself."""
    base = tmp_path / "media"
    write(base, "Movies/Heat (1995)/Heat (1995) - 1080p.mkv", "Movies/Jaws (1975)/Jaws (1975).mkv")
    (base / "Movies/Heat (1995)/Heat (1995) - 1080p.mkv").write_text("heat")
    (base / "Movies/Jaws (1975)/Jaws (1975).mkv").write_text("jaws!")
    toys = Scripted(cli)
    cli.ok("quickstart", base)
    toys.root.rmdir()
    toys.root.symlink_to(base / "Movies")
    return toys


def _found(cli: Cli, *words: str) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = cli.json("reconcile", *words)["findings"]
    return findings


def _codes(cli: Cli) -> list[str]:
    return [finding["code"] for finding in _found(cli)]


def test_where_all_agree_nothing_is_found(both: Scripted) -> None:
    assert both.cli.ok("reconcile").out == "Sources and disk agree.\n"


def test_one_file_of_two_sources_and_what_they_say_otherwise(both: Scripted) -> None:
    both.holds(
        "yield thing('h', 'Heat, The', path='/srv/things/Heat (1995)/Heat (1995) - 1080p.mkv',"
        " year=1996, guids=('imdb://tt1',))",
    )
    both.ingest()
    cli = both.cli
    cli.run_sql("UPDATE assets SET guids = '[\"imdb://tt2\", \"tmdb://5\"]' WHERE title = 'Heat'")
    written.watch(cli.db)
    found = {finding["code"]: finding for finding in _found(cli)}
    assert not written.counts(cli.db)
    assert set(found) == {"same_file", "conflict_title", "conflict_year", "conflict_ids"}
    assert found["same_file"]["sources"] == ["Toys", "media"]
    assert found["same_file"]["assets"] == [1, 3]
    assert found["conflict_title"]["differs"]["title"] == {"1": "Heat", "3": "Heat, The"}
    assert found["conflict_year"]["differs"]["year"] == {"1": 1995, "3": 1996}
    assert found["conflict_ids"]["differs"]["ids"]["3"] == ["imdb://tt1"]


def test_hard_links_and_copies_are_told_apart(both: Scripted) -> None:
    base = Path(os.path.realpath(both.root))
    os.link(base / "Jaws (1975)/Jaws (1975).mkv", base / "Shark.mkv")
    (base / "Copy").mkdir()
    (base / "Copy/Heat (1995) - 1080p.mkv").write_text("heat")
    both.holds(
        "yield thing('s', 'Jaws', path='/srv/things/Shark.mkv', year=1975)",
        "yield thing('c', 'Heat', year=1995, files=(FoundFile("
        "'/srv/things/Copy/Heat (1995) - 1080p.mkv', size_bytes=4, height=480),))",
    )
    both.ingest()
    found = {finding["code"]: finding for finding in _found(both.cli)}
    assert set(found) == {"same_inode", "same_size_and_name", "same_work"}
    works = [f for f in _found(both.cli) if f["code"] == "same_work"]
    assert sorted(f["differs"]["better"] for f in works) == [1, 2]
    (heat,) = [f for f in works if f["differs"]["better"] == 1]
    assert heat["differs"]["quality"]["1"] == "1080p"


def test_what_is_not_on_the_disk_and_what_is_in_no_source(both: Scripted) -> None:
    base = Path(os.path.realpath(both.root))
    (base / "Heat (1995)/Heat (1995) - 1080p.mkv").rename(base / "New.mkv")
    (base / "notes.txt").touch()
    (base / ".hidden").mkdir()
    (base / ".hidden/x.mkv").touch()
    found = {finding["code"]: finding for finding in _found(both.cli)}
    assert set(found) == {"not_on_disk", "not_in_source"}
    assert found["not_on_disk"]["assets"] == [1]
    assert found["not_in_source"]["paths"] == [str(base / "New.mkv")]


def test_it_fails_on_wish(both: Scripted) -> None:
    base = Path(os.path.realpath(both.root))
    (base / "New.mkv").touch()
    assert _codes(both.cli) == ["not_in_source"]
    run = both.cli("reconcile", "--fail-on", "not_in_source", "--fail-on", "same_work")
    assert (run.code, run.error) == (1, "Error: Reconcile found 1 not_in_source")
    assert both.cli("reconcile", "--fail-on", "same_work").code == 0
    assert both.cli("reconcile", "--fail-on", "nonsense").code == 1
    assert both.cli("reconcile", "--fail-on", "not_in_source", "--json").json["findings"] != []


def test_a_source_that_overlaps_another_s_is_told_when_it_is_added(
    cli: Cli, tmp_path: Path
) -> None:
    base = tmp_path / "media"
    write(base, "Movies/Heat (1995)/Heat (1995).mkv", "Music/Pond/Tides/01 - Ebb.flac")
    cli.ok("quickstart", base)
    (tmp_path / "link").symlink_to(base / "Movies")
    run = cli.ok("source", "add", "--type", "filesystem", "--name", "Again", "--base-path",
                 tmp_path / "link", "--discover")  # fmt: skip
    assert run.err == (
        f"Warning: {base}/Movies of collection 'Movies' is also part of source 'media'"
        f" (Movies: {base}/Movies)\n"
    )
    apart = tmp_path / "apart"
    write(apart, "Movies/Jaws (1975)/Jaws (1975).mkv")
    assert cli.ok("quickstart", apart).err == ""
