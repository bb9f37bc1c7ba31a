"""`retrovue plan`: show and apply what `source ingest --plan` wrote down."""

from __future__ import annotations

import click

from retrovue.cli import base, options
from retrovue.cli.app import App
from retrovue.cli.output import Result


@click.group("plan", cls=base.Group)
def command() -> None:
    """What an ingest would do, written down by source ingest --plan: show, apply."""


@command.command("show")
@click.argument("file", type=click.Path())
@options.json_output
@click.pass_obj
def show(app: App, file: str) -> Result:
    """Name each asset that a plan would change. Writes nothing.

    A plan that can no longer be applied is refused, with what changed since.
    """
    from retrovue.cli import ingest_report

    app.begin_dry_run()
    return ingest_report.of_plan(app, file, most=None)


@command.command("apply")
@click.argument("file", type=click.Path())
@options.progress
@options.dry_run
@options.json_output
@click.pass_obj
def apply(app: App, file: str) -> Result:
    """Do exactly what a plan says, in one transaction.

    Refused where its source, a collection or an asset that it touches is another by now, and by
    another catalogue.
    """
    from retrovue.cli import changed, ingest_report

    return ingest_report.of_plan(app, file, most=changed.SCREEN)
