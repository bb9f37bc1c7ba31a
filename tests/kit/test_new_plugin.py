"""`retrovue plugins new NAME` writes a distribution that works as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.cli import Cli


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["shelf", "my-tapes-2"])
def test_what_is_written_passes_its_own_tests_and_the_type_checker(
    cli: Cli, here: Path, name: str
) -> None:
    told = cli.json("plugins", "new", name)
    folder = here / f"retrovue-{name}"
    assert told["folder"] == str(folder)
    assert sorted(told["files"]) == sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    )
    tests = _run(folder, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "2 passed" in tests.stdout
    module = f"retrovue_{name.replace('-', '_')}"
    types = _run(folder, "mypy", "--strict", "--config-file=", "--cache-dir",
                 str(here / "cache"), module)  # fmt: skip
    assert types.returncode == 0, types.stdout


@pytest.mark.parametrize("name", ["plex", "class", "Shelf", "1st", "a b", "../x", "-"])
def test_a_name_that_cannot_be_one_is_refused(cli: Cli, here: Path, name: str) -> None:
    run = cli("plugins", "new", "--", name)
    assert (run.code, run.error) == (1, f"Error: {name!r} cannot be the name of a plugin")
    assert os.listdir(here) == []


def test_a_folder_that_is_there_is_left_alone(cli: Cli, here: Path) -> None:
    (here / "retrovue-shelf").mkdir()
    run = cli("plugins", "new", "shelf")
    assert (run.code, run.error) == (1, f"Error: {here}/retrovue-shelf is there already")
    assert os.listdir(here / "retrovue-shelf") == []


def test_the_list_is_as_before(cli: Cli) -> None:
    assert [p["name"] for p in cli.json("plugins")["plugins"]] == [
        "filesystem",
        "plex",
        "probe",
    ]
    assert cli.ok("plugins").out.startswith("PLUGIN ")
