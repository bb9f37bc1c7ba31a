"""Measure how many names of a directory of expected readings come out right.

Usage: python tests/names_report.py [DIR] [--failures] [--json]
DIR holds names.jsonl and season_folders.jsonl (default: ../shared/data/names beside the project).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared" / "data" / "names"
sys.path.insert(0, str(PROJECT / "plugins"))

from retrovue.names import Folder, Reading, folder, read, read_path  # noqa: E402

Expected = dict[str, Any]
_BLANKS = re.compile(r"[\W_]+")
_YEAR = re.compile(r" \d{4}$")
_NOUNS = re.compile(r" (?:edition|version|cut|collection)$")


def fold(text: str | None) -> str:
    """Fold case and turn every run of punctuation and blanks into one blank."""
    return _BLANKS.sub(" ", (text or "").casefold()).strip()


@dataclass
class Tally:
    """Right and asserted readings, per file and per field, of one style."""

    files: int = 0
    right: int = 0
    asserted: Counter[str] = field(default_factory=Counter)
    correct: Counter[str] = field(default_factory=Counter)

    def share(self) -> float:
        """Return the share of files with every asserted field right, in percent."""
        return 100 * self.right / self.files if self.files else 0.0

    def field_share(self, name: str) -> float:
        """Return the share of asserted values of one field that are right, in percent."""
        return 100 * self.correct[name] / self.asserted[name] if self.asserted[name] else 100.0


def load(path: Path) -> list[dict[str, Any]]:
    """Read a file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def wrong_fields(expect: Expected, got: Reading) -> Iterator[str]:
    """Yield the fields of a reading that are not as expected."""
    for name, value in expect.items():
        if not _CHECKS[name](value, got):
            yield name


def _type(value: str, got: Reading) -> bool:
    return got.kind == value


def _title(value: str, got: Reading) -> bool:
    own = fold(got.series if got.kind == "episode" else got.title)
    wanted = fold(value)
    return own == wanted or _YEAR.sub("", own) == _YEAR.sub("", wanted)


def _episode(value: int | None, got: Reading) -> bool:
    return value in (got.episode, got.absolute)


def _absolute(value: int | None, got: Reading) -> bool:
    return value in (got.absolute, got.episode)


def _episodes(value: list[int], got: Reading) -> bool:
    first = got.episode if got.episode is not None else got.absolute
    return (first, got.episode_end or first) == (value[0], value[-1])


def _last(value: int | None, got: Reading) -> bool:
    if value is None:
        return got.episode_end is None
    return (got.episode_end or got.episode) == value


def _edition(value: str | None, got: Reading) -> bool:
    return _NOUNS.sub("", fold(got.edition)) == _NOUNS.sub("", fold(value))


def _ids(value: dict[str, Any], got: Reading) -> bool:
    return all(f"{site}://{number}" in got.guids for site, number in value.items())


_CHECKS: dict[str, Callable[[Any, Reading], bool]] = {
    "type": _type,
    "title": _title,
    "year": lambda value, got: got.year == value,
    "season": lambda value, got: got.season == value,
    "episode": _episode,
    "episodes": _episodes,
    "last_episode": _last,
    "date": lambda value, got: got.released_on == value,
    "absolute": _absolute,
    "episode_title": lambda value, got: fold(got.title) == fold(value),
    "part": lambda value, got: got.part == value,
    "edition": _edition,
    "ids": _ids,
    "extra": lambda value, got: got.extra == value,
}


def by_guessit(path: str) -> Reading:
    """Read a path with guessit, which has to be installed: https://guessit-io.github.io/guessit/"""
    from guessit import guessit  # type: ignore[import-not-found]

    told = guessit(path)

    def one(name: str) -> Any:
        value = told.get(name)
        return value[0] if isinstance(value, list) else value

    episodes = told.get("episode")
    last = episodes[-1] if isinstance(episodes, list) else None
    is_episode = told.get("type") == "episode"
    other = told.get("other", [])
    extra = "trailer" if "Trailer" in other else None
    title = one("episode_title") if is_episode else one("title")
    return Reading(
        "extra" if extra else "episode" if is_episode else "movie",
        title or "",
        series=one("title") if is_episode else None,
        season=one("season"),
        episode=one("episode"),
        episode_end=last,
        absolute=one("absolute_episode"),
        year=one("year"),
        released_on=told["date"].isoformat() if "date" in told else None,
        part=one("part") or one("cd"),
        edition=one("edition"),
        extra=extra,
    )


def measure(
    names: list[dict[str, Any]],
    read: Callable[[str], Reading] = read_path,
) -> tuple[dict[str, Tally], list[tuple[dict[str, Any], list[str], Reading]]]:
    """Read every name; return a tally per style ('hard' ones apart) and the wrong ones."""
    tallies: dict[str, Tally] = {}
    failures = []
    for name in names:
        style = name["style"] + (" (hard)" if name.get("hard") else "")
        tally = tallies.setdefault(style, Tally())
        got = read(name["path"])
        wrong = list(wrong_fields(name["expect"], got))
        tally.files += 1
        tally.right += not wrong
        tally.asserted.update(name["expect"].keys())
        tally.correct.update(name["expect"].keys() - set(wrong))
        if wrong:
            failures.append((name, wrong, got))
    return tallies, failures


def wrong_seasons(rows: list[dict[str, Any]]) -> list[tuple[str, int | None, int | None]]:
    """Return path, expected and read season of every season folder read wrong."""
    out = []
    for row in rows:
        got = folder([part for part in row["path"].split("/") if part]).season
        season = row["expect"]["season"]
        if got != season and not (season == 0 and "extra" in row["path"].lower()):
            out.append((row["path"], season, got))
    return out


def in_folders(paths: Iterable[str]) -> list[tuple[str, Folder]]:
    """Return each file's name with its folder's facts, which are worked out before."""
    split = [[part for part in path.split("/") if part] for path in paths]
    return [(last, folder(parts)) for *parts, last in split]


def library_paths(names: list[dict[str, Any]]) -> list[str]:
    """Return the paths of library style among expected names."""
    return [n["path"] for n in names if n["style"] == "library" and "\\" not in n["path"]]


def typical_paths() -> Iterator[str]:
    """Yield the paths of a tidy library made up here: shows, movies and music."""
    names = "Amber Bridge Cellar Dawn Ember Ferry Grove Hollow Inlet Jetty Knoll Ledge"
    words = names.split(" ")
    pairs = [f"{first} {second}" for first in words for second in words if first != second]
    for at, name in enumerate(pairs):
        year = 1950 + at % 70
        for number in range(1, 11):
            title = pairs[(at * 7 + number) % len(pairs)]
            numbers = f"S01E{number:02}"
            yield f"TV Shows/{name} ({year})/Season 01/{name} ({year}) - {numbers} - {title}.mkv"
            yield f"Music/{name}/{title} ({year})/{number:02} - {title}.flac"
        yield f"Movies/{name} ({year})/{name} ({year}) - 1080p.mkv"
        yield f"Movies/{name} ({year + 1})/{name} ({year + 1}) [Bluray-1080p].mkv"


def speed(work: list[tuple[str, Folder]], seconds: float = 0.2, rounds: int = 5) -> float:
    """Return names read in a second of the processor's time, the best of several rounds."""
    best = 0.0
    for _ in range(rounds):
        done, start = 0, time.process_time()
        while time.process_time() - start < seconds:
            for last, where in work:
                read(last, where)
            done += len(work)
        best = max(best, done / (time.process_time() - start))
    return best


def table(tallies: dict[str, Tally]) -> str:
    """Lay the shares out: a row per field, a column per style."""
    styles = sorted(tallies)
    fields = [name for name in _CHECKS if any(tallies[s].asserted[name] for s in styles)]
    lines = ["".join([f"{'':14}", *(f"{style:>16}" for style in styles)])]
    lines.append("".join([f"{'names':14}", *(f"{tallies[s].files:16}" for s in styles)]))
    lines.append("".join([f"{'all right':14}", *(f"{tallies[s].share():15.1f}%" for s in styles)]))
    for name in fields:
        cells = (
            f"{tallies[s].field_share(name):15.1f}%" if tallies[s].asserted[name] else f"{'-':>16}"
            for s in styles
        )
        lines.append("".join([f"{name:14}", *cells]))
    return "\n".join(lines)


def main() -> int:
    """Print the report; return 1 when there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("directory", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--failures", action="store_true", help="list the names read wrong")
    parser.add_argument("--json", action="store_true", help="print the shares as JSON")
    options = parser.parse_args()
    if not (options.directory / "names.jsonl").exists():
        print(f"no names.jsonl in {options.directory}", file=sys.stderr)
        return 1
    names = load(options.directory / "names.jsonl")
    tallies, failures = measure(names)
    seasons_path = options.directory / "season_folders.jsonl"
    folders = load(seasons_path) if seasons_path.exists() else []
    wrong = wrong_seasons(folders)
    rates = {
        "these": speed(in_folders(library_paths(names))),
        "typical": speed(in_folders(typical_paths())),
    }
    if options.json:
        print(json.dumps(_as_json(tallies, len(folders), len(wrong), rates), indent=2))
        return 0
    print(table(tallies))
    if others := _with_guessit(names):
        print(others)
    print(f"\nseason folders right: {len(folders) - len(wrong)} of {len(folders)}")
    print(f"of these library names read in a second: {rates['these']:,.0f}")
    print(f"of a tidy library's names: {rates['typical']:,.0f}")
    if options.failures:
        _print_failures(failures, wrong)
    return 0


def _with_guessit(names: list[dict[str, Any]]) -> str | None:
    """The row of guessit's shares below ours; None where it is not installed."""
    from importlib.util import find_spec

    if find_spec("guessit") is None:
        return None
    tallies, _ = measure(names, by_guessit)
    cells = (f"{tallies[style].share():15.1f}%" for style in sorted(tallies))
    return "".join([f"{'guessit':14}", *cells])


def _as_json(
    tallies: dict[str, Tally], folders: int, wrong: int, rates: dict[str, float]
) -> dict[str, Any]:
    styles = {
        style: {
            "names": tally.files,
            "right": round(tally.share(), 2),
            "fields": {f: round(tally.field_share(f), 2) for f in tally.asserted},
        }
        for style, tally in sorted(tallies.items())
    }
    season_folders = {"folders": folders, "wrong": wrong}
    per_second = {name: round(rate) for name, rate in rates.items()}
    return {"styles": styles, "season_folders": season_folders, "names_per_second": per_second}


def _print_failures(
    failures: list[tuple[dict[str, Any], list[str], Reading]],
    seasons: list[tuple[str, int | None, int | None]],
) -> None:
    for name, wrong, got in failures:
        hard = " hard" if name.get("hard") else ""
        told = {k: v for k, v in got._asdict().items() if v not in (None, (), "")}
        print(f"\n[{name['style']}{hard}] {name['path']}\n  wrong: {', '.join(wrong)}")
        print(f"  expected: {name['expect']}\n  read:     {told}")
    for path, expected, season in seasons:
        print(f"\n[season folder] {path}: expected {expected}, read {season}")


if __name__ == "__main__":
    sys.exit(main())
