"""Very many assets are added without the triggers of each row: whatever ends it, and whoever plants
a breach meanwhile, the file is as sound as with them."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest

from retrovue.catalogue import rules, versions
from retrovue.catalogue.columns import ID_MOST, TABLES
from retrovue.catalogue.connection import Tx
from retrovue.catalogue.core import Catalogue
from retrovue.catalogue.reconcile import bulk
from retrovue.errors import DatabaseFailure, GuaranteeViolated
from support import media
from support.cli import Cli
from support.dying import abort
from support.media import Library
from support.survival import (
    check,
    copy_of,
    killed_at,
    require_before_or_after,
    spread,
    statements_of,
)

INGEST = ("source", "ingest", "Home")


@pytest.fixture
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ingest that adds anything does it in bulk."""
    versions.expected()  # of each process once, so that all have as many statements
    monkeypatch.setattr(bulk, "MANY", 1)


def _schema(db: Path) -> versions.Objects:
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return versions.objects(connection)


@pytest.mark.usefixtures("in_bulk")
@pytest.mark.parametrize("name", ["library", "changed"])
def test_killed_at_any_statement_it_is_before_or_after(
    name: str, request: pytest.FixtureRequest
) -> None:
    cli = request.getfixturevalue(name).cli
    schema = _schema(cli.db)
    after = copy_of(cli, "after")
    count = statements_of(after, *INGEST)
    for number in spread(count, 24):
        victim = copy_of(cli, f"killed-{number}")
        assert killed_at(number, victim, *INGEST)
        require_before_or_after(victim, cli, after)
        assert _schema(victim.db) == schema
    assert _schema(after.db) == schema


def test_in_bulk_and_one_by_one_the_rows_are_the_same(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = copy_of(library.cli, "one by one")
    one_by_one.ok(*INGEST)
    monkeypatch.setattr(bulk, "MANY", 1)
    library.cli.ok(*INGEST)
    tables = ("assets", "asset_files", "folders", "path_mappings")
    assert [len(rows) for rows in library.cli.dump(*tables).values()] == [6, 7, 10, 3]
    for query in ("SELECT id, external_id, kind, title, fingerprint, folder_id FROM assets",
                  "SELECT * FROM asset_files", "SELECT * FROM folders",
                  "SELECT id, asset_count, missing_count FROM collections"):  # fmt: skip
        assert library.cli.rows(query) == one_by_one.rows(query)
    check(library.cli)


def test_a_thousand_go_in_bulk_and_fewer_do_not(cli: Cli, tmp_path: Path) -> None:
    """Told by the revision, which grows by one for each row that met the triggers."""
    films = [f"Movies/Reel {n} (1901).mkv" for n in range(bulk.MANY)]
    library = Library(cli, tmp_path / "media", *films)
    schema = _schema(cli.db)
    library.ingest()
    assert cli.rows("SELECT revision, asset_count FROM collections") == [(2, bulk.MANY)]
    media.write(library.root, "Movies/Another (1990).mkv", "Movies/One More (1991).mkv")
    library.ingest()
    assert cli.rows("SELECT revision, asset_count FROM collections") == [(4, bulk.MANY + 2)]
    assert _schema(cli.db) == schema
    check(cli)


def _mapping(collection_id: int) -> str:
    return f"(SELECT min(id) FROM path_mappings WHERE collection_id = {collection_id})"


def _row(table: str, **values: str) -> str:
    """SQL for a row of the first collection with these values, else as it should be."""
    due = {"assets": {"collection_id": "1", "external_id": "'x'", "kind": "'movie'",
                      "title": "'X'"},
           "asset_files": {"asset_id": "(SELECT max(id) FROM assets)",
                           "path_mapping_id": _mapping(1),
                           "relative_path": "'x.mkv'"}}[table] | values  # fmt: skip
    return f"INSERT INTO {table} ({', '.join(due)}) VALUES ({', '.join(due.values())})"


_OTHERS_FOLDER = "(SELECT min(id) FROM folders WHERE collection_id = 3)"
_OTHERS_ASSET = "(SELECT min(id) FROM assets WHERE collection_id = 3)"
_FORM = "a value of it has another form than is due"
PLANTED = [
    (_row("assets", collection_id="99"), "FOREIGN KEY"),
    (_row("assets", id="1"), "UNIQUE"),
    (_row("assets", external_id="(SELECT external_id FROM assets)"), "UNIQUE"),
    (_row("assets", folder_id="999"), "FOREIGN KEY"),
    (_row("assets", folder_id=_OTHERS_FOLDER), "its folder does not exist or is of another"),
    (_row("assets", extra_of=_OTHERS_ASSET), "its extra_of is no other asset"),
    (_row("assets", title="''"), "an asset has a title"),
    (_row("assets", kind="'film'"), "an asset has one of the known kinds"),
    (_row("assets", missing_since="'2024-01-01T00:00:00Z'"), "its counts of assets are not"),
    (_row("assets", title="'a' || char(0)"), _FORM),
    (_row("assets", album="printf('%.*c', 10001, 'x')"), _FORM),
    (_row("assets", year="10000"), _FORM),
    (_row("assets", season="-1"), _FORM),
    (_row("assets", guids="'{}'"), _FORM),
    (_row("assets", metadata="'[]'"), _FORM),
    (_row("assets", metadata="'{oops}'"), "malformed JSON"),
    (_row("assets", released_on="'2024-02-30'"), _FORM),
    (_row("assets", created_at="'yesterday'"), _FORM),
    (_row("assets", fingerprint="'a' || char(0)"), _FORM),
    (_row("asset_files", asset_id="999"), "FOREIGN KEY"),
    (
        _row("asset_files", path_mapping_id=_mapping(3)),
        "its path mapping does not exist or is of another",
    ),
    (_row("asset_files", size_bytes="-1"), _FORM),
    (_row("asset_files", modified_at="'2024-02-30T00:00:00Z'"), _FORM),
    (_row("asset_files", relative_path="'a' || char(0)"), _FORM),
    (_row("asset_files", version="9007199254740993"), _FORM),
    ("UPDATE collections SET asset_count = asset_count + 1 WHERE id = 1", "its counts of assets"),
    ("UPDATE collections SET missing_count = 1 WHERE id = 1", "its counts of assets are not"),
]


@pytest.mark.usefixtures("in_bulk")
@pytest.mark.parametrize(("planted", "says"), PLANTED, ids=[sql for sql, _ in PLANTED])
def test_a_planted_breach_is_refused_and_nothing_written(
    ingested: Library, planted: str, says: str
) -> None:
    before, schema = ingested.cli.dump(), _schema(ingested.cli.db)
    catalogue = Catalogue(str(ingested.cli.db))
    try:
        with (
            pytest.raises((GuaranteeViolated, DatabaseFailure)) as refused,
            catalogue.write("Source ingest") as tx,
        ):
            _in_bulk(tx, planted)
    finally:
        catalogue.close()
    assert says in "\n".join([refused.value.message, *map(str, refused.value.detail)])
    assert ingested.cli.dump() == before
    assert _schema(ingested.cli.db) == schema


@pytest.mark.usefixtures("in_bulk")
def test_without_a_breach_the_same_is_written(ingested: Library) -> None:
    catalogue = Catalogue(str(ingested.cli.db))
    try:
        with catalogue.write("Source ingest") as tx:
            _in_bulk(tx, _row("asset_files"))
    finally:
        catalogue.close()
    check(ingested.cli)


def _in_bulk(tx: Tx, planted: str) -> None:
    """Add a sound asset, and what is planted, where the triggers are out."""
    tx.touch(1)
    tx.new_assets, tx.new_files = (
        tx.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
        for table in ("assets", "asset_files")
    )
    with bulk.without_row_triggers(tx, 1, 2 if "INTO assets" in planted else 1):
        tx.execute(_row("assets", external_id="'sound'"))
        tx.execute(planted)


@pytest.mark.usefixtures("in_bulk")
def test_a_trigger_of_somebody_else_still_fires(library: Library) -> None:
    abort(library.cli, "INSERT", "assets", says="not on my watch")
    schema = _schema(library.cli.db)
    run = library.cli(*INGEST)
    assert run.code == 1
    assert "not on my watch" in run.err
    assert library.cli.rows("SELECT count(*) FROM assets") == [(0,)]
    assert _schema(library.cli.db) == schema


@pytest.mark.usefixtures("in_bulk")
def test_where_one_of_ours_was_changed_none_is_touched(library: Library) -> None:
    cli = library.cli
    (text,) = cli.rows("SELECT sql FROM sqlite_master WHERE name = 'assets_inserted'")[0]
    cli.run_sql("DROP TRIGGER assets_inserted")
    cli.run_sql(text.replace("END", "SELECT 1; END"))
    schema = _schema(cli.db)
    cli.ok(*INGEST)
    assert _schema(cli.db) == schema
    assert cli.rows("SELECT revision > 2 FROM collections WHERE name = 'Movies'") == [(1,)]


def test_every_trigger_that_is_out_has_its_clauses() -> None:
    """A trigger that says more than the gate does must not be taken out."""
    texts = [versions.expected()["trigger", name] for name in bulk.TRIGGERS]
    said = {message for text in texts for message in re.findall(r"ABORT, '(G-\d: [^']+)'", text)}
    held = {rule.held_by for rule in (*rules.RULES, *rules.IN_BULK)}
    forms = {f"{c.says}" for t in ("assets", "asset_files") for c in TABLES[t].formed}
    of_constraints = {
        "G-2: this asset already exists",  # PRIMARY KEY and UNIQUE
        "G-2: this file already exists",  # PRIMARY KEY
    }
    of_others = {  # nothing in a bulk writes what these are of
        "G-1: id and source_id of a collection never change",
        "G-5: revision of a collection stays or grows by 1",
    }
    left = said - held - of_constraints - of_others
    ids = f"id is a number from 1 to {ID_MOST:,}"
    assert {message[5:] for message in left} - forms == {ids}
