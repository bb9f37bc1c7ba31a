"""Write the hooks of the settings file; comments and order of the rest stay as they are."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from retrovue.cli import settings_file
from retrovue.cli.settings_file import Hook, Settings
from retrovue.commands import Command, Hint
from retrovue.errors import NotFound, SettingsUnreadable

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


def add_hook(path: str, hook: Hook, *, dry_run: bool) -> int:
    """Add a hook behind the others, and return its number."""
    with _locked(path):
        document, known = _read(path)
        _set(document, [*known, hook])
        if not dry_run:
            _write(path, document)
        return len(known) + 1


def remove_hook(path: str, number: int, *, dry_run: bool) -> Hook | None:
    """Remove the hook of this number, and return it. Raises NotFound where there is none."""
    with _locked(path):
        document, known = _read(path)
        if number > len(known):
            look = Hint("Those that there are", Command("hook list", needs_file=False))
            raise NotFound(f"Hook '{number}' not found", [look])
        _set(document, [*known[: number - 1], *known[number:]], without=number)
        if not dry_run:
            _write(path, document)
        return known[number - 1]


@contextlib.contextmanager
def _locked(path: str) -> Iterator[None]:
    """Let others who write the file wait, where the system knows how to."""
    folder = os.path.dirname(os.path.realpath(path))
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, FileNotFoundError):  # of a folder that is not there nobody writes a file
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: str) -> tuple[tomlkit.TOMLDocument, Sequence[Hook | None]]:
    """The file as it is now, for writing, and its hooks."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    now = settings_file.read()
    if now.fault is not None:
        raise now.fault
    known = hooks(now)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return tomlkit.parse(file.read()), known
    except FileNotFoundError:
        return tomlkit.document(), known
    except TOMLKitError as error:
        raise SettingsUnreadable(
            f"The settings cannot be changed: {path}", [str(error)], hint="Change it by hand."
        ) from error


def _set(document: tomlkit.TOMLDocument, wanted: Sequence[Hook | None], without: int = 0) -> None:
    """Let the document have these hooks: one more at the end than before, or one less."""
    import tomlkit

    listed: Any = document.get("hook")
    if not isinstance(listed, tomlkit.items.AoT):  # none, or a list in one line
        if listed is not None:
            del document["hook"]
        document["hook"] = listed = tomlkit.aot()
        for hook in wanted:
            listed.append(_table(hook))
    elif without:
        del listed[without - 1]
    else:
        listed.append(_table(wanted[-1]))
    if not len(listed):
        del document["hook"]


def _table(hook: Hook | None) -> tomlkit.items.Table:
    import tomlkit

    table = tomlkit.table()
    if hook is not None:
        table.add("event", hook.event)
        table.add("command", list(hook.command))
    return table


def _write(path: str, document: tomlkit.TOMLDocument) -> None:
    """Put the file in place whole, beside it first; where it is a link, what that points to. One
    that is new is for its owner alone."""
    import tomllib

    import tomlkit

    text = tomlkit.dumps(document)
    tomllib.loads(text)  # what could not be read again is not written
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=".config-", suffix=".toml", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            os.chmod(beside, os.stat(target).st_mode & 0o777)
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
