"""A plugin's fault is no success: what breaks the interface counts as unread."""

from __future__ import annotations

import pytest

from support.cli import Cli
from support.scripted import Scripted


@pytest.fixture
def toys(cli: Cli) -> Scripted:
    return Scripted(cli)


def _there(cli: Cli) -> list[tuple[str, int]]:
    return cli.rows("SELECT external_id, missing_since IS NULL FROM assets ORDER BY external_id")


_AT = "files=(FoundFile('/srv/things/x', {}),)"
BROKEN = [
    ("yield thing('')", "Thing : it has no id"),
    ("yield thing(None)", "Thing None: its external_id is of type NoneType"),
    ("yield thing(7)", "7: its external_id is of type int"),
    ("yield thing(['x'])", "['x']: its external_id is of type list"),
    ("yield thing(b'x')", "b'x': its external_id is of type bytes"),
    ("yield thing('x\\0y')", "x\0y: its external_id holds a NUL character"),
    ("yield thing('x' * 32_769, 'X', path='/srv/things/x')", "its external_id holds"),
    ("yield thing('x', 7)", "x: its title is of type int"),
    ("yield thing('x', 'a\\0b')", "x: its title holds a NUL character"),
    ("yield thing('x', 'a' * 10_001)", "x: its title holds a NUL character, or more than 10,000"),
    ("yield thing('x', 'a' * 50_000_000)", "x: its title holds"),
    ("yield thing('x', series='a\\0')", "x: its series holds"),
    ("yield thing('x', artist='a' * 10_001)", "x: its artist holds"),
    ("yield thing('x', album='\\0')", "x: its album holds"),
    ("yield thing('x', edition='\\0')", "x: its edition holds"),
    ("yield thing('x', fingerprint='\\0')", "x: its fingerprint holds"),
    ("yield thing('x', kind='film')", "x: its kind 'film' is none of movie, episode"),
    ("yield thing('x', kind=None)", "x: its kind is of type NoneType"),
    ("yield thing('x', files=('a.mkv',))", "x: it has a str where FoundFile is due"),
    ("yield thing('x', files='a.mkv')", "x: its files is of type str"),
    ("yield thing('x', files=None)", "x: its files is of type NoneType"),
    ("yield thing('x', files=(FoundFile(7),))", "x: its path is of type int"),
    ("yield thing('x', path='/srv/things/a\\0b')", "x: its path holds"),
    ("yield thing('x', path='/srv/things/' + 'a' * 32_769)", "x: its path holds"),
    (f"yield thing('x', {_AT.format('version=0')})", "x: versions and parts count from 1"),
    (f"yield thing('x', {_AT.format('part=-1')})", "x: versions and parts count from 1"),
    (f"yield thing('x', {_AT.format('part=2**53')})", "x: its part is not between 1 and"),
    (f"yield thing('x', {_AT.format('size_bytes=-1')})", "x: its size_bytes is not between 0"),
    (f"yield thing('x', {_AT.format('size_bytes=2**53')})", "x: its size_bytes is not between"),
    (f"yield thing('x', {_AT.format('size_bytes=1.5')})", "x: its size_bytes is of type float"),
    (f"yield thing('x', {_AT.format('duration_ms=-1')})", "x: its duration_ms is not between"),
    (f"yield thing('x', {_AT.format('width=-1')})", "x: its width is not between"),
    (f"yield thing('x', {_AT.format('height=10**30')})", "x: its height is not between"),
    (f"yield thing('x', {_AT.format('height=True')})", "x: its height is of type bool"),
    (
        f"yield thing('x', {_AT.format(chr(39).join(['container=', 'a' * 10_001, '']))})",
        "container",
    ),
    (f"yield thing('x', {_AT.format('modified_at=7')})", "x: its modified_at is of type int"),
    *(
        (
            f"yield thing('x', {_AT.format(f'modified_at={time!r}')})",
            "x: its modified_at is not a time",
        )
        for time in (
            "yesterday",
            "2001-12-31",
            "2001-12-31T23:59:59",
            "2001-12-31 23:59:59Z",
            "2001-12-31T23:59:59+02:00",
            "2001-12-31T24:00:00Z",
            "2001-02-30T10:00:00Z",
            "2001-12-31T23:59:59Z\n",
            "2001-12-31T23:59:5٩Z",
            "",
        )
    ),
    (
        "yield thing('x', files=(FoundFile('/srv/things/a'), FoundFile('/srv/things/b')))",
        "x: two of its files are the same version and part",
    ),
    ("yield thing('x', year='1999')", "x: its year is of type str"),
    ("yield thing('x', year=True)", "x: its year is of type bool"),
    ("yield thing('x', year=-1)", "x: its year is not between 0 and 9999"),
    ("yield thing('x', year=10_000)", "x: its year is not between 0 and 9999"),
    ("yield thing('x', year=10**30)", "x: its year is not between 0 and 9999"),
    ("yield thing('x', season=-1)", "x: its season is not between"),
    ("yield thing('x', episode=2**53)", "x: its episode is not between"),
    ("yield thing('x', episode_end=-1)", "x: its episode_end is not between"),
    ("yield thing('x', track=-1)", "x: its track is not between"),
    ("yield thing('x', duration_ms=-1)", "x: its duration_ms is not between"),
    *(
        (f"yield thing('x', released_on={day!r})", "x: its released_on is not a date")
        for day in (
            "soon",
            "",
            "2001",
            "2001-13-01",
            "2001-02-29",
            "20010101",
            "2001-1-1",
            "0000-01-01",
            "2001-01-01T00:00:00Z",
            "2001-01-01\n",
            "٢٠٠١-01-01",
        )
    ),
    ("yield thing('x', released_on=7)", "x: its released_on is of type int"),
    ("yield thing('x', guids='tmdb://1')", "x: its guids is of type str"),
    ("yield thing('x', guids=(603,))", "x: its guids hold a int"),
    ("yield thing('x', guids=(None,))", "x: its guids hold a NoneType"),
    ("yield thing('x', guids=('a\\0b',))", "x: its guids holds a NUL character"),
    ("yield thing('x', guids=('a' * 1_000_000,))", "x: its guids holds"),
    ("yield thing('x', metadata={'a': object()})", "x: its guids or metadata are no JSON"),
    ("yield thing('x', metadata={'a': float('nan')})", "x: its guids or metadata are no JSON"),
    ("yield thing('x', metadata={'a': 1e999})", "x: its guids or metadata are no JSON"),
    ("yield thing('x', metadata={('a',): 1})", "x: its guids or metadata are no JSON"),
    ("yield thing('x', metadata={'a': '\\\\\\\\\\0'})", "x: its metadata holds a NUL character"),
    ("yield thing('x', metadata={'a': 'b' * 1_000_000})", "x: its metadata holds"),
    ("yield thing('x', metadata={'a': deep(100)})", "nested more than 100 deep"),
    ("yield thing('x', metadata={'a': deep(100_000)})", "x: its guids or metadata are no JSON"),
    ("yield thing('x', metadata={'a': [10**309]})", "no JSON (a number is too large)"),
    ("yield thing('x', metadata='much')", "x: its metadata is of type str"),
    ("yield thing('x', metadata=None)", "x: its metadata is of type NoneType"),
    ("yield 7", "7: the importer yields this where FoundAsset is due"),
    ("yield None", "None: the importer yields this where FoundAsset is due"),
    ("yield {'external_id': 'x'}", "{'external_id': 'x'}: the importer yields this where"),
    ("yield ('a', 'movie')", "('a', 'movie'): the importer yields this where FoundAsset is due"),
    ("yield FoundFolder(7, 'f', lambda: [])", "7: its path is of type int"),
    ("yield FoundFolder('/srv', None, lambda: [])", "/srv: its fingerprint is of type NoneType"),
    ("yield FoundFolder('/srv', 'f', lambda: [7])", "7: the importer yields this where"),
]
_DEEP = """
def deep(levels):
    value = []
    for _ in range(levels - 1): value = [value]
    return value
"""


@pytest.mark.parametrize(("line", "reason"), BROKEN, ids=[line[:70] for line, _ in BROKEN])
def test_broken_item_is_unread_and_nothing_goes_missing(
    toys: Scripted, line: str, reason: str
) -> None:
    toys.holds("yield thing('a')", "yield thing('gone')")
    toys.ingest()
    toys.holds("yield thing('a')", line, "yield thing('b')", before=_DEEP)
    done = toys.ingest(code=2)
    assert done["status"] == "partial"
    assert {word: n for word, n in done["stats"].items() if n} == {
        "discovered": 2, "added": 1, "unchanged": 1,
    }  # fmt: skip
    (told,) = done["unread"]
    assert reason in told
    assert len(told) <= 2002
    assert _there(toys.cli) == [("a", 1), ("b", 1), ("gone", 1)]


GOOD = [
    "title='a' * 10_000",
    "year=0",
    "year=9999",
    "season=0, episode=0, track=0",
    "duration_ms=2**53 - 1",
    "released_on='2000-02-29'",
    "files=(FoundFile('/srv/things/x', 3, 9, 0, '1000-01-01T00:00:00Z', 0, '', '', '', 0, 0),)",
    "files=[FoundFile('/srv/things/x', modified_at='9999-12-31T23:59:59Z')]",
    "path='/srv/things/' + 'a' * 32_768",
    "fingerprint='1' * 40_000",
    "metadata={'a': deep(99)}",
    "metadata={'a': [[]] * 200}",
    "metadata={'a': '\\\\\\\\u0000 is no NUL'}",
    "guids=['tmdb://603']",
    "metadata={'a': '1' * 400, 'b': 10**308}",
]


@pytest.mark.parametrize("more", GOOD)
def test_what_is_within_bounds_is_taken(toys: Scripted, more: str) -> None:
    title = "" if more.startswith("title") else "'X', "
    toys.holds(f"yield thing('x', {title}{more})", before=_DEEP)
    assert toys.stats() == {"discovered": 1, "added": 1}
    assert toys.stats() == {"discovered": 1, "unchanged": 1}


@pytest.mark.parametrize("bad", ["year='1999'", "year=-1", "released_on='soon'", "title='\\0'"])
def test_known_item_that_broke_stays_as_it_is(toys: Scripted, bad: str) -> None:
    toys.holds("yield thing('a')", "yield thing('b')")
    toys.ingest()
    before = toys.cli.dump("assets", "asset_files")
    toys.holds(f"yield thing('a', fingerprint='2')._replace({bad})", "yield thing('b')")
    assert toys.stats(code=2) == {"discovered": 1, "unchanged": 1}
    assert toys.cli.dump("assets", "asset_files") == before
    toys.holds("yield thing('a', fingerprint='2')", "yield thing('b')")
    assert toys.stats() == {"discovered": 2, "updated": 1, "unchanged": 1}


@pytest.mark.parametrize(
    ("describe", "reason"),
    [
        ("return None", "a: its importer describes it as NoneType"),
        ("return {}", "a: its importer describes it as dict"),
        ("return asset._replace(external_id='z')", "a: its importer changed the id while"),
        ("return asset._replace(external_id=7)", "a: its importer changed the id while"),
        ("return asset._replace(kind='x')", "a: its kind 'x' is none of"),
        ("return asset._replace(released_on='soon')", "a: its released_on is not a date"),
        ("return Unread('a', 'no answer')", "a: it could not be read (no answer)"),
    ],
)
def test_describe_that_answers_something_else_is_unread(
    toys: Scripted, describe: str, reason: str
) -> None:
    toys.holds("yield thing('a')", "yield thing('b')", "yield thing('gone')")
    toys.ingest()
    before = toys.cli.dump("assets", "asset_files")
    body = f"""
    def describe(self, asset):
        {describe}
"""
    toys.holds("yield thing('a', fingerprint='2')", "yield thing('b')", body=body)
    done = toys.ingest(code=2)
    assert done["stats"]["unchanged"] == 1
    assert done["stats"]["missing"] == 0
    assert done["unread"][0].startswith(reason)
    assert toys.cli.dump("assets", "asset_files") == before


@pytest.mark.parametrize(
    "scan",
    [
        "for n in range(3): yield thing(n)",
        "yield {'id': 'a'}",
        "yield thing('a', released_on='soon')",
        "yield FoundFolder('/srv/things', 'f', lambda: [thing(1)])",
        "yield thing('x', '\\0')",
    ],
)
@pytest.mark.parametrize("known", ["yield thing('k')", ""])
def test_scan_of_which_nothing_can_be_used_fails(toys: Scripted, scan: str, known: str) -> None:
    toys.holds(known)
    toys.ingest()
    before = toys.cli.dump("assets", "asset_files", "folders")
    toys.holds(scan)
    done = toys.ingest(code=1)
    assert done["status"] == "failed"
    assert done["error"]["code"] == "ingest_failed"
    assert done["error"]["message"] == "nothing that its importer yields can be used"
    assert len(done["error"]["detail"]) > 0
    assert toys.cli.dump("assets", "asset_files", "folders") == before


def test_broken_item_in_a_folder_is_told_each_time(toys: Scripted) -> None:
    for bad in ("thing('x', year=-1)", "thing('x', year='1')", "7"):
        toys.holds(f"yield FoundFolder('/srv/things', 'f', lambda: [thing('a'), {bad}])")
        for _ in range(2):
            done = toys.ingest(code=2)
            assert (done["stats"]["discovered"], len(done["unread"])) == (1, 1)


def test_broken_item_among_thousands_takes_none_along(toys: Scripted) -> None:
    toys.holds("for n in range(2500): yield thing(f'{n}', year=-1 if n == 1234 else n)")
    assert toys.stats(code=2) == {"discovered": 2499, "added": 2499}
    assert toys.cli.rows("SELECT count(*), min(year) FROM assets") == [(2499, 0)]


def test_a_description_keeps_the_fingerprint_of_the_scan(toys: Scripted) -> None:
    toys.holds(
        "yield thing('a', None)",
        body="""
    def describe(self, asset):
        print("described", asset.external_id)
        return asset._replace(title="Told", fingerprint="another")
""",
    )
    assert toys.stats() == {"discovered": 1, "added": 1}
    assert toys.cli.rows("SELECT title, fingerprint FROM assets") == [("Told", "1")]
    assert toys.stats() == {"discovered": 1, "unchanged": 1}


def test_a_scan_cannot_change_the_options(toys: Scripted) -> None:
    toys.holds("self.config['room'] = 'attic'", "yield thing('a')")
    collection = toys.ingest(code=1)
    assert "does not support item assignment" in str(collection["error"])


def test_a_folder_with_a_skipped_item_is_read_again_until_it_is_whole(toys: Scripted) -> None:
    log = toys.cli.home / "log"
    for skipped, read in (
        ("Skipped('x', 'broken')", 2),
        ("Skipped('x', 'a sample', on_purpose=True)", 1),
    ):
        toys.holds(
            f"yield FoundFolder('/srv/things', {skipped!r}, self.inside)",
            body=f"""
    def inside(self):
        open({str(log)!r}, "a").write("read ")
        yield thing('a')
        yield {skipped}
""",
        )
        log.unlink(missing_ok=True)
        for _ in range(2):
            toys.ingest()
        assert log.read_text().split() == ["read"] * read
