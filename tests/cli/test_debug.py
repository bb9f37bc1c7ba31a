"""`--debug` shows where an exception came from, a plugin's too, and no secret."""

from __future__ import annotations

import pytest

from support import plugins
from support.cli import Cli
from support.scripted import Scripted

TOKEN = "hush-hush-1234"
BOOM = "raise ValueError('boom ' + str(self.config.get('token')))"
FAILING = {
    "__init__": "    def __init__(self, config): self.config = config; " + BOOM,
    "identity": "    def identity(self): " + BOOM,
    "discover": "    def discover(self): " + BOOM,
    "refuses": "    def discover(self): raise ImporterError('boom')",
}


def _vault(cli: Cli, body: str) -> tuple[str, ...]:
    option = '    options = (Option("token", secret=True),)\n'
    plugins.importer(cli.site, "vault", option + body)
    return ("source", "add", "--type", "vault", "--name", "V", "--token", TOKEN, "--discover")


@pytest.mark.parametrize("method", FAILING)
def test_the_traceback_of_an_importer_that_cannot_be_added(cli: Cli, method: str) -> None:
    words = _vault(cli, FAILING[method])
    run = cli("--debug", *words)
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("Error: ")
    assert "Traceback (most recent call last):" in run.err
    assert "vault_plugin.py" in run.err
    assert "boom" in run.err.partition("Traceback")[2]
    assert TOKEN not in run.everything
    assert "Traceback" not in cli(*words).everything


SCANNING = {
    "scan": ("raise ValueError('boom')",),
    "ImporterError": ("raise ImporterError('boom')",),
    "describe": ("yield thing('a')",),
    "obstacles": ("yield thing('a')",),
    "remote_identity": ("yield thing('a')",),
    "hook": ("yield thing('a')",),
}
BODIES = {
    "describe": "    def describe(self, asset): raise ValueError('boom')",
    "obstacles": "    def obstacles(self, collection): raise ValueError('boom')",
    "remote_identity": "    def remote_identity(self): raise ValueError('boom')",
}
HOOK = "@hookimpl\ndef collection_ingested(collection, result): raise ValueError('boom')"


@pytest.mark.parametrize("where", SCANNING)
def test_the_traceback_of_a_plugin_that_fails_in_an_ingest(cli: Cli, where: str) -> None:
    toys = Scripted(cli)
    before = HOOK if where == "hook" else ""
    toys.holds(*SCANNING[where], body=BODIES.get(where, ""), before=before)
    run = cli("--debug", "source", "ingest", "Toys")
    assert run.code == (0 if where == "hook" else 1)
    assert "Traceback (most recent call last):" in run.err
    assert "toys_plugin.py" in run.err
    assert "Traceback" not in cli("source", "ingest", "Toys").everything


def test_the_traceback_of_a_plugin_that_does_not_load(cli: Cli) -> None:
    plugins.install(cli.site, "cracked", "raise RuntimeError('no luck')")
    run = cli("--debug", "plugins")
    assert run.code == 0
    assert "Traceback (most recent call last):" in run.err
    assert "cracked.py" in run.err
    assert "Traceback" not in cli("plugins").everything
