"""Running a command as somebody whom permissions stop, which they do not do to root."""

from __future__ import annotations

import ctypes
import os

from support.cli import Cli, Run
from support.dying import forked

_CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h


def as_nobody(cli: Cli, *words: object) -> Run:
    """Run a command in a child process that has no privilege over files but their permissions."""
    status, said = forked(drop_rights, cli, *words)
    out, _, err = said.partition("\0")
    return Run(os.waitstatus_to_exitcode(status), out, err).checked(words)


def drop_rights() -> None:
    """Give up every capability of root, so that a file's permissions count for its owner too."""
    if os.getuid() != 0:
        return
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capset")
