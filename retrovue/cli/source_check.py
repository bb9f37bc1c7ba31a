"""`retrovue source check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from retrovue.cli import base, options
from retrovue.cli.app import App
from retrovue.cli.output import Result, facts

if TYPE_CHECKING:
    import sqlite3

    from retrovue.commands import Line
    from retrovue.model import Source
    from retrovue.operations.source_check import Checked


@click.command("check", cls=base.Command)
@click.argument("selector", metavar="SOURCE")
@click.option(
    "--within",
    type=click.IntRange(1, 86_400),
    default=120,
    metavar="SECONDS",
    help="Give up after so many seconds (120).",
)
@options.json_output
@click.pass_obj
def check(app: App, *, selector: str, within: int) -> Result:
    """Look whether a source can be ingested, and what is wrong. Writes nothing.

    It is asked what it offers, as an ingest would; then the folders of its enabled collections are
    looked into. What is wrong has one of these words, and the first of them is the code of the
    error: refused, unreachable, name_not_found, tls, timeout, wrong_token, server_error,
    redirected, not_this_service, another_server, library_gone, mapping_gone. No other server than
    the one that it was is told anything secret.
    """
    from retrovue.catalogue import sources
    from retrovue.operations import source_check

    connection = app.catalogue.reader()
    source = sources.get(connection, selector)
    done = source_check.check(
        app.catalogue, app.plugins, source, within,
        lambda steps, done: app.progress(f"Checking {source.name}", steps, done),
    )  # fmt: skip
    app.progress.close()
    error = source_check.failure(connection, source, done)
    return Result(
        _data(source, done), [] if error else _lines(connection, source, done), error=error
    )


def _data(source: Source, done: Checked) -> dict[str, Any]:
    return {
        "source": {
            "id": source.id,
            "external_id": source.external_id,
            "name": source.name,
            "type": source.type,
        },
        "checks": {
            "answered": done.answered,
            "about": done.about,
            "collections": [collection.name for collection in done.enabled],
            "folders": done.folders,
        },
        "problems": [
            {
                "code": problem.code,
                "message": problem.message,
                "collection": problem.collection.name if problem.collection else None,
            }
            for problem in done.problems
        ],
    }


def _lines(connection: sqlite3.Connection, source: Source, done: Checked) -> list[Line]:
    from retrovue.catalogue import collections
    from retrovue.operations import next_steps

    names = ", ".join(collection.name for collection in done.enabled)
    lines: list[Line] = [
        f"Nothing is wrong with source '{source.name}'.",
        *facts(
            (
                ("Answers", done.about or "yes"),
                ("Enabled collections", f"{len(done.enabled)} ({names})" if names else "none"),
                ("Their folders", f"{done.folders}, all there" if done.folders else "none"),
            )
        ),
    ]
    if not done.enabled:
        offered = collections.still_offered(connection, source.id)
        lines += next_steps.enable_each(connection, offered, "Enable one")
    return lines
