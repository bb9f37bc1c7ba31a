"""`retrovue` as a program on the path, for shells that are given its name."""

from __future__ import annotations

import os
import sys

from support.cli import START, Cli


def environment(cli: Cli, **env: str) -> dict[str, str]:
    """The environment of a shell that finds `retrovue`, whose catalogue is that of `cli`."""
    programs = cli.home / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    program = programs / "retrovue"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{START}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**cli.environment(env), "PATH": path, "RETROVUE_DB": str(cli.db)}
