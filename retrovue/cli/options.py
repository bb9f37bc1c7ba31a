"""Options that commands share, and an importer's options as flags."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from retrovue.cli.progress import FORMS, shown_as
from retrovue.errors import UsageError

if TYPE_CHECKING:
    from retrovue.importers.api import Option
    from retrovue.paths import Rewrite

Command = TypeVar("Command", bound=Callable[..., Any])
PREFIX = "importer_"


def _note_json(ctx: click.Context, _option: click.Parameter, value: Any) -> Any:
    from retrovue.cli.app import App

    app = ctx.find_object(App)
    if app is not None and value:
        app.as_json = True
    return value


json_output = click.option(
    "--json",
    "as_json",
    is_flag=True,
    expose_value=False,
    callback=_note_json,
    help="Print one JSON object.",
)


def _note_writing(ctx: click.Context, _option: click.Parameter, value: Any) -> Any:
    """Every command that writes has `--dry-run`: note that this is one."""
    from retrovue.cli.app import App

    app = ctx.find_object(App)
    if app is not None:
        app.writes = True
        if value:
            app.begin_dry_run()
    return value


dry_run = click.option(
    "--dry-run",
    is_flag=True,
    expose_value=False,
    callback=_note_writing,
    help="Do it all in a transaction, then roll it back.",
)


def _note_progress(ctx: click.Context, _option: click.Parameter, value: Any) -> Any:
    from retrovue.cli.app import App

    app = ctx.find_object(App)
    if app is not None and value is not None:
        app.progress = shown_as(value, quiet=app.quiet)
    return value


progress = click.option(
    "--progress",
    type=click.Choice(FORMS),
    metavar="FORM",
    expose_value=False,
    callback=_note_progress,
    help="json: as events on stderr, a line each; else auto.",
)


def editable(command: Command) -> Command:
    """A flag for each field that people can set; what is empty is none."""
    from retrovue.found import EDITABLE, NUMBERS

    for name in reversed(EDITABLE):
        meta = "NUMBER" if name in NUMBERS else "DAY" if name == "released_on" else "TEXT"
        says = f"The {name.replace('_', ' ')}."
        flag = "--" + name.replace("_", "-")
        command = click.option(flag, name, metavar=meta, help=says)(command)
    return command


force = click.option("--force", is_flag=True, help="Skip the confirmation.")
no_backup = click.option(
    "--no-backup", is_flag=True, help="Make no backup beside the file beforehand."
)
allow_missing = click.option(
    "--allow-missing", is_flag=True, help="Go on although much of what is known is gone."
)
quick = click.option(
    "--quick",
    is_flag=True,
    help="Trust the times of directories: fast, but a file rewritten in place is not noticed.",
)
probe = click.option(
    "--probe/--no-probe",
    default=None,
    help="Whether new and changed files are probed; else as the source is set.",
)
set_probe = click.option(
    "--probe/--no-probe",
    default=None,
    help="Whether its ingests probe files; they do not, at first.",
)
under = click.option(
    "--under",
    multiple=True,
    metavar="DIR",
    help="Look for the files below this folder, and propose mappings.",
)
maps = click.option(
    "--map",
    "maps",
    nargs=2,
    multiple=True,
    metavar="EXTERNAL LOCAL",
    help="What the source has at or below EXTERNAL is here at LOCAL.",
)


def rewrites(maps: Sequence[tuple[str, str]]) -> tuple[Rewrite, ...]:
    """`--map` as given, the local side made absolute. Raises UsageError where that is empty."""
    from retrovue.paths import ANY, Rewrite

    if not all(local for _, local in maps):
        raise UsageError("--map needs two paths, EXTERNAL and LOCAL")
    return tuple(
        Rewrite("" if external == ANY else external, os.path.abspath(os.path.expanduser(local)))
        for external, local in maps
    )


def of_importer(options: Sequence[Option]) -> list[click.Option]:
    """An importer's options as click options; the values are named with a prefix."""
    return [_flag(option) for option in options]


def _flag(option: Option) -> click.Option:
    help_ = option.help
    if option.required:
        help_ += "  [required]"
    elif option.default is not None:
        help_ += f"  [default: {option.default}]"
    if option.envvar:
        help_ += f"  [env: {option.envvar}]"
    if option.secret:
        help_ += "  [a value, or env:NAME]"
    name = PREFIX + option.name
    if option.type is bool:
        flag = f"{option.flag}/--no-{option.flag[2:]}"
        return click.Option([flag, name], default=None, help=help_, is_flag=True)
    if option.multiple:
        return click.Option(
            [option.flag, name],
            type=_type(option),
            multiple=True,
            help=f"{help_}  [several]",
            callback=lambda _ctx, _option, given: list(given) or None,
        )
    meta = "PATH" if getattr(option.type, "__name__", "") == "Path" else None
    return click.Option(
        [option.flag, name], type=_type(option), default=None, help=help_, metavar=meta
    )


def _type(option: Option) -> Any:
    if option.secret:
        return click.STRING  # click would repeat a value that does not fit
    if isinstance(option.type, tuple):
        return click.Choice(option.type)
    return {int: click.INT, float: click.FLOAT}.get(option.type, click.STRING)


def values(parameters: dict[str, Any]) -> dict[str, Any]:
    """Take the importer's values out of a command's parameters."""
    names = [name for name in parameters if name.startswith(PREFIX)]
    return {name.removeprefix(PREFIX): parameters.pop(name) for name in names}
