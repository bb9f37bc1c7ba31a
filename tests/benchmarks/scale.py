"""Time for each file of a first and of an unchanged ingest, from ten thousand to a million."""

from __future__ import annotations

from collections.abc import Iterator

from measure import Row, Run, Settings, in_turns, spread
from subject import Subject


def rows(settings: Settings) -> Iterator[Row]:
    sizes = (settings.files // 10, settings.files, settings.files * 10)
    smallest: dict[str, float] = {}
    for files in sizes:
        subject = Subject(files)
        steps = {"walk": subject.walk, "first": subject.first, "unchanged": subject.unchanged}
        runs = in_turns(settings.rounds, steps, subject.walk)
        for name in steps:
            yield _row(f"{name}, {files:,} files", runs[name], files, smallest.setdefault)


def _row(what: str, runs: list[Run], files: int, known: object) -> Row:
    name = what.partition(",")[0]
    micros = spread(run.wall / files * 1e6 for run in runs)
    cpu = spread(run.cpu / files * 1e6 for run in runs).median
    base = known(name, micros.median)  # type: ignore[operator]
    return Row(
        what,
        micros,
        unit="us",
        seconds=micros.median * files / 1e6,
        memory=max(run.memory for run in runs),
        at_most=None if name == "walk" else base * 1.25,
        note=f"CPU {cpu:.1f} us, {micros.median / base:.2f} x the smallest's",
    )
