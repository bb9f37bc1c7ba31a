"""Trees of tiny files with names as libraries have them, made once from a seed and kept.

    python trees.py COUNT FOLDER [music]

A tenth of the files are movies in folders of their own (one or two files each: versions, parts and
extras among them), four tenths episodes by show and season, half tracks by artist and album, about
ten files to a folder. All sizes are distinct, all times in the past.
"""

from __future__ import annotations

import os
import random
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

VERSION = 1  # of the generator: another one makes the trees anew
PAST = 1_600_000_000


def _list(words: str) -> list[str]:
    return words.split()


_FIRST = _list("""
    Silent Burning Hidden Golden Broken Distant Electric Paper Midnight Crimson Hollow Last Northern
    Restless Velvet Winter Ancient Quiet Savage Silver Wandering Lost Blue Iron Frozen Secret
    Endless Glass Wild Empty Scarlet Little Drowned Bitter Painted Borrowed Crooked Gentle Rising
    Falling Second Thirteenth Lonely Stolen Perfect Sunken Amber Careless
""")
_SECOND = _list("""
    Harbour River City Garden Machine Station Empire Orchard Signal Mirror Island Road Valley Letter
    Kingdom Carnival Tower Summer Witness Ocean Desert Bridge Shadow Engine Forest House Circus
    Voyage Market Lantern Castle Journey Theatre Monsoon Prairie Cathedral Frontier Archive
    Lighthouse Railway Sky Tiger Parade Winter Horizon Passage Colony Ballad
""")
_THIRD = _list("""
    Dawn Strangers Memory Thunder Glass Sorrow Wolves Ashes Ravens Dust Rain Kings Smoke Stone Mercy
    Tomorrow Salt Echoes Fire Ghosts Snow Light Bones Sand Heaven Time Silence Night Gold Fortune
    Angels Water Trees Storms Sleep Blood Roses Lies Home Stars Steel Reason Youth Doubt Tides
    Honour Wires Bells
""")
_TAGS = ("1080p.BluRay.x264-GRP", "720p.WEB-DL.H264-NTb", "2160p.UHD.BluRay.x265-TERMiNAL")


def _title(number: int) -> str:
    """A title of its own for each number up to 110,000."""
    number, first = divmod(number * 7919, len(_FIRST))
    number, second = divmod(number, len(_SECOND))
    third = number % len(_THIRD)
    return f"{_FIRST[first]} {_SECOND[second]} of {_THIRD[third]}"


def _year(number: int) -> int:
    return 1930 + number * 31 % 95


def _words(random_: random.Random) -> str:
    return f"{random_.choice(_FIRST)} {random_.choice(_THIRD)}"


def paths(count: int) -> Iterator[str]:
    """`count` paths below a base, folder by folder."""
    movies, shows = count // 10, count * 4 // 10
    yield from _first(movies, _movies(random.Random(1)))
    yield from _first(shows, _shows(random.Random(2)))
    yield from _first(count - movies - shows, _music(random.Random(3)))


def music(count: int) -> Iterator[str]:
    return _first(count, _music(random.Random(3)))


def _first(count: int, all_of_them: Iterator[str]) -> Iterator[str]:
    return (path for _, path in zip(range(count), all_of_them, strict=False))


def _movies(random_: random.Random) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        title, year = _title(number), _year(number)
        name = f"{title} ({year})"
        folder = f"Movies/{name}"
        kind = random_.random()
        if kind < 0.45:
            yield f"{folder}/{name}.mkv"
        elif kind < 0.70:
            yield f"{folder}/{title.replace(' ', '.')}.{year}.{random_.choice(_TAGS)}.mkv"
        elif kind < 0.85:
            yield f"{folder}/{name} - 1080p.mkv"
            yield f"{folder}/{name} - 2160p.mkv"
        elif kind < 0.92:
            yield f"{folder}/{name} - cd1.avi"
            yield f"{folder}/{name} - cd2.avi"
        else:
            yield f"{folder}/{name}-trailer.mp4"
            yield f"{folder}/{name}.mp4"


def _shows(random_: random.Random) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        title, year = _title(number + 50), _year(number)
        dotted = title.replace(" ", ".")
        release = random_.random() < 0.4
        for season in range(0 if random_.random() < 0.2 else 1, random_.randint(2, 6)):
            below = f"TV Shows/{title} ({year})/{f'Season {season:02}' if season else 'Specials'}"
            for episode in range(1, random_.randint(9, 14) if season else 4):
                if release:
                    yield f"{below}/{dotted}.S{season:02}E{episode:02}.{_TAGS[episode % 3]}.mkv"
                else:
                    words = _words(random_)
                    yield f"{below}/{title} - S{season:02}E{episode:02} - {words}.mkv"


def _music(random_: random.Random) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        first, second, _, third = _title(number + 99).split()
        artist = f"The {second} {third}" if number % 3 else f"{first} {third}"
        for album in range(random_.randint(1, 5)):
            name = f"{_words(random_)} ({_year(number + album)})"
            folder = f"Music/{artist} {number}/{name} {album}"
            for track in range(1, random_.randint(9, 15)):
                yield f"{folder}/{track:02} - {_words(random_)}.flac"


def make(count: int, base: str, only_music: bool = False) -> None:
    """Make the tree below a base. Music alone is of real (silent) FLAC files with tags."""
    known = {""}
    for number, path in enumerate(music(count) if only_music else paths(count)):
        folder, _, name = path.rpartition("/")
        if folder not in known:
            os.makedirs(f"{base}/{folder}", exist_ok=True)
            known.add(folder)
        file = os.open(f"{base}/{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        if only_music:
            os.write(file, _flac(path))
        os.ftruncate(file, 1000 + number)
        os.utime(file, (PAST + number, PAST + number))
        os.close(file)
    for folder in known:
        while folder:
            os.utime(f"{base}/{folder}", (PAST, PAST))
            folder = folder.rpartition("/")[0]
    os.utime(base, (PAST, PAST))


def _flac(path: str) -> bytes:
    """The head of a FLAC file, with tags. https://xiph.org/flac/format.html"""
    _, artist, album, name = path.split("/")
    number, _, title = name.removesuffix(".flac").partition(" - ")
    tags = [f"ARTIST={artist}", f"ALBUM={album}", f"TITLE={title}", f"TRACKNUMBER={number}"]
    rate_and_length = (44_100 << 44) | (1 << 41) | (15 << 36) | 44_100 * 180
    info = struct.pack(">HH6xQ16x", 4096, 4096, rate_and_length)
    comment = struct.pack("<I", 0) + struct.pack("<I", len(tags))
    for tag in tags:
        comment += struct.pack("<I", len(tag.encode())) + tag.encode()
    return b"fLaC" + _block(0, info) + _block(0x84, comment)


def _block(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def grow(base: str, count: int, every: int, number_of_times: int) -> int:
    """Give every nth file a size that it never had; returns how many there were. 0 times brings
    all of them back to what they were."""
    grown = 0
    for number, path in enumerate(paths(count)):
        if number % every == every // 2:
            grown += 1
            os.truncate(f"{base}/{path}", 1000 + number + number_of_times * count)
            if number_of_times == 0:
                os.utime(f"{base}/{path}", (PAST + number, PAST + number))
    return grown


def tree(count: int, kind: str = "mixed") -> Path:
    """The folder of a tree, made (by a process of its own) where there is none yet."""
    from measure import HERE, WORK, run

    folder = WORK / "trees" / f"{VERSION}-{kind}-{count}"
    whole = folder.with_suffix(".whole")
    if not whole.exists():
        print(f"making {folder} ...", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        run([sys.executable, HERE / "trees.py", str(count), folder, kind])
        whole.touch()
    return folder


if __name__ == "__main__":
    if sys.argv[3] == "grow":
        print(grow(sys.argv[2], int(sys.argv[1]), int(sys.argv[4]), int(sys.argv[5])))
    else:
        make(int(sys.argv[1]), sys.argv[2], sys.argv[3] == "music")
