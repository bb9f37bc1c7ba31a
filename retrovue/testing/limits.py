"""What a scan may cost: memory that stays flat, and an end within a second of Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
import tracemalloc
from collections.abc import Callable, Generator, Iterable, Iterator
from types import FrameType
from typing import Any, TypeVar

from retrovue.errors import ImporterError

MANY = 2_000
"""Items below which nobody can tell whether a scan keeps them."""
PAGE = 8_000_000
"""Bytes that a scan may hold at once, such as a page of a listing."""
EACH = 150
"""Bytes that it may hold for each item, such as the ids that it has seen."""
PROMPT = 1.0
"""Seconds within which Ctrl-C ends a scan."""
_WAITS = 0.3  # seconds until it is interrupted

T = TypeVar("T")


def flat(scan: Callable[[], Iterable[T]]) -> Generator[T, None, None]:
    """The items of a scan as they come; raises AssertionError at the end where too much was held at
    once."""
    ours = not tracemalloc.is_tracing()
    if ours:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, count = tracemalloc.get_traced_memory()[0], 0
        for item in scan():
            count += 1
            yield item
        held = tracemalloc.get_traced_memory()[1] - before
    finally:
        if ours:
            tracemalloc.stop()
    assert count < MANY or held < PAGE + EACH * count, (
        f"the scan holds {held / 1e6:.0f} MB for {count:,} items: it has to yield each as it comes,"
        " not to gather them first"
    )


def interrupted(scan: Callable[[], Any]) -> None:
    """Let Ctrl-C meet a scan of a source that does not answer. Raises AssertionError where it goes
    on. Nothing is done outside the main thread, which alone can be interrupted."""
    if threading.current_thread() is not threading.main_thread():
        return
    ended = True
    with _interrupting() as sent:
        try:
            scan()
        except KeyboardInterrupt:
            pass
        except ImporterError:
            ended = not sent  # else it gave up by itself
    taken = time.monotonic() - sent[0] if sent else 0.0
    assert taken <= PROMPT, f"the scan goes on for {taken:.1f} s after Ctrl-C"
    assert ended, "Ctrl-C is taken for a failure of the source"


@contextlib.contextmanager
def _interrupting() -> Iterator[list[float]]:
    """Interrupt what is done inside after a while; has the time of that once it was."""
    sent: list[float] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        sent.append(time.monotonic())
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, _WAITS)
    try:
        yield sent
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
