"""Text for people: tables, facts, and nothing that a terminal would obey."""

from __future__ import annotations

import io
from typing import Any

import pytest

from retrovue.cli import output
from retrovue.errors import NotFound


def _plain(lines: list[Any]) -> list[str]:
    out = io.StringIO()
    output.write_lines(lines, out, None)
    return out.getvalue().splitlines()


def test_columns_line_up_with_wide_letters() -> None:
    assert _plain(output.table(("TITLE", "YEAR"), [("七人の侍", 1954), ("Ran", None)])) == [
        "TITLE     YEAR",
        "七人の侍  1954",
        "Ran       -",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\u202eb", "a\\u202eb"),
        ("one\ntwo", "one\\ntwo"),
        ("a\u00a0b", "a b"),
    ],
)
def test_control_characters_are_written_as_escapes(text: str, shown: str) -> None:
    assert output.printable(text) == shown


@pytest.mark.parametrize(
    ("count", "word", "said"),
    [(1, "asset", "1 asset"), (2000, "asset", "2,000 assets"), (2, "entry", "2 entries")],
)
def test_plural(count: int, word: str, said: str) -> None:
    assert output.plural(count, word) == said


def test_facts_line_up() -> None:
    assert output.facts([("Id", 7), ("Enabled", True)]) == ["Id:       7", "Enabled:  yes"]


def test_a_text_is_cut_at_the_edge() -> None:
    assert output.fitted("七人の侍", 5) == "七人"


def test_a_cell_is_one_line() -> None:
    assert _plain(output.table(("A",), [("one\ntwo\tthree",)])) == ["A", "one two three"]


def test_the_exit_code_is_that_of_the_error_or_of_the_status() -> None:
    partial = output.Result({}, status="partial")
    failed = partial._replace(error=NotFound("no"))
    assert [each.exit_code for each in (output.Result({}), partial, failed)] == [0, 2, 1]
