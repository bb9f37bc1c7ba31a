"""Every page in a real browser, light and wide and narrow, without an error in its console.

`.ci/run` has Debian's chromium and requires it (RETROVUE_BROWSER=required).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.cli import Cli
from support.site import pages

_BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
_REQUIRED = os.environ.get("RETROVUE_BROWSER") == "required"

pytestmark = pytest.mark.skipif(
    _BROWSER is None and not _REQUIRED, reason="there is no chromium on this machine"
)
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--v=0", "--hide-scrollbars",
)  # fmt: skip


def _opened(address: str, profile: Path, *flags: str) -> tuple[str, list[str]]:
    """The document as the browser has it, and what its console says."""
    assert _BROWSER is not None, "a browser is required here: apt-get install chromium"
    done = subprocess.run(
        [_BROWSER, *_FLAGS, f"--user-data-dir={profile}", *flags, "--dump-dom", address],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return done.stdout, re.findall(r"CONSOLE.*", done.stderr)


def test_pages_are_shown_without_an_error(address: str, catalogue: Cli, tmp_path: Path) -> None:
    base, _, token = address.partition("/?token=")
    shown = [page for page in pages(catalogue) if "asset" not in page]
    for width, page in zip([1280, 380] * len(shown), [*shown, "/catalogue/asset/1"], strict=False):
        mark = "&" if "?" in page else "?"
        document, said = _opened(
            f"{base}{page}{mark}token={token}", tmp_path / "profile", f"--window-size={width},900"
        )
        assert "<h1>" in document, page
        assert said == [], page
