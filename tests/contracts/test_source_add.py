"""`docs/contracts/resources/SourceAddContract.md`, rule by rule."""

from __future__ import annotations

import re

import pytest

from support import plugins
from support.cli import Cli
from support.shelf import Shelf, row

MOVIES = row("movies", "Alien")
SECRET = "s3cret-of-the-shelf"


@pytest.mark.guarantee("SA-1")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--name", "X"), "Missing option --type. Available types: filesystem, plex, shelf"),
        (("--type", "shelf"), "Missing option --name"),
        (("--type", "tape", "--name", "X"),
         "Unknown source type 'tape'. Available types: filesystem, plex, shelf"),
        (("--type", "shelf", "--name", "X"), "Missing option --offer"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_made(
    cli: Cli, shelf: Shelf, words: tuple[str, ...], says: str
) -> None:
    run = cli("source", "add", *words)
    assert (run.code, run.out, run.error) == (1, "", f"Error: {says}")
    assert not cli.db.exists()


@pytest.mark.guarantee("SA-2")
def test_without_discovery_nothing_is_contacted(cli: Cli, shelf: Shelf) -> None:
    run = shelf.add()
    assert run.code == 0
    assert run.out.splitlines()[1] == (f"Next: retrovue --db {cli.db} source discover 'My Shelf'")
    assert shelf.calls() == []
    assert cli.rows("SELECT count(*) FROM collections") == [(0,)]


@pytest.mark.guarantee("SA-3")
def test_with_discovery_the_report_holds_the_source_and_its_collections(
    cli: Cli, shelf: Shelf
) -> None:
    shelf.offer(MOVIES)
    told = shelf.add("--discover", "--json").json
    external_id = cli.rows("SELECT external_id FROM sources")[0][0]
    collection = told.pop("collections")[0]
    assert told == {
        "status": "success",
        "id": 1,
        "external_id": external_id,
        "name": "My Shelf",
        "type": "shelf",
        "config": {"offer": str(shelf.path)},
        "importer": "shelf",
        "collections_discovered": 1,
    }
    wanted = {"external_id": "movies", "name": "Movies", "kind": "movie", "enabled": False,
              "sync_enabled": False, "ingestible": False}  # fmt: skip
    assert {key: collection[key] for key in wanted} == wanted
    assert [m["external_path"] for m in collection["path_mappings"]] == ["/srv/movies"]


@pytest.mark.guarantee("SA-4")
def test_the_external_id_comes_from_type_and_identity_alone(cli: Cli, shelf: Shelf) -> None:
    first = shelf.add("--json").json["external_id"]
    assert re.fullmatch(r"shelf-[0-9a-f]{8}", first)
    cli.ok("source", "update", shelf.name, "--name", "Renamed")
    assert cli.rows("SELECT external_id FROM sources") == [(first,)]
    cli.ok("source", "delete", "Renamed", "--force", "--no-backup")
    assert shelf.add("--json", name="Another name").json["external_id"] == first


@pytest.mark.guarantee("SA-5")
def test_a_source_that_is_there_is_not_added_again(cli: Cli, shelf: Shelf) -> None:
    shelf.add()
    before = cli.dump()
    run = shelf.add(name="Other")
    assert (run.code, run.error) == (1, "Error: Source 'My Shelf' already exists")
    other = ("--type", "filesystem", "--base-path", cli.home)
    run = cli("source", "add", *other, "--name", "MY SHELF")
    assert (run.code, run.error) == (1, "Error: Source 'My Shelf' already exists")
    assert cli.dump() == before


@pytest.mark.guarantee("SA-6")
def test_the_importer_s_options_are_flags_with_help(cli: Cli, shelf: Shelf) -> None:
    shown = cli.ok("source", "add", "--type", "shelf", "--help").out
    assert "--offer TEXT" in shown
    assert "[required]" in shown
    assert "--token TEXT" in shown
    assert "--offer" not in cli.ok("source", "add", "--help").out


@pytest.mark.guarantee("SA-7")
def test_a_secret_is_stored_apart_and_shown_nowhere(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES, {"raise": f"401 for {SECRET}"})
    failed = shelf.add("--discover", "--token", SECRET)
    added = shelf.add("--token", SECRET, "--json")
    shown = cli.ok("source", "show", shelf.name)
    discovered = cli("--debug", "source", "discover", shelf.name)
    for run in (failed, added, shown, discovered):
        assert SECRET not in run.everything
    assert added.json["config"]["token"] == "***"
    assert cli.rows("SELECT name, value FROM source_secrets") == [("token", SECRET)]
    for table in ("sources", "history"):
        assert SECRET not in str(cli.dump(table))


@pytest.mark.guarantee("SA-7")
def test_a_reference_is_stored_and_not_what_it_stands_for(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    run = cli(
        "source", "add", "--type", "shelf", "--name", "X", "--offer", shelf.path,
        "--token", "env:SHELF_TOKEN", "--discover", env={"SHELF_TOKEN": SECRET},
    )  # fmt: skip
    assert run.code == 0
    assert cli.rows("SELECT value FROM source_secrets") == [("env:SHELF_TOKEN",)]


@pytest.mark.guarantee("SA-7")
def test_credentials_inside_a_url_are_refused(cli: Cli) -> None:
    run = cli("source", "add", "--type", "plex", "--name", "P", "--token", "tok-1234567",
              "--base-url", "http://me:hunter2@plex:32400")  # fmt: skip
    assert (run.code, run.error) == (1, "Error: --base-url holds credentials inside a URL")
    assert "hunter2" not in run.everything
    assert not cli.db.exists()


@pytest.mark.guarantee("SA-8")
def test_a_dry_run_makes_neither_file_nor_row(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    told = shelf.add("--discover", "--dry-run", "--json").json
    assert (told["dry_run"], told["collections_discovered"]) == (True, 1)
    assert not cli.db.exists()
    cli.ok("source", "add", "--type", "filesystem", "--name", "First", "--base-path", cli.home)
    before = cli.dump()
    run = shelf.add("--discover", "--dry-run")
    assert run.out.splitlines()[0].startswith("Would add source 'My Shelf' (shelf-")
    assert cli.dump() == before


@pytest.mark.guarantee("SA-9")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "The name of a source is empty"),
        ("  ", "The name of a source is empty"),
        ("a\x1b[2Jb", "The name of a source holds control characters: 'a\\x1b[2Jb'"),
    ],
)
def test_a_name_that_is_none_is_refused(cli: Cli, shelf: Shelf, name: str, says: str) -> None:
    run = cli("source", "add", "--type", "shelf", "--offer", shelf.path, "--name", name)
    assert (run.code, run.error) == (1, f"Error: {says}")
    assert not cli.db.exists()


@pytest.mark.guarantee("SA-11")
def test_the_server_is_asked_first_and_its_answer_kept(cli: Cli, shelf: Shelf) -> None:
    shelf.offer(MOVIES)
    shelf.server("raise it sleeps")
    run = shelf.add("--discover")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'My Shelf'",
        "  it sleeps",
    ]
    assert shelf.calls() == []
    assert not cli.db.exists()
    shelf.server("one")
    assert shelf.add("--discover").code == 0
    assert cli.rows("SELECT remote_identity FROM sources") == [("one",)]


@pytest.mark.guarantee("SA-10")
def test_history_and_plugins_are_told_and_a_plugin_that_raises_is_a_warning(
    cli: Cli, shelf: Shelf
) -> None:
    code = """
    @hookimpl
    def source_added(source):
        raise RuntimeError(f"no thanks, {source.name}")
    """
    plugins.install(cli.site, "listener", code)
    run = shelf.add()
    assert run.code == 0
    assert run.err == (
        "Warning: Plugin 'retrovue_listener:listener' failed in source_added:"
        " RuntimeError: no thanks, My Shelf\n"
    )
    assert cli.rows("SELECT operation, source, status FROM history") == [
        ("Source add", "My Shelf", "success")
    ]
