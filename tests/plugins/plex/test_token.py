"""The token goes to its server and nowhere else."""

from __future__ import annotations

import logging
import os
import platform
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any
from uuid import getnode

import pytest

from fakes.plex import FakePlex, Many, movie
from retrovue import ImporterError, ScanCollection
from retrovue_plex import settings

ALL = "/library/sections/1/all"
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", ["/", "/library/sections", ALL])
def test_a_redirect_is_not_followed(
    path: str, status: int, plex: FakePlex, importing: Any, scan: Any
) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    with FakePlex() as sink:
        location = f"{sink.url}{path}?from={plex.token}"
        plex.fault(path, status=status, headers={"Location": location})
        with pytest.raises(ImporterError) as caught:
            scan() if path == ALL else list(importing().discover())
        assert sink.requests == []
    assert str(caught.value) == (
        f"{plex.url} redirects to {sink.url} ({status}), where the token is not sent: "
        "give the address of the Plex server itself as --base-url"
    )


@pytest.mark.parametrize("location", ["", "/web/index.html", "http://[bad", "http://h:x/"])
def test_a_redirect_to_nowhere(location: str, plex: FakePlex, importing: Any) -> None:
    plex.fault("/", status=302, headers={"Location": location})
    with pytest.raises(ImporterError) as caught:
        list(importing().discover())
    assert str(caught.value) == (
        f"{plex.url} redirects to another page (302), where the token is not sent: "
        "give the address of the Plex server itself as --base-url"
    )
    assert plex.paths() == ["/"]


def test_the_token_is_in_one_header_and_in_no_address(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=Many(1500, movie))
    scan()
    assert len(plex.requests) == 4
    for request in plex.requests:
        assert plex.token not in request.line
        assert [name for name, text in request.headers.items() if plex.token in text] == [
            "x-plex-token"
        ]


def test_the_server_learns_nothing_about_the_machine(plex: FakePlex, scan: Any) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    scan()
    for request in plex.requests:
        assert {name for name in request.headers if name.startswith("x-plex-")} - {
            "x-plex-container-start",
            "x-plex-container-size",
        } == {
            "x-plex-token",
            "x-plex-product",
            "x-plex-device-name",
            "x-plex-client-identifier",
        }
        told = " ".join(request.headers.values())
        assert f"{getnode():x}" not in told.lower()
        assert platform.node() not in told.split()


FAULTS: list[dict[str, Any]] = [
    {"status": 401},
    {"status": 403},
    {"status": 404},
    {"status": 500},
    {"status": 302, "headers": {"Location": "http://fake-token-0123456789.example/"}},
    {"body": b"<html>fake-token-0123456789"},
    {"body": b"<!DOCTYPE fake-token-0123456789>"},
    {"cut": 20},
    {"body": b"\x00fake-token-0123456789", "headers": {"Content-Encoding": "gzip"}},
]


@pytest.mark.parametrize("path", ["/", "/library/sections", ALL])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_token_is_in_no_message_traceback_or_log(
    path: str,
    fault: dict[str, Any],
    plex: FakePlex,
    importing: Any,
    scan: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("plexapi", "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, name)
    plex.add_section("1", "Movies", items=[movie(1)])
    plex.fault(path, **{"body": plex.token.encode(), **fault})
    with pytest.raises(ImporterError) as caught:
        scan() if path == ALL else list(importing().discover())
    error = caught.value
    assert plex.token not in "".join(traceback.format_exception(error))
    assert plex.token not in repr(error.args) + repr(vars(error))
    assert (error.__cause__, error.__context__) == (None, None)
    assert caplog.records != []
    assert plex.token not in caplog.text
    assert capfd.readouterr() == ("", "")


def test_settings_do_not_show_the_token() -> None:
    checked = settings.check({"base_url": "http://plex", "token": "t0ken", "timeout": 1})
    assert (repr(checked), f"{checked}") == ("Settings('http://plex')",) * 2


def test_neither_proxies_nor_netrc_see_or_change_a_request(
    plex: FakePlex, scan: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    plex.add_section("1", "Movies", items=[movie(1)])
    with FakePlex() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert len(scan()) == 1
        assert proxy.requests == []
    assert {"authorization", "proxy-authorization"} & {
        name for request in plex.requests for name in request.headers
    } == set()


def test_plexapis_own_configuration_has_no_say(plex: FakePlex, tmp_path: Path) -> None:
    """Its file and environment can name another server and token, log files, and tokens in URLs."""
    plex.add_section("1", "Movies", items=[movie(1)])
    log = tmp_path / "plexapi.log"
    ini = tmp_path / "config.ini"
    with FakePlex() as other:
        ini.write_text(
            f"[auth]\nserver_baseurl = {other.url}\nserver_token = {other.token}\n"
            f"[log]\nshow_secrets = true\npath = {log}\nlevel = DEBUG\n"
            "[header]\ndevice_name = leaked\n"
        )
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")]),
            "PLEXAPI_CONFIG_PATH": str(ini),
            "PLEXAPI_LOG_SHOW_SECRETS": "true",
            "PLEXAPI_AUTH_SERVER_BASEURL": other.url,
            "PLEXAPI_PLEXAPI_TIMEOUT": "1",
        }
        code = (
            "import os; from retrovue_plex.importer import PlexImporter; before = dict(os.environ);"
            f"i = PlexImporter(dict(base_url={plex.url!r}, token={plex.token!r}, timeout=5));"
            "print([one.name for one in i.discover()], dict(os.environ) == before)"
        )
        run = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True
        )
        assert (run.stdout, run.stderr) == ("['Movies'] True\n", "")
        assert other.requests == []
    assert [request.line for request in plex.requests] == [
        "GET / HTTP/1.1",
        "GET /library/sections HTTP/1.1",
    ]
    assert not log.exists()
    assert "leaked" not in str([request.headers for request in plex.requests])


def test_a_scan_given_up_early_closes_its_connection(plex: FakePlex, importing: Any) -> None:
    plex.add_section("1", "Movies", items=Many(2500, movie))
    scan = importing().scan(ScanCollection("1", "Movies", "movie", ()))
    assert next(iter(scan)).external_id == "1"
    scan.close()
    assert plex.pages("1") == 1
