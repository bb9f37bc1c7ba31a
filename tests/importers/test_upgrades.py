"""An importer that an upgrade changed, or that is gone: its sources work, or say what is due."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from support import plugins
from support.cli import Cli

TOKEN = "s3cret-of-the-attic"
SCAN = """
    def discover(self):
        yield FoundCollection("things", "Things", locations=("/srv/things",))
    def scan(self, collection):
        said = " ".join(f"{k}={v}" for k, v in sorted(self.config.items()) if k != "token")
        yield FoundAsset("a", "movie", said, (FoundFile("/srv/things/a.mkv"),), said)
"""


def attic(cli: Cli, *options: str) -> None:
    """Install the importer `attic`, with these options, as another version of its plugin."""
    plugins.importer(
        cli.site, "attic", f"    options = ({' '.join(f'{o},' for o in options)})\n{SCAN}"
    )


@pytest.fixture
def source(cli: Cli) -> Cli:
    """A source of version 1, with its collection mapped, enabled and ingested."""
    attic(cli, "Option('room')", "Option('rate')", "Option('token', secret=True)")
    cli.make_empty()
    given = ("--room", "hall", "--rate", "fast", "--token", TOKEN)
    cli.ok("source", "add", "--type", "attic", "--name", "Attic", *given, "--discover")
    cli.ok("source", "update", "Attic", "--map", "/srv/things", cli.home)
    cli.ok("collection", "update", "Things", "--sync-enable")
    cli.ok("source", "ingest", "Attic")
    return cli


def config(cli: Cli) -> dict[str, Any]:
    ((text,),) = cli.rows("SELECT config FROM sources")
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def secrets(cli: Cli) -> list[tuple[object, ...]]:
    return cli.rows("SELECT name, value FROM source_secrets ORDER BY name")


def require_working(cli: Cli) -> None:
    for words in (
        ("source", "ingest", "Attic"),
        ("source", "discover", "Attic"),
        ("collection", "ingest", "Things"),
        ("collection", "update", "Things", "--sync-enable"),
    ):
        cli.ok(*words)


# -- an option that is no more --------------------------------------------------------------------


def test_an_option_that_is_no_more_is_dropped_with_a_warning(source: Cli) -> None:
    attic(source, "Option('room')")
    require_working(source)
    run = source.ok("source", "update", "Attic", "--room", "loft")
    assert run.err.splitlines() == [
        "Warning: Option rate of source 'Attic' is dropped: its importer no longer has it",
        "Warning: Option token of source 'Attic' is dropped: its importer no longer has it",
    ]
    assert (config(source), secrets(source)) == ({"room": "loft"}, [])
    assert source.ok("source", "update", "Attic", "--room", "loft").err == ""
    require_working(source)


@pytest.mark.parametrize("name", ["rate", "--rate"])
def test_an_option_that_is_no_more_can_be_cleared(name: str, source: Cli) -> None:
    attic(source, "Option('room')", "Option('token', secret=True)")
    run = source.ok("source", "update", "Attic", "--unset", name)
    assert (run.err, config(source)) == ("", {"room": "hall"})
    assert secrets(source) == [("token", TOKEN)]


# -- an option that is required newly -------------------------------------------------------------


@pytest.mark.parametrize("more", ["", ", secret=True", ", type=int"])
def test_an_option_that_is_required_newly_is_named_until_it_is_given(
    more: str, source: Cli
) -> None:
    attic(source, "Option('room')", f"Option('wall_paper', 'its number', required=True{more})")
    before = source.dump("sources", "collections", "assets")
    for words in (("source", "ingest"), ("source", "discover")):
        run = source(*words, "Attic")
        assert (run.code, run.out) == (1, "")
        assert run.err.splitlines() == [
            "Error: Missing option --wall-paper of source 'Attic'",
            "  --wall-paper: its number",
            f"  What it takes: retrovue --db {source.db} source update Attic --help",
        ]
    run = source("source", "update", "Attic", "--room", "loft")
    assert (run.code, run.error) == (1, "Error: Missing option --wall-paper")
    assert source.dump(*before) == before
    source.ok("source", "update", "Attic", "--name", "Attic")
    source.ok("source", "update", "Attic", "--wall-paper", "42424242")
    require_working(source)


def test_a_default_stands_for_an_option_that_is_required_newly(source: Cli) -> None:
    attic(source, "Option('room')", "Option('wall', required=True, default='north')")
    require_working(source)
    assert source.rows("SELECT title FROM assets") == [("room=hall wall=north",)]


# -- an option of another type --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("int", "--rate is 'fast', which is not a whole number"),
        ("('slow', 'quick')", "--rate is 'fast'; it must be one of slow, quick"),
        ("bool", "--rate is 'fast'; it must be yes or no"),
    ],
)
def test_a_value_that_no_longer_fits_is_named_until_another_is_given(
    type_: str, reason: str, source: Cli
) -> None:
    attic(source, "Option('room')", f"Option('rate', type={type_})")
    for words in (("source", "ingest"), ("source", "discover")):
        run = source(*words, "Attic")
        assert (run.code, run.error) == (1, f"Error: {reason} (source 'Attic')")
    run = source("source", "update", "Attic", "--room", "loft")
    assert (run.code, run.error) == (1, f"Error: {reason}")
    source.ok("source", "update", "Attic", "--unset", "rate")
    assert config(source) == {"room": "hall"}
    require_working(source)


def test_a_value_is_given_as_the_type_that_it_has_now(source: Cli) -> None:
    source.ok("source", "update", "Attic", "--rate", "7")
    attic(source, "Option('rate', type=float)")
    require_working(source)
    assert source.rows("SELECT title FROM assets") == [("rate=7.0",)]


def test_an_option_that_becomes_a_secret_is_one_from_the_next_update_on(source: Cli) -> None:
    attic(source, "Option('room', secret=True)", "Option('rate')", "Option('token')")
    require_working(source)
    run = source.ok("source", "update", "Attic", "--rate", "slow", "--json")
    assert run.json["config"]["room"] == "***"
    assert config(source) == {"rate": "slow"}
    assert secrets(source) == [("room", "hall"), ("token", TOKEN)]
    assert TOKEN not in run.everything


# -- --unset --------------------------------------------------------------------------------------


def test_unset_clears_an_option_and_a_secret(source: Cli) -> None:
    source.ok("source", "update", "Attic", "--unset", "room", "--unset", "token")
    assert (config(source), secrets(source)) == ({"rate": "fast"}, [])
    require_working(source)
    run = source.ok("source", "update", "Attic", "--unset", "room")
    assert run.out == "Nothing changed: source 'Attic' is already up to date.\n"


def test_unset_needs_an_option_that_is_not_required(source: Cli) -> None:
    attic(source, "Option('room', required=True)", "Option('rate')", "Option('token', secret=True)")
    before = source.dump()
    for words, message in (
        (("--unset", "room"), "Error: Missing option --room"),
        (("--unset", "colour"), "Error: --unset colour is not an option of this source"),
        (
            ("--unset", "rate", "--rate", "slow"),
            "Error: --unset rate and a value for it contradict each other",
        ),
    ):
        run = source("source", "update", "Attic", *words)
        assert (run.code, run.error) == (1, message)
        assert source("source", "update", "Attic", *words, "--json").json["error"]["code"] == (
            "usage"
        )
    assert source.dump() == before


@pytest.mark.parametrize("name", ["unset", "rebind"])
def test_an_importer_cannot_take_a_flag_of_ours(name: str, cli: Cli) -> None:
    attic(cli, f"Option('{name}')")
    run = cli("source", "add", "--type", "attic", "--name", "A")
    assert run.error == (
        f"Error: Importer 'attic' cannot be used: its option {name} is one of retrovue's own"
    )


# -- a plugin that is gone ------------------------------------------------------------------------


@pytest.fixture(params=["uninstalled", "broken"])
def gone(request: pytest.FixtureRequest, source: Cli) -> Cli:
    """The plugin was uninstalled, or cannot be imported any more."""
    if request.param == "uninstalled":
        shutil.rmtree(source.site)
    else:
        plugins.install(source.site, "attic_plugin", "import nothing_of_this_name")
    return source


def test_a_source_whose_plugin_is_gone_says_so(gone: Cli) -> None:
    before = gone.dump("sources", "collections", "assets")
    for words in (
        ("source", "ingest", "Attic"),
        ("source", "discover", "Attic"),
        ("collection", "ingest", "Things"),
        ("source", "update", "Attic", "--room", "loft"),
        ("source", "update", "Attic", "--unset", "room"),
        ("source", "update", "Attic", "--rebind"),
    ):
        run = gone(*words)
        assert (run.code, run.out) == (1, "")
        assert run.error == (
            "Error: Importer 'attic' of source 'Attic' is not installed: the plugin that brings it"
            " is missing"
        )
        assert gone(*words, "--json").json["error"]["code"] == "importer_failed"
    assert gone.dump(*before) == before


def test_a_source_whose_plugin_is_gone_can_be_seen_renamed_remapped_and_deleted(
    gone: Cli, tmp_path: Path
) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    for words in (
        ("source", "show", "Attic"),
        ("source", "update", "Attic", "--help"),
        ("source", "update", "Attic", "--name", "Loft"),
        ("source", "update", "Loft", "--map", "/srv/things", place),
        ("collection", "show", "Things"),
        ("collection", "update", "Loft/Things", "--map", "/srv/things", gone.home),
        ("collection", "update", "Loft/Things", "--disable"),
    ):
        gone.ok(*words)
    look = """
        SELECT s.name, m.local_path, c.enabled
          FROM collections AS c
          JOIN sources AS s ON s.id = c.source_id
          JOIN path_mappings AS m ON m.collection_id = c.id"""
    assert gone.rows(look) == [("Loft", str(gone.home), 0)]
    run = gone("collection", "update", "Loft/Things", "--sync-enable")
    assert (run.code, run.error) == (1, "Error: Collection 'Things' is not ingestible")
    assert "Importer 'attic' of source 'Loft' is not installed" in run.err
    gone.ok("source", "delete", "Loft", "--force")
    assert gone.rows("SELECT count(*) FROM assets") == [(0,)]


def test_a_secret_that_is_required_newly_is_asked_for_at_a_terminal(source: Cli) -> None:
    attic(source, "Option('room')", "Option('key', secret=True, required=True)")
    words = ("source", "update", "Attic", "--room", "loft")
    run = source.on_terminal(*words, answers=[("Key: ", "k3y-of-the-attic\n")])
    assert run.code == 0, run.everything
    assert "k3y-of-the-attic" not in run.everything
    assert secrets(source) == [("key", "k3y-of-the-attic")]
    require_working(source)
