"""What retrovue costs, as ratios to plain programs and peers that run beside it.

    python tests/benchmarks/run.py [NAMES...] [--json] [--save] [--files N] [--rounds N]

Prints a table; `--save` writes it into docs/performance.md as well, with the machine, so that no
figure there is typed by hand. Every side is a whole process, started by the virtual environment
that this runs in; sides take turns, and a ratio is that of the CPU times, the median of the pairs,
with the least and the largest. Trees and peers are kept in a folder of the system's temporary one,
for the next time.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import page  # noqa: E402
from measure import Row, Settings, number  # noqa: E402

GROUPS = {
    "first": "first ingest",
    "again": "ingesting again",
    "scale": "time for each file by size of the tree",
    "lock": "write lock",
    "peers": "peers on the same tree",
    "start": "cold start",
    "names": "reading names",
    "million": "a million assets",
    "search": "searching",
    "size": "size of the file",
    "plex": "ingesting from Plex",
    "probe": "probing files",
}


def main() -> None:
    given = _arguments()
    settings = Settings(given.files, given.rounds)
    told: dict[str, list[dict[str, object]]] = {}
    measured: dict[str, list[Row]] = {}
    for name in given.names or GROUPS:
        if not given.json:
            _head(name)
        told[name], measured[name] = [], []
        for row in importlib.import_module(name).rows(settings):
            told[name].append({**row._asdict(), "value": row.value._asdict(), "kept": row.kept})
            measured[name].append(row)
            if not given.json:
                print(_line(row), flush=True)
    if given.save:
        page.save(settings, measured)
    if given.json:
        print(json.dumps({"settings": settings._asdict(), "groups": told}, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    known = ", ".join(GROUPS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"groups: {known} (default: all)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.add_argument("--save", action="store_true", help="write it into docs/performance.md")
    parser.add_argument("--files", type=int, default=100_000, help="files in the tree (100000)")
    parser.add_argument("--rounds", type=int, default=5, help="pairs to take (5)")
    given = parser.parse_args()
    unknown = set(given.names) - set(GROUPS)
    if unknown:
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {known}")
    return given


def _head(name: str) -> None:
    print(f"\n{name}: {GROUPS[name]}")
    columns = ("value", "least-most", "wall", "seconds", "MB")
    print(f"{'':56}" + "".join(f"{column:>14}" for column in columns) + "  goal")


def _line(row: Row) -> str:
    value = row.value
    several = f"{number(value.least)}-{number(value.most)}" if value.least < value.most else ""
    cells = (
        f"{number(value.median)} {row.unit}",
        several,
        f"{row.wall:.2f} x" if row.wall is not None else "",
        f"{row.seconds:.3f}" if row.seconds is not None else "",
        f"{row.memory:.0f}" if row.memory is not None else "",
    )
    line = f"{row.what:56}" + "".join(f"{cell:>14}" for cell in cells)
    return f"{line}  {_goal(row):20}  {row.note}".rstrip()


def _goal(row: Row) -> str:
    signs = {"<=": row.at_most, ">=": row.at_least}
    parts = [f"{sign} {number(goal)}" for sign, goal in signs.items() if goal is not None]
    if row.mb_at_most is not None:
        parts.append(f"{row.mb_at_most:.0f} MB")
    if not parts:
        return ""
    return ", ".join(parts) + (" ok" if row.kept else " NO")


if __name__ == "__main__":
    main()
