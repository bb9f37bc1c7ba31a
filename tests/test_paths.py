"""The algebra of path mappings."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrovue.paths import Mapper, Rewrite, below, is_windows, join, rewritten, trimmed

LETTERS = st.characters(exclude_characters="/\\\0", exclude_categories=("Cs",))
NAMES = st.text(LETTERS, min_size=1, max_size=8).filter(lambda name: name not in (".", ".."))
PARTS = st.lists(NAMES, max_size=4)
SOME = st.lists(NAMES, min_size=1, max_size=4)
ASCII = st.text("abcXYZ019 ._-()", min_size=1, max_size=6).filter(lambda n: n not in (".", ".."))
ASCII_PARTS = st.lists(ASCII, min_size=1, max_size=4)
ROOTS = st.sampled_from(["C:", "d:", "\\\\nas\\media", "\\\\NAS01\\tv shows"])


class Place(NamedTuple):
    external_path: str


def posix(parts: list[str]) -> str:
    return "/" + "/".join(parts)


def windows(root: str, parts: list[str]) -> str:
    return "\\".join([root, *parts])


@given(PARTS, SOME)
def test_what_lies_below_a_prefix_joins_to_the_path_again(
    prefix: list[str], rest: list[str]
) -> None:
    assert below(posix(prefix + rest), posix(prefix)) == "/".join(rest)
    assert join(posix(prefix), "/".join(rest)) == posix(prefix + rest)


@given(PARTS)
def test_a_path_lies_at_itself(parts: list[str]) -> None:
    assert below(posix(parts), posix(parts)) == ""


@given(SOME, NAMES, PARTS)
def test_a_prefix_is_whole_segments(prefix: list[str], more: str, rest: list[str]) -> None:
    longer = [*prefix[:-1], prefix[-1] + more]
    assert below(posix(longer + rest), posix(prefix)) is None


@given(PARTS, PARTS, st.integers(0, 3))
def test_trailing_separators_of_a_prefix_mean_nothing(
    prefix: list[str], rest: list[str], slashes: int
) -> None:
    path = posix(prefix + rest)
    assert below(path, posix(prefix) + "/" * slashes) == below(path, posix(prefix))


@given(PARTS, SOME)
def test_the_path_above_does_not_lie_below(prefix: list[str], rest: list[str]) -> None:
    assert below(posix(prefix), posix(prefix + rest)) is None


@given(PARTS, PARTS, PARTS)
def test_a_path_that_climbs_lies_nowhere(
    prefix: list[str], before: list[str], after: list[str]
) -> None:
    path = posix([*prefix, *before, "..", *after])
    assert below(path, posix(prefix)) is None
    assert below(path, "") is None


@given(PARTS, SOME)
def test_empty_and_dot_segments_mean_nothing(prefix: list[str], rest: list[str]) -> None:
    path = posix(prefix) + "/./" + "/.//".join(rest) + "/"
    assert below(path, posix(prefix)) == "/".join(rest)


@given(SOME)
def test_the_empty_prefix_holds_every_path(parts: list[str]) -> None:
    assert below(posix(parts), "") == "/".join(parts)


@given(ROOTS, st.lists(ASCII, max_size=3), ASCII_PARTS)
def test_windows_paths_match_in_any_case_and_come_out_with_slashes(
    root: str, prefix: list[str], rest: list[str]
) -> None:
    path = windows(root, prefix + rest)
    for spelled in (prefix, [p.upper() for p in prefix], [p.lower() for p in prefix]):
        assert below(path, windows(root.swapcase(), spelled)) == "/".join(rest)
    assert below(
        path.replace("\\", "/") if root.endswith(":") else path, windows(root, prefix)
    ) == ("/".join(rest))


@given(ROOTS, ASCII_PARTS, ASCII, st.lists(ASCII, max_size=2))
def test_a_windows_prefix_is_whole_segments(
    root: str, prefix: list[str], more: str, rest: list[str]
) -> None:
    longer = [*prefix[:-1], prefix[-1] + more]
    assert below(windows(root, longer + rest), windows(root, prefix)) is None


@given(ROOTS, ASCII_PARTS)
def test_windows_and_posix_never_hold_each_other(root: str, parts: list[str]) -> None:
    assert below(windows(root, parts), posix(parts)) is None
    assert below(posix(parts), windows(root, parts)) is None


@given(SOME)
def test_posix_paths_keep_their_case(parts: list[str]) -> None:
    prefix = posix(parts)
    other = prefix.swapcase()
    assert below(f"{prefix}/x", other) == ("x" if other == prefix else None)


@pytest.mark.parametrize(
    ("path", "yes"),
    [
        ("D:\\", True),
        ("D:/Media", True),
        ("d:", True),
        ("\\\\nas\\media", True),
        ("D:x", False),
        ("/D:/x", False),
        ("//nas/media", False),
        ("\\x", False),
        ("", False),
    ],
)
def test_what_is_spelled_the_windows_way(path: str, yes: bool) -> None:
    assert is_windows(path) is yes


@pytest.mark.parametrize(
    ("path", "bare"),
    [
        ("/", "/"),
        ("//", "/"),
        ("/data/", "/data"),
        ("/data//", "/data"),
        ("/data:/", "/data:"),
        ("/data:", "/data:"),
        ("D:\\", "D:\\"),
        ("D:/", "D:/"),
        ("D:", "D:"),
        ("D:\\Media\\", "D:\\Media"),
        ("\\\\nas\\media\\", "\\\\nas\\media"),
        ("/data\\", "/data\\"),
        ("", ""),
    ],
)
def test_trimmed(path: str, bare: str) -> None:
    assert trimmed(path) == bare


@given(st.one_of(SOME.map(posix), st.builds(windows, ROOTS, ASCII_PARTS)), st.integers(0, 2))
def test_trimming_changes_nothing_of_what_lies_below(path: str, more: int) -> None:
    slashes = "\\" * more if is_windows(path) else "/" * more
    assert trimmed(path + slashes) == trimmed(trimmed(path + slashes)) == trimmed(path)
    assert below(path, trimmed(path + slashes)) == ""


# -- rewriting locations --------------------------------------------------------------------------


@given(SOME, PARTS, SOME)
def test_a_rewrite_moves_what_is_at_or_below_it(
    external: list[str], rest: list[str], local: list[str]
) -> None:
    found = rewritten(posix(external + rest), [Rewrite(posix(external), posix(local))])
    assert found == posix(local + rest)


@given(SOME, SOME, st.permutations([0, 1, 2]))
def test_the_longest_rewrite_counts_whatever_the_order(
    outer: list[str], inner: list[str], order: list[int]
) -> None:
    rewrites = [
        Rewrite(posix(outer) + "///", "/outer"),
        Rewrite(posix(outer + inner), "/inner"),
        Rewrite("/", "/root"),
    ]
    assert rewritten(posix([*outer, *inner, "x"]), [rewrites[n] for n in order]) == "/inner/x"


@pytest.mark.parametrize(
    ("location", "external", "local"),
    [
        ("/data", "/data", "/mnt"),
        ("/data/Movies", "/data/", "/mnt/Movies"),
        ("/database", "/data", None),
        ("/data", "/data/Movies", None),
        ("/data/Movies", "/", "/mnt/data/Movies"),
        ("D:\\Media\\Movies", "d:\\media", "/mnt/Movies"),
        ("D:\\Media\\Movies", "D:\\", "/mnt/Media/Movies"),
        ("\\\\nas\\media\\Movies", "\\\\NAS\\media", "/mnt/Movies"),
        ("", "", "/mnt"),
        ("", "/", None),
        ("/data", "", None),
        ("D:\\Media", "", None),
        ("/data/../secret", "/data", None),
    ],
)
def test_one_rewrite(location: str, external: str, local: str | None) -> None:
    assert rewritten(location, [Rewrite(external, "/mnt")]) == local


def test_no_rewrite_fits_nothing() -> None:
    assert rewritten("/data", []) is None


# -- finding the mapping of a file ----------------------------------------------------------------


def slowly(places: list[str], path: str) -> tuple[str, str] | None:
    """The mapping with the longest location that holds the file, found without any shortcut."""
    held = [(place, rest) for place in places if (rest := below(path, place))]
    return max(held, key=lambda found: len(found[0]), default=None)


SHORT = st.lists(st.sampled_from(["a", "b", "ab", ".a", ".", "..", ""]), max_size=4)
SHORT_PLACES = st.one_of(
    SHORT.map(posix),
    st.builds(windows, st.sampled_from(["C:", "c:", "\\\\n\\m"]), SHORT),
    st.just(""),
)


@given(st.lists(SHORT_PLACES, unique=True, max_size=5), SHORT_PLACES, st.sampled_from(["", "/"]))
def test_the_mapper_finds_the_longest_location(places: list[str], path: str, end: str) -> None:
    found = Mapper(map(Place, places)).find(path + end)
    told = None if found is None else (found[0].external_path, found[1])
    due = slowly(places, path + end)
    if told is None or due is None:
        assert told == due
    else:
        assert len(told[0]) == len(due[0])
        assert told[1] == due[1] or len({len(place) for place in places}) < len(places)


@given(st.lists(PARTS.map(posix), unique=True, max_size=4), PARTS.map(posix))
def test_no_file_is_found_at_a_location_itself(places: list[str], path: str) -> None:
    found = Mapper(map(Place, places)).find(path)
    assert found is None or found[1] != ""


def test_a_file_below_two_locations_belongs_to_the_longer() -> None:
    mapper = Mapper([Place("/data"), Place("/data/Movies"), Place("")])
    assert mapper.find("/data/Movies/A/a.mkv") == (Place("/data/Movies"), "A/a.mkv")
    assert mapper.find("/data/Movies 2/a.mkv") == (Place("/data"), "Movies 2/a.mkv")
    assert mapper.find("/other/a.mkv") == (Place(""), "other/a.mkv")
