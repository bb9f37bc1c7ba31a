"""A copy for bug reports holds no name and no path, and is still the same catalogue otherwise."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest

from retrovue.catalogue.backups import anonymised
from retrovue.catalogue.backups.pseudonyms import Pseudonyms
from retrovue.catalogue.connection import APPLICATION_ID, SCHEMA_VERSION
from support import populated
from support.cli import TABLES, Cli
from support.media import Library
from support.survival import check

WORD = "Qzkänärý"
SPELLED = (
    WORD,
    WORD.upper(),
    unicodedata.normalize("NFD", WORD),
    f"http://qzkuser@qzkhost.lan:8080/{quote(WORD)}/QZKpath?qzkey=qzkvalue",
    f"/mnt/{WORD}/qzk01.mkv",
    "qzk\U0001f480",
)
TRACES = (b"qzk", b"QZK", b"Qzk", quote(WORD)[3:].encode(), "\U0001f480".encode(), "änär".encode())
KEPT_WHOLE = {"sources.type"}  # the name of an importer


def _anonymised(cli: Cli) -> Cli:
    """The copy, which is sound."""
    target = cli.home / "anonymous.db"
    cli.ok("db", "backup", target, "--anonymise")
    copy = Cli(cli.home, target)
    check(copy)
    return copy


def _texts(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every column of a table that may hold text, by the schema itself."""
    rows = connection.execute("""
        SELECT m.name, c.name
          FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.rootpage > 0 AND c.type NOT IN ('INTEGER', 'BLOB')
           AND m.name NOT LIKE 'asset\\_search\\_%' ESCAPE '\\'
           AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY 1, 2""")
    return [(table, column) for table, column in rows]


def _mark(connection: sqlite3.Connection) -> None:
    """Write a word that nobody else uses into every text column, past all constraints: as JSON
    with it in keys and values in one row, as it is in the next."""
    connection.execute("PRAGMA ignore_check_constraints = ON")
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for table, column in _texts(connection):
        if f"{table}.{column}" not in KEPT_WHOLE:
            key = "rowid" if table != "source_secrets" else "source_id || name"
            for (row,) in connection.execute(f"SELECT {key} FROM {table}").fetchall():
                connection.execute(
                    f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (_text(row), row)
                )
    for _, sql in triggers:
        connection.execute(sql)


def _text(row: object) -> str:
    plain = " ".join(SPELLED)
    if row in (2, "1token"):
        return f"{plain} {row}"
    said = {WORD: [plain, {"title": plain, f"{WORD} 2": 1}], "facts": [plain], "row": row}
    return json.dumps(said, ensure_ascii=False)


def test_no_byte_of_the_copy_has_a_word_that_stood_in_any_text_column(cli: Cli) -> None:
    populated.populate(cli.db)
    with contextlib.closing(sqlite3.connect(cli.db, isolation_level=None)) as connection:
        _mark(connection)
        texts = [(table, column) for table, column in _texts(connection)
                 if f"{table}.{column}" not in KEPT_WHOLE]  # fmt: skip
        for table, column in texts:
            words = connection.execute(f"SELECT group_concat({column}) FROM {table}").fetchone()[0]
            assert table == "search_pending" or "Qzk" in words, (table, column)
    target = cli.home / "anonymous.db"
    cli.ok("db", "backup", target, "--anonymise")
    found = target.read_bytes()
    assert [trace for trace in TRACES if trace in found] == []


def test_each_column_of_which_texts_stay_is_one_of_the_schema(cli: Cli) -> None:
    populated.populate(cli.db)
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        texts = {f"{table}.{column}" for table, column in _texts(connection)}
    assert set(anonymised.KEPT) <= texts
    assert set(anonymised.KEPT) >= KEPT_WHOLE


@pytest.mark.parametrize("version", [1, SCHEMA_VERSION])
def test_what_anybody_wrote_is_gone_and_every_number_is_there(cli: Cli, version: int) -> None:
    fixture = populated.FIXTURES / f"v{version}.sql"
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        connection.executescript(fixture.read_text("utf-8"))
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    cli.ok("db", "info")  # brings it to today's schema
    copy = _anonymised(cli)
    with contextlib.closing(sqlite3.connect(cli.db)) as connection:
        texts = _texts(connection)
    for table in TABLES:
        if table != "source_secrets":
            names = [name for (name,) in cli.rows(f"SELECT name FROM pragma_table_info('{table}')")]
            numbers = ", ".join(name for name in names if (table, name) not in texts)
            query = f"SELECT {numbers} FROM {table} ORDER BY 1"
            assert copy.rows(query) == cli.rows(query), table
    raw = copy.db.read_bytes()
    for name in (
        "My Plex",
        "TV Shows",
        "plex:32400",
        "/mnt/movies",
        "Pilot",
        "to a friend",
        "lent",
    ):
        assert name.encode() not in raw, name
    assert copy.rows("SELECT * FROM source_secrets") == []


@pytest.fixture
def used(ingested: Library) -> Library:
    """A library of which somebody said something, with a saved list and a missing file."""
    cli = ingested.cli
    cli.ok("asset", "mark", "Alpha", "--tag", "lent", "--rating", "7", "--note", "to Bob", "--seen")
    cli.ok("asset", "edit", "Beta", "--title", "Betamax", "--unset", "year")
    cli.ok("list", "save", "Bob's films", "tag:lent", "--kind", "movie", "--since", "3650d")
    return ingested


def test_every_command_that_looks_works_on_the_copy(used: Library) -> None:
    copy, cli = _anonymised(used.cli), used.cli
    for words in (
        ("asset", "list"), ("asset", "tree"), ("asset", "marks"), ("stats",), ("source", "list"),
        ("collection", "list"), ("history",), ("list", "show"), ("db", "info"),
    ):  # fmt: skip
        ours, theirs = (each(*words, "--json") for each in (cli, copy))
        assert (theirs.code, theirs.err) == (0, ""), words
        assert _shape(theirs.json) == _shape(ours.json), words
    assert copy("reconcile", "--json").code == 0
    assert copy("account", "1", "--json").code in (0, 1)
    (name,) = (each["name"] for each in copy.ok("list", "show", "--json").json["lists"])
    assert len(copy.ok("list", "show", name, "--json").json["assets"]) == 1


def _shape(value: object) -> object:
    """JSON without its texts."""
    if isinstance(value, dict):
        return [_shape(each) for key, each in value.items() if key not in ("bytes", "pages")]
    if isinstance(value, list):
        return sorted(map(repr, map(_shape, value)))
    return type(value) if isinstance(value, str) else value


def test_paths_keep_their_folders_and_what_is_read_from_names(used: Library) -> None:
    copy = _anonymised(used.cli)
    query = """
        SELECT a.external_id, f.relative_path, m.external_path, m.local_path, a.title, a.year
          FROM asset_files AS f JOIN assets AS a ON a.id = f.asset_id
          JOIN path_mappings AS m ON m.id = f.path_mapping_id
         ORDER BY f.id"""
    for (own, *paths, title, _), (new_own, *new, new_title, year) in zip(
        used.cli.rows(query), copy.rows(query), strict=True
    ):
        assert new[1] == new[2]
        assert [path.count("/") for path in new] == [path.count("/") for path in paths]
        assert (own in paths[0]) == (new_own in new[0])
        assert Path(new[0]).suffix == Path(paths[0]).suffix
        assert re.findall(r"S\d+E\d+|\(\d{4}\)|cd\d|^\d\d - ", new[0]) == re.findall(
            r"S\d+E\d+|\(\d{4}\)|cd\d|^\d\d - ", paths[0]
        )
        if title in paths[0]:
            assert new_title in new[0]
        assert year is None or f"({year})" in new[0] or "Season" in new[0]
    (folder,) = {path.rpartition("/")[0] for (path,) in copy.rows(
        "SELECT local_path FROM path_mappings")}  # fmt: skip
    assert folder.count("/") == str(used.root).count("/")


def test_what_others_put_into_the_file_is_left_out_and_told(used: Library) -> None:
    cli = used.cli
    for sql in (
        "CREATE TABLE notes (secretly TEXT)",
        "INSERT INTO notes VALUES ('secretly')",
        "CREATE INDEX secretly ON assets (title) WHERE title = 'secretly'",
        "CREATE VIEW mine AS SELECT 'secretly' AS x",
        "CREATE VIRTUAL TABLE fulltext USING fts5 (secretly)",
        "ALTER TABLE assets ADD COLUMN secretly TEXT",
        "CREATE TRIGGER peek AFTER INSERT ON notes BEGIN SELECT 'secretly'; END",
        'DROP VIEW "list_Bob_s_films"',
        "CREATE VIEW \"list_Bob_s_films\" AS SELECT 'secretly' AS x FROM media",
    ):
        cli.run_sql(sql)
    run = cli("db", "backup", cli.home / "x.db", "--anonymise", "--json")
    assert run.code == 0, run.everything
    assert run.json["left_out"][:1] == ["index secretly on assets"]
    assert set(run.json["left_out"]) >= {
        "table notes", "table fulltext", "view mine", "trigger peek on notes",
        "column secretly of assets", "view list_Bob_s_films", "table assets as it was changed",
    }  # fmt: skip
    assert b"secretly" not in (cli.home / "x.db").read_bytes()
    check(Cli(cli.home, cli.home / "x.db"))


def test_two_copies_of_one_file_have_other_pseudonyms(used: Library) -> None:
    names = []
    for number in (1, 2):
        target = used.cli.home / f"{number}.db"
        used.cli.ok("db", "backup", target, "--anonymise")
        names.append(Cli(used.cli.home, target).rows("SELECT title FROM assets ORDER BY id"))
    assert names[0] != names[1]


def test_without_a_name_it_lies_beside_the_file_and_is_listed(used: Library) -> None:
    run = used.cli("db", "backup", "--anonymise")
    first, second = run.out.splitlines()
    assert (run.code, run.err) == (0, "")
    assert re.fullmatch(
        r"Backed up to .*\.anonymous\.backup: [\d,]+ bytes, \d+ rows, verified", first
    )
    assert second == anonymised.STAYS
    listed = used.cli.ok("db", "backup", "--list", "--json").json["backups"]
    assert [each["purpose"] for each in listed] == ["anonymised"]
    refused = used.cli("db", "backup", "--list", "--anonymise")
    assert refused.error == "Error: --list makes no backup: it takes no FILE and no other flag"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Alien (1979)", r"[A-Z][a-z]{4} \(1979\)"),
        ("Alien.1979.1080p.BluRay.x264-GRP.mkv", r"\w{5}\.1979\.1080p\.BluRay\.x264-[A-Z]{3}\.mkv"),
        ("Show - S01E02 - Pilot.de.srt", r"[A-Z]\w{3} - S01E02 - [A-Z]\w{4}\.de\.srt"),
        ("Disc 2/02. Song.flac", r"Disc 2/02\. [A-Z]\w{3}\.flac"),
        ("Blade Runner 2049 (2017)", r"[A-Z]\w{4} [A-Z]\w{5} (?!2049)\d{4} \(2017\)"),
        ("1917", r"(?!1917)\d{4}"),
        ("Disk", r"(?!Disk)[A-Z]\w{3}"),
        ("{tmdb-603}", r"\{tmdb-(?!603)\d{3}\}"),
        ("imdb://tt0133093", r"imdb://(?!tt0133093)[a-z]{2}\d{7}"),
        ("http://nas.lan:32400/a%20b", r"http://host1\.example:32400/[a-z]%20[a-z]"),
        ("2020-02-29", r"2020-(?!02-29)\d\d-\d\d"),
    ],
)
def test_a_pseudonym_keeps_what_names_are_read_by_and_no_title(text: str, form: str) -> None:
    assert re.fullmatch(form, Pseudonyms().text(text))


def test_a_word_of_releases_is_kept_behind_a_number_alone() -> None:
    text = Pseudonyms().text
    for title in ("Opus", "Ma", "Blu"):
        assert title.lower() not in text(f"/films/{title} (2025)/{title} (2025).mkv").lower()
        assert text(title) != title
    assert text("Heat.1995.1080p.BluRay.x264.mkv").endswith(".1995.1080p.BluRay.x264.mkv")


def test_names_that_differ_stay_different_and_those_alike_stay_alike() -> None:
    text = Pseudonyms().text
    letters = [f"{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz" for b in ("", *"aeiou")]
    numbers = [str(number) for number in range(2200)]
    accents = ["Ärger", unicodedata.normalize("NFD", "Ärger"), "Arger", "ärger", "が", "か\u3099"]
    every = [*letters, *numbers, *accents, "ß", "ss", "Ⅳ", "ⅳ", "\udce9", "e\udce9", "\U0001f480"]
    assert len(set(map(text, every))) == len(every)
    assert text("ALIEN") == text("Alien").upper() == text("alien").upper()
    assert text("/a/b c/d").startswith(text("/a/b c") + "/")
    composed, apart = text(accents[0]), text(accents[1])
    assert unicodedata.normalize("NFC", apart) == composed != apart
