"""Ingesting a tree again: unchanged, with one file in a hundred rewritten, and with --quick."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from measure import HERE, Row, Run, Settings, in_turns, ratio, run
from subject import Subject

from support import written

QUIET_TABLES = ("assets", "asset_files", "path_mappings", "folders")


class Growing:
    """Rewrites one file in a hundred with a size that it never had, before each ingest."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._times = 0

    def grow(self, times: int) -> None:
        where = (str(self._subject.files), self._subject.tree)
        run([sys.executable, HERE / "trees.py", *where, "grow", "100", str(times)])

    def ingest(self) -> Run:
        self._times += 1
        self.grow(self._times)
        return self._subject.ingest(added=0, missing=0, moved=0, skipped=0)


def rows(settings: Settings) -> Iterator[Row]:
    subject = Subject(settings.files)
    growing = Growing(subject)
    growing.grow(0)
    subject.first()
    steps = {
        "walk": subject.walk,
        "unchanged": subject.unchanged,
        "walk before changed": subject.walk,
        "changed": growing.ingest,
        "walk before quick": subject.walk,
        "quick": lambda: subject.unchanged("--quick"),
    }
    try:
        runs = in_turns(settings.rounds, steps, subject.walk)
    finally:
        growing.grow(0)
    files = f"{settings.files:,} files"
    yield ratio(
        f"{files} unchanged / walk", runs["unchanged"], runs["walk"], at_most=1.8, mb_at_most=50
    )
    yield ratio("  1 % rewritten / walk", runs["changed"], runs["walk before changed"], at_most=2.2)
    yield ratio("  --quick / walk", runs["quick"], runs["walk before quick"], at_most=0.40)
    yield _written(subject)


def _written(subject: Subject) -> Row:
    """Rows written by an unchanged ingest, of the tables where there must be none."""
    subject.ingest()
    written.watch(subject.db)
    subject.unchanged()
    counts = written.counts(subject.db)
    number = sum(counts.get(table, 0) for table in QUIET_TABLES)
    if number:
        raise SystemExit(f"an unchanged ingest wrote {counts}")
    what = "  rows of assets, files, mappings, folders written"
    return Row.number(what, number, "rows", at_most=0)
