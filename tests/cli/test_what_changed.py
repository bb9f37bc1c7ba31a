"""An ingest names what it changed: as far as a screen goes, in JSON and the history all of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support import media
from support.cli import Cli
from support.media import Library, films
from support.scripted import Scripted
from support.shelf import Shelf, row

GONE, KEPT, MOVED, GROWN, NEW, BACK = "Gone", "Kept", "Moved", "Grown", "New", "Back"


def _film(name: str, folder: str = "") -> str:
    return f"Movies/{folder or name} (1999)/{name} (1999).mkv"


@pytest.fixture
def changed(cli: Cli, tmp_path: Path) -> Library:
    """A library in which, since the last ingest, something happened of each kind."""
    names = (GONE, KEPT, MOVED, GROWN, BACK)
    library = Library(cli, tmp_path / "media", *map(_film, names))
    library.ingest()
    (library.root / _film(BACK)).rename(library.root / "aside")
    library.ingest()
    (library.root / "aside").rename(library.root / _film(BACK))
    (library.root / _film(GONE)).unlink()
    (library.root / _film(MOVED)).rename(library.root / _film(MOVED, KEPT))
    media.write(library.root, _film(GROWN), text="longer " * 9)
    media.write(library.root, _film(NEW))
    return library


def _expected(library: Library) -> dict[str, list[dict[str, Any]]]:
    ids = library.ids()

    def item(name: str, folder: str = "", **more: str) -> dict[str, Any]:
        path = _film(name, folder)
        return {"id": ids[path], "title": name, "path": str(library.root / path), **more}

    return {
        "added": [item(NEW)],
        "updated": [item(GROWN)],
        "moved": [item(MOVED, KEPT, **{"from": str(library.root / _film(MOVED))})],
        "missing": [item(GONE)],
        "restored": [item(BACK)],
    }


def test_json_has_every_asset_that_changed(changed: Library) -> None:
    (movies,) = changed.ingest().json["collections"]
    assert movies["changes"] == _expected(changed)
    (again,) = changed.ingest().json["collections"]
    assert again["changes"] == {word: [] for word in _expected(changed)}


def test_the_report_has_a_line_for_each(changed: Library) -> None:
    run = changed.cli.ok("source", "ingest", "Home")
    root = changed.root
    assert run.out.splitlines()[5:] == [
        "Movies:",
        f"  restored  Back: {root / _film(BACK)}",
        f"  missing   Gone: {root / _film(GONE)}",
        f"  moved     Moved: {root / _film(MOVED, KEPT)} (was {root / _film(MOVED)})",
        f"  updated   Grown: {root / _film(GROWN)}",
        f"  added     New: {root / _film(NEW)}",
    ]
    assert run.err == ""


def test_a_dry_run_names_the_same(changed: Library) -> None:
    before = changed.cli.dump()
    text = changed.cli.ok("source", "ingest", "Home", "--dry-run").out
    (dry,) = changed.ingest("--dry-run").json["collections"]
    assert changed.cli.dump() == before
    (real,) = changed.ingest().json["collections"]
    assert dry == real
    assert f"  added     New: {changed.root / _film(NEW)}\n" in text


def test_the_history_has_all_of_it(changed: Library) -> None:
    cli = changed.cli
    changed.ingest()
    (line,) = cli.json("history", "--limit", "1")["history"]
    entry = cli.json("history", "show", line["id"])["entry"]
    assert entry.pop("changes") == _expected(changed)
    assert entry == line
    shown = cli.ok("history", "show", line["id"]).out
    assert f"  moved     Moved: {changed.root / _film(MOVED, KEPT)} (was" in shown
    assert f"  missing   Gone: {changed.root / _film(GONE)}\n" in shown


def test_the_history_names_by_id_what_is_no_longer_there(changed: Library) -> None:
    cli = changed.cli
    changed.ingest()
    number = changed.ids()[_film(GONE)]
    (line,) = cli.json("history", "--limit", "1")["history"]
    cli.ok("asset", "purge", "--force")
    shown = cli.ok("history", "show", line["id"]).out
    assert f"  missing   asset {number} (no longer there)\n" in shown
    changes = cli.json("history", "show", line["id"])["entry"]["changes"]
    assert changes["missing"] == [{"id": number, "title": None, "path": None}]


def test_a_screen_is_not_exceeded_and_the_rest_is_one_command_away(
    cli: Cli, tmp_path: Path
) -> None:
    library = Library(cli, tmp_path / "media", *films(300))
    run = cli.ok("source", "ingest", "Home")
    lines = run.out.splitlines()
    assert len(lines) < 30
    assert lines[-2] == "  added     ... 280 more"
    says, _, command = lines[-1].partition(": retrovue ")
    assert says == "All of it"
    words = command.split()
    assert words[:3] == ["--db", str(cli.db), "history"]
    shown = cli.ok(*words[2:]).out
    assert shown.count("  added     Reel ") == 300
    (movies,) = cli.json("source", "ingest", "Home", "--dry-run")["collections"]
    assert movies["stats"]["unchanged"] == 300
    assert len(library.ids()) == 300


def test_a_first_ingest_is_a_short_line_of_history(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("for n in range(5000): yield thing(f'{n}')")
    toys.ingest()
    ((detail,),) = cli.rows("SELECT detail FROM history ORDER BY id DESC LIMIT 1")
    assert json.loads(detail)["changes"] == {"added": [[1, 5000]]}


def test_plugins_are_told_the_ids(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(
        "yield thing('a'); yield thing('b')",
        before="""
@hookimpl
def collection_ingested(collection, result):
    print({word: list(ids) for word, ids in result.changes.items() if ids})
""",
    )
    out = cli.ok("source", "ingest", "Toys").out
    assert out.splitlines()[0] == "{'added': [1, 2]}"


# -- what was not read, and what was left out ------------------------------------------------------


def test_the_history_of_a_partial_run_says_what_was_not_read(cli: Cli) -> None:
    shelf = Shelf(cli)
    unread = [{"unread": f"/srv/movies/{n}"} for n in range(30)]
    shelf.ready(row("movies", "Alien", *unread))
    assert shelf.ingest().code == 2
    (line,) = cli.json("history", "--limit", "1")["history"]
    assert line["status"] == "partial"
    assert line["detail"]["unread"] == [f"/srv/movies/{n}: Permission denied" for n in range(30)]
    shown = cli.ok("history", "show", line["id"]).out
    assert "  not read: /srv/movies/29: Permission denied\n" in shown
    assert "30 not read" in cli.ok("history").out


def test_what_is_left_out_on_purpose_is_no_warning_and_listed_with_v(
    cli: Cli, tmp_path: Path
) -> None:
    sample = "Movies/Reel 1 (1901)/sample.mkv"
    library = Library(cli, tmp_path / "media", *films(1), sample)
    run = cli.ok("source", "ingest", "Home")
    assert run.err == ""
    assert "sample" not in run.out
    (library.root / sample).write_text("another")  # a folder that did not change is not read
    run = cli.ok("-v", "source", "ingest", "Home")
    assert run.err == ""
    assert f"  left out: {library.root / sample}: a sample\n" in run.out
    (library.root / sample).write_text("the last")
    (movies,) = library.ingest().json["collections"]
    assert movies["stats"]["skipped"] == 1
    assert movies["left_out"] == [f"{library.root / sample}: a sample"]
    assert "skipped" not in movies


# -- what lies in no collection --------------------------------------------------------------------


def test_new_top_folders_are_mentioned_until_they_are_discovered(cli: Cli, tmp_path: Path) -> None:
    library = Library(cli, tmp_path / "media", *films(1))
    assert "no collection yet" not in cli.ok("source", "ingest", "Home").out
    media.write(library.root, "An 'Other' $(one)/x.mkv", "Series/y.mkv")
    last = cli.ok("source", "ingest", "Home").out.splitlines()[-1]
    says, _, command = last.partition(": retrovue ")
    assert says == "'An 'Other' $(one)' and 'Series' are top folders that are no collection yet"
    assert command == f"--db {cli.db} source discover Home"
    assert cli.json("source", "ingest", "Home")["overlooked"] == [says]
    cli.ok("source", "discover", "Home")
    assert "no collection yet" not in cli.ok("source", "ingest", "Home").out


@pytest.mark.parametrize("words", [("source", "ingest", "Home"), ("source", "discover", "Home")])
def test_media_beside_the_top_folders_is_mentioned(
    cli: Cli, tmp_path: Path, words: tuple[str, ...]
) -> None:
    library = Library(cli, tmp_path / "media", *films(1))
    media.write(library.root, "loose.mkv", "notes.txt", ".hidden.mkv", "folder.jpg")
    last = cli.ok(*words).out.splitlines()[-1]
    says, _, command = last.partition(": retrovue ")
    assert says == (
        "1 file lies beside the top folders, e.g. 'loose.mkv'; one collection of all has it"
    )
    cli.ok(*command.split()[2:])
    offered = cli.json("source", "discover", "Home")["collections"]
    assert "." in [collection["external_id"] for collection in offered]


def test_a_source_of_one_collection_overlooks_nothing(cli: Cli, tmp_path: Path) -> None:
    media.write(tmp_path / "media", "a.mkv", "Extra/b.mkv")
    cli.ok("quickstart", tmp_path / "media")
    out = cli.ok("source", "ingest", "media").out
    assert "top folder" not in out


def test_an_importer_that_fails_to_say_so_spoils_nothing(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a')", body="    def overlooked(self, known): raise ValueError(known)")
    assert toys.stats() == {"discovered": 1, "added": 1}
    assert "ValueError: frozenset({'things'})" in cli("--debug", "source", "ingest", "Toys").err
