"""`retrovue plugins`."""

from __future__ import annotations

import click

from retrovue.cli.app import App
from retrovue.cli.commands import extra_commands
from retrovue.cli.options import json_output
from retrovue.cli.output import Result, table


@click.command("plugins")
@json_output
@click.pass_obj
def command(app: App) -> Result:
    """List installed plugins, their importers, and what failed to load."""
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
