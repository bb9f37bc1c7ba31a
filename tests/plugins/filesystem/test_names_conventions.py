"""Further conventions of the guides of Plex, Jellyfin and Kodi, on names made up here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "plugins"))

from retrovue.names import episodes, extras, folder, numbers, read_path, tags, titles

SEA = "/m/Movies/Sea Road (2010)/"
DESK = "/m/TV/Night Desk (2010)/Season 01/"

MOVIES: list[tuple[str, dict[str, Any]]] = [
    (SEA + "Sea Road (2010) {imdb-tt7654321}.mp4", {"guids": ("imdb://tt7654321",)}),
    (SEA + "Sea Road (2010) [imdbid=tt7654321].mp4", {"guids": ("imdb://tt7654321",)}),
    (SEA + "Sea Road (2010) - [1080p].mkv", {"version": "1080p"}),
    (SEA + "Sea Road (2010) - [Long Cut].mkv", {"version": "Long Cut"}),
    (SEA + "Sea Road (2010)-disc1.mkv", {"part": 1}),
    (SEA + "Sea Road (2010) disk2.mkv", {"part": 2}),
    (SEA + "Sea Road (2010).part2.mkv", {"part": 2}),
    (SEA + "Sea Road (2010) (1 of 2).avi", {"part": 1}),
    (SEA + "Sea Road (2010) [2of2].avi", {"part": 2}),
    (SEA + "Sea.Road.2010.CD2.DVDRip.avi", {"part": 2}),
    (SEA + "sea road-cd2.avi", {"part": 2}),
    (SEA + "Sea Road (2010).3D.HSBS.mkv", {"title": "Sea Road", "year": 2010}),
    (SEA + "Disc 2/VIDEO_TS/VTS_01_1.VOB", {"title": "Sea Road", "part": 1}),
    ("/m/Movies/Sea Road.3D.SBS.mkv", {"title": "Sea Road"}),
    ("/m/Movies/Sea Road [3D].mkv", {"title": "Sea Road"}),
    ("/m/Movies/Sea Road 3D (2010).mkv", {"title": "Sea Road 3D"}),
    ("/m/Movies/Sea_Road._2010.mkv", {"title": "Sea Road", "year": 2010}),
    ("/m/Movies/Sea Road (1996-2007).mkv", {"title": "Sea Road", "year": 1996}),
    ("/m/Movies/Sea Road  (US)  (2010).mkv", {"title": "Sea Road", "year": 2010}),
    ("/m/Movies/Sea.Road.German.2010.AC3.DVDRip.avi", {"title": "Sea Road", "year": 2010}),
    ("/m/Movies/The.Road.FRENCH.2010.DVDRip.avi", {"title": "The Road", "year": 2010}),
    ("/m/Movies/The.German.2010.1080p.mkv", {"title": "The German", "year": 2010}),
    ("/m/Movies/My.French.2010.GERMAN.DVDRip.avi", {"title": "My French", "year": 2010}),
    ("/m/Movies/Speaking French 2010.mkv", {"title": "Speaking French", "year": 2010}),
    ("/m/Movies/Open.Water.2.2010.1080p.mkv", {"title": "Open Water 2", "year": 2010}),
]

EPISODES: list[tuple[str, dict[str, Any]]] = [
    (DESK + "s1e2.mkv", {"season": 1, "episode": 2}),
    (DESK + "s01ep02.mkv", {"season": 1, "episode": 2}),
    (DESK + "s01_e02.mkv", {"season": 1, "episode": 2}),
    (DESK + "s01.ep02.mkv", {"season": 1, "episode": 2}),
    (DESK + "Night_Desk_[s01]_[e02].mkv", {"season": 1, "episode": 2}),
    (DESK + "Night Desk {S01E02}.mkv", {"season": 1, "episode": 2, "title": ""}),
    (DESK + "S01xE02xE03 Late.mkv", {"episode": 2, "episode_end": 3, "title": "Late"}),
    (DESK + "ep03.mkv", {"season": 1, "episode": 3}),
    (DESK + "part.II.mkv", {"season": 1, "episode": 2}),
    (DESK + "pt.IX.mkv", {"season": 1, "episode": 9}),
    (DESK + "Part III - Harbour.mkv", {"season": 1, "episode": 3, "title": "Harbour"}),
    (DESK + "Night Desk 5.mkv", {"season": 1, "episode": 5}),
    (DESK + "Night Desk - S01E02 - Late (Part 2).mkv", {"title": "Late (Part 2)", "part": None}),
    (DESK + "Night Desk - S01E02 - Late - Part 2.mkv", {"title": "Late - Part 2", "part": None}),
    (DESK + "Night Desk - S01E02 - Late (1).mkv", {"title": "Late (1)", "part": None}),
    (DESK + "Night Desk - S01E02-part2.mkv", {"title": "", "part": 2}),
    (DESK + "Night Desk - S01E02 - Disc B.mkv", {"title": "", "part": 2}),
    (DESK + "Night Desk - S01E02 - Late [1080p].mkv", {"title": "Late", "version": "1080p"}),
    (DESK + "Night Desk - S01E02 - 4K.mkv", {"title": "", "version": "4K"}),
    (DESK + "Night Desk - S01E02 - 12 - 1080p.mkv", {"title": "12", "version": "1080p"}),
    (DESK + "Night Desk - S01E02 - Late HDTV.mkv", {"title": "Late"}),
    (DESK + "Night Desk - S01E02 - Late, The.mkv", {"title": "The Late"}),
    (DESK + "Night Desk - S01E02 [tvdbid-12].mkv", {"guids": ("tvdb://12",)}),
    ("/m/TV/Night Desk/Night.Desk.part.IV.mkv", {"series": "Night Desk", "episode": 4}),
    ("/m/TV/Night Desk/Specials/The Making, Part 2.mkv", {"season": 0, "episode": None}),
    ("/m/TV/Night Desk [tvdbid-9]/Season 00/S00E01.mkv", {"season": 0, "guids": ("tvdb://9",)}),
    ("/m/TV/Night Desk/Season 1965/S1965E03.mkv", {"season": 1965, "episode": 3, "year": 1965}),
    ("/m/TV/Night Desk (2010)/Season 2014/Night Desk - 2014x05.mkv", {"year": 2010}),
    ("Night.Desk.S03.1080p.BluRay-GRP.mkv", {"series": "Night Desk", "season": 3}),
    ("Night Desk S03-The Best Of.mkv", {"series": "Night Desk", "season": 3, "episode": None}),
    ("Night-Desk-656 Late Call.mkv", {"title": "Late Call", "absolute": 656}),
    ("[Grp] 05 - Night Desk [720p].mkv", {"series": "Night Desk", "absolute": 5, "title": ""}),
    ("[Grp] Night Desk - 01 ~ 12 [720p].mkv", {"episode": 1, "episode_end": 12}),
    ("[Grp].Night.Desk.01-12.&.14-20.(720p).mkv", {"episode": 1, "episode_end": 20}),
]

EXTRAS = [
    *(
        (f"{SEA}{name}/Storm.{'mp3' if kind == 'theme' else 'mp4'}", kind)
        for name, kind in extras.EXTRA_FOLDERS.items()
    ),
    *(
        (f"{SEA}Sea Road-{ending}.mp4", kind)
        for ending, kind in {
            "behindthescenes": "behindthescenes",
            "deleted": "deleted",
            "deletedscene": "deleted",
            "featurette": "featurette",
            "interview": "interview",
            "scene": "scene",
            "short": "short",
            "clip": "clip",
            "trailer": "trailer",
            "other": "other",
            "extra": "other",
        }.items()
    ),
    (f"{SEA}Sea Road (2010)_trailer.mp4", "trailer"),
    (f"{DESK}Featurettes/Storm.mkv", "featurette"),
    (f"{DESK}Night Desk S01E02-deleted.mkv", "deleted"),
    ("/m/TV/Night Desk/theme.mp3", "theme"),
]

TRACKS: list[tuple[str, dict[str, Any]]] = [
    ("Lanterns - Blue (1999)/01 Lanterns - Tide.mp3", {"title": "Tide", "track": 1, "year": 1999}),
    ("Lanterns/Blue/Disc 2/05 - Tide.mp3", {"title": "Tide", "track": 5, "disc": 2}),
    ("Lanterns/Blue/1-05 Tide.mp3", {"title": "Tide", "track": 5, "disc": 1}),
    ("Lanterns/Blue - Disc 1/05 Tide.mp3", {"album": "Blue", "disc": 1}),
    ("Lanterns/[1999] Blue/05_Tide.mp3", {"title": "Tide", "album": "Blue", "year": 1999}),
    ("Various Artists/Blue/05 - Lanterns - Tide.mp3", {"artist": "Lanterns", "title": "Tide"}),
]
KINDS: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    ("movie", MOVIES),
    ("episode", EPISODES),
    ("track", [(f"/m/Music/{path}", expected) for path, expected in TRACKS]),
]


@pytest.mark.parametrize(
    ("kind", "path", "expected"), [(kind, *case) for kind, cases in KINDS for case in cases]
)
def test_a_name_says_what_its_guide_means(kind: str, path: str, expected: dict[str, Any]) -> None:
    got = read_path(path)._asdict()
    assert {name: got[name] for name in ("kind", *expected)} == {"kind": kind, **expected}


@pytest.mark.parametrize(("path", "kind"), EXTRAS)
def test_extras_are_told_by_folder_and_by_ending(path: str, kind: str) -> None:
    got = read_path(path)
    assert (got.kind, got.extra) == ("sample" if kind == "sample" else "extra", kind)


SURE = [
    folder(("TV", "Night Desk (2010)", "Season 01")),
    folder(("TV", "Night Desk", "Season 1", "Disc 2")),
    folder(("TV", "Night Desk {tvdb-9}")),
    folder(("TV", "Night Desk (2010)", "Specials")),
]
HEADS = [
    *("Night Desk - ", "Night Desk (2010) - ", "Night Desk (2010) ", "(2010) - ", "", "A's & "),
    *("Night.Desk.", "Night.Desk.(2010).", "Night_Desk_"),
]
NUMBERS = ["S01E02", "s1e2", "S2010E03", "S01E02-E03", "S01E02E03", "1x02", "S٣E٤"]
PIECES = (
    " - |[1080p]|(1080p)|1080p|-|.|_|, The|HDTV|WEB-DL|Late|Real|Part 2|(2)|pt1|Disc B|24 Hours"
    "|{tmdb-1}|[imdb-tt1234567]|E03|'|&|é|İ|【|  |\n|\u3000|~|:|English|2010|- 1080p|web dl"
    "|.1080p|.WEB-DL.H264-NTb|_720p|.Late.Call|.REPACK|.a|.cd1"
)
tails = st.lists(st.sampled_from([" ", *PIECES.split("|")]), max_size=6).map("".join)


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(HEADS), st.sampled_from(NUMBERS), tails, st.sampled_from(SURE))
def test_the_quick_reading_of_an_episode_is_the_thorough_one(
    head: str, middle: str, tail: str, where: Any
) -> None:
    stem = f"{head}{middle}{tail}"
    quick = episodes.plain(stem, where)
    assert quick is None or quick == episodes.read(titles.plain(stem), where)


@pytest.mark.parametrize(
    "tail",
    ["", " - Late", " - Late Call [1080p]", " - 1080p", " (720p)", ".1080p.WEB-DL.H264-NTb"],
)
def test_tidy_episodes_are_read_the_quick_way(tail: str) -> None:
    quick = episodes.plain(f"Night Desk (2010) - S01E02{tail}", SURE[0])
    assert quick is not None
    assert quick.episode == 2


TOLD = "season staffel folge ep e . _ - 1 2 05 101 of part and cap серия 第 話 сезон s x bölüm"


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from([" ", *TOLD.split(" ")]), max_size=8).map("".join))
def test_no_number_told_in_words_is_passed_over(low: str) -> None:
    if numbers.worded(low) or numbers.lone(low):
        assert numbers.speaks(low)


@pytest.mark.parametrize("last", sorted(tags.UNCERTAIN))
def test_no_uncertain_tag_is_longer_than_is_looked_at(last: str) -> None:
    assert tags.cut(f"A Long Walk to the Sea {last} 1080p") == len("A Long Walk to the Sea ")
