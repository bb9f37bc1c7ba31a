"""Secrets are stored apart, and are never printed."""

from __future__ import annotations

import json

import pytest

from support import plugins
from support.cli import Cli, Run

SECRET = "s3cr3t/Tok en+ü"
OPTIONS = """
options = (
    Option("url", default="http://here"),
    Option("token", required=True, secret=True, envvar="VAULT_TOKEN"),
)
"""
ADD = ("source", "add", "--type", "vault", "--name", "V")


@pytest.fixture
def vault(cli: Cli) -> Cli:
    plugins.importer(cli.site, "vault", OPTIONS)
    cli.make_empty()
    return cli


def _shows_nothing(run: Run) -> None:
    from urllib.parse import quote, quote_plus

    for spelled in (SECRET, quote(SECRET), quote_plus(SECRET), quote(SECRET, safe="")):
        assert spelled not in run.everything
    assert json.dumps(SECRET)[1:-1] not in run.everything


def test_literal_is_stored_apart_from_the_configuration(vault: Cli) -> None:
    body = vault.json(*ADD, "--token", SECRET)
    assert body["config"]["token"] == "***"
    assert vault.rows("SELECT name, value FROM source_secrets") == [("token", SECRET)]
    assert "token" not in vault.rows("SELECT config FROM sources")[0][0]


def test_reference_is_stored_as_it_is_and_read_at_each_use(vault: Cli) -> None:
    vault.ok(*ADD, "--token", "env:MY_TOKEN", env={"MY_TOKEN": SECRET})
    assert vault.rows("SELECT value FROM source_secrets") == [("env:MY_TOKEN",)]
    run = vault("source", "discover", "V", env={"MY_TOKEN": None})
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: The token of source 'V' is read from the environment variable MY_TOKEN,"
        " which is not set",
        "  Set it: export MY_TOKEN=...",
    ]
    vault.ok("source", "discover", "V", env={"MY_TOKEN": SECRET})


def test_value_of_the_options_variable_is_stored_as_the_reference(vault: Cli) -> None:
    vault.ok(*ADD, env={"VAULT_TOKEN": SECRET})
    assert vault.rows("SELECT value FROM source_secrets") == [("env:VAULT_TOKEN",)]


def test_no_command_prints_a_secret(vault: Cli) -> None:
    _shows_nothing(vault.ok(*ADD, "--token", SECRET, "--discover"))
    for words in (
        ("source", "list"),
        ("source", "show", "V"),
        ("source", "update", "V", "--url", "http://there"),
        ("source", "update", "V", "--token", SECRET),
        ("source", "discover", "V"),
        ("collection", "list"),
        ("history",),
        ("db", "info"),
        ("source", "delete", "V", "--dry-run"),
    ):
        for extra in ((), ("--json",)):
            _shows_nothing(vault.ok("--debug", *words, *extra))
    stored = json.dumps(vault.dump("sources", "collections", "history"), ensure_ascii=False)
    assert SECRET not in stored


@pytest.mark.parametrize(
    "body",
    [
        "def identity(self):\n    raise ValueError(f'bad {self.config[\"token\"]}')",
        "def __init__(self, config):\n    raise ImporterError(str(dict(config)))",
        "def discover(self):\n    raise ImporterError('GET http://x/?t=' + self.config['token'])",
        "def discover(self):\n    from urllib.parse import quote\n"
        "    raise OSError('GET http://x/?t=' + quote(self.config['token']))",
        "def discover(self):\n    raise KeyError(self.config['token'])",
    ],
)
def test_failure_of_the_importer_is_told_without_the_secret(vault: Cli, body: str) -> None:
    plugins.importer(vault.site, "vault", f"{OPTIONS}\n{body}\n")
    for words in (ADD, (*ADD, "--json"), ("--debug", *ADD), ("--debug", *ADD, "--json")):
        run = vault(*words, "--token", SECRET, "--discover")
        assert run.code == 1
        assert "***" in run.everything
        _shows_nothing(run)
    assert vault.rows("SELECT count(*) FROM sources") == [(0,)]


@pytest.mark.parametrize("call", ["obstacles", "scan", "describe"])
def test_failure_in_ingest_is_told_and_stored_without_the_secret(vault: Cli, call: str) -> None:
    vault.ok(*ADD, "--token", SECRET, "--discover")
    vault.ok("collection", "update", "Things", "--map", "/srv/things", vault.home, "--sync-enable")
    body = f"""
{OPTIONS}
def scan(self, collection):
    yield FoundAsset("a", "movie", "A", (FoundFile("/srv/things/a"),), "1")
    yield Skipped(self.config["token"], self.config["token"])
    yield Unread(self.config["token"], self.config["token"])
def {call}(self, it):
    raise ValueError(f"no {{self.config['token']}}")
"""
    plugins.importer(vault.site, "vault", body)
    for words in (("source", "ingest", "V"), ("source", "ingest", "V", "--json")):
        run = vault("--debug", *words)
        assert run.code == 1
        _shows_nothing(run)
    stored = json.dumps(vault.dump("collections", "history"), ensure_ascii=False)
    assert SECRET not in stored


def test_skipped_and_unread_are_told_without_the_secret(vault: Cli) -> None:
    vault.ok(*ADD, "--token", SECRET, "--discover")
    vault.ok("collection", "update", "Things", "--map", "/srv/things", vault.home, "--sync-enable")
    body = f"""
{OPTIONS}
def scan(self, collection):
    yield FoundAsset("a", "movie", "A", (FoundFile("/srv/things/a"),), "1")
    yield Skipped(self.config["token"], self.config["token"])
    yield Unread(self.config["token"], self.config["token"])
    yield self.config["token"]
    yield dict(of=self.config["token"])
"""
    plugins.importer(vault.site, "vault", body)
    run = vault("source", "ingest", "V", "--json")
    assert run.code == 2
    _shows_nothing(run)
    assert SECRET not in json.dumps(vault.dump("history"), ensure_ascii=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://me:hunter2@host:32400",
        "https://hunter2@host",
        "http://host/?X-Plex-Token=hunter2",
        "http://host/?a=1&x-plex-token=hunter2",
    ],
)
def test_credentials_in_a_url_are_refused_and_not_repeated(vault: Cli, url: str) -> None:
    for extra in ((), ("--json",)):
        run = vault("--debug", *ADD, "--token", "t", "--url", url, *extra)
        assert run.code == 1
        assert "hunter2" not in run.everything
        assert "--url holds credentials inside a URL" in run.everything
    vault.ok(*ADD, "--token", "t")
    run = vault("source", "update", "V", "--url", url)
    assert run.error == "Error: --url holds credentials inside a URL"
    assert "hunter2" not in run.everything


def test_secret_with_a_type_is_not_repeated_when_it_does_not_fit(cli: Cli) -> None:
    plugins.importer(cli.site, "pins", 'options = (Option("pin", type=int, secret=True),)')
    run = cli("source", "add", "--type", "pins", "--name", "P", "--pin", "12x34")
    assert "12x34" not in run.everything


def test_empty_secret_is_refused(vault: Cli) -> None:
    run = vault(*ADD, "--token", " ")
    assert run.code == 1
    assert run.error == "Error: --token is empty"


def test_config_that_a_plugin_raises_with_debug_shows_no_value(vault: Cli) -> None:
    plugins.importer(
        vault.site, "vault", f"{OPTIONS}\ndef __init__(self, config):\n    config['x'] = 1 / 0\n"
    )
    run = vault("--debug", *ADD, "--token", SECRET)
    assert run.code == 1
    assert "Traceback" in run.err
    _shows_nothing(run)


@pytest.mark.parametrize("variable", ["$(touch PWNED)", "A B", "1A", "A=B", "Ä"])
def test_a_reference_must_be_to_a_variable(cli: Cli, variable: str) -> None:
    run = cli(
        "source", "add", "--type", "plex", "--name", "W", "--base-url", "http://nas:1",
        "--token", f"env:{variable}",
    )  # fmt: skip
    assert (run.code, run.error) == (
        1,
        "Error: --token must name an environment variable after env:, with ASCII letters, digits"
        " and underscores",
    )
    assert not cli.db.exists()
