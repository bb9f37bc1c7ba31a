"""Sizes, durations and numbers as people write them."""

from __future__ import annotations

from collections.abc import Iterable

_UNITS = ("kB", "MB", "GB", "TB", "PB")


def size(count: int | None) -> str:
    """Bytes in powers of 1000: `8.4 GB`."""
    if count is None:
        return "-"
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in _UNITS:
        value /= 1000
        if value < 999.5 or unit == _UNITS[-1]:
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"


def duration(milliseconds: int | None) -> str:
    """Hours, minutes and seconds: `1:57:03`, `4:09`."""
    if milliseconds is None:
        return "-"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def ranges(numbers: Iterable[int]) -> str:
    """`1-3, 5` for 1, 2, 3, 5."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def bar(share: float, width: int = 24) -> str:
    """A bar of so many columns for the whole."""
    return "#" * max(1 if share > 0 else 0, round(share * width))
