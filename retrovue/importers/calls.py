"""Calling a plugin's hook so that one that hangs or raises takes nothing else down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")

SECONDS = 30.0
"""How long a notification may take before it is left behind."""


class LeftBehind(TimeoutError):
    """A call was not done in time; it ends with the process."""


class Call(Generic[Answer]):
    """A call in a thread of its own, begun at once; the thread never holds up the end of the
    process."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._answers: list[Answer] = []
        self._raised: BaseException | None = None

        def call() -> None:
            try:
                self._answers.append(work())
            except BaseException as error:  # a plugin may raise anything
                self._raised = error

        self._thread = threading.Thread(target=call, name="a plugin's hook", daemon=True)
        self._thread.start()

    def fault(self, seconds: float) -> BaseException | None:
        """What it raised, `LeftBehind` where it is not done after so many seconds from now, None
        where all is well."""
        self._thread.join(max(seconds, 0.0))
        if self._thread.is_alive():
            return LeftBehind(f"it was not done after {seconds:g} seconds and is left behind")
        return self._raised

    def answer(self, seconds: float) -> Answer:
        """What it returns; raises what `fault` would tell."""
        fault = self.fault(seconds)
        if fault is not None:
            raise fault
        return self._answers[0]


def fault(
    hook: Callable[..., Any], seconds: float, arguments: dict[str, Any]
) -> BaseException | None:
    """Call a hook in a thread of its own: what it raised, `LeftBehind` where it is not done after
    so many seconds, None where all is well."""
    return Call(lambda: hook(**arguments)).fault(seconds)
