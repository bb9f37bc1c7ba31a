from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_jellyfin import FakeJellyfin, movie

KEY = "5ecret0fthekit1234"


@pytest.fixture
def server() -> Iterator[FakeJellyfin]:
    """A server with a library of five films."""
    with FakeJellyfin(KEY) as fake:
        fake.library("aa", "Films", "movies", "/media/movies").extend(movie(n) for n in range(5))
        yield fake
