"""Installing a plugin for a test: a distribution of its own, as pip would have left it."""

from __future__ import annotations

import textwrap
from pathlib import Path

HEAD = """
from retrovue import (
    FoundAsset, FoundCollection, FoundFile, FoundFolder, Importer, ImporterError, Option, Skipped,
    Unread, hookimpl,
)
"""


def install(
    site: Path,
    module: str,
    code: str,
    *,
    distribution: str | None = None,
    version: str = "1.0",
    group: str = "retrovue",
    name: str | None = None,
    value: str | None = None,
) -> Path:
    """Install a module with one entry point into a folder; returns the module's path.

    `code` starts with all that `retrovue` exports already imported. The entry point is
    `name = value` of the group; both are the module's name where not given.
    """
    site.mkdir(parents=True, exist_ok=True)
    path = site / f"{module}.py"
    path.write_text(HEAD + textwrap.dedent(code), encoding="utf-8")
    distribution = distribution or f"retrovue-{module.replace('_', '-')}"
    info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", encoding="utf-8"
    )
    (info / "entry_points.txt").write_text(
        f"[{group}]\n{name or module} = {value or module}\n", encoding="utf-8"
    )
    return path


def importer(site: Path, type_: str, body: str, before: str = "", **entry: str) -> Path:
    """Install a plugin with one importer of that type.

    `body` are the members of its class; where it says nothing of them, the importer has the
    identity `type_`, offers one collection `things` ("Things") at `/srv/things`, and finds
    nothing in it. `before` stands above the class.
    """
    defaults = """
    def identity(self):
        return type(self).type
    def discover(self):
        yield FoundCollection("things", "Things", locations=("/srv/things",))
    def scan(self, collection):
        return ()
    """
    members = textwrap.indent(
        f"type = {type_!r}\n{textwrap.dedent(defaults)}\n{textwrap.dedent(body)}", "    "
    )
    code = f"""{textwrap.dedent(before)}
class TestImporter(Importer):
{members}

@hookimpl
def register_importers(register):
    register(TestImporter)
"""
    return install(site, f"{type_.replace('-', '_')}_plugin", code, **entry)
