"""Finding entry points by reading `entry_points.txt` of what is installed, without importing any of
it. `importlib.metadata` does the same at more than half the cost of all else that a start needs.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from typing import NamedTuple

COMMANDS = "retrovue.commands"
"""The group of the commands that plugins add."""


class EntryPoint(NamedTuple):
    """`name = value` of one group, and the distribution that says so."""

    name: str
    value: str
    distribution: str
    version: str


def find(group: str) -> list[EntryPoint]:
    """Every entry point of the group, by name; of a distribution found twice the first counts."""
    return find_all(group)[0]


def find_all(*groups: str) -> tuple[list[EntryPoint], ...]:
    """Those of several groups, in one look at what is installed."""
    found: dict[str, list[EntryPoint]] = {group: [] for group in groups}
    seen: set[str] = set()
    for folder in dict.fromkeys(sys.path):
        for path, distribution, version in _distributions(folder or "."):
            key = spelled(distribution)
            if key not in seen:
                seen.add(key)
                for group, name, value in _lines(path, groups):
                    found[group].append(EntryPoint(name, value, distribution, version))
    return tuple(sorted(points) for points in found.values())


def spelled(name: str) -> str:
    """A name as distributions compare.
    https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return name.strip().lower().replace("-", "_").replace(".", "_")


def _distributions(folder: str) -> Iterator[tuple[str, str, str]]:
    """(path of entry_points.txt, name, version) of what is installed in a folder of `sys.path`."""
    try:
        names = [entry.name for entry in os.scandir(folder)]
    except OSError:
        return
    for name in sorted(names):
        stem, dot, ending = name.rpartition(".")
        if dot and ending in ("dist-info", "egg-info"):
            distribution, _, version = stem.partition("-")
            path = os.path.join(folder, name, "entry_points.txt")
            if os.path.exists(path):
                yield path, distribution, version.partition("-py")[0]


def _lines(path: str, groups: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """(group, name, value) of each line of those groups in an `entry_points.txt`."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return
    if not any(f"[{group}]" in text for group in groups):
        return  # as in most; the rest takes ten times as long
    group = ""
    for line in map(str.strip, text.split("\n")):
        if line.startswith("["):
            group = line[1:-1] if line.endswith("]") else ""
        elif group in groups and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield group, name.strip(), value.partition("[")[0].strip()


def load(point: EntryPoint) -> object:
    """The module or object that the entry point names. Raises whatever importing it raises."""
    from importlib import import_module

    module, _, attributes = point.value.partition(":")
    loaded: object = import_module(module.strip())
    for attribute in filter(None, attributes.strip().split(".")):
        loaded = getattr(loaded, attribute)
    return loaded
