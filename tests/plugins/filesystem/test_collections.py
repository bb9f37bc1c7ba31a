"""What the filesystem importer offers as collections, and how it walks them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from retrovue_filesystem import walk
from retrovue_filesystem.walk import Walk
from support.cli import Cli
from support.media import LONG_AGO, settle, write


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "base"


def _offered(cli: Cli, base: Path, *words: str) -> list[tuple[str, str, str | None]]:
    """(external id, name, kind) of each collection."""
    body = cli.json(
        "source", "add", "--type", "filesystem", "--name", "F", "--base-path", base, "--discover",
        "--dry-run", *words,
    )  # fmt: skip
    return [(c["external_id"], c["name"], c["kind"]) for c in body["collections"]]


@pytest.mark.parametrize(
    ("paths", "words", "offered"),
    [
        (
            ("Movies/a.mkv", "Odds/b.mkv"),
            (),
            [("Movies", "Movies", "movie"), ("Odds", "Odds", None)],
        ),
        (("Odds/a.mkv", "Ends/b.mkv"), (), [(".", "base", None)]),
        (("a.mkv",), (), [(".", "base", None)]),
        (("Movies/a.mkv",), ("--collections", "root"), [(".", "base", None)]),
        (
            ("Odds/a.mkv", "Ends/b.mkv"),
            ("--collections", "folders"),
            [("Ends", "Ends", None), ("Odds", "Odds", None)],
        ),
        (("Odds/a.mkv",), ("--kind", "music"), [(".", "base", "music")]),
        (
            ("TV Shows/a.mkv", "Music/b.flac", "Photos/c.jpg"),
            (),
            [("Music", "Music", "music"), ("Photos", "Photos", "photo"),
             ("TV Shows", "TV Shows", "show")],
        ),
        (("Movies/a.mkv", ".hidden/b.mkv"), (), [("Movies", "Movies", "movie")]),
    ],
)  # fmt: skip
def test_collections_offered(
    cli: Cli,
    base: Path,
    paths: tuple[str, ...],
    words: tuple[str, ...],
    offered: list[tuple[str, str, str | None]],
) -> None:
    write(base, *paths)
    assert _offered(cli, base, *words) == offered


def test_folder_whose_name_is_not_utf8_is_no_collection(cli: Cli, base: Path) -> None:
    write(base, "Movies/a.mkv")
    os.mkdir(os.fsencode(base) + b"/Odd \xff")
    assert _offered(cli, base) == [("Movies", "Movies", "movie")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--collections", "some"), None),
        (("--kind", "film"), None),
    ],
)
def test_option_outside_its_words_is_a_usage_error(
    cli: Cli, base: Path, words: tuple[str, ...], message: str | None
) -> None:
    base.mkdir()
    assert message is None
    run = cli(
        "source", "add", "--type", "filesystem", "--name", "F", "--base-path", base, *words,
        "--json",
    )  # fmt: skip
    assert run.code == 1
    assert run.json["error"]["code"] == "usage"
    assert run.json["error"]["message"].startswith(f"Invalid value for '{words[0]}'")


def test_base_is_the_same_source_by_any_spelling(cli: Cli, base: Path) -> None:
    write(base, "Movies/a.mkv")
    os.symlink(base, base.parent / "link")
    add = ("source", "add", "--type", "filesystem", "--base-path")
    cli.ok(*add, base, "--name", "A")
    for spelled in (f"{base}/", f"{base}/../base", base.parent / "link"):
        run = cli(*add, spelled, "--name", "B")
        assert run.error == "Error: Source 'A' already exists"


# -- walking --------------------------------------------------------------------------------------


def _nothing(_directory: Any) -> Any:
    return iter(())


def _walked(base: Path) -> list[str]:
    """The folders that a walk reports, below the base."""
    return [
        item[0].removeprefix(str(base)) for item in Walk(str(base), str(base), None, _nothing).all()
    ]


def test_folders_come_in_the_order_of_their_paths(base: Path) -> None:
    write(base, "a b/x.mkv", "a/x.mkv", "a/b/x.mkv", "a-b/x.mkv", "A/x.mkv", "é/x.mkv")
    found = _walked(base)
    assert found == sorted(found)
    assert sorted(found) == ["/", "/A/", "/a b/", "/a-b/", "/a/", "/a/b/", "/é/"]


def test_link_to_a_folder_is_followed_once(base: Path) -> None:
    write(base, "a/x.mkv")
    write(base.parent / "else", "y.mkv")
    for name in ("one", "two"):
        os.symlink(base.parent / "else", base / name)
    os.symlink(base, base / "a" / "up")
    os.symlink("loop", base / "loop")
    assert _walked(base) in (["/", "/a/", "/one/"], ["/", "/a/", "/two/"])


def test_fingerprint_changes_with_names_sizes_and_times(base: Path) -> None:
    write(base, "x.mkv")

    def fingerprint() -> str:
        settle(base)
        (folder,) = Walk(str(base), str(base), None, _nothing).all()
        return str(folder[1])

    seen = [fingerprint()]
    assert fingerprint() == seen[0]
    os.rename(base / "x.mkv", base / "y.mkv")
    seen.append(fingerprint())
    os.utime(base / "y.mkv", (LONG_AGO + 1, LONG_AGO + 1))
    seen.append(fingerprint())
    with open(base / "y.mkv", "a") as file:
        file.write("more")
    os.utime(base / "y.mkv", (LONG_AGO + 1, LONG_AGO + 1))
    seen.append(fingerprint())
    write(base, "notes.txt")
    settle(base)
    assert fingerprint() == seen[3]
    assert len(set(seen)) == 4


def test_a_system_that_opens_no_directory_reads_it_by_its_path(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(base, "x.mkv", "A/y.mkv", "A/CD1/z.avi")
    os.symlink(base / "nowhere", base / "A/lost.mkv")
    settle(base)

    def found() -> list[tuple[object, ...]]:
        return [item[:2] for item in Walk(str(base), str(base), None, _nothing).all()]

    by_descriptor = found()
    monkeypatch.setattr(walk, "_BY_DESCRIPTOR", False)
    assert found() == by_descriptor
    assert len(by_descriptor) == 3


def test_young_folder_keeps_no_time_that_quick_would_trust(base: Path) -> None:
    write(base, "x.mkv")
    (young,) = Walk(str(base), str(base), None, _nothing).all()
    settle(base)
    (old,) = Walk(str(base), str(base), None, _nothing).all()
    assert str(young[1]).startswith(".")
    assert str(old[1]).startswith(f"{LONG_AGO * 1_000_000_000:x}.")
