"""How much the Plex importer's scan costs over `requests` and `iterparse` alone.

    python tests/benchmarks/plex.py [--json] [--items 20000 100000] [--rounds 5] [--latency 0.02]

A fake server in a process of its own hands out pages of 1000 movies, made beforehand. Both sides
are whole processes that read the same pages, in turns (raw, scan, raw, scan ...); the ratios are
medians of the pairs, with the least and the largest. Memory is the peak that the operating system
reports. Goals: at most 1.6 times raw, the same memory (within 25 %) at 20,000 and 100,000 items,
requests = pages + 5 at most, none to /library/metadata.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "tests")]

TOKEN = "benchmark-token"
PAGE = 1000


def serve(items: int, latency: float) -> None:
    """Serve a library until stdin closes; prints the address, and at the end the requests."""
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


def raw(url: str) -> int:
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
    return count


def scan(url: str) -> int:
    """Read the same through the importer, and count the items."""
    from retrovue import ScanCollection
    from retrovue_plex.importer import PlexImporter

    config = {"base_url": url, "token": TOKEN, "timeout": 30.0, "insecure": False}
    collection = ScanCollection("1", "Movies", "movie", ())
    return sum(1 for _ in PlexImporter(config).scan(collection))


def measured(side: str, url: str, items: int) -> dict[str, float]:
    """Seconds of wall and CPU, and the peak memory in MB, of one process."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, __file__, "--side", side, url], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    count = child.stdout.read().strip()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    if status or count != str(items):
        raise SystemExit(f"{side} read {count or 'nothing'} of {items} items")
    child.returncode = 0
    memory = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": memory}


def spread(values: list[float]) -> dict[str, float]:
    middle = statistics.median(values)
    return {name: round(value, 3) for name, value in _named(middle, values).items()}


def _named(middle: float, values: list[float]) -> dict[str, float]:
    return {"median": middle, "min": min(values), "max": max(values)}


def compare(items: int, rounds: int, latency: float) -> dict[str, Any]:
    command = [sys.executable, __file__, "--serve", str(items), "--latency", str(latency)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        url = server.stdout.readline().strip()
        measured("scan", url, items)  # makes the pages
        pairs = [(measured("raw", url, items), measured("scan", url, items)) for _ in range(rounds)]
        _asked(server)
        measured("scan", url, items)
        paths = _asked(server)
        server.stdin.close()
    return {
        "items": items,
        "wall_ratio": spread([two["wall"] / one["wall"] for one, two in pairs]),
        "cpu_ratio": spread([two["cpu"] / one["cpu"] for one, two in pairs]),
        "raw_seconds": round(statistics.median(one["wall"] for one, _ in pairs), 3),
        "scan_seconds": round(statistics.median(two["wall"] for _, two in pairs), 3),
        "raw_mb": round(max(one["memory"] for one, _ in pairs), 1),
        "scan_mb": round(max(two["memory"] for _, two in pairs), 1),
        "pages": -(-items // PAGE),
        "requests": len(paths),
        "metadata_requests": sum(path.startswith("/library/metadata") for path in paths),
    }


def _asked(server: subprocess.Popen[str]) -> list[str]:
    assert server.stdin
    assert server.stdout
    server.stdin.write("\n")
    server.stdin.flush()
    paths: list[str] = json.loads(server.stdout.readline())
    return paths


def show(results: list[dict[str, Any]]) -> None:
    names = ("items", "wall x", "(min-max)", "cpu x", "raw s", "scan s", "raw MB", "scan MB")
    print("  ".join(f"{name:>11}" for name in (*names, "requests", "pages")))
    for one in results:
        wall, cpu = one["wall_ratio"], one["cpu_ratio"]
        cells = (
            one["items"],
            wall["median"],
            f"{wall['min']:.2f}-{wall['max']:.2f}",
            cpu["median"],
            *(one[name] for name in ("raw_seconds", "scan_seconds", "raw_mb", "scan_mb")),
            one["requests"],
            one["pages"],
        )
        print("  ".join(f"{cell:>11}" for cell in cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--items", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds for each answer")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--side", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        serve(given.serve, given.latency)
    elif given.side:
        print({"raw": raw, "scan": scan}[given.side[0]](given.side[1]))
    else:
        results = [compare(items, given.rounds, given.latency) for items in given.items]
        print(json.dumps({"results": results}, indent=2)) if given.json else show(results)


if __name__ == "__main__":
    main()
