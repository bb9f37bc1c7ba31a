"""Calling a plugin's hook so that one that hangs or raises takes nothing else down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

SECONDS = 30.0
"""How long a notification may take before it is left behind."""


class LeftBehind(Exception):
    """A hook was not done in time; it ends with the process."""


def fault(
    hook: Callable[..., Any], seconds: float, arguments: dict[str, Any]
) -> BaseException | None:
    """Call a hook in a thread of its own: what it raised, `LeftBehind` where it is not done after
    so many seconds, None where all is well."""
    raised: list[BaseException] = []

    def call() -> None:
        try:
            hook(**arguments)
        except BaseException as error:  # a plugin may raise anything
            raised.append(error)

    thread = threading.Thread(target=call, name="a plugin's hook", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return LeftBehind(f"it was not done after {seconds:g} seconds and is left behind")
    return raised[0] if raised else None
