"""Names read in a second: each directory's facts once, then each file in it.

python tests/benchmarks/names.py COUNT
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from measure import HERE, Row, Settings, run, spread

KINDS = {"Movies": "movie", "TV Shows": "show", "Music": "music"}


def rows(settings: Settings) -> Iterator[Row]:
    command = [sys.executable, HERE / "names.py", str(settings.files)]
    said = [run(command).out.splitlines() for _ in range(settings.rounds)]
    for line in zip(*said, strict=True):
        what = line[0].rpartition(" ")[0]
        rates = spread(float(one.rpartition(" ")[2]) for one in line)
        yield Row(f"{what}: names a second", rates, unit="/s", at_least=100_000)


def main(count: int) -> None:
    import trees

    folders: dict[tuple[str, ...], list[str]] = {}
    for path in trees.paths(count):
        *parts, name = path.split("/")
        folders.setdefault(tuple(parts), []).append(name)
    for what, tops in (("all", tuple(KINDS)), *((kind, (top,)) for top, kind in KINDS.items())):
        print(what, _rate({parts: found for parts, found in folders.items() if parts[0] in tops}))
    print("all, kind not told", _rate(folders, told=False))


def _rate(folders: dict[tuple[str, ...], list[str]], told: bool = True) -> float:
    from retrovue import names

    began = time.process_time()
    for parts, found in folders.items():
        facts = names.folder(parts, KINDS[parts[0]] if told else None)
        for name in found:
            names.read(name, facts)
    return sum(map(len, folders.values())) / (time.process_time() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]))
