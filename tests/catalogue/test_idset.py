"""A set of ids, a bit each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrovue.catalogue.reconcile.idset import IdSet

edges = st.sampled_from([63, 64, 65, 2**62])
ids = st.one_of(st.integers(1, 200), st.integers(1, 2**63 - 1), edges)


@given(st.lists(ids))
def test_it_is_a_set(added: list[int]) -> None:
    ours, plain = IdSet(), set()
    for number in added:
        assert ours.add(number) == (number not in plain)
        plain.add(number)
    assert sorted(ours) == sorted(plain)
    assert len(ours) == len(plain)
