"""Tables, columns and queries in the words of the documentation, which comes along."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_LABELS = {"sources": "name", "collections": "name", "assets": "title", "path_mappings":
           "external_path", "asset_files": "relative_path"}  # fmt: skip
_FACETS = {"assets": ["kind"], "history": ["operation", "status"], "collections": ["kind"]}
_HIDDEN = ("source_secrets", "search_pending", "asset_search_text", "folders", "_sqlite_migrations")


def _page(name: str) -> str:
    """A page of the documentation: in the wheel beside this file, in a checkout where it stands."""
    for folder in (_HERE / "docs", _HERE.parents[1] / "docs"):
        if (folder / name).is_file():
            return (folder / name).read_text("utf-8")
    return ""


@cache
def _tables() -> dict[str, dict[str, Any]]:
    parts = re.split(r"^### `(\w+)`$", _page("schema.md"), flags=re.MULTILINE)
    found = {}
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        told: dict[str, Any] = {"columns": _columns(text)}
        first = _plain(text.strip().partition("\n\n")[0])
        if not first.startswith("|"):
            told["description"] = first
        if name in _LABELS:
            told["label_column"] = _LABELS[name]
        if name in _FACETS:
            told["facets"] = _FACETS[name]
        if name in ("assets", "media"):
            told |= {"fts_table": "asset_search", "fts_pk": "asset_id" if name == "media" else "id"}
        found[name] = told
    for name in _HIDDEN:
        found.setdefault(name, {})["hidden"] = True
    return found


def _columns(text: str) -> dict[str, str]:
    rows = re.findall(r"^\| (`[^|]+) \| (.+) \|$", text, re.MULTILINE)
    return {name: _plain(says) for cell, says in rows for name in re.findall(r"`(\w+)`", cell)}


def _plain(text: str) -> str:
    """Without links and code marks."""
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", " ".join(text.split())).replace("`", "")


def metadata(databases: Iterable[Any]) -> dict[str, Any]:
    """What Datasette shows beside the tables and columns of those databases that are catalogues.
    https://docs.datasette.io/en/stable/metadata.html"""
    ours = [database.name for database in databases if is_ours(database.path)]
    return {"databases": {name: {"tables": _tables()} for name in ours}}


@cache
def is_ours(path: str | None) -> bool:
    """Whether a file is a catalogue, by its header: https://www.sqlite.org/fileformat2.html#application_id"""
    if path is None:
        return False
    try:
        with open(path, "rb") as file:
            return file.read(72)[68:] == b"RVUE"
    except OSError:
        return False


@cache
def queries() -> dict[str, Any]:
    """The queries of the documentation, each under its heading."""
    parts = re.split(r"^## (.+)$", _page("queries.md"), flags=re.MULTILINE)
    found = {}
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        sql = re.search(r"^```sql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        if sql is not None:
            name = re.sub(r"\W+", "_", title.lower()).strip("_")
            found[name] = {"sql": sql[1].strip().rstrip(";"), "title": title,
                           "description": _plain(text.partition("```")[0])}  # fmt: skip
    return found
