"""Tables on a terminal: no wider than it, long cells shortened in the middle, headings in bold."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

_BETWEEN = 2  # blanks between two columns
_LEAST = 16  # columns that a path keeps while others can give way
_MOST = 80  # columns, where nobody says how many there are


def columns(out: TextIO | None = None) -> int:
    """How wide the terminal is."""
    try:
        return max(1, int(os.environ["COLUMNS"]))
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size((out or sys.stderr).fileno()).columns or _MOST
    except (OSError, ValueError, AttributeError):
        return _MOST


def fitting(widths: Sequence[int], most: int) -> list[int]:
    """How wide columns become so that all of them fit: the last, where paths stand, gives way
    first, then the widest."""
    fitted = list(widths)
    over = sum(fitted) + _BETWEEN * (len(fitted) - 1) - most
    taken = min(max(over, 0), max(fitted[-1] - max(_LEAST, most // 4), 0))
    fitted[-1], over = fitted[-1] - taken, over - taken
    while over > 0 and max(fitted) > 1:
        widest = max(fitted)
        several = [at for at, width in enumerate(fitted) if width == widest]
        next_one = max((width for width in fitted if width < widest), default=1)
        step = max(1, min(widest - next_one, -(-over // len(several))))
        for at in several:
            taken = min(step, over, fitted[at] - 1)
            fitted[at] -= taken
            over -= taken
    return fitted


def shortened(text: str, width: int) -> str:
    """A text with its middle left out where it is wider."""
    from retrovue.cli.output import fitted, text_width

    if text_width(text) <= width:
        return text
    dots = "…" if _can_show("…") else "~"
    left = fitted(text, (width - 1 + 1) // 2)
    rest = width - 1 - text_width(left)
    right = fitted(text[::-1], rest)[::-1] if rest > 0 else ""
    return fitted(f"{left}{dots}{right}", width)


def bold(text: str) -> str:
    """A heading, in bold where the terminal can and nobody objects (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb":
        return text
    return f"\033[1m{text}\033[0m"


def _can_show(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
