"""Cold start, by CPU time: wall time varies by a quarter from round to round."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from measure import BIN, Row, Run, Settings, Step, in_turns, run, spread
from subject import Subject

ROUNDS = 8  # for each round that was asked for


def rows(settings: Settings) -> Iterator[Row]:
    subject = Subject(1000)
    subject.first()
    utils = BIN / "sqlite-utils"
    steps: dict[str, Step] = {
        "import click": lambda: run([sys.executable, "-c", "import click"]),
        "source list": lambda: run([BIN / "retrovue", "--db", subject.db, "source", "list"]),
        "--help": lambda: run([BIN / "retrovue", "--help"]),
        "sqlite-utils --version": lambda: run([utils, "--version"]),
    }
    runs = in_turns(settings.rounds * ROUNDS, steps, steps["source list"])
    for name in ("source list", "--help"):
        yield _cpu(f"retrovue {name} / python -c 'import click'", runs, name, "import click", 1.25)
        yield _cpu("  / sqlite-utils --version", runs, name, "sqlite-utils --version", 0.45)


def _cpu(what: str, runs: dict[str, list[Run]], name: str, other: str, at_most: float) -> Row:
    ratios = spread(a.cpu / b.cpu for a, b in zip(runs[name], runs[other], strict=True))
    return Row(
        what,
        ratios,
        cpu=ratios.median,
        seconds=spread(one.wall for one in runs[name]).median,
        memory=max(one.memory for one in runs[name]),
        at_most=at_most,
        note="CPU time",
    )
