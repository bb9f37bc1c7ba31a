"""What commands cost, as exact counts: rows written, modules imported, indexes used, tables read.

Times are for tests/benchmarks.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from retrovue.catalogue import listing
from support import media, written
from support.cli import PYTHON, Cli

TREE = (
    "Movies/Two Tickets (1972)/Two Tickets (1972) - 1080p.mkv",
    "Movies/Two Tickets (1972)/Two Tickets (1972) - 480p.avi",
    "Movies/Harbour (1951)/Harbour (1951).mkv",
    "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E01 - Carrier.mkv",
    "TV Shows/Night Signal (2003)/Season 01/Night Signal - S01E02 - Static.mkv",
    "Music/The Test Cards/Colour Bars (1979)/01 - Ident.flac",
    "Music/The Test Cards/Colour Bars (1979)/02 - Closedown.flac",
)
COLLECTIONS = 3
HARBOUR = "Movies/Harbour (1951)/Harbour (1951).mkv"
READS = (
    ("--help",),
    ("source", "list"),
    ("collection", "list"),
    ("collection", "show", "Movies"),
    ("asset", "list"),
    ("history",),
    ("db", "path"),
)
COUNTING = (("source", "list"), ("collection", "list"), ("collection", "show", "Movies"))
SLOW_TO_IMPORT = (
    "sqlite_utils", "importlib.metadata", "requests", "plexapi", "pluggy",
    "retrovue_filesystem", "retrovue_plex", "retrovue.operations", "retrovue.schemas", "watchfiles",
    "tomllib", "tomlkit", "retrovue.cli.option_defaults", "retrovue.cli.versions",
    "retrovue.cli.hook_runs",
)  # fmt: skip


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> media.Library:
    """A library that was ingested once, and whose folders have been still for long."""
    library = media.Library(cli, tmp_path / "Media", *TREE)
    media.settle(library.root)
    library.stats()
    return library


# -- rows written ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("--quick",)], ids=["whole", "quick"])
def test_an_unchanged_ingest_writes_a_row_of_each_collection_and_of_history(
    library: media.Library, words: tuple[str, ...]
) -> None:
    written.watch(library.cli.db)
    assert library.stats(*words) == {"discovered": 6, "unchanged": 6}
    assert written.counts(library.cli.db) == {"collections": COLLECTIONS, "history": COLLECTIONS}


def test_a_rewritten_file_costs_the_rows_of_its_asset_and_folder(library: media.Library) -> None:
    media.write(library.root, HARBOUR, text="longer than it was, " * 9)
    written.watch(library.cli.db)
    assert library.stats() == {"discovered": 6, "updated": 1, "unchanged": 5}
    counts = written.counts(library.cli.db)
    assert (counts["assets"], counts["asset_files"], counts["path_mappings"]) == (1, 1, 0)
    assert counts["folders"] == 2  # once by the trigger, once with what was read


def test_a_discovery_that_finds_nothing_new_writes_a_row_of_history(library: media.Library) -> None:
    written.watch(library.cli.db)
    library.cli.ok("source", "discover", "Home")
    assert set(written.counts(library.cli.db)) <= {"history"}


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_a_read_writes_nothing(library: media.Library, words: tuple[str, ...]) -> None:
    written.watch(library.cli.db)
    library.cli.ok(*words)
    assert not written.counts(library.cli.db)


# -- modules imported ------------------------------------------------------------------------------

LISTING = """
import sys
from retrovue.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def _modules(db: Path, *words: str, **env: str) -> set[str]:
    """What a process of its own has imported at the end of a command."""
    command = [*PYTHON, "-c", LISTING, "--db", str(db), *words]
    done = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def _slow(modules: set[str]) -> list[str]:
    return [name for name in SLOW_TO_IMPORT if name in modules]


@pytest.mark.parametrize(
    "words",
    [*READS, ("asset", "show", HARBOUR), ("asset", "marks"), ("list", "show")],
    ids=" ".join,
)
def test_a_read_imports_no_plugin_and_nothing_slow(
    library: media.Library, words: tuple[str, ...]
) -> None:
    modules = _modules(library.cli.db, *words)
    assert "retrovue.cli" in modules
    assert not _slow(modules)


@pytest.mark.parametrize(
    "line",
    ["", "so", "source show ", "source update Home --", "source add --type plex --",
     "collection show ", "asset list --source ", "list show ", "history show "],
)  # fmt: skip
def test_completing_a_line_imports_no_plugin_and_nothing_slow(
    library: media.Library, line: str
) -> None:
    typed = f"retrovue --db {library.cli.db} {line}"
    words = typed.count(" ")
    env = {"_RETROVUE_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(words)}
    modules = _modules(library.cli.db, **env)
    assert "retrovue.cli.completing" in modules
    assert not _slow(modules)


def test_a_schema_is_printed_without_opening_a_catalogue(cli: Cli) -> None:
    slow = _slow(_modules(cli.db, "schema", "asset", "list"))
    assert slow == ["retrovue.schemas"]
    assert "retrovue.catalogue.core" not in _modules(cli.db, "schema")


def test_an_ingest_of_folders_imports_nothing_of_plex(library: media.Library) -> None:
    modules = _modules(library.cli.db, "source", "ingest", "Home")
    assert {"pluggy", "retrovue_filesystem.importer"} <= modules
    assert not {"plexapi", "requests", "sqlite_utils", "xml.etree.ElementTree"} & modules


def test_a_quick_ingest_of_what_did_not_change_reads_no_name_and_sums_nothing(
    library: media.Library,
) -> None:
    modules = _modules(library.cli.db, "source", "ingest", "Home", "--quick")
    assert "retrovue_filesystem.walk" in modules
    assert not {"retrovue_filesystem.items", "hashlib"} & modules


def test_a_rewritten_file_leaves_the_indexes_alone(
    library: media.Library, statements: Statements
) -> None:
    indexed = ("external_id", "folder_id", "path_mapping_id", "version", "part")
    media.write(library.root, HARBOUR, text="longer than it was, " * 9)
    statements.clear()
    library.stats()
    updates = [text for text in statements if re.match(r"\s*UPDATE asset", text)]
    assert updates
    assert not [name for text in updates for name in indexed if _sets_in_any_row(text, name)]


def _sets_in_any_row(update: str, column: str) -> bool:
    """Whether an UPDATE sets a column without asking first whether it differs."""
    set_, _, where = update.partition("FROM")
    return f" {column} =" in set_ and not re.search(rf"\.{column} (<>|IS NOT)", where)


# -- statements ------------------------------------------------------------------------------------

Statements = list[str]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Every statement that this process gives to SQLite from now on, with its values."""
    taken: Statements = []
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def traced(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        if arguments[0] != ":memory:":  # the schema as it should be, which is made once a process
            connection.set_trace_callback(taken.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return taken


def _everything(library: media.Library) -> None:
    """Use every command that reads or writes the file."""
    cli, root = library.cli, library.root
    for words in (*READS, ("source", "show", "Home"), ("db", "check"), ("db", "info")):
        cli.ok(*words)
    cli.ok("source", "discover", "Home")
    cli.ok("source", "update", "Home", "--name", "House")
    cli.ok("source", "update", "House", "--name", "Home")
    library.stats()
    media.write(root, HARBOUR, text="another")
    (root / TREE[3]).rename(root / "TV Shows/Night Signal (2003)/Season 01/NS S01E03.mkv")
    (root / TREE[5]).unlink()
    library.stats()
    library.stats("--quick")
    cli.ok("collection", "ingest", "Movies", "--title", "Harbour")
    for words in (("--source", "Home"), ("--collection", "Movies"), ("--search", "tick")):
        cli.ok("asset", "list", *words)
    cli.ok("asset", "list", "--missing", "--kind", "track")
    cli.ok("asset", "show", HARBOUR)
    cli.ok("asset", "mark", HARBOUR, "--tag", "lent")
    cli.ok("list", "save", "Lent", "tag:lent")
    cli.ok("list", "show", "Lent")
    cli.ok("asset", "purge", "--older-than", "0", "--force")
    cli.ok("collection", "update", "Music", "--exclude", root / "Music")
    cli.ok("collection", "wipe", "Movies", "--force")
    cli.ok("source", "delete", "Home", "--force")


def _plans(db: Path, statements: Statements) -> Iterator[tuple[str, str]]:
    """(statement, line of its plan), with the temporary tables that the statements made."""
    with closing(sqlite3.connect(db)) as connection:
        connection.create_function("sort_name", 1, listing.natural)
        for statement in dict.fromkeys(statements):
            if statement.lstrip().startswith(("CREATE TEMP", "CREATE VIRTUAL TABLE temp.")):
                connection.execute(statement.replace("TABLE ", "TABLE IF NOT EXISTS ", 1))
        for statement in dict.fromkeys(statements):
            if statement.split(maxsplit=1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
                for *_, line in connection.execute(f"EXPLAIN QUERY PLAN {statement}"):
                    yield statement, line


def _of_triggers(db: Path) -> Statements:
    """The statements inside the triggers, with a value in the place of NEW's and OLD's."""
    found: Statements = []
    with closing(sqlite3.connect(db)) as connection:
        for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'"):
            body = re.search(r"\bBEGIN\n(.*)\bEND$", sql, re.DOTALL)
            assert body, sql
            plain = re.sub(r"\b(NEW|OLD)\.\w+", "'x'", body[1])
            plain = re.sub(r"RAISE\(ABORT, '[^']*'\)", "NULL", plain)
            found += [statement.strip() for statement in plain.split(";\n") if statement.strip()]
    return found


def _indexes(db: Path) -> set[str]:
    """Every index of the file, but for those that are the table itself (WITHOUT ROWID)."""
    with closing(sqlite3.connect(db)) as connection:
        return {
            name
            for (name,) in connection.execute("""
                SELECT i.name
                  FROM sqlite_master AS i
                  JOIN sqlite_master AS t ON t.name = i.tbl_name AND t.type = 'table'
                 WHERE i.type = 'index' AND t.sql NOT LIKE '%WITHOUT ROWID%'""")
        }


def test_every_index_is_used_by_a_query(library: media.Library, statements: Statements) -> None:
    db = library.cli.db
    _everything(library)
    used = set()
    for _, line in _plans(db, [*statements, *_of_triggers(db)]):
        used.update(re.findall(r"INDEX (\w+)", line))
    assert _indexes(db) - used == set()


# -- tables read through ---------------------------------------------------------------------------


def _read_through(db: Path, statements: Statements) -> list[str]:
    """Statements that go through assets or their files row by row."""
    with closing(sqlite3.connect(db)) as connection:
        views = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'view'").fetchall()
    found = []
    for statement, line in _plans(db, statements):
        text = statement + "".join(sql for (sql,) in views)
        big = {"assets", "asset_files"}
        big.update(name for _, name in re.findall(r"\b(assets|asset_files) AS (\w+)", text))
        scanned = re.match(r"SCAN (\w+)", line)
        if scanned and scanned[1] in big:
            found.append(f"{line}: {statement}")
    return found


@pytest.mark.parametrize("words", COUNTING, ids=" ".join)
def test_it_scans_neither_assets_nor_files(
    library: media.Library, statements: Statements, words: tuple[str, ...]
) -> None:
    library.cli.ok(*words)
    assert any("collections" in statement for statement in statements)
    assert _read_through(library.cli.db, statements) == []


def test_a_list_of_all_assets_reads_through_them(
    library: media.Library, statements: Statements
) -> None:
    library.cli.ok("asset", "list")
    assert _read_through(library.cli.db, statements)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many steps SQLite's virtual machine takes in this process from now on, in tens."""
    taken: Counter[str] = Counter()
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def counted(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_progress_handler(lambda: taken.update(["tens"]), 10)
        return connection

    monkeypatch.setattr(sqlite3, "connect", counted)
    return taken


def _steps(library: media.Library, steps: Counter[str], words: tuple[str, ...]) -> int:
    steps.clear()
    library.cli.ok(*words)
    return steps["tens"]


@pytest.mark.parametrize("words", COUNTING, ids=" ".join)
def test_it_costs_the_same_with_a_thousand_assets_more(
    library: media.Library, steps: Counter[str], words: tuple[str, ...]
) -> None:
    before = _steps(library, steps, words)
    library.cli.run_sql("""
        WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1000)
        INSERT INTO assets (collection_id, external_id, kind, title)
        SELECT c.id, 'more ' || n.value, 'movie', 'More'
          FROM n JOIN collections AS c ON c.name = 'Movies'""")
    assert _steps(library, steps, words) <= before + 10
