"""`source check` of a Jellyfin server: one word for each thing that can be wrong, and no key to
anybody else."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from fake_jellyfin import FakeJellyfin
from retrovue_jellyfin.importer import JellyfinImporter

from conftest import KEY
from retrovue import ImporterError
from retrovue.testing import Bench


@pytest.fixture
def bench(server: FakeJellyfin) -> Iterator[Bench]:
    """The films of the server, discovered."""
    with Bench() as bench:
        bench.importer(JellyfinImporter, **config(server.url))
        bench.discover()
        server.keys.clear()
        yield bench


def config(url: str, **more: Any) -> dict[str, Any]:
    return {"base_url": url, "api_key": KEY, "timeout": 1.0, "insecure": False} | more


def word(url: str, **more: Any) -> str | None:
    """That of the failure to ask which server it is."""
    with pytest.raises(ImporterError) as failure:
        JellyfinImporter(config(url, **more)).remote_identity()
    return failure.value.code


def test_a_server_that_is_well(bench: Bench) -> None:
    run = bench.cli("source", "check", "Bench")
    assert run.code == 0, run.err
    assert "Jellyfin Server 'Den' 10.10.3" in run.out


def test_another_server_gets_no_key(bench: Bench, server: FakeJellyfin) -> None:
    server.id = "another"
    run = bench.cli("source", "check", "Bench")
    assert run.code == 1
    assert "another_server: " in run.err
    assert [KEY in said for said in server.keys] == [False]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (401, "wrong_token"),
        (403, "wrong_token"),
        (404, "not_this_service"),
        (429, "server_error"),
        (500, "server_error"),
        (503, "server_error"),
        ("timeout", "timeout"),
        ("drip", "timeout"),
        ("garbage", "not_this_service"),
        ("cut", "server_error"),
        ("redirect", "redirected"),
    ],
)
def test_an_answer_that_is_none(how: Any, code: str, server: FakeJellyfin) -> None:
    server.failing, server.failing_at = how, "/System/Info/Public"
    with FakeJellyfin(KEY) as elsewhere:
        server.elsewhere = elsewhere.url
        assert word(server.url) == code
        assert elsewhere.requests == []
    assert not any(KEY in said for said in server.keys)


def test_a_wrong_key(bench: Bench, server: FakeJellyfin) -> None:
    server.key = "another"
    run = bench.cli("source", "check", "Bench")
    assert run.code == 1
    assert "wrong_token: " in run.err


def test_where_there_is_no_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert word(url) == "refused"
    assert word("http://255.255.255.255") == "unreachable"  # Linux connects to no broadcast address
    assert word("http://jellyfin.invalid") == "name_not_found"


PAST = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({}, "unable to get local issuer"),
        ({"not_before": PAST, "not_after": PAST.replace(year=2002)}, "expired"),
        ({"name": "10.9.8.7"}, "IP address mismatch"),
    ],
    ids=["of nobody known", "expired", "of another host"],
)
def test_a_certificate_that_does_not_hold(
    how: dict[str, Any],
    says: str,
    certified: Callable[..., ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = certified(trusted=bool(how), **how)
    with FakeJellyfin(KEY, context) as server:
        with pytest.raises(ImporterError, match=says) as failure:
            JellyfinImporter(config(server.url)).remote_identity()
        assert failure.value.code == "tls"
        assert server.requests == []


def test_http_and_https_mixed_up(
    server: FakeJellyfin, certified: Callable[..., ssl.SSLContext]
) -> None:
    assert word(server.url.replace("http:", "https:")) == "tls"
    with FakeJellyfin(KEY, certified()) as secure:
        assert word(secure.url.replace("https:", "http:")) == "tls"


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ssl.SSLContext]:
    """Makes what a server of TLS needs, of an authority that is trusted if that is said."""

    def make(name: str = "127.0.0.1", *, trusted: bool = False, **more: Any) -> ssl.SSLContext:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        if trusted:
            monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name, **more).configure_cert(context)
        return context

    return make
