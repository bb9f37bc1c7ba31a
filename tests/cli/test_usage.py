"""What holds for every command: usage errors, JSON whatever happens, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrovue.catalogue.connection import SCHEMA_VERSION
from support import plugins
from support.cli import Cli, operation
from support.media import Library, films
from support.scripted import Scripted

GROUPS = ("source", "collection", "asset", "db")

NO_FILE = [
    ("source", "list"),
    ("source", "show", "X"),
    ("source", "update", "X", "--name", "Y"),
    ("source", "discover", "X"),
    ("source", "ingest", "X"),
    ("source", "delete", "X", "--force"),
    ("collection", "list"),
    ("collection", "show", "X"),
    ("collection", "update", "X", "--enable"),
    ("collection", "ingest", "X"),
    ("collection", "wipe", "X", "--force"),
    ("asset", "list"),
    ("asset", "show", "1"),
    ("asset", "purge", "--force"),
    ("history",),
    ("db", "info"),
    ("db", "check"),
    ("db", "backup", "copy.db"),
]


@pytest.mark.parametrize("words", NO_FILE)
def test_command_without_a_file_says_so_and_creates_nothing(
    cli: Cli, words: tuple[str, ...]
) -> None:
    for extra in ((), ("--json",)):
        run = cli(*words, *extra)
        assert run.code == 1
        if extra:
            assert run.err == ""
            assert run.json["status"] == "error"
            assert run.json["error"]["code"] == "not_found"
            assert run.json["error"]["message"] == f"No catalogue at {cli.db}"
        else:
            assert run.out == ""
            assert run.err.splitlines() == [
                f"Error: No catalogue at {cli.db}",
                f"  Make one of a folder of media: retrovue --db {cli.db} quickstart DIR",
            ]
    assert list(cli.home.iterdir()) == []


@pytest.mark.parametrize("words", [(), *((noun,) for noun in GROUPS)])
def test_a_group_alone_shows_its_help(cli: Cli, words: tuple[str, ...]) -> None:
    alone, asked = cli(*words), cli(*words, "--help")
    assert (alone.code, alone.err) == (0, "")
    assert alone.out == asked.out
    assert alone.out.startswith("Usage: retrovue")
    assert list(cli.home.iterdir()) == []


USAGE = [
    (("nonsense",), "No such command 'nonsense'"),
    (("source", "nonsense"), "No such command 'nonsense'"),
    (("source", "list", "--nonsense"), "No such option '--nonsense'"),
    (("source", "list", "extra"), "Got unexpected extra argument (extra)"),
    (("source", "show"), "Missing argument 'SOURCE'"),
    (("source", "update"), "Missing argument 'SOURCE'"),
    (("collection", "update"), "Missing argument 'COLLECTION'"),
    (("collection", "update", "X", "--map", "/a"), "Option '--map' requires 2 arguments"),
    (("collection", "update", "X"), "Nothing to update"),
    (("collection", "ingest", "X", "--season", "one"), None),
    (("asset", "list", "--kind", "film"), None),
    (("asset", "list", "--limit", "0"), None),
    (("asset", "purge", "--older-than", "-1"), None),
    (("source", "add", "--name", "X"), "Missing option --type. Available types: filesystem, plex"),
    (("source", "add", "--type", "filesystem"), "Missing option --name"),
    (("source", "add", "--type", "filesystem", "--name", "X"), "Missing option --base-path"),
    (
        ("source", "add", "--type", "filesystem", "--name", " ", "--base-path", "/"),
        "The name of a source is empty",
    ),
    (("quickstart", "/nowhere/at/all"), "/nowhere/at/all is not a folder"),
]


@pytest.mark.parametrize(("words", "message"), USAGE)
def test_usage_error_exits_1_with_one_clear_line(
    cli: Cli, words: tuple[str, ...], message: str | None
) -> None:
    run = cli(*words)
    assert run.code == 1
    assert run.out == ""
    assert run.err.startswith(f"Error: {message}\n" if message else "Error: Invalid value for '--")
    if len(words) > 1:
        told = cli(*words[:2], "--json", *words[2:])
        assert told.code == 1
        assert told.json["status"] == "error"
        assert told.json["error"]["code"] == "usage"
        assert set(told.json["error"]) == {"code", "message", "detail"}
        assert told.json["error"]["message"] == run.error.removeprefix("Error: ")
    assert list(cli.home.iterdir()) == []


def test_update_without_a_source_is_a_usage_error_also_where_there_is_a_file(cli: Cli) -> None:
    cli.make_empty()
    run = cli("source", "update")
    assert run.code == 1
    assert run.error == "Error: Missing argument 'SOURCE'"
    assert cli("source", "update", "--nonsense").error == "Error: No such option '--nonsense'"


def test_usage_error_before_the_noun_is_json_too(cli: Cli) -> None:
    run = cli("--json", "source", "list")
    assert run.code == 1
    assert run.json["error"]["code"] == "usage"
    assert run.json["error"]["message"].startswith("No such option '--json'")


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("-h",),
        *(
            (noun, "--help")
            for noun in (
                "quickstart", "source", "collection", "asset", "history", "db", "plugins",
                "source list-types", "source add", "source list", "source show", "source update",
                "source discover", "source ingest", "source delete", "collection list",
                "collection show", "collection update", "collection ingest", "collection wipe",
                "asset list", "asset show", "asset purge", "db path", "db info", "db check",
                "db backup", "db restore",
            )
        ),
    ],
)  # fmt: skip
def test_help_is_shown_and_exits_0(cli: Cli, words: tuple[str, ...]) -> None:
    run = cli.ok(*" ".join(words).split())
    assert run.out.startswith("Usage: retrovue")
    assert run.err == ""
    assert list(cli.home.iterdir()) == []


def test_help_of_add_shows_the_types_and_with_a_type_its_options(cli: Cli) -> None:
    general = cli.ok("source", "add", "--help").out
    assert "filesystem" in general
    assert "plex" in general
    assert "--base-path" not in general
    assert "--base-path" in cli.ok("source", "add", "--type", "filesystem", "--help").out
    assert "--token" in cli.ok("source", "add", "--type", "plex", "--help").out


def test_help_of_update_shows_the_options_of_the_source_named(cli: Cli, tmp_path: Path) -> None:
    Library(cli, tmp_path / "media", *films(1))
    assert "--base-path" in cli.ok("source", "update", "Home", "--help").out
    assert "--base-path" not in cli.ok("source", "update", "--help").out


def test_version_is_shown(cli: Cli) -> None:
    from retrovue import __version__

    assert cli.ok("--version").out == f"retrovue, version {__version__}\n"


JSON_OF_A_FULL_FILE = [
    ("source", "list-types"),
    ("source", "list"),
    ("source", "show", "Home"),
    ("source", "update", "Home", "--name", "Home"),
    ("source", "discover", "Home"),
    ("source", "ingest", "Home"),
    ("source", "delete", "Home", "--dry-run"),
    ("collection", "list"),
    ("collection", "show", "Movies"),
    ("collection", "update", "Movies", "--sync-enable"),
    ("collection", "ingest", "Movies"),
    ("collection", "wipe", "Movies", "--dry-run"),
    ("asset", "list"),
    ("asset", "show", "Movies/Reel 1 (1901)/Reel 1 (1901).mkv"),
    ("asset", "purge", "--force"),
    ("history",),
    ("db", "path"),
    ("db", "info"),
    ("db", "check"),
    ("plugins",),
]


def test_json_of_every_command_is_one_object_and_nothing_else(cli: Cli, tmp_path: Path) -> None:
    Library(cli, tmp_path / "media", *films(2)).ingest()
    for words in JSON_OF_A_FULL_FILE:
        run = cli(*words, "--json")
        assert run.code == 0, (words, run.everything)
        assert run.json["status"] == "success", words
        assert run.err == "", words


def test_text_of_every_command_goes_to_stdout_alone(cli: Cli, tmp_path: Path) -> None:
    Library(cli, tmp_path / "media", *films(2)).ingest()
    for words in JSON_OF_A_FULL_FILE:
        run = cli(*words)
        assert run.code == 0, (words, run.everything)
        assert run.out != "", words
        assert run.err == "", words


NOT_FOUND = [
    ("source", "show"),
    ("source", "update", "--name", "Y"),
    ("source", "discover"),
    ("source", "ingest"),
    ("source", "delete", "--force"),
    ("collection", "list", "--source"),
    ("asset", "list", "--source"),
    ("asset", "purge", "--force", "--source"),
]


@pytest.mark.parametrize("words", NOT_FOUND)
def test_source_that_is_not_there(cli: Cli, words: tuple[str, ...]) -> None:
    cli.make_empty()
    before = cli.dump()
    run = cli(*words, "Nowhere")
    assert run.code == 1
    assert run.out == ""
    assert run.err.splitlines() == [
        "Error: Source 'Nowhere' not found",
        f"  The sources: retrovue --db {cli.db} source list",
    ]
    error = cli(*words, "Nowhere", "--json").json["error"]
    assert (error["code"], error["message"]) == ("not_found", "Source 'Nowhere' not found")
    assert cli.dump() == before


@pytest.mark.parametrize(
    "words",
    [
        ("collection", "show"),
        ("collection", "update", "--enable"),
        ("collection", "ingest"),
        ("collection", "wipe", "--force"),
        ("asset", "list", "--collection"),
        ("asset", "purge", "--force", "--collection"),
    ],
)
def test_collection_that_is_not_there(cli: Cli, words: tuple[str, ...]) -> None:
    cli.make_empty()
    run = cli(*words, "Nowhere")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Collection 'Nowhere' not found",
        f"  The collections: retrovue --db {cli.db} collection list",
    ]
    error = cli(*words, "Nowhere", "--json").json["error"]
    assert (error["code"], error["message"]) == ("not_found", "Collection 'Nowhere' not found")


def test_asset_that_is_not_there(cli: Cli) -> None:
    cli.make_empty()
    for word in ("9", "nothing", "9" * 30):
        run = cli("asset", "show", word)
        assert run.code == 1
        assert run.error == f"Error: Asset '{word}' not found"


def test_unforeseen_failure_is_one_line_and_a_traceback_only_with_debug(cli: Cli) -> None:
    Scripted(cli)
    cli.run_sql("DROP VIEW media")
    plain = cli("asset", "list")
    assert plain.code == 1
    assert plain.error.startswith("Error: ")
    assert "Traceback" not in plain.err
    debug = cli("--debug", "asset", "list")
    assert debug.code == 1
    assert "Traceback (most recent call last)" in debug.err
    assert debug.error == plain.error
    told = cli("--debug", "asset", "list", "--json")
    assert told.json["status"] == "error"


def test_words_that_are_not_utf8_are_refused(cli: Cli) -> None:
    cli.make_empty()
    run = cli("source", "show", "Odd \udcff")
    assert run.code == 1
    assert run.err == "Error: 'Odd \\udcff' is not UTF-8, which the catalogue cannot hold\n"
    assert cli("source", "show", "Odd \udcff", "--json").json["error"]["code"] == "usage"


# -- the file -------------------------------------------------------------------------------------


def test_file_and_its_new_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    cli = Cli(tmp_path, tmp_path / "new" / "deep" / "retrovue.db")
    cli.ok("source", "add", "--type", "filesystem", "--name", "A", "--base-path", tmp_path)
    assert cli.db.stat().st_mode & 0o777 == 0o600
    assert cli.db.parent.stat().st_mode & 0o777 == 0o700


def test_file_is_named_by_the_option_then_the_environment_then_the_data_folder(
    cli: Cli, tmp_path: Path
) -> None:
    assert cli.ok("db", "path", env={"RETROVUE_DB": "/other.db"}).out == f"{cli.db}\n"
    from support.cli import _environment, _in_process

    with _environment({"RETROVUE_DB": str(tmp_path / "mine.db")}):
        assert _in_process(["db", "path"]).out == f"{tmp_path}/mine.db\n"
    with _environment({"RETROVUE_DB": None, "HOME": str(tmp_path)}):
        assert _in_process(["db", "path"]).out == f"{tmp_path}/.local/share/retrovue/retrovue.db\n"


def test_db_path_is_printed_whether_it_is_there_or_not(cli: Cli) -> None:
    assert cli.ok("db", "path").out == f"{cli.db}\n"
    assert cli.json("db", "path") == {
        "status": "success",
        "path": str(cli.db),
        "exists": False,
    }
    assert not cli.db.exists()
    cli.make_empty()
    assert cli.json("db", "path")["exists"] is True


def _folder(path: Path) -> None:
    path.mkdir()


def _text(path: Path) -> None:
    path.write_text("not a database, but long enough to be read as one" * 100)


def _foreign(path: Path) -> None:
    import sqlite3

    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_folder, "{} is a folder, not a catalogue"),
        (_text, "{} is not a catalogue (file is not a database)"),
        (_foreign, "{} is not a catalogue but a database of something else"),
    ],
)
def test_what_is_no_catalogue_is_refused_and_not_touched(
    cli: Cli, tmp_path: Path, make: object, message: str
) -> None:
    assert callable(make)
    make(cli.db)
    before = cli.db.read_bytes() if cli.db.is_file() else b""
    add = ("source", "add", "--type", "filesystem", "--name", "A", "--base-path", tmp_path)
    for words in (("source", "list"), add, ("db", "check"), ("db", "info")):
        run = cli(*words)
        assert run.code == 1, words
        says = f"{operation(words)} failed: {message.format(cli.db)}"
        assert run.err.splitlines()[0] == f"Error: {says}"
        assert cli(*words, "--json").json["error"]["code"] == "not_a_catalogue"
    assert (cli.db.read_bytes() if cli.db.is_file() else b"") == before


def test_newer_file_is_refused_and_not_touched(cli: Cli, tmp_path: Path) -> None:
    cli.make_empty()
    cli.run_sql("PRAGMA user_version = 99")
    before = cli.db.read_bytes()
    add = ("source", "add", "--type", "filesystem", "--name", "A", "--base-path", tmp_path)
    for words in (("source", "list"), add):
        run = cli(*words)
        assert run.code == 1
        assert run.err.splitlines()[0] == (
            f"Error: {operation(words)} failed: {cli.db} is of schema version 99; this retrovue"
            f" knows versions up to {SCHEMA_VERSION}"
        )
        assert cli(*words, "--json").json["error"]["code"] == "newer_file"
    assert cli.db.read_bytes() == before


def test_reading_leaves_nothing_beside_the_file(cli: Cli) -> None:
    cli.make_empty()
    for words in (("source", "list"), ("asset", "list"), ("db", "info"), ("history",)):
        cli.ok(*words)
    assert [path.name for path in cli.home.iterdir()] == ["retrovue.db"]


# -- plugins that print or fail -------------------------------------------------------------------


def test_what_a_plugin_prints_is_not_on_stdout_of_json(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("print('noise of a scan')", "yield thing('a')", before="print('noise of an import')")
    run = cli("source", "ingest", "Toys", "--json")
    assert run.json["status"] == "success"
    assert run.err.splitlines()[:2] == ["noise of an import", "noise of a scan"]
    assert "noise" not in run.out


def test_broken_plugin_is_a_warning_and_json_stays_one_object(cli: Cli) -> None:
    plugins.install(cli.site, "cracked", "raise RuntimeError('no luck')")
    run = cli("plugins", "--json")
    assert run.code == 0
    assert run.json["status"] == "success"
    assert run.err == "Warning: Plugin 'cracked' (retrovue_cracked 1.0): RuntimeError: no luck\n"
    assert cli("-q", "plugins").err == ""
