"""A server that misbehaves: one line for each way, which tells them apart."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from fakes.plex import FakePlex, Many, movie
from retrovue import ImporterError
from retrovue_plex import session
from retrovue_plex.failures import PlexFailure
from retrovue_plex.importer import PlexImporter
from support.cli import PATIENCE

ALL = "/library/sections/1/all"
NOT_PLEX = "{url} does not answer like a Plex server ({why}): check --base-url"
NO_XML = NOT_PLEX.format(url="{url}", why="its answer is not the XML that Plex sends")
DOCTYPE = NOT_PLEX.format(url="{url}", why="its answer has a document type, as web pages do")
BROKEN = (
    "{url} sent a page that cannot be read (it is cut short or not XML): "
    "try again, and look at the Plex server's log if it stays so"
)
CUT = "{url} broke off the connection: does it want https:// or another port?"
LATE = "{url} did not answer in time: is it up? Give a longer --timeout if it is slow"


def failure(work: Callable[[], Any]) -> PlexFailure:
    """What it raises, which has no foreign exception in its train."""
    with pytest.raises(PlexFailure) as caught:
        list(work())
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "\n" not in str(error)
    return error


STATUSES = [
    (401, "{url} refused the token (401 Unauthorized): give a valid one with --token"),
    (
        403,
        "{url} does not allow this token in (403 Forbidden): use the token of the server's owner",
    ),
    (
        404,
        "{url} does not know what was asked (404 Not Found): check --base-url, or discover again",
    ),
    (429, "{url} wants fewer requests (429 Too Many Requests): try again later"),
    (500, "{url} failed with 500 Internal Server Error: look at the Plex server's log"),
    (502, "{url} failed with 502 Bad Gateway: look at the Plex server's log"),
    (503, "{url} is busy or starting up (503 Service Unavailable): try again later"),
    (599, "{url} failed with 599: look at the Plex server's log"),
    (204, "{url} failed with 204 No Content: look at the Plex server's log"),
]


@pytest.mark.parametrize("path", ["/", "/library/sections"])
@pytest.mark.parametrize(("status", "message"), STATUSES)
def test_a_status_in_discovery(
    path: str, status: int, message: str, plex: FakePlex, importing: Any
) -> None:
    plex.fault(path, status=status, body=b"" if status == 204 else b"<html>private</html>")
    assert str(failure(importing().discover)) == message.format(url=plex.url)


@pytest.mark.parametrize(("status", "message"), STATUSES)
def test_a_status_midway(status: int, message: str, plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(2500, movie))
    plex.fault(ALL, start=1000, status=status, body=b"")
    assert str(failure(scan)) == message.format(url=plex.url)
    assert plex.pages("1") == 2


def test_a_wrong_token(plex: FakePlex, importing: Any) -> None:
    assert str(failure(importing(token="wrong").discover)) == (
        f"{plex.url} refused the token (401 Unauthorized): give a valid one with --token"
    )


BODIES = {
    "nothing": (b"", NO_XML),
    "blanks": (b" \n ", NO_XML),
    "text": (b"hello", NO_XML),
    "JSON": (b'{"MediaContainer": {"size": 0}}', NO_XML),
    "XHTML": (b"<html><body>It works!</body></html>", NO_XML),
    "HTML": (b"<html><body><br>It works!</body></html>", NO_XML),
    "HTML 5": (b"<!DOCTYPE html><html><body>It works!</body></html>", DOCTYPE),
    "another root": (b"<Response code='200'/>", NO_XML),
    "cut XML": (b"<MediaContainer><Directory", NO_XML),
}


@pytest.mark.parametrize("path", ["/", "/library/sections"])
@pytest.mark.parametrize("name", BODIES)
def test_a_host_that_is_not_plex(path: str, name: str, plex: FakePlex, importing: Any) -> None:
    body, message = BODIES[name]
    plex.fault(path, body=body)
    assert str(failure(importing().discover)) == message.format(url=plex.url)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'<MediaContainer totalSize="1"><Video ratingKey="1" type="movie"',
        b'<MediaContainer totalSize="1"><Video ratingKey="1"></MediaContainer>',
        b'<MediaContainer totalSize="1"><Video ratingKey="1" title="&bomb;" /></MediaContainer>',
        b'<MediaContainer totalSize="1"><Video ratingKey="1" title="&#1;" /></MediaContainer>',
    ],
    ids=["nothing", "text", "cut", "not balanced", "unknown entity", "reference to a control"],
)
def test_a_page_that_is_cut_or_malformed(body: bytes, plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.fault(ALL, body=body)
    assert str(failure(scan)) == BROKEN.format(url=plex.url)
    assert plex.pages("1") == 2


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html />", "it is not a MediaContainer"),
        (b"<MediaContainer>" + b"<a>" * 100, "its elements are nested too deep"),
    ],
)
def test_a_page_that_is_something_else(body: bytes, why: str, plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.fault(ALL, body=body)
    assert str(failure(scan)) == (
        f"{plex.url} sent a page that cannot be read ({why}): "
        "try again, and look at the Plex server's log if it stays so"
    )


def test_a_malformed_page_once_gets_one_more_try(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(1500, movie))
    plex.fault(ALL, start=1000, times=1, body=b"<MediaContainer><Vid")
    assert [int(one.external_id) for one in scan()] == list(range(1, 1501))
    assert [request.start for request in plex.requests] == [0, 0, 1000, 1000, 1500]


def test_a_connection_cut_in_the_middle_of_a_page(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(1500, movie))
    plex.fault(ALL, start=1000, cut=100_000)
    assert str(failure(scan)) == CUT.format(url=plex.url)
    assert [request.start for request in plex.requests] == [0, 0, 1000, 1000]


def test_a_connection_cut_once_gets_one_more_try(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(1500, movie))
    plex.fault(ALL, start=1000, cut=100_000, times=1)
    assert [int(one.external_id) for one in scan()] == list(range(1, 1501))


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_is_waited_once(status: int, plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.fault(ALL, status=status, headers={"Retry-After": "0"}, times=1)
    assert len(scan()) == 1
    plex.fault(ALL, status=status, headers={"Retry-After": "0"})
    assert failure(scan).status == status
    assert plex.pages("1") == 5


@pytest.mark.parametrize("after", ["11", "soon", "-1", "Fri, 31 Dec 1999 23:59:59 GMT"])
def test_a_long_wait_is_not_waited(after: str, plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.fault(ALL, status=503, headers={"Retry-After": after})
    assert failure(scan).status == 503
    assert plex.pages("1") == 1


def test_a_server_that_never_answers(plex: FakePlex, importing: Any) -> None:
    plex.fault("/", hang=True)
    assert str(failure(importing(timeout=0.2).discover)) == LATE.format(url=plex.url)


def test_a_server_that_stops_in_the_middle_of_a_page(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.fault(ALL, drip=PATIENCE)
    assert str(failure(lambda: scan(timeout=1))) == LATE.format(url=plex.url)
    assert plex.pages("1") == 1


def test_a_server_that_drips_has_a_deadline(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.fault(ALL, drip=0.05)
    assert str(failure(lambda: scan(timeout=1))) == (
        f"{plex.url} took longer than 4 s for one answer: "
        "try again when it is less busy, or give a longer --timeout"
    )
    assert plex.pages("1") == 1


def test_headers_that_drip_have_a_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        importer = PlexImporter({"base_url": url, "token": "t", "timeout": 1})

        def drip() -> None:
            client, _ = listener.accept()
            with client, suppress(OSError):
                client.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    client.sendall(b"X-Drip: 1\r\n")
                    time.sleep(0.05)

        import threading

        threading.Thread(target=drip, daemon=True).start()
        assert str(failure(importer.discover)).startswith(f"{url} took longer than 4 s")


def test_a_refused_connection(importing: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert str(failure(importing(base_url=url).discover)) == (
        f"{url} refused the connection: is Plex running there, on that port (usually 32400)?"
    )


def test_an_unknown_host(importing: Any) -> None:
    assert str(failure(importing(base_url="http://plex.invalid:32400").discover)) == (
        "the host name plex.invalid is not known: check --base-url"
    )


def test_a_host_name_that_cannot_be(importing: Any) -> None:
    host = f"{'a' * 70}.example"
    assert str(failure(importing(base_url=f"http://{host}").discover)) == (
        f"the host name {host} is not known: check --base-url"
    )


def test_plain_http_where_tls_is_wanted(certificate: tuple[str, str], importing: Any) -> None:
    with FakePlex(tls=certificate) as plex:
        url = plex.url.replace("https:", "http:")
        assert str(failure(importing(base_url=url).discover)) == CUT.format(url=url)


def test_tls_where_plain_http_is_spoken(plex: FakePlex, importing: Any) -> None:
    url = plex.url.replace("http:", "https:")
    assert str(failure(importing(base_url=url).discover)) == (
        f"{url} does not speak TLS as expected: try http:// in --base-url"
    )


def test_a_certificate_that_fails(certificate: tuple[str, str], importing: Any) -> None:
    with FakePlex(tls=certificate) as plex:
        assert str(failure(importing(base_url=plex.url).discover)) == (
            f"the certificate of {plex.url} was not accepted (self-signed certificate): use the "
            "server's plex.direct address, name your CA's file in REQUESTS_CA_BUNDLE, or give "
            "--insecure"
        )
        assert plex.requests == []


def test_a_certificate_that_is_not_checked(
    certificate: tuple[str, str], importing: Any, recwarn: pytest.WarningsRecorder
) -> None:
    with FakePlex(tls=certificate) as plex:
        plex.add_section("1", "Movies")
        found = list(importing(base_url=plex.url, token=plex.token, insecure=True).discover())
        assert [one.name for one in found] == ["Movies"]
    assert [str(warning.message) for warning in recwarn] == []


def test_a_certificate_of_an_authority_of_ones_own(
    certificate: tuple[str, str], importing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate[0])
    with FakePlex(tls=certificate) as plex:
        plex.add_section("1", "Movies")
        found = list(importing(base_url=plex.url, token=plex.token).discover())
        assert [one.name for one in found] == ["Movies"]


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE MediaContainer [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<MediaContainer size="1" totalSize="1"><Video ratingKey="1" title="&b;" /></MediaContainer>"""


@pytest.mark.parametrize("path", ["/", "/library/sections", ALL])
def test_an_xml_bomb_is_not_expanded(path: str, plex: FakePlex, importing: Any, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.fault(path, body=BOMB)
    work = scan if path == ALL else importing().discover
    assert str(failure(work)) == DOCTYPE.format(url=plex.url)


@pytest.mark.parametrize("path", ["/", "/library/sections", ALL])
def test_an_answer_without_end_has_a_limit(
    path: str, plex: FakePlex, importing: Any, scan: Any
) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    bomb = gzip.compress(b" " * (session.LARGEST + 2**20))
    assert len(bomb) < 50_000
    plex.fault(path, body=bomb, headers={"Content-Encoding": "gzip"})
    work = scan if path == ALL else importing().discover
    assert str(failure(work)) == f"{plex.url} sent more than 32 MB in one answer: is it Plex?"


def test_a_packing_that_was_not_asked_for(plex: FakePlex, importing: Any) -> None:
    plex.fault("/", body=gzip.compress(b""), headers={"Content-Encoding": "gzip, gzip"})
    assert str(failure(importing().discover)) == NOT_PLEX.format(
        url=plex.url, why="its answer is packed in a way not asked for"
    )


def test_packed_rubbish(plex: FakePlex, importing: Any) -> None:
    plex.fault("/", body=b"rubbish", headers={"Content-Encoding": "gzip"})
    assert str(failure(importing().discover)) == NOT_PLEX.format(
        url=plex.url, why="its answer cannot be unpacked"
    )


def test_packed_pages_are_read() -> None:
    from retrovue import ScanCollection

    with FakePlex(compress=True) as plex:
        plex.add_section("1", "Movies", items=Many(1500, movie))
        importer = PlexImporter({"base_url": plex.url, "token": plex.token, "timeout": 5})
        found = importer.scan(ScanCollection("1", "Movies", "movie", ()))
        assert sum(1 for _ in found) == 1500


def test_text_is_utf_8_whatever_a_proxy_says(scan: Any) -> None:
    from retrovue import ScanCollection

    for content_type in ("text/xml", "text/xml;charset=iso-8859-1", "application/octet-stream"):
        with FakePlex(content_type=content_type) as plex:
            plex.add_section("1", "Amélie", items=[movie(1, title="Amélie")])
            importer = PlexImporter({"base_url": plex.url, "token": plex.token, "timeout": 5})
            assert [one.name for one in importer.discover()] == ["Amélie"]
            (asset,) = importer.scan(ScanCollection("1", "Movies", "movie", ()))
            assert asset.title == "Amélie"
            assert asset.files[0].path == "/data/Movies/Amélie (1999)/Amélie (1999).mkv"


@pytest.mark.parametrize("bad", [b"\x01", b"\x0b", b"\xff", b"\xe9"])
def test_a_title_that_cannot_be_read_is_marked(bad: bytes, plex: FakePlex, scan: Any) -> None:
    items = [movie(1, title="@", versions=[]), movie(2)]
    plex.add_section("1", "Movies", items=items)
    plex.fault(ALL, edit=lambda body: body.replace(b"@", bad))
    first, second = scan()
    assert first.title == "\ufffd"
    assert second.title == "Lighthouse 2"


def test_a_path_that_cannot_be_read_is_none_that_can_be_stored(plex: FakePlex, scan: Any) -> None:
    items = [movie(1, title="@"), movie(2), movie(3, title="\ufffd", versions=[])]
    plex.add_section("1", "Movies", items=items)
    plex.fault(ALL, edit=lambda body: body.replace(b"@", b"\xe9"))
    first, second, third = scan()
    assert first.files[0].path == "/data/Movies/\udcff (1999)/\udcff (1999).mkv"
    assert [item.external_id for item in (first, second, third)] == ["1", "2", "3"]


def test_the_mark_itself_is_a_character_like_others(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1, title="\ufffd")])
    (asset,) = scan()
    assert asset.files[0].path == "/data/Movies/\ufffd (1999)/\ufffd (1999).mkv"


def test_every_failure_is_an_importer_error() -> None:
    assert issubclass(PlexFailure, ImporterError)
