"""Whatever was raised, as an error with a message for a person."""

from __future__ import annotations

from collections.abc import Sequence

import click

from retrovue.cli.app import App
from retrovue.cli.commands import COMMANDS
from retrovue.commands import Hint, help_of
from retrovue.errors import DatabaseFailure, Interrupted, RetrovueError, UsageError

_NOUNS = ("source", "collection", "asset", "db", "history")


def to_error(error: BaseException, arguments: list[str], app: App | None) -> RetrovueError:
    """Whatever was raised as an error with a message for a person."""
    if isinstance(error, RetrovueError):
        return _name_operation(error, operation_of(arguments))
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return _interrupt_error(app)
    if type(error).__module__ == "sqlite3":
        from retrovue.catalogue import sqlite_errors

        return sqlite_errors.to_domain_error(operation_of(arguments), error)  # type: ignore[arg-type]
    if isinstance(error, click.ClickException):
        return _usage_error(error)
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return RetrovueError(f"{error.strerror or error}{where}")
    from retrovue.redact import scrub

    return RetrovueError(
        scrub(f"Something unforeseen happened ({type(error).__name__}: {error})"),
        hint="--debug before the command shows where. Please report it.",
    )


def _name_operation(error: RetrovueError, operation: str) -> RetrovueError:
    """The error of a file that cannot be used tells what failed by it."""
    if isinstance(error, DatabaseFailure) and " failed: " not in error.message:
        error.message = f"{operation} failed: {error.message}"
    return error


def _interrupt_error(app: App | None) -> Interrupted:
    committed = app.catalogue.committed if app is not None and app.used else []
    done = [
        " ".join([line.operation, *(f"'{name}'" for name in line[2:] if name)])
        for line in committed
        if line.status != "failed"
    ]
    if done:
        return Interrupted("Interrupted", [f"Kept: {', '.join(done)}.", "Nothing else changed."])
    return Interrupted("Interrupted", ["What was open was rolled back; nothing changed."])


def operation_of(arguments: Sequence[str]) -> str:
    """Noun and verb of the command, as messages name it: `Source list`."""
    for at, word in enumerate(arguments):
        if word in COMMANDS and arguments[at - 1 : at] != ["--db"]:
            after = arguments[at + 1 : at + 2] if word in _NOUNS else []
            verbs = [verb for verb in after if not verb.startswith("-")]
            return " ".join(["database" if word == "db" else word, *verbs]).capitalize()
    return "Retrovue"


def _usage_error(error: click.ClickException) -> UsageError:
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    hint = None
    if context:
        hint = Hint("What it takes", help_of(context.command_path.partition(" ")[2]))
    return UsageError(message, _set_in_file(error), hint=hint)


def _set_in_file(error: click.ClickException) -> list[str]:
    """That a value which cannot be taken was not typed, but stands in the settings."""
    if not isinstance(error, click.BadParameter) or error.ctx is None or error.param is None:
        return []
    name, app = error.param.name, error.ctx.find_object(App)
    source = name and error.ctx.get_parameter_source(name)
    if app is None or source is not click.core.ParameterSource.DEFAULT_MAP:
        return []
    return [f"It is set in {app.settings.path}."]
