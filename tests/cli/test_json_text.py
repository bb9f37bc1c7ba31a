"""JSON that is written while its rows are read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from retrovue.cli import json_text


def _failing(*rows: Any) -> Iterator[Any]:
    yield from rows
    raise ValueError("no more")


def _written(body: dict[str, Any]) -> tuple[dict[str, Any], BaseException | None]:
    out = io.StringIO()
    error = json_text.write_rows(
        body, {"status": "success"}, out, lambda e: {"status": "error", "error": str(e)}
    )
    value = json.loads(out.getvalue())
    assert isinstance(value, dict)
    return value, error


@pytest.mark.parametrize(
    "rows", [[], [1], [None, "a: "], [{"a": [1]}, {"b": None}], ["\u202e\x9b\udcff"]]
)
def test_rows_of_an_iterator_are_an_array(rows: list[Any]) -> None:
    value, error = _written({"a": 1, "rows": iter(rows), "b": [None, {"c": "d"}]})
    assert value == {"a": 1, "rows": rows, "b": [None, {"c": "d"}], "status": "success"}
    assert error is None


def test_an_iterator_may_lie_deep() -> None:
    body = {"a": [None, {"b": {"c": iter([1, 2]), "d": iter([])}}, "e"], "f: ": None}
    value, error = _written(body)
    assert value == {
        "a": [None, {"b": {"c": [1, 2], "d": []}}, "e"],
        "f: ": None,
        "status": "success",
    }
    assert error is None


def test_where_one_fails_the_object_is_whole_and_says_so() -> None:
    body = {"a": _failing(1, 2), "b": [{"c": _failing()}, 3], "d": 4}
    value, error = _written(body)
    assert value == {
        "a": [1, 2],
        "b": [{"c": []}, 3],
        "d": 4,
        "status": "error",
        "error": "no more",
    }
    assert isinstance(error, ValueError)


def test_without_rows_the_status_comes_first() -> None:
    value, _ = _written({"a": 1})
    assert list(value.items()) == [("status", "success"), ("a", 1)]


def test_settled_values_have_no_iterators() -> None:
    body = {"a": iter([1]), "b": [iter([2]), {"c": iter([])}]}
    assert json_text.settled(body) == {"a": [1], "b": [[2], {"c": []}]}
