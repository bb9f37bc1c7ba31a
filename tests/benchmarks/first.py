"""First ingest of a tree, against a bare walk of it, and a walk with one executemany."""

from __future__ import annotations

from collections.abc import Iterator

from measure import Row, Settings, in_turns, ratio
from subject import Subject


def rows(settings: Settings) -> Iterator[Row]:
    subject = Subject(settings.files)
    steps = {
        "walk": subject.walk,
        "executemany": subject.executemany,
        "first": subject.first,
    }
    runs = in_turns(settings.rounds, steps, subject.walk)
    files = f"{settings.files:,} files"
    yield ratio(
        f"first ingest of {files} / walk", runs["first"], runs["walk"], at_most=6.8, mb_at_most=50
    )
    yield ratio("  / walk + one executemany", runs["first"], runs["executemany"], at_most=4.2)
    yield ratio("  walk + one executemany / walk", runs["executemany"], runs["walk"])
