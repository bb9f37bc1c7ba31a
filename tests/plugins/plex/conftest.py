"""A fake Plex server and the importer that talks to it, through the real plexapi and requests."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.plex import FakePlex
from retrovue import FoundAsset, ScanCollection
from retrovue_plex.importer import PlexImporter

Importing = Callable[..., PlexImporter]


@pytest.fixture
def plex() -> Iterator[FakePlex]:
    with FakePlex() as server:
        yield server


@pytest.fixture
def importing(plex: FakePlex) -> Importing:
    """An importer for the fake server; keyword arguments replace options."""

    def make(**options: Any) -> PlexImporter:
        usual = {"base_url": plex.url, "token": plex.token, "timeout": 5.0, "insecure": False}
        return PlexImporter({**usual, **options})

    return make


@pytest.fixture
def scan(importing: Importing) -> Callable[..., list[Any]]:
    """Everything that a scan of section 1 yields."""

    def run(kind: str = "movie", key: str = "1", **options: Any) -> list[Any]:
        return list(importing(**options).scan(ScanCollection(key, "Library", kind, ())))

    return run


@pytest.fixture
def one(scan: Callable[..., list[Any]]) -> Callable[..., FoundAsset]:
    """The only asset of section 1."""

    def run(kind: str = "movie", **options: Any) -> FoundAsset:
        (asset,) = scan(kind, **options)
        assert isinstance(asset, FoundAsset)
        return asset

    return run


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is needed to make a certificate")
    folder: Path = tmp_path_factory.mktemp("tls")
    certificate, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=fake"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return certificate, key
