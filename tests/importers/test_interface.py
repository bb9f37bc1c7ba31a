"""What plugins may rely on: the names and signatures of the interface, and its silent cases."""

from __future__ import annotations

import inspect
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import retrovue
from retrovue import names, redact
from support import plugins
from support.cli import Cli

FIELDS = {
    "Option": "name help type required default envvar secret multiple",
    "FoundCollection": "external_id name kind locations identity size",
    "FoundFile": "path version part size_bytes modified_at duration_ms container video_codec"
    " audio_codec width height version_label streams",
    "FoundAsset": "external_id kind title files fingerprint series season episode episode_end"
    " artist album track year released_on duration_ms edition guids metadata disc added_at",
    "FoundFolder": "path fingerprint assets",
    "Unread": "where why",
    "Skipped": "where why on_purpose",
    "Overlooked": "says options",
    "Probed": "duration_ms container width height streams tags taken_on",
    "Stream": "kind codec language channels hdr is_default forced path",
    "Location": "external_path local_path",
    "ScanCollection": "external_id name kind mappings quick known_folders identity excluded below",
}
METHODS = {
    "__init__": "self config",
    "identity": "self",
    "options_for_folder": "folder",
    "remote_identity": "self",
    "discover": "self",
    "obstacles": "self collection",
    "overlooked": "self known",
    "about": "self",
    "enclosing": "self collection folder",
    "scan": "self collection",
    "describe": "self asset",
}


def test_the_names_of_the_interface() -> None:
    assert set(retrovue.__all__) == {
        *FIELDS, "API_VERSION", "Collection", "Importer", "ImporterError", "IngestResult",
        "PathMapping", "Source", "__version__", "hookimpl", "open_catalogue"}  # fmt: skip
    assert retrovue.API_VERSION == 1


@pytest.mark.parametrize("name", FIELDS)
def test_the_fields_of_a_value(name: str) -> None:
    assert getattr(retrovue, name)._fields == tuple(FIELDS[name].split())


@pytest.mark.parametrize("name", METHODS)
def test_the_parameters_of_a_method(name: str) -> None:
    method = getattr(retrovue.Importer, name)
    assert list(inspect.signature(method).parameters) == METHODS[name].split()


def test_the_reader_of_names_is_promised() -> None:
    assert list(inspect.signature(names.read_path).parameters) == ["path", "kind"]
    assert names.Reading._fields[:5] == ("kind", "title", "series", "season", "episode")
    read = names.read_path("Shows/Lost/Season 1/Lost - S01E02.mkv")
    assert (read.kind, read.series, read.season, read.episode) == ("episode", "Lost", 1, 2)


def test_help_shows_the_interface() -> None:
    text = pydoc.render_doc(retrovue, renderer=pydoc.plaintext)
    for name in ("class FoundAsset", "class Importer", "class Option", "Everything in the coll"):
        assert name in text


def test_the_package_is_typed() -> None:
    assert (Path(retrovue.__file__).parent / "py.typed").exists()


def test_the_examples_of_the_page_pass_the_type_checker(tmp_path: Path) -> None:
    """With `--check-untyped-defs`, as an author without annotations would run it."""
    page = (Path(__file__).parents[2] / "docs" / "importers.md").read_text("utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "example.py").write_text(code, "utf-8")
    command = [sys.executable, "-m", "mypy", "--check-untyped-defs", "--config-file=",
               "--cache-dir", str(tmp_path), "example.py"]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# -- a plugin that does not fit -------------------------------------------------------------------

REGISTERED = "\n@hookimpl\ndef register_importers(register):\n    pass\n"


def _failures(cli: Cli, code: str) -> list[str]:
    plugins.install(cli.site, "odd", code)
    (plugin,) = [p for p in cli.json("plugins")["plugins"] if p["name"] == "odd"]
    failures: list[str] = plugin["failures"]
    return failures


@pytest.mark.parametrize("needs", [">=1,<2", "==1", " >= 1 ", "!=2", "<2"])
def test_a_plugin_that_fits_the_interface_is_loaded(cli: Cli, needs: str) -> None:
    assert _failures(cli, f"RETROVUE_API = {needs!r}{REGISTERED}") == []


@pytest.mark.parametrize(
    ("needs", "way_out"),
    [(">=2", "a newer retrovue may fit"), ("<1", "a newer version of it may fit")],
)
def test_a_plugin_for_another_interface_is_refused_in_one_line(
    cli: Cli, needs: str, way_out: str
) -> None:
    (failure,) = _failures(cli, f"RETROVUE_API = {needs!r}{REGISTERED}")
    assert failure == f"it needs interface {needs} of retrovue, which has 1; {way_out}"


@pytest.mark.parametrize("needs", ["'latest'", "1", "''"])
def test_a_need_that_is_no_range_is_told(cli: Cli, needs: str) -> None:
    (failure,) = _failures(cli, f"RETROVUE_API = {needs}{REGISTERED}")
    assert failure.startswith("its RETROVUE_API ")


@pytest.mark.parametrize("hook", ["register_importers(register)", "source_added(source)"])
def test_a_forgotten_mark_is_told(cli: Cli, hook: str) -> None:
    (failure,) = _failures(cli, f"def {hook}:\n    pass\n")
    assert failure == f"its {hook.partition('(')[0]} lacks @hookimpl"


def test_an_obstacle_that_is_a_text_is_one(cli: Cli) -> None:
    plugins.importer(cli.site, "toys", """
    def obstacles(self, collection):
        return "the tapes are in the attic"
    """)  # fmt: skip
    (cli.home / "things").mkdir()
    cli.ok("source", "add", "--type", "toys", "--name", "T", "--discover")
    run = cli("collection", "update", "Things", "--map", "/srv/things", cli.home / "things",
              "--sync-enable")  # fmt: skip
    assert "the tapes are in the attic" in run.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("type=Path, default=Path('/srv')", "/srv"), ("type=bool, default=True", True),
     ("type=float, default=1", 1), ("type=('a', 'b'), default='b'", "b"), ("multiple=True", ())],
)  # fmt: skip
def test_defaults_arrive_as_their_type(cli: Cli, option: str, value: object) -> None:
    plugins.importer(cli.site, "toys", f"""
    options = (Option("room", {option}),)
    def discover(self):
        raise ImporterError(repr(self.config["room"]))
    """, before="from pathlib import Path")  # fmt: skip
    run = cli("source", "add", "--type", "toys", "--name", "T", "--discover")
    assert f"  {value!r}" in run.err.splitlines()


# -- leaving plugins out, and what they log -------------------------------------------------------


@pytest.fixture
def toys(cli: Cli) -> Cli:
    """A source of a plugin that logs."""
    plugins.importer(cli.site, "toys", """
    def identity(self):
        self.log.debug("at %s", "http://x/?api_key=tell-nobody")
        self.log.info("some")
        self.log.warning("odd")
        return "toys"
    """, name="toy_plugin", distribution="my-toys")  # fmt: skip
    cli.ok("source", "add", "--type", "toys", "--name", "T", "--discover")
    return cli


@pytest.mark.parametrize("name", ["toy_plugin", "my-toys", "My_Toys"])
def test_a_plugin_is_left_out_by_its_name_or_that_of_its_distribution(toys: Cli, name: str) -> None:
    run = toys("--no-plugin", name, "source", "ingest", "T")
    assert (run.code, run.error) == (1, "Error: Importer 'toys' is left out")
    assert "toys" not in [t["type"] for t in toys.json("--no-plugin", name, "source",
                                                       "list-types")["types"]]  # fmt: skip


def test_only_those_of_the_environment_are_loaded(toys: Cli) -> None:
    plugins.importer(toys.site, "books", "")
    types = [t["type"] for t in toys.json("source", "list-types",
             env={"RETROVUE_PLUGINS": "my-toys"})["types"]]  # fmt: skip
    assert types == ["filesystem", "plex", "toys"]
    for value, due in (("", []), (None, ["books", "toys"])):
        every = toys.json("source", "list-types", env={"RETROVUE_PLUGINS": value})["types"]
        assert [t["type"] for t in every] == sorted(["filesystem", "plex", *due])


def test_a_name_that_no_plugin_has_is_a_warning(toys: Cli) -> None:
    run = toys.ok("--no-plugin", "nobody", "source", "list-types")
    assert run.err == "Warning: No plugin is called 'nobody'\n"


@pytest.mark.parametrize(
    ("flags", "said"),
    [((), ["Warning: toys: odd"]), (("-v",), ["Info: toys: some", "Warning: toys: odd"]),
     (("-vv",), ["Debug: toys: at http://x/?api_key=***", "Info: toys: some",
                 "Warning: toys: odd"])],
)  # fmt: skip
def test_what_a_plugin_logs_is_shown_as_asked_and_scrubbed(
    toys: Cli, flags: tuple[str, ...], said: list[str]
) -> None:
    run = toys(*flags, "source", "add", "--type", "toys", "--name", "Again")
    assert [line for line in run.err.splitlines() if ": toys: " in line] == said


COUNTING = """
import click
from retrovue import open_catalogue

@click.command()
@click.pass_context
def count(ctx):
    connection, path = open_catalogue(ctx)
    click.echo(f"{connection.execute('SELECT count(*) FROM sources').fetchone()[0]} in {path}")
    try:
        connection.execute("DELETE FROM sources")
    except Exception as error:
        click.echo(error)
"""


def test_the_command_of_a_plugin_reads_the_catalogue_and_writes_nothing(cli: Cli) -> None:
    plugins.install(cli.site, "counting", COUNTING, group="retrovue.commands", name="count",
                    value="counting:count")  # fmt: skip
    missing = cli("count")
    assert (missing.code, missing.error) == (1, f"Error: No catalogue at {cli.db}")
    cli.make_empty()
    assert cli.ok("count").out.splitlines() == [
        f"0 in {cli.db}",
        "attempt to write a readonly database",
    ]


def test_the_list_has_commands_and_hooks(toys: Cli) -> None:
    (plugin,) = [p for p in toys.json("plugins")["plugins"] if p["name"] == "toy_plugin"]
    assert plugin["hooks"] == ["register_importers"]
    assert plugin["commands"] == []


@pytest.mark.parametrize(
    "address",
    ["https://host/Items?api_key=SECRET&x=1", "http://h/?a=1&access_token=SECRET",
     "http://user:SECRET@host/path", "https://h/?X-Emby-Token=SECRET", "http://h?apikey=SECRET",
     "http://h/?auth=SECRET", "http://h/?Password=SECRET", "http://h/?token=SECRET#top"],
)  # fmt: skip
def test_a_secret_in_an_address_is_masked_though_nobody_named_it(address: str) -> None:
    scrubbed = redact.scrub(f"cannot open '{address}': refused")
    assert "SECRET" not in scrubbed
    assert "***" in scrubbed
    assert scrubbed.endswith(": refused")
    assert redact.has_credentials(address)


@pytest.mark.parametrize("text", ["a=b", "http://h/?page=2", "mail@x.org", "tokens=3", "12 = 12"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact.scrub(text) == text
