"""Each clause of a guarantee is held by the schema, found by a query and mended by a repair."""

from __future__ import annotations

import re

import pytest

from retrovue.catalogue import versions
from retrovue.catalogue.health.repair_rows import STEPS, TYPES
from retrovue.catalogue.rule_shapes import Rule
from retrovue.catalogue.rules import RULES


def _name(rule: Rule) -> str:
    return f"{rule.guarantee} {rule.table} {rule.says}"


@pytest.fixture(scope="module")
def schema() -> dict[str, str]:
    """The SQL of today's schema, by the name of the object."""
    return {name: sql for (_, name), sql in versions.expected().items()}


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_the_schema_holds_the_clause(rule: Rule, schema: dict[str, str]) -> None:
    word = re.compile(rf"\b{rule.table}\b")
    of_table = {name: sql for name, sql in schema.items() if word.search(sql)}
    refusals = f"RAISE(ABORT, '{rule.held_by}", f'CONSTRAINT "{rule.held_by}"'
    refuses = [sql for sql in of_table.values() if any(refusal in sql for refusal in refusals)]
    assert rule.held_by in of_table or refuses


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_a_step_of_the_repair_mends_it(rule: Rule) -> None:
    assert rule.mended_by in [says for says, _ in (*TYPES, *STEPS)]


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_its_query_looks_at_a_part_of_the_file(rule: Rule) -> None:
    assert "{scope}" in rule.query
    assert rule.guarantee in {f"G-{number}" for number in range(1, 7)}
