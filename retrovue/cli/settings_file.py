"""The settings of a user: one TOML file with defaults of options, and the hooks.

It is not part of the catalogue: a catalogue that somebody sends must run nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.cli import places
from retrovue.errors import SettingsUnreadable


class Hook(NamedTuple):
    """A command that is run after an event: its words, the first of them a program."""

    event: str
    command: tuple[str, ...]


class Settings(NamedTuple):
    """What the file at `path` says: its keys, those of a table below that table's; `fault` says
    why it could not be read, in which case there are none."""

    path: str
    values: Mapping[str, Any] = {}
    fault: SettingsUnreadable | None = None

    @property
    def db(self) -> str | None:
        """The absolute path of the catalogue, where it is set."""
        given = self.values.get("db")
        if not isinstance(given, str) or not given or "\0" in given:
            return None
        return os.path.abspath(os.path.join(os.path.dirname(self.path), os.path.expanduser(given)))

    def without_hooks(self) -> Settings:
        """The same, by which no hook is run."""
        return self._replace(values={**self.values, "hook": []})

    @property
    def hooks(self) -> Sequence[Hook | None]:
        """The hooks in their order, None for one that cannot be used."""
        given = self.values.get("hook", [])
        return [_hook(each) for each in given] if isinstance(given, list) else []


def read() -> Settings:
    """What the settings file says; nothing where there is none."""
    path = places.settings_file()
    try:
        content = _content(path)
    except FileNotFoundError:
        return Settings(path)
    except OSError as error:
        return Settings(path, fault=_unreadable(path, error.strerror or str(error)))
    import tomllib

    try:
        return Settings(path, tomllib.loads(content.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        return Settings(path, fault=_unreadable(path, str(error) or "it is nested too deeply"))


def _content(path: str) -> bytes:
    """The bytes of a file; a pipe in its place is not waited for. Raises OSError."""
    import stat

    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError(0, "it is not a file")
        return file.read()


def _unreadable(path: str, why: str) -> SettingsUnreadable:
    return SettingsUnreadable(
        f"The settings cannot be read: {path}", [why], hint="Mend the file, or move it away."
    )


def _hook(given: Any) -> Hook | None:
    """One of `[[hook]]`, None where it names no event or no command."""
    if not isinstance(given, dict):
        return None
    event, command = given.get("event"), given.get("command")
    if not isinstance(event, str) or not isinstance(command, list) or not command:
        return None
    if not all(isinstance(word, str) for word in command) or not command[0]:
        return None
    return Hook(event, tuple(command))
