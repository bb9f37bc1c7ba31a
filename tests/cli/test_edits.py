"""Marks and edits as commands: what each field takes, what is printed, and a kill in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Cli
from support.scripted import Scripted
from support.survival import copy_of, killed_at, spread, statements_of

ITEM = """yield thing('1', 'Pilot', kind='episode', series='Lost', season=1, episode=2, year=2004,
            released_on='2004-09-22', edition='Cut', artist='A', album='B', track=3, disc=1)"""


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    home = tmp_path / "home"
    home.mkdir()
    toys = Scripted(Cli(home))
    toys.make_files(2)
    toys.holds(*ITEM.splitlines())
    toys.ingest()
    return toys.cli


FIELDS = [
    ("title", "Mine", "Mine"),
    ("series", "Found", "Found"),
    ("season", "0", 0),
    ("season", "", None),
    ("episode", "12", 12),
    ("episode-end", "13", 13),
    ("artist", "Ärzte", "Ärzte"),
    ("album", "", None),
    ("disc", "2", 2),
    ("track", " 7 ", 7),
    ("year", "9999", 9999),
    ("released-on", "2024-02-29", "2024-02-29"),
    ("edition", "", None),
]


@pytest.mark.parametrize(("flag", "text", "value"), FIELDS)
def test_a_field_is_set_stays_and_is_given_back(
    cli: Cli, flag: str, text: str, value: object
) -> None:
    field = flag.replace("-", "_")
    ((before,),) = cli.rows(f"SELECT {field} FROM assets")
    told = cli.json("asset", "edit", "1", f"--{flag}", text)
    assert told["edits"] == {field: value}
    cli.ok("source", "ingest", "Toys")
    assert cli.rows(f"SELECT {field} FROM assets") == [(value,)]
    assert cli.rows(f"SELECT json_extract(fields, '$.{field}') FROM source_values") == [(before,)]
    cli.ok("asset", "edit", "1", "--unset", flag)
    assert cli.rows(f"SELECT {field} FROM assets") == [(before,)]
    assert cli.rows("SELECT count(*) FROM works") == [(0,)]
    assert cli("db", "check").code == 0


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("season", "one"),
        ("episode", "-1"),
        ("episode-end", "1.5"),
        ("disc", "²"),
        ("track", "1" * 17),
        ("year", "10000"),
        ("released-on", "29.02.2024"),
        ("released-on", "2023-02-29"),
        ("title", " "),
        ("album", "x" * 10_001),
    ],
)
def test_what_a_field_does_not_take_is_refused(cli: Cli, flag: str, text: str) -> None:
    before = cli.dump()
    run = cli("asset", "edit", "1", f"--{flag}={text}")
    assert (run.code, "Traceback" in run.everything) == (1, False)
    assert f"--{flag}" in run.err
    assert cli.dump() == before


def test_what_is_printed_as_json(cli: Cli) -> None:
    told = cli.json("asset", "mark", "1", "--tag", "b", "--tag", "A", "--rating", "0", "--unseen")
    listed = cli.json("asset", "marks")
    assert (told.pop("asset"), told.pop("status")) == (1, "success")
    assert listed == {"status": "success", "marks": [told]}
    assert {name: told[name] for name in told if name != "updated_at"} == {
        "work": 1, "kind": "episode", "title": "Lost S01E02 A Pilot (2004)", "tags": ["A", "b"],
        "rating": 0, "note": None, "seen": False, "edits": {}, "assets": [1],
    }  # fmt: skip
    assert cli.json("asset", "marks", "--waiting")["marks"] == []


def test_marks_are_fields_of_the_list(cli: Cli) -> None:
    cli.ok("asset", "mark", "1", "--tag", "x", "--rating", "7", "--note", "n", "--seen")
    fields = "title,tags,rating,note,seen"
    out = cli.ok("asset", "list", "--fields", fields, "--format", "csv").out
    assert out.splitlines() == ["title,tags,rating,note,seen", "Pilot,x,7,n,1"]


@pytest.mark.parametrize(
    "word", ["note:ärger", "note:ÄRGER", "note:straße", "tag:ärger über", "tag:ÄRGER ÜBER"]
)
def test_case_is_no_matter_beyond_ascii(cli: Cli, word: str) -> None:
    cli.ok("asset", "mark", "1", "--note", "Ärger in der Straße", "--tag", "Ärger Über")
    assert len(cli.json("asset", "list", word)["assets"]) == 1


@pytest.mark.parametrize("words", [("mark", "1", "--tag", "x"), ("edit", "1", "--title", "Mine")])
def test_a_kill_leaves_all_or_nothing(cli: Cli, words: tuple[str, ...]) -> None:
    after = copy_of(cli, "after")
    count = statements_of(after, "asset", *words)
    tables = ("works", "marks", "edits", "asset_works", "source_values", "assets")

    def said(one: Cli) -> list[tuple[object, ...]]:
        rows = one.dump(*tables)
        return [(name, len(rows[name])) for name in tables] + one.rows("SELECT title FROM assets")

    for number in spread(count, 12):
        victim = copy_of(cli, f"killed-{number}")
        assert killed_at(number, victim, "asset", *words)
        assert said(victim) in (said(cli), said(after))
        assert victim("db", "check").code == 0
