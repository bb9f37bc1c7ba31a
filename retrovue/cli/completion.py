"""`retrovue completion`."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import click

from retrovue.cli import base, options
from retrovue.cli.output import Result
from retrovue.commands import Command, Hint, Line


class Shell(NamedTuple):
    """Where the script of a shell is kept, and the line that a start-up file takes instead."""

    file: str
    startup: str
    line: str
    also: str


SHELLS = {
    "bash": Shell(
        "~/.local/share/bash-completion/completions/retrovue",
        "~/.bashrc",
        'eval "$(retrovue completion bash)"',
        "The file is found by the package bash-completion; bash is of version 4.4 or later.",
    ),
    "zsh": Shell(
        "~/.zfunc/_retrovue",
        "~/.zshrc",
        'eval "$(retrovue completion zsh)"',
        "For the file `fpath+=~/.zfunc` stands in ~/.zshrc before compinit, for the line compinit.",
    ),
    "fish": Shell(
        "~/.config/fish/completions/retrovue.fish",
        "~/.config/fish/config.fish",
        "retrovue completion fish | source",
        "The file is found by fish itself.",
    ),
}


@click.command("completion", cls=base.Command)
@click.argument("shell", metavar="[bash|zsh|fish]", required=False, type=click.Choice([*SHELLS]))
@options.json_output
def command(*, shell: str | None) -> Result:
    """Print what a shell runs to complete commands, options and names of the catalogue.

    What to do with it stands at its head. Without a shell: what to type for yours.
    """
    if shell is None:
        return _asked()
    from retrovue.cli import completing

    script = completing.script(shell)
    first, _, rest = script.partition("\n")
    head = [first, *_told(shell)] if first.startswith("#compdef") else [*_told(shell), first]
    lines = [*head, *rest.splitlines()]
    return Result(_data(shell, "\n".join(lines) + "\n"), lines)


def _data(shell: str | None, script: str | None) -> dict[str, Any]:
    shells = [{"shell": name, **how._asdict()} for name, how in SHELLS.items()]
    return {"shell": shell, "script": script, "shells": shells}


def _told(shell: str) -> list[str]:
    """What to do with a script, as its comments."""
    how = SHELLS[shell]
    return [
        f"# Completion of retrovue for {shell}. Once, for shells that are started from then on:",
        f"#   mkdir -p {os.path.dirname(how.file)}",
        f"#   retrovue completion {shell} > {how.file}",
        f"# or, a little slower at each start, this line in {how.startup}:",
        f"#   {how.line}",
        f"# {how.also}",
    ]


def _asked() -> Result:
    """What to type for the shell in $SHELL; for each, where it is none of those."""
    name = os.path.basename(os.environ.get("SHELL", ""))
    lines: list[Line] = []
    for shell in [name] if name in SHELLS else SHELLS:
        how = SHELLS[shell]
        lines.append(f"{shell}: this line in {how.startup}: {how.line}")
        see = Command("completion", (shell,), needs_file=False)
        lines.append(Hint("  Or as a file; the script says how", see))
    return Result(_data(name if name in SHELLS else None, None), lines)
