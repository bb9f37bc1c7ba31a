"""`retrovue schema`: the JSON Schema of what a command prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

import click

from retrovue import schemas
from retrovue.cli import base, json_text, options
from retrovue.cli.commands import STDOUT
from retrovue.cli.output import Result, table
from retrovue.commands import Command, Hint
from retrovue.errors import NotFound


@click.command("schema", cls=base.Command)
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@options.json_output
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> Result | None:
    """Print the JSON Schema of what a command prints with --json, errors included.

    Without COMMAND, say what has one: the commands, progress (the lines of --progress json), hook
    (what a hook is given) and error. A schema only grows within a major version: it accepts what
    later versions print.
    """
    name = " ".join(" ".join(words).split())
    known = schemas.names()
    if not name:
        said = [{"name": name, "description": says} for name, says in known.items()]
        return Result({"schemas": said}, table(("SCHEMA", "OF"), known.items()))
    if name not in known:
        raise _not_found(name, [*known])
    stdout: TextIO = ctx.find_root().meta[STDOUT]
    json_text.write(schemas.of(name), stdout)
    return None


def _not_found(name: str, known: Sequence[str]) -> NotFound:
    from difflib import get_close_matches

    nouns = {other.partition(" ")[0] for other in known}
    near = get_close_matches(name, known if " " in name else [*nouns])
    meant = [other for other in known if other in near or other.partition(" ")[0] in near]
    detail = [f"Did you mean: {', '.join(meant)}?"] if meant else []
    look = Hint("What has one", Command("schema", needs_file=False))
    return NotFound(f"Schema of '{name}' not found", detail, hint=look)
