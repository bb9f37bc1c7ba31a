"""`retrovue hook`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import Any

import click

from retrovue.cli import base, hook_runs, options
from retrovue.cli.app import App
from retrovue.cli.output import Result, table
from retrovue.cli.settings_file import Hook
from retrovue.commands import Command, Hint, Line
from retrovue.errors import NotFound, UsageError
from retrovue.model import EVENTS


@click.group("hook", cls=base.Group)
def command() -> None:
    """Commands that are run after an event, with the change as JSON on standard input.

    They stand in the settings file, never in the catalogue. Each is run after the commit, without a
    shell, and is ended after 30 seconds; one that fails is a warning. It finds the catalogue in
    RETROVUE_DB, and what it runs of retrovue runs no hook.
    """


@command.command("add", epilog=f"Events: {', '.join(EVENTS)}.")
@click.argument("event", metavar="EVENT", type=click.Choice(EVENTS))
@click.argument("words", metavar="-- COMMAND...", nargs=-1, required=True)
@options.dry_run
@options.json_output
@click.pass_obj
def add(app: App, *, event: str, words: tuple[str, ...]) -> Result:
    """Run a command after an event: a program with its arguments. For a shell name it: sh -c."""
    from retrovue.cli import settings_writer

    given = words[1:] if words[0] == "--" else words
    if not given:
        raise UsageError("Missing argument 'COMMAND...'")
    hook = Hook(event, (_program(given[0]), *given[1:]))
    _require_no_secret(hook)
    number = settings_writer.add_hook(app.settings.path, hook, dry_run=app.dry_run)
    says = f"{app.did('add')} hook {number}: after {event} run {hook_runs.called(hook)}"
    undo = Command("hook remove", (str(number),), needs_file=False)
    lines: list[Line] = [says] if app.dry_run else [says, Hint("Undo", undo)]
    return Result({"hook": _data(number, hook), "path": app.settings.path}, lines)


def _holds_secret(hook: Hook) -> bool:
    return any(hook_runs.shown(word) != word for word in hook.command)


def _require_no_secret(hook: Hook) -> None:
    """What stands in a command is shown to whoever lists the processes."""
    if _holds_secret(hook):
        raise UsageError(
            "The command holds a secret, which everybody sees who lists the processes",
            hint="Let the program read it from a file or from the environment.",
        )


def _program(given: str) -> str:
    """The absolute path of a program: what runs retrovue later may look elsewhere. Raises NotFound
    where there is none that can be run."""
    found = shutil.which(os.path.expanduser(given))
    if found is None:
        raise NotFound(f"Program '{given}' not found", ["Nothing that can be run has this name."])
    return os.path.abspath(found)


@command.command("list")
@options.json_output
@click.pass_obj
def list_(app: App) -> Result:
    """List the hooks."""
    from retrovue.cli import settings_writer

    hooks = settings_writer.hooks(app.settings)
    data = [_data(number, hook) for number, hook in enumerate(hooks, 1)]
    if not data:
        example = Command("hook add ingest_failed --", ("COMMAND",), needs_file=False)
        return Result({"hooks": []}, ["No hooks.", Hint("Add one", example)])
    rows = [(n, *_cells(hook)) for n, hook in enumerate(hooks, 1)]
    return Result({"hooks": data}, table(("N", "EVENT", "COMMAND"), rows), _unusable(app, hooks))


def _unusable(app: App, hooks: Sequence[Hook | None]) -> list[str]:
    return [
        f"Hook {number} of {app.settings.path} is never run: it needs an event and a command, as"
        ' event = "collection_ingested", command = ["program", "argument"]'
        for number, hook in enumerate(hooks, 1)
        if hook is None or hook.event not in EVENTS
    ]


def _cells(hook: Hook | None) -> tuple[str, str]:
    return ("-", "-") if hook is None else (hook.event, hook_runs.called(hook))


def _data(number: int, hook: Hook | None) -> dict[str, Any]:
    if hook is None:
        return {"number": number, "event": None, "command": None}
    return {"number": number, "event": hook.event, "command": [*map(hook_runs.shown, hook.command)]}


@command.command("remove")
@click.argument("number", metavar="N", type=click.IntRange(1))
@options.dry_run
@options.json_output
@click.pass_obj
def remove(app: App, *, number: int) -> Result:
    """Remove a hook by the number that `hook list` shows."""
    from retrovue.cli import settings_writer

    gone = settings_writer.remove_hook(app.settings.path, number, dry_run=app.dry_run)
    lines: list[Line] = [f"{app.did('remove')} hook {number}: {' '.join(_cells(gone))}"]
    if gone is not None and not app.dry_run and not _holds_secret(gone):
        again = Command(f"hook add {gone.event} --", gone.command, needs_file=False)
        lines.append(Hint("Undo", again))
    return Result({"hook": _data(number, gone), "path": app.settings.path}, lines)
