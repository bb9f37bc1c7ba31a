"""The question before something goes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from retrovue.cli.output import Result, echo_err
from retrovue.errors import UsageError

CANCELLED = Result({"cancelled": True}, ["Operation cancelled."])


def confirm(question: Sequence[str], *, forced: bool) -> bool:
    """Show what is about to go and ask for the word `yes`.

    Raises UsageError where standard input is not a terminal.
    """
    if forced:
        return True
    if not sys.stdin.isatty():
        raise UsageError(
            "Confirmation needed but stdin is not a terminal; nothing changed",
            question,
            hint="--force goes ahead without the question.",
        )
    for line in question:
        echo_err(line)
    try:
        answer = click.prompt("Type yes to go on", default="", show_default=False, err=True)
    except click.Abort as abort:
        if isinstance(abort.__context__, EOFError):
            click.echo(err=True)
            return False
        raise
    return str(answer).strip() == "yes"
