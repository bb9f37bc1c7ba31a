"""The table of mutants fits the project as it is, and the script tells what survives."""

from __future__ import annotations

from pathlib import Path

import pytest

import mutants

HALF = mutants.Mutant("half", "half.py", "n // 2", "n // 3", "tests/test_half.py")


def test_every_mutant_still_applies() -> None:
    assert mutants.stale(mutants.table()) == []


def test_every_mutant_has_a_name_of_its_own_changes_something_and_is_claimed() -> None:
    every = mutants.table()
    assert len({mutant.name for mutant in every}) == len(every)
    assert [mutant.name for mutant in every if mutant.old == mutant.new] == []
    assert [m.name for m in every if not (mutants.ROOT / m.tests).exists()] == []


def test_every_mutant_of_a_module_is_a_module() -> None:
    for mutant in mutants.table():
        if mutant.file.endswith(".py"):
            compile(mutants.mutated(mutant), mutant.name, "exec")


def test_the_mutants_are_claimed_by_the_folders_of_the_contracts() -> None:
    claimed = {mutant.tests for mutant in mutants.table()}
    assert claimed == {"tests/contracts", "tests/contracts/cross-domain"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with one module and one test of it."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "half.py").write_text("def half(n):\n    return n // 2\n")
    (tmp_path / "tests" / "test_half.py").write_text(
        "from half import half\n\ndef test_half():\n    assert half(4) == 2\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("new", "word"), [("n // 3", "killed"), ("n // 2 + 0", "survived"), ("n //", "broken")]
)
def test_a_mutant_is_killed_survives_or_cannot_be_run(
    project: Path, new: str, word: mutants.Word
) -> None:
    outcome = mutants.tried(HALF._replace(new=new), project)
    assert outcome.word == word, outcome.said
    assert (project / "half.py").read_text() == "def half(n):\n    return n // 2\n"


def test_a_mutant_that_no_longer_applies_is_named(project: Path) -> None:
    gone = HALF._replace(name="gone", old="n / 2")
    often = HALF._replace(name="often", old="n")
    nowhere = HALF._replace(name="nowhere", file="whole.py")
    assert mutants.stale([HALF, gone, often, nowhere], project) == [
        "gone: found 0 times in half.py:\nn / 2",
        "often: found 3 times in half.py:\nn",
        "nowhere: found 0 times in whole.py:\nn // 2",
    ]
    with pytest.raises(mutants.Stale):
        mutants.tried(gone, project)


def test_tests_that_fail_by_themselves_say_so(project: Path) -> None:
    assert mutants.unchanged("tests/test_half.py", project) == ""
    (project / "half.py").write_text("def half(n):\n    return 0\n")
    assert "test_half" in mutants.unchanged("tests/test_half.py", project)


def test_mutants_are_chosen_by_name_or_pattern(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutants.main(["--list", "ci-*", "wipe-takes-all"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert "wipe-takes-all" in names
    assert {name for name in names if not name.startswith("ci-")} == {"wipe-takes-all"}
    with pytest.raises(SystemExit, match="no mutant is called nobody"):
        mutants.main(["nobody"])
