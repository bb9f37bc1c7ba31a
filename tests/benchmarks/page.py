"""The table of costs in docs/performance.md, made of what was measured."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from measure import Row, Settings, number

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
_HEAD = ("what", "figure", "least-most", "wall", "MB", "goal", "reached")


def save(settings: Settings, measured: Mapping[str, Sequence[Row]]) -> None:
    """Put the rows into the page between its marks, in place of what stands there."""
    text = PAGE.read_text("utf-8")
    before, found, rest = text.partition(BEGIN)
    if not found or END not in rest:
        raise SystemExit(f"{PAGE} has no {BEGIN} and {END}")
    after = rest.partition(END)[2]
    lines = [BEGIN, "", *_told(settings, measured), "", END]
    PAGE.write_text(before + "\n".join(lines) + after, "utf-8")


def _told(settings: Settings, measured: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    yield (
        f"Measured on {date.today():%Y-%m-%d}: {platform.machine()}, {os.cpu_count()} processors,"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()}, SQLite"
        f" {sqlite3.sqlite_version}; {settings.files:,} files, {settings.rounds} rounds."
    )
    yield ""
    yield _cells(_HEAD)
    yield _cells("---" for _ in _HEAD)
    for rows in measured.values():
        head = ""
        for row in rows:
            head = head if row.what.startswith("  ") else row.what
            yield _cells(_row(row, head))


def _cells(cells: Iterator[str] | Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _row(row: Row, head: str) -> Iterator[str]:
    value = row.value
    own = row.what.strip()
    yield own if own == row.what else f"{head.partition(' / ')[0]}: {own}"
    yield f"{number(value.median)} {row.unit}"
    yield f"{number(value.least)}-{number(value.most)}" if value.least < value.most else ""
    yield f"{row.wall:.2f} x" if row.wall is not None else ""
    yield f"{row.memory:.0f}" if row.memory is not None else ""
    goals = [f"{sign} {number(goal)}" for sign, goal in (("at most", row.at_most),
             ("at least", row.at_least)) if goal is not None]  # fmt: skip
    yield ", ".join(goals)
    yield {True: "yes", False: "no", None: ""}[row.kept]
