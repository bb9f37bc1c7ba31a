"""Where files are when nobody says: the catalogue, and the settings."""

from __future__ import annotations

import os
import sys

import click


def settings_file() -> str:
    """The path of the one settings file: `config.toml` in the platform's folder for settings."""
    return os.path.join(click.get_app_dir("retrovue"), "config.toml")


def default_catalogue() -> str:
    """The path of the catalogue where none is named: in the platform's data folder, unless there
    is none and one is where earlier versions kept it."""
    usual, earlier = os.path.join(_data_folder(), "retrovue.db"), earlier_catalogue()
    if not os.path.lexists(usual) and os.path.lexists(earlier):
        return earlier
    return usual


def earlier_catalogue() -> str:
    """The path at which earlier versions kept the catalogue, in the folder for settings."""
    return os.path.join(click.get_app_dir("retrovue"), "retrovue.db")


def _data_folder() -> str:
    """As the XDG base directories, Apple's and Microsoft's guidelines have it: platformdirs knows
    as much, but importing it takes a third of what click takes, at every start."""
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Application Support/retrovue")
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA") or os.path.expanduser("~"), "retrovue")
    given = os.environ.get("XDG_DATA_HOME", "")
    base = given if os.path.isabs(given) else os.path.expanduser("~/.local/share")
    return os.path.join(base, "retrovue")
