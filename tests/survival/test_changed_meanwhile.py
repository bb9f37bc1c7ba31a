"""A collection that somebody else changes between the comparison and the transaction."""

from __future__ import annotations

import textwrap

import pytest

from support.cli import START, Cli
from support.scripted import Scripted
from support.survival import check

BY_ANOTHER = """
import os, subprocess, sys
def by_another(*words):
    subprocess.run([sys.executable, "-c", {start!r}, "--db", {db!r}, *words], check=True,
                   stdout=subprocess.DEVNULL, env={{**os.environ, "PYTHONPATH": {site!r}}})
def sql(statement):
    import sqlite3
    with sqlite3.connect({db!r}) as connection:
        connection.execute(statement)
    connection.close()
def once(act, times=1):
    done = os.path.exists({marks!r}) and os.path.getsize({marks!r}) or 0
    with open({marks!r}, "a") as marks:
        marks.write("x")
    if done < times:
        act(done)
"""


@pytest.fixture
def toys(cli: Cli) -> Scripted:
    return Scripted(cli)


def _helpers(toys: Scripted) -> str:
    cli = toys.cli
    return BY_ANOTHER.format(
        start=START, site=str(cli.site), db=str(cli.db), marks=str(cli.home / "marks")
    )


def _scans(toys: Scripted, *acts: str, times: int = 1) -> None:
    """Let the importer's scan find two things, and do something in between, the first `times`."""
    body = "".join(f"    {line}\n" for line in acts)
    act = f"def act(done):\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    toys.holds('yield thing("a")', f"once(act, {times})", 'yield thing("b")',
               before=f"{_helpers(toys)}\n{act}")  # fmt: skip


def _times_scanned(toys: Scripted) -> int:
    return (toys.cli.home / "marks").stat().st_size


ONCE = {
    "an asset is added": (
        'sql("INSERT INTO assets (collection_id, external_id, kind, title)'
        " VALUES (1, 'a', 'movie', 'A')\")"
    ),
    "the name changes": "sql(\"UPDATE collections SET name = 'Toys and games'\")",
    "a location is mapped anew": (
        'by_another("collection", "update", "1", "--map", "/srv/things", os.path.dirname('
        "os.path.abspath(__file__)))"
    ),
    "another ingest was quicker": 'by_another("collection", "ingest", "1")',
}


@pytest.mark.parametrize("change", ONCE)
def test_a_collection_that_changed_once_is_scanned_once_more(toys: Scripted, change: str) -> None:
    _scans(toys, ONCE[change])
    result = toys.ingest()
    assert (result["status"], result["error"]) == ("success", None)
    again = 3 if change == "another ingest was quicker" else 2
    assert _times_scanned(toys) == again
    present = toys.cli.rows(
        "SELECT external_id FROM assets WHERE missing_since IS NULL ORDER BY external_id"
    )
    assert present == [("a",), ("b",)]
    check(toys.cli)


def test_a_collection_that_changed_twice_fails(toys: Scripted) -> None:
    _scans(toys, "sql(f\"UPDATE collections SET name = 'Name {done}'\")", times=2)
    run = toys.cli("source", "ingest", "Toys", "--json")
    assert run.code == 1
    assert run.json["error"] == {
        "code": "ingest_failed",
        "message": "Source ingest failed: it was changed by somebody else while it was scanned,"
        " twice",
        "detail": ["Try again when nobody else is writing."],
    }
    assert _times_scanned(toys) == 2
    assert toys.cli.rows("SELECT * FROM assets") == []
    failed = toys.cli.json("history", "--failed")["history"]
    assert [(line["operation"], line["detail"]["error"]["message"]) for line in failed] == [
        ("Source ingest", "it was changed by somebody else while it was scanned, twice")
    ]
    check(toys.cli)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ('by_another("collection", "update", "1", "--disable")', "it was disabled meanwhile"),
        ('by_another("collection", "update", "1", "--sync-disable")', "it was disabled meanwhile"),
        (
            'by_another("collection", "update", "1", "--unmap", "/srv/things")',
            "its path mappings were changed meanwhile",
        ),
        (
            'by_another("source", "delete", "1", "--force", "--no-backup")',
            "it was deleted meanwhile",
        ),
    ],
)
def test_a_collection_that_must_not_be_ingested_any_more_fails(
    toys: Scripted, act: str, says: str
) -> None:
    _scans(toys, act)
    run = toys.cli("source", "ingest", "Toys")
    assert (run.code, run.error) == (1, f"Error: Source ingest failed: {says}")
    assert run.out.splitlines()[:2] == ["Failed: Collection 'Things' failed ingestion", f"  {says}"]
    assert _times_scanned(toys) == 1
    assert toys.cli.rows("SELECT * FROM assets") == []
    last = "SELECT operation, collection, status FROM history ORDER BY id DESC LIMIT 1"
    assert toys.cli.rows(last) == [("Source ingest", "Things", "failed")]
    check(toys.cli)


def test_a_source_changed_during_its_discovery_is_not_written(toys: Scripted) -> None:
    """What was found with the old options would be taken for what the new ones offer."""
    toys.cli.run_sql("UPDATE sources SET config = '{}'")
    body = """
    def discover(self):
        sql('UPDATE sources SET config = \\'{"else": 1}\\'')
        yield FoundCollection("other", "Other")
"""
    toys.holds(
        body=body,
        before=_helpers(toys),
    )
    run = toys.cli("source", "discover", "Toys", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "locked")
    assert run.json["error"]["message"] == (
        "Source discover failed: source 'Toys' was changed by another process at the same time"
    )
    assert toys.cli.rows("SELECT name FROM collections") == [("Things",)]


def test_an_importer_that_does_not_read_all_known_folders_keeps_nobody_from_writing(
    toys: Scripted,
) -> None:
    """A read that was not finished would make the transaction fail at once as locked."""
    cli = toys.cli
    folders = ("for n in range(3):",
               "    yield FoundFolder(f'/srv/things/{n}', f'{n} {EPOCH}',"
               " lambda n=n: [thing(str(n), fingerprint=f'{n} {EPOCH}')])")  # fmt: skip
    toys.holds(*folders, before="EPOCH = 1")
    assert toys.stats() == {"discovered": 3, "added": 3}
    (cli.home / "other").mkdir()
    cli.ok("source", "add", "--type", "filesystem", "--name", "Other", "--base-path",
           cli.home / "other")  # fmt: skip
    toys.holds(
        "HELD.append(collection.known_folders())",
        "assert next(HELD[0]) == ('/srv/things/0', '0 1')",
        *folders,
        "sql(\"UPDATE sources SET name = 'Another' WHERE name = 'Other'\")",
        before=f"{_helpers(toys)}\nHELD, EPOCH = [], 2",
    )
    assert toys.stats() == {"discovered": 3, "updated": 3}
    check(cli)
