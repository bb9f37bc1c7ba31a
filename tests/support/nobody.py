"""Running a command as a user whom permissions stop, which they do not do to root."""

from __future__ import annotations

import os
from pathlib import Path

from support.cli import Cli, Run
from support.dying import forked

NOBODY = 65534


def as_nobody(cli: Cli, *words: object) -> Run:
    """Run a command in a child process: as nobody where the tests run as root. The catalogue and
    its folder become nobody's; all above can be entered."""
    if os.getuid() == 0:
        for path in (cli.db.parent, *cli.db.parent.glob(f"{cli.db.name}*")):
            os.chown(path, NOBODY, NOBODY)
        _open_up(cli.db.parent)
    status, said = forked(_drop_rights, cli, *words)
    out, _, err = said.partition("\0")
    return Run(os.waitstatus_to_exitcode(status), out, err)


def _open_up(folder: Path) -> None:
    for above in folder.parents:
        mode = above.stat().st_mode
        if mode & 0o001 == 0:
            above.chmod(mode | 0o011)


def _drop_rights() -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
