"""Which assets somebody asks for, as conditions of SQL."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import search
from retrovue.errors import UsageError

_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_AGO = re.compile(r"(\d{1,5})([dwmy])")

_TELLS = re.compile(r"\w")
_OF_MARKS = re.compile(r"(tag|rating|seen|note):(.+)", re.DOTALL | re.IGNORECASE)
_RATING = re.compile(r"(>=|<=|>|<|=)?(\d{1,2})(?:\.\.(\d{1,2}))?")
_MARKED = """
    a.id IN (SELECT w.asset_id
               FROM asset_works AS w JOIN marks AS y ON y.work_id = w.work_id
              WHERE {})"""


def days_ago(text: str) -> int | None:
    """How many days a text such as `7d` or `2w` stands for; None for another one."""
    found = _AGO.fullmatch(text.strip())
    return int(found[1]) * _DAYS[found[2]] if found else None


class Filter(NamedTuple):
    """Which assets: ids of a source and a collection, a kind, words that all have to be found,
    years from and to, added since a time (ISO-8601, UTC), and those that are missing (True), there
    (False) or either (None); `but` are kinds that are left out."""

    source_id: int | None = None
    collection_id: int | None = None
    kind: str | None = None
    words: tuple[str, ...] = ()
    years: tuple[int | None, int | None] = (None, None)
    since: str | None = None
    missing: bool | None = None
    but: tuple[str, ...] = ()


class Where(NamedTuple):
    """Conditions on a row `a` of assets, and their parameters."""

    conditions: tuple[str, ...]
    parameters: dict[str, Any]

    def __str__(self) -> str:
        return " AND ".join(self.conditions) or "1"


def where(connection: sqlite3.Connection, wanted: Filter) -> Where:
    """The conditions of a filter, for this connection, on which a TEMP table may be made."""
    first, last = wanted.years
    parts: list[tuple[str, str, Any]] = [
        ("a.collection_id = :collection", "collection", wanted.collection_id),
        (
            "a.collection_id IN (SELECT id FROM collections WHERE source_id = :source)",
            "source",
            wanted.source_id,
        ),
        ("a.kind = :kind", "kind", wanted.kind),
        ("a.year >= :first_year", "first_year", first),
        ("a.year <= :last_year", "last_year", last),
        ("coalesce(a.added_at, a.created_at) >= :since", "since", wanted.since),
    ]
    given = [(sql, name, value) for sql, name, value in parts if value is not None]
    conditions = [sql for sql, _, _ in given]
    parameters = {name: value for _, name, value in given}
    if wanted.missing is not None:
        conditions.append(f"a.missing_since IS {'NOT ' if wanted.missing else ''}NULL")
    if wanted.but:
        kinds = ", ".join(f"'{kind}'" for kind in wanted.but if kind.isalpha())
        conditions.append(f"a.kind NOT IN ({kinds})")
    marks, words = _apart(wanted.words)
    for number, (name, text) in enumerate(marks):
        conditions.append(_of_marks(name, text, f"mark{number}", parameters))
    _add_words(connection, words, conditions, parameters)
    return Where(tuple(conditions), parameters)


def _apart(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The words that ask for marks, as name and text, and the others; in quotes they are text."""
    found = [(word, _OF_MARKS.fullmatch(word)) for word in words]
    marks = [(match[1].lower(), match[2]) for _, match in found if match is not None]
    return marks, [word for word, match in found if match is None]


def _of_marks(name: str, text: str, parameter: str, parameters: dict[str, Any]) -> str:
    """The condition of a word such as `tag:lent`. Raises UsageError for one that says nothing."""
    if name == "seen":
        if text.casefold() not in ("yes", "no"):
            raise UsageError(f"seen:{text} is neither seen:yes nor seen:no")
        return ("" if text.casefold() == "yes" else "NOT ") + _MARKED.format("y.seen = 1").strip()
    if name == "rating":
        return _of_rating(text, parameter, parameters)
    spellings = {text, text.lower(), text.casefold(), text.upper(), text.capitalize(), text.title()}
    for number, spelling in enumerate(sorted(spellings)):  # SQLite folds ASCII alone
        parameters[f"{parameter}_{number}"] = spelling
    if name == "note":
        found = (f"instr(lower(y.note), lower(:{parameter}_{n}))" for n in range(len(spellings)))
        return _MARKED.format(f"({' OR '.join(found)})")
    same = ", ".join(f":{parameter}_{number}" for number in range(len(spellings)))
    tagged = f"SELECT 1 FROM json_each(y.tags) AS t WHERE t.value COLLATE NOCASE IN ({same})"
    return _MARKED.format(f"EXISTS ({tagged})")


def _of_rating(text: str, parameter: str, parameters: dict[str, Any]) -> str:
    found = _RATING.fullmatch(text.strip())
    if found is None or (found[1] and found[3]):
        raise UsageError(f"rating:{text} is no rating such as rating:8, rating:>7 or rating:5..7")
    parameters[parameter] = int(found[2])
    if found[3] is None:
        return _MARKED.format(f"y.rating {found[1] or '='} :{parameter}")
    parameters[f"{parameter}_to"] = int(found[3])
    return _MARKED.format(f"y.rating BETWEEN :{parameter} AND :{parameter}_to")


def _add_words(
    connection: sqlite3.Connection,
    words: Sequence[str],
    conditions: list[str],
    parameters: dict[str, Any],
) -> None:
    """A word of letters or digits is looked up in the index, one of signs alone in the title."""
    match = matching(words)
    if match:
        conditions.append(f"a.id IN ({search.stand_in(connection)})")
        parameters["match"] = match
    signs = [word for word in words if word.strip('" ') and not _TELLS.search(word)]
    for number, word in enumerate(signs):
        conditions.append(f"instr(a.title, :sign{number})")
        parameters[f"sign{number}"] = word.strip()


def matching(words: Sequence[str]) -> str:
    """Words as FTS5 understands them: each matches the beginning of a word, one in quotes or with
    blanks in it is whole words in a row, and every sign is text.
    https://www.sqlite.org/fts5.html#full_text_query_syntax"""
    return " ".join(_term(word) for word in words if _TELLS.search(word))


def _term(word: str) -> str:
    phrase = len(word) > 1 and word[0] == word[-1] == '"'
    text = word[1:-1] if phrase else word.strip()
    whole = phrase or any(letter.isspace() for letter in text)
    quoted = '"' + text.replace('"', '""').replace("\0", "") + '"'
    return quoted if whole else f"{quoted} *"
