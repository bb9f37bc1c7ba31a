"""The root command, and the commands below it: our own and those of plugins.

None is imported before it is called.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from retrovue.cli import settings_file
from retrovue.cli.app import App, chosen_plugins
from retrovue.cli.base import Group
from retrovue.cli.progress import FORMS
from retrovue.cli.settings_file import Settings
from retrovue.errors import RetrovueError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from retrovue.importers.entry_points import EntryPoint

COMMANDS = {
    "quickstart": "One step from a folder to a catalogue.",
    "source": "Where media lives: add, list, discover, ingest.",
    "collection": "What sources offer: map, enable, ingest.",
    "watch": "Ingest what is new as it comes.",
    "plan": "An ingest that was written down: show, apply.",
    "asset": "What is in the catalogue: list, show, mark, edit, purge.",
    "list": "Lists that stay right: save, show, export, remove.",
    "stats": "What there is, in numbers.",
    "browse": "The catalogue in the browser.",
    "account": "What became of every file below a collection or source.",
    "why": "What became of one file, and by which rule.",
    "reconcile": "What several sources and the disk say of the same.",
    "history": "What was done, when, with what result: show, prune.",
    "db": "The file: path, info, check, backup, restore.",
    "plugins": "Installed plugins, and what failed to load.",
    "completion": "Completion of commands and names for bash, zsh and fish.",
    "schema": "The JSON Schema of what a command prints.",
    "config": "What is set, and where it comes from.",
    "hook": "Commands that are run after an event: add, list, remove.",
}
STDOUT = "retrovue.cli.stdout"  # where the command of a plugin prints
FAULTS = "retrovue.cli.faults"  # of the settings file


class Commands(Group):
    """The root: commands of our own and of plugins, none imported before it is called."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, called, rest = super().resolve_command(ctx, args)
        if name is not None and called is not None and isinstance(ctx.obj, Settings):
            _set_defaults(ctx, name, called, rest)
        return name, called, rest

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *extra_commands(_no_plugins(ctx)).usable]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--version" in args:
            from retrovue.cli import versions

            args = versions.without_json(ctx, args)
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            module = importlib.import_module(f"retrovue.cli.{name}")
            command: click.Command = module.command
            return command
        if ctx.resilient_parsing:  # a shell asks: no plugin is loaded for that
            return click.Command(name)
        offered = extra_commands(_no_plugins(ctx))
        if name not in offered.usable:
            fault = next((fault for point, fault in offered.faults if point.name == name), None)
            if fault is not None:
                raise RetrovueError(f"Command '{name}' cannot be used: {fault}")
            return None
        extra = _load(offered.usable[name])
        sys.stdout = ctx.meta.get(STDOUT, sys.stdout)  # it prints what it prints
        return extra

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names of commands and options that fit; nothing is imported for them."""
        from click.shell_completion import CompletionItem

        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        found = [CompletionItem(name, help=COMMANDS.get(name)) for name in names]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        usable = extra_commands(_no_plugins(ctx)).usable
        extra = [(name, f"From {point.distribution}.") for name, point in usable.items()]
        if extra:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(extra)


class ExtraCommands(NamedTuple):
    """The commands of plugins: those that can be used, by name, and why others cannot."""

    usable: dict[str, EntryPoint]
    faults: list[tuple[EntryPoint, str]]


def extra_commands(left_out: Sequence[str] = ()) -> ExtraCommands:
    """What the plugins that are not left out offer; a name that is ours, or that two of them give
    to a command, is none of theirs."""
    from retrovue.importers import choice, entry_points

    chosen = chosen_plugins(left_out)
    found = [p for p in entry_points.find(entry_points.COMMANDS) if not chosen.leaves_out(p)]
    taken = choice.taken_names(found)
    faults = []
    for point in found:
        if point.name in COMMANDS:
            faults.append((point, "the name is retrovue's own"))
        elif point.name in taken:
            faults.append((point, f"offered twice, by {choice.owners(taken[point.name])}"))
    refused = {point for point, _ in faults}
    return ExtraCommands({point.name: point for point in found if point not in refused}, faults)


def root_context(arguments: list[str]) -> click.Context:
    """The context of the root for the words of a command line, with what the settings say; a file
    that cannot be read fails whatever command needs one."""
    settings = settings_file.read()
    if not settings.values:
        return root.make_context("retrovue", arguments, obj=settings)
    from retrovue.cli import option_defaults

    found = option_defaults.of_root(root, settings.values, _is_command)
    defaults = {each.parameter: each.value for each in found.known}
    ctx = root.make_context("retrovue", arguments, obj=settings, default_map=defaults)
    ctx.meta[FAULTS] = list(found.faults)
    return ctx


def _is_command(name: str) -> bool:
    return name in COMMANDS or name in extra_commands().usable


def _set_defaults(ctx: click.Context, name: str, called: click.Command, rest: list[str]) -> None:
    """Give the command that was called the defaults of the settings file."""
    settings: Settings = ctx.obj
    asks_help = any(word in ctx.help_option_names for word in rest)
    if settings.fault is not None and name != "config" and not asks_help:
        raise settings.fault
    values = settings.values.get(name)
    if not isinstance(values, Mapping) or name == "config":
        return
    from retrovue.cli import option_defaults

    if name in option_defaults.TOP:
        return
    verb = next((word for word in rest if not word.startswith("-")), "")
    defaults, found = option_defaults.of_command(ctx, called, name, values, verb)
    ctx.default_map = {name: defaults}
    ctx.meta[FAULTS] += found.faults


def _no_plugins(ctx: click.Context) -> Sequence[str]:
    names: Sequence[str] = ctx.find_root().params.get("no_plugins") or ()
    return names


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


def _show_version(ctx: click.Context, _: click.Parameter, wanted: Any) -> None:
    if wanted and not ctx.resilient_parsing:
        from retrovue.cli import versions

        versions.show(ctx)


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
    "--no-plugin", "no_plugins", multiple=True, metavar="PLUGIN", help="Leave this plugin out."
)
@click.option("--progress", type=click.Choice(FORMS), default="auto", metavar="FORM",
              help="json: as events on stderr, a line each; else auto.")  # fmt: skip
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit; with -v also what it runs on.",
)
@click.pass_context
def root(ctx: click.Context, *, db: str | None, debug: bool, verbose: int, quiet: bool,
         no_plugins: tuple[str, ...], progress: str) -> None:  # fmt: skip
    """A personal media catalogue in one SQLite file.

    Start with `retrovue quickstart DIR`. Every command has --help; --json stands with the command,
    --db before it.
    """
    settings = ctx.obj if isinstance(ctx.obj, Settings) else None
    ctx.obj = App(db, debug=debug, verbose=verbose, quiet=quiet, no_plugins=no_plugins,
                  settings=settings, form_of_progress=progress)  # fmt: skip
    for fault in ctx.meta.get(FAULTS, ()):
        ctx.obj.warnings.append(f"{ctx.obj.settings.path}: {fault}")
    ctx.call_on_close(ctx.obj.close)
    if ctx.invoked_subcommand is None:
        raise click.exceptions.NoArgsIsHelpError(ctx)
