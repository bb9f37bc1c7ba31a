"""One directory of very many files: read in little memory, and works stay whole."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from retrovue import FoundAsset
from retrovue_filesystem.items import MANY, Reader
from retrovue_filesystem.walk import Directory

MOST = 30.0  # MB; the readings of all files at once are some 100

SCRIPT = """
import resource, sys
from retrovue_filesystem.items import Reader
from retrovue_filesystem.walk import Directory

directory = Directory("/m/Movies/", "", 0)
for n in range(100_000):
    directory.add(f"A Film With Some Name {n} (1990) - 1080p.mkv", 10**10 + n, 10**18 + n)
reader = Reader("Movies/", "movie")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = sum(1 for _ in reader.read(directory))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(found, (after - before) / (2**20 if sys.platform == "darwin" else 2**10))
"""


def _directory(*names: str) -> Directory:
    directory = Directory("/m/Movies/", "", 0)
    for number, name in enumerate(names):
        directory.add(name, number, 10**18 + number)
    return directory


def test_a_directory_of_very_many_files_is_read_in_little_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    found, grown = done.stdout.split()
    assert int(found) == 100_000
    assert float(grown) < MOST


def test_versions_of_a_work_among_very_many_files_are_one_asset() -> None:
    names = [
        name
        for number in range(MANY)
        for name in (f"Film No {number} (1990) - 1080p.mkv", f"film.no.{number}.1990.720p.mkv")
    ]
    found = list(Reader("", "movie").read(_directory(*names)))
    assert len(found) == MANY
    assert all(isinstance(asset, FoundAsset) and len(asset.files) == 2 for asset in found)


def test_few_and_many_files_are_read_alike() -> None:
    names = [f"Show {n % 7} - S01E{n:04} - Part.mkv" for n in range(3 * MANY)]
    few = [asset for n in range(0, len(names), MANY) for asset in _read(names[n : n + MANY])]
    assert Counter(few) == Counter(_read(names))


def _read(names: list[str]) -> list[tuple[object, ...]]:
    return [
        (asset.external_id, asset.title, asset.series, asset.episode)
        for asset in Reader("", "show").read(_directory(*names))
        if isinstance(asset, FoundAsset)
    ]


def test_times_beyond_64_bits_are_kept() -> None:
    directory = _directory("a.mkv")
    directory.add("b.mkv", 7, 2**70)
    directory.add("c.mkv", 8, 10**18)
    assert [(file.size, file.mtime_ns) for file in directory.files()] == [
        (0, 10**18), (7, 2**70), (8, 10**18),
    ]  # fmt: skip
