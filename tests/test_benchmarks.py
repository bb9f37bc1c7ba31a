"""The benchmarks run; what they measure is not looked at here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from support.cli import PATIENCE

RUN = Path(__file__).parent / "benchmarks" / "run.py"
# Those that are quick when they are small, and need nothing installed.
GROUPS = ("again", "first", "lock", "million", "names", "probe", "search", "size")


def test_each_of_these_groups_measures_something(tmp_path: Path) -> None:
    words = [*GROUPS, "--files", "200", "--rounds", "1", "--json"]
    done = subprocess.run(
        [sys.executable, RUN, *words],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)["groups"]
    assert set(told) == set(GROUPS)
    for group, rows in told.items():
        assert rows, group
        assert all(row["value"]["most"] >= row["value"]["least"] for row in rows)
