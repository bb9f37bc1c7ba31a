"""The search index has the words of every asset, whoever writes, and a damaged one is found."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from retrovue.catalogue import search
from retrovue.catalogue.core import Catalogue
from support.cli import Cli
from support.populated import FIXTURES, populate
from support.scripted import Scripted

WRITES = [
    "UPDATE assets SET title = 'Été' WHERE id = 1",
    "UPDATE assets SET title = 'Été', series = 'Ete' WHERE kind = 'movie'",
    "UPDATE OR IGNORE assets SET title = ''",
    "UPDATE assets SET year = 1999, edition = 'Final', guids = '[\"imdb://tt1\"]'",
    "UPDATE assets SET external_id = 'x' || id",
    "DELETE FROM assets WHERE id IN (1, 2)",
    "DELETE FROM collections WHERE id = 1",
    "DELETE FROM sources",
    "UPDATE asset_files SET version_label = '1080p'",
    "UPDATE asset_files SET version_label = 'part ' || part",
    "UPDATE asset_files SET version_label = NULL",
    "DELETE FROM asset_files WHERE part = 2",
    "INSERT INTO assets (collection_id, external_id, kind, title) VALUES (1, 'n', 'movie', 'New')",
    "INSERT INTO asset_files (asset_id, path_mapping_id, relative_path, version_label, part)"
    " VALUES (1, 11, 'x', '4K HDR', 3)",
    "INSERT OR IGNORE INTO asset_files (asset_id, path_mapping_id, relative_path, version_label,"
    " version) VALUES (1, 11, 'x', '4K', 0)",
]


@pytest.fixture
def written(cli: Cli) -> Cli:
    cli.home.mkdir(exist_ok=True)
    populate(cli.db)
    _commit(cli)
    return cli


def _commit(cli: Cli) -> None:
    """What every command that writes does at its end."""
    catalogue = Catalogue(cli.db)
    with catalogue.write("Source update"):
        pass
    catalogue.close()


def _fault(cli: Cli) -> str | None:
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        return search.fault(connection)


def _found(cli: Cli, match: str) -> list[int]:
    rows = cli.rows("SELECT rowid FROM asset_search WHERE asset_search MATCH :m", m=match)
    return sorted(row for (row,) in rows)


@pytest.mark.parametrize("first", WRITES)
@pytest.mark.parametrize(("foreign_keys", "trusted"), [("OFF", "ON"), ("ON", "OFF")])
def test_whatever_a_script_writes_the_index_knows_what_it_lacks(
    written: Cli, first: str, foreign_keys: str, trusted: str
) -> None:
    assert _fault(written) is None
    for second in WRITES:
        with contextlib.closing(sqlite3.connect(written.db)) as script, script:
            script.execute(f"PRAGMA foreign_keys = {foreign_keys}")
            script.execute(f"PRAGMA trusted_schema = {trusted}")
            script.execute("BEGIN")
            for sql in (first, second):
                with contextlib.suppress(sqlite3.IntegrityError):
                    script.execute(sql)
            assert search.fault(script) is None, second
            script.rollback()
    with contextlib.suppress(sqlite3.IntegrityError):
        written.run_sql(first)
    _commit(written)
    assert written.rows("SELECT * FROM search_pending") == []
    assert _fault(written) is None


def test_words_are_found_without_accents_case_and_form(written: Cli) -> None:
    written.run_sql("UPDATE assets SET title = 'Le Fabuleux Destin d''Ame\u0301lie' WHERE id = 1")
    written.run_sql("UPDATE assets SET title = 'AMÉLIE (2001)' WHERE id = 3")
    _commit(written)
    for word in ("amelie", "Amélie", "ame\u0301lie", '"amel"*', "fabul* OR 2001"):
        assert _found(written, word) == [1, 3]


def test_an_ingest_leaves_nothing_pending(cli: Cli) -> None:
    toys = Scripted(cli)
    for count, title in ((3, "Kite"), (1500, "Drum"), (1500, "Harp")):
        toys.holds(
            f"for n in range({count}):",
            f"    file = FoundFile(f'/srv/things/{{n}}.mkv', version_label='{title}4K')",
            f"    yield thing(f'{{n}}', '{title}', files=(file,), fingerprint='{title}')",
        )
        toys.ingest()
        assert cli.rows("SELECT * FROM search_pending") == []
        assert _fault(cli) is None
        assert len(_found(cli, title)) == len(_found(cli, f"{title}4K")) == count
    assert _found(cli, "Drum") == []
    cli.ok("collection", "wipe", "Things", "--force")
    assert (_found(cli, "Harp"), _fault(cli)) == ([], None)


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO asset_search (asset_search) VALUES ('delete-all')",
        "INSERT INTO asset_search (rowid, title) VALUES (1, 'Nonsense')",
        "DELETE FROM search_pending",
        "DELETE FROM asset_search_data",
        "DROP TABLE asset_search",
        "DROP VIEW asset_search_text",
    ],
)
def test_a_damaged_index_is_found_and_made_anew(written: Cli, damage: str) -> None:
    written.run_sql("UPDATE assets SET title = 'Changed' WHERE id = 1")
    written.run_sql(damage)
    run = written("db", "check")
    assert run.code == 1
    assert "asset_search" in run.out
    written.ok("db", "check", "--repair")
    assert written.ok("db", "check").code == 0
    assert (_found(written, "Changed"), _found(written, "Nonsense")) == ([1], [])


def test_a_damaged_index_keeps_nobody_from_writing(cli: Cli) -> None:
    toys = Scripted(cli)
    cli.run_sql("DROP TABLE asset_search")
    toys.holds("yield thing('a')")
    assert toys.stats() == {"discovered": 1, "added": 1}


def test_a_published_copy_has_an_index_and_nothing_pending(written: Cli) -> None:
    written.run_sql("UPDATE assets SET title = 'Changed' WHERE id = 1")
    copy = written.home / "copy.db"
    written.ok("db", "backup", copy, "--without-secrets")
    published = Cli(written.home, copy)
    assert published.rows("SELECT * FROM search_pending") == []
    assert (_found(published, "Changed"), _fault(published)) == ([1], None)


def test_what_bears_a_name_of_ours_is_renamed_by_the_migration(cli: Cli) -> None:
    cli.home.mkdir(exist_ok=True)
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        connection.executescript((FIXTURES / "v3.sql").read_text("utf-8"))
        connection.execute("PRAGMA user_version = 3")
        connection.execute("PRAGMA application_id = 0x52565545")
        connection.execute('CREATE VIEW "films" AS SELECT title AS films FROM assets')
        connection.execute("CREATE TABLE gaps (text)")
        connection.execute("INSERT INTO gaps VALUES ('mine')")
        connection.execute("CREATE VIEW films_1 AS SELECT 1")
        connection.commit()
    cli.ok("source", "list")
    assert cli.ok("db", "check").code == 0
    assert cli.rows("SELECT * FROM gaps_1") == [("mine",)]
    assert cli.rows("SELECT count(films) FROM films_2") == [(6,)]
    (line,) = cli.rows("SELECT detail FROM history WHERE detail LIKE '%films_2%'")
    assert "CREATE VIEW" in line[0]
