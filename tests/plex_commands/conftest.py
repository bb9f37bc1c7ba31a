"""What the tests of the commands on a Plex server share: the server and a catalogue."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.plex import FakePlex
from support.cli import Cli
from support.nas import Nas


@pytest.fixture
def plex() -> Iterator[FakePlex]:
    with FakePlex() as server:
        yield server


@pytest.fixture
def nas(cli: Cli, plex: FakePlex, tmp_path: Path) -> Nas:
    """The server has no library yet, and the catalogue no source."""
    return Nas(cli, plex, tmp_path / "nas")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is needed to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=fake"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return certificate, key
