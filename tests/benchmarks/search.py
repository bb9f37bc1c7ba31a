"""Looking into a big catalogue, which is filled by SQL.

python tests/benchmarks/search.py COUNT DB
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
from collections.abc import Iterator

from measure import HERE, Row, Settings, baseline, in_turns, ratio, retrovue, run
from subject import Subject

TEXT = "Lantern of Mercy"


def rows(settings: Settings) -> Iterator[Row]:
    count = settings.files * 5
    small, big = Subject(1000), Subject(1000, "folders")
    small.first()
    big.first()
    run([sys.executable, HERE / "search.py", str(count), big.db])
    steps = {
        "column": lambda: baseline("like", big.db, "assets", TEXT),
        "search": lambda: retrovue(big.db, "asset", "list", "--search", TEXT, "--json"),
        "narrow": lambda: baseline("like", big.db, "benchmark_titles", TEXT),
    }
    runs = in_turns(settings.rounds, steps, steps["column"])
    found = len(json.loads(runs["search"][0].out)["assets"])
    what = f"asset list --search, {count:,} assets, {found} found"
    yield ratio(what, runs["search"], runs["column"], at_most=10, note="/ LIKE over assets.title")
    yield ratio("  / a table of titles alone", runs["search"], runs["narrow"])
    yield from _lists(settings, small, big)


def _lists(settings: Settings, small: Subject, big: Subject) -> Iterator[Row]:
    for words in (("source", "list"), ("collection", "list"), ("collection", "show", "Movies")):
        steps = {
            "small": lambda words=words: retrovue(small.db, *words),
            "big": lambda words=words: retrovue(big.db, *words),
        }
        runs = in_turns(settings.rounds, steps, steps["big"])
        what = f"{' '.join(words)}: this catalogue / one of 1,000"
        yield ratio(what, runs["big"], runs["small"])


def fill(count: int, db: str) -> None:
    """Add assets, each with a file, as scripts may; and a table with nothing but their titles."""
    with contextlib.closing(sqlite3.connect(db)) as connection, connection:
        mappings = dict(connection.execute("SELECT collection_id, id FROM path_mappings"))
        places = sorted(mappings)
        base = connection.execute("SELECT max(id) FROM assets").fetchone()[0]
        connection.executemany(
            "INSERT INTO assets (id, collection_id, external_id, kind, title, series, season,"
            " episode, artist, album, track, year, fingerprint)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_asset(base, n, places) for n in range(1, count + 1)),
        )
        connection.execute(
            """
            INSERT INTO asset_files (asset_id, path_mapping_id, relative_path, size_bytes)
            SELECT a.id, m.id, a.external_id || '.mkv', a.id
              FROM assets AS a
              JOIN path_mappings AS m ON m.collection_id = a.collection_id
             WHERE a.id > ?""",
            (base,),
        )
        connection.execute("CREATE TABLE benchmark_titles (title TEXT)")
        connection.execute("INSERT INTO benchmark_titles SELECT title FROM assets")


def _asset(base: int, n: int, places: list[int]) -> tuple[object, ...]:
    import trees

    title, other = trees._title(n), trees._title(n // 12)
    place = places[n % len(places)]
    head = (base + n, place, f"{other}/{title} {n}")
    tail = (trees._year(n), f"{n}:{n}")
    if n % 10 == 0:
        return (*head, "movie", title, None, None, None, None, None, None, *tail)
    if n % 10 < 5:
        return (*head, "episode", title, other, 1, n % 12, None, None, None, *tail)
    return (*head, "track", title, None, None, None, other, f"{other} 2", n % 12, *tail)


if __name__ == "__main__":
    fill(int(sys.argv[1]), sys.argv[2])
