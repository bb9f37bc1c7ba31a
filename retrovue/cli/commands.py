"""The root command, and the commands below it: our own and those of plugins.

None is imported before it is called.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from retrovue import __version__
from retrovue.cli.app import App
from retrovue.errors import RetrovueError

COMMANDS = {
    "quickstart": "One step from a folder to a catalogue.",
    "source": "Where media lives: add, list, discover, ingest.",
    "collection": "What sources offer: map, enable, ingest.",
    "asset": "What is in the catalogue: list, show, purge.",
    "history": "What was done, when, with what result: show, prune.",
    "db": "The file: path, info, check, backup, restore.",
    "plugins": "Installed plugins, and what failed to load.",
}
EXTRA_COMMANDS = "retrovue.commands"
STDOUT = "retrovue.cli.stdout"  # where the command of a plugin prints


class Commands(click.Group):
    """The root: commands of our own and of plugins, none imported before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *(name for name, _ in extra_commands())]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            module = importlib.import_module(f"retrovue.cli.{name}")
            command: click.Command = module.command
            return command
        extra = next((_load(point) for extra, point in extra_commands() if extra == name), None)
        if extra is not None:  # it prints what it prints
            sys.stdout = ctx.meta.get(STDOUT, sys.stdout)
        return extra

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        extra = [(name, f"From {point.distribution}.") for name, point in extra_commands()]
        if extra:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(extra)


def extra_commands() -> list[tuple[str, Any]]:
    """The commands of plugins by name, each with its entry point."""
    from retrovue.importers import entry_points

    found = {point.name: point for point in reversed(entry_points.find(EXTRA_COMMANDS))}
    return sorted((name, point) for name, point in found.items() if name not in COMMANDS)


def _load(point: Any) -> click.Command:
    from retrovue.importers import entry_points

    try:
        command = entry_points.load(point)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise RetrovueError(
            f"Command '{point.name}' of {point.distribution} cannot be loaded"
            f" ({type(error).__name__}: {error})"
        ) from error
    if not isinstance(command, click.Command):
        raise RetrovueError(
            f"Command '{point.name}' of {point.distribution} is not a click command"
        )
    return command


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--db", metavar="PATH", help="The catalogue file (or set RETROVUE_DB).")
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
@click.option("-v", "--verbose", count=True, help="Say more; twice: what plugins log, too.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what did not succeed.")
@click.option(
    "--no-plugin", "no_plugins", multiple=True, metavar="NAME", help="Leave this plugin out."
)
@click.version_option(__version__, prog_name="retrovue")
@click.pass_context
def root(ctx: click.Context, *, db: str | None, debug: bool, verbose: int, quiet: bool,
         no_plugins: tuple[str, ...]) -> None:  # fmt: skip
    """A personal media catalogue in one SQLite file.

    Start with `retrovue quickstart DIR`. Every command has --help; --json stands with the command,
    --db before it.
    """
    ctx.obj = App(db, debug=debug, verbose=verbose, quiet=quiet, no_plugins=no_plugins)
    ctx.call_on_close(ctx.obj.close)
    if ctx.invoked_subcommand is None:
        raise click.exceptions.NoArgsIsHelpError(ctx)
