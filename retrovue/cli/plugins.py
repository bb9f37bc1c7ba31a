"""`retrovue plugins`."""

from __future__ import annotations

import click

from retrovue.cli import shell
from retrovue.cli.app import App
from retrovue.cli.commands import extra_commands
from retrovue.cli.options import json_output
from retrovue.cli.output import Result, table


@click.group("plugins", invoke_without_command=True)
@json_output
@click.pass_context
def command(ctx: click.Context) -> Result | None:
    """List installed plugins, their importers, and what failed to load."""
    return _listed(ctx.obj) if ctx.invoked_subcommand is None else None


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


def _listed(app: App) -> Result:
    plugins, extra = app.plugins.listed(), extra_commands()
    rows = [
        (p.name, p.distribution, p.version, ", ".join(p.importers) or "-",
         "; ".join(p.failures) or "ok")
        for p in plugins
    ]  # fmt: skip
    data = {
        "plugins": [
            {
                "name": p.name,
                "distribution": p.distribution,
                "version": p.version,
                "importers": list(p.importers),
                "commands": [name for name, point in extra if point.distribution == p.distribution],
                "hooks": app.plugins.hooks(p),
                "failures": list(p.failures),
            }
            for p in plugins
        ]
    }
    lines = table(("PLUGIN", "DISTRIBUTION", "VERSION", "IMPORTERS", "STATE"), rows)
    return Result(data, lines)
