"""Lists of any length are printed in the memory of short ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.cli import Cli
from support.media import Library, films

ROWS = 40_000
MOST = 8.0  # MB; all of these rows as dictionaries and text are some 100

SCRIPT = """
import resource, sys
from retrovue.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("big")
    cli = Cli(home)
    Library(cli, home / "media", *films(1)).ingest()
    cli.run_sql(f"""
        WITH RECURSIVE n (value) AS
          (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < {ROWS})
        INSERT INTO assets (collection_id, external_id, kind, title)
        SELECT c.id, 'more ' || n.value, 'movie', printf('More %050d', n.value)
          FROM n JOIN collections AS c""")
    return cli.db


def _listed(db: Path, form: str, *words: str) -> tuple[int, float]:
    """How many bytes a list in this form has, and the most memory in MB that it took."""
    command = ["--db", str(db), "asset", "list", "--format", form, *words]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *command], capture_output=True, text=True, check=True
    )
    return len(done.stdout), int(done.stderr) / (2**20 if sys.platform == "darwin" else 2**10)


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "m3u", "table"])
def test_a_long_list_takes_no_more_memory(big: Path, form: str) -> None:
    short, little = _listed(big, form, "--limit", "10")
    long, much = _listed(big, form)
    assert long > 1000 * short or form == "m3u"  # these have no file to play
    assert much - little < MOST
