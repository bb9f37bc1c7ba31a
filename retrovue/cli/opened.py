"""The catalogue for the command of a plugin."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import click

from retrovue.cli.app import App
from retrovue.errors import UsageError


class OpenCatalogue(NamedTuple):
    """A read-only connection to the catalogue, and its absolute path."""

    connection: sqlite3.Connection
    path: str


def open_catalogue(ctx: click.Context) -> OpenCatalogue:
    """The catalogue that `--db` or the environment names, for a command of a plugin; closed with
    the command. Raises what every command says where there is none, or it is no catalogue."""
    from retrovue.catalogue import files
    from retrovue.catalogue.connection import busy_seconds, connect

    app = ctx.find_object(App)
    if app is None:
        raise UsageError("This is a command of retrovue, and cannot be run by itself")
    app.catalogue.reader()  # brings an older file to today's schema
    mode = files.read_mode(app.path).replace("rw", "ro")
    connection = connect(app.path, busy_seconds(), mode)
    ctx.call_on_close(connection.close)
    return OpenCatalogue(connection, app.path)
