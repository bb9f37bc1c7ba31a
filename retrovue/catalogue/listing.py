"""Assets and their files as rows, in an order that people expect, and how many there are."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from retrovue.catalogue import search
from retrovue.catalogue.filters import Filter, Where, where

MEDIA = (
    "asset_id, source, collection, kind, title, series, season, episode, artist, album, track,"
    " year, duration_ms, file_id, version, part, local_path, missing_since, edition, released_on,"
    " episode_end, disc, version_label, extra_of, size_bytes, modified_at, container, video_codec,"
    " audio_codec, width, height, relative_path, added_at, tags, rating, note, seen"
)
FIELDS = tuple(MEDIA.split(", "))
_ORDER = ("source", "collection", "series", "season", "episode", "artist", "album", "disc",
          "track", "title", "year", "asset_id")  # fmt: skip
_OWN = (
    "kind title series season episode artist album track year duration_ms missing_since edition"
    " released_on episode_end disc extra_of"
)
_OF_ASSETS = {
    "source": "s.name",
    "collection": "c.name",
    "asset_id": "a.id",
    "added_at": "coalesce(a.added_at, a.created_at)",
    **{name: f"a.{name}" for name in _OWN.split()},
}
_NAMES = frozenset(("source", "collection", "title", "series", "artist", "album", "edition",
                    "version_label", "relative_path", "local_path"))  # fmt: skip
_DIGITS = re.compile(r"\d+")


class Term(NamedTuple):
    """One of `FIELDS` to sort by, upwards or downwards; what has no value comes last."""

    field: str
    down: bool = False

    def sql(self, column: str) -> str:
        """The terms of an ORDER BY; names in natural order."""
        way = " DESC" if self.down else ""
        return f"{column} IS NULL, {_sorted_by(self.field, column)}{way}"


def _sorted_by(field: str, column: str) -> str:
    """Python is asked for the names that hold a number alone."""
    if field not in _NAMES:
        return column
    return f"CASE WHEN {column} GLOB '*[0-9]*' THEN sort_name({column}) ELSE lower({column}) END"


class Order(NamedTuple):
    """What to sort by, before the usual order."""

    terms: tuple[Term, ...] = ()

    def sql(self, columns: Mapping[str, str]) -> str:
        """The terms of an ORDER BY; `columns` has the column of a field where it is another."""
        asked = [term.sql(columns.get(term.field, term.field)) for term in self.terms]
        usual = [_sorted_by(field, columns.get(field, field)) for field in _ORDER]
        return ", ".join((*asked, *usual))

    @property
    def is_of_assets(self) -> bool:
        """Whether it looks at no file."""
        return all(term.field in _OF_ASSETS for term in self.terms)


USUAL = Order()


def natural(text: Any) -> Any:
    """What a text is sorted by: without regard to case, numbers by their value."""
    if not isinstance(text, str):
        return text
    folded = text.casefold()
    return _DIGITS.sub(lambda found: found[0].zfill(12), folded)


def rows(
    connection: sqlite3.Connection,
    wanted: Filter,
    limit: int | None = None,
    order: Order = USUAL,
    *,
    best: bool = False,
    of_assets: bool = False,
) -> Iterator[tuple[Any, ...]]:
    """Rows of the view `media` as `FIELDS`, one for each file, of the `best` version alone or of
    all; an asset without a file has one too. The limit is one of files, or `of_assets`, each with
    all of its files."""
    connection.create_function("sort_name", 1, natural, deterministic=True)
    found = where(connection, wanted)
    if limit is not None and order == USUAL and wanted == Filter():
        found = _of_first_collections(connection, limit)
    parameters = dict(found.parameters)
    by_assets = of_assets and order.is_of_assets
    chosen = f"asset_id IN (SELECT a.id FROM assets AS a WHERE {found})"
    if limit is not None:
        parameters["limit"] = limit
        if order.is_of_assets:
            chosen = f"asset_id IN ({_first(found, order)})"
    elif not found.conditions:
        chosen = "1"
    return connection.execute(
        f"""
        SELECT {MEDIA}
          FROM media
         WHERE {chosen} {"AND ifnull(version, 1) = 1" if best else ""}
         ORDER BY {order.sql({})}, version, part, file_id
         {"LIMIT :limit" if limit is not None and not by_assets else ""}""",
        parameters,
    )


def _of_first_collections(connection: sqlite3.Connection, limit: int) -> Where:
    """The collections that the first so many assets are of, in the usual order."""
    ids, count = [], 0
    for collection_id, assets in connection.execute("""
        SELECT c.id, c.asset_count
          FROM collections AS c JOIN sources AS s ON s.id = c.source_id
         ORDER BY s.name, c.name, c.id"""):
        ids.append(collection_id)
        count += assets
        if count >= limit:
            break
    return Where((f"a.collection_id IN ({', '.join(map(str, ids))})",), {})


def _first(found: Where, order: Order) -> str:
    """The first so many assets, chosen before their files are looked at; each has a row at least,
    so that no more than these are needed."""
    return f"""
        SELECT a.id
          FROM assets AS a
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
         WHERE {found}
         ORDER BY {order.sql(_OF_ASSETS)}
         LIMIT :limit"""


def count(connection: sqlite3.Connection, wanted: Filter) -> int:
    """How many assets there are."""
    found = where(connection, wanted)
    row = connection.execute(
        f"SELECT count(*) FROM assets AS a WHERE {found}", found.parameters
    ).fetchone()
    return int(row[0])


def near(connection: sqlite3.Connection, words: Sequence[str], most: int = 3) -> list[str]:
    """Words of the index that are close to those that were looked for and not found."""
    from difflib import get_close_matches

    name = "temp.search_words"
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE VIRTUAL TABLE {name} USING fts5vocab(main, {search.INDEX}, row)")
    found: dict[str, None] = {}
    for word in re.findall(r"\w+", " ".join(words).casefold()):
        begins = connection.execute(
            f"SELECT term FROM {name} WHERE term >= ? AND term < ? LIMIT 50000",
            (word[0], chr(ord(word[0]) + 1)),
        )
        others = connection.execute(
            f"SELECT term FROM {name} WHERE length(term) BETWEEN ? AND ? LIMIT 20000",
            (len(word) - 1, len(word) + 1),
        )
        terms = {term for (term,) in (*begins, *others) if abs(len(term) - len(word)) <= 2}
        if word not in terms:
            found |= dict.fromkeys(get_close_matches(word, sorted(terms), most, 0.7))
    return list(found)[:most]
