"""What the contract tests share: a source of a third-party importer."""

from __future__ import annotations

import pytest

from support.cli import Cli
from support.shelf import Shelf


@pytest.fixture
def shelf(cli: Cli) -> Shelf:
    """The importer `shelf` is installed; nothing is offered and nothing added yet."""
    return Shelf(cli)
