"""Run the commands that a user set for an event, each after the commit and with a limit of time."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from retrovue.cli import views
from retrovue.cli.output import error_body
from retrovue.cli.settings_file import Hook
from retrovue.cli.shell import quoted
from retrovue.errors import NotFound
from retrovue.redact import MASK, scrub

if TYPE_CHECKING:
    from retrovue.cli.app import App
    from retrovue.model import Collection, Event, IngestResult, Source

SECONDS = 30.0
INSIDE = "RETROVUE_IN_HOOK"
"""Set for a command of a hook: what that runs of retrovue tells no hook, or it might never end."""
_HEADER = re.compile(r"(?i)\b((?:x-[a-z-]*token|authorization|api[-_]?key)\s*:\s*)\S.*")
_TOLD = 400  # characters of what a failing command printed


def run_each(app: App, event: Event, arguments: Mapping[str, Any]) -> list[str]:
    """Run the hooks of an event, one after the other, with the change as one JSON object on
    standard input; returns a warning for each that failed, or that was ended after 30 seconds (then
    it is not run again by this process)."""
    if os.environ.get(INSIDE):
        return []
    change = json.dumps(_change(app, event, arguments), ensure_ascii=False)
    warnings = []
    for number, hook in enumerate(app.settings.hooks, 1):
        if hook is None or hook.event != event or number in app.hanging_hooks:
            continue
        why = _run(hook, change.encode("utf-8", "backslashreplace"), app.path)
        if why is None:
            continue
        if isinstance(why, _Hangs):
            app.hanging_hooks.add(number)
        says = f"Hook {number} ({called(hook)}) failed in {event}: {why}"
        warnings.append(_without_secrets(app, says))
    return warnings


def called(hook: Hook) -> str:
    """The command of a hook as one line, without secrets."""
    return " ".join(quoted(shown(word)) for word in hook.command)


def shown(word: str) -> str:
    """A word of a command without what is secret in an address or a header of HTTP."""
    return _HEADER.sub(lambda found: f"{found[1]}{MASK}", scrub(word))


def _without_secrets(app: App, text: str) -> str:
    """The text without a secret of any source: a command has the environment of whoever ran
    retrovue, and may print it."""
    from retrovue.catalogue.backups.strip_secrets import known_secrets

    secrets, _ = known_secrets(app.catalogue.reader())
    for secret in secrets:
        text = secret.out_of_words(text, MASK)
    return text


class _Hangs(str):
    """Why a command failed that did not end."""


def _run(hook: Hook, change: bytes, db: str) -> str | None:
    """Why a command failed, None where it ended with 0. It runs without a shell, in a session of
    its own, which is ended when it took too long."""
    env = {**os.environ, "RETROVUE_DB": db, INSIDE: "1"}
    seconds = _seconds()
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                hook.command, stdin=subprocess.PIPE, stdout=said, stderr=said, env=env,
                start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            return getattr(error, "strerror", None) or str(error)
        try:
            process.communicate(change + b"\n", timeout=seconds)
        except subprocess.TimeoutExpired:
            return _Hangs(f"it was not done after {seconds:g} seconds and was ended")
        finally:
            _end(process)
        return _fault(process.returncode, said)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs, with whatever it began."""
    if process.poll() is not None:
        return
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _fault(code: int, said: IO[bytes]) -> str | None:
    if not code:
        return None
    how = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
    said.seek(max(0, said.seek(0, os.SEEK_END) - 4 * _TOLD))
    lines = said.read().decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"{how}: {shown(last)[-_TOLD:]}" if last else how


def _seconds() -> float:
    """The limit, or what RETROVUE_HOOK_TIMEOUT says instead."""
    try:
        given = float(os.environ["RETROVUE_HOOK_TIMEOUT"])
    except (KeyError, ValueError):
        return SECONDS
    return given if 0 < given < float("inf") else SECONDS


def _change(app: App, event: Event, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The object that a command is given; `stats` and `changes` are empty where nothing was
    ingested, `changes` has ids of assets by what became of them."""
    collection: Collection | None = arguments.get("collection")
    result: IngestResult | None = arguments.get("result")
    changes: dict[str, list[int]] = {}
    if result is not None:
        changes = {word: list(ids) for word, ids in result.changes.items()}
    elif "asset_ids" in arguments:
        changes = {"deleted": list(arguments["asset_ids"])}
    error = None if result is None else result.error
    return {
        "event": event,
        "catalogue": app.path,
        "source": _source(app, collection, arguments.get("source")),
        "collection": None if collection is None else views.collection_data(collection),
        "status": None if result is None else result.status,
        "stats": {} if result is None else dict(result.stats),
        "changes": changes,
        "history_id": None if result is None else result.line,
        "error": None if error is None else error_body(error, app.shown_path),
    }


def _source(app: App, collection: Collection | None, given: Source | None) -> dict[str, Any]:
    """The source; of one that somebody deleted meanwhile what its collection knows."""
    from retrovue.catalogue import sources

    if given is None:
        assert collection is not None
        try:
            given = sources.by_id(app.catalogue.reader(), collection.source_id)
        except NotFound:
            gone = {"id": collection.source_id, "name": collection.source_name}
            return {**gone, "external_id": None, "type": None}
    names = ("id", "name", "external_id", "type")
    return {name: getattr(given, name) for name in names}
