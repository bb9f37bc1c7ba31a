"""`source check` of a Plex server: one word for each thing that can be wrong, and no token to
anybody else."""

from __future__ import annotations

import datetime
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from fakes.plex import FakePlex, Section, movie, uuid
from support import written
from support.cli import Cli
from support.nas import NAME, Nas


@pytest.fixture
def movies(nas: Nas, plex: FakePlex) -> Section:
    """A source of two libraries; nobody waits for its server longer than a second."""
    plex.machine = "a-machine"
    section = plex.add_section("1", "Movies", items=[movie(n) for n in range(1, 4)])
    plex.add_section("2", "Kids", locations=["/data/Kids"])
    nas.ready("--timeout", "1")
    plex.requests.clear()
    return section


@pytest.fixture
def ingested(movies: Section, nas: Nas) -> Section:
    """Its films are in the catalogue and on the disk."""
    assert nas.ingest().code == 0
    return movies


def checked(cli: Cli, *codes: str, words: tuple[object, ...] = ()) -> dict[str, Any]:
    """What a check says that must find just this wrong, and that must leave the file as it is."""
    before = cli.db.read_bytes()
    run = cli("source", "check", NAME, "--json", *words)
    assert cli.db.read_bytes() == before
    data = run.json
    assert [problem["code"] for problem in data["problems"]] == [*codes], data
    assert (run.code, run.err) == (1 if codes else 0, "")
    assert data["status"] == ("error" if codes else "success")
    assert data.get("error", {}).get("code") == (codes[0] if codes else None)
    for problem in data["problems"]:
        assert f"{problem['code']}: {problem['message']}" in data["error"]["detail"]
    return data


def move(cli: Cli, url: str) -> None:
    """Have the source elsewhere."""
    cli.run_sql("UPDATE sources SET config = json_set(config, '$.base_url', :url)", url=url)


# -- all is well -----------------------------------------------------------------------------------


def test_a_source_that_is_well(movies: Section, cli: Cli, plex: FakePlex) -> None:
    data = checked(cli)
    assert data["source"]["name"] == NAME
    assert data["checks"] == {
        "answered": True,
        "about": "Plex Media Server 'Fake' 1.41.2.9200",
        "collections": ["Kids", "Movies"],
        "folders": 2,
    }
    run = cli.ok("source", "check", NAME)
    assert run.out.splitlines() == [
        "Nothing is wrong with source 'My Plex'.",
        "Answers:              Plex Media Server 'Fake' 1.41.2.9200",
        "Enabled collections:  2 (Kids, Movies)",
        "Their folders:        2, all there",
    ]
    assert plex.paths()[0] == "/identity"
    assert "/identity" not in plex.trusted()


def test_it_writes_nothing_well_or_not(movies: Section, cli: Cli, plex: FakePlex) -> None:
    cli.run_sql("UPDATE sources SET remote_identity = NULL")
    written.watch(cli.db)
    checked(cli)
    plex.sections.clear()
    checked(cli, "library_gone", "library_gone")
    assert not written.counts(cli.db)


def test_where_nothing_is_enabled_it_says_how(nas: Nas, cli: Cli, plex: FakePlex) -> None:
    plex.add_section("1", "Movies", locations=["/nowhere/Movies"])
    nas.add("--discover")
    run = cli.ok("source", "check", NAME)
    assert run.out.splitlines()[2:] == [
        "Enabled collections:  none",
        "Their folders:        none",
        f"Enable one: retrovue --db {cli.db} collection update 'My Plex/Movies'"
        " --map /nowhere/Movies LOCAL --sync-enable",
    ]


# -- the network -----------------------------------------------------------------------------------


def test_a_port_where_nobody_listens_is_refused(movies: Section, cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    move(cli, url)
    data = checked(cli, "refused")
    assert data["checks"]["answered"] is False
    run = cli("source", "check", NAME)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: Source check failed: 1 problem with source 'My Plex'",
        f"  refused: {url} refused the connection: is Plex running there, on that port"
        " (usually 32400)?",
        f"  See how it is reached: retrovue --db {cli.db} source show 'My Plex'",
        f"  What can be changed: retrovue --db {cli.db} source update 'My Plex' --help",
    ]


def test_where_there_is_no_way(movies: Section, cli: Cli) -> None:
    move(cli, "http://255.255.255.255:32400")  # Linux connects to no broadcast address
    checked(cli, "unreachable")
    move(cli, "http://plex.invalid:32400")
    checked(cli, "name_not_found")


def test_a_port_that_takes_no_connection_times_out(movies: Section, cli: Cli) -> None:
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):  # more than wait to be accepted
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        move(cli, f"http://127.0.0.1:{listener.getsockname()[1]}")
        checked(cli, "timeout")


def test_a_port_that_answers_nothing_times_out(movies: Section, cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        move(cli, f"http://127.0.0.1:{listener.getsockname()[1]}")
        checked(cli, "timeout")


def test_a_server_that_drips_is_not_waited_for_longer_than_asked(
    movies: Section, cli: Cli, plex: FakePlex
) -> None:
    plex.fault("/library/sections", drip=0.05)
    data = checked(cli, "timeout", words=("--within", 1))
    assert data["problems"][0]["message"] == "source 'My Plex' did not answer within 1 s"


# -- TLS -------------------------------------------------------------------------------------------

Certified = Callable[..., tuple[str, str]]


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certified:
    """Makes the files of a certificate and its key, of an authority that is trusted unless said."""

    def make(name: str = "127.0.0.1", *, trusted: bool = True, **more: Any) -> tuple[str, str]:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        if trusted:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        issued = authority.issue_cert(name, **more)
        issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
        issued.private_key_pem.write_to_path(tmp_path / "key.pem")
        return str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")

    return make


PAST = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"trusted": False}, "unable to get local issuer certificate"),
        ({"not_before": PAST, "not_after": PAST.replace(year=2002)}, "certificate has expired"),
        ({"name": "10.9.8.7"}, "IP address mismatch"),
    ],
    ids=["of nobody known", "expired", "of another host"],
)
def test_a_certificate_that_does_not_hold(
    how: dict[str, Any], why: str, movies: Section, cli: Cli, certified: Certified
) -> None:
    with FakePlex(tls=certified(**how)) as server:
        move(cli, server.url)
        data = checked(cli, "tls")
        assert why in data["problems"][0]["message"]
        assert server.requests == []


def test_plain_http_where_https_is_asked(movies: Section, cli: Cli, plex: FakePlex) -> None:
    move(cli, plex.url.replace("http:", "https:"))
    checked(cli, "tls")


def test_https_where_plain_http_is_asked(movies: Section, cli: Cli, certified: Certified) -> None:
    with FakePlex(tls=certified()) as server:
        move(cli, server.url.replace("https:", "http:"))
        checked(cli, "tls")


def test_a_port_that_hangs_up_at_once_is_not_taken_for_https(movies: Section, cli: Cli) -> None:
    with _hanging_up() as url:
        move(cli, url)
        checked(cli, "unreachable")


def _hanging_up() -> Any:
    import contextlib
    import threading

    @contextlib.contextmanager
    def listening() -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def run() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        listener.accept()[0].close()

            threading.Thread(target=run, daemon=True).start()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"

    return listening()


# -- what answers ----------------------------------------------------------------------------------

ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"status": 401}, "wrong_token"),
    ({"status": 403}, "wrong_token"),
    ({"status": 500}, "server_error"),
    ({"status": 502}, "server_error"),
    ({"status": 503}, "server_error"),
    ({"status": 429}, "server_error"),
    ({"cut": 20}, "server_error"),
    ({"status": 404}, "not_this_service"),
    ({"status": 400}, "not_this_service"),
    ({"body": b"<!DOCTYPE html><html><body>It works!</body></html>"}, "not_this_service"),
    ({"body": b"<html><body>It works!</body></html>"}, "not_this_service"),
    ({"body": b'{"status": "ok"}'}, "not_this_service"),
    ({"body": b""}, "not_this_service"),
    ({"hang": True}, "timeout"),
]


@pytest.mark.parametrize("path", ["/identity", "/library/sections"])
def test_an_answer_that_is_none(path: str, movies: Section, cli: Cli, plex: FakePlex) -> None:
    for how, code in ANSWERS:
        plex.faults.clear()
        plex.fault(path, **how)
        checked(cli, code)
    assert (plex.trusted() == []) == (path == "/identity")


def test_a_wrong_token(movies: Section, cli: Cli, plex: FakePlex) -> None:
    plex.token = "another-token-9876543210"
    checked(cli, "wrong_token")
    assert cli("source", "check", NAME).err.splitlines() == [
        "Error: Source check failed: 1 problem with source 'My Plex'",
        f"  wrong_token: {plex.url} refused the token (401 Unauthorized): give a valid one with"
        " --token",
        f"  Read another one from PLEX_TOKEN at each use: retrovue --db {cli.db} source update"
        " 'My Plex' --token env:PLEX_TOKEN",
    ]


def test_a_wrong_token_of_the_environment(
    movies: Section, cli: Cli, plex: FakePlex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLEX_TOKEN", plex.token)
    cli.ok("source", "update", NAME, "--token", "env:PLEX_TOKEN")
    plex.token = "another-token-9876543210"
    assert cli("source", "check", NAME).err.splitlines()[-1] == (
        "  It is read from PLEX_TOKEN; set that to a valid one: export PLEX_TOKEN=..."
    )


def test_a_token_that_is_not_set_is_no_token(
    movies: Section, cli: Cli, plex: FakePlex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLEX_TOKEN", plex.token)
    cli.ok("source", "update", NAME, "--token", "env:PLEX_TOKEN")
    monkeypatch.delenv("PLEX_TOKEN")
    plex.requests.clear()
    checked(cli, "wrong_token")
    assert plex.requests == []
    assert (
        "  wrong_token: The token of source 'My Plex' is read from the environment"
        in cli("source", "check", NAME).err
    )


def test_the_place_that_is_redirected_to_gets_nothing(
    movies: Section, cli: Cli, plex: FakePlex
) -> None:
    with FakePlex() as elsewhere:
        for path in ("/library/sections", "/", "/identity"):
            plex.fault(path, status=302, headers={"Location": f"{elsewhere.url}{path}"})
            checked(cli, "redirected")
        assert elsewhere.requests == []


def test_another_server_gets_no_token(movies: Section, cli: Cli, plex: FakePlex) -> None:
    with FakePlex(plex.token) as other:
        other.machine = "somebody-elses"
        move(cli, other.url)
        data = checked(cli, "another_server")
        assert data["problems"][0]["message"] == (
            "Source 'My Plex' is another server now. It was a-machine, and is somebody-elses."
            " Nothing secret was sent to it."
        )
        assert (other.paths(), other.trusted()) == (["/identity"], [])


def test_a_server_of_which_nothing_is_known_is_asked_as_an_ingest_would(
    movies: Section, cli: Cli, plex: FakePlex
) -> None:
    cli.run_sql("UPDATE sources SET remote_identity = NULL")
    plex.machine = "another"
    checked(cli)
    assert cli.rows("SELECT remote_identity FROM sources") == [(None,)]


# -- libraries and folders -------------------------------------------------------------------------


def test_a_library_that_is_gone(movies: Section, cli: Cli, plex: FakePlex) -> None:
    plex.sections.remove(movies)
    data = checked(cli, "library_gone")
    assert data["problems"][0]["collection"] == "Movies"
    assert data["problems"][0]["message"] == (
        "Movies (external id 1, 0 assets) is no longer offered"
    )
    assert cli("source", "check", NAME).err.splitlines()[-1] == (
        f"  Ask the source again: retrovue --db {cli.db} source discover 'My Plex'"
    )


def test_another_library_in_its_place(movies: Section, cli: Cli) -> None:
    movies.uuid = uuid(77)
    data = checked(cli, "library_gone")
    assert data["problems"][0]["message"] == (
        "Movies (external id 1, 0 assets): the source now has the movie library 'Movies' there"
    )
    assert (
        cli("source", "check", NAME)
        .err.splitlines()[-1]
        .endswith("source update 'My Plex' --rebind --dry-run")
    )


def test_a_library_that_was_renumbered_is_to_be_discovered(movies: Section, cli: Cli) -> None:
    movies.uuid, movies.key = movies.shown_uuid, "9"
    data = checked(cli, "library_gone")
    assert data["problems"][0]["message"].endswith("has the external id 9 now")
    cli.ok("source", "discover", NAME)
    checked(cli)


def test_a_library_that_came_back_is_to_be_discovered(
    movies: Section, cli: Cli, plex: FakePlex
) -> None:
    plex.sections.remove(movies)
    cli.ok("source", "discover", NAME)
    checked(cli, "library_gone")
    plex.sections.append(movies)
    data = checked(cli, "library_gone")
    assert data["problems"][0]["message"].endswith("was no longer offered, and is again")
    cli.ok("source", "discover", NAME)
    checked(cli)


def test_a_folder_that_is_gone(movies: Section, cli: Cli, nas: Nas) -> None:
    (nas.folder / "Kids").rmdir()
    data = checked(cli, "mapping_gone")
    gone = nas.folder / "Kids"
    assert data["problems"] == [
        {
            "code": "mapping_gone",
            "message": f"Kids: location /data/Kids is mapped to {gone}, which does not exist",
            "collection": "Kids",
        }
    ]
    assert cli("source", "check", NAME).err.splitlines()[-1] == (
        f"  See where it is mapped: retrovue --db {cli.db} collection show 'My Plex/Kids'"
    )


@pytest.mark.parametrize("left", [(), (".hidden", "lost+found")], ids=["empty", "a mount point"])
def test_a_folder_that_is_empty_and_was_not(
    left: tuple[str, ...], ingested: Section, cli: Cli, nas: Nas
) -> None:
    (nas.folder / "Movies").rename(nas.folder / "away")
    for name in ("", *left):
        (nas.folder / "Movies" / name).mkdir()
    data = checked(cli, "mapping_gone")
    assert data["problems"][0]["message"].endswith(
        "which is empty, and not one of 3 files looked for is there: is it not mounted?"
    )


def test_another_disk_at_its_place(ingested: Section, cli: Cli, nas: Nas) -> None:
    (nas.folder / "Movies").rename(nas.folder / "away")
    (nas.folder / "Movies" / "Holiday").mkdir(parents=True)
    checked(cli)  # three films may have been renamed
    ingested.items = [movie(n) for n in range(1, 30)]
    cli.ok("source", "ingest", NAME)
    data = checked(cli, "mapping_gone")
    assert "has none of 29 files looked for, e.g. /" in data["problems"][0]["message"]


def test_all_that_is_wrong_is_told_in_order(
    movies: Section, cli: Cli, plex: FakePlex, nas: Nas
) -> None:
    (nas.folder / "Kids").rmdir()
    plex.sections.remove(movies)
    checked(cli, "library_gone", "mapping_gone")
    plex.machine = "another"
    checked(cli, "another_server", "mapping_gone")
    plex.fault("/identity", status=500)
    checked(cli, "server_error", "mapping_gone")


def test_disabled_collections_are_not_looked_at(
    movies: Section, cli: Cli, plex: FakePlex, nas: Nas
) -> None:
    for name in ("Kids", "Movies"):
        cli.ok("collection", "update", f"{NAME}/{name}", "--disable")
    (nas.folder / "Kids").rmdir()
    plex.sections.remove(movies)
    assert checked(cli)["checks"]["collections"] == []
