"""Running a command in this process."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple


class Ran(NamedTuple):
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str


def run(arguments: Sequence[str]) -> Ran:
    """Run `retrovue` with these arguments, as the console script does."""
    from retrovue.cli.main import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    before = sys.stdin, sys.stdout, sys.stderr
    code: object = None
    try:
        with open(os.devnull, encoding="utf-8") as nothing:
            sys.stdin, sys.stdout, sys.stderr = nothing, out, err
            main(arguments)
    except SystemExit as stop:
        code = stop.code
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
    assert type(code) is int, f"ended with {code!r}"
    return Ran(code, _printed(out), _printed(err))


def _printed(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()
