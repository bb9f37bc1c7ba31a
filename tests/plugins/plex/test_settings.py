"""The options, checked without contacting anything."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from retrovue import ImporterError
from retrovue_plex.importer import PlexImporter


def importer(base_url: str, **options: Any) -> PlexImporter:
    return PlexImporter({"base_url": base_url, "token": "t", "timeout": 30.0, **options})


@pytest.mark.parametrize(
    ("written", "identity"),
    [
        ("http://plex:32400", "http://plex:32400"),
        ("HTTP://Plex.Example:32400/", "http://plex.example:32400"),
        ("http://plex:80/", "http://plex"),
        ("https://plex:443", "https://plex"),
        ("https://plex:80", "https://plex:80"),
        (" http://plex:32400 ", "http://plex:32400"),
        ("http://host/Plex//", "http://host/Plex"),
        ("http://[::1]:32400/", "http://[::1]:32400"),
    ],
)
def test_identity_is_one_spelling_of_the_address(written: str, identity: str) -> None:
    assert importer(written).identity() == identity


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "--base-url must look like http://plex:32400 or https://plex:32400"),
        ("plex:32400", "--base-url must look like http://plex:32400 or https://plex:32400"),
        ("ftp://plex", "--base-url must look like http://plex:32400 or https://plex:32400"),
        ("http://", "--base-url must look like http://plex:32400 or https://plex:32400"),
        ("http://plex:99999", "--base-url must have a port from 1 to 65535, usually 32400"),
        ("http://plex:0", "--base-url must have a port from 1 to 65535, usually 32400"),
        ("http://pl ex:32400", "--base-url holds characters that no address has"),
        ("http://plex\n:32400", "--base-url holds characters that no address has"),
        ("http://[plex", "--base-url is not an address such as http://plex:32400"),
        (
            "http://me:hunter2@plex:32400",
            "--base-url must not hold a user name or password; use --token",
        ),
        (
            "http://plex:32400/?X-Plex-Token=hunter2",
            "--base-url must end with the host, port or path; use --token",
        ),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(
    written: str, message: str
) -> None:
    with pytest.raises(ImporterError) as caught:
        importer(written).identity()
    assert str(caught.value) == message


@pytest.mark.parametrize("timeout", [0, -1, "nan", "inf", "soon", None])
def test_a_time_limit_that_is_none_is_refused(timeout: object) -> None:
    with pytest.raises(ImporterError) as caught:
        importer("http://plex:32400", timeout=timeout).identity()
    assert str(caught.value) == "--timeout must be a number of seconds above 0"


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("", "the Plex token is empty; give one with --token or PLEX_TOKEN"),
        (None, "the Plex token is empty; give one with --token or PLEX_TOKEN"),
        ("sécret", "the Plex token holds blanks or characters that no token has"),
        ("secret\n", "the Plex token holds blanks or characters that no token has"),
        (" secret", "the Plex token holds blanks or characters that no token has"),
    ],
)
def test_a_token_that_cannot_be_sent_is_refused_and_not_repeated(
    token: str | None, message: str
) -> None:
    with pytest.raises(ImporterError) as caught:
        list(importer("http://127.0.0.1:9", token=token).discover())
    assert str(caught.value) == message


def test_the_identity_needs_no_token() -> None:
    assert importer("http://plex:32400", token="").identity() == "http://plex:32400"


def test_options_are_data() -> None:
    assert [
        (one.name, one.type, one.required, one.default, one.envvar, one.secret)
        for one in PlexImporter.options
    ] == [
        ("base_url", str, True, None, None, False),
        ("token", str, True, None, "PLEX_TOKEN", True),
        ("timeout", float, False, 30.0, None, False),
        ("insecure", bool, False, False, None, False),
    ]


def test_registering_imports_neither_plexapi_nor_requests() -> None:
    code = (
        "import sys, retrovue_plex; found = []; retrovue_plex.register_importers(found.append); "
        "found[0]({'base_url': 'http://plex', 'timeout': 1}).identity(); "
        "print(found[0].type, sorted({'plexapi', 'requests', 'urllib3'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "plex []\n"
