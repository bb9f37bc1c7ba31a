"""Planning path mappings: pure, nothing is written."""

from __future__ import annotations

import pytest

from retrovue.catalogue import mappings
from retrovue.errors import UsageError
from retrovue.model import PathMapping
from retrovue.paths import Rewrite


def _mapping(id_: int, place: str, local: str | None = None) -> PathMapping:
    return PathMapping(id_, 1, place, local, excluded=False, missing_since=None)


FILMS, SHOWS = _mapping(1, "/data/films"), _mapping(2, "/data/shows", "/old")


def test_a_rewrite_maps_every_location_below_it() -> None:
    after, unused = mappings.remap([FILMS, SHOWS], [Rewrite("/data", "/mnt")])
    assert [mapping.local_path for mapping in after] == ["/mnt/films", "/mnt/shows"]
    assert unused == []


def test_the_longest_prefix_wins() -> None:
    rewrites = [Rewrite("/data", "/mnt"), Rewrite("/data/shows", "/tv")]
    after, _ = mappings.remap([FILMS, SHOWS], rewrites)
    assert [mapping.local_path for mapping in after] == ["/mnt/films", "/tv"]


def test_a_rewrite_that_fits_nothing_is_named() -> None:
    stray = Rewrite("/dat", "/mnt")
    assert mappings.remap([FILMS], [stray]) == ((FILMS,), [stray])
    with pytest.raises(UsageError, match="--map /dat fits no location") as error:
        mappings.plan([FILMS], [stray])
    assert error.value.detail == ["location: /data/films"]


def test_unmap_forgets_where_a_location_is() -> None:
    assert mappings.plan([SHOWS], unmap=["/data/shows"]) == (SHOWS._replace(local_path=None),)


def test_what_is_excluded_below_a_location_is_a_mapping_of_its_own() -> None:
    after = mappings.plan([SHOWS], exclude=["/data/shows/old"])
    assert [(m.id, m.external_path, m.excluded) for m in after] == [
        (2, "/data/shows", False),
        (0, "/data/shows/old", True),
    ]
    assert mappings.plan(after, include=["/data/shows/old"]) == (SHOWS,)


def test_a_location_that_exists_here_is_mapped_to_itself() -> None:
    assert mappings.plan([FILMS, SHOWS], same=["/data/films"]) == (
        FILMS._replace(local_path="/data/films"),
        SHOWS,
    )


def test_a_whole_location_is_excluded_and_taken_in_again() -> None:
    after = mappings.plan([SHOWS], exclude=["/data/shows"])
    assert after == (SHOWS._replace(excluded=True),)
    assert mappings.plan(after, include=["/data/shows/"]) == (SHOWS,)


@pytest.mark.parametrize("flag", ["unmap", "exclude", "include"])
def test_a_path_that_fits_no_location_is_named_with_the_locations(flag: str) -> None:
    with pytest.raises(UsageError) as error:
        mappings.plan([FILMS, _mapping(2, "")], **{flag: ["elsewhere"]})
    assert error.value.message == f"--{flag} elsewhere fits no location"
    assert error.value.detail == ["location: (any location)", "location: /data/films"]
