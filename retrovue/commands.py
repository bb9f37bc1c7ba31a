"""Command lines of retrovue as values, for whoever tells people what to type next.

Only `cli/shell.py` makes text of them: it quotes each word and names the catalogue.
"""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One command: `verb` as it is typed (`source show`), `names` its arguments, `options` its
    flags, each with its values as words of their own. `needs_file` is False for one that touches no
    catalogue."""

    verb: str
    names: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    needs_file: bool = True


class Hint(NamedTuple):
    """What a command is for, and the command; shown as `text: command`, which ends the line."""

    text: str
    command: Command


class Table(NamedTuple):
    """Rows under headings, as texts of one line each."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Line = str | Hint | Command | Table
"""A line for people: text, one that ends in a command to paste, or a table of several."""

CHECK = Hint("See all that is wrong", Command("db check"))
REPAIR = Hint("Mend what can be mended", Command("db check", options=("--repair",)))
LIST_BACKUPS = Hint("The backups that can be brought back", Command("db backup", (), ("--list",)))


def help_of(verb: str) -> Command:
    """The command that lists the options of another."""
    return Command(verb, (), ("--help",), needs_file=False)
