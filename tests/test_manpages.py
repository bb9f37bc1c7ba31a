"""The man pages: up to date, sound, and in the wheel."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib

import pytest

import manpages
from retrovue.cli.commands import COMMANDS
from retrovue.cli.config import ENVIRONMENT
from retrovue.cli.examples import EXAMPLES

NAMES = sorted(path.name for path in manpages.MAN.glob("*"))
MACROS = {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".BR", ".br", ".nf", ".fi", ".RS", ".RE", '.\\"'}
ESCAPES = re.compile(r"\\(e|-|&|\(aq|\(ga|\(dq|\(ha|\(ti|\[u[0-9A-F]{4,6}\])")


def _text(name: str) -> str:
    return (manpages.MAN / name).read_text(encoding="utf-8")


def test_there_is_a_page_of_retrovue_and_of_each_command() -> None:
    assert sorted(["retrovue.1", *(f"retrovue-{noun}.1" for noun in COMMANDS)]) == NAMES


def test_the_pages_are_what_help_says() -> None:
    assert {name: _text(name) for name in NAMES} == manpages.pages(), "run python tests/pages.py"


def test_the_wheel_has_them_where_man_looks() -> None:
    project = tomllib.loads((manpages.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    folder = str(manpages.MAN.relative_to(manpages.ROOT))
    assert wheel["shared-data"] == {folder: "share/man/man1"}


@pytest.mark.parametrize("name", NAMES)
def test_a_line_is_a_known_request_or_text_that_is_no_request(name: str) -> None:
    lines = _text(name).splitlines()
    assert {line.split()[0] for line in lines if line[:1] in (".", "'")} <= MACROS
    for start, end in ((".nf", ".fi"), (".RS", ".RE")):
        assert lines.count(start) == lines.count(end)
    for line in lines[1:]:
        assert line.isascii()
        assert "\\" not in ESCAPES.sub("", line), line


@pytest.mark.parametrize("name", NAMES)
def test_what_everybody_looks_for_is_there(name: str) -> None:
    sections = re.findall(r"^\.SH (.+)$", _text(name), re.MULTILINE)
    assert {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS",
            "ENVIRONMENT", "FILES", "SEE ALSO"} <= set(sections)  # fmt: skip


def test_every_variable_that_is_read_is_named() -> None:
    assert {*ENVIRONMENT} <= {name for name, _ in manpages.ENVIRONMENT}


def test_text_stays_what_it_is() -> None:
    assert manpages.escaped(".a\n'b'\n--c \\n \"d\" `e` ~^é") == (
        "\\&.a\n\\&\\(aqb\\(aq\n\\-\\-c \\en \\(dqd\\(dq \\(gae\\(ga \\(ti\\(ha\\[u00E9]"
    )


# -- what those say that set pages -----------------------------------------------------------------

GROFF = shutil.which("groff")
MANDOC = shutil.which("mandoc")


@pytest.mark.skipif(GROFF is None, reason="needs groff")
def test_groff_has_no_warning() -> None:
    for name in NAMES:
        assert _ran("groff", "-man", "-ww", "-Tutf8", "-z", name) == ""


@pytest.mark.skipif(MANDOC is None, reason="needs mandoc")
def test_mandoc_has_no_warning() -> None:
    said = "".join(_ran("mandoc", "-Tlint", "-Wwarning", name) for name in NAMES)
    undated = [line for line in said.splitlines() if "missing date" not in line]  # not released
    assert undated == []


@pytest.mark.skipif(GROFF is None, reason="needs groff")
def test_examples_are_set_as_they_are_typed() -> None:
    """No dash becomes a hyphen and no quotation mark a curly one, so that they can be pasted."""
    pages = "".join(_ran("groff", "-man", "-Tutf8", "-P-cbou", "-rLL=200n", n) for n in NAMES)
    lines = {line.strip() for line in pages.splitlines()}
    wanted = {line.strip() for each in EXAMPLES.values() for line in "\n".join(each).splitlines()}
    assert wanted - lines == set()


def _ran(*words: str) -> str:
    """All that a program says of a page."""
    *command, name = words
    done = subprocess.run(
        [*command, manpages.MAN / name], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr
