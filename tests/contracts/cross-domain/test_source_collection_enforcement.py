"""That every clause has its test, and that what others build on stays."""

from __future__ import annotations

import inspect
import re

import pytest

import retrovue
from retrovue.importers import hookspecs
from support import documents, plugins
from support.cli import Cli
from support.promised import COLUMNS
from support.shelf import Shelf, row

ROOT = documents.ROOT

# What version 1 of the contract promises to importers: positions included, for they may be used.
FIELDS = {
    "FoundCollection": ("external_id", "name", "kind", "locations"),
    "FoundAsset": ("external_id", "kind", "title", "files", "fingerprint"),
    "FoundFile": ("path", "version", "part"),
    "Unread": ("where", "why"),
    "Skipped": ("where", "why"),
    "Option": ("name", "help", "type", "required", "default", "envvar", "secret"),
}
HOOKS = {
    "register_importers": ["register"],
    "source_added": ["source"],
    "source_deleted": ["source"],
    "collection_ingested": ["collection", "result"],
}
METHODS = {
    "identity": ["self"],
    "discover": ["self"],
    "obstacles": ["self", "collection"],
    "scan": ["self", "collection"],
    "describe": ["self", "asset"],
}


# ----------------------------------------------------------------------------------------- tests


@pytest.mark.guarantee("EN-2")
def test_every_guarantee_has_a_test_in_the_cross_domain_folder() -> None:
    folder = "tests/contracts/cross-domain/"
    held = {
        clause for test in documents.marked_tests() if test.path.startswith(folder)
        for clause in test.clauses
    }  # fmt: skip
    assert [c for c in documents.clauses(documents.CROSS_DOMAIN) if c not in held] == []


# ------------------------------------------------------------------------ backward compatibility


@pytest.mark.guarantee("BC-1")
@pytest.mark.parametrize("name", FIELDS)
def test_the_fields_importers_use_keep_their_names_and_places(name: str) -> None:
    assert getattr(retrovue, name)._fields[: len(FIELDS[name])] == FIELDS[name]


@pytest.mark.guarantee("BC-1")
def test_hooks_and_methods_of_importers_keep_their_names_and_parameters() -> None:
    for hook, parameters in HOOKS.items():
        assert list(inspect.signature(getattr(hookspecs, hook)).parameters) == parameters
    for method, parameters in METHODS.items():
        found = inspect.signature(getattr(retrovue.Importer, method)).parameters
        assert list(found) == parameters


@pytest.mark.guarantee("BC-1")
def test_an_importer_of_the_barest_kind_is_found_and_used(cli: Cli) -> None:
    plugins.importer(cli.site, "bare", "")
    cli.ok("source", "add", "--type", "bare", "--name", "Bare", "--discover")
    assert cli.rows("SELECT external_id, name FROM collections") == [("things", "Things")]


@pytest.mark.guarantee("BC-2")
def test_columns_that_scripts_use_are_there(cli: Cli, shelf: Shelf) -> None:
    assert shelf.add().code == 0
    for table, promised in COLUMNS.items():
        columns = [name for (name,) in cli.rows(f"SELECT name FROM pragma_table_info('{table}')")]
        assert [name for name in promised.split() if name not in columns] == [], table


@pytest.mark.guarantee("BC-2")
def test_what_a_script_adds_to_the_file_does_no_harm(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(row("movies", "Alien"))
    cli.run_sql("ALTER TABLE collections ADD COLUMN stars INTEGER DEFAULT 5")
    cli.run_sql("CREATE TABLE lent (asset_id INTEGER, whom TEXT)")
    assert shelf.ingest().code == 0
    cli.ok("source", "discover", shelf.name)
    assert cli.rows("SELECT stars FROM collections") == [(5,)]


@pytest.mark.guarantee("BC-2")
def test_a_file_of_a_newer_version_is_refused_and_not_touched(cli: Cli, shelf: Shelf) -> None:
    shelf.ready(row("movies", "Alien"))
    newer = cli.rows("PRAGMA user_version")[0][0] + 1
    cli.run_sql(f"PRAGMA user_version = {newer}")
    before = cli.db.read_bytes()
    run = shelf.ingest("--json")
    assert (run.code, run.json["error"]["code"]) == (1, "newer_file")
    assert cli.db.read_bytes() == before


@pytest.mark.guarantee("BC-3")
def test_every_breaking_row_of_the_migration_document_leads_to_its_changelog_section() -> None:
    text = (ROOT / "docs/contracts/CONTRACT_MIGRATION.md").read_text()
    changelog = (ROOT / "CHANGELOG.md").read_text()
    rows = re.findall(r"^\| (\d+)\.\d+ \|.*\| (yes|no) \|.*$", text, re.MULTILINE)
    assert rows
    for major in {int(major) for major, breaking in rows if breaking == "yes"}:
        assert f"### Migration to {major}" in changelog


@pytest.mark.guarantee("BC-3")
def test_every_contract_has_its_version_in_the_migration_document() -> None:
    text = (ROOT / "docs/contracts/CONTRACT_MIGRATION.md").read_text()
    for document in documents.CONTRACTS:
        assert f"| {document.stem} | {documents.version(document)} |" in text, document.name
