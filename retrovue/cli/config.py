"""`retrovue config`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import click

from retrovue.cli import base, options, places
from retrovue.cli.app import App
from retrovue.cli.output import Result, facts, table
from retrovue.cli.settings_file import Settings
from retrovue.commands import Line

ENVIRONMENT = (
    "RETROVUE_DB", "RETROVUE_PLUGINS", "RETROVUE_BUSY_TIMEOUT", "RETROVUE_PROBE_TIMEOUT",
    "RETROVUE_HOOK_TIMEOUT", "RETROVUE_PLAYER", "NO_COLOR", "COLUMNS",
)  # fmt: skip


class Setting(NamedTuple):
    """One that is set, and by what: option, environment or file."""

    name: str
    value: Any
    origin: str


@click.group("config", cls=base.Group, invoke_without_command=True)
@options.json_output
@click.pass_context
def command(ctx: click.Context) -> Result | None:
    """What is set, and where it comes from: an option, the environment, or the settings file.

    An option counts before the environment, and that before the file, a TOML file: a table for a
    command, in it its flags: [source.ingest] and below it keep_going = true. At its top stands db,
    the path of the catalogue. Tokens and other secrets do not belong in it.
    """
    if ctx.invoked_subcommand is not None:
        return None
    return _all(ctx, ctx.obj)


@command.command("path")
@options.json_output
@click.pass_obj
def path(app: App) -> Result:
    """Print where the settings file is, whether it is there or not."""
    where = app.settings.path
    return Result({"path": where, "exists": os.path.lexists(where)}, [where])


def _all(ctx: click.Context, app: App) -> Result:
    settings = app.settings
    if settings.fault is not None:  # nothing else is known either
        raise settings.fault
    found, faults = _from_file(ctx, settings)
    every = [*_from_environment(), *found]
    origin = _origin(ctx, app)
    data = {
        "path": settings.path,
        "exists": os.path.lexists(settings.path),
        "catalogue": {
            "path": app.path, "exists": os.path.lexists(app.path), "from": origin,
        },
        "settings": [{"name": s.name, "value": s.value, "from": s.origin} for s in every],
        "hooks": len(settings.hooks),
    }  # fmt: skip
    lines: list[Line] = [
        *facts(
            (
                ("Settings", _shown(settings.path)),
                ("Catalogue", _shown(app.path)),
                ("  named by", _ORIGINS[origin]),
                ("Hooks", len(settings.hooks)),
            )
        )
    ]
    if every:
        rows = [(s.name, s.value, s.origin) for s in every]
        lines += ["", *table(("SETTING", "VALUE", "FROM"), rows)]
    other = _other_catalogue(app)
    warnings = [f"{settings.path}: {fault}" for fault in faults]
    return Result(data, lines, [*warnings, *other])


_ORIGINS = {
    "option": "--db",
    "environment": "RETROVUE_DB",
    "file": "db in the settings",
    "default": "nothing: it is the default",
    "earlier": "nothing: it is where earlier versions kept it",
}


def _origin(ctx: click.Context, app: App) -> str:
    """What names the catalogue."""
    if ctx.find_root().params["db"]:
        return "option"
    if os.environ.get("RETROVUE_DB"):
        return "environment"
    if app.settings.db:
        return "file"
    return "earlier" if app.path == places.earlier_catalogue() else "default"


def _other_catalogue(app: App) -> list[str]:
    """A catalogue of earlier versions that is not used, since there is one in the new place."""
    earlier = places.earlier_catalogue()
    if app.path == earlier or not os.path.lexists(earlier):
        return []
    return [f"{earlier}, where earlier versions kept it, is another catalogue and is not used"]


def _shown(where: str) -> str:
    return where if os.path.lexists(where) else f"{where} (not there)"


def _from_environment() -> Iterator[Setting]:
    for name in ENVIRONMENT:
        if os.environ.get(name):
            yield Setting(name, os.environ[name], "environment")


def _from_file(ctx: click.Context, settings: Settings) -> tuple[list[Setting], list[str]]:
    """What the file sets, of all commands, and a line for each key that sets nothing."""
    from retrovue.cli import option_defaults

    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    commands = root.list_commands(ctx.find_root())
    top = option_defaults.of_root(root, settings.values, commands.__contains__)
    known, faults = [*top.known], [*top.faults]
    for name, value in settings.values.items():
        if name in commands and name not in option_defaults.TOP and isinstance(value, Mapping):
            called = root.get_command(ctx.find_root(), name)
            assert called is not None
            _, found = option_defaults.of_command(ctx, called, name, value)
            known += found.known
            faults += found.faults
    named = [Setting("db", settings.db, "file")] if settings.db else []
    return [*named, *(Setting(k.key, k.value, "file") for k in known)], faults
