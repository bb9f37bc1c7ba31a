"""Mutants: changes to the project that a contract forbids, and the tests that must notice each.

    python tests/mutants.py                          # every one: prints what survives, exits 1 then
    python tests/mutants.py 'ci-*' wipe-takes-all    # some, by name or shell-style pattern
    python tests/mutants.py --list
    python tests/mutants.py --jobs 4

The tables are `tests/mutations/*.toml`. A mutant says in which `file` the text `old`, which stands
there exactly once, becomes `new`, and which `tests` claim what it breaks. It is applied to a copy
of the checkout, and the claiming tests run there; when they all pass it has survived.
"""

from __future__ import annotations

import argparse
import fnmatch
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TABLES = Path(__file__).resolve().parent / "mutations"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
PATIENCE = 1800  # seconds after which the tests of one mutant count as hung
MEMORY = "/dev/shm"  # copies and catalogues lie there where it can be written

Word = Literal["killed", "survived", "broken"]


class Mutant(NamedTuple):
    """A change of one file; `tests` is the folder or file, from the root, that must notice it."""

    name: str
    file: str
    old: str
    new: str
    tests: str


class Outcome(NamedTuple):
    """How the tests took a mutant; `broken`: they could not say. `said` is their output."""

    mutant: Mutant
    word: Word
    seconds: float
    said: str


class Stale(Exception):
    """The text that a mutant replaces does not stand in its file, or more than once."""


def table(folder: Path = TABLES) -> list[Mutant]:
    """Every mutant, by file and in its order."""
    return [
        Mutant(tests=_tests(row.pop("tests")), **row)
        for path in sorted(folder.glob("*.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    ]


def _tests(claimed: str) -> str:
    """The path of what a table calls `contracts` or `cross-domain`."""
    short = {"contracts": "tests/contracts", "cross-domain": "tests/contracts/cross-domain"}
    return short.get(claimed, claimed)


def mutated(mutant: Mutant, root: Path = ROOT) -> str:
    """The text of the mutant's file with the change made. Raises Stale."""
    path = root / mutant.file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = text.count(mutant.old)
    if found != 1:
        raise Stale(f"{mutant.name}: found {found} times in {mutant.file}:\n{mutant.old}")
    return text.replace(mutant.old, mutant.new)


def stale(mutants: Iterable[Mutant], root: Path = ROOT) -> list[str]:
    """What is to be mended in the tables before anything can be run."""
    found = []
    for mutant in mutants:
        try:
            mutated(mutant, root)
        except Stale as error:
            found.append(str(error))
    return found


def tried(mutant: Mutant, root: Path = ROOT) -> Outcome:
    """Run the claiming tests in a copy with the mutant in it, up to the first that fails."""
    changed = mutated(mutant, root)
    with _copy(root) as copy:
        (copy / mutant.file).write_text(changed, encoding="utf-8")
        began = time.monotonic()
        code, said = _tested(copy, mutant.tests)
    words: dict[int, Word] = {0: "survived", 1: "killed"}
    return Outcome(mutant, words.get(code, "broken"), time.monotonic() - began, said)


def unchanged(tests: str, root: Path = ROOT) -> str:
    """Run the tests in a copy as it is; what they say when they fail, else nothing."""
    with _copy(root) as copy:
        code, said = _tested(copy, tests)
    return said if code else ""


@contextmanager
def _copy(root: Path) -> Iterator[Path]:
    """A copy of the checkout, gone with all that its tests leave behind at the end of the block."""
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="mutant-", dir=memory) as folder:
        copy = Path(folder) / "checkout"
        shutil.copytree(root, copy, symlinks=True, ignore=LEFT_OUT)
        yield copy


def _tested(copy: Path, tests: str) -> tuple[int, str]:
    """The exit code of pytest and what it said. Code and plugins are those of the copy."""
    home = copy.parent / "home"
    home.mkdir()
    path = os.pathsep.join([str(copy), str(copy / "plugins")])
    own = {"PYTHONPATH": path, "PYTEST_DEBUG_TEMPROOT": str(home), "TMPDIR": str(home)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", tests],
            cwd=copy,
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return -1, f"hung for {error.timeout:.0f} s"
    return done.returncode, done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants that are asked for; 0 when each was killed."""
    asked = _parser().parse_args(arguments)
    wanted = _wanted(table(), asked.names)
    if asked.list:
        for mutant in wanted:
            print(f"{mutant.name:44} {mutant.file:52} {mutant.tests}")
        return 0
    return _run(wanted, asked.jobs)


def _parser() -> argparse.ArgumentParser:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a name or shell-style pattern")
    parser.add_argument("--list", action="store_true", help="show the mutants and run none")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many at once")
    return parser


def _wanted(mutants: Sequence[Mutant], names: Sequence[str]) -> list[Mutant]:
    for name in names:
        if not any(fnmatch.fnmatchcase(mutant.name, name) for mutant in mutants):
            raise SystemExit(f"no mutant is called {name}")
    return [m for m in mutants if not names or any(fnmatch.fnmatchcase(m.name, n) for n in names)]


def _run(mutants: Sequence[Mutant], jobs: int) -> int:
    wrong = stale(mutants) or _failing(sorted({mutant.tests for mutant in mutants}), jobs)
    if wrong:
        print(*wrong, sep="\n\n")
        return 1
    bad = [outcome for outcome in _each(mutants, jobs) if outcome.word != "killed"]
    for outcome in bad:
        print(f"\n{outcome.word}: {outcome.mutant.name} ({outcome.mutant.tests})")
        print(outcome.said if outcome.word == "broken" else outcome.mutant.new.strip("\n"))
    print(f"\n{len(mutants) - len(bad)} of {len(mutants)} killed")
    return 1 if bad else 0


def _failing(folders: Sequence[str], jobs: int) -> list[str]:
    """Of tests that fail by themselves nothing could be learnt."""
    with ThreadPoolExecutor(jobs) as pool:
        said = list(pool.map(unchanged, folders))
    pairs = zip(folders, said, strict=True)
    return [f"{folder} fails without any mutant:\n{text}" for folder, text in pairs if text]


def _each(mutants: Sequence[Mutant], jobs: int) -> Iterator[Outcome]:
    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(functools.partial(tried, root=ROOT), mutants):
            name = outcome.mutant.name
            print(f"{outcome.word:9} {outcome.seconds:5.1f} s  {name}", flush=True)
            yield outcome


if __name__ == "__main__":
    sys.exit(main())
