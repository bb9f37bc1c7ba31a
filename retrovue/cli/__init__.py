"""The command line: where the file is, errors to exit codes, results to output.

The commands themselves are imported when they are called.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from retrovue import __version__, tracebacks
from retrovue.cli import json_text, output, shell, streams
from retrovue.cli.progress import Progress
from retrovue.commands import Hint, help_of
from retrovue.errors import DatabaseFailure, Interrupted, OutputFailed, RetrovueError, UsageError

if TYPE_CHECKING:
    from retrovue.catalogue.core import Catalogue
    from retrovue.importers.loader import Plugins

COMMANDS = {
    "quickstart": "One step from a folder to a catalogue.",
    "source": "Where media lives: add, list, discover, ingest.",
    "collection": "What sources offer: map, enable, ingest.",
    "asset": "What is in the catalogue: list, show, purge.",
    "history": "What was done, when, with what result: show, prune.",
    "db": "The file: path, info, check, backup, restore.",
    "plugins": "Installed plugins, and what failed to load.",
}
_NOUNS = ("source", "collection", "asset", "db", "history")
EXTRA_COMMANDS = "retrovue.commands"
_STDOUT = "retrovue.cli.stdout"


class App:
    """What every command needs: the file, the plugins, and how to speak."""

    def __init__(self, path: str | None, debug: bool, verbose: bool, quiet: bool) -> None:
        given = path or os.environ.get("RETROVUE_DB") or _default_path()
        self.path = os.path.abspath(given)  # before a plugin can change the folder
        self.debug = debug
        self.verbose = verbose
        self.quiet = quiet
        self._catalogue: Catalogue | None = None
        self._plugins: Plugins | None = None
        self.progress = Progress(quiet)
        self.warnings: list[str] = []
        self.writes = False  # whether the command is one that writes
        self.dry_run = False
        self.as_json = False
        tracebacks.keep(wanted=debug)

    @property
    def shown_path(self) -> str | None:
        """The absolute path of the catalogue for commands that are shown, None for the default."""
        return None if self.path == _default_path() else self.path

    @property
    def catalogue(self) -> Catalogue:
        if self._catalogue is None:
            from retrovue.catalogue.core import Catalogue

            self._catalogue = Catalogue(self.path)
        return self._catalogue

    @property
    def plugins(self) -> Plugins:
        if self._plugins is None:
            from retrovue.importers.loader import Plugins

            self._plugins = Plugins()
            if not self.quiet:  # a source that needs one fails by itself
                self.warnings += self._plugins.warnings()
        return self._plugins

    @property
    def used(self) -> bool:
        """Whether the catalogue was needed so far."""
        return self._catalogue is not None

    @contextlib.contextmanager
    def trial(self, dry_run: bool) -> Iterator[Catalogue]:
        """The catalogue; for a dry run where there is no file yet, one in a temporary folder."""
        if not dry_run or self.catalogue.exists():
            yield self.catalogue
            return
        import tempfile

        from retrovue.catalogue.core import Catalogue

        with tempfile.TemporaryDirectory(prefix="retrovue-") as folder:
            catalogue = Catalogue(os.path.join(folder, "retrovue.db"))
            try:
                yield catalogue
            finally:
                catalogue.close()

    def notify(self, hook: str, **arguments: Any) -> None:
        self.warnings += self.plugins.notify(hook, **arguments)

    def close(self) -> None:
        self.progress.close()
        if self._catalogue is not None:
            self._catalogue.close()


def _default_path() -> str:
    return os.path.join(click.get_app_dir("retrovue"), "retrovue.db")


class Commands(click.Group):
    """The root: commands of our own and of plugins, none imported before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *(name for name, _ in _extra())]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            module = importlib.import_module(f"retrovue.cli.{name}")
            command: click.Command = module.command
            return command
        extra = next((_load(point) for extra, point in _extra() if extra == name), None)
        if extra is not None:  # it prints what it prints
            sys.stdout = ctx.meta.get(_STDOUT, sys.stdout)
        return extra

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        extra = [(name, f"From {point.distribution}.") for name, point in _extra()]
        if extra:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(extra)


def _extra() -> list[tuple[str, Any]]:
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
        raise RetrovueError(f"Command '{point.name}' of {point.distribution} is no click command")
    return command


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--db", metavar="PATH", help="The catalogue file (or set RETROVUE_DB).")
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what did not succeed.")
@click.version_option(__version__, prog_name="retrovue")
@click.pass_context
def root(ctx: click.Context, db: str | None, debug: bool, verbose: bool, quiet: bool) -> None:
    """A personal media catalogue in one SQLite file.

    Start with `retrovue quickstart DIR`. Every command has --help; --json stands with the command,
    --db before it.
    """
    ctx.obj = App(db, debug, verbose, quiet)
    ctx.call_on_close(ctx.obj.close)
    if ctx.invoked_subcommand is None:
        raise click.exceptions.NoArgsIsHelpError(ctx)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script: runs one command and exits 0, 1, 2 (in part) or 130 (interrupted)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    streams.reopen()
    before = sys.stdout, sys.stderr
    as_json = _wants_json(given)
    sys.stderr = streams.stderr()
    stdout = streams.apart() if as_json else streams.stdout()
    # whatever a plugin prints, stdout is one object
    sys.stdout = sys.stderr if as_json else stdout
    try:
        code = _run(given, as_json, stdout)
    except BrokenPipeError:
        code = 1
    except KeyboardInterrupt:  # everything was said already
        code = Interrupted.exit_code
    finally:
        own = sys.stderr
        sys.stdout, sys.stderr = before
        streams.release(stdout, before[0])
        streams.release(own, before[1])
    sys.exit(code)


def _wants_json(arguments: Sequence[str]) -> bool:
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--json" in before or "--format=json" in before:
        return True
    return any(
        word == "--format" and before[at : at + 1] == ["json"] for at, word in enumerate(before, 1)
    )


def _run(arguments: list[str], as_json: bool, stdout: TextIO) -> int:
    context: list[click.Context] = []
    try:
        if any(word in ("-h", "--help", "--version") for word in arguments):
            sys.stdout = stdout
        _require_utf8(arguments)
        with root.make_context("retrovue", arguments) as ctx:
            context.append(ctx)
            ctx.meta[_STDOUT] = stdout
            result = root.invoke(ctx)
            if isinstance(result, output.Result):
                return _show(ctx.obj, result, arguments, as_json, stdout)
            stdout.flush()
            return 0
    except click.exceptions.NoArgsIsHelpError as alone:
        stdout.write(f"{alone.format_message()}\n")
        return _flushed(stdout, 0)
    except click.exceptions.Exit as stop:
        return _flushed(stdout, stop.exit_code)
    except BrokenPipeError:
        raise
    except BaseException as error:
        if isinstance(error, SystemExit) and _is_extra(context):
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
            return _flushed(stdout, code)
        with _uninterrupted():
            return _report(error, arguments, _app(context), as_json, stdout)


def _show(
    app: App, result: output.Result, arguments: list[str], as_json: bool, stdout: TextIO
) -> int:
    """Print what a command has to say, and return its exit code."""
    warnings = [*dict.fromkeys([*app.warnings, *result.warnings])]
    wrote = app.writes and not app.dry_run and "cancelled" not in result.data
    silent = app.quiet and wrote and result.error is None
    result = result._replace(warnings=warnings)
    try:
        code, error = output.render(
            result, as_json, silent, stdout, app.shown_path, lambda e: _told(e, arguments, app)
        )
    except (OutputFailed, BrokenPipeError) as failure:
        if not wrote:
            raise
        return _unsaid(app, result, _operation(arguments), failure)
    _trace(app, error)
    return code


def _unsaid(app: App, result: output.Result, operation: str, failure: Exception) -> int:
    """Say on standard error what was done, since it could not be said on standard output."""
    reason = str(failure) if isinstance(failure, OutputFailed) else "Nobody reads standard output"
    says = reason[0].lower() + reason[1:]
    error = result.error
    if error is None:
        done = "was done in part" if result.status == "partial" else "was done"
        error = OutputFailed(f"{operation} {done}, but {says}")
    else:
        error.detail = [*error.detail, f"{reason}."]
    output.render_error(error, app.shown_path)
    for line in result.lines:
        output.complain(f"  {shell.text(line, app.shown_path)}")
    _trace(app, failure)
    return 1


def _flushed(stdout: TextIO, code: int) -> int:
    """The exit code of what printed by itself, once all of it is written."""
    try:
        stdout.flush()
    except OutputFailed as error:
        output.render_error(error, None)
        return error.exit_code
    return code


def _is_extra(context: list[click.Context]) -> bool:
    """Whether it is the command of a plugin that runs."""
    return bool(context) and context[0].invoked_subcommand not in (None, *COMMANDS)


def _require_utf8(arguments: Sequence[str]) -> None:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise UsageError(
                f"{argument!r} is not UTF-8, which the catalogue cannot hold"
            ) from None


def _app(context: list[click.Context]) -> App | None:
    return context[0].obj if context and isinstance(context[0].obj, App) else None


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let a second Ctrl-C wait until it was said what the first one left."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _report(
    error: BaseException, arguments: list[str], app: App | None, as_json: bool, stdout: TextIO
) -> int:
    """Say what went wrong, as text or as JSON, and return the exit code."""
    if app is not None:
        app.progress.close()
    told = _told(error, arguments, app)
    db = app.shown_path if app is not None else None
    for warning in dict.fromkeys(app.warnings if app is not None else ()):
        output.complain(f"Warning: {warning}")
    if not as_json or isinstance(told, OutputFailed):
        output.render_error(told, db)
    else:
        data = getattr(told, "data", {})
        body = {"status": "error", **data, "error": output.error_body(told, db)}
        _say_json(body, told, db, stdout)
    _trace(app, error)
    return told.exit_code


def _say_json(body: dict[str, Any], told: RetrovueError, db: str | None, stdout: TextIO) -> None:
    """Write the object of an error; where it cannot be written, say on stderr what it says."""
    try:
        json_text.write(body, stdout)
        stdout.flush()
    except (OutputFailed, BrokenPipeError) as failure:
        output.render_error(told, db)
        if isinstance(failure, OutputFailed):
            output.complain(f"  {failure}")


def _trace(app: App | None, error: BaseException | None) -> None:
    """With `--debug`, show where an error came from, and those of plugins that became lines."""
    if app is None or not app.debug:
        return
    if error is not None:
        tracebacks.note(error)
    for text in dict.fromkeys(tracebacks.taken()):
        for line in text.splitlines():
            output.complain(line)


def _told(error: BaseException, arguments: list[str], app: App | None) -> RetrovueError:
    """Whatever was raised as an error with a message for a person."""
    if isinstance(error, RetrovueError):
        return _named(error, _operation(arguments))
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return _told_interrupt(app)
    if type(error).__module__ == "sqlite3":
        from retrovue.catalogue import sqlite_errors

        return sqlite_errors.to_domain_error(_operation(arguments), error)  # type: ignore[arg-type]
    if isinstance(error, click.ClickException):
        return _told_usage(error)
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return RetrovueError(f"{error.strerror or error}{where}")
    from retrovue.redact import scrub

    return RetrovueError(
        scrub(f"Something unforeseen happened ({type(error).__name__}: {error})"),
        hint="--debug before the command shows where. Please report it.",
    )


def _named(error: RetrovueError, operation: str) -> RetrovueError:
    """The error of a file that cannot be used tells what failed by it."""
    if isinstance(error, DatabaseFailure) and " failed: " not in error.message:
        error.message = f"{operation} failed: {error.message}"
    return error


def _told_interrupt(app: App | None) -> Interrupted:
    kept = app.catalogue.kept if app is not None and app.used else []
    done = [
        " ".join([line.operation, *(f"'{name}'" for name in line[2:] if name)])
        for line in kept
        if line.status != "failed"
    ]
    if done:
        return Interrupted("Interrupted", [f"Kept: {', '.join(done)}.", "Nothing else changed."])
    return Interrupted("Interrupted", ["What was open was rolled back; nothing changed."])


def _operation(arguments: Sequence[str]) -> str:
    """Noun and verb of the command, as messages name it: `Source list`."""
    for at, word in enumerate(arguments):
        if word in COMMANDS and arguments[at - 1 : at] != ["--db"]:
            after = arguments[at + 1 : at + 2] if word in _NOUNS else []
            verbs = [verb for verb in after if not verb.startswith("-")]
            return " ".join(["database" if word == "db" else word, *verbs]).capitalize()
    return "Retrovue"


def _told_usage(error: click.ClickException) -> UsageError:
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    hint = None
    if context:
        hint = Hint("What it takes", help_of(context.command_path.partition(" ")[2]))
    return UsageError(message, hint=hint)
