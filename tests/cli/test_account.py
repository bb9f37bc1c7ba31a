"""What became of every entry below the locations; the verdicts sum to an independent walk."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support import written
from support.cli import Cli
from support.media import Library, write
from support.nobody import as_nobody
from support.scripted import Scripted

KEPT = (
    "Movies/Heat (1995)/Heat (1995) - 1080p.mkv",
    "Movies/Heat (1995)/Heat (1995) - 480p.avi",
    "Movies/Heat (1995)/Heat (1995)-trailer.mp4",
    "Movies/Heat (1995)/Heat (1995).en.srt",
    "Movies/Heat (1995)/poster.jpg",
    "Movies/Heat (1995)/Sample/heat-sample.mkv",
    "Movies/Jaws (1975).mkv",
    "Movies/readme.doc",
    "Movies/.hidden.mkv",
    "Movies/.cache/x.mkv",
    "Movies/@eaDir/Heat.mkv",
    "Movies/lost+found/x.mkv",
    "Movies/Photos.app/inside/x.mp4",
    "Movies/private/.nomedia",
    "Movies/private/home.mkv",
    "Movies/left/Out (2000).mkv",
    "Movies/song.mp3",
)


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", *KEPT)
    (library.root / "Movies/private/.nomedia").write_text("")
    library.ingest()
    movies = library.root / "Movies"
    (movies / "loop").symlink_to(movies)
    (movies / "nowhere.mkv").symlink_to(tmp_path / "nothing")
    write(tmp_path / "elsewhere", "Ran (1985)/Ran (1985).mkv")
    (movies / "more").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(movies / "pipe.mkv")
    cli.ok("collection", "update", "Movies", "--exclude", movies / "left")
    return library


def _walked(folder: Path) -> int:
    """What `find` counts: whatever is no directory."""
    found = subprocess.run(
        ["find", folder, "!", "-type", "d", "-printf", "x"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return len(found.stdout)


def _account(library: Library) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    data = library.cli.json("account", "Movies")
    movies = library.root / "Movies"
    return data, {os.path.relpath(entry["path"], movies): entry for entry in data["entries"]}


def test_every_entry_has_one_verdict(library: Library) -> None:
    written.watch(library.cli.db)
    data, entries = _account(library)
    assert not written.counts(library.cli.db)
    behind = 1  # of the link that is followed
    assert data["total"] == len(entries) == _walked(library.root / "Movies") + behind
    assert sum(data["verdicts"].values()) == data["total"]
    verdicts = {path: entry["verdict"] for path, entry in entries.items()}
    assert verdicts == {
        "Heat (1995)/Heat (1995) - 1080p.mkv": "asset",
        "Heat (1995)/Heat (1995) - 480p.avi": "asset",
        "Heat (1995)/Heat (1995)-trailer.mp4": "extra",
        "Heat (1995)/Heat (1995).en.srt": "sidecar",
        "Heat (1995)/poster.jpg": "sidecar",
        "Heat (1995)/Sample/heat-sample.mkv": "not_wanted",
        "Jaws (1975).mkv": "asset",
        "readme.doc": "not_wanted",
        ".hidden.mkv": "ignored",
        ".cache/x.mkv": "ignored",
        "@eaDir/Heat.mkv": "ignored",
        "lost+found/x.mkv": "ignored",
        "Photos.app/inside/x.mp4": "ignored",
        "private/.nomedia": "ignored",
        "private/home.mkv": "ignored",
        "left/Out (2000).mkv": "excluded",
        "song.mp3": "not_wanted",
        "loop": "not_wanted",
        "nowhere.mkv": "skipped",
        "more": "not_wanted",
        "more/Ran (1985)/Ran (1985).mkv": "asset",
        "pipe.mkv": "not_wanted",
    }
    assert all(entry["rule"] for entry in entries.values())


def test_an_asset_has_its_id_and_one_to_come_none(library: Library) -> None:
    _, entries = _account(library)
    (heat,) = library.cli.rows("SELECT id FROM assets WHERE title = 'Heat' AND kind = 'movie'")
    assert entries["Heat (1995)/Heat (1995) - 480p.avi"]["asset_id"] == heat[0]
    ran = entries["more/Ran (1985)/Ran (1985).mkv"]
    assert (ran["asset_id"], ran["rule"]) == (None, "taken at the next ingest")


def test_text_sums_up_and_names_what_is_no_asset(library: Library) -> None:
    text = library.cli.ok("account", "Home").out
    assert text.startswith("22 entries\n")
    assert "private/home.mkv: left out by .nomedia" in text


@pytest.mark.parametrize(
    ("path", "verdict", "rule"),
    [
        ("Heat (1995)/Heat (1995) - 480p.avi", "asset", "in the catalogue"),
        ("Heat (1995)/Sample/heat-sample.mkv", "not_wanted", "sample"),
        ("private/home.mkv", "ignored", ".nomedia"),
        ("left/Out (2000).mkv", "excluded", "--exclude"),
    ],
)
def test_why_tells_it_of_one(library: Library, path: str, verdict: str, rule: str) -> None:
    place = library.root / "Movies" / path
    found = library.cli.json("why", place)
    assert (found["path"], found["verdict"]) == (str(place), verdict)
    assert rule in found["rule"]
    if verdict == "asset":
        assert found["read"] == {"kind": "movie", "title": "Heat", "year": 1995, "version": "480p"}
    assert str(place) in library.cli.ok("why", place).out


def test_why_of_what_is_in_no_source(library: Library, tmp_path: Path) -> None:
    (tmp_path / "x.mkv").touch()
    for path in (tmp_path / "x.mkv", library.root / "Movies" / "not there.mkv"):
        found = library.cli.json("why", path)
        assert found["verdict"] == "in_no_source"


def test_why_takes_a_path_as_the_source_spells_it(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a', path='/srv/things/a.mkv')")
    (toys.root / "a.mkv").touch()
    (toys.root / "b.mkv").touch()
    toys.ingest()
    found = cli.json("why", "/srv/things/a.mkv")
    assert (found["path"], found["verdict"]) == (str(toys.root / "a.mkv"), "asset")
    found = cli.json("why", toys.root / "b.mkv")
    assert (found["verdict"], found["rule"]) == ("not_wanted", "its source does not take it")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_a_folder_that_cannot_be_read_is_one_entry(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", "Movies/Heat (1995).mkv", "Movies/locked/a.mkv",
                      "Movies/.hidden/b.mkv")  # fmt: skip
    library.ingest()
    locked = [library.root / "Movies/locked", library.root / "Movies/.hidden"]
    for folder in locked:
        folder.chmod(0)
    try:
        run = as_nobody(cli, "account", "Movies", "--json")
    finally:
        for folder in locked:
            folder.chmod(0o755)
    assert run.code == 0
    verdicts = {os.path.basename(e["path"]): e["verdict"] for e in run.json["entries"]}
    assert verdicts == {"Heat (1995).mkv": "asset", "locked": "unreadable", ".hidden": "unreadable"}
    assert run.json["total"] == 3 == sum(run.json["verdicts"].values())
