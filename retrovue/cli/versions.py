"""`retrovue --version`; with `-v` also what it runs on, to be pasted into a bug report."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import click

from retrovue import API_VERSION, __version__

_WITH_VALUE = ("--db", "--no-plugin", "--progress")
_ASKED = "retrovue.version"
_VERBOSE = re.compile(r"--verbose|-[vq]*v[vq]*")


class Asked(NamedTuple):
    """How `--version` was asked for: with `-v`, with `--json`."""

    verbose: bool = False
    as_json: bool = False


def without_json(ctx: click.Context, arguments: list[str]) -> list[str]:
    """The words of a command line for the root, which has no `--json` but beside `--version`."""
    own = _before_noun(arguments)
    if "--version" not in own:
        return arguments
    ctx.meta[_ASKED] = Asked(any(map(_VERBOSE.fullmatch, own)), "--json" in arguments)
    return [word for word in arguments if word != "--json"]


def _before_noun(arguments: Sequence[str]) -> list[str]:
    own: list[str] = []
    for word in arguments:
        if not word.startswith("-") and (not own or own[-1] not in _WITH_VALUE):
            break
        own.append(word)
    return own


def show(ctx: click.Context) -> None:
    """Print it and exit."""
    asked = ctx.meta.get(_ASKED, Asked())
    facts = _facts() if asked.verbose else {}
    if asked.as_json:
        from retrovue.cli import json_text

        json_text.write({"status": "success", "version": __version__, **facts}, sys.stdout)
    else:
        click.echo("\n".join([f"retrovue, version {__version__}", *_lines(facts)]))
    ctx.exit()


def _facts() -> dict[str, Any]:
    """What matters for a bug, without a name of this machine or a path."""
    import platform
    import sqlite3

    from retrovue.catalogue.connection import SCHEMA_VERSION

    return {
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "sqlite": sqlite3.sqlite_version,
        "platform": platform.platform(),
        "schema_version": SCHEMA_VERSION,
        "api_version": API_VERSION,
        "dependencies": _dependencies(),
        "plugins": _plugins(),
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    if not facts:
        return []
    return [
        f"Python {facts['python']}",
        f"SQLite {facts['sqlite']}",
        f"Platform {facts['platform']}",
        f"Schema version {facts['schema_version']}",
        f"Plugin interface {facts['api_version']}",
        *(
            f"{name} {version or 'not installed'}"
            for name, version in facts["dependencies"].items()
        ),
        *(f"Plugin {p['name']}: {p['distribution']} {p['version']}" for p in facts["plugins"]),
    ]


def _dependencies() -> dict[str, str | None]:
    """The versions of what our own metadata asks for, but for tests."""
    from importlib import metadata

    try:
        asked = metadata.requires("retrovue") or []
    except metadata.PackageNotFoundError:  # it runs from its sources, without being installed
        asked = []
    wanted = (line for line in asked if not re.search(r"""extra == ["']test["']""", line))
    named = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in wanted}
    return {name: _version(name) for name in sorted(named - {"retrovue"})}


def _version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _plugins() -> list[dict[str, str]]:
    """What is installed, by its entry points: none is imported, so a broken one is told too."""
    from retrovue.importers import entry_points

    found = entry_points.find_all("retrovue", entry_points.COMMANDS)
    return [
        {"name": point.name, "distribution": point.distribution, "version": point.version}
        for point in sorted({point for points in found for point in points})
    ]
