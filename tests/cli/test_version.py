"""`--version`: one line; with `-v` what a bug report needs, and nothing of whoever sends it."""

from __future__ import annotations

import getpass
import platform
import sqlite3
import sys

import pytest

from retrovue import API_VERSION, __version__
from retrovue.catalogue.connection import SCHEMA_VERSION
from support import plugins
from support.cli import Cli

LINE = f"retrovue, version {__version__}"


@pytest.mark.parametrize("words", [("--version", "-v"), ("-v", "--version"), ("-qvv", "--version"),
                                   ("--db", "x", "--version", "--verbose")])  # fmt: skip
def test_verbose_names_what_it_runs_on_a_fact_a_line(cli: Cli, words: tuple[str, ...]) -> None:
    run = cli(*words)
    lines = run.out.splitlines()
    assert (run.code, run.err) == (0, "")
    assert lines[:6] == [
        LINE,
        f"Python {platform.python_version()} ({platform.python_implementation()})",
        f"SQLite {sqlite3.sqlite_version}",
        f"Platform {platform.platform()}",
        f"Schema version {SCHEMA_VERSION}",
        f"Plugin interface {API_VERSION}",
    ]
    names = [line.split()[0] for line in lines[6:] if not line.startswith("Plugin ")]
    assert {"click", "pluggy", "sqlite-utils", "plexapi", "pathspec", "datasette"} <= set(names)
    assert names == sorted(names)
    assert "pytest" not in names
    assert f"Plugin plex: retrovue {__version__}" in lines


def test_a_plugin_is_named_without_being_imported_and_a_broken_one_too(cli: Cli) -> None:
    plugins.install(cli.site, "ruin", "raise SystemExit('no')")
    run = cli.process("--version", "-v")
    assert (run.code, run.err) == (0, "")
    assert "Plugin ruin: retrovue_ruin 1.0" in run.out.splitlines()


def test_nothing_of_the_user_is_told(cli: Cli) -> None:
    out = cli.ok("--version", "-v").out
    for secret in (str(cli.home), sys.prefix, platform.node(), f"/{getpass.getuser()}/"):
        assert secret not in out, secret


def test_json_is_one_object_with_the_same_facts(cli: Cli) -> None:
    assert cli.ok("--version", "--json").json == {"status": "success", "version": __version__}
    data = cli.ok("--version", "-v", "--json").json
    assert data.keys() == {"status", "version", "python", "sqlite", "platform", "schema_version",
                           "api_version", "dependencies", "plugins"}  # fmt: skip
    assert {"name": "plex", "distribution": "retrovue", "version": __version__} in data["plugins"]


@pytest.mark.parametrize("words", [("source", "list", "--version"), ("--json",)])
def test_elsewhere_there_is_neither(cli: Cli, words: tuple[str, ...]) -> None:
    run = cli(*words)
    assert run.code == 1
    assert "No such option" in run.everything
