"""`retrovue plugins`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from retrovue.cli import base, shell
from retrovue.cli.app import App
from retrovue.cli.commands import ExtraCommands, extra_commands
from retrovue.cli.options import json_output
from retrovue.cli.output import Result, table

if TYPE_CHECKING:
    from retrovue.importers.loader import Plugin


@click.group("plugins", cls=base.Group, invoke_without_command=True)
@json_output
@click.pass_context
def command(ctx: click.Context) -> Result | None:
    """List installed plugins, their importers, and what failed to load."""
    return _listed(ctx, ctx.obj) if ctx.invoked_subcommand is None else None


@command.command("new")
@click.argument("name")
@json_output
@click.pass_obj
def new(app: App, *, name: str) -> Result:
    """Write a plugin to begin with into ./retrovue-NAME: it installs and passes its own tests."""
    from retrovue.importers import new_plugin

    folder, files = new_plugin.write(name, frozenset(("filesystem", "plex")))
    app.writes = True
    lines = [
        f"Wrote {folder}:",
        *(f"  {path}" for path in files),
        "",
        f"Next: cd {shell.quoted(folder)} && python3 -m venv .venv"
        " && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest",
    ]
    return Result({"folder": folder, "files": files}, lines)


def _listed(ctx: click.Context, app: App) -> Result:
    extra = extra_commands(ctx.find_root().params["no_plugins"])
    found = [*app.plugins.listed(), *_of_commands_alone(app, extra)]
    data = [_data(app, plugin, extra) for plugin in found]
    rows = [
        (d["name"], d["distribution"], d["version"], ", ".join(d["importers"]) or "-",
         ", ".join(d["commands"]) or "-", "; ".join(d["failures"]) or "ok")
        for d in data
    ]  # fmt: skip
    heads = ("PLUGIN", "DISTRIBUTION", "VERSION", "IMPORTERS", "COMMANDS", "STATE")
    return Result({"plugins": data}, table(heads, rows))


def _of_commands_alone(app: App, extra: ExtraCommands) -> list[Plugin]:
    """The distributions that add commands and nothing else, each by its first one."""
    from retrovue.importers.loader import Plugin

    known = {plugin.distribution for plugin in app.plugins.listed()}
    found: dict[str, Plugin] = {}
    for point in sorted([*extra.usable.values(), *(point for point, _ in extra.faults)]):
        if point.distribution not in known:
            plugin = Plugin(point.name, point.distribution, point.version, (), ())
            found.setdefault(point.distribution, plugin)
    return [found[name] for name in sorted(found)]


def _data(app: App, plugin: Plugin, extra: ExtraCommands) -> dict[str, Any]:
    usable = extra.usable.items()
    faults = [
        f"command '{point.name}': {fault}"
        for point, fault in extra.faults
        if point.distribution == plugin.distribution
    ]
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "importers": list(plugin.importers),
        "commands": [name for name, point in usable if point.distribution == plugin.distribution],
        "hooks": app.plugins.hooks(plugin),
        "failures": [*plugin.failures, *faults],
    }
