"""What a source cannot make a collection of, or not of a known kind, is told with the way out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, write


@pytest.fixture
def stuff(cli: Cli, tmp_path: Path) -> Library:
    return Library(cli, tmp_path / "media", "Stuff/Seven (1995).mkv")


def _kind_line(*names: str) -> str:
    verb = "is" if len(names) == 1 else "are"
    which = " and ".join(f"'{name}'" for name in names)
    return f"{which} {verb} of unknown kind: each file is read by its own name alone"


def test_an_unknown_kind_is_told_each_time_with_the_command(stuff: Library) -> None:
    cli = stuff.cli
    for words in (("source", "discover", "Home"), ("source", "ingest", "Home"),
                  ("quickstart", stuff.root)):  # fmt: skip
        told = [line for line in cli.ok(*words).out.splitlines() if "of unknown kind" in line]
        assert len(told) == 1
        says, _, command = told[0].rpartition("): ")
        assert says == (
            f"{_kind_line('media')}. If all of it is films (else show, music, photo, video or mixed"
        )
        assert command.endswith("source update Home --kind movie")


def test_adding_tells_it_too(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "media", "Stuff/Seven (1995).mkv")
    add = ("source", "add", "--type", "filesystem", "--name", "Home", "--base-path",
           tmp_path / "media", "--discover")  # fmt: skip
    dry = cli.ok(*add, "--dry-run")
    assert "of unknown kind" not in dry.everything
    assert "of unknown kind" in cli.ok(*add).out


@pytest.mark.parametrize("kind", ["movie", "mixed"])
def test_once_said_it_is_not_told(stuff: Library, kind: str) -> None:
    stuff.cli.ok("source", "update", "Home", "--kind", kind)
    assert "of unknown kind" not in stuff.cli.ok("source", "ingest", "Home").everything
    stored = None if kind == "mixed" else kind
    assert stuff.cli.rows("SELECT kind FROM collections") == [(stored,)]


def test_beside_known_kinds_another_name_is_the_way_out(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", "Stuff/Seven (1995).mkv", "Odd/a (1999).mkv",
                      "Movies/Reel 1 (1901).mkv")  # fmt: skip
    told = cli.json("source", "discover", "Home")["overlooked"]
    assert told == [
        f"{_kind_line('Odd', 'Stuff')}. Once renamed to Movies, TV Shows, Music or Photos"
    ]
    os.rename(library.root / "Stuff", library.root / "TV Shows")
    os.rename(library.root / "Odd", library.root / "Music")
    assert "overlooked" not in cli.json("source", "discover", "Home", "--allow-missing")


def test_names_that_are_not_utf8_are_told_each_time(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", "Movies/Reel 1 (1901)/Reel 1 (1901).mkv")
    base = os.fsencode(library.root)
    for folder in (b"Fran\xe7ais", b"Movies/Sch\xf6n (1990)"):
        os.mkdir(base + b"/" + folder)
    (Path(os.fsdecode(base + b"/Movies/Sch\xf6n (1990)")) / "Sch (1990).mkv").touch()
    for file in ("", "Movies", "Movies/Reel 1 (1901)"):
        os.utime(library.root / file, (1_600_000_000, 1_600_000_000))
    way_out = f"convmv -f latin1 -t utf8 --notest -r {library.root}"

    for words in ((), (), ("--quick",), ("--quick",)):
        report = library.ingest(*words).json
        assert report["overlooked"] == [
            f"1 top folder has a name not in UTF-8, e.g. 'Fran\\udce7ais'; once renamed ({way_out})"
        ]
        assert report["totals"]["skipped"] == 1
        assert report["collections"][0]["skipped"] == [
            f"{library.root}/Movies/Sch\\udcf6n (1990)/Sch (1990).mkv: its name or path is not"
            " UTF-8; convmv -f latin1 -t utf8 renames such"
        ]
    assert report["overlooked"] == cli.json("source", "discover", "Home")["overlooked"]
