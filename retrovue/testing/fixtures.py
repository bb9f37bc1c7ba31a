"""The plugin of pytest: the fixture `retrovue_bench`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from retrovue.testing import Bench


@pytest.fixture
def retrovue_bench() -> Iterator[Bench]:
    """A catalogue in a temporary folder, with importers of the test's own."""
    from retrovue.testing import Bench

    with Bench() as bench:
        yield bench
