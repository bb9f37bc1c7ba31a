"""The rooms of the house: where writes may start."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path.relative_to(ROOT)
    for folder in ("retrovue", "plugins")
    for path in (ROOT / folder).rglob("*.py")
)
_STARTS_A_WRITE = re.compile(r"catalogue\.(write|rehearse|prepare)\(")


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_only_operations_start_a_write(module: Path) -> None:
    found = _STARTS_A_WRITE.search((ROOT / module).read_text(encoding="utf-8"))
    assert found is None or module.parts[:2] == ("retrovue", "operations")


def test_operations_do_start_writes() -> None:
    verbs = [module for module in MODULES if module.parts[:2] == ("retrovue", "operations")]
    texts = [(ROOT / module).read_text(encoding="utf-8") for module in verbs]
    assert sum(bool(_STARTS_A_WRITE.search(text)) for text in texts) > 5
