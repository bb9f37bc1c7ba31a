"""What others put into the schema is listed; what touches ours, or the secrets, is a finding."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from retrovue.catalogue.connection import SCHEMA_VERSION
from support.cli import Cli, operation

SOUND = "No damage; every guarantee holds."


@pytest.fixture
def sound(pristine: Path, cli: Cli) -> Cli:
    shutil.copyfile(pristine, cli.db)
    return cli


SPY = (
    "CREATE TRIGGER spy AFTER INSERT ON assets BEGIN"
    " INSERT INTO history (operation, status) SELECT value, 'x' FROM source_secrets; END"
)
# statements, and what is said of the last object
TOUCHING = (
    ((SPY,), "trigger spy on assets names source_secrets"),
    (
        ("CREATE TRIGGER gone AFTER UPDATE ON folders BEGIN DELETE FROM assets; END",),
        "trigger gone on folders is not ours",
    ),
    (
        ("CREATE TRIGGER harmless AFTER INSERT ON history BEGIN SELECT 1; END",),
        "trigger harmless on history is not ours",
    ),
    (
        ("CREATE TRIGGER through INSTEAD OF DELETE ON media BEGIN SELECT 1; END",),
        "trigger through on media is not ours",
    ),
    (
        ('CREATE TRIGGER "a ""b"" c" AFTER DELETE ON "Sources" BEGIN SELECT 1; END',),
        'trigger a "b" c on Sources is not ours',
    ),
    (
        ("CREATE TABLE notes (text)",
         'CREATE TRIGGER n AFTER INSERT ON notes BEGIN DELETE FROM/**/"assets"; END'),
        "trigger n on notes writes a table that is ours",
    ),
    (
        ("CREATE TABLE notes (id INTEGER PRIMARY KEY, text, twice AS (text || text))",
         "CREATE TRIGGER n BEFORE UPDATE OF text ON notes WHEN NEW.text = 'x'"
         " BEGIN UPDATE [collections] SET enabled = 0; END"),
        "trigger n on notes writes a table that is ours",
    ),
    (
        ("CREATE VIEW reels AS SELECT * FROM assets",
         "CREATE TRIGGER n INSTEAD OF INSERT ON reels"
         " BEGIN REPLACE INTO HISTORY (operation, status) VALUES ('x', 'y'); END"),
        "trigger n on reels writes a table that is ours",
    ),
    (
        ("CREATE TABLE notes (text)",
         "CREATE TRIGGER n AFTER DELETE ON notes BEGIN"
         " INSERT INTO assets (title) VALUES (no_such_function()); END"),
        "trigger n on notes writes a table that is ours",
    ),
    (
        ("CREATE VIEW tokens AS SELECT value FROM source_secrets",),
        "view tokens names source_secrets",
    ),
    (
        ('CREATE VIEW tokens AS SELECT * FROM "SOURCE_Secrets"',),
        "view tokens names source_secrets",
    ),
    (
        ("CREATE INDEX by_value ON source_secrets (value)",),
        "index by_value on source_secrets names source_secrets",
    ),
    (
        ("CREATE TABLE notes (text)",
         "CREATE TRIGGER n AFTER INSERT ON notes BEGIN"
         " UPDATE notes SET text = (SELECT max(value) FROM source_secrets); END"),
        "trigger n on notes names source_secrets",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("statements", "says"), TOUCHING, ids=lambda each: str(each)[-40:])
def test_what_touches_ours_is_a_finding_and_removed(
    sound: Cli, statements: tuple[str, ...], says: str
) -> None:
    for statement in statements:
        sound.run_sql(statement)
    before = sound.db.read_bytes()

    run = sound("db", "check", "--json")

    assert run.code == 1
    assert [(f["kind"], f["message"]) for f in run.json["findings"]] == [("schema", says)]
    assert sound.db.read_bytes() == before
    done = sound.json("db", "check", "--repair")["repaired"]
    assert len(done) == 1
    assert done[0].startswith(f"removed the {says.split()[0]} ")
    detail = json.loads(sound.rows("SELECT detail FROM history ORDER BY id DESC LIMIT 1")[0][0])
    assert len(detail["removed"]) == 1
    assert statements[-1].partition(" ")[2].partition(" ")[2][:20] in detail["removed"][0]
    assert sound("db", "check").out.splitlines()[-1] == SOUND


def test_a_table_that_names_the_secrets_is_named_and_stays(sound: Cli) -> None:
    sound.run_sql("CREATE TABLE n (a, b, FOREIGN KEY (a, b) REFERENCES source_secrets)")
    sound.run_sql("INSERT INTO n VALUES (NULL, 'mine')")
    run = sound("db", "check", "--repair")
    assert run.code == 1
    assert "schema: table n names source_secrets" in run.out.splitlines()
    assert sound.rows("SELECT b FROM n") == [("mine",)]


def test_a_repair_is_not_watched_by_what_it_removes(sound: Cli) -> None:
    sound.run_sql(SPY)
    sound.run_sql("CREATE TRIGGER all_of_it AFTER INSERT ON history BEGIN DELETE FROM assets; END")
    sound.ok("db", "check", "--repair")
    assert len(sound.rows("SELECT * FROM assets")) == 6
    assert sound.rows("SELECT * FROM history WHERE operation IN ('abc', 'def')") == []


def test_what_is_not_ours_in_a_backup_is_listed_when_it_is_restored(sound: Cli) -> None:
    sound.run_sql("CREATE TABLE notes (text)")
    sound.run_sql(SPY)
    sound.ok("db", "backup", sound.home / "copy")
    for words in (("--dry-run",), ("--force",)):
        run = sound("db", "restore", sound.home / "copy", *words, "--json")
        assert run.code == 0, run.everything
        assert [(each["type"], each["name"], each["wrong"]) for each in run.json["others"]] == [
            ("table", "notes", None),
            ("trigger", "spy", "names source_secrets"),
        ]
    out = sound.ok("db", "restore", sound.home / "copy", "--force").out.splitlines()
    assert "Not ours: table notes" in out
    assert "Not ours: trigger spy on assets, which names source_secrets" in out


# -- the header ------------------------------------------------------------------------------------

HEADERS = (
    ("user_version = 0", f"user_version is 0 instead of {SCHEMA_VERSION}"),
    ("user_version = 1", f"user_version is 1 instead of {SCHEMA_VERSION}"),
    ("user_version = -7", f"user_version is -7 instead of {SCHEMA_VERSION}"),
    ("application_id = 0", "application_id is 0x0 instead of 0x52565545"),
    ("application_id = 252006674", "application_id is 0xf055112 instead of 0x52565545"),
)


@pytest.mark.parametrize(("pragma", "says"), HEADERS)
def test_a_catalogue_whose_header_was_changed_is_called_that_and_put_right(
    sound: Cli, pragma: str, says: str
) -> None:
    rows = sound.dump()
    sound.run_sql(f"PRAGMA {pragma}")
    before = sound.db.read_bytes()

    for words in (("source", "list"), ("source", "update", "Disk", "--name", "Disc")):
        run = sound(*words)
        assert run.code == 1
        assert run.err.splitlines() == [
            f"Error: {operation(words)} failed: {sound.db} is a catalogue whose header was changed:"
            f" {says}",
            f"  Mend what can be mended: retrovue --db {sound.db} db check --repair",
        ]
        assert sound.db.read_bytes() == before
    run = sound("db", "check", "--json")
    assert (run.code, [f["message"] for f in run.json["findings"]]) == (1, [says])
    done = [f"put the header right: {says}"]
    assert sound.json("db", "check", "--repair", "--dry-run")["repaired"] == done
    assert sound.db.read_bytes() == before
    assert sound.json("db", "check", "--repair")["repaired"] == done
    assert sound("db", "check").out == f"{SOUND}\n"
    assert {table: sound.dump()[table] for table in rows if table != "history"} == {
        table: rows[table] for table in rows if table != "history"
    }


def test_both_numbers_gone_are_put_right_too(sound: Cli) -> None:
    sound.run_sql("PRAGMA user_version = 0")
    sound.run_sql("PRAGMA application_id = 0")
    assert sound("source", "list").error.startswith(
        f"Error: Source list failed: {sound.db} is a catalogue whose header was changed:"
        " application_id is 0x0"
    )
    sound.ok("db", "check", "--repair")
    assert sound("db", "check").out == f"{SOUND}\n"


def test_a_backup_whose_header_was_changed_is_not_restored_over_its_own_tables(sound: Cli) -> None:
    copy = sound.home / "copy"
    sound.ok("db", "backup", copy)
    Cli(sound.home, copy).run_sql("PRAGMA user_version = 0")
    before = sound.dump()
    run = sound("db", "restore", copy, "--force")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Database restore failed: The catalogue cannot be brought to today's schema: its"
        f" user_version is 0 instead of {SCHEMA_VERSION}",
        "  Somebody changed the header of the file.",
    ]
    assert sound.dump() == before
    Cli(sound.home, copy).ok("db", "check", "--repair")
    sound.ok("db", "restore", copy, "--force")
