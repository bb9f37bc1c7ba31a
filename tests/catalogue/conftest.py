"""What the tests of the file share."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.populated import populate


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with a bit of everything; to be copied, not written."""
    path = tmp_path_factory.mktemp("pristine") / "pristine.db"
    populate(path)
    return path
