"""What every test has: a catalogue of its own, time, and none of the user's environment."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support.cli import PATIENCE, Cli

# a test run in the background of a shell ignores Ctrl-C, and so would every child of it
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# an example takes as long as the machine lets it
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

MEMORY = "/dev/shm"  # every commit waits for the disk; there it need not
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4_000_000_000:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)


@pytest.fixture(autouse=True)
def _nothing_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.getbasetemp() / "nobody"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    for name in ("RETROVUE_DB", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "PLEX_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RETROVUE_BUSY_TIMEOUT", str(PATIENCE))


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """`retrovue` on a catalogue in `tmp_path`, which is not there yet."""
    return Cli(tmp_path)
