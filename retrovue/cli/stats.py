"""`retrovue stats`."""

from __future__ import annotations

import click

from retrovue import human
from retrovue.catalogue import summaries
from retrovue.cli import base, options
from retrovue.cli.app import App
from retrovue.cli.output import Result, is_terminal, plural, table
from retrovue.commands import Line

_NAMES = {
    "by_kind": "KIND",
    "by_source": "SOURCE",
    "by_collection": "COLLECTION",
    "by_resolution": "RESOLUTION",
    "by_codec": "CODEC",
    "by_decade": "DECADE",
}


@click.command("stats", cls=base.Command)
@options.json_output
@click.pass_obj
def command(app: App) -> Result:
    """What there is, in numbers: assets, bytes and hours; by kind, resolution, codec, decade."""
    data = summaries.stats(app.catalogue.reader())
    lines: list[Line] = [
        ", ".join(
            filter(
                None,
                (
                    plural(data["total"], "asset"),
                    human.size(data["bytes"]),
                    data["hours"] and f"{data['hours']:,.1f} hours",
                    data["missing"] and f"{data['missing']:,} missing",
                ),
            )
        )
    ]
    for name, heading in _NAMES.items():
        counts = data[name]
        if counts:
            lines += ["", *table((heading, "ASSETS", *_bar("")), _rows(counts))]
    return Result(data, lines)


def _bar(text: str) -> tuple[str, ...]:
    """A cell more, where there is a terminal to look at."""
    return (text,) if is_terminal() else ()


def _rows(counts: dict[str, int]) -> list[tuple[str, ...]]:
    most = max(counts.values())
    return [(word, f"{count:,}", *_bar(human.bar(count / most))) for word, count in counts.items()]
