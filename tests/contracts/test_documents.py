"""The contract documents, and that they, their links and their tests stay in step."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from support import documents
from support.documents import (
    CONTRACTS,
    CROSS_DOMAIN,
    DEPENDENT,
    FOLDER,
    MIGRATION,
    POINTERS,
    ROOT,
    SECTIONS,
)

EVERY = sorted(FOLDER.rglob("*.md"))
IN_STEP = pytest.mark.guarantee("EN-2")


def _called(document: Path) -> str:
    return document.relative_to(FOLDER).as_posix()


@functools.cache
def _holders() -> dict[str, set[tuple[str, str]]]:
    """The tests of each clause, as (file, test)."""
    found: dict[str, set[tuple[str, str]]] = {}
    for test in documents.marked_tests():
        for clause in test.clauses:
            found.setdefault(clause, set()).add((test.path, test.name))
    return found


def test_the_documents_lie_where_the_contract_puts_them() -> None:
    assert sorted((*CONTRACTS, *POINTERS, MIGRATION)) == EVERY


SEE_ALSO = (
    "SourceAddContract",
    "SourceDiscoverContract",
    "SourceIngestContract",
    "CollectionContract",
    "CollectionIngestContract",
    "UnitOfWorkContract",
)


@pytest.mark.parametrize("name", SEE_ALSO)
def test_every_contract_has_a_page_in_the_folder_itself(name: str) -> None:
    page = FOLDER / f"{name}.md"
    assert page.read_text().startswith(f"# {name}\n")
    if page in POINTERS:
        assert documents.links(page) == [f"resources/{name}.md"]
        assert documents.clauses(page) == []
        assert documents.headings(page) == []
    else:
        assert page in CONTRACTS


@pytest.mark.parametrize("document", CONTRACTS, ids=_called)
def test_a_contract_has_every_section_in_order_and_none_is_empty(document: Path) -> None:
    assert documents.headings(document) == list(SECTIONS)
    assert [name for name in SECTIONS if not documents.section(document, name)] == []
    assert documents.clauses(document)


@pytest.mark.parametrize("document", EVERY, ids=_called)
def test_no_link_is_dead(document: Path) -> None:
    for link in documents.links(document):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.is_file(), f"{link} leads nowhere"
        assert not anchor or anchor in documents.anchors(target), f"{link} has no such heading"


@pytest.mark.parametrize("document", DEPENDENT, ids=_called)
def test_the_five_contracts_depend_on_the_cross_domain_one(document: Path) -> None:
    section = documents.section(document, "Dependencies")
    links = re.findall(r"\]\(([^)]+)\)", section)
    assert CROSS_DOMAIN in [(document.parent / link).resolve() for link in links]
    back = documents.section(CROSS_DOMAIN, "Dependencies")
    assert f"[{document.stem}]" in back


def test_no_clause_id_is_given_twice() -> None:
    every = [clause for document in CONTRACTS for clause in documents.clauses(document)]
    assert sorted(every) == sorted(set(every))


@IN_STEP
@pytest.mark.parametrize("document", CONTRACTS, ids=_called)
def test_every_clause_has_a_test(document: Path) -> None:
    holders = _holders()
    assert [clause for clause in documents.clauses(document) if clause not in holders] == []


def test_every_mark_is_a_clause_of_a_document() -> None:
    every = {clause for document in CONTRACTS for clause in documents.clauses(document)}
    assert sorted(_holders().keys() - every) == []


@pytest.mark.parametrize("document", EVERY, ids=_called)
def test_every_clause_that_is_referred_to_exists(document: Path) -> None:
    every = {clause for each in CONTRACTS for clause in documents.clauses(each)}
    families = {clause.partition("-")[0] for clause in every}
    whole = {clause.partition(".")[0] for clause in every}
    said = re.findall(r"\b([A-Z]{1,2})-(\d+(?:\.\d+)?)\b", document.read_text())
    unknown = [f"{f}-{n}" for f, n in said if f in families and f"{f}-{n}" not in every | whole]
    assert unknown == []


@pytest.mark.parametrize("document", EVERY, ids=_called)
def test_every_file_and_test_that_is_named_exists(document: Path) -> None:
    there = {(test.path, test.name) for test in documents.marked_tests()}
    for path, name in documents.named_tests(document):
        assert (ROOT / path).is_file(), path
        assert not name or (path, name) in there, f"{path}::{name}"


@pytest.mark.parametrize("document", CONTRACTS, ids=_called)
def test_the_table_of_tests_names_for_each_clause_one_that_is_marked_with_it(
    document: Path,
) -> None:
    holders = _holders()
    table = documents.table_of_tests(document)
    assert list(table) == documents.clauses(document)
    for clause, test in table.items():
        assert test in holders[clause], f"{clause}: {test}"


@pytest.mark.parametrize("document", CONTRACTS, ids=_called)
def test_no_command_shape_names_a_flag_that_there_is_not(document: Path) -> None:
    words = _flags_of_commands()
    shape = documents.section(document, "Command shape")
    for line in re.findall(r"^retrovue [^-\n]*?(?=[A-Z\[\-]|$)", shape, re.MULTILINE):
        command = " ".join(line.split()[1:])
        assert not command or command in words, line
    flags = set(re.findall(r"--[a-z-]+", shape)) - {"--db", "--help"}
    assert flags <= {flag for own in words.values() for flag in own}


def _flags_of_commands() -> dict[str, set[str]]:
    """The flags of every command, by its words."""
    import click

    from retrovue.cli.commands import root

    found: dict[str, set[str]] = {}
    context = click.Context(root)
    for noun in root.list_commands(context):
        group = root.get_command(context, noun)
        verbs = group.commands if isinstance(group, click.Group) else {"": group}
        for verb, command in verbs.items():
            assert command is not None
            flags = {flag for p in command.params for flag in (*p.opts, *p.secondary_opts)}
            found[f"{noun} {verb}".strip()] = flags
    return found
