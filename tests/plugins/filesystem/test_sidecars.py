"""Which file a sidecar is of, in its folder and in one of subtitles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from retrovue import FoundAsset, FoundFolder, Skipped
from retrovue_filesystem import sidecars
from retrovue_filesystem.items import Reader
from retrovue_filesystem.walk import Walk

FILM = "Alien (1979)/Alien (1979).mkv"
Streams = dict[str, list[tuple[str, str | None]]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "Movies"


def put(root: Path, *paths: str, content: str = "x") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")


def walk(root: Path, kind: str = "movie", ignore: tuple[str, ...] = ()) -> Walk:
    return Walk(str(root), "", kind, Reader("", kind).read, ignore=ignore)


def folders(root: Path, kind: str = "movie") -> dict[str, str]:
    """The fingerprint of each folder."""
    found = (item for item in walk(root, kind).all() if isinstance(item, FoundFolder))
    return {folder.path: folder.fingerprint for folder in found}


def streams(root: Path, kind: str = "movie", ignore: tuple[str, ...] = ()) -> Streams:
    """The sidecars of each file that has any, by its name: their paths and languages."""
    told: Streams = {}
    for folder in walk(root, kind, ignore).all():
        for asset in folder.assets() if isinstance(folder, FoundFolder) else ():
            for file in asset.files if isinstance(asset, FoundAsset) else ():
                if file.streams:
                    above = folder.path
                    told[file.path.rpartition("/")[2]] = sorted(
                        ((stream.path or "").removeprefix(above), stream.language)
                        for stream in file.streams
                    )
    return told


def test_a_folder_of_subtitles_is_read_with_the_films_beside_it(root: Path) -> None:
    names = ("Subs/2_English.srt", "Subs/3_ger,SDH.srt", "Subs/Alien (1979).fr.ass",
             "Subs/Alien.1979.1080p-GRP/4_pt-BR.srt")  # fmt: skip
    put(root, FILM, *(f"Alien (1979)/{name}" for name in names))
    put(root, "Alien (1979)/Subs/notes.txt", "Alien (1979)/Subs/.hidden.srt")
    (left_out,) = (item for item in walk(root).all() if isinstance(item, Skipped))
    assert left_out[:2] == ("/Alien (1979)/Subs/", "subtitles alone are read in it")
    assert streams(root) == {
        "Alien (1979).mkv": [
            ("Subs/2_English.srt", "en"),
            ("Subs/3_ger,SDH.srt", "de"),
            ("Subs/Alien (1979).fr.ass", "fr"),
            ("Subs/Alien.1979.1080p-GRP/4_pt-BR.srt", "pt-BR"),
        ]
    }


def test_of_several_files_each_has_the_subtitles_that_bear_its_name(root: Path) -> None:
    for number in (1, 2):
        put(root, f"Lost/Season 01/Lost - S01E0{number}.mkv")
        put(root, f"Lost/Season 01/Subtitles/Lost - S01E0{number}/2_English.srt")
    put(root, "Lost/Season 01/Subtitles/2_English.srt", "Lost/Season 01/Subtitles/Lost/2.srt")
    put(root, "Lost/Season 01/Subtitles/Lost - S01E02.de.srt")
    assert streams(root, "show") == {
        "Lost - S01E01.mkv": [("Subtitles/Lost - S01E01/2_English.srt", "en")],
        "Lost - S01E02.mkv": [
            ("Subtitles/Lost - S01E02.de.srt", "de"),
            ("Subtitles/Lost - S01E02/2_English.srt", "en"),
        ],
    }


def test_what_is_ignored_in_a_folder_of_subtitles_is_not_read(root: Path) -> None:
    put(root, FILM, "Alien (1979)/Subs/2_English.srt", "Alien (1979)/Subs/3_German.srt")
    assert streams(root, ignore=("*German*",)) == {
        "Alien (1979).mkv": [("Subs/2_English.srt", "en")]
    }
    assert streams(root, ignore=("Subs/",)) == {}
    left_out = Walk(str(root), "", "movie", Reader("", "movie").read, ["/Alien (1979)/Subs"])
    found = [f for f in left_out.all() if isinstance(f, FoundFolder)]
    (asset,) = (a for folder in found for a in folder.assets() if isinstance(a, FoundAsset))
    assert not asset.files[0].streams


def test_a_folder_of_subtitles_is_part_of_the_fingerprint_also_for_a_quick_run(root: Path) -> None:
    put(root, FILM, "Brazil (1985)/Brazil (1985).mkv", "Alien (1979)/Subs/2_English.srt")
    for folder in sorted(root.rglob("*"), reverse=True):
        os.utime(folder, ns=(10**18, 10**18))
    known = folders(root)
    put(root, "Alien (1979)/Subs/3_German.srt")
    again = walk(root).quick(sorted(known.items()))
    quick = {item.path: item.fingerprint for item in again if isinstance(item, FoundFolder)}
    assert {path for path in known if quick[path] != known[path]} == {"/Alien (1979)/"}
    assert quick == folders(root)


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("Alien.en.srt", "Alien.mkv"),
        ("Alien.Commentary by Ada.en.srt", "Alien.mkv"),
        ("Alien [English].srt", "Alien.mkv"),
        ("Alien - German.srt", "Alien.mkv"),
        ("Alien-en.forced.srt", "Alien.mkv"),
        ("Alien_eng.srt", "Alien.mkv"),
        ("Alien.srt", "Alien.mkv"),
        ("ALIEN.EN.SRT", "Alien.mkv"),
        ("Alien 3.en.srt", None),
        ("Alien Resurrection.srt", None),
        ("Alien-Covenant.de.srt", None),
        ("Aliens.en.srt", None),
        ("Brazil.en.srt", None),
    ],
)
def test_a_sidecar_is_of_the_file_whose_name_it_has_and_of_no_other(
    root: Path, name: str, of: str | None
) -> None:
    put(root, "Alien.mkv", "Brazil (1985).mkv", name)
    assert list(streams(root)) == ([of] if of else [])


def test_a_language_stands_behind_a_name_that_folds_to_a_longer_one(root: Path) -> None:
    put(root, "Großer Spaß.mkv", "Großer Spaß.de.srt")
    assert streams(root) == {"Großer Spaß.mkv": [("Großer Spaß.de.srt", "de")]}


def test_a_link_that_leads_nowhere_is_not_beside_anything(root: Path) -> None:
    put(root, FILM, "Alien (1979)/Subs/2_English.srt")
    for link in ("movie.nfo", "poster.jpg", "Alien (1979).en.srt", "Subs/3_German.srt"):
        (root / "Alien (1979)" / link).symlink_to("nowhere")
    (root / "Alien (1979)" / "Subs" / "loop").symlink_to("loop")
    told = [item for item in walk(root).all() if isinstance(item, FoundFolder)]
    assert all(folder.fingerprint for folder in told)
    assert not [a for folder in told for a in folder.assets() if not isinstance(a, FoundAsset)]


def test_an_nfo_that_cannot_be_opened_is_tried_again(root: Path) -> None:
    put(root, FILM)
    put(root, "Alien (1979)/movie.nfo", content="<movie><title>Other</title></movie>")
    (folder,) = (f for f in walk(root).all() if isinstance(f, FoundFolder) and "(" in f.path)
    (read,) = folder.assets()
    (root / "Alien (1979)/movie.nfo").unlink()
    asset, skipped = folder.assets()
    assert isinstance(read, FoundAsset)
    assert isinstance(asset, FoundAsset)
    assert (read.title, asset.title) == ("Other", "Alien")
    assert read.fingerprint != asset.fingerprint
    assert skipped == Skipped("/Alien (1979)/movie.nfo", "No such file or directory")


@pytest.mark.parametrize(
    ("rest", "plain"),
    [(".en.forced", True), (" - German", True), ("", True), (" 3", False), ("-Covenant.de", False)],
)
def test_what_tells_sidecars_apart_is_plain(rest: str, plain: bool) -> None:
    assert sidecars.plain(rest) is plain
