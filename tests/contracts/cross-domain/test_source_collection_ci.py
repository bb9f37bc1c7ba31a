"""That a change which breaks the contract does not land: the workflow, the ruleset, `.ci/run`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from support import documents

ROOT = documents.ROOT
WORKFLOWS = ROOT / ".github" / "workflows"
RULESETS = ROOT / ".github" / "rulesets"
COMMAND = "pytest tests/contracts/cross-domain/ --maxfail=1 --disable-warnings -q"

# All of the job, less the versions of what it uses. Whatever else could stand in it (a condition, a
# filter, another shell, leave to fail) is a way not to run, or to pass without having passed.
JOB = f"""\
  cross-domain-contracts:
    name: CrossDomainContracts
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout
      - uses: actions/setup-python
        with:
          python-version: "3.11"
      - run: pip install ".[test]"
      - name: CrossDomainContracts
        run: {COMMAND}
"""
WITHOUT_CONDITIONS = """\
name: CI
on: [push, pull_request]
jobs:
"""


# ----------------------------------------------------------------------------------- the workflow


def _workflow(path: Path) -> str:
    """A workflow without comments, and without the versions of the actions it uses."""
    lines = re.sub(r"(?m)(^|\s)#.*$", "", path.read_text()).splitlines()
    text = "".join(f"{line.rstrip()}\n" for line in lines if line.strip())
    return re.sub(r"@[\w.]+$", "", text, flags=re.MULTILINE)


def _jobs(workflow: str) -> list[str]:
    return re.split(r"^(?=  [\w-]+:$)", workflow.partition("\njobs:\n")[2], flags=re.MULTILINE)[1:]


@pytest.mark.guarantee("EN-1")
def test_the_workflow_runs_for_every_push_and_pull_request() -> None:
    assert _workflow(WORKFLOWS / "ci.yml").startswith(WITHOUT_CONDITIONS)


@pytest.mark.guarantee("EN-1")
def test_the_job_runs_the_contract_s_command_and_nothing_lets_it_fail() -> None:
    jobs = _jobs(_workflow(WORKFLOWS / "ci.yml"))
    assert [job for job in jobs if "CrossDomainContracts" in job] == [JOB]


@pytest.mark.guarantee("EN-1")
def test_no_other_job_bears_the_name_of_the_check() -> None:
    named = [job for path in sorted(WORKFLOWS.iterdir()) for job in _jobs(_workflow(path))
             if re.search(r"^    name: .*CrossDomainContracts", job, re.MULTILINE)]  # fmt: skip
    assert named == [JOB]


@pytest.mark.guarantee("EN-3")
def test_every_check_runs_for_every_push_and_pull_request() -> None:
    (job,) = [job for job in _jobs(_workflow(WORKFLOWS / "ci.yml")) if ".ci/run" in job]
    assert re.search(r"^        run: bash \.ci/run$", job, re.MULTILINE)
    assert re.findall(r"^[ -]+(if|continue-on-error|needs|shell|defaults):", job, re.M) == []


@pytest.mark.guarantee("EN-1")
def test_the_ruleset_requires_the_check_on_the_default_branch() -> None:
    (path,) = RULESETS.iterdir()
    ruleset = json.loads(path.read_text())
    assert (ruleset["target"], ruleset["enforcement"]) == ("branch", "active")
    assert ruleset["conditions"]["ref_name"] == {"include": ["~DEFAULT_BRANCH"], "exclude": []}
    assert ruleset["bypass_actors"] == []
    (rule,) = [rule for rule in ruleset["rules"] if rule["type"] == "required_status_checks"]
    required = [check["context"] for check in rule["parameters"]["required_status_checks"]]
    assert required == ["CrossDomainContracts"]
    assert "    name: CrossDomainContracts\n" in JOB


@pytest.mark.guarantee("EN-1")
def test_the_contract_says_how_the_ruleset_is_put_in_force() -> None:
    said = documents.section(documents.CROSS_DOMAIN, "Rules")
    for path in RULESETS.iterdir():
        assert path.relative_to(ROOT).as_posix() in said


# ---------------------------------------------------------------------------------------- .ci/run

# What stands for every command: it notes what it was called with, and fails where it shall.
_STUB = """
command_not_found_handle() {
  echo "$*" >>"$COMMANDS"
  case "$*" in $FAILING) return 1 ;; esac
}
"""
_PYTHON = """#!/bin/sh
echo "${0##*/} $*" >>"$COMMANDS"
case "${0##*/} $*" in $FAILING) exit 1 ;; esac
if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/pip"; cp "$0" "$3/bin/python"; fi
"""
_PACKAGE = """
echo .ci/package >>"$COMMANDS"
case .ci/package in $FAILING) exit 1 ;; esac
"""
_REAL = ("bash", "cat", "cp", "dirname", "env", "mkdir", "mktemp", "rm", "sh")


class Landing(NamedTuple):
    """How `.ci/run` ended, and the commands it gave."""

    code: int
    commands: list[str]


def _landing(home: Path, failing: str = "nothing") -> Landing:
    """Run `.ci/run` where every command but the simplest is a stub; `failing` is a shell pattern of
    those that fail."""
    tools = home / "bin"
    for folder in (tools, home / ".ci"):
        folder.mkdir()
    for name in _REAL:
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "python3").write_text(_PYTHON)
    (tools / "python3").chmod(0o755)
    (home / "stub").write_text(_STUB)
    shutil.copy(ROOT / ".ci" / "run", home / ".ci" / "run")
    (home / ".ci" / "package").write_text(_PACKAGE)
    own = {"PATH": str(tools), "BASH_ENV": str(home / "stub"), "FAILING": failing,
           "COMMANDS": str(home / "commands"), "HOME": str(home), "TMPDIR": str(home)}  # fmt: skip
    done = subprocess.run(
        [tools / "bash", ".ci/run"],
        cwd=home,
        env={**os.environ, **own},
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Landing(done.returncode, (home / "commands").read_text().splitlines())


@pytest.mark.guarantee("EN-3")
def test_what_decides_about_a_change_runs_every_test_and_the_contract_s_command(
    tmp_path: Path,
) -> None:
    landing = _landing(tmp_path)
    assert landing.code == 0
    for command in ("pytest -q -n 4", COMMAND):
        assert command in landing.commands


@pytest.mark.guarantee("EN-3")
@pytest.mark.parametrize(
    "failing",
    [
        "apt-get*install*",
        "pip install*",
        "ruff check*",
        "ruff format*",
        "mypy*",
        "lint-imports*",
        "retrovue quickstart*",
        ".ci/package",
        "retrovue plugins new*",
        "pytest -q -p no:cacheprovider -n 4 plugins/retrovue-jellyfin",
        "pytest -q -n 4",
        COMMAND,
    ],
)
def test_what_decides_about_a_change_fails_when_one_check_does(
    tmp_path: Path, failing: str
) -> None:
    assert _landing(tmp_path, failing.replace(" ", "\\ ")).code != 0


@pytest.mark.guarantee("EN-3")
def test_a_run_of_every_test_leaves_none_out() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        options = tomllib.load(file)["tool"]["pytest"]["ini_options"]
    assert options["testpaths"] == ["tests"]
    assert options["addopts"] == "--strict-markers --import-mode=importlib"
    others = {"testpaths", "addopts", "pythonpath", "markers", "filterwarnings"}
    assert set(options) <= others
