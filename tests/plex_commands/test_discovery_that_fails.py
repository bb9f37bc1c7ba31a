"""A server whose libraries cannot be listed: the contract's message, then what is wrong."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from fakes.plex import FakePlex
from support.cli import Cli
from support.nas import NAME, Nas

MESSAGE = "Failed to discover collections from source 'My Plex'"
NOT_PLEX = "{url} does not answer like a Plex server ({why}): check --base-url"
REFUSED = "{url} refused the token (401 Unauthorized): give a valid one with --token"

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a wrong token": ({"path": "/", "status": 401, "body": b""}, REFUSED),
    "a token that may not list": ({"path": "/library/sections", "status": 401}, REFUSED),
    "a shared account": (
        {"path": "/library/sections", "status": 403},
        "{url} does not allow this token in (403 Forbidden): use the token of the server's owner",
    ),
    "a web page": (
        {"path": "/", "body": b"<!DOCTYPE html><html><body>It works!</body></html>"},
        NOT_PLEX.format(
            url="{url}", why="its answer has a document type, as web pages do"
        ),
    ),
    "JSON": (
        {"path": "/", "body": b"{}"},
        NOT_PLEX.format(url="{url}", why="its answer is not the XML that Plex sends"),
    ),
    "no such page": (
        {"path": "/", "status": 404},
        "{url} does not know what was asked (404 Not Found): check --base-url, or discover again",
    ),
    "a server error": (
        {"path": "/library/sections", "status": 500},
        "{url} failed with 500 Internal Server Error: look at the Plex server's log",
    ),
    "a server that starts": (
        {"path": "/", "status": 503},
        "{url} is busy or starting up (503 Service Unavailable): try again later",
    ),
    "a cut connection": (
        {"path": "/library/sections", "cut": 30},
        "{url} broke off the connection: does it want https:// or another port?",
    ),
    "a list cut short": (
        {"path": "/library/sections", "body": b'<MediaContainer size="3"><Directory key="1"'},
        NOT_PLEX.format(url="{url}", why="its answer is not the XML that Plex sends"),
    ),
    "an XML bomb": (
        {
            "path": "/library/sections",
            "body": b'<!DOCTYPE a [<!ENTITY a "a">]><MediaContainer t="&a;" />',
        },
        NOT_PLEX.format(
            url="{url}", why="its answer has a document type, as web pages do"
        ),
    ),
}  # fmt: skip


def require_failure(run: Any, reason: str) -> None:
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [f"Error: {MESSAGE}", f"  {reason}"]


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_written(name: str, nas: Nas, plex: FakePlex, cli: Cli) -> None:
    fault, reason = FAULTS[name]
    plex.add_section("1", "Movies")
    plex.fault(**fault)
    require_failure(nas.add("--discover"), reason.format(url=plex.url))
    assert not cli.db.exists()


@pytest.mark.parametrize("name", FAULTS)
def test_as_json(name: str, nas: Nas, plex: FakePlex, cli: Cli) -> None:
    fault, reason = FAULTS[name]
    plex.fault(**fault)
    run = nas.add("--discover", "--json")
    assert (run.code, run.err) == (1, "")
    assert run.json == {
        "status": "error",
        "error": {
            "code": "discovery_failed",
            "message": MESSAGE,
            "detail": [reason.format(url=plex.url)],
        },
    }
    assert not cli.db.exists()


def test_a_source_that_is_known_stays_as_it_is(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies")
    nas.ready()
    before = cli.dump("sources", "source_secrets", "collections", "path_mappings")
    plex.fault("/library/sections", status=401)
    reason = REFUSED.format(url=plex.url)
    require_failure(cli("source", "discover", NAME), reason)
    assert cli.dump(*before) == before
    ((operation, status, detail),) = cli.rows(
        "SELECT operation, status, detail FROM history ORDER BY id DESC LIMIT 1"
    )
    assert (operation, status) == ("Source discover", "failed")
    assert json.loads(detail) == {
        "error": {"code": "discovery_failed", "message": MESSAGE, "detail": [reason]}
    }


def test_a_wrong_token(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    require_failure(nas.add("--discover", token="wrong"), REFUSED.format(url=plex.url))
    assert not cli.db.exists()


def test_a_server_that_never_answers(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.fault("/", hang=True)
    require_failure(
        nas.add("--discover", "--timeout", "0.3"),
        f"{plex.url} did not answer in time: is it up? Give a longer --timeout if it is slow",
    )


def add(cli: Cli, url: str, *words: str) -> Any:
    type_ = ("--type", "plex", "--name", NAME, "--base-url", url, "--token", "t0ken")
    return cli("source", "add", *type_, "--discover", *words)


def test_a_refused_connection(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    require_failure(
        add(cli, url),
        f"{url} refused the connection: is Plex running there, on that port (usually 32400)?",
    )


def test_an_unknown_host(cli: Cli) -> None:
    require_failure(
        add(cli, "http://plex.invalid:32400"),
        "the host name plex.invalid is not known: check --base-url",
    )


def test_a_redirect(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    with FakePlex() as sink:
        location = f"{sink.url}/?X-Plex-Token={plex.token}"
        plex.fault("/", status=302, headers={"Location": location})
        run = nas.add("--discover")
        assert sink.requests == []
    require_failure(
        run,
        f"{plex.url} redirects to {sink.url} (302), where the token is not sent: "
        "give the address of the Plex server itself as --base-url",
    )


def test_a_certificate_that_fails(certificate: tuple[str, str], cli: Cli) -> None:
    with FakePlex("t0ken", tls=certificate) as plex:
        plex.add_section("1", "Movies")
        require_failure(
            add(cli, plex.url),
            f"the certificate of {plex.url} was not accepted (self-signed certificate): use the "
            "server's plex.direct address, name your CA's file in REQUESTS_CA_BUNDLE, or give "
            "--insecure",
        )
        assert plex.requests == []
        run = add(cli, plex.url, "--insecure", "--json")
        assert (run.code, run.err) == (0, "")
        assert run.json["config"] == {"base_url": plex.url, "token": "***", "insecure": True}
        assert cli("source", "discover", NAME).code == 0


def test_https_where_http_is_spoken(plex: FakePlex, cli: Cli) -> None:
    url = plex.url.replace("http:", "https:")
    require_failure(
        add(cli, url), f"{url} does not speak TLS as expected: try http:// in --base-url"
    )


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("plex:32400", "--base-url must look like http://plex:32400 or https://plex:32400"),
        ("http://", "--base-url must look like http://plex:32400 or https://plex:32400"),
        ("http://plex:99999", "--base-url must have a port from 1 to 65535, usually 32400"),
        ("http://plex/?a=b", "--base-url must end with the host, port or path; use --token"),
    ],
)
def test_an_address_that_is_none(url: str, says: str, cli: Cli) -> None:
    run = add(cli, url, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "importer_failed")
    assert says in run.json["error"]["message"]
    assert not cli.db.exists()


@pytest.mark.parametrize(
    "url", ["http://me:pass@plex:32400", "http://plex:32400/?X-Plex-Token=t0ken"]
)
def test_credentials_inside_the_address_are_refused(url: str, cli: Cli) -> None:
    run = add(cli, url)
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "Error: --base-url holds credentials inside a URL",
        "  Give the URL without them; secrets have options of their own.",
    ]
    assert not cli.db.exists()


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf"])
def test_a_timeout_that_is_none(timeout: str, nas: Nas, plex: FakePlex, cli: Cli) -> None:
    run = nas.add("--discover", "--timeout", timeout)
    assert (run.code, plex.requests) == (1, [])
    assert "--timeout must be a number of seconds above 0" in run.error
    assert not cli.db.exists()


def test_one_server_is_one_source(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies")
    assert nas.add("--discover").code == 0
    plex.requests.clear()
    for url in (plex.url, plex.url + "/", plex.url.replace("http", "HTTP")):
        words = ("--type", "plex", "--name", "Other", "--base-url", url, "--token", "x")
        run = cli("source", "add", *words, "--discover")
        assert (run.code, run.error) == (1, "Error: Source 'My Plex' already exists")
    assert plex.requests == []
