"""What an ingest makes of what an importer yields, whatever that is."""

from __future__ import annotations

import json

import pytest

from support.cli import ASSET_TABLES, Cli
from support.scripted import Scripted


@pytest.fixture
def toys(cli: Cli) -> Scripted:
    return Scripted(cli)


def _many(count: int, start: int = 0) -> str:
    return f"for n in range({start}, {start + count}): yield thing(f'{{n:03}}')"


def _ids(cli: Cli) -> list[tuple[str, int]]:
    """Every asset's external id and whether it is there."""
    return cli.rows(
        "SELECT external_id, missing_since IS NULL FROM assets ORDER BY external_id, id"
    )


# -- the guard against a lost disk ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "left", "refused"),
    [
        (1, 0, True),  # all
        (5, 0, True),
        (40, 20, False),  # 20 are not more than 20
        (39, 19, False),
        (42, 21, False),  # 21 of 42 are not more than half
        (41, 20, True),  # 21 of 41
        (43, 22, False),  # 21 of 43
        (43, 21, True),  # 22 of 43
        (21, 0, True),
        (30, 10, False),  # 20 of 30: more than half, but not more than 20
    ],
)
def test_loss_of_all_or_more_than_half_and_more_than_twenty_is_refused(
    toys: Scripted, known: int, left: int, refused: bool
) -> None:
    toys.holds(_many(known))
    toys.ingest()
    toys.holds(_many(left))
    if not refused:
        assert toys.stats()["missing"] == known - left
        return
    before = toys.cli.dump(*ASSET_TABLES)
    error = toys.ingest(code=1)["error"]
    assert error["code"] == "would_lose_assets"
    assert error["message"] == f"{known - left} of {known} known assets were not found"
    assert toys.cli.dump(*ASSET_TABLES) == before
    assert toys.stats("--allow-missing")["missing"] == known - left


def test_what_is_missing_already_does_not_count_as_known(toys: Scripted) -> None:
    toys.holds(_many(30))
    toys.ingest()
    toys.holds(_many(12))
    assert toys.stats() == {"discovered": 12, "unchanged": 12, "missing": 18}
    toys.holds()
    assert toys.ingest(code=1)["error"]["message"] == "12 of 12 known assets were not found"


def test_first_ingest_of_nothing_succeeds(toys: Scripted) -> None:
    assert toys.stats() == {}


def test_what_moved_is_not_lost(toys: Scripted) -> None:
    sized = "files=(FoundFile(f'/srv/things/{n}.mkv', size_bytes=n),), fingerprint=f'{n}'"
    toys.holds(f"for n in range(30): yield thing(f'old {{n}}', {sized})")
    toys.ingest()
    toys.holds(f"for n in range(30): yield thing(f'new {{n}}', {sized})")
    assert toys.stats() == {"discovered": 30, "moved": 30}


# -- ids that come twice --------------------------------------------------------------------------

PAIRS = [
    ("yield thing('a', 'First')", "yield thing('a', 'Second', fingerprint='2')"),
    ("yield thing('a', 'First')", "yield thing('a', 'First')"),
]


@pytest.mark.parametrize("apart", [0, 1500])
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_an_id_seen_twice_the_first_counts(
    toys: Scripted, first: str, second: str, apart: int
) -> None:
    toys.holds(first, _many(apart), second)
    done = toys.ingest(code=2)
    assert done["status"] == "partial"
    assert done["stats"]["added"] == 1 + apart
    assert done["stats"]["skipped"] == 1
    assert done["skipped"] == ["a: its id was seen before in this scan; the first one counts"]
    rows = toys.cli.rows(
        "SELECT title, relative_path FROM assets a JOIN asset_files f ON f.asset_id = a.id"
        " WHERE external_id = 'a'"
    )
    assert rows == [("First", "a.mkv")]


@pytest.mark.parametrize("apart", [0, 1500])
@pytest.mark.parametrize(
    ("first", "second", "stays"),
    [
        ("1", "2", "Old"),
        ("2", "1", "New"),
        ("1", "1", "Old"),
        ("2", "3", "New"),
    ],
)
def test_of_a_known_id_seen_twice_the_first_counts(
    toys: Scripted, first: str, second: str, stays: str, apart: int
) -> None:
    toys.holds("yield thing('a', 'Old')", _many(apart), "yield thing('b')")
    toys.ingest()
    toys.holds(
        f"yield thing('a', '{'Old' if first == '1' else 'New'}', fingerprint='{first}')",
        _many(apart),
        f"yield thing('a', 'Other', fingerprint='{second}', path='/srv/things/other.mkv')",
    )
    done = toys.ingest(code=2)
    assert done["stats"]["skipped"] == 1
    assert done["stats"]["missing"] == 0
    assert done["stats"]["unchanged"] == apart + (first == "1")
    assert done["stats"]["updated"] == int(first == "2")
    rows = toys.cli.rows(
        "SELECT title, relative_path FROM assets a LEFT JOIN asset_files f ON f.asset_id = a.id"
        " WHERE external_id = 'a'"
    )
    assert rows == [(stays, "a.mkv")]


def test_of_a_missing_id_seen_twice_the_first_counts(toys: Scripted) -> None:
    toys.holds("yield thing('a', 'Old')", _many(3))
    toys.ingest()
    toys.holds(_many(3))
    toys.ingest()
    toys.holds(_many(3), "yield thing('a', 'Old')", "yield thing('a', 'New', fingerprint='2')")
    done = toys.ingest(code=2)
    assert done["stats"]["restored"] == 1
    assert done["stats"]["skipped"] == 1
    rows = toys.cli.rows(
        "SELECT title, relative_path, missing_since FROM assets a"
        " LEFT JOIN asset_files f ON f.asset_id = a.id WHERE external_id = 'a'"
    )
    assert rows == [("Old", "a.mkv", None)]


def test_id_seen_twice_marks_nothing_missing(toys: Scripted) -> None:
    toys.holds(_many(3))
    toys.ingest()
    toys.holds("yield thing('000')", "yield thing('000')")
    run = toys.cli("source", "ingest", "Toys")
    assert run.code == 2
    assert run.out.splitlines()[0] == "Success: Collections 'Things' ingested"
    assert run.err.splitlines()[0] == (
        "Warning: Collection 'Things' was ingested only in part: ids came twice; nothing in it was"
        " marked missing"
    )
    assert _ids(toys.cli) == [("000", 1), ("001", 1), ("002", 1)]


def test_partial_ingest_again_is_partial_again(toys: Scripted) -> None:
    toys.holds("yield thing('a')", "yield thing('a')")
    toys.ingest(code=2)
    before = toys.cli.dump(*ASSET_TABLES)
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1, "skipped": 1}
    assert toys.cli.dump(*ASSET_TABLES) == before


# -- bad items ------------------------------------------------------------------------------------

BAD = [
    ("yield thing('x', None)", "x: it has no title"),
    ("yield thing('x', '')", "x: it has no title"),
    ("yield thing('x', '  ')", "x: it has no title"),
    ("yield thing('x', files=())", "x: it has no file"),
    (
        "yield thing('x', path='/srv/thingsX/a.mkv')",
        "x: /srv/thingsX/a.mkv lies below no location of the collection",
    ),
    (
        "yield thing('x', path='/srv/things/../secret.mkv')",
        "x: /srv/things/../secret.mkv lies below no location of the collection",
    ),
    (
        "yield thing('x', path='/srv/things')",
        "x: /srv/things lies below no location of the collection",
    ),
    ("yield thing('x', path='')", "x:  lies below no location of the collection"),
    ("yield thing('x', '\\udcff')", "x: its name or path is not UTF-8"),
    ("yield thing('x', path='/srv/things/\\udcff.mkv')", "x: its name or path is not UTF-8"),
    ("yield thing('x', metadata={'a': '\\udcff'})", "x: its name or path is not UTF-8"),
    ("yield Skipped('x', 'a sample')", "x: a sample"),
]


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_bad_item_is_skipped_with_the_reason_and_stops_nothing(
    toys: Scripted, line: str, reason: str
) -> None:
    toys.holds("yield thing('a')", line, "yield thing('b')")
    done = toys.ingest()
    assert done["status"] == "success"
    assert done["stats"]["added"] == 2
    assert done["stats"]["skipped"] == 1
    assert done["skipped"] == [reason]
    assert _ids(toys.cli) == [("a", 1), ("b", 1)]


def test_skipped_items_are_warned_of_by_count_and_sample(toys: Scripted) -> None:
    toys.holds("yield thing('a')", "for n in range(5): yield Skipped(f'x{n}', 'a sample')")
    (toys.root / "a.mkv").touch()
    run = toys.cli("source", "ingest", "Toys")
    assert run.code == 0
    assert run.err.splitlines() == [
        "Warning: 5 items of collection 'Things' skipped",
        "Warning:   skipped: x0: a sample",
        "Warning:   skipped: x1: a sample",
        "Warning:   skipped: x2: a sample",
        "Warning:   ... 2 more; -v shows them",
    ]
    assert len(toys.cli("-v", "source", "ingest", "Toys").err.splitlines()) == 6
    assert toys.cli("-q", "source", "ingest", "Toys").err == ""


def test_known_item_that_went_bad_is_neither_missing_nor_changed(toys: Scripted) -> None:
    toys.holds("yield thing('a')", "yield thing('b')")
    toys.ingest()
    before = toys.cli.dump("assets", "asset_files")
    toys.holds("yield thing('a', None, fingerprint='2')", "yield thing('b')")
    assert toys.stats() == {"discovered": 1, "unchanged": 1, "skipped": 1}
    assert toys.cli.dump("assets", "asset_files") == before


@pytest.mark.parametrize("bad", ["edition='\\udcff'", "title='\\ud800'"])
def test_bad_item_that_was_missing_hides_no_other_that_goes_missing(
    toys: Scripted, bad: str
) -> None:
    toys.holds(_many(4))
    toys.ingest()
    toys.holds(_many(3))
    assert toys.stats() == {"discovered": 3, "unchanged": 3, "missing": 1}
    toys.holds(_many(2), f"yield thing('003', fingerprint='other')._replace({bad})")
    assert toys.stats() == {"discovered": 2, "unchanged": 2, "missing": 1, "skipped": 1}
    assert _ids(toys.cli) == [("000", 1), ("001", 1), ("002", 0), ("003", 0)]


@pytest.mark.parametrize("bad", ["files=()", "title=None"])
def test_bad_item_that_was_missing_is_no_twin_of_the_good_one(toys: Scripted, bad: str) -> None:
    toys.holds(_many(4))
    toys.ingest()
    toys.holds(_many(3))
    toys.ingest()
    toys.holds(
        _many(2),
        f"yield thing('003', fingerprint='x')._replace({bad})",
        "yield thing('003', fingerprint='y')",
    )
    stats = {"discovered": 3, "unchanged": 2, "restored": 1, "missing": 1, "skipped": 1}
    assert toys.stats() == stats
    assert _ids(toys.cli) == [("000", 1), ("001", 1), ("002", 0), ("003", 1)]


def test_id_seen_twice_is_told_beside_what_cannot_be_stored(toys: Scripted) -> None:
    toys.holds(
        "yield thing('a')",
        "yield thing('a')",
        "yield thing('b', path='/srv/things/\\udcff.mkv')",
        "yield thing('c')",
    )
    result = toys.ingest(code=2)
    assert [line.split(":")[0] for line in result["skipped"]] == ["a", "b"]
    assert _ids(toys.cli) == [("a", 1), ("c", 1)]


def test_asset_counted_with_its_old_folder_hides_none_that_goes_missing(toys: Scripted) -> None:
    def holds(second: str) -> None:
        toys.holds(
            "yield FoundFolder('/srv/things/A', '1', lambda: [thing('a'), thing('b')])",
            f"yield FoundFolder('/srv/things/B', '{second}', lambda: [thing('{second}')])",
        )

    holds("c")
    toys.ingest()
    holds("a")
    assert toys.stats()["missing"] == 1
    assert _ids(toys.cli) == [("a", 1), ("b", 1), ("c", 0)]


def test_new_assets_are_numbered_one_after_the_other(toys: Scripted) -> None:
    toys.holds(_many(200))
    toys.ingest()
    toys.holds("yield thing('x')", _many(200), "yield thing('y')")
    toys.ingest()
    assert toys.cli.rows("SELECT max(id), count(*) FROM assets") == [(202, 202)]


def test_bad_item_never_counts_as_moved(toys: Scripted) -> None:
    toys.holds("yield thing('a')", "yield thing('b', '\\udcff')")
    assert toys.stats() == {"discovered": 1, "added": 1, "skipped": 1}


@pytest.mark.parametrize(
    ("describe", "reason"),
    [
        ("return asset._replace(title='')", "a: it has no title"),
        ("return asset._replace(files=())", "a: it has no file"),
        ("return Skipped('a', 'not wanted')", "a: not wanted"),
    ],
)
def test_bad_description_is_skipped_with_the_reason(
    toys: Scripted, describe: str, reason: str
) -> None:
    toys.holds("yield thing('a')", body=f"    def describe(self, asset):\n        {describe}")
    done = toys.ingest()
    assert done["stats"]["skipped"] == 1
    assert done["skipped"][0].startswith(reason)
    assert _ids(toys.cli) == []


def test_title_may_be_left_to_describe(toys: Scripted) -> None:
    toys.holds(
        "yield thing('a', None)",
        body="    def describe(self, asset):\n        return asset._replace(title='Told later')",
    )
    toys.ingest()
    assert toys.cli.rows("SELECT title FROM assets") == [("Told later",)]


def test_only_new_and_changed_assets_are_described(toys: Scripted) -> None:
    log = toys.cli.home / "described"
    body = f"""
    def describe(self, asset):
        with open({str(log)!r}, "a") as file:
            file.write(asset.external_id)
        return asset
"""
    toys.holds("yield thing('a')", "yield thing('b')", body=body)
    toys.ingest()
    assert log.read_text() == "ab"
    toys.holds(
        "yield thing('a')", "yield thing('b', fingerprint='2')", "yield thing('c')", body=body
    )
    assert toys.stats() == {"discovered": 3, "added": 1, "updated": 1, "unchanged": 1}
    assert log.read_text() == "abbc"


def test_asset_without_fingerprint_is_compared_by_what_is_said_of_it(toys: Scripted) -> None:
    toys.holds("yield thing('a', fingerprint=None)")
    toys.ingest()
    before = toys.cli.dump(*ASSET_TABLES)
    assert toys.stats() == {"discovered": 1, "unchanged": 1}
    assert toys.cli.dump(*ASSET_TABLES) == before
    toys.holds("yield thing('a', fingerprint=None, year=1999)")
    assert toys.stats() == {"discovered": 1, "updated": 1}


# -- folders --------------------------------------------------------------------------------------


def test_unchanged_folder_is_not_read_again(toys: Scripted) -> None:
    toys.holds("yield FoundFolder('/srv/things', 'f1', lambda: [thing('a'), thing('b')])")
    assert toys.stats() == {"discovered": 2, "added": 2}
    toys.holds("yield FoundFolder('/srv/things', 'f1', None)")
    assert toys.stats() == {"discovered": 2, "unchanged": 2}


def test_folder_seen_twice_is_counted_once(toys: Scripted) -> None:
    folder = "yield FoundFolder('/srv/things', 'f1', lambda: [thing('a'), thing('b')])"
    toys.holds(folder, "yield thing('c')")
    toys.ingest()
    toys.holds(folder, folder)
    done = toys.ingest(code=2)
    assert done["status"] == "partial"
    assert done["stats"]["unchanged"] == 2
    assert _ids(toys.cli) == [("a", 1), ("b", 1), ("c", 1)]


def test_new_folder_seen_twice_is_counted_once(toys: Scripted) -> None:
    toys.holds(
        "yield FoundFolder('/srv/things', 'f1', lambda: [thing('a'), thing('b')])",
        "yield FoundFolder('/srv/things', 'f1', lambda: [thing('a'), thing('c')])",
    )
    done = toys.ingest(code=2)
    assert done["status"] == "partial"
    assert done["stats"]["added"] == 3
    assert _ids(toys.cli) == [("a", 1), ("b", 1), ("c", 1)]
    toys.holds("yield FoundFolder('/srv/things', 'f1', lambda: map(thing, 'abc'))")
    assert toys.stats() == {"discovered": 3, "unchanged": 3}


@pytest.mark.parametrize("path", ["", "/srv/\\udcff"])
def test_folder_that_cannot_be_kept_is_read_each_time(toys: Scripted, path: str) -> None:
    toys.holds(f"yield FoundFolder('{path}', 'f', lambda: [thing('a')])", "yield thing('b')")
    assert toys.stats() == {"discovered": 2, "added": 2}
    assert toys.stats() == {"discovered": 2, "unchanged": 2}


# -- scans that break off -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("raise ImporterError('page 3 is gone')", "page 3 is gone"),
        ("raise ImporterError()", "no reason given"),
        ("raise ValueError('no\\nnumber')", "its importer failed (ValueError: no)"),
        ("raise RecursionError()", "its importer failed (RecursionError)"),
        ("raise SystemExit('bye')", "its importer failed (SystemExit: bye)"),
        ("yield thing('b'); yield FoundFolder('x', 'f', None)", None),
    ],
)
def test_scan_that_breaks_off_fails_the_collection_as_a_whole(
    toys: Scripted, line: str, message: str | None
) -> None:
    toys.holds("yield thing('a')")
    toys.ingest()
    before = toys.cli.dump(*ASSET_TABLES)
    toys.holds("yield thing('new')", _many(1500), line)
    done = toys.ingest(code=1)
    assert done["status"] == "failed"
    assert done["error"]["code"] == "ingest_failed"
    if message is None:
        assert done["error"]["message"].startswith("its importer failed (TypeError: ")
    else:
        assert done["error"]["message"] == message
    assert toys.cli.dump(*ASSET_TABLES) == before
    assert toys.cli.rows("SELECT status FROM history ORDER BY id DESC LIMIT 1") == [("failed",)]


def test_interrupted_scan_keeps_nothing_and_exits_130(toys: Scripted) -> None:
    toys.holds("yield thing('a')")
    toys.ingest()
    before = toys.cli.dump()
    toys.holds("yield thing('new')", "raise KeyboardInterrupt")
    run = toys.cli("source", "ingest", "Toys")
    assert run.code == 130
    assert run.out == ""
    assert run.err.splitlines() == [
        "Error: Source ingest failed: interrupted",
        "  Nothing was ingested.",
        "  The collection that was being ingested is as it was before.",
        "  Run the same command again to go on.",
    ]
    assert toys.cli.dump() == before
    assert toys.cli("source", "ingest", "Toys", "--json").json["error"]["code"] == "interrupted"


def test_failure_of_describe_fails_the_collection(toys: Scripted) -> None:
    toys.holds("yield thing('a')", body="    def describe(self, asset):\n        return 1 / 0")
    assert toys.ingest(code=1)["error"]["message"] == (
        "its importer failed (ZeroDivisionError: division by zero)"
    )


def test_failed_ingest_is_told_in_the_seeds_words(toys: Scripted) -> None:
    toys.holds("raise ImporterError('the server is asleep')")
    run = toys.cli("source", "ingest", "Toys")
    assert run.code == 1
    assert run.out.splitlines() == [
        "Failed: Collection 'Things' failed ingestion",
        "  the server is asleep",
    ]
    assert run.err.splitlines() == ["Error: Source ingest failed: the server is asleep"]


def test_nothing_moves_in_a_scan_that_is_not_complete(toys: Scripted) -> None:
    file = "files=(FoundFile('/srv/things/a', size_bytes=1),)"
    toys.holds(f"yield thing('old', {file}, fingerprint='7')", _many(3))
    toys.ingest()
    toys.holds(
        f"yield thing('new', {file}, fingerprint='7')", _many(3), "yield Unread('/srv', 'why not')"
    )
    assert toys.stats(code=2) == {"discovered": 4, "added": 1, "unchanged": 3}
    assert ("old", 1) in _ids(toys.cli)


def test_obstacle_of_the_importer_stops_the_ingest(toys: Scripted) -> None:
    toys.holds(
        "yield thing('a')",
        body="    def obstacles(self, collection):\n        return ['the shelf is locked']",
    )
    run = toys.cli("source", "ingest", "Toys")
    assert run.code == 1
    assert run.err.splitlines()[:2] == [
        "Error: Collection 'Things' is not ingestible",
        "  the shelf is locked",
    ]
    assert toys.cli.rows("SELECT ingestible, not_ingestible_reason FROM collections") == [
        (0, "the shelf is locked")
    ]
    toys.holds("yield thing('a')")
    assert toys.stats() == {"discovered": 1, "added": 1}
    assert toys.cli.rows("SELECT ingestible, not_ingestible_reason FROM collections") == [(1, None)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("raise ValueError('oh')", "its importer failed (ValueError: oh)"),
        ("raise SystemExit(3)", "its importer failed (SystemExit: 3)"),
        ("raise ImporterError('not now')", "not now"),
        ("return None", "its importer failed (TypeError: 'NoneType' object is not iterable)"),
    ],
)
def test_obstacles_that_raise_are_an_obstacle(toys: Scripted, line: str, reason: str) -> None:
    toys.holds(body=f"    def obstacles(self, collection):\n        {line}")
    run = toys.cli("source", "ingest", "Toys", "--json")
    assert run.code == 1
    assert run.json["error"]["code"] == "not_ingestible"
    assert run.json["collections"][0]["error"]["detail"] == [reason]


def test_constructor_and_identity_that_raise_fail_their_source_alone(toys: Scripted) -> None:
    for body in ("raise ValueError('oh')", "raise SystemExit('oh')"):
        toys.holds(body=f"    def __init__(self, config):\n        {body}")
        run = toys.cli("source", "ingest", "Toys")
        assert run.code == 1
        assert run.error == f"Error: Importer 'toys' failed: {body[6:-6]}: oh"
        assert toys.cli("source", "list").code == 0


def test_source_whose_importer_is_gone_says_so(toys: Scripted) -> None:
    import shutil

    shutil.rmtree(toys.cli.site)
    run = toys.cli("source", "ingest", "Toys")
    assert run.code == 1
    assert run.error == (
        "Error: Importer 'toys' of source 'Toys' is not installed: the plugin that brings it is"
        " missing"
    )
    assert toys.cli("source", "show", "Toys").code == 0


# -- paths of another machine ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "path", "relative"),
    [
        ("D:\\Media\\Movies", "D:\\Media\\Movies\\A\\B.mkv", "A/B.mkv"),
        ("D:\\Media\\Movies", "d:\\MEDIA\\movies\\A\\B.mkv", "A/B.mkv"),
        ("D:\\Media\\Movies", "D:/Media/Movies/A/B.mkv", "A/B.mkv"),
        ("D:\\", "D:\\A\\B.mkv", "A/B.mkv"),
        ("\\\\nas\\media", "\\\\NAS\\media\\A\\B.mkv", "A/B.mkv"),
        ("/srv/things/", "/srv/things/A\\B.mkv", "A\\B.mkv"),
    ],
)
def test_locations_of_windows_and_shares(cli: Cli, place: str, path: str, relative: str) -> None:
    toys = Scripted(cli, places=(place,))
    toys.holds(f"yield thing('a', path={path!r})")
    toys.ingest()
    assert cli.rows("SELECT relative_path FROM asset_files") == [(relative,)]
    assert cli.rows("SELECT local_path FROM media") == [(f"{toys.root}/{relative}",)]


def test_the_longest_location_has_the_file(cli: Cli) -> None:
    toys = Scripted(cli, places=("/srv", "/srv/things", "/srv/thing"))
    toys.holds("yield thing('a')", "yield thing('b', path='/srv/b')")
    toys.ingest()
    rows = cli.rows(
        "SELECT a.external_id, m.external_path, f.relative_path FROM asset_files f"
        " JOIN assets a ON a.id = f.asset_id JOIN path_mappings m ON m.id = f.path_mapping_id"
        " ORDER BY 1"
    )
    assert rows == [("a", "/srv/things", "a.mkv"), ("b", "/srv", "b")]


def test_collection_without_a_location_takes_every_path(cli: Cli) -> None:
    toys = Scripted(cli, places=())
    toys.holds("yield thing('a')", "yield thing('b', path='D:\\\\x\\\\b.mkv')")
    assert toys.stats() == {"discovered": 2, "added": 2}
    assert cli.rows("SELECT relative_path FROM asset_files ORDER BY id") == [
        ("srv/things/a.mkv",),
        ("D:/x/b.mkv",),
    ]


# -- validation first -----------------------------------------------------------------------------


def test_invalid_state_of_any_collection_stops_the_source(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a')")
    cli.run_sql("DROP TRIGGER IF EXISTS collections_insert_mapping")
    _break_a_collection(cli)
    run = cli("source", "ingest", "Toys")
    assert run.code == 1
    assert run.error == "Error: Collection 'Broken' is in invalid state"
    assert cli.rows("SELECT count(*) FROM assets") == [(0,)]
    body = cli("source", "ingest", "Toys", "--json").json
    assert body["error"]["code"] == "invalid_state"
    for command in (("source", "discover"), ("source", "update", "--name", "Other")):
        assert cli(*command, "Toys").error == "Error: Collection 'Broken' is in invalid state"
    assert cli("source", "show", "Toys").code == 0
    assert cli("collection", "show", "Broken").code == 0


def _break_a_collection(cli: Cli) -> None:
    """Give the source a second collection, which is not sync-enabled, and take its mapping away
    behind the triggers' back."""
    triggers = cli.rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%path_mappings%'"
    )
    cli.run_sql(
        "INSERT INTO collections (source_id, external_id, name)"
        " SELECT id, 'b', 'Broken' FROM sources"
    )
    for name, _ in triggers:
        cli.run_sql(f'DROP TRIGGER "{name}"')
    cli.run_sql(
        "DELETE FROM path_mappings WHERE collection_id ="
        " (SELECT id FROM collections WHERE name = 'Broken')"
    )
    for _, sql in triggers:
        cli.run_sql(sql)


def test_keep_going_passes_over_an_invalid_state(cli: Cli) -> None:
    toys = Scripted(cli)
    toys.holds("yield thing('a')")
    _break_a_collection(cli)
    run = cli("source", "ingest", "Toys", "--keep-going", "--json")
    assert run.code == 2
    assert [(c["name"], c["status"]) for c in run.json["collections"]] == [
        ("Broken", "invalid_state"),
        ("Things", "success"),
    ]


def test_collection_that_is_not_enabled_cannot_be_ingested(toys: Scripted) -> None:
    toys.cli.ok("collection", "update", "Things", "--disable")
    run = toys.cli("collection", "ingest", "Things")
    assert run.code == 1
    assert run.err.splitlines() == [
        "Error: Collection 'Things' is not ingestible",
        "  it is not enabled",
        f"  Enable it: retrovue --db {toys.cli.db} collection update Toys/Things --enable",
    ]


def test_collection_ingest_does_not_need_sync(toys: Scripted) -> None:
    toys.cli.ok("collection", "update", "Things", "--sync-disable")
    toys.holds("yield thing('a')")
    run = toys.cli("collection", "ingest", "Things")
    assert run.code == 0
    assert run.out.splitlines()[0] == "Success: Collections 'Things' ingested"


def test_dry_run_reports_what_a_real_run_does_and_writes_nothing(toys: Scripted) -> None:
    toys.holds(_many(4))
    toys.ingest()
    toys.holds(_many(3), "yield thing('new')", "yield Skipped('x', 'a sample')")
    before = toys.cli.dump()
    dry = toys.cli("source", "ingest", "Toys", "--dry-run", "--json")
    assert dry.code == 0
    assert toys.cli.dump() == before
    wet = toys.cli("source", "ingest", "Toys", "--json")
    assert json.loads(dry.out) == {**wet.json, "dry_run": True}


@pytest.mark.parametrize("others", [1, 1500])
def test_folder_with_a_bad_item_reports_it_each_time(toys: Scripted, others: int) -> None:
    items = f"[thing('bad', None), *[thing(f'{{n}}') for n in range({others})]]"
    toys.holds(f"yield FoundFolder('/srv/things', 'f1', lambda: {items})")
    assert toys.stats() == {"discovered": others, "added": others, "skipped": 1}
    assert toys.stats() == {"discovered": others, "unchanged": others, "skipped": 1}


def test_folder_read_in_part_does_not_hide_what_is_gone(toys: Scripted) -> None:
    toys.holds("yield FoundFolder('/srv/things', 'f1', lambda: map(thing, 'abc'))")
    toys.ingest()
    without_b = "yield FoundFolder('/srv/things', 'f2', lambda: map(thing, 'ac'))"
    toys.holds(without_b, "yield Unread('page 2', 'no answer')")
    assert toys.stats(code=2) == {"discovered": 2, "unchanged": 2}
    toys.holds(without_b)
    assert toys.stats() == {"discovered": 2, "unchanged": 2, "missing": 1}


def _meddling(cli: Cli, times: int) -> str:
    """Lines of a scan during which a script writes to the collection, the first so many times."""
    return f"""
import os, sqlite3
def meddle():
    tally = {str(cli.home / "tally")!r}
    with open(tally, "a") as file:
        file.write("x")
    if os.path.getsize(tally) <= {times}:
        with sqlite3.connect({str(cli.db)!r}) as connection:
            connection.execute("UPDATE assets SET title = title || '!'")
        connection.close()
"""


def test_collection_that_changed_meanwhile_is_scanned_once_more(toys: Scripted) -> None:
    toys.holds("yield thing('a')")
    toys.ingest()
    toys.holds("meddle()", "yield thing('a')", "yield thing('b')", before=_meddling(toys.cli, 1))
    done = toys.ingest()
    assert done["stats"]["added"] == 1
    assert (toys.cli.home / "tally").read_text() == "xx"


def test_collection_that_changes_in_every_scan_fails(toys: Scripted) -> None:
    toys.holds("yield thing('a')")
    toys.ingest()
    toys.holds("meddle()", "yield thing('a')", "yield thing('b')", before=_meddling(toys.cli, 9))
    error = toys.ingest(code=1)["error"]
    assert error["message"] == "it was changed by somebody else while it was scanned, twice"
    assert (toys.cli.home / "tally").read_text() == "xx"
    assert _ids(toys.cli) == [("a", 1)]


def test_collection_that_is_disabled_meanwhile_is_left_alone(toys: Scripted) -> None:
    toys.holds("yield thing('a')")
    toys.ingest()
    meddling = _meddling(toys.cli, 1).replace(
        "UPDATE assets SET title = title || '!'",
        "UPDATE collections SET enabled = 0, sync_enabled = 0",
    )
    toys.holds("meddle()", "yield thing('a')", "yield thing('b')", before=meddling)
    assert toys.ingest(code=1)["error"]["message"] == "it was disabled meanwhile"
    assert _ids(toys.cli) == [("a", 1)]


@pytest.mark.parametrize(
    "raised", ["asyncio.CancelledError('no')", "GeneratorExit()", "BaseException('no')"]
)
def test_no_exception_of_an_importer_gets_past_its_collection(toys: Scripted, raised: str) -> None:
    toys.holds("yield thing('a')", "import asyncio", f"raise {raised}")
    ingested = toys.ingest(code=1)
    assert ingested["error"]["code"] == "ingest_failed"
    assert toys.cli.rows("SELECT count(*) FROM assets") == [(0,)]


def test_exception_whose_own_text_fails_is_told_by_its_type(toys: Scripted) -> None:
    toys.holds("class Mute(Exception):", "    def __str__(self): raise ValueError", "raise Mute()")
    assert toys.ingest(code=1)["error"]["message"] == "its importer failed (Mute)"


def test_what_a_plugin_writes_to_the_descriptor_is_not_in_the_json(toys: Scripted) -> None:
    toys.holds("import os", "os.write(1, b'RAW')", "yield thing('a')")
    run = toys.cli.process("source", "ingest", "Toys", "--json")
    assert run.json["totals"]["added"] == 1
    assert "RAW" in run.err


def test_collection_deleted_during_the_ingest_of_another_fails_alone(toys: Scripted) -> None:
    toys.cli.run_sql(
        "INSERT INTO collections (source_id, external_id, name) VALUES (1, 'zoo', 'Zoo')"
    )
    toys.cli.ok("collection", "update", "Zoo", "--map", "", toys.root, "--sync-enable")
    toys.holds(
        "import sqlite3",
        f"other = sqlite3.connect({str(toys.cli.db)!r}, isolation_level=None)",
        "other.execute('DELETE FROM collections WHERE external_id = ?', ('zoo',))",
        "yield thing('a')",
    )
    run = toys.cli("source", "ingest", "Toys", "--json")
    assert run.code == 2
    told = [
        (c["name"], c["status"], (c["error"] or {}).get("message")) for c in run.json["collections"]
    ]
    assert told == [("Things", "success", None), ("Zoo", "failed", "it was deleted meanwhile")]


def test_hint_at_an_unmounted_disk_is_in_the_json_too(toys: Scripted) -> None:
    toys.holds("yield thing('a')")
    toys.ingest()
    toys.holds()
    error = toys.ingest(code=1)["error"]
    named = f"retrovue --db {toys.cli.db} collection map-check Toys/Things"
    assert error["detail"] == [
        f"e.g. {toys.root}/a.mkv",
        f"See which files are where: {named}",
        "Is a disk not mounted? If they are really gone: retrovue --db"
        f" {toys.cli.db} collection ingest Toys/Things --allow-missing",
    ]
