"""The next release of retrovue, which has one more migration (or several): a copy of the package,
run in a child of this process."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import retrovue
from retrovue.catalogue.connection import SCHEMA_VERSION
from support.cli import Cli, Run
from support.dying import forked

STEP = """
ALTER TABLE assets ADD COLUMN rating INTEGER;
CREATE INDEX assets_rating ON assets (rating);
"""


class Future:
    """`future("db", "check")` runs a command of that release on the catalogue; its further
    migrations are `steps`, or one where none is given."""

    def __init__(self, cli: Cli, *steps: str) -> None:
        self.cli = cli
        self.site = cli.home / "future"
        package = self.site / "retrovue"
        shutil.copytree(
            Path(retrovue.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
        )
        version = SCHEMA_VERSION
        for step in steps or (STEP,):
            version += 1
            (package / "catalogue" / "migrations" / f"{version:04}_test.sql").write_text(step)
        connections = package / "catalogue" / "connection.py"
        now, then = (f"SCHEMA_VERSION = {number} " for number in (SCHEMA_VERSION, version))
        text = connections.read_text()
        assert text.count(now) == 1
        connections.write_text(text.replace(now, then))

    def __call__(
        self, *words: object, prepare: Callable[[], None] | None = None, db: Path | None = None
    ) -> Run:
        def become() -> None:
            for name in [name for name in sys.modules if name.startswith("retrovue")]:
                del sys.modules[name]
            sys.path.insert(0, str(self.site))
            if prepare is not None:
                prepare()

        cli = Cli(self.cli.home, db or self.cli.db)
        status, said = forked(become, cli, *words)
        out, _, err = said.partition("\0")
        return Run(os.waitstatus_to_exitcode(status), out, err).checked(words)
