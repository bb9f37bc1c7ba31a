"""Where two readings are equally good, the page of ingest says which is taken; this holds it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from retrovue.names import read_path

PAGE = Path(__file__).parents[3] / "docs" / "ingest.md"
TAKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "Show/Show - 103.mkv": ("show", {"absolute": 103, "season": None, "episode": None}),
    "Show 05.06.2010.mkv": ("show", {"series": "Show", "released_on": "2010-06-05"}),
    "Movies/2001 A Space Odyssey.mkv": ("movie", {"title": "2001 A Space Odyssey", "year": None}),
    "Kill Bill Part 2 (2004).mkv": ("movie", {"title": "Kill Bill Part 2", "part": None}),
    "Artist/2001/01 - Song.flac": ("music", {"album": "2001", "year": None, "track": 1}),
    "Show/2010/05.mkv": ("show", {"season": 2010, "episode": 5}),
    "Show (1999)/Show (2010) - S01E01.mkv": ("show", {"series": "Show", "year": 2010}),
    "S01E02E05.mkv": ("show", {"episode": 2, "episode_end": 5}),
    "Film (1999) Words.mkv": ("movie", {"title": "Film", "year": 1999, "mark": "Words"}),
}


def test_the_page_names_each_of_them() -> None:
    named = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text("utf-8"), re.M)
    assert named == list(TAKEN)


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_read_as_the_page_says(name: str) -> None:
    kind, expected = TAKEN[name]
    reading = read_path(f"Library/{name}", kind)._asdict()
    assert {field: reading[field] for field in expected} == expected
