"""`retrovue schema`: a schema for every command that prints JSON, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from jsonschema import Draft202012Validator

import pages
from retrovue import schemas
from retrovue.catalogue.listing import FIELDS
from retrovue.cli.commands import root
from retrovue.errors import TROUBLES
from retrovue.operations.account import Verdict
from retrovue.operations.map_check import Reason
from retrovue.operations.reconcile import CODES
from support.cli import Cli
from support.schemas import check_value, closed

ROOT = Path(__file__).parents[2]


def _commands() -> Iterator[tuple[str, set[str]]]:
    """Every command with the names of its options."""
    for words in dict.fromkeys(words[:2] for words in pages.commands()):
        command: Any = root
        for word in words:
            command = command.get_command(click.Context(root), word)
        yield " ".join(words), {flag for option in command.params for flag in option.opts}


COMMANDS = dict(_commands())


def test_every_command_that_prints_json_has_a_schema() -> None:
    assert [name for name, flags in COMMANDS.items() if "--json" in flags] == [
        name for name in COMMANDS if name in schemas.OUTPUTS
    ]


def test_every_schema_is_of_a_command() -> None:
    assert schemas.OUTPUTS.keys() - COMMANDS.keys() == set()


def test_a_schema_is_one_and_says_what_everything_is() -> None:
    whole = {name: {**schemas.of(name), "$defs": {}} for name in schemas.names()}
    Draft202012Validator.check_schema({"$defs": {**whole, "nouns": {"$defs": schemas.NOUNS}}})
    for name, part in {**whole, **schemas.NOUNS}.items():
        assert [*_unsaid(part, name)] == []


def _unsaid(part: Any, path: str) -> Iterator[str]:
    """Members that nothing is said of, where they stand or in the noun."""
    if not isinstance(part, dict):
        return
    for name, member in part.get("properties", {}).items():
        here = f"{path}.{name}"
        told = isinstance(member, bool) or "description" in member or "properties" in member
        if not told and "$ref" not in member:
            yield here
        yield from _unsaid(member, here)
    for word in ("items", "additionalProperties"):
        yield from _unsaid(part.get(word), f"{path}.{word}")


def test_what_can_be_tried_may_say_that_it_was_a_dry_run() -> None:
    told = {name for name, output in schemas.OUTPUTS.items() if output.dry_run}
    assert told == {name for name in COMMANDS if "--dry-run" in COMMANDS[name]} | {"plan show"}


# -- words and columns that stand elsewhere, too ---------------------------------------------------


def test_the_columns_of_assets_are_those_of_the_view() -> None:
    assert set(_noun("asset list", "media")["properties"]) == set(FIELDS)


def _noun(command: str, noun: str) -> dict[str, Any]:
    found: dict[str, Any] = schemas.of(command)["$defs"][noun]
    return found


def test_the_words_are_those_that_there_are() -> None:
    entry = _noun("account", "entry")["properties"]["verdict"]["examples"]
    found = schemas.of("reconcile")["properties"]["findings"]["items"]["properties"]["code"]
    checked = schemas.of("source map-check")["properties"]["mappings"]["items"]["properties"]
    assert entry == [*get_args(Verdict)]
    assert found["examples"] == [*CODES]
    assert checked["hint"]["examples"] == [*get_args(Reason)]


def test_the_codes_are_those_of_all_errors() -> None:
    said = re.compile(r'^\s+code(?:: str)? = "(\w+)"', re.MULTILINE)
    modules = [*(ROOT / "retrovue").rglob("*.py")]
    codes = {code for module in modules for code in said.findall(module.read_text("utf-8"))}
    assert _noun("source list", "error")["properties"]["code"]["examples"] == sorted(
        codes.union(TROUBLES)
    )
    page = re.sub(r"\s+", " ", pages.COMMANDS.read_text("utf-8"))
    listed = re.search(r"; `code` is one of (.*?) for what nobody foresaw", page)
    assert listed
    assert sorted(re.findall(r"`(\w+)`", listed[1])) == sorted(codes)


# -- the command -----------------------------------------------------------------------------------


def test_schema_prints_that_of_a_command(cli: Cli) -> None:
    run = cli.ok("schema", "source", "list")
    assert run.json == schemas.of("source list")
    assert run.err == ""
    assert cli.ok("schema", "source list", "--json").out == run.out
    assert list(cli.home.iterdir()) == []


def test_schema_alone_lists_what_has_one(cli: Cli) -> None:
    listed = cli.json("schema")["schemas"]
    assert [one["name"] for one in listed] == [*schemas.names()]
    shown = cli.ok("schema").out
    assert shown.splitlines()[1].startswith("quickstart ")


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("source lst", "source list, source ingest, source delete"),
        ("plan", "plan show, plan apply"),
        ("plam", "plan show, plan apply"),
        ("zzz", None),
    ],
)
def test_what_has_no_schema_is_an_error_with_what_is_near(
    cli: Cli, asked: str, near: str | None
) -> None:
    run = cli("schema", *asked.split())
    assert run.code == 1
    assert run.out == ""
    assert run.err.splitlines() == [
        f"Error: Schema of '{asked}' not found",
        *([f"  Did you mean: {near}?"] if near else []),
        "  What has one: retrovue schema",
    ]
    assert cli("schema", asked, "--json").json["error"]["code"] == "not_found"


# -- what a schema accepts -------------------------------------------------------------------------

_FINDING = {"kind": "G-1", "table": "collections", "row": 1, "message": "has no source"}
_LIST = {"status": "success", "sources": []}
_ERROR = {"code": "not_found", "message": "No catalogue", "detail": []}


def test_a_schema_accepts_what_later_versions_have_beside() -> None:
    schema = Draft202012Validator(schemas.of("source list"))
    assert schema.is_valid({**_LIST, "another": 1})
    later = {**_ERROR, "code": "another_word", "more": {}}
    assert schema.is_valid({"status": "error", "error": later, "another": 1})


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ({"sources": []}, "'status' is a required property"),
        ({"status": "success"}, "'sources' is a required property"),
        ({"status": "done", "sources": []}, "'done' is not one of"),
        ({**_LIST, "error": _ERROR}, "False schema does not allow"),
        ({"status": "error", "sources": []}, "'error' is a required property"),
        ({"status": "error", "error": {"code": "usage"}}, "'message' is a required property"),
        ({"status": "error", "error": {**_ERROR, "code": "No such"}}, "does not match"),
        ({"status": "success", "sources": [{"id": "1"}]}, "'external_id' is a required property"),
    ],
)
def test_a_schema_refuses_what_it_does_not_promise(output: dict[str, Any], says: str) -> None:
    wrong = [*Draft202012Validator(schemas.of("source list")).iter_errors(output)]
    assert any(says in each.message for each in wrong), wrong


def test_tests_refuse_what_a_schema_does_not_name(cli: Cli) -> None:
    check_value("source list", _LIST)
    for more in ({"another": 1}, {"error": _ERROR}):
        with pytest.raises(AssertionError, match=r"source list --json: \$"):
            check_value("source list", {**_LIST, **more})
    long = {"status": "success", "repaired": [], "others": [], "findings": [_FINDING] * 999 + [1]}
    with pytest.raises(AssertionError, match="1 is not of type 'object'"):
        check_value("db check", long)
    unknown = {"status": "error", "error": {**_ERROR, "code": "another_word"}}
    for name in ("source list", None):
        with pytest.raises(AssertionError, match="'another_word' is not one of"):
            check_value(name, unknown)


def test_what_is_open_on_purpose_stays_so_when_it_is_closed() -> None:
    detail = closed(_noun("history", "history_line"))["properties"]["detail"]
    assert detail["additionalProperties"] is True
