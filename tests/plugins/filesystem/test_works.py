"""Which files are one work: small trees, and the assets that must come of them and no others."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from support.cli import Cli

CASES = [
    json.loads(line)
    for name in ("works.jsonl", "more_works.jsonl")
    for line in (Path(__file__).with_name(name)).read_text("utf-8").splitlines()
    if line
]

_ASSETS = """
    SELECT a.*, count(DISTINCT f.version) AS versions, count(DISTINCT f.part) AS parts
      FROM assets AS a
      JOIN asset_files AS f ON f.asset_id = a.id
     WHERE a.missing_since IS NULL
     GROUP BY a.id
     ORDER BY a.id"""


def grow(base: Path, files: list[str]) -> None:
    """Make the files of a case, each of another small size; ignore files are empty."""
    for size, path in enumerate(files, 1):
        file = base / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"" if file.name.startswith(".") else b"x" * size)


def found(cli: Cli) -> list[dict[str, Any]]:
    """The assets of the catalogue that are not missing, with counts of their versions and parts."""
    import sqlite3

    connection = sqlite3.connect(cli.db)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(_ASSETS)]
    finally:
        connection.close()


def _fits(expected: dict[str, Any], asset: dict[str, Any]) -> bool:
    for name, value in expected.items():
        got = json.loads(asset[name]) if name == "guids" else asset[name]
        if isinstance(value, str) and isinstance(got, str):
            value, got = (unicodedata.normalize("NFC", text) for text in (value, got))
        if value != got:
            return False
    return True


def _told(asset: dict[str, Any]) -> dict[str, Any]:
    """What an asset is, without what it does not say."""
    names = ("external_id", "kind", "title", "series", "season", "episode", "episode_end", "artist",
             "album", "track", "year", "released_on", "edition", "guids", "versions", "parts",
             "metadata")  # fmt: skip
    return {name: asset[name] for name in names if asset[name] not in (None, "[]", "{}")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_assets_are_the_works(cli: Cli, case: dict[str, Any]) -> None:
    base = cli.home / "base"
    grow(base, case["files"])

    cli.ok("quickstart", base)

    left = found(cli)
    for expected in case["assets"]:
        fitting = [asset for asset in left if _fits(expected, asset)]
        assert fitting, f"no {expected} among {[*map(_told, left)]}"
        left.remove(fitting[0])
    assert [*map(_told, left)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_again_nothing_changes(cli: Cli, case: dict[str, Any]) -> None:
    base = cli.home / "base"
    grow(base, case["files"])
    cli.ok("quickstart", base)
    before = found(cli)

    again = cli.json("quickstart", base)

    assert {word: again["totals"][word] for word in ("added", "updated", "missing", "moved")} == {
        "added": 0, "updated": 0, "missing": 0, "moved": 0}  # fmt: skip
    assert found(cli) == before
