"""Reading the contract documents, and the marks of the tests that hold their clauses."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "contracts"
CROSS_DOMAIN = FOLDER / "cross-domain" / "SourceCollectionGuarantees.md"
DEPENDENT = (
    FOLDER / "resources" / "SourceAddContract.md",
    FOLDER / "resources" / "SourceDiscoverContract.md",
    FOLDER / "resources" / "SourceIngestContract.md",
    FOLDER / "CollectionContract.md",
    FOLDER / "resources" / "CollectionIngestContract.md",
)
# Pages that say where a contract stands, at the paths that the guarantees of the owner name.
POINTERS = tuple(
    FOLDER / document.name for document in DEPENDENT if document.parent.name == "resources"
)
CONTRACTS = (CROSS_DOMAIN, *DEPENDENT, FOLDER / "UnitOfWorkContract.md")
MIGRATION = FOLDER / "CONTRACT_MIGRATION.md"
SECTIONS = (
    "Purpose",
    "Command shape",
    "Rules",
    "Exit codes",
    "Dependencies",
    "Tests",
    "Version",
)

_CLAUSE = re.compile(r"^- \*\*([A-Z]{1,2}-[0-9]+(?:\.[0-9]+)?)\*\*", re.MULTILINE)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_TEST = re.compile(r"`(tests/[^`:]+\.py)(?:::(test_\w+))?`")
_VERSION = re.compile(r"^(\d+\.\d+)", re.MULTILINE)


class MarkedTest(NamedTuple):
    """A test function: the file it is in, from the root of the project, and the clauses marked."""

    path: str
    name: str
    clauses: tuple[str, ...]


def clauses(document: Path) -> list[str]:
    """The ids of a document's clauses, in its order."""
    return _CLAUSE.findall(document.read_text())


def section(document: Path, name: str) -> str:
    """The text of a section, empty where there is none."""
    parts = _HEADING.split(document.read_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(name, "").strip()


def headings(document: Path) -> list[str]:
    return _HEADING.findall(document.read_text())


def links(document: Path) -> list[str]:
    return _LINK.findall(document.read_text())


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def named_tests(document: Path) -> list[tuple[str, str]]:
    """The test files that a document names, and the tests in them ("" for the file alone)."""
    return _TEST.findall(document.read_text())


def version(document: Path) -> str:
    found = _VERSION.search(section(document, "Version"))
    assert found, f"{document.name} has no version"
    return found[1]


@functools.cache
def marked_tests() -> tuple[MarkedTest, ...]:
    """Every test function below `tests/`, with the clauses it is marked with."""
    found: list[MarkedTest] = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                where = path.relative_to(ROOT).as_posix()
                found.append(MarkedTest(where, node.name, tuple(_marks(node))))
    return tuple(found)


def _marks(function: ast.FunctionDef) -> list[str]:
    return [
        argument.value
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        and ast.unparse(decorator.func) == "pytest.mark.guarantee"
        for argument in decorator.args
        if isinstance(argument, ast.Constant)
    ]


def table_of_tests(document: Path) -> dict[str, tuple[str, str]]:
    """The test that the section Tests names for each clause, as (file, test)."""
    rows = re.findall(
        r"^\| ([A-Z]+-[\d.]+) \| `([^`:]+)::(\w+)` \|$",
        section(document, "Tests"),
        re.MULTILINE,
    )
    return {clause: (path, name) for clause, path, name in rows}
