"""The share of expected readings reached, held as floors; see tests/names_report.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import names_report

FLOORS = {
    "library": 98.0,
    "release": 95.5,
    "anime": 90.0,
    "library (hard)": 76.0,
    "release (hard)": 70.0,
    "anime (hard)": 88.0,
}
FIELD_FLOORS = {"type": 99.5, "title": 98.0, "year": 99.0, "season": 99.0, "episode": 99.0}
"""Of library names that are not hard."""

pytestmark = pytest.mark.skipif(
    not (names_report.SHARED / "names.jsonl").exists(),
    reason=f"no expected readings in {names_report.SHARED}",
)


@pytest.fixture(scope="module")
def tallies() -> dict[str, names_report.Tally]:
    return names_report.measure(names_report.load(names_report.SHARED / "names.jsonl"))[0]


@pytest.mark.parametrize(("style", "floor"), FLOORS.items())
def test_names_of_a_style_are_read_right(
    tallies: dict[str, names_report.Tally], style: str, floor: float
) -> None:
    assert tallies[style].share() >= floor


@pytest.mark.parametrize(("name", "floor"), FIELD_FLOORS.items())
def test_fields_of_library_names_are_read_right(
    tallies: dict[str, names_report.Tally], name: str, floor: float
) -> None:
    assert tallies["library"].field_share(name) >= floor


def test_every_season_folder_is_read_right() -> None:
    rows = names_report.load(names_report.SHARED / "season_folders.jsonl")
    assert names_report.wrong_seasons(rows) == []
