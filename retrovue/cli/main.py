"""One process: its streams, its signals and its exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn, TextIO

import click

from retrovue import tracebacks
from retrovue.cli import json_text, output, shell, streams
from retrovue.cli.app import App
from retrovue.cli.commands import COMMANDS, STDOUT, root, root_context
from retrovue.cli.failures import operation_of, to_error
from retrovue.errors import Interrupted, OutputFailed, RetrovueError, UsageError


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script: runs one command and exits 0, 1, 2 (in part) or 130 (interrupted)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    streams.reopen()
    asked = os.environ.get("_RETROVUE_COMPLETE")
    if asked:
        from retrovue.cli import completing

        sys.exit(completing.answer(asked))
    before = sys.stdout, sys.stderr
    as_json = _wants_json(given)
    sys.stderr = streams.stderr()
    stdout = streams.reserve_stdout() if as_json else streams.stdout()
    # whatever a plugin prints, stdout is one object
    sys.stdout = sys.stderr if as_json else stdout
    try:
        code = _run(given, as_json=as_json, stdout=stdout)
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


def _run(arguments: list[str], *, as_json: bool, stdout: TextIO) -> int:
    context: list[click.Context] = []
    try:
        if any(word in ("-h", "--help", "--version") for word in arguments):
            sys.stdout = stdout
        _require_utf8(arguments)
        with root_context(arguments) as ctx:
            context.append(ctx)
            ctx.meta[STDOUT] = stdout
            result = root.invoke(ctx)
            if isinstance(result, output.Result):
                return _show(ctx.obj, result, arguments, as_json=as_json, stdout=stdout)
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
        with _ignore_sigint():
            return _report(error, arguments, _app(context), as_json=as_json, stdout=stdout)


def _show(
    app: App, result: output.Result, arguments: list[str], *, as_json: bool, stdout: TextIO
) -> int:
    """Print what a command has to say, and return its exit code."""
    warnings = [*dict.fromkeys([*app.warnings, *result.warnings])]
    wrote = app.writes and not app.dry_run and "cancelled" not in result.data
    silent = app.quiet and wrote and result.error is None
    data = {**result.data, "dry_run": True} if app.dry_run else result.data
    result = result._replace(data=data, warnings=warnings)
    try:
        code, error = output.render(
            result,
            lambda error: to_error(error, arguments, app),
            as_json=as_json,
            silent=silent,
            stdout=stdout,
            db=app.shown_path,
        )
    except (OutputFailed, BrokenPipeError) as failure:
        if not wrote:
            raise
        return _unsaid(app, result, operation_of(arguments), failure)
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
        output.echo_err(f"  {shell.text(line, app.shown_path)}")
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
def _ignore_sigint() -> Iterator[None]:
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
    error: BaseException, arguments: list[str], app: App | None, *, as_json: bool, stdout: TextIO
) -> int:
    """Say what went wrong, as text or as JSON, and return the exit code."""
    if app is not None:
        app.progress.close()
    told = to_error(error, arguments, app)
    db = app.shown_path if app is not None else None
    for warning in dict.fromkeys(app.warnings if app is not None else ()):
        output.echo_err(f"Warning: {warning}")
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
            output.echo_err(f"  {failure}")


def _trace(app: App | None, error: BaseException | None) -> None:
    """With `--debug`, show where an error came from, and those of plugins that became lines."""
    if app is None or not app.debug:
        return
    if error is not None:
        tracebacks.note(error)
    for text in dict.fromkeys(tracebacks.taken()):
        for line in text.splitlines():
            output.echo_err(line)
