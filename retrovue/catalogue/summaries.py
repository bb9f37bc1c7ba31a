"""What there is, as a whole: shows by season, artists by album, and numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from retrovue.catalogue.filters import Filter, where
from retrovue.catalogue.listing import natural

_THERE = "a.missing_since IS NULL"


class Episode(NamedTuple):
    """An episode of a season, `last` where its file holds several."""

    asset_id: int
    series: str
    season: int | None
    number: int | None
    last: int | None
    title: str


class Track(NamedTuple):
    """A track of a disc; an artist or album that is not known is ''."""

    asset_id: int
    artist: str
    album: str
    year: int | None
    disc: int | None
    number: int | None
    title: str


def episodes(connection: sqlite3.Connection, wanted: Filter) -> list[Episode]:
    """The episodes that are there, by show, season and number."""
    found = _there(
        connection,
        wanted,
        "a.id, coalesce(a.series, ''), a.season, a.episode, a.episode_end, a.title",
        "episode",
    )
    rows = map(Episode._make, found)
    return sorted(rows, key=lambda e: (natural(e.series), e.series, _n(e.season), _n(e.number)))


def tracks(connection: sqlite3.Connection, wanted: Filter) -> list[Track]:
    """The tracks that are there, by artist, album, disc and number."""
    facts = "a.id, coalesce(a.artist, ''), coalesce(a.album, ''), a.year, a.disc, a.track, a.title"
    found = map(Track._make, _there(connection, wanted, facts, "track"))
    return sorted(
        found,
        key=lambda t: (
            natural(t.artist), t.artist, natural(t.album), t.album, _n(t.disc), _n(t.number)
        ),
    )  # fmt: skip


def _there(
    connection: sqlite3.Connection, wanted: Filter, facts: str, kind: str
) -> Iterator[tuple[Any, ...]]:
    found = where(connection, wanted)
    return connection.execute(
        f"SELECT {facts} FROM assets AS a WHERE a.kind = '{kind}' AND {_THERE} AND {found}",
        found.parameters,
    )


def _n(number: int | None) -> float:
    return float("inf") if number is None else number


def gaps(numbers: list[tuple[int, int]]) -> list[int]:
    """The numbers that lack between the lowest and the highest of ranges; a jump of a thousand and
    more is another way to count."""
    found: list[int] = []
    until: int | None = None
    for first, last in sorted(numbers):
        if until is not None and until + 1 < first <= until + 1000:
            found += range(until + 1, first)
        until = max(last, until if until is not None else last)
    return found


def tree(connection: sqlite3.Connection, wanted: Filter) -> dict[str, list[dict[str, Any]]]:
    """Shows with their seasons, and artists with their albums."""
    shows = groupby(episodes(connection, wanted), lambda e: e.series)
    artists = groupby(tracks(connection, wanted), lambda t: t.artist)
    return {
        "series": [
            {
                "title": title,
                "seasons": [
                    _season(season, list(found))
                    for season, found in groupby(own, lambda e: e.season)
                ],
            }
            for title, own in shows
        ],
        "artists": [
            {"artist": artist, "albums": [_album(album, list(found)) for album, found in
                                          groupby(own, lambda t: t.album)]}
            for artist, own in artists
        ],
    }  # fmt: skip


def _season(season: int | None, found: list[Episode]) -> dict[str, Any]:
    numbers = [(e.number, max(e.last or 0, e.number)) for e in found if e.number is not None]
    return {
        "season": season,
        "episodes": [
            {"asset_id": e.asset_id, "episode": e.number, "episode_end": e.last, "title": e.title}
            for e in found
        ],
        "missing": [] if season == 0 else gaps(numbers),
    }


def _album(album: str, found: list[Track]) -> dict[str, Any]:
    discs = [(disc, list(own)) for disc, own in groupby(found, lambda t: t.disc)]
    return {
        "album": album,
        "year": next((t.year for t in found if t.year), None),
        "discs": [
            {
                "disc": disc,
                "tracks": [
                    {"asset_id": t.asset_id, "track": t.number, "title": t.title} for t in own
                ],
                "missing": gaps([(t.number, t.number) for t in own if t.number is not None]),
            }
            for disc, own in discs
        ],
    }


_HEIGHT = """CASE
    WHEN f.height > 1440 OR f.width > 2560 THEN '2160p'
    WHEN f.height > 1080 OR f.width > 1920 THEN '1440p'
    WHEN f.height > 720 OR f.width > 1280 THEN '1080p'
    WHEN f.height > 576 OR f.width > 1024 THEN '720p'
    WHEN f.height > 480 THEN '576p'
    WHEN f.height > 0 THEN '480p'
    WHEN f.version_label LIKE '%2160p%' OR f.version_label LIKE '%4k%' THEN '2160p'
    WHEN f.version_label LIKE '%1440p%' THEN '1440p'
    WHEN f.version_label LIKE '%1080%' THEN '1080p'
    WHEN f.version_label LIKE '%720p%' THEN '720p'
    WHEN f.version_label LIKE '%576%' THEN '576p'
    WHEN f.version_label LIKE '%480%' THEN '480p'
    ELSE 'unknown' END"""
_BY = {
    "by_kind": ("a.kind", "1"),
    "by_source": ("s.name", "1"),
    "by_collection": ("s.name || '/' || c.name", "1"),
    "by_decade": ("(a.year / 10 * 10) || 's'", "a.year IS NOT NULL"),
    "by_resolution": (_HEIGHT, "a.kind IN ('movie', 'episode', 'video') AND f.id IS NOT NULL"),
    "by_codec": ("coalesce(f.video_codec, f.audio_codec)",
                 "coalesce(f.video_codec, f.audio_codec) IS NOT NULL"),
}  # fmt: skip


def stats(connection: sqlite3.Connection) -> dict[str, Any]:
    """How many assets are there, how many bytes and hours, and the counts by what they are; of
    resolution and codec their best version is looked at."""
    total, missing = connection.execute(
        "SELECT coalesce(sum(asset_count - missing_count), 0), coalesce(sum(missing_count), 0)"
        " FROM collections"
    ).fetchone()
    size, own_ms = connection.execute(f"""
        SELECT coalesce(sum(f.size_bytes), 0),
               coalesce(sum(iif(f.version = 1, f.duration_ms, 0)), 0)
          FROM asset_files AS f JOIN assets AS a ON a.id = f.asset_id
         WHERE {_THERE}""").fetchone()
    (ms,) = connection.execute(
        f"SELECT coalesce(sum(a.duration_ms), 0) FROM assets AS a WHERE {_THERE}"
    ).fetchone()
    counts = {
        "total": total,
        "missing": missing,
        "bytes": size,
        "hours": round(max(ms, own_ms) / 3_600_000, 1),
    }
    return counts | {name: _counted(connection, *by) for name, by in _BY.items()}


def _counted(connection: sqlite3.Connection, word: str, condition: str) -> dict[str, int]:
    files = "LEFT JOIN asset_files AS f ON f.asset_id = a.id AND f.version = 1 AND f.part = 1"
    return dict(
        connection.execute(f"""
        SELECT {word} AS word, count(*)
          FROM assets AS a
          JOIN collections AS c ON c.id = a.collection_id
          JOIN sources AS s ON s.id = c.source_id
          {files if "f." in word else ""}
         WHERE {_THERE} AND {condition}
         GROUP BY 1
         ORDER BY 2 DESC, 1""").fetchall()
    )
