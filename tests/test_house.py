"""The rooms of the house: where writes may start, how long a file is, what a docstring has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
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


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_file_is_long(module: Path) -> None:
    assert len((ROOT / module).read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize(
    "module",
    [m for m in MODULES if m.parts[:2] in (("retrovue", "operations"), ("retrovue", "catalogue"))],
    ids=str,
)
def test_what_is_public_says_what_it_is(module: Path) -> None:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    assert [name for name, node in _public(tree.body) if ast.get_docstring(node) is None] == []


Documented = ast.FunctionDef | ast.ClassDef


def _public(body: list[ast.stmt], of: str = "") -> Iterator[tuple[str, Documented]]:
    for node in body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield f"{of}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{node.name}.")
