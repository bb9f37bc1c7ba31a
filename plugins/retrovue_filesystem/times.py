"""Times as a disk has them, and as a catalogue has them."""

from __future__ import annotations

import time
from functools import lru_cache

_EARLIEST, _LATEST = -30_610_224_000, 253_402_300_799  # the years 1000 to 9999, in seconds


def instant(nanoseconds: int) -> str:
    """A time since 1970 as ISO-8601 in UTC; the nearest that has a year of four digits."""
    seconds = min(max(nanoseconds // 1_000_000_000, _EARLIEST), _LATEST)
    day, rest = divmod(seconds, 86_400)
    hour, rest = divmod(rest, 3600)
    return f"{_day(day)}T{hour:02}:{rest // 60:02}:{rest % 60:02}Z"


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    """The day that comes so many after 1970 began, as ISO-8601."""
    return time.strftime("%Y-%m-%d", time.gmtime(number * 86_400))
