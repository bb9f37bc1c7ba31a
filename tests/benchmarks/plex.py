"""Whole ingests of a Plex library, against `requests` and `iterparse` alone on the same pages.

    python tests/benchmarks/plex.py serve ITEMS LATENCY | raw URL

A fake server in a process of its own hands out pages of 1000 movies, made beforehand; with a
latency, each answer waits for so many seconds.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import HERE, WORK, Row, Run, Settings, in_turns, ingested, ratio, retrovue, run
from subject import remove

TOKEN = "benchmark-token"
PAGE = 1000
LATENCY = 0.02  # seconds


def rows(settings: Settings) -> Iterator[Row]:
    for latency in (0.0, LATENCY):
        memory = []
        for items in (settings.files // 5, settings.files):
            with Server(items, latency) as server:
                found = list(_rows(server, settings.rounds))
            memory.append(max(row.memory or 0 for row in found))
            yield from found
        most = max(memory) / min(memory)
        yield Row.number("  memory of the one / of the other", most, "x", at_most=1.25)


def _rows(server: Server, rounds: int) -> Iterator[Row]:
    steps = {"raw": server.raw, "first": server.first, "unchanged": server.unchanged}
    runs = in_turns(rounds, steps, server.raw)
    late = f", {server.latency * 1000:.0f} ms latency" if server.latency else ""
    what = f"{server.items:,} items{late}"
    yield ratio(f"{what}, first / raw", runs["first"], runs["raw"], at_most=1.7, mb_at_most=55)
    yield ratio("  unchanged / raw", runs["unchanged"], runs["raw"], at_most=1.35, mb_at_most=55)
    server.asked()
    server.unchanged()
    paths = server.asked()
    over = len(paths) - -(-server.items // PAGE)
    yield Row.number("  requests beyond the pages", over, "", at_most=3)
    of_items = sum(path.startswith("/library/metadata") for path in paths)
    yield Row.number("  to /library/metadata", of_items, "", at_most=0)


class Server:
    """A server with one library, and a catalogue that knows it but has ingested nothing yet."""

    def __init__(self, items: int, latency: float) -> None:
        self.items, self.latency = items, latency
        self._folder = WORK / "plex"
        self._db, self._ready = self._folder / "retrovue.db", self._folder / "ready.db"

    def __enter__(self) -> Server:
        self._process = subprocess.Popen(
            [sys.executable, HERE / "plex.py", "serve", str(self.items), str(self.latency)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._url = self._line()
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "media").mkdir(parents=True)
        server = ("--type", "plex", "--name", "Plex", "--base-url", self._url, "--token", TOKEN)
        retrovue(self._ready, "source", "add", *server, "--discover")
        mapped = ("--map", "/data/Movies", self._folder / "media")
        retrovue(self._ready, "collection", "update", "Plex/Movies", *mapped, "--sync-enable")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def asked(self) -> list[str]:
        """The paths asked for since the last time."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        paths: list[str] = json.loads(self._line())
        return paths

    def raw(self) -> Run:
        return self._checked(run([sys.executable, HERE / "plex.py", "raw", self._url]))

    def first(self) -> Run:
        remove(self._db)
        shutil.copyfile(self._ready, self._db)
        return self._ingested("added")

    def unchanged(self) -> Run:
        return self._ingested("unchanged")

    def _ingested(self, word: str) -> Run:
        done, said = ingested(self._db, "Plex")
        return self._checked(done._replace(out=str(said[word])))

    def _checked(self, done: Run) -> Run:
        if done.out.strip() != str(self.items):
            raise SystemExit(f"{done.out.strip()} of {self.items} items")
        return done


def serve(items: int, latency: float) -> None:
    """Serve a library until stdin closes: prints the address, and for each line the requests."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from fakes.plex import FakePlex, Many, Request, movie

    class Stored(FakePlex):
        pages_made: dict[str, tuple[int, bytes]] = {}  # noqa: RUF012 - one server a process

        def answer(self, request: Request) -> tuple[int, bytes]:
            name = f"{request.path} {request.start}"
            if name not in self.pages_made:
                self.pages_made[name] = super().answer(request)
            return self.pages_made[name]

    with Stored(TOKEN, latency=latency) as plex:
        plex.add_section("1", "Movies", "movie", items=Many(items, movie))
        print(plex.url, flush=True)
        for _ in sys.stdin:
            print(json.dumps(plex.paths()), flush=True)
            plex.requests.clear()


def raw(url: str) -> None:
    """Read every page with requests and iterparse, and count the items."""
    from xml.etree.ElementTree import iterparse

    import requests

    session, count, total = requests.Session(), 0, 1
    while count < total:
        window = {"X-Plex-Container-Start": str(count), "X-Plex-Container-Size": str(PAGE)}
        headers = {"X-Plex-Token": TOKEN, **window}
        address = f"{url}/library/sections/1/all?type=1&includeGuids=1"
        with session.get(address, headers=headers, stream=True) as response:
            response.raw.decode_content = True
            for _, element in iterparse(response.raw):
                if element.tag == "Video":
                    count += 1
                    element.clear()
                elif element.tag == "MediaContainer":
                    total = int(element.get("totalSize", 0))
    print(count)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]), float(sys.argv[3]))
    else:
        raw(sys.argv[2])
