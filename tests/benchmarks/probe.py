"""Probing: files a second beside the bare libraries on the same files, and an ingest without it."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import HERE, WORK, Row, Run, Settings, in_turns, ratio, retrovue, run, spread
from subject import remove

MOST = 2000  # files: one encoded film after the other, copied
KINDS = 20  # different ones of them

BARE = """
import sys
from pathlib import Path
import av, av.logging
from PIL import Image
av.logging.set_level(None)
for path in sorted(Path(sys.argv[1]).rglob("*.*")):
    if path.suffix == ".jpg":
        with Image.open(path) as image:
            image.size, image.getexif()
    else:
        with av.open(str(path)) as opened:
            [stream.codec_context.name for stream in opened.streams]
"""


def rows(settings: Settings) -> Iterator[Row]:
    subject = _Subject(min(settings.files, MOST))
    steps = {"bare": subject.bare, "probe": subject.probe, "settle": subject.plain,
             "again": subject.again, "plain": subject.plain}  # fmt: skip
    runs = in_turns(settings.rounds, steps, subject.bare)
    files = f"{subject.files:,} films, songs and photos"
    yield ratio(f"{files} / av and Pillow in a row", runs["probe"], runs["bare"])
    yield _pace("  probed", subject.files, runs["probe"])
    yield _pace("  by av and Pillow in a row", subject.files, runs["bare"])
    yield ratio("  again with --probe / without", runs["again"], runs["plain"], at_most=1.3)


def _pace(what: str, files: int, runs: list[Run]) -> Row:
    seconds = statistics.median(one.wall for one in runs)
    return Row(what, spread(files / one.wall for one in runs), "files/s", seconds=seconds)


class _Subject:
    def __init__(self, files: int) -> None:
        self.files = files
        self.tree = WORK / f"probe-{files}"
        if not self.tree.exists():
            run([sys.executable, HERE / "probe.py", self.tree, str(files)])
        folder = WORK / "catalogues" / "probe"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._ready, self._db = folder / "ready.db", folder / "retrovue.db"
        retrovue(self._ready, "quickstart", self.tree)

    def bare(self) -> Run:
        return run([sys.executable, "-c", BARE, self.tree])

    def probe(self) -> Run:
        remove(self._db)
        shutil.copyfile(self._ready, self._db)
        done = retrovue(self._db, "asset", "probe", "--json")
        if json.loads(done.out)["probed"] != self.files:
            raise SystemExit(f"not all was probed: {done.out}")
        return done

    def again(self) -> Run:
        return retrovue(self._db, "source", "ingest", "1", "--probe")

    def plain(self) -> Run:
        return retrovue(self._db, "source", "ingest", "1")


def make(tree: Path, files: int) -> None:
    """A few kinds of media, and copies of them under other names."""
    from support.encoded import Audio, Video, encode, photo

    half = tree.with_name(f"{tree.name}-making")
    shutil.rmtree(half, ignore_errors=True)
    kinds = (
        lambda name: encode(half / "Movies" / f"Film {name} (1999).mkv", Video("libx264", 640, 360),
                            Audio("aac", "eng"), seconds=2),
        lambda name: encode(half / "Movies" / f"Clip {name} (1999).mp4", Video("libx264", 640, 360),
                            Audio("aac"), seconds=2),
        lambda name: encode(half / "Music" / "A" / "B" / f"Song {name}.mp3", Audio("libmp3lame"),
                            tags={"title": name, "artist": "A"}, seconds=2),
        lambda name: photo(half / "Photos" / f"Photo {name}.jpg", (640, 480),
                           inner={0x9003: "2011:02:03 04:05:06"}),
    )  # fmt: skip
    made = [kinds[at % len(kinds)](str(at)) for at in range(min(files, KINDS))]
    for at in range(len(made), files):
        one = made[at % len(made)]
        shutil.copyfile(one, one.with_name(one.name.replace(" ", f" {at} n", 1)))
    half.rename(tree)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    make(Path(sys.argv[1]), int(sys.argv[2]))
