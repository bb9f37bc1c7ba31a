"""What a source leaves out by patterns of its own, and by the ignore files above a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.cli import Cli
from support.media import Library, settle, write

FILES = (
    "Movies/Heat (1995)/Heat (1995).mkv",
    "Movies/Heat (1995)/Making.of.mkv",
    "Movies/old/Alien (1979)/Alien (1979).mkv",
    "Movies/box/old/Jaws (1975)/Jaws (1975).mkv",
    "Movies/#draft/Duel (1971)/Duel (1971).mkv",
)
ALL = {"Alien", "Duel", "Heat", "Jaws", "Making of"}


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", *FILES)
    settle(library.root)
    return library


def _titles(cli: Cli) -> set[str]:
    rows = cli.rows("SELECT title FROM assets WHERE missing_since IS NULL")
    return {row[0] for row in rows}


@pytest.mark.parametrize(
    ("patterns", "gone"),
    [
        (["old"], {"Alien", "Jaws"}),
        (["/old"], {"Alien"}),
        (["box/old"], {"Jaws"}),
        (["making*"], set()),
        (["Making*"], {"Making of"}),
        (["#draft"], {"Duel"}),
        (["old/*", "!old/Alien*"], set()),
        (["old", "Making*"], {"Alien", "Jaws", "Making of"}),
    ],
)
@pytest.mark.parametrize("quick", [(), ("--quick",)], ids=["whole", "quick"])
def test_patterns_leave_out_what_they_name_and_give_it_back(
    library: Library, patterns: list[str], gone: set[str], quick: tuple[str, ...]
) -> None:
    cli = library.cli
    library.ingest()
    assert _titles(cli) == ALL
    ids = library.ids()
    cli.ok("source", "update", "Home", *(word for p in patterns for word in ("--ignore", p)))

    report = library.ingest("--allow-missing", *quick).json
    assert _titles(cli) == ALL - gone
    assert report["totals"]["missing"] == len(gone)

    cli.ok("source", "update", "Home", "--unset", "ignore")
    assert library.stats(*quick).get("restored", 0) == len(gone)
    assert _titles(cli) == ALL
    assert library.ids() == ids


def test_patterns_are_stored_shown_and_replaced(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "media", *FILES)
    add = ("source", "add", "--type", "filesystem", "--name", "Home", "--base-path",
           tmp_path / "media", "--ignore", "old", "--ignore", "a b")  # fmt: skip
    assert cli.json(*add)["config"]["ignore"] == ["old", "a b"]
    assert "ignore:       old 'a b'" in cli.ok("source", "show", "Home").out.splitlines()
    cli.ok("source", "update", "Home", "--ignore", "new")
    assert cli.json("source", "show", "Home")["config"]["ignore"] == ["new"]


@pytest.mark.parametrize("pattern", ["", "/", "!", " "])
def test_a_pattern_that_names_nothing_is_refused(cli: Cli, tmp_path: Path, pattern: str) -> None:
    write(tmp_path / "media", *FILES)
    run = cli("source", "add", "--type", "filesystem", "--name", "Home", "--base-path",
              tmp_path / "media", "--ignore", pattern)  # fmt: skip
    assert run.code == 1
    assert f"--ignore {pattern!r} is no pattern" in run.err


def test_what_is_left_out_has_a_reason(library: Library) -> None:
    library.cli.ok("source", "update", "Home", "--ignore", "old")
    lines = library.cli.ok("-v", "source", "ingest", "Home").everything.splitlines()
    left = [line.strip() for line in lines if "--ignore" in line]
    top = library.root / "Movies"
    assert sorted(left) == [
        f"left out: {top}/box/old/: left out by --ignore",
        f"left out: {top}/old/: left out by --ignore",
    ]


def test_quick_obeys_the_patterns_of_folders_above(library: Library) -> None:
    (library.root / "Movies/.plexignore").write_text("*.draft.mkv\n", "utf-8")
    settle(library.root)
    library.ingest()

    write(library.root, "Movies/box/old/Jaws (1975)/Jaws 2 (1978).draft.mkv",
          "Movies/box/old/New (1999)/Inner/x.draft.mkv")  # fmt: skip

    assert library.stats("--quick").get("added", 0) == 0
    assert _titles(library.cli) == ALL


@pytest.mark.parametrize("quick", [(), ("--quick",)], ids=["whole", "quick"])
def test_another_kind_reads_again_what_did_not_change(
    cli: Cli, tmp_path: Path, quick: tuple[str, ...]
) -> None:
    library = Library(cli, tmp_path / "media", "Stuff/Seven (1995)/Seven (1995).mkv",
                      "Stuff/Seven (1995)/theme.mp3")  # fmt: skip
    settle(library.root)
    library.ingest()
    kinds: Any = "SELECT kind FROM assets WHERE missing_since IS NULL"
    assert cli.rows(kinds) == [("movie",)]
    cli.ok("source", "update", "Home", "--kind", "video")
    assert library.stats(*quick) == {"discovered": 1, "updated": 1}
    assert cli.rows(kinds) == [("video",)]
    assert library.stats(*quick) == {"discovered": 1, "unchanged": 1}


def test_a_file_read_by_an_older_reader_is_read_again(library: Library) -> None:
    library.ingest()
    library.cli.run_sql(
        "UPDATE assets SET title = 'Wrong', fingerprint = '1:2' WHERE title = 'Heat'"
    )
    library.cli.run_sql("UPDATE folders SET fingerprint = 'aaa.bbb'")
    assert library.stats() == {"discovered": 5, "updated": 1, "unchanged": 4}
    assert _titles(library.cli) == ALL
