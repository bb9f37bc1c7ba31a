"""Pages that add up to a library, or an error."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from fakes.plex import FakePlex, Many, Request, episode, movie, part
from retrovue import FoundAsset, ImporterError, ScanCollection, Skipped
from retrovue_plex.listing import Seen

ALL = "/library/sections/1/all"
DOES_NOT_ADD_UP = (
    "the list does not add up, also when read again: {}; "
    "wait until Plex has finished scanning, then ingest again"
)


def keys(found: list[FoundAsset]) -> list[int]:
    return [int(one.external_id) for one in found]


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
def test_a_library_is_read_in_pages_of_1000(count: int, plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(count, movie))
    assert keys(scan()) == list(range(1, count + 1))
    starts = [*range(0, count, 1000), count]
    assert plex.paths() == ["/"] + [ALL] * len(starts)
    assert [request.start for request in plex.requests[1:]] == starts
    assert {r.headers["x-plex-container-size"] for r in plex.requests[1:]} == {"1000"}


def test_missing_attributes_cost_no_request(plex: FakePlex, scan: Any) -> None:
    gone = dict.fromkeys(("title", "year", "duration", "guid", "updatedAt", "studio", "summary"))
    plex.add_section("1", "Movies", items=Many(250, lambda n: movie(n, [], **gone, ids=())))
    assert len(scan()) == 250
    assert plex.paths() == ["/", ALL, ALL]


def test_hidden_seasons_cost_no_request(plex: FakePlex, scan: Any) -> None:
    gone = dict.fromkeys(("parentRatingKey", "parentTitle", "parentIndex", "parentThumb"))
    plex.add_section("1", "TV", "show", items=Many(250, lambda n: episode(n, **gone)))
    found = scan("show")
    assert (len(found), found[0].season, found[0].series) == (250, None, "Tide Watch 0")
    assert plex.paths() == ["/", ALL, ALL]


def test_items_are_handed_out_while_pages_are_read(plex: FakePlex, importing: Any) -> None:
    plex.add_section("1", "Movies", items=Many(3000, movie))
    scan = iter(importing().scan(ScanCollection("1", "Movies", "movie", ())))
    assert next(scan).external_id == "1"
    assert plex.pages("1") == 1


def test_memory_does_not_grow_with_the_library(plex: FakePlex, importing: Any) -> None:
    section = plex.add_section("1", "Movies", cap=200)
    stored = [movie(n, []) for n in range(1, 201)]

    def row(number: int) -> str:
        return stored[number % 200].replace("ratingKey=", f'ratingKey="{number}" was=', 1)

    def peak(count: int) -> int:
        section.items = Many(count, row)
        plex.requests.clear()
        tracemalloc.start()
        found = sum(1 for _ in importing().scan(ScanCollection("1", "Movies", "movie", ())))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == count
        return most

    peak(200)
    # the server's threads, in the same process, only ever add to it; items that are kept take 5 x
    least = min(peak(1000) for _ in range(3))
    assert any(peak(5000) < 2 * least for _ in range(3))


def test_a_server_that_caps_pages_is_read_to_the_end(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(250, movie), cap=12)
    assert keys(scan()) == list(range(1, 251))
    assert plex.pages("1") == 22


@pytest.mark.parametrize(
    ("total", "fault"),
    [
        ("nan", "the server says that there are 'nan' items"),
        ("-3", "the server says that there are '-3' items"),
        ("", "the server says that there are '' items"),
        ("9" * 30, f"the server says that there are '{'9' * 20}' items"),
        (0, "250 items came of 0"),
        (249, "250 items came of 249"),
        (251, "250 items came of 251"),
        (10**15, "250 items came of 1000000000000000"),
    ],
)
def test_a_total_that_does_not_add_up_is_an_error(
    total: object, fault: str, plex: FakePlex, scan: Any
) -> None:
    plex.add_section("1", "Movies", items=Many(250, movie), total=lambda count: total)
    with pytest.raises(ImporterError) as caught:
        scan()
    assert str(caught.value) == DOES_NOT_ADD_UP.format(fault)
    assert plex.pages("1") <= 4


def test_a_total_that_stops_at_a_page_is_found_out(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(1500, movie), total=lambda count: 1000)
    with pytest.raises(ImporterError) as caught:
        scan()
    assert str(caught.value) == DOES_NOT_ADD_UP.format("1500 items came of 1000")


def test_an_empty_page_before_the_end_is_an_error(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(2500, movie))
    empty = b'<MediaContainer size="0" totalSize="2500" />'
    plex.fault(ALL, start=1000, body=empty)
    with pytest.raises(ImporterError) as caught:
        scan()
    assert str(caught.value) == DOES_NOT_ADD_UP.format("1000 items came of 2500")


def test_an_empty_page_once_is_read_again(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(2500, movie))
    plex.fault(ALL, start=1000, times=1, body=b'<MediaContainer size="0" totalSize="2500" />')
    assert keys(scan()) == list(range(1, 2501))


def test_one_page_without_a_total_is_whole_if_none_follows(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(250, movie), total=lambda count: None)
    assert keys(scan()) == list(range(1, 251))


def test_more_pages_without_a_total_are_an_error(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(250, movie), cap=100, total=lambda count: None)
    with pytest.raises(ImporterError) as caught:
        scan()
    assert str(caught.value) == DOES_NOT_ADD_UP.format(
        "the server does not say how many items there are"
    )


@pytest.mark.parametrize("total", ['totalSize="3"', ""])
def test_a_server_that_knows_no_pages_has_sent_all_at_once(
    total: str, plex: FakePlex, scan: Any
) -> None:
    plex.add_section("1", "Movies")
    rows = "".join(movie(number) for number in (1, 2, 3))
    plex.fault(ALL, body=f'<MediaContainer size="3" {total}>{rows}</MediaContainer>'.encode())
    assert keys(scan()) == [1, 2, 3]
    assert plex.pages("1") == 2


def test_the_same_page_for_ever_is_an_error(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(1500, movie))
    rows = "".join(movie(number) for number in range(1, 1001))
    plex.fault(
        ALL, body=f'<MediaContainer size="1000" totalSize="9999">{rows}</MediaContainer>'.encode()
    )
    with pytest.raises(ImporterError) as caught:
        scan()
    assert str(caught.value) == DOES_NOT_ADD_UP.format("1000 items came of 9999")
    assert plex.pages("1") == 4


def test_the_same_rating_key_twice_comes_twice(plex: FakePlex, scan: Any) -> None:
    items = [movie(1), movie(2), movie(3), movie(2, title="Again"), movie(4)]
    plex.add_section("1", "Movies", items=items, cap=3)
    assert keys(scan()) == [1, 2, 3, 4, 2]


def test_a_server_that_repeats_itself_too_often_is_an_error(plex: FakePlex, scan: Any) -> None:
    items = Many(4000, lambda n: movie(n // 2 + 1, []), first=0)
    plex.add_section("1", "Movies", items=items)
    with pytest.raises(ImporterError) as caught:
        scan()
    assert str(caught.value) == DOES_NOT_ADD_UP.format("3000 items came of 4000")


def drifting(plex: FakePlex, change: Any, times: int) -> None:
    """Change the library each time its second page is asked for, so many times."""
    left = [times]

    def before(request: Request) -> None:
        if request.start == 1000 and left[0]:
            left[0] -= 1
            change(plex.sections[0])

    plex.before_page = before


def add_one(section: Any) -> None:
    section.items = [movie(9000 + len(section.items)), *section.items]


def remove_one(section: Any) -> None:
    section.items = section.items[1:]


def test_items_added_while_reading_are_found_by_a_second_pass(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(n, []) for n in range(1, 1501)])
    drifting(plex, add_one, 1)
    assert sorted(keys(scan())) == [*range(1, 1501), 10500]


def test_items_removed_while_reading_hide_no_other(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(n, []) for n in range(1, 1501)])
    drifting(plex, remove_one, 1)
    found = keys(scan())
    assert sorted(found) == list(range(1, 1501))
    assert 1001 in found


def test_a_library_that_keeps_changing_is_an_error(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(n, []) for n in range(1, 1501)])
    drifting(plex, add_one, 99)
    with pytest.raises(ImporterError) as caught:
        scan()
    assert str(caught.value) == DOES_NOT_ADD_UP.format(
        "the total went from '1501' to '1502' meanwhile"
    )
    assert plex.pages("1") == 6


def test_what_has_no_key_is_told_once_although_read_twice(plex: FakePlex, scan: Any) -> None:
    items = [movie(n, []) for n in range(1, 1501)]
    items[5] = movie(6, [], ratingKey=None)
    plex.add_section("1", "Movies", items=items)
    drifting(plex, add_one, 1)
    skipped = [one for one in scan() if isinstance(one, Skipped)]
    assert skipped == [Skipped("Lighthouse 6", "the server gives no ratingKey for it")]


def test_a_kind_that_plex_does_not_have_is_an_error(plex: FakePlex, scan: Any) -> None:
    with pytest.raises(ImporterError) as caught:
        scan("comics")
    assert str(caught.value) == "Plex has no libraries of the kind 'comics'"
    assert plex.paths() == []


def test_a_section_key_cannot_reach_another_path(plex: FakePlex, scan: Any) -> None:
    with pytest.raises(ImporterError):
        scan(key="../../playlists?x=")
    assert plex.requests[-1].line.startswith(
        "GET /library/sections/..%2F..%2Fplaylists%3Fx%3D/all?type=1"
    )


def test_rating_keys_are_told_apart_whatever_they_look_like() -> None:
    seen = Seen()
    odd = ["1", "01", "0", "", "x", "١", "67108864", "67108863", "999999999999", " 1", "8"]
    assert [seen.add(key) for key in odd] == [True] * len(odd)
    assert [seen.add(key) for key in odd] == [False] * len(odd)


def test_a_hundred_thousand_rating_keys_take_little_memory() -> None:
    tracemalloc.start()
    seen = Seen()
    new = sum(seen.add(str(number)) for number in range(1_000_000, 1_100_000))
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert new == 100_000
    assert size < 200_000


def test_parts_of_a_page_are_limited(plex: FakePlex, scan: Any) -> None:
    many = "<Media>" + part("/x") * 200_001 + "</Media>"
    plex.add_section("1", "Movies", items=[movie(1, [many.replace(part("/x"), "<Part />")])])
    with pytest.raises(ImporterError) as caught:
        scan()
    assert str(caught.value) == (
        f"{plex.url} sent a page that cannot be read (it holds more than 200000 elements): "
        "try again, and look at the Plex server's log if it stays so"
    )
