"""Write the pages that are made from the product: the references of commands and of the interface
to plugins, the man pages, and the schema.

python tests/pages.py
"""

from __future__ import annotations

import inspect
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import manpages

DOCS = Path(__file__).parents[1] / "docs"
COMMANDS, SCHEMA = DOCS / "commands.md", DOCS / "schema.sql"
INTERFACE = DOCS / "importers-reference.md"
_REFERENCE = "<!-- made by tests/pages.py from --help -->\n"


def commands() -> Iterator[tuple[str, ...]]:
    """The words of every command; `source add` also with each type."""
    from retrovue.cli.commands import COMMANDS, root

    context = click.Context(root)
    for noun in COMMANDS:
        group = root.get_command(context, noun)
        if not isinstance(group, click.Group):
            yield (noun,)
            continue
        if group.invoke_without_command:
            yield (noun,)
        for verb in group.commands:
            yield noun, verb
            if (noun, verb) == ("source", "add"):
                yield from ((noun, verb, "--type", type_) for type_ in ("filesystem", "plex"))


def help_text(words: tuple[str, ...]) -> str:
    """What `--help` prints, 80 columns wide."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "retrovue", *words, "--help"],
            env={**os.environ, "COLUMNS": "80", "HOME": home, "RETROVUE_DB": f"{home}/x.db"},
            capture_output=True,
            text=True,
            check=True,
        )
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    return "\n".join(lines).replace("python -m retrovue", "retrovue").strip() + "\n"


def reference() -> str:
    """Every command under a heading, with what its `--help` prints."""
    parts = (f"### retrovue {' '.join(w)}\n\n```text\n{help_text(w)}```\n" for w in commands())
    return _REFERENCE + "\n" + "\n".join(parts)


def without_reference(page: str) -> str:
    """The part of the page of commands that is written by hand."""
    return page.partition(_REFERENCE)[0]


def interface() -> str:
    """Every name that plugins may use, with its signature and its docstring."""
    import retrovue
    from retrovue import names, testing
    from retrovue.importers import hookspecs

    hooks = [h for h in vars(hookspecs).values() if hasattr(h, "retrovue_spec")]
    public = [getattr(retrovue, name) for name in retrovue.__all__ if name[0] != "_"]
    parts = [
        "# The interface of importers and plugins\n",
        "<!-- made by tests/pages.py from the docstrings -->\n",
        "What a plugin may use, as `help(retrovue)` shows it; it stays as it is within a version of"
        f" the interface,\n`retrovue.API_VERSION` ({retrovue.API_VERSION}). How it is used:"
        " [writing an importer](importers.md).\n",
        "## from retrovue import\n",
        *(_described(thing) for thing in public if isinstance(thing, type)),
        _described(retrovue.open_catalogue),
        "## Hooks\n",
        "Functions of a plugin's module that are marked `@hookimpl`; each takes as many of the"
        " arguments as it wants.\n",
        *(_described(hook) for hook in hooks),
        "## from retrovue.testing import\n",
        *(_described(getattr(testing, name)) for name in sorted(testing.__all__)),
        "## from retrovue.names import\n",
        *(_described(thing) for thing in (names.read_path, names.Reading)),
    ]
    return "\n".join(parts)


def _described(thing: Any) -> str:
    """A class with its methods, or a function: the heading, and what its docstring says."""
    text = f"### {_signature(thing)}\n\n{inspect.getdoc(thing)}\n"
    if not isinstance(thing, type) or issubclass(thing, tuple | Exception):
        return text
    methods = [getattr(thing, name) for name in vars(thing) if name[0] != "_"]
    told = (
        f"#### {_signature(method)}\n\n{inspect.getdoc(method)}\n"
        for method in methods
        if inspect.isfunction(method) or inspect.ismethod(method)
    )
    return "\n".join([text, *told])


def _signature(thing: Any) -> str:
    """`FoundFile(path, version=1, ...)`, as it is called."""
    if isinstance(thing, type) and issubclass(thing, Exception):
        return f"`{thing.__name__}(message, code=None)`"
    told = []
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.name == "self":
            continue
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        told.append(f"{star}{parameter.name}{default}")
    return f"`{thing.__name__}({', '.join(told)})`"


def schema(path: Path) -> str:
    """The schema of a fresh catalogue at `path` as SQL that makes an empty one like it."""
    from retrovue.catalogue.core import Catalogue

    catalogue = Catalogue(path)
    with catalogue.write("Schema"):
        pass
    catalogue.close()
    connection = sqlite3.connect(path)
    try:
        values = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version")
        }
        pragmas = "\n".join(f"PRAGMA {name} = {value};" for name, value in values.items())
        return "\n\n".join([pragmas, *(f"{sql};" for sql in _objects(connection))]) + "\n"
    finally:
        connection.close()


def _objects(connection: sqlite3.Connection) -> list[str]:
    from retrovue.catalogue.versions import SEARCH_PARTS

    rows = connection.execute(
        """
        SELECT name, sql
          FROM sqlite_master
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY instr('table index view trigger', type), tbl_name, rowid"""
    )
    return [re.sub(r"[ \t]+$", "", sql, flags=re.MULTILINE) for name, sql in rows
            if name not in SEARCH_PARTS]  # fmt: skip


def main() -> None:
    COMMANDS.write_text(without_reference(COMMANDS.read_text("utf-8")) + reference(), "utf-8")
    INTERFACE.write_text(interface(), "utf-8")
    manpages.MAN.mkdir(exist_ok=True)
    for stale in manpages.MAN.glob("*.1"):
        stale.unlink()
    for name, text in manpages.pages().items():
        (manpages.MAN / name).write_text(text, "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        SCHEMA.write_text(schema(Path(folder) / "retrovue.db"), "utf-8")


if __name__ == "__main__":
    main()
