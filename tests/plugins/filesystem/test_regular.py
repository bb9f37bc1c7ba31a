"""The short way of reading a directory answers as the long way does, or not at all."""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrovue.names.folders import folder
from retrovue_filesystem.directory import Directory
from retrovue_filesystem.items import Reader
from retrovue_filesystem.regular import read

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import trees  # noqa: E402

import names_report  # noqa: E402


def _directories(paths: Iterable[str]) -> Iterator[Directory]:
    """The directories that hold these files, each file of another size and time."""
    by_folder: dict[str, list[str]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        where, _, name = path.rpartition("/")
        if name:
            by_folder[where].append(name)
    for number, (where, names) in enumerate(by_folder.items()):
        relative = f"{where}/" if where else ""
        found = Directory(f"/srv/Library/{relative}", relative, 1)
        for at, name in enumerate(names):
            found.add(name, 1000 * number + at, (number * 86_400 * 37 + at) * 10**9)
        yield found


def _agree(paths: Iterable[str], kinds: Iterable[str | None]) -> int:
    """Compare the two ways; returns how many files went the short one."""
    short = 0
    for kind in kinds:
        for directory in _directories(paths):
            where = folder(Reader._parts(directory, ""), kind)
            found = read(directory, where, directory.relative, "m")
            if found is None:
                continue
            thorough = Reader("", kind, regular=False)
            thorough._mark = "m"
            assert found == list(thorough.read(directory)), directory.names
            short += len(found)
    return short


def test_the_names_of_a_tidy_library_go_the_short_way() -> None:
    shares = (("Movies", "movie", 0.3), ("TV Shows", "show", 0.9), ("Music", "music", 0.9))
    for top, kind, share in shares:
        paths = [p.partition("/")[2] for p in trees.paths(20_000) if p.startswith(f"{top}/")]
        assert _agree(paths, [kind]) > share * len(paths), top


def test_the_names_of_the_cases_and_of_the_report_agree() -> None:
    kinds = (None, "movie", "show", "music", "video", "photo")
    for name in ("works.jsonl", "more_works.jsonl"):
        for line in Path(__file__).with_name(name).read_text("utf-8").splitlines():
            files = json.loads(line)["files"]
            _agree([path.partition("/")[2] for path in files], kinds)
    _agree(names_report.typical_paths(), kinds)


@pytest.mark.skipif(
    not (names_report.SHARED / "names.jsonl").exists(),
    reason=f"no expected readings in {names_report.SHARED}",
)
def test_names_of_others_agree() -> None:
    for row in names_report.load(names_report.SHARED / "names.jsonl"):
        path = row.get("path") or row["input"]
        _agree([os.fspath(path).lstrip("/")], ("movie", "show", "music"))


_WORDS = """Heat Tide The of and Part Two Sample Trailer Extended Uncut German Multi Dual Cd Disc
    Special Final Cut Dolby Web Internal Limited Complete Proper Nc Ova Season Episode Volume Ten
    Theme Va Interview Scene Short Other Deleted A Us Director"""
_WORD = st.sampled_from(_WORDS.split())
_PHRASE = st.lists(_WORD, min_size=1, max_size=4).map(" ".join)
_TAGS = st.sampled_from(
    ["", ".720p.WEB-DL.x264-GRP", ".1080p.BluRay", "_x", ".German.720p", ".mkv", ".part1", ".cd2",
     ".720p-sample", ".E03", ".Special", ".2160p.[GRP]", ".HDTV.x264-trailer", ".720p.\udcff-x"]
)  # fmt: skip


@st.composite
def _names(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A directory below a library, and names of files in it, which the short way may take."""
    kind = draw(st.sampled_from(["movie", "show", "music"]))
    title, year = draw(_PHRASE), draw(st.integers(1900, 2039))
    some = st.lists(_PHRASE, min_size=1, max_size=4)
    if kind == "music":
        return kind, [f"{title}/{draw(_PHRASE)} ({year})/{n:02} - {song}.flac"
                      for n, song in enumerate(draw(some))]  # fmt: skip
    if kind == "movie":
        return kind, [f"{title} ({year})/{title} ({year}).mkv"]
    where = f"{title} ({year})/Season {draw(st.integers(0, 3))}"
    head = draw(st.sampled_from([f"{title} ({year}) - ", f"{title} - ",
                                 f"{title.replace(' ', '.')}."]))  # fmt: skip
    tags, told = draw(_TAGS), draw(st.booleans())
    return kind, [f"{where}/{head}S01E{n:02}{f' - {name}' if told else ''}{tags}.mkv"
                  for n, name in enumerate(draw(some))]  # fmt: skip


@given(_names())
@settings(max_examples=400)
def test_generated_names_agree(tree: tuple[str, list[str]]) -> None:
    kind, paths = tree
    _agree(paths, [kind])
