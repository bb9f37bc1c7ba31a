"""A catalogue with a bit of everything, and `retrovue browse` on it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from support.cli import PATIENCE, Cli
from support.media import Library
from support.site import FILES, HOSTILE, TOKEN, Site


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    home = tmp_path_factory.mktemp("browse")
    cli = Cli(home)
    library = Library(cli, home / "media", *FILES)
    library.ingest()
    poster = library.root / "Movies/Heat (1995)/poster.png"
    poster.write_bytes(b"\x89PNG\r\n\x1a\n-heat")
    (home / "outside.png").write_bytes(b"\x89PNG\r\n\x1a\n-outside")
    (library.root / "Movies/Amélie (2001)/poster.png").symlink_to(home / "outside.png")
    cli.run_sql("INSERT INTO source_secrets VALUES (1, 'token', :t)", t=TOKEN)
    cli.run_sql("UPDATE assets SET title = :t WHERE title = 'Ebb'", t=HOSTILE)
    cli.run_sql("UPDATE assets SET missing_since = '2024-01-01T00:00:00Z' WHERE title = 'Pilot'")
    return cli


@pytest.fixture(scope="module")
def browsing(catalogue: Cli) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        catalogue.command("browse", "--no-open"),
        env=catalogue.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.terminate()
    process.wait(PATIENCE)
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()


@pytest.fixture(scope="module")
def address(browsing: subprocess.Popen[str]) -> str:
    assert browsing.stdout is not None
    return browsing.stdout.readline().strip()


@pytest.fixture(scope="module")
def site(address: str) -> Site:
    """The site, entered by its address."""
    found = Site(address)
    assert found.get(f"/?token={found.token}").status == 200
    return found
