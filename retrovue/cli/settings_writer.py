"""Write the hooks of the settings file; comments and order of the rest stay as they are."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from retrovue.cli.settings_file import Hook, Settings
from retrovue.errors import SettingsUnreadable

if TYPE_CHECKING:
    import tomlkit


def hooks(settings: Settings) -> Sequence[Hook | None]:
    """The hooks, by their number less one. Raises SettingsUnreadable where `hook` is something
    else than a list of tables."""
    given = settings.values.get("hook", [])
    if not isinstance(given, list):
        raise SettingsUnreadable(
            f"The settings cannot be used: {settings.path}", ["hook must be tables, as [[hook]]"]
        )
    return settings.hooks


def add_hook(settings: Settings, hook: Hook, *, dry_run: bool) -> int:
    """Add a hook behind the others, and return its number."""
    import tomlkit

    number = len(hooks(settings)) + 1
    document = _document(settings)
    table = tomlkit.table()
    table.add("event", hook.event)
    table.add("command", list(hook.command))
    if number == 1:
        document["hook"] = tomlkit.aot()
    _list_of(document).append(table)
    if not dry_run:
        _write(settings.path, document)
    return number


def remove_hook(settings: Settings, number: int, *, dry_run: bool) -> None:
    """Remove the hook of this number, which must be there."""
    document = _document(settings)
    listed = _list_of(document)
    del listed[number - 1]
    if not len(listed):
        del document["hook"]
    if not dry_run:
        _write(settings.path, document)


def _list_of(document: tomlkit.TOMLDocument) -> Any:
    return document["hook"]


def _document(settings: Settings) -> tomlkit.TOMLDocument:
    import tomlkit

    try:
        with open(settings.path, encoding="utf-8", newline="") as file:
            return tomlkit.parse(file.read())
    except FileNotFoundError:
        return tomlkit.document()


def _write(path: str, document: tomlkit.TOMLDocument) -> None:
    """Put the file in place whole, beside it first; where it is a link, what that points to. One
    that is new is for its owner alone."""
    import tomlkit

    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=".config-", suffix=".toml", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(tomlkit.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            os.chmod(beside, os.stat(target).st_mode & 0o777)
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
