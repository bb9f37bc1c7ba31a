"""How long the write lock is held: a second process tries to take it all the time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from again import Growing
from measure import HERE, Row, Settings, Step, baseline, spread
from subject import Subject


def rows(settings: Settings) -> Iterator[Row]:
    subject = Subject(settings.files, "root")  # one collection, so that one transaction is all
    growing = Growing(subject)
    growing.grow(0)
    held: dict[str, list[float]] = {"first": [], "unchanged": [], "changed": [], "executemany": []}
    try:
        for _ in range(settings.rounds):
            subject.walk()
            subject.fresh()
            held["first"].append(refused(subject.db, lambda: subject.ingest(skipped=0)))
            held["unchanged"].append(refused(subject.db, subject.unchanged))
            held["changed"].append(refused(subject.db, growing.ingest))
            held["executemany"].append(_executemany(subject))
    finally:
        growing.grow(0)
    files = f"{settings.files:,} files"
    yield Row(f"{files} unchanged: lock", spread(held["unchanged"]), unit="ms", at_most=5)
    yield Row("  1 % rewritten: lock", spread(held["changed"]), unit="ms", at_most=120)
    yield Row("  first: lock", spread(held["first"]), unit="ms")
    yield Row("  walk + one executemany: lock", spread(held["executemany"]), unit="ms")
    pairs = zip(held["first"], held["executemany"], strict=True)
    ratios = [one / two for one, two in pairs if two]  # 0: it was never found locked
    if ratios:
        yield Row("  first: lock / lock of the executemany", spread(ratios), at_most=2.2)


def _executemany(subject: Subject) -> float:
    subject.begin_plain()
    return refused(subject.plain, lambda: baseline("executemany", subject.tree, subject.plain))


def refused(db: Path, step: Step) -> float:
    """The longest stretch, in ms, in which another process could not begin to write."""
    command = [sys.executable, HERE / "baseline.py", "refuse", db]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as prober:
        assert prober.stdin
        assert prober.stdout
        prober.stdout.readline()
        step()
        prober.stdin.close()
        return float(prober.stdout.read().split()[0])
