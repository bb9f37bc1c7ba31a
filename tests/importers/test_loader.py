"""Plugins of third parties: found, used, and unable to take anything else down."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from retrovue.cli import source
from retrovue.importers.faults import RESERVED
from support import plugins
from support.cli import PATIENCE, PYTHON, Cli
from support.scripted import Scripted

WHOLE = """
class Whole(Importer):
    type = "whole"
    description = "A shelf in the hall"
    options = (Option("room", "which room", default="hall"),)
    def identity(self):
        return self.config["room"]
    def discover(self):
        yield FoundCollection("things", "Things", locations=("/srv/things",))
    def scan(self, collection):
        yield FoundAsset("a", "movie", "A", (FoundFile("/srv/things/a.mkv"),), "1")

@hookimpl
def register_importers(register):
    register(Whole)
"""


def _state(cli: Cli, name: str) -> tuple[list[str], list[str]]:
    """The importers of a plugin and why it failed, as `retrovue plugins` tells."""
    (plugin,) = [p for p in cli.json("plugins")["plugins"] if p["name"] == name]
    return plugin["importers"], plugin["failures"]


def _the_rest_works(cli: Cli) -> None:
    cli.make_empty()
    types = [t["type"] for t in cli.json("source", "list-types")["types"]]
    assert {"filesystem", "plex"} <= set(types)
    assert cli("source", "list").everything.startswith("No sources yet.")
    place = cli.home / "fine"
    (place / "Movies").mkdir(parents=True, exist_ok=True)
    cli.ok("quickstart", place)


# -- a plugin that works --------------------------------------------------------------------------


def test_importer_of_another_distribution_is_found_listed_and_used(cli: Cli) -> None:
    plugins.install(cli.site, "whole_plugin", WHOLE, distribution="my-shelf", version="2.5")
    listed = cli.process("plugins")
    assert listed.code == 0
    assert ["whole_plugin", "my_shelf", "2.5", "whole", "-", "ok"] in [
        line.split() for line in listed.out.splitlines()
    ]
    helped = cli.ok("source", "add", "--type", "whole", "--help").out
    assert "--room" in helped
    assert "[default: hall]" in helped
    added = cli.process("source", "add", "--type", "whole", "--name", "W", "--discover")
    assert added.code == 0, added.everything
    cli.ok("collection", "update", "Things", "--map", "/srv/things", cli.home, "--sync-enable")
    done = cli.process("source", "ingest", "W", "--json")
    assert done.code == 0
    assert done.json["totals"]["added"] == 1
    assert cli.rows("SELECT local_path FROM media") == [(f"{cli.home}/a.mkv",)]


def test_entry_point_may_name_an_object(cli: Cli) -> None:
    code = WHOLE.replace("@hookimpl\ndef register_importers(register):", "class Hooks:\n  @hookimpl\n  def register_importers(self, register):").replace("    register(Whole)", "      register(Whole)")  # fmt: skip # noqa: E501
    plugins.install(
        cli.site, "whole_plugin", code + "\nhooks = Hooks()\n", value="whole_plugin:hooks"
    )
    assert _state(cli, "whole_plugin") == (["whole"], [])


def test_first_distribution_on_the_path_counts(cli: Cli, tmp_path: Path) -> None:
    plugins.install(cli.site, "whole_plugin", WHOLE)
    plugins.install(cli.site, "whole_plugin", WHOLE, version="0.9")
    found = [p["version"] for p in cli.json("plugins")["plugins"] if p["name"] == "whole_plugin"]
    assert found == ["0.9"]


def test_plugins_are_not_loaded_by_commands_that_need_none(cli: Cli) -> None:
    Scripted(cli)
    plugins.install(cli.site, "loud", "raise RuntimeError('loaded')")
    for words in (
        ("source", "list"),
        ("source", "show", "Toys"),
        ("collection", "list"),
        ("collection", "show", "Things"),
        ("asset", "list"),
        ("history",),
        ("db", "path"),
        ("db", "info"),
        ("db", "check"),
        ("--help",),
        ("source", "--help"),
    ):
        assert cli.ok(*words).err == "", words


def test_reading_imports_no_plexapi_no_pluggy_and_no_sqlite_utils(cli: Cli) -> None:
    Scripted(cli)
    code = (
        "import sys; from retrovue.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules}"
        " & {'plexapi', 'pluggy', 'sqlite_utils', 'requests', 'retrovue_plex'}))"
    )
    for words in (("source", "list"), ("asset", "list"), ("collection", "list")):
        done = subprocess.run(
            [*PYTHON, "-c", code, "--db", str(cli.db), *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        )
        assert done.stdout.splitlines()[-1] == "[]"


# -- plugins that do not --------------------------------------------------------------------------

BROKEN = [
    ("raise RuntimeError('no luck')", "RuntimeError: no luck"),
    ("raise RuntimeError('two\\nlines')", "RuntimeError: two"),
    ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ("raise SystemExit('bye')", "SystemExit: bye"),
    ("import sys; sys.exit(0)", "SystemExit: 0"),
    ("def broken(:", "SyntaxError: "),
    (
        "@hookimpl\ndef register_importers(register):\n    raise ValueError('late')",
        "ValueError: late",
    ),
    ("@hookimpl\ndef register_importers(register):\n    raise SystemExit('no')", "SystemExit: no"),
    ("@hookimpl\ndef register_importers(wrong):\n    pass", "Plugin 'retrovue_cracked:cracked'"),
    ("@hookimpl\ndef no_such_hook():\n    pass", "it implements unknown hook no_such_hook"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "reason"), BROKEN)
def test_plugin_that_cannot_be_loaded_is_named_and_the_rest_works(
    cli: Cli, code: str, reason: str
) -> None:
    plugins.install(cli.site, "cracked", code)
    run = cli("plugins", "--json")
    assert run.code == 0
    (failure,) = _state(cli, "cracked")[1]
    assert failure.startswith(reason)
    assert "\n" not in failure
    assert run.err.startswith(f"Warning: Plugin 'cracked' (retrovue_cracked 1.0): {reason}")
    assert len(run.err.splitlines()) == 1
    _the_rest_works(cli)


FAULTY = [
    ("7", "it is not a class"),
    ("None", "it is not a class"),
    ("type('T', (), {'type': 't'})", "it lacks the method identity"),
    ("whole(scan=None)", "it lacks the method scan"),
    ("whole(type='')", "it has no type"),
    ("whole(type=7)", "it has no type"),
    ("whole(type='two words')", "its type 'two words' must be one word"),
    ("whole(type='bell\\a')", "its type 'bell\\x07' must be one word"),
    ("whole(description=7)", "its description must be a string"),
    ("whole(options=7)", "its options must be a tuple of Option"),
    ("whole(options=('base',))", "its options must be a tuple of Option"),
    ("whole(options=(Option('two words'),))", "its option 'two words' must be a Python name"),
    ("whole(options=(Option(7),))", "its option 7 must be a Python name"),
    ("whole(options=(Option('a'), Option('a')))", "its option a is there twice"),
    ("whole(options=(Option('name'),))", "its option name is one of retrovue's own"),
    ("whole(options=(Option('a', help=None),))", "a text of its option a is none"),
    ("whole(options=(Option('a', envvar=7),))", "a text of its option a is none"),
    ("whole(options=(Option('a', type=('x', 7)),))", "a text of its option a is none"),
    (
        "whole(options=(Option('a', type=list),))",
        "the type of its option a is none of str, int, float, bool, Path and words",
    ),
    (
        "whole(options=(Option('a', type=()),))",
        "the type of its option a is none of str, int, float, bool, Path and words",
    ),
    ("whole(options=(Option('a', default=object()),))", "its option a is not of its type"),
]  # fmt: skip


@pytest.mark.parametrize(("offer", "reason"), FAULTY)
def test_importer_that_is_not_whole_is_named_and_the_rest_works(
    cli: Cli, offer: str, reason: str
) -> None:
    code = f"""
def f(self):
    return ()

def whole(**members):
    return type('T', (Importer,), {{
        'type': 't', 'identity': f, 'discover': f, 'scan': lambda self, c: (), **members}})

@hookimpl
def register_importers(register):
    register({offer})
"""
    plugins.install(cli.site, "faulty", code)
    importers, (failure,) = _state(cli, "faulty")
    assert importers == []
    assert reason in failure
    _the_rest_works(cli)


def test_source_of_a_broken_importer_alone_fails(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds(body="    options = 7")
    run = cli("source", "ingest", "Toys")
    assert run.code == 1
    assert run.error == (
        "Error: Importer 'toys' cannot be used: its options must be a tuple of Option"
    )
    assert cli("source", "ingest", "Toys", "--json").json["error"]["code"] == "importer_failed"
    for words in (("source", "list"), ("source", "show", "Toys"), ("asset", "list")):
        cli.ok(*words)
    (cli.home / "fine" / "Movies").mkdir(parents=True)
    cli.ok("quickstart", cli.home / "fine")


def test_two_plugins_of_the_same_type_are_both_named_and_neither_is_used(cli: Cli) -> None:
    for name in ("first", "second"):
        plugins.install(cli.site, name, WHOLE)
    told = (
        "importer 'whole': offered twice, by retrovue_first:first and retrovue_second:second;"
        " neither is used"
    )
    assert _state(cli, "first") == ([], [told])
    assert _state(cli, "second") == ([], [told])
    run = cli("source", "add", "--type", "whole", "--name", "W")
    assert run.code == 1
    assert run.error.startswith("Error: Importer 'whole' cannot be used: offered twice, by ")
    _the_rest_works(cli)


@pytest.mark.parametrize("type_", ["plex", "filesystem", "FileSystem"])
@pytest.mark.parametrize("name", ["a_thief", "thief", "zz_thief"])
def test_a_bundled_type_stays_the_bundled_one(cli: Cli, type_: str, name: str) -> None:
    plugins.install(cli.site, name, WHOLE.replace('"whole"', repr(type_)))
    fault = f"importer '{type_}': the type is retrovue's own; this one is not used"
    assert _state(cli, name) == ([], [fault])
    for ours in ("filesystem", "plex"):
        assert _state(cli, ours) == ([ours], [])
    run = cli.ok("source", "list-types", "--json")
    assert [t["type"] for t in run.json["types"]] == ["filesystem", "plex"]
    assert run.err == f"Warning: Plugin '{name}' (retrovue_{name} 1.0): {fault}\n"
    _the_rest_works(cli)


def test_a_bundled_plugin_is_ours_whoever_else_names_it(cli: Cli) -> None:
    plugins.install(
        cli.site, "aaa", "", distribution="aaa", name="filesystem", value="retrovue_filesystem"
    )
    assert {t["type"] for t in cli.json("source", "list-types")["types"]} == {"filesystem", "plex"}
    _the_rest_works(cli)


@pytest.mark.parametrize("failure", ["ValueError('oh')", "SystemExit('oh')"])
def test_notification_that_raises_is_a_warning_and_changes_nothing(cli: Cli, failure: str) -> None:
    hooks = "".join(
        f"@hookimpl\ndef {hook}({arguments}):\n    raise {failure}\n"
        for hook, arguments in (
            ("source_added", "source"),
            ("source_deleted", "source"),
            ("collection_ingested", "collection, result"),
        )
    )
    plugins.install(cli.site, "grumpy", hooks)
    said = failure.partition("(")[0] + ": oh"
    place = cli.home / "fine"
    (place / "Movies").mkdir(parents=True)
    add = ("source", "add", "--type", "filesystem", "--name", "F", "--base-path", place)
    for words, hook in (
        ((*add, "--discover"), "source_added"),
        (("collection", "update", "Movies", "--map-same", "--sync-enable"), None),
        (("source", "ingest", "F"), "collection_ingested"),
        (("source", "delete", "F", "--force"), "source_deleted"),
    ):  # fmt: skip
        run = cli.ok(*words)
        due = f"Warning: Plugin 'retrovue_grumpy:grumpy' failed in {hook}: {said}\n"
        assert run.err == (due if hook else "")


def test_notifications_come_after_the_commit_with_what_was_done(cli: Cli) -> None:
    log = cli.home / "log"
    hooks = f"""
import sqlite3

def note(*words):
    rows = sqlite3.connect({str(cli.db)!r}).execute(
        "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM assets)").fetchone()
    with open({str(log)!r}, "a") as file:
        print(*words, *rows, file=file)

@hookimpl
def source_added(source):
    note("added", source.name)
@hookimpl
def source_deleted(source):
    note("deleted", source.name)
@hookimpl
def collection_ingested(collection, result):
    note("ingested", collection.name, result.status, result.stats["added"])
"""
    plugins.install(cli.site, "notary", hooks)
    toys = Scripted(cli)
    toys.holds("yield thing('a')")
    toys.ingest("--dry-run")
    toys.ingest()
    cli.ok("source", "delete", "Toys", "--dry-run")
    cli.ok("source", "delete", "Toys", "--force")
    assert log.read_text().splitlines() == [
        "added Toys 1 0",
        "ingested Things success 1 1 1",
        "deleted Toys 0 0",
    ]


def test_refused_plugin_hears_of_nothing(cli: Cli) -> None:
    log = cli.home / "log"
    plugins.install(
        cli.site,
        "halfway",
        f"""
        @hookimpl
        def collection_ingested(collection, result):
            open({str(log)!r}, "a").write("heard")

        @hookimpl
        def source_added(wrong):
            pass
        """,
    )
    toys = Scripted(cli)
    toys.holds("yield thing('a')")
    toys.ingest()
    assert not log.exists()


def test_unreadable_and_odd_metadata_is_passed_over(cli: Cli) -> None:
    plugins.install(cli.site, "whole_plugin", WHOLE)
    for name in ("odd-1.0.dist-info", "odd2.egg-info", "x.dist-info"):
        (cli.site / name / "entry_points.txt").mkdir(parents=True)
    other = cli.site / "bytes-1.0.dist-info"
    other.mkdir()
    (other / "entry_points.txt").write_bytes(
        b"\xff\xfe[retrovue\n= \n[retrovue]\n# x = y\nnothing\n"
    )
    assert _state(cli, "whole_plugin") == (["whole"], [])


# -- commands of plugins --------------------------------------------------------------------------

HELLO = """
import click
print("imported")

@click.command()
@click.option("--loud", is_flag=True)
def hello(loud):
    "Say hello."
    print("HELLO" if loud else "hello")
"""


def _command(cli: Cli, code: str, name: str = "hello", value: str = "greeter:hello") -> None:
    plugins.install(cli.site, "greeter", code, group="retrovue.commands", name=name, value=value)


def test_command_of_a_plugin_is_listed_without_import_and_runs(cli: Cli) -> None:
    _command(cli, HELLO)
    helped = cli.ok("--help").out
    assert "hello" in helped
    assert "From retrovue_greeter." in helped
    assert "imported" not in helped
    assert cli.ok("hello", "--loud").out == "imported\nHELLO\n"
    assert cli("hello", "--nonsense").code == 1
    assert cli.process("hello").out == "imported\nhello\n"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise RuntimeError('no luck')", "cannot be loaded (RuntimeError: no luck)"),
        ("raise SystemExit('bye')", "cannot be loaded (SystemExit: bye)"),
        ("hello = 7", "is not a click command"),
    ],
)
def test_command_that_cannot_be_loaded_fails_alone(cli: Cli, code: str, message: str) -> None:
    _command(cli, code)
    run = cli("hello")
    assert run.code == 1
    assert run.err == f"Error: Command 'hello' of retrovue_greeter {message}\n"
    assert cli("hello", "--json").json["status"] == "error"
    assert "hello" in cli.ok("--help").out
    _the_rest_works(cli)


def _failures(cli: Cli) -> dict[str, list[str]]:
    listed = cli.json("plugins")["plugins"]
    return {p["distribution"]: p["failures"] for p in listed if p["distribution"] != "retrovue"}


def test_command_of_a_plugin_cannot_take_a_name_of_ours(cli: Cli) -> None:
    _command(cli, HELLO, name="source")
    assert cli.ok("source", "list-types").out.startswith("TYPE")
    assert "From retrovue_greeter." not in cli.ok("--help").out
    assert _failures(cli) == {"retrovue_greeter": ["command 'source': the name is retrovue's own"]}


def test_command_that_two_plugins_offer_is_neither_s(cli: Cli) -> None:
    _command(cli, HELLO)
    plugins.install(
        cli.site, "other", HELLO, group="retrovue.commands", name="hello", value="other:hello"
    )
    fault = "offered twice, by retrovue_greeter and retrovue_other"
    due = [f"command 'hello': {fault}"]
    assert _failures(cli) == {"retrovue_greeter": due, "retrovue_other": due}
    run = cli("hello")
    assert (run.code, run.error) == (1, f"Error: Command 'hello' cannot be used: {fault}")
    assert "hello" not in cli.ok("--help").out
    assert cli.ok("--no-plugin", "retrovue-other", "hello").out == "imported\nhello\n"
    assert cli("--no-plugin", "hello", "hello").code == 1
    _the_rest_works(cli)


def test_plugin_of_commands_alone_is_listed_with_them(cli: Cli) -> None:
    _command(cli, HELLO)
    (plugin,) = [p for p in cli.json("plugins")["plugins"] if p["name"] == "hello"]
    assert plugin == {
        "name": "hello", "distribution": "retrovue_greeter", "version": "1.0", "importers": [],
        "commands": ["hello"], "hooks": [], "failures": [],
    }  # fmt: skip
    assert cli("hello", env={"RETROVUE_PLUGINS": ""}).code == 1


def test_name_that_two_plugins_bear_is_neither_s(cli: Cli) -> None:
    plugins.importer(cli.site, "toys", "", distribution="one", name="shelf", value="toys_plugin")
    plugins.importer(cli.site, "books", "", distribution="two", name="shelf", value="books_plugin")
    due = ["the name 'shelf' is taken twice, by one and two; neither is used"]
    assert _failures(cli) == {"one": due, "two": due}
    assert cli("source", "add", "--type", "toys", "--name", "T").code == 1
    _the_rest_works(cli)


def test_command_of_a_plugin_that_exits_with_a_code_keeps_it(cli: Cli) -> None:
    _command(cli, HELLO.replace('print("HELLO"', 'raise SystemExit(3) or print("HELLO"'))
    assert cli.process("hello").code == 3


def test_command_of_a_plugin_prints_its_own_json(cli: Cli) -> None:
    code = HELLO.replace('"--loud"', '"--json", "loud"').replace('"HELLO"', """'{"a": 1}'""")
    _command(cli, code)
    run = cli.ok("hello", "--json")
    assert run.json == {"a": 1}
    assert run.err == "imported\n"


# -- who the server is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return 7", "the importer gives a remote identity that is not a string"),
        ("return 'a\\udcff'", "the importer gives a remote identity that is not a string"),
        ("return 'a' * 1001", "the importer gives a remote identity that is not a string"),
        ("return b'x'", "the importer gives a remote identity that is not a string"),
        ("return 'a\\0b'", "the importer gives a remote identity that is not a string"),
        ("raise ValueError('oh')", "ValueError: oh"),
        ("raise SystemExit('oh')", "SystemExit: oh"),
        ("raise ImporterError('it sleeps')", "it sleeps"),
    ],
)
def test_importer_that_cannot_say_who_its_server_is_is_asked_nothing_else(
    cli: Cli, body: str, reason: str
) -> None:
    toys = Scripted(cli)
    toys.holds(
        "raise RuntimeError('scanned')",
        body=f"    def remote_identity(self):\n        {body}\n",
    )
    before = cli.dump("sources", "assets")
    run = cli("source", "discover", "Toys")
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'Toys'",
        f"  {reason}",
    ]
    run = cli("source", "ingest", "Toys")
    assert (run.code, run.error) == (1, f"Error: Source ingest failed: {reason}")
    assert cli.dump("sources", "assets") == before


@pytest.mark.parametrize("said", ["None", "''", "'  '"])
def test_server_that_says_nothing_of_itself_is_taken_as_it_is(cli: Cli, said: str) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a')", body="    def remote_identity(self):\n        return 'one'\n")
    toys.ingest()
    assert cli.rows("SELECT remote_identity FROM sources") == [("one",)]
    toys.holds("yield thing('a')", body=f"    def remote_identity(self):\n        return {said}\n")
    toys.ingest()
    cli.ok("source", "discover", "Toys")
    assert cli.rows("SELECT remote_identity FROM sources") == [("one",)]


def test_obstacles_are_not_asked_of_another_server(cli: Cli) -> None:
    toys = Scripted(cli)
    asked = cli.home / "asked"
    toys.holds(
        body=f"""
    def remote_identity(self):
        return 'two'
    def obstacles(self, collection):
        open({str(asked)!r}, 'a').write('asked')
        return ()
"""
    )
    cli.run_sql("UPDATE sources SET remote_identity = 'one'")
    run = cli("collection", "update", "Things", "--sync-enable")
    assert (run.code, run.error) == (1, "Error: Collection 'Things' is not ingestible")
    assert "Source 'Toys' is another server now" in run.err
    assert cli("source", "ingest", "Toys").code == 1
    assert not asked.exists()
    cli.ok("source", "update", "Toys", "--rebind")
    cli.ok("collection", "update", "Things", "--sync-enable")
    assert asked.exists()


def test_importer_that_is_no_importer_of_ours_needs_no_such_method(cli: Cli) -> None:
    code = """
class Own:
    type = "own"
    options = ()
    def __init__(self, config):
        self.config = config
    def identity(self):
        return "own"
    def discover(self):
        yield FoundCollection("a", "A", locations=("/srv/a",))
    def obstacles(self, collection):
        return ()
    def scan(self, collection):
        return ()
    def describe(self, asset):
        return asset

@hookimpl
def register_importers(register):
    register(Own)
"""
    plugins.install(cli.site, "own", code)
    cli.ok("source", "add", "--type", "own", "--name", "Own", "--discover")
    cli.ok("source", "discover", "Own")


def test_no_option_of_an_importer_can_hide_a_flag_of_source_add_or_update() -> None:
    commands = [source.command.commands[verb] for verb in ("add", "update")]
    flags = [flag for command in commands for each in command.params for flag in each.opts]
    names = {flag[2:].replace("-", "_") for flag in flags if flag.startswith("--")}
    assert names - RESERVED == set()
