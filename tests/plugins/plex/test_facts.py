"""What becomes of what a server knows beyond the fields, and of what is odd in it."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.plex import FakePlex, element, media, movie, part


def bare(**attributes: object) -> str:
    """A film of which the server knows nothing but its file."""
    usual = {"ratingKey": 5, "type": "movie", "title": "Bare", "updatedAt": 1_700_000_000}
    file = element("Part", {"file": "/data/Movies/bare.mkv", "size": 7})
    return element("Video", {**usual, **attributes}, element("Media", {}, file))


def tagged(item: str, *tags: str) -> str:
    return item.replace("</Video>", "".join(tags) + "</Video>")


def test_an_item_of_which_nothing_is_known_keeps_the_fingerprint_of_earlier_versions(
    plex: FakePlex, one: Any
) -> None:
    plex.add_section("1", "Movies", items=[bare(addedAt=1_700_000_000)])
    asset = one()
    assert asset.fingerprint == "1700000000/7+/14bc194f"
    assert asset.metadata == {"added_at": "2023-11-14T22:13:20Z"}


@pytest.mark.parametrize(
    "change",
    [{"rating": "7.1"}, {"audienceRating": "3"}, {"contentRating": "R"}, {"studio": "Tide"},
     {"summary": "A light goes out."}, {"viewCount": 1}, {"viewOffset": 5}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_changes_without_the_time_of_a_change_is_told(
    change: dict[str, Any], plex: FakePlex, one: Any
) -> None:
    section = plex.add_section("1", "Movies", items=[bare()])
    before = one().fingerprint
    section.items = [bare(**change)]
    assert one().fingerprint != before
    assert one().fingerprint == one().fingerprint


@pytest.mark.parametrize("kind", ["Genre", "Director", "Writer", "Role", "Label"])
def test_a_name_more_is_told(kind: str, plex: FakePlex, one: Any) -> None:
    section = plex.add_section("1", "Movies", items=[tagged(bare(), f'<{kind} tag="A" />')])
    before = one().fingerprint
    section.items = [tagged(bare(), f'<{kind} tag="A" /><{kind} tag="B" />')]
    assert one().fingerprint != before


def test_what_is_empty_is_left_out(plex: FakePlex, one: Any) -> None:
    names = ("rating", "audienceRating", "contentRating", "studio", "summary", "viewCount",
             "viewOffset", "lastViewedAt", "addedAt", "originalTitle")  # fmt: skip
    item = bare(**dict.fromkeys(names, ""))
    plex.add_section("1", "Movies", items=[tagged(item, '<Genre tag="" /><Role />')])
    assert one().metadata == {}


def test_tags_below_other_elements_are_not_of_the_item(plex: FakePlex, one: Any) -> None:
    item = tagged(bare(), '<Extras size="1"><Video><Genre tag="In" /></Video></Extras>')
    plex.add_section("1", "Movies", items=[item])
    assert one().metadata == {}


def test_names_and_texts_are_cut_so_that_a_catalogue_takes_the_item(
    plex: FakePlex, one: Any
) -> None:
    kinds = ("Genre", "Director", "Writer", "Role", "Label")
    many = [element(kind, {"tag": f"{n}{'x' * 5000}"}) for kind in kinds for n in range(150)]
    item = bare(studio="s" * 30_000, summary="é" * 30_000)
    plex.add_section("1", "Movies", items=[tagged(item, *many)])
    metadata = one().metadata
    lists = ("genres", "directors", "writers", "cast", "labels")
    assert [len(metadata[name]) for name in lists] == [100] * 5
    assert {len(name) for each in lists for name in metadata[each]} == {200}
    assert (len(metadata["studio"]), len(metadata["summary"])) == (1000, 20_000)


def test_many_tags_do_not_make_a_page_too_large(plex: FakePlex, scan: Any) -> None:
    cast = [f'<Role tag="{n}" />' for n in range(250)]
    items = [tagged(movie(n, [media(part(f"/data/Movies/{n}.mkv"))]), *cast) for n in range(1000)]
    plex.add_section("1", "Movies", items=items)
    assert [len(asset.metadata["cast"]) for asset in scan()] == [100] * 1000
