"""`retrovue quickstart`."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from support import plugins
from support.cli import Cli
from support.media import films, write


def test_quickstart_makes_a_catalogue_of_a_folder(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "media", *films(2), "Music/A/B/01 - C.flac")
    run = cli.ok("quickstart", tmp_path / "media")
    assert run.err == ""
    assert run.out.splitlines()[0] == "Success: Collections 'Movies', 'Music' ingested"
    assert "This mapped each location to itself and enabled every collection." in run.out
    assert cli.rows("SELECT name FROM sources") == [("media",)]
    assert cli.rows("SELECT enabled, sync_enabled, ingestible FROM collections") == [(1, 1, 1)] * 2
    assert cli.rows("SELECT count(*) FROM assets") == [(3,)]


def test_quickstart_twice_ingests_again(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "media", *films(2))
    cli.ok("quickstart", tmp_path / "media")
    before = cli.dump("sources", "path_mappings", "assets", "asset_files")
    body = cli.json("quickstart", tmp_path / "media")
    assert {word: n for word, n in body["totals"].items() if n} == {"discovered": 2, "unchanged": 2}
    assert cli.dump("sources", "path_mappings", "assets", "asset_files") == before


def test_quickstart_again_turns_nothing_on_that_was_turned_off(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "media", *films(1), "Music/A/B/01 - C.flac")
    cli.ok("quickstart", tmp_path / "media")
    cli.ok("collection", "update", "Music", "--sync-disable")
    cli.ok("quickstart", tmp_path / "media")
    assert cli.rows("SELECT sync_enabled FROM collections WHERE name = 'Music'") == [(0,)]


def test_commands_that_quickstart_prints_do_the_same_by_hand(cli: Cli, tmp_path: Path) -> None:
    media = tmp_path / "it's media"
    write(media, *films(2), "TV Shows/Night Signal (2003)/Season 01/S01E01.mkv")
    commands = cli.json("quickstart", media)["commands"]
    look = "SELECT external_id, kind, title FROM assets ORDER BY external_id"
    flags = "SELECT name, enabled, sync_enabled, ingestible FROM collections ORDER BY name"
    made, set_ = cli.rows(look), cli.rows(flags)
    cli.db.unlink()
    for line in commands:
        words = shlex.split(line)
        assert words[:3] == ["retrovue", "--db", str(cli.db)]
        cli.ok(*words[3:])
    assert cli.rows(look) == made
    assert cli.rows(flags) == set_


def test_quickstart_without_a_folder_touches_nothing_of_the_users(cli: Cli, tmp_path: Path) -> None:
    body = cli.json("quickstart")
    try:
        assert body["totals"]["added"] > 5
        assert body["totals"]["skipped"] == 0
        assert not cli.db.exists()
        assert Path(body["db"]).parent == Path(body["sample"]).parent
        assert Path(body["db"]).stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == []
    finally:
        shutil.rmtree(Path(body["db"]).parent)


def test_quickstart_on_an_empty_folder_says_what_to_do(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = cli("quickstart", tmp_path / "empty")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'empty'",
        "  it offers nothing: there is no media in it. Is a disk not mounted?",
    ]
    assert not cli.db.exists()


def test_quickstart_of_two_folders_of_one_name_makes_two_sources(cli: Cli, tmp_path: Path) -> None:
    for place in ("a/media", "b/media"):
        write(tmp_path / place, *films(1))
        cli.ok("quickstart", tmp_path / place)
    assert cli.rows("SELECT name FROM sources ORDER BY id") == [("media",), ("media 2",)]


TAKING = """
    @classmethod
    def options_for_folder(cls, folder):
        return {answer}
    def identity(self):
        return "box"
"""


def test_a_folder_is_taken_by_the_importer_that_knows_it(cli: Cli) -> None:
    answer = "{'box': folder} if folder.endswith('.box') else None"
    options = '    options = (Option("box", required=True),)'
    plugins.importer(cli.site, "boxes", TAKING.format(answer=answer) + options)
    (cli.home / "my.box").mkdir()
    (cli.home / "plain" / "Movies").mkdir(parents=True)
    cli("quickstart", cli.home / "my.box")
    cli.ok("quickstart", cli.home / "plain")
    assert cli.rows("SELECT type, name FROM sources ORDER BY id") == [
        ("boxes", "my.box"), ("filesystem", "plain"),
    ]  # fmt: skip


def test_a_folder_that_several_importers_take_is_no_ones(cli: Cli) -> None:
    for word in ("boxes", "crates"):
        plugins.importer(cli.site, word, TAKING.format(answer="{}"))
    run = cli("quickstart", cli.home)
    assert run.code == 1
    assert run.error == f"Error: {cli.home} is a source of several types: boxes, crates"
    assert not cli.db.exists()


def test_an_importer_that_fails_takes_no_folder_and_nobody_down(cli: Cli) -> None:
    for word, answer in (("boxes", "1 / 0"), ("crates", "'no options'")):
        plugins.importer(cli.site, word, TAKING.format(answer=answer))
    (cli.home / "plain" / "Movies").mkdir(parents=True)
    cli.ok("quickstart", cli.home / "plain")
    assert cli.rows("SELECT type FROM sources") == [("filesystem",)]
