"""The benchmarks run; what they measure is not looked at here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parent / "benchmarks" / "run.py"
GROUPS = ("again", "first", "lock", "million", "names", "search", "size")


def test_each_group_measures_something(tmp_path: Path) -> None:
    words = [*GROUPS, "--files", "200", "--rounds", "1", "--json"]
    done = subprocess.run(
        [sys.executable, RUN, *words],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)["groups"]
    assert set(told) == set(GROUPS)
    for group, rows in told.items():
        assert rows, group
        assert all(row["value"]["most"] >= row["value"]["least"] >= 0 for row in rows)
