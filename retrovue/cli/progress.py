"""What is shown while work of some length goes on: to people on a terminal, and to programs."""

from __future__ import annotations

import sys
import time

from retrovue.cli.output import fitted, printable, text_width
from retrovue.cli.screen import columns

FORMS = ("auto", "json")

_BAR = 24  # columns
_PAUSE = 0.1  # seconds between two pictures
_BETWEEN = 0.25  # seconds between two events


class Progress:
    """A line on stderr that is drawn over itself: a bar with rate and time left where the total is
    known, a count with its rate where it is not; nothing where stderr is no terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._label: str | None = None
        self._begun = self._drawn = 0.0
        self._last = self._on_screen = ""
        self._width = 0

    def __call__(self, label: str, expected: int, done: int) -> None:
        """Show that of some `expected` items (0: not known) `done` are."""
        if not self._shown:
            return
        now = time.monotonic()
        if label != self._label:
            self.close()
            self._label, self._begun, self._drawn = label, now, 0.0
        self._last = line(printable(label), expected, done, now - self._begun)
        if now - self._drawn >= _PAUSE:
            self._draw()
            self._drawn = now

    def _draw(self) -> None:
        if self._last == self._on_screen:
            return
        self._on_screen = self._last
        shown = fitted(self._last, columns() - 1)
        width = text_width(shown)
        sys.stderr.write(f"\r{shown}{' ' * (self._width - width)}")
        sys.stderr.flush()
        self._width = width

    def close(self) -> None:
        """End the line, with the last state on it."""
        if self._label is not None:
            self._draw()
            sys.stderr.write("\n")
            self._label, self._width, self._on_screen = None, 0, ""


class Events:
    """A JSON object a line on stderr, also where that is no terminal: the first and the last state
    of each work, and between them some a second; `retrovue schema progress` says what is in it."""

    def __init__(self) -> None:
        self._label: str | None = None
        self._expected = self._done = 0
        self._told = 0.0

    def __call__(self, label: str, expected: int, done: int) -> None:
        """Tell that of some `expected` items (0: not known) `done` are."""
        begins = label != self._label
        if begins:
            self.close()
        self._label, self._expected, self._done = label, expected, done
        now = time.monotonic()
        if begins or now - self._told >= _BETWEEN:
            self._told = now
            self._tell("begun" if begins else "going")

    def close(self) -> None:
        """Tell the last state of the work."""
        if self._label is not None:
            self._tell("ended")
            self._label = None

    def _tell(self, state: str) -> None:
        from retrovue.cli import json_text

        known = 0 < self._expected >= self._done
        event = {
            "event": "progress",
            "state": state,
            "label": self._label,
            "done": self._done,
            "expected": self._expected if known else None,
        }
        sys.stderr.write(json_text.text(event) + "\n")
        sys.stderr.flush()


def shown_as(form: str, *, quiet: bool) -> Progress | Events:
    """What shows progress in one of `FORMS`."""
    return Events() if form == "json" else Progress(quiet=quiet)


def line(label: str, expected: int, done: int, seconds: float) -> str:
    """How work reads that has gone on for some seconds. An `expected` that is exceeded was none."""
    rate = done / seconds if seconds > 0 else 0.0
    pace = f"  {rate:,.0f}/s" if seconds >= 1 and done else ""
    if not expected or done > expected:
        return f"{label}  {done:,}{pace}"
    full = _BAR * done // expected
    bar = "#" * full + "-" * (_BAR - full)
    left = f"  {_clock((expected - done) / rate)} left" if pace and done < expected else ""
    return f"{label}  [{bar}]  {done:,}/{expected:,}  {100 * done // expected}%{pace}{left}"


def _clock(seconds: float) -> str:
    """Seconds as people write them: 0:07, 12:30, 1:02:03."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{start}:{whole % 60:02}"
