"""`retrovue reconcile`."""

from __future__ import annotations

import click

from retrovue.cli import base, options
from retrovue.cli.app import App
from retrovue.cli.output import Result, plural, table
from retrovue.commands import Line
from retrovue.errors import RetrovueError
from retrovue.operations import reconcile
from retrovue.operations.reconcile import CODES, Code, Finding

_SAYS: dict[Code, str] = {
    "same_file": "one file, in several sources",
    "same_inode": "one file under several names (hard links)",
    "same_size_and_name": "same size and name; perhaps copies, which only a look inside tells",
    "not_on_disk": "in a source and not on the disk",
    "not_in_source": "on the disk and in no source",
    "same_work": "the same work in several places",
    "conflict_title": "one file, and sources give it other titles",
    "conflict_year": "one file, and sources give it other years",
    "conflict_ids": "one file, and sources give it other ids",
}
_MOST = 20  # findings of a code that are shown


@click.command("reconcile", cls=base.Command)
@click.option("--fail-on", multiple=True, type=click.Choice(CODES), metavar="CODE",
              help="Exit 1 where this was found; may be given several times.")  # fmt: skip
@options.json_output
@click.pass_obj
def command(app: App, fail_on: tuple[str, ...]) -> Result:
    """Compare what sources say of the same files and works with each other and with the disk.

    Writes nothing and exits 0 whatever it finds. Codes: same_file, same_inode, same_size_and_name,
    not_on_disk, not_in_source, same_work, conflict_title, conflict_year, conflict_ids.
    """
    found: dict[str, list[Finding]] = {code: [] for code in CODES}
    for finding in reconcile.findings(app.catalogue.reader()):
        found[finding.code].append(finding)
    counts = {code: len(found[code]) for code in CODES}
    data = {"counts": counts, "findings": [f.as_json() for code in CODES for f in found[code]]}
    bad = [code for code in CODES if code in fail_on and counts[code]]
    error = None
    if bad:
        said = ", ".join(f"{counts[code]:,} {code}" for code in bad)
        error = RetrovueError(f"Reconcile found {said}")
    return Result(data, _lines(found), error=error)


def _lines(found: dict[str, list[Finding]]) -> list[Line]:
    rows = [(code, f"{len(found[code]):,}", _SAYS[code]) for code in CODES if found[code]]
    if not rows:
        return ["Sources and disk agree."]
    lines: list[Line] = [*table(("CODE", "FOUND", "WHAT"), rows)]
    for code in CODES:
        if found[code]:
            lines += ["", f"{code}:"]
        for finding in found[code][:_MOST]:
            lines.append(f"  {_told(finding)}")
            lines += [f"    {path}" for path in finding.paths]
        if len(found[code]) > _MOST:
            lines.append(
                f"  and {plural(len(found[code]) - _MOST, 'more finding')}; --json has all"
            )
    return lines


def _told(finding: Finding) -> str:
    if not finding.assets:
        return "in no source"
    said = f"assets {', '.join(map(str, finding.assets))} of {', '.join(finding.sources)}"
    if finding.code == "same_work":
        return f"{said}; asset {finding.differs['better']} is better"
    return said + "".join(f"; {name}: {_values(v)}" for name, v in finding.differs.items())


def _values(values: dict[str, object]) -> str:
    return ", ".join(f"{asset} {value}" for asset, value in values.items())
