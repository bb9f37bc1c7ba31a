"""The Plex importer's scan, as plex.py measures it, as rows of the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plex
from measure import Row, Settings, Spread


def rows(settings: Settings) -> Iterator[Row]:
    for latency in (0.0, 0.02):
        found = [
            plex.compare(n, settings.rounds, latency) for n in (settings.files // 5, settings.files)
        ]
        for one in found:
            yield _ratio(one, latency)
        least, most = sorted(one["scan_mb"] for one in found)
        yield Row.number("  memory of the one / of the other", most / least, "x", at_most=1.25)
        last = found[-1]
        over = last["requests"] - last["pages"]
        yield Row.number("  requests beyond the pages", over, "", at_most=5)
        yield Row.number("  to /library/metadata", last["metadata_requests"], "", at_most=0)


def _ratio(one: dict[str, Any], latency: float) -> Row:
    late = f", {latency * 1000:.0f} ms latency" if latency else ""
    wall = one["wall_ratio"]
    return Row(
        f"scan of {one['items']:,} items{late} / raw requests",
        Spread(wall["median"], wall["min"], wall["max"]),
        cpu=one["cpu_ratio"]["median"],
        seconds=one["scan_seconds"],
        memory=one["scan_mb"],
        at_most=1.6,
        mb_at_most=110,
    )
