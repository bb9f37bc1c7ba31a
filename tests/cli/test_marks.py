"""Marks and edits: said of an asset, kept with the work."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from support.cli import Cli


class Shelf:
    """Films below a folder, which is a source."""

    def __init__(self, cli: Cli, root: Path) -> None:
        self.cli, self.root = cli, root

    def put(self, name: str, content: str | None = None, *, folder: str = "Movies") -> Path:
        path = self.root / folder / name / f"{name}.mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content or f"content of {name}", encoding="utf-8")
        return path

    def add(self) -> None:
        self.cli.ok("quickstart", self.root)

    def ingest(self, *flags: str) -> Any:
        return self.cli.json("source", "ingest", self.root.name, *flags)

    def marked(self) -> list[tuple[str, list[str]]]:
        """Each marked work, with the titles of the assets that it is on."""
        titles = dict(self.cli.rows("SELECT id, title FROM assets"))
        marks = self.cli.json("asset", "marks")["marks"]
        return [(m["title"], [titles[id_] for id_ in m["assets"]]) for m in marks]


@pytest.fixture
def shelf(cli: Cli, tmp_path: Path) -> Shelf:
    shelf = Shelf(cli, tmp_path / "media")
    for name in ("Alien (1979)", "Brazil (1985)"):
        shelf.put(name)
    shelf.add()
    cli.ok("asset", "mark", "Alien", "--tag", "lent", "--rating", "9", "--note", "to Ada", "--seen")
    cli.ok("asset", "edit", "Alien", "--title", "Mine", "--edition", "Scratched")
    return shelf


def _said(cli: Cli, *words: str) -> dict[str, Any]:
    shown = cli.json("asset", "show", *words)
    return {name: shown[name] for name in ("tags", "rating", "note", "seen", "edits")}


SAID = {"tags": ["lent"], "rating": 9, "note": "to Ada", "seen": True,
        "edits": {"title": "Mine", "edition": "Scratched"}}  # fmt: skip


def test_what_is_said_shows(shelf: Shelf, cli: Cli) -> None:
    assert _said(cli, "Mine") == SAID
    assert cli.rows(
        "SELECT title, edition, tags, rating, note, seen FROM media WHERE year = 1979"
    ) == [("Mine", "Scratched", '["lent"]', 9, "to Ada", 1)]
    for view in ("films",):
        assert cli.rows(f"SELECT rating FROM {view} WHERE year = 1985") == [(None,)]
    assert cli("db", "check").code == 0


def test_it_is_taken_back_piece_by_piece(shelf: Shelf, cli: Cli) -> None:
    cli.ok("asset", "mark", "Mine", "--untag", "LENT", "--no-rating", "--unseen", "--no-note")
    assert _said(cli, "Mine") == {**SAID, "tags": [], "rating": None, "note": None, "seen": False}
    cli.ok("asset", "edit", "Mine", "--unset", "title", "--unset", "edition")
    assert cli.rows("SELECT title, edition FROM assets WHERE year = 1979") == [("Alien", None)]
    assert cli.rows("SELECT * FROM source_values") == []


def test_of_which_nothing_is_said_is_forgotten(cli: Cli, shelf: Shelf) -> None:
    cli.ok("asset", "mark", "Brazil", "--tag", "x")
    cli.ok("asset", "mark", "Brazil", "--untag", "x")
    assert cli.rows("SELECT title FROM works") == [("Alien (1979)",)]


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("mark", "Mine"), "Nothing to say"),
        (("mark", "Mine", "--rating", "3", "--no-rating"), "contradict"),
        (("mark", "Mine", "--note", "a", "--no-note"), "contradict"),
        (("mark", "Mine", "--note", " "), "--note is empty"),
        (("mark", "Mine", "--tag", " "), "A tag is text"),
        (("mark", "Mine", "--tag", "a\nb"), "A tag is text"),
        (("mark", "nobody", "--seen"), "not found"),
        (("edit", "Mine"), "Nothing to set"),
        (("edit", "Mine", "--title", ""), "--title is empty"),
        (("edit", "Mine", "--year", "soon"), "--year soon is no number"),
        (("edit", "Mine", "--year", "10000"), "--year 10000 is no number"),
        (("edit", "Mine", "--released-on", "2020-02-31"), "is no day"),
        (("edit", "Mine", "--unset", "kind"), "--unset kind is no field"),
        (("edit", "Mine", "--year", "1", "--unset", "year"), "contradict"),
    ],
)
def test_what_says_nothing_is_refused(
    shelf: Shelf, cli: Cli, flags: tuple[str, ...], says: str
) -> None:
    before = cli.dump()
    run = cli("asset", *flags)
    assert run.code == 1
    assert says in run.err
    assert cli.dump() == before


@pytest.mark.parametrize("flags", [("mark", "Mine", "--tag", "x"), ("edit", "Mine", "--year", "1")])
def test_a_dry_run_says_nothing(shelf: Shelf, cli: Cli, flags: tuple[str, ...]) -> None:
    before = cli.dump()
    assert cli.ok("asset", *flags, "--dry-run").out.startswith("Would ")
    assert cli.dump() == before


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (("tag:lent",), ["Mine"]), (("TAG:Lent",), ["Mine"]), (("tag:len",), []),
        (("rating:9",), ["Mine"]), (("rating:>7",), ["Mine"]), (("rating:<9",), []),
        (("rating:5..9",), ["Mine"]), (("rating:>=10",), []),
        (("seen:yes",), ["Mine"]), (("seen:no",), ["Brazil"]),
        (("note:ADA",), ["Mine"]), (("note:bob",), []),
        (("tag:lent", "mine"), ["Mine"]), (("tag:lent", "brazil"), []),
        (('"tag:lent"',), []),
    ],
)  # fmt: skip
def test_it_is_found_again(
    shelf: Shelf, cli: Cli, words: tuple[str, ...], titles: list[str]
) -> None:
    found = cli.json("asset", "list", *words)["assets"]
    assert [row["title"] for row in found] == titles


@pytest.mark.parametrize("word", ["rating:", "rating:x", "rating:>5..7", "seen:maybe"])
def test_a_word_that_asks_for_no_mark_is_refused_or_text(shelf: Shelf, cli: Cli, word: str) -> None:
    run = cli("asset", "list", word)
    assert (run.code, "Traceback" in run.everything) == (0 if word == "rating:" else 1, False)


# -- what it survives ------------------------------------------------------------------------------


def test_an_ingest_keeps_what_was_edited_and_says_so(shelf: Shelf, cli: Cli) -> None:
    shelf.put("Alien (1979)", "another, better file")
    run = cli.ok("source", "ingest", "media")
    assert "What you edited stays in 1 asset of these." in run.out
    assert _said(cli, "Mine") == SAID
    assert shelf.ingest()["totals"]["updated"] == 0


def test_a_rename_a_move_and_an_upgrade_at_once(shelf: Shelf, cli: Cli) -> None:
    folder = shelf.root / "Movies"
    (folder / "Alien (1979)").rename(folder / "Alien.1979.2160p")
    old = folder / "Alien.1979.2160p" / "Alien (1979).mkv"
    old.unlink()
    shelf.put("Alien (1979)", "4K", folder="Movies/Sorted")
    shelf.ingest("--allow-missing")
    assert ("Alien (1979)", ["Mine", "Mine"]) in shelf.marked() or shelf.marked() == [
        ("Alien (1979)", ["Mine"])
    ]
    present = cli.rows(
        "SELECT title, rating FROM media WHERE year = 1979 AND missing_since IS NULL"
    )
    assert present == [("Mine", 9)]


@pytest.mark.parametrize("way", ["wipe", "delete", "purge", "script"])
def test_it_waits_while_its_work_is_away_and_comes_back_with_it(
    shelf: Shelf, cli: Cli, way: str
) -> None:
    film = shelf.root / "Movies" / "Alien (1979)" / "Alien (1979).mkv"
    content = film.read_text(encoding="utf-8")
    if way == "wipe":
        cli.ok("collection", "wipe", "Movies", "--force")
    elif way == "delete":
        cli.ok("source", "delete", "media", "--force")
    elif way == "script":
        with sqlite3.connect(cli.db) as script:  # foreign keys are off
            script.execute("DELETE FROM assets")
    else:
        film.unlink()
        shelf.ingest("--allow-missing")
        cli.ok("asset", "purge", "--force")
    waiting = cli.json("asset", "marks", "--waiting")["marks"]
    assert [(each["title"], each["assets"]) for each in waiting] == [("Alien (1979)", [])]
    assert waiting[0]["edits"] == SAID["edits"]

    film.write_text(content, encoding="utf-8")
    if way == "delete":
        shelf.add()
    shelf.ingest()

    assert _said(cli, "Mine") == SAID
    assert cli.json("asset", "marks", "--waiting")["marks"] == []
    assert cli.json("asset", "show", "Brazil")["tags"] == []


def test_a_backup_and_a_copy_without_secrets_keep_it(
    shelf: Shelf, cli: Cli, tmp_path: Path
) -> None:
    for flags in ((), ("--without-secrets",)):
        copy = tmp_path / f"copy{len(flags)}.db"
        cli.ok("db", "backup", copy, *flags)
        cli.ok("asset", "mark", "Mine", "--rating", "1")
        cli.ok("db", "restore", copy, "--force")
        assert _said(cli, "Mine") == SAID


def test_both_collections_show_a_work_that_both_have(shelf: Shelf, cli: Cli) -> None:
    shelf.put("Alien (1979)", "a copy", folder="4K")
    cli.ok("source", "discover", "media")
    cli.ok("collection", "update", "4K", "--map-same", "--sync-enable")
    shelf.ingest()
    assert shelf.marked() == [("Alien (1979)", ["Mine", "Mine"])]
    cli.ok("asset", "edit", "1", "--unset", "title")
    assert cli.rows("SELECT title FROM assets WHERE year = 1979") == [("Alien",), ("Alien",)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Heat (1995) {imdb-tt0113277}", "Heat (1995) {imdb-tt0000001}"),
        ("Heat (1995)", "Heat (1986)"),
        ("Heat (1995)", "Heat (1995) {edition-Director's Cut}"),
    ],
)
def test_works_that_are_told_apart_never_share_one(
    cli: Cli, tmp_path: Path, one: str, other: str
) -> None:
    shelf = Shelf(cli, tmp_path / "media")
    first = shelf.put(one)
    shelf.put(other)
    shelf.add()
    ((id_,),) = cli.rows("SELECT asset_id FROM media WHERE local_path = :path", path=str(first))
    cli.ok("asset", "mark", str(id_), "--tag", "lent")
    assert len(cli.json("asset", "list", "tag:lent")["assets"]) == 1
    first.unlink()
    shelf.ingest("--allow-missing")
    cli.ok("asset", "purge", "--force")
    assert cli.json("asset", "list", "tag:lent")["assets"] == []
    assert len(cli.json("asset", "marks", "--waiting")["marks"]) == 1
    shelf.put(one)
    shelf.ingest()
    assert cli.rows("SELECT local_path FROM media WHERE tags <> '[]'") == [(str(first),)]


@pytest.mark.parametrize(
    "other", ["Heat (1995) {imdb-tt0000001}", "Heat (1995) {edition-Cut} {imdb-tt0113277}"]
)
def test_another_work_that_comes_in_its_place_does_not_get_it(
    cli: Cli, tmp_path: Path, other: str
) -> None:
    shelf = Shelf(cli, tmp_path / "media")
    first = shelf.put("Heat (1995) {imdb-tt0113277}", "the same content")
    shelf.add()
    cli.ok("asset", "mark", "Heat", "--tag", "lent")
    first.unlink()
    shelf.ingest("--allow-missing")
    cli.ok("asset", "purge", "--force")
    shelf.put(other, "the same content")
    shelf.ingest()
    assert cli.json("asset", "list", "tag:lent")["assets"] == []
    assert len(cli.json("asset", "marks", "--waiting")["marks"]) == 1
    shelf.put("Heat (1995) {imdb-tt0113277}")
    shelf.ingest()
    assert cli.rows("SELECT local_path FROM media WHERE tags <> '[]'") == [(str(first),)]


def test_two_of_one_name_in_a_collection_are_two_works(cli: Cli, tmp_path: Path) -> None:
    shelf = Shelf(cli, tmp_path / "media")
    first = shelf.put("Home (2009)", "one", folder="Movies/A")
    second = shelf.put("Home (2009)", "two", folder="Movies/B")
    shelf.add()
    ((id_,),) = cli.rows("SELECT asset_id FROM media WHERE local_path = :path", path=str(first))
    cli.ok("asset", "mark", str(id_), "--tag", "lent")
    first.unlink()
    shelf.ingest("--allow-missing")
    cli.ok("asset", "purge", "--force")
    shelf.put("Home (2009)", "two, changed", folder="Movies/B")
    shelf.ingest()
    assert cli.json("asset", "list", "tag:lent")["assets"] == []
    shelf.put("Home (2009)", "one", folder="Movies/A")
    shelf.ingest()
    assert cli.rows("SELECT local_path FROM media WHERE tags <> '[]'") == [(str(first),)]
    assert second.exists()


def test_what_a_script_renames_is_what_the_source_says(shelf: Shelf, cli: Cli) -> None:
    cli.run_sql("UPDATE edits SET value = 'By hand' WHERE field = 'title'")
    cli.ok("asset", "mark", "Brazil", "--seen")
    shelf.put("Alien (1979)", "changed")
    shelf.ingest()
    assert cli.rows("SELECT title FROM assets WHERE year = 1979") == [("By hand",)]


def test_an_extra_of_an_edited_film_still_finds_it(cli: Cli, tmp_path: Path) -> None:
    shelf = Shelf(cli, tmp_path / "media")
    film = shelf.put("Alien (1979)")
    shelf.add()
    cli.ok("asset", "edit", "Alien", "--title", "Mine", "--year", "1980")
    (film.parent / "Alien (1979)-trailer.mp4").write_text("trailer", encoding="utf-8")
    shelf.ingest()
    assert cli.rows("SELECT count(*) FROM assets WHERE kind = 'extra' AND extra_of IS NULL") == [
        (0,)
    ]


def test_the_file_has_it_as_json(shelf: Shelf, cli: Cli) -> None:
    ((identity,),) = cli.rows("SELECT identity FROM works")
    assert json.loads(identity)["facts"] == ["movie|alien|1979||"]
