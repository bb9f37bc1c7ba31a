"""A server that fails during an ingest: that library stays as it was, and the next one is ingested.

Each test starts from two libraries that were ingested, `Films` and `Shows`; then one item of each
is new and one film is gone, and `Films` cannot be read as it should.
"""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.plex import FakePlex, Request, Section, episode, movie
from support.cli import PATIENCE, Cli, Run
from support.nas import NAME, Nas, counted

FILMS = "/library/sections/1/all"
CUT_XML = b'<MediaContainer size="5" totalSize="11"><Video ratingKey="6" type="movie" title="Li'
BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(98, 107))
    + b']>\n<MediaContainer totalSize="1"><Video ratingKey="1" title="&j;"/></MediaContainer>'
)
BROKEN = (
    "{url} sent a page that cannot be read ({why}): "
    "try again, and look at the Plex server's log if it stays so"
)
DOES_NOT_ADD_UP = (
    "the list does not add up, also when read again: {why}; "
    "wait until Plex has finished scanning, then ingest again"
)


@pytest.fixture(scope="module")
def server() -> Iterator[FakePlex]:
    with FakePlex() as server:
        yield server


@pytest.fixture
def plex(server: FakePlex) -> FakePlex:
    """The one server of all tests, as good as new."""
    _make_new(server)
    return server


def _make_new(server: FakePlex) -> None:
    server.sections, server.faults, server.requests = [], [], []
    server.before_page = lambda request: None


@pytest.fixture(scope="module")
def catalogue(server: FakePlex, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in which all of it was ingested, made once."""
    folder = tmp_path_factory.mktemp("catalogue")
    _make_new(server)  # tests that need no catalogue may have been first
    server.add_section("1", "Films", "movie", ["/data/Films"], [film(n) for n in range(1, 12)])
    server.add_section("2", "Shows", "show", ["/data/Shows"], [show(n) for n in range(3)])
    nas = Nas(Cli(folder), server, folder / "nas").ready()
    nas.furnish()
    assert nas.stats() == {
        "Films": {"discovered": 11, "added": 11},
        "Shows": {"discovered": 3, "added": 3},
    }
    return folder / "retrovue.db"


@pytest.fixture
def films(catalogue: Path, plex: FakePlex, cli: Cli) -> Section:
    """The library that will misbehave: eleven films in pages of five, one new and one gone."""
    shutil.copy(catalogue, cli.db)
    new = [film(n) for n in range(2, 13)]
    films = plex.add_section("1", "Films", "movie", ["/data/Films"], new, cap=5)
    plex.add_section("2", "Shows", "show", ["/data/Shows"], [show(n) for n in range(4)])
    return films


def film(number: int) -> str:
    return movie(number).replace("/data/Movies/", "/data/Films/")


def show(number: int) -> str:
    return episode(number).replace("/data/TV/", "/data/Shows/")


def films_and_files(cli: Cli) -> Any:
    return cli.rows(
        "SELECT a.*, f.* FROM assets AS a JOIN asset_files AS f ON f.asset_id = a.id"
        " JOIN collections AS c ON c.id = a.collection_id WHERE c.name = 'Films' ORDER BY a.id"
    )


def require_only_shows(nas: Nas, cli: Cli, before: Any, run: Run, why: str) -> None:
    """`Films` failed as a whole for this reason; `Shows` was ingested; the file says so."""
    assert run.code == 2
    assert run.err.splitlines()[0] == "Error: Collection 'Films' failed ingestion"
    assert run.err.splitlines()[1] == f"  {why}"
    assert run.out.splitlines()[:6] == [
        "Success: Collections 'Shows' ingested",
        "Failed: Collection 'Films' failed ingestion",
        f"  {why}",
        "",
        "COLLECTION  DISCOVERED  ADDED  UPDATED  UNCHANGED  MOVED  MISSING  RESTORED  SKIPPED",
        "Shows       4           1      0        3          0      0        0         0",
    ]
    assert films_and_files(cli) == before
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NOT NULL") == [(0,)]
    last = cli.rows(
        "SELECT collection, status, detail FROM history WHERE operation = 'Source ingest'"
        " ORDER BY id DESC LIMIT 2"
    )
    assert [row[:2] for row in last] == [("Shows", "success"), ("Films", "failed")]
    assert json.loads(last[1][2]) == {
        "error": {"code": "ingest_failed", "message": why, "detail": []}
    }
    assert cli.ok("db", "check").out == "No damage; every guarantee holds.\n"


def grows(plex: FakePlex, section: Section) -> None:
    """A film is added at the top each time the second page is asked for."""

    def before(request: Request) -> None:
        if request.path == FILMS and request.start == 5:
            section.items = [film(100 + len(section.items)), *section.items]

    plex.before_page = before


def says(total: object) -> Callable[[FakePlex, Section], None]:
    def setting(plex: FakePlex, section: Section) -> None:
        section.total = lambda count: total

    return setting


def fails(**how: Any) -> Callable[[FakePlex, Section], None]:
    return lambda plex, section: void(plex.fault(FILMS, **how))


def void(anything: object) -> None:
    return None


WAYS: dict[str, tuple[Callable[[FakePlex, Section], None], str]] = {
    "pages that change all the time": (
        grows,
        DOES_NOT_ADD_UP.format(why="the total went from '12' to '13' meanwhile"),
    ),
    "a total that is too large": (
        says(12),
        DOES_NOT_ADD_UP.format(why="11 items came of 12"),
    ),
    "a total that is too small": (
        says(9),
        DOES_NOT_ADD_UP.format(why="10 items came of 9"),
    ),
    "a total that stops at a page": (
        says(10),
        DOES_NOT_ADD_UP.format(why="11 items came of 10"),
    ),
    "a total of 0": (says(0), DOES_NOT_ADD_UP.format(why="5 items came of 0")),
    "a total that is no number": (
        says("nan"),
        DOES_NOT_ADD_UP.format(why="the server says that there are 'nan' items"),
    ),
    "no total": (
        says(None),
        DOES_NOT_ADD_UP.format(why="the server does not say how many items there are"),
    ),
    "an empty page in the middle": (
        fails(start=5, body=b'<MediaContainer size="0" totalSize="11" />'),
        DOES_NOT_ADD_UP.format(why="5 items came of 11"),
    ),
    "truncated XML": (
        fails(start=5, body=CUT_XML),
        BROKEN.format(url="{url}", why="it is cut short or not XML"),
    ),
    "malformed XML": (
        fails(start=5, body=b"<MediaContainer><Video></MediaContainer>"),
        BROKEN.format(url="{url}", why="it is cut short or not XML"),
    ),
    "nothing": (
        fails(start=5, body=b""),
        BROKEN.format(url="{url}", why="it is cut short or not XML"),
    ),
    "something else": (
        fails(start=5, body=b"<html><body>Sign in</body></html>"),
        BROKEN.format(url="{url}", why="it is not a MediaContainer"),
    ),
    "an XML bomb": (
        fails(start=5, body=BOMB),
        "{url} does not answer like a Plex server "
        "(its answer has a document type, as web pages do): check --base-url",
    ),
    "a page without end": (
        fails(
            start=5,
            body=gzip.compress(b" " * (33 * 2**20), 1),
            headers={"Content-Encoding": "gzip"},
        ),
        "{url} sent more than 32 MB in one answer: is it Plex?",
    ),
    "401 midway": (
        fails(start=5, status=401, body=b""),
        "{url} refused the token (401 Unauthorized): give a valid one with --token",
    ),
    "404": (
        fails(status=404, body=b""),
        "{url} does not know what was asked (404 Not Found): check --base-url, or discover again",
    ),
    "500 midway": (
        fails(start=10, status=500, body=b"boom"),
        "{url} failed with 500 Internal Server Error: look at the Plex server's log",
    ),
    "503 midway": (
        fails(start=5, status=503, body=b"", headers={"Retry-After": "60"}),
        "{url} is busy or starting up (503 Service Unavailable): try again later",
    ),
    "a connection cut in the middle of a page": (
        fails(start=5, cut=2000),
        "{url} broke off the connection: does it want https:// or another port?",
    ),
    "a connection cut before any answer": (
        fails(start=5, cut=0),
        "{url} broke off the connection: does it want https:// or another port?",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_library_stays_as_it_was_and_the_next_is_ingested(
    way: str, films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    misbehave, why = WAYS[way]
    before = films_and_files(cli)
    misbehave(plex, films)
    require_only_shows(nas, cli, before, nas.ingest(), why.format(url=plex.url))


@pytest.mark.parametrize(
    ("way", "fault", "why"),
    [
        (
            "never answers",
            {"start": 5, "hang": True},
            "{url} did not answer in time: is it up? Give a longer --timeout if it is slow",
        ),
        (
            "sends a byte now and then",
            {"start": 5, "drip": 0.1},
            "{url} took longer than 8 s for one answer: "
            "try again when it is less busy, or give a longer --timeout",
        ),
    ],
)
def test_a_server_that_is_too_slow(
    way: str, fault: Any, why: str, films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    before = films_and_files(cli)
    cli.ok("source", "update", NAME, "--timeout", "2")
    plex.fault(FILMS, **fault)
    require_only_shows(nas, cli, before, nas.ingest(), why.format(url=plex.url))


def test_the_failure_as_json(films: Section, nas: Nas, plex: FakePlex) -> None:
    plex.fault(FILMS, start=5, status=401, body=b"")
    run = nas.ingest("--json")
    report = run.json
    assert (run.code, report["status"]) == (2, "partial")
    assert run.error == "Error: Collection 'Films' failed ingestion"
    assert [(one["name"], one["status"]) for one in report["collections"]] == [
        ("Films", "failed"),
        ("Shows", "success"),
    ]
    assert set(report["collections"][0]["stats"].values()) == {0}
    assert report["collections"][0]["error"] == {
        "code": "ingest_failed",
        "message": f"{plex.url} refused the token (401 Unauthorized): give a valid one"
        " with --token",
        "detail": [],
    }
    assert report["totals"]["added"] == 1


def test_once_it_behaves_again_nothing_was_missed(
    films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.fault(FILMS, start=5, status=500, body=b"", times=1)
    assert nas.ingest().code == 2
    assert nas.stats() == {
        "Films": {"discovered": 11, "added": 1, "unchanged": 10, "missing": 1},
        "Shows": {"discovered": 4, "unchanged": 4},
    }
    assert cli.rows("SELECT external_id FROM assets WHERE missing_since IS NOT NULL") == [("1",)]


@pytest.mark.parametrize(
    "fault",
    [{"body": CUT_XML}, {"cut": 2000}, {"status": 503, "headers": {"Retry-After": "0"}}],
    ids=["truncated XML", "a connection cut", "503 with a short wait"],
)
def test_a_page_that_fails_once_is_asked_for_again(
    fault: Any, films: Section, nas: Nas, plex: FakePlex
) -> None:
    plex.fault(FILMS, start=5, times=1, **fault)
    assert nas.stats()["Films"] == {"discovered": 11, "added": 1, "unchanged": 10, "missing": 1}


def test_a_library_that_changes_once_while_it_is_read_is_read_again(
    films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    """A film that came first pushes another over the edge of a page; none is lost or doubled."""

    def before(request: Request) -> None:
        if request.path == FILMS and request.start == 5 and len(films.items) == 11:
            films.items = [film(100), *films.items]

    plex.before_page = before
    assert nas.stats()["Films"] == {"discovered": 12, "added": 2, "unchanged": 10, "missing": 1}
    assert plex.pages("1") == 4 + 4


def test_a_film_deleted_while_the_library_is_read_hides_no_other(
    films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    def before(request: Request) -> None:
        if request.path == FILMS and request.start == 5 and len(films.items) == 11:
            films.items = films.items[1:]

    plex.before_page = before
    assert nas.stats()["Films"]["missing"] == 1
    seen = cli.rows("SELECT a.external_id FROM assets AS a JOIN collections AS c"
                    " ON c.id = collection_id WHERE c.name = 'Films'"
                    " AND a.missing_since IS NULL ORDER BY a.id")  # fmt: skip
    assert [int(key) for (key,) in seen] == list(range(2, 13))


def test_the_same_rating_key_twice(films: Section, nas: Nas, plex: FakePlex, cli: Cli) -> None:
    """The first counts, the second is skipped, and nothing is taken for missing."""
    twin = film(4).replace("Lighthouse 4", "Twin").replace('updatedAt="', 'updatedAt="1')
    films.items = [*films.items, twin]
    run = nas.ingest()
    assert run.code == 2
    assert run.err.splitlines() == [
        "Warning: Collection 'Films' was ingested only in part: ids came twice; nothing in it was"
        " marked missing",
        "Warning: 1 item of collection 'Films' skipped",
        "Warning:   skipped: 4: its id was seen before in this scan; the first one counts",
    ]
    assert run.out.splitlines()[:5] == [
        "Success: Collections 'Films', 'Shows' ingested",
        "",
        "COLLECTION  DISCOVERED  ADDED  UPDATED  UNCHANGED  MOVED  MISSING  RESTORED  SKIPPED",
        "Films       11          1      0        10         0      0        0         1",
        "Shows       4           1      0        3          0      0        0         0",
    ]
    assert cli.rows("SELECT title FROM assets WHERE external_id = '4'") == [("Lighthouse 4",)]
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NOT NULL") == [(0,)]
    statuses = cli.rows("SELECT collection, status FROM history ORDER BY id DESC LIMIT 2")
    assert statuses == [("Shows", "success"), ("Films", "partial")]


@pytest.mark.parametrize("command", ["add", "discover"])
def test_the_same_section_key_twice(command: str, nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Films")
    if command == "discover":
        assert nas.add("--discover").code == 0
        before = cli.dump("sources", "source_secrets", "collections", "path_mappings")
    plex.add_section("1", "Kids' Films")
    run = nas.add("--discover") if command == "add" else cli("source", "discover", NAME)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Failed to discover collections from source 'My Plex'",
        "  the importer reports the collection id '1' twice ('Films' and 'Kids' Films')",
    ]
    if command == "add":
        assert not cli.db.exists()
    else:
        assert cli.dump(*before) == before


@pytest.mark.parametrize("title", [None, "", "  "])
def test_a_library_without_a_name_fails_discovery(
    title: str | None, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.add_section("1", "Films")
    plex.add_section("2", title)
    run = nas.add("--discover")
    assert (run.code, run.err.splitlines()) == (
        1,
        [
            "Error: Failed to discover collections from source 'My Plex'",
            "  the importer reports a collection without a name (id '2')",
        ],
    )
    assert not cli.db.exists()


def test_a_server_that_is_away_fails_every_library(
    films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    before = cli.dump("assets", "asset_files", "path_mappings")
    plex.fault("/", status=503, body=b"")
    why = f"{plex.url} is busy or starting up (503 Service Unavailable): try again later"
    run = nas.ingest()
    assert run.code == 1
    assert run.out.splitlines() == [
        "Failed: Collection 'Films' failed ingestion",
        f"  {why}",
        "Failed: Collection 'Shows' failed ingestion",
        f"  {why}",
    ]
    assert run.err.splitlines() == [f"Error: Source ingest failed: {why}"]
    assert cli.dump(*before) == before


def test_libraries_that_fail_each_for_its_own_reason(
    films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.fault(FILMS, status=401, body=b"")
    plex.fault("/library/sections/2/all", status=500, body=b"")
    why = f"{plex.url} refused the token (401 Unauthorized): give a valid one with --token"
    run = nas.ingest()
    assert (run.code, run.err.splitlines()) == (
        1,
        [
            f"Error: Source ingest failed: {why} (and 1 more collection failed)",
            f"  Collection 'Films': {why}",
            f"  Collection 'Shows': {plex.url} failed with 500 Internal Server Error: look at the"
            " Plex server's log",
        ],
    )


def test_an_answer_with_invalid_utf_8_costs_the_items_it_hits(
    films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    films.items[3] = film(5).replace("Lighthouse 5", "Bri@ht")
    plex.fault(FILMS, start=0, edit=lambda body: body.replace(b"Bri@ht", b"Bri\xe9ht"))
    run = nas.ingest("--json")
    assert run.code == 0
    assert counted(run.json)["Films"] == {
        "discovered": 10, "added": 1, "unchanged": 9, "missing": 1, "skipped": 1,
    }  # fmt: skip
    assert run.json["collections"][0]["skipped"] == ["5: its name or path is not UTF-8"]


def test_ctrl_c_ends_the_wait_for_a_server_that_never_answers(
    films: Section, nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    asked = threading.Event()
    plex.before_page = lambda request: asked.set()
    plex.fault(FILMS, start=5, hang=True)
    before = cli.dump("assets", "asset_files", "path_mappings")
    process = subprocess.Popen(
        cli.command("source", "ingest", NAME),
        env=cli.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        while not asked.wait(0.1):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, b"")
    assert err.decode().splitlines() == [
        "Error: Source ingest failed: interrupted",
        "  Nothing was ingested.",
        "  The collection that was being ingested is as it was before.",
        "  Run the same command again to go on.",
    ]
    assert cli.dump(*before) == before
