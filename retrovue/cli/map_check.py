"""`map-check`: whether files are where the mappings say, and which mappings would be right."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from retrovue.catalogue import sources
from retrovue.cli.app import App
from retrovue.cli.output import Result, table
from retrovue.commands import Command, Hint, Line
from retrovue.errors import UsageError
from retrovue.model import Collection, Source
from retrovue.operations import map_check, map_proposals
from retrovue.operations.map_check import Checked
from retrovue.operations.map_proposals import Proposal, Rules
from retrovue.paths import ANY

_SAYS = {
    "unmapped": "not mapped",
    "case": "differs in case only",
    "normal_form": "differs in normal form only",
    "slash": "differs in slashes only",
}


def checked(app: App, source: Source, chosen: Sequence[Collection], under: Sequence[str]) -> Result:
    """Look for the files of collections; with folders to look `under`, propose mappings."""
    for folder in under:
        if not os.path.isdir(folder):
            raise UsageError(f"--under {folder} is not a folder")
    disk = map_check.Disk()
    found, sampled = map_check.check(app.catalogue, app.plugins, source, chosen, disk)
    lines = _lines(found, sampled)
    data: dict[str, Any] = {"mappings": [_data(each) for each in found], "sampled": sampled}
    if under:
        proposed = map_proposals.proposals(found, under, disk)
        rules = map_proposals.rules(proposed, found)
        data["proposals"] = [
            {"external_path": p.location, "local_path": p.folder, "files": p.files,
             "found": p.found} for p in proposed
        ]  # fmt: skip
        data["rules"] = [
            {"external": rule.external, "local": rule.local} for rule in rules.rewrites
        ]
        data["undecided"] = rules.open
        lines += ["", *_proposed(source, proposed, rules)]
    return Result(data, lines)


def _data(each: Checked) -> dict[str, Any]:
    return {
        "collection": each.collection.name,
        "external_path": each.mapping.external_path,
        "local_path": each.mapping.local_path,
        "files": len(each.relative),
        "found": each.found,
        "first_missing": each.first_missing,
        "ends_at": each.ends_at,
        "hint": each.hint,
    }


def _lines(found: Sequence[Checked], sampled: Sequence[str]) -> list[Line]:
    rows = [
        (
            each.collection.name,
            each.mapping.external_path or ANY,
            each.mapping.local_path,
            f"{each.found:,} of {len(each.relative):,}",
            _SAYS.get(each.hint or "", "") or ("" if each.first_missing is None else "not there"),
        )
        for each in found
    ]
    lines: list[Line] = [*table(("COLLECTION", "LOCATION", "LOCAL FOLDER", "FOUND", ""), rows)]
    for each in found:
        if each.first_missing is not None and each.mapping.local_path is not None:
            ends = f" ({each.ends_at} is not there)" if each.ends_at else ""
            lines += ["", f"{each.collection.name}: first not found{ends}:", each.first_missing]
    if sampled:
        names = ", ".join(sampled)
        lines += ["", f"A sample was asked of the source, at most {map_check.MOST} files: {names}."]
    return lines


def _proposed(source: Source, proposed: Sequence[Proposal], rules: Rules) -> list[Line]:
    if not any(proposal.found for proposal in proposed):
        return ["No folder there holds any of these files."]
    lines: list[Line] = [
        f"{p.location} -> {p.folder}: {p.found:,} of {p.files:,} found" for p in proposed if p.found
    ]
    if rules.chosen:
        lines += ["", "Several folders hold equally many; the one of like name, or that no other"
                      f" location has, is proposed for {', '.join(rules.chosen)}."]  # fmt: skip
    if rules.open:
        lines += ["", "Several folders hold equally many, and nothing tells which it is:"
                      f" {', '.join(rules.open)}."]  # fmt: skip
    if not rules.rewrites:
        return lines if rules.open else [*lines, "", "None holds more than the mappings there are."]
    words = [word for rule in rules.rewrites for word in ("--map", rule.external, rule.local)]
    command = Command("source update", (sources.selector(source),), tuple(words))
    return [*lines, "", Hint("Map them so", command)]
