"""When a folder in which something is written is complete."""

from __future__ import annotations

from pathlib import Path

from retrovue.operations.settling import Settling


def test_a_folder_is_complete_when_its_files_stayed_the_same(tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    film.write_text("a")
    settling = Settling(10)
    settling.touch(str(tmp_path), 0)
    assert settling.complete(9.9) == []
    assert settling.complete(10) == [str(tmp_path)]
    assert len(settling) == 0


def test_what_grows_unnoticed_is_not_complete(tmp_path: Path) -> None:
    film = tmp_path / "deep" / "film.mkv"
    film.parent.mkdir()
    film.write_text("a")
    settling = Settling(10)
    settling.touch(str(tmp_path), 0)
    film.write_text("ab")
    assert settling.complete(10) == []
    assert settling.complete(19.9) == []
    assert settling.complete(20) == [str(tmp_path)]


def test_whatever_happens_in_it_begins_the_time_anew(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "film.mkv").write_text("a")
    settling = Settling(10)
    settling.touch(str(tmp_path), 0)
    settling.touch(str(tmp_path / "inner"), 5)
    assert len(settling) == 1
    assert settling.complete(14) == []
    assert settling.complete(15) == [str(tmp_path)]


def test_a_folder_stands_for_those_in_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "film.mkv").write_text("a")
    settling = Settling(10)
    settling.touch(str(tmp_path / "inner"), 0)
    settling.touch(str(tmp_path), 1)
    assert settling.below(str(tmp_path)) == 1
    assert settling.complete(11) == [str(tmp_path)]


def test_a_location_does_not_stand_for_those_in_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("loose.mkv", "inner/film.mkv"):
        (tmp_path / name).write_text("a")
    settling = Settling(10)
    settling.touch(str(tmp_path), 0, alone=True)
    settling.touch(str(tmp_path / "inner"), 5)
    assert settling.complete(10) == [str(tmp_path)]
    assert settling.below(str(tmp_path)) == 1
    assert settling.complete(15) == [str(tmp_path / "inner")]


def test_a_folder_that_holds_nothing_that_is_read_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "film.mkv.part").write_text("a")
    settling = Settling(10)
    settling.touch(str(tmp_path), 0)
    assert settling.complete(10) == []
    assert len(settling) == 0


def test_a_folder_that_went_is_told(tmp_path: Path) -> None:
    settling = Settling(10)
    settling.touch(str(tmp_path / "gone"), 0)
    assert settling.complete(10) == [str(tmp_path / "gone")]
