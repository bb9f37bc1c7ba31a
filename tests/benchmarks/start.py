"""Cold start."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from measure import BIN, Row, Settings, Step, in_turns, ratio, run
from subject import Subject

ROUNDS = 8  # for each round that was asked for


def rows(settings: Settings) -> Iterator[Row]:
    subject = Subject(1000)
    subject.first()
    utils = BIN / "sqlite-utils"
    steps: dict[str, Step] = {
        "import click": lambda: run([sys.executable, "-c", "import click"]),
        "source list": lambda: run([BIN / "retrovue", "--db", subject.db, "source", "list"]),
        "TAB": lambda: run([BIN / "retrovue"], env=_tab(subject.db)),
        "--help": lambda: run([BIN / "retrovue", "--help"]),
        "sqlite-utils --version": lambda: run([utils, "--version"]),
    }
    runs = in_turns(settings.rounds * ROUNDS, steps, steps["source list"])
    for name in ("source list", "--help"):
        what = f"retrovue {name} / python -c 'import click'"
        yield ratio(what, runs[name], runs["import click"], at_most=1.2)
        yield ratio("  / sqlite-utils --version", runs[name], runs["sqlite-utils --version"])
    what = "completing `source show N` / source list"
    yield ratio(what, runs["TAB"], runs["source list"], at_most=1.3)


def _tab(db: Path) -> dict[str, str]:
    """What a shell asks with when the name of a source is completed."""
    line = f"retrovue --db {db} source show N"
    return {"_RETROVUE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": "5"}
