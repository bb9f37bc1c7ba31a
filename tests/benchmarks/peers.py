"""Peers on the same tree of music: xklb's `fsadd --filesystem`, and beets.

xklb looks at names and times as retrovue does. beets also opens every file and reads its tags, so
its ratios say what a catalogue of names saves, not that beets is slow. Each is installed from PyPI
into an environment of its own, and skipped where that fails.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import WORK, Row, Run, Settings, in_turns, ratio, run
from subject import Subject, remove

# (first ingest, again): how many times faster retrovue is to be
GOALS = {"xklb": (25.0, 3.0), "beets": (150.0, 100.0)}
SAYS = {"xklb": "", "beets": "beets reads the files too"}


class Xklb:
    def __init__(self, programs: Path, subject: Subject) -> None:
        self._db = WORK / "peers" / "xklb.db"
        self._again = [programs / "library", "fsadd", "--filesystem", self._db, subject.tree]

    def first(self) -> Run:
        remove(self._db)
        return self.again()

    def again(self) -> Run:
        return run(self._again)


class Beets:
    def __init__(self, programs: Path, subject: Subject) -> None:
        self._program, self._tree = programs / "beet", subject.tree
        self._home = WORK / "peers" / "beets-home"

    def first(self) -> Run:
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir(parents=True)
        (self._home / "config.yaml").write_text(f"directory: {self._tree}\nplugins: []\n")
        return self._run("import", "-A", "-C", "-q", self._tree)

    def again(self) -> Run:
        return self._run("update")

    def _run(self, *words: str | Path) -> Run:
        return run([self._program, *words], env={"BEETSDIR": str(self._home)})


def rows(settings: Settings) -> Iterator[Row]:
    subject = Subject(settings.files // 10, "root", "music")
    for name, kind in (("xklb", Xklb), ("beets", Beets)):
        programs = _installed(name)
        if programs is None:
            continue
        peer = kind(programs, subject)
        steps = {
            "ours first": subject.first,
            "first": peer.first,
            "ours again": subject.unchanged,
            "again": peer.again,
        }
        runs = in_turns(settings.rounds, steps, subject.walk)
        files = f"{subject.files:,} files"
        for step, goal in zip(("first", "again"), GOALS[name], strict=True):
            what = f"{name}, {files}, {step} / retrovue"
            row = ratio(what, runs[step], runs[f"ours {step}"], at_least=goal, note=SAYS[name])
            yield row


def _installed(name: str) -> Path | None:
    """The programs of a peer, installed where it is not yet; None where it cannot be."""
    home = WORK / "peers" / name
    whole = home / "whole"
    if not whole.exists():
        print(f"installing {name} ...", file=sys.stderr)
        commands = (
            [sys.executable, "-m", "venv", "--clear", home],
            [home / "bin" / "pip", "install", "-q", "--disable-pip-version-check", name],
        )
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{name} is skipped: it cannot be installed here", file=sys.stderr)
                print(done.stderr.strip()[-500:], file=sys.stderr)
                return None
        whole.touch()
    return home / "bin"
