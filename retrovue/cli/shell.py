"""Command lines as text that can be pasted into a POSIX shell and does what it says."""

from __future__ import annotations

import shlex

from retrovue.commands import Command, Hint, Line, Table


def text(line: Line, db: str | None) -> str:
    """A line for people; `db` is the absolute path of the catalogue, None for the default one."""
    if isinstance(line, str):
        return line
    if isinstance(line, Table):
        return "\n".join("  ".join(row) for row in (line.headings, *line.rows))
    if isinstance(line, Hint):
        return f"{line.text}: {command(line.command, db)}"
    return command(line, db)


def command(given: Command, db: str | None) -> str:
    """A command as words quoted for the shell, with `--db` where the catalogue is not the default
    one, and `--` before names of which one begins with a dash."""
    words = ["retrovue"]
    if db is not None and given.needs_file:
        words += ["--db", db]
    words += given.verb.split()
    if words[-1] != "--" and any(name.startswith("-") for name in given.names):
        words += [*given.options, "--", *given.names]
    else:
        words += [*given.names, *given.options]
    return " ".join(map(quoted, words))


def quoted(word: str) -> str:
    """One word for a POSIX shell on one line; what cannot be printed is spelled by `printf`."""
    if word.isprintable():
        return shlex.quote(word)
    octal = "".join(f"\\{byte:03o}" for byte in word.encode("utf-8", "surrogateescape"))
    return f"\"$(printf '{octal}')\""
