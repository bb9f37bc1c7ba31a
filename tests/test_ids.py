"""Ids kept as ranges."""

from __future__ import annotations

import pytest

from retrovue.ids import Ids

MANY = [[], [7], [1, 2, 3], [1, 3, 5], [1, 2, 4, 5, 9], [5, 6, 7, 2**62, 2**62 + 1]]


@pytest.mark.parametrize("ids", MANY)
def test_they_are_a_sequence_of_what_was_put_in(ids: list[int]) -> None:
    found = Ids.of(ids)
    assert list(found) == ids
    assert len(found) == len(ids)
    assert [found[place] for place in range(len(ids))] == ids
    assert found[-2:] == ids[-2:]
    assert [id_ in found for id_ in ids] == [True] * len(ids)
    with pytest.raises(IndexError):
        found[len(ids)]


@pytest.mark.parametrize("ids", MANY)
def test_they_come_back_from_json(ids: list[int]) -> None:
    assert Ids.from_json(Ids.of(ids).as_json()) == Ids.of(ids)


def test_a_hundred_thousand_in_a_row_are_one_range() -> None:
    assert Ids.of(range(1, 100_001)).as_json() == [[1, 100_000]]


def test_they_are_shifted() -> None:
    assert list(Ids.of([1, 2, 4]).shifted(10)) == [11, 12, 14]


@pytest.mark.parametrize("value", [None, "x", {}, [None, "a", [], ["a", 2], [1.5, 2]], [[3, 1]]])
def test_what_a_script_wrote_there_is_left_out(value: object) -> None:
    assert list(Ids.from_json(value)) == []
