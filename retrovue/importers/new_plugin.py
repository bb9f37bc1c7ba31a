"""A distribution to begin a plugin with: it installs, and passes its own tests as it is."""

from __future__ import annotations

import keyword
import os
import re

from retrovue import API_VERSION, __version__
from retrovue.errors import AlreadyExists, UsageError

_NAME = re.compile(r"[a-z][a-z0-9-]*")

_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "retrovue-@NAME@"
version = "0.1.0"
description = "@CLASS@ as a source of retrovue"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["retrovue>=@VERSION@"]

[project.optional-dependencies]
test = ["pytest>=8"]

[project.entry-points.retrovue]
@NAME@ = "retrovue_@MODULE@"

[tool.hatch.build.targets.wheel]
packages = ["retrovue_@MODULE@"]
"""

_MODULE = '''\
"""An importer for retrovue: films listed in a JSON file. Put your own service in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from retrovue import (
    FoundAsset,
    FoundCollection,
    FoundFile,
    Importer,
    ImporterError,
    Option,
    ScanCollection,
    hookimpl,
)

RETROVUE_API = ">=@API@,<@NEXT@"


class @CLASS@(Importer):
    """A list such as [{"id": "1", "title": "Heat", "year": 1995, "path": "/films/heat.mkv"}]."""

    type = "@NAME@"
    description = "Films listed in a JSON file"
    options = (Option("list_file", "the list", type=Path, required=True),)

    def identity(self) -> str:
        return str(self.config["list_file"])

    def discover(self) -> Iterator[FoundCollection]:
        self._films()  # a source that cannot be read offers nothing
        yield FoundCollection("films", "Films", kind="movie", locations=("/films",))

    def scan(self, collection: ScanCollection) -> Iterator[FoundAsset]:
        for film in self._films():
            yield FoundAsset(
                external_id=str(film["id"]),
                kind="movie",
                title=film["title"],
                files=(FoundFile(film["path"]),),
                fingerprint=json.dumps(film, sort_keys=True),
                year=film.get("year"),
            )

    def _films(self) -> list[dict[str, Any]]:
        try:
            films: list[dict[str, Any]] = json.loads(Path(self.config["list_file"]).read_text())
        except (OSError, ValueError) as error:
            raise ImporterError(f"the list cannot be read ({type(error).__name__})") from error
        return films


@hookimpl
def register_importers(register: Callable[[type[Importer]], None]) -> None:
    register(@CLASS@)
'''

_TEST = '''\
"""The importer keeps what retrovue asks of every importer."""

from __future__ import annotations

import json
from pathlib import Path

from retrovue.testing import Bench, check_importer
from retrovue_@MODULE@ import @CLASS@

FILMS = [
    {"id": str(n), "title": f"Film {n}", "year": 1990 + n, "path": f"/films/{n}.mkv"}
    for n in range(5)
]


def test_it_keeps_the_contract(tmp_path: Path) -> None:
    listed = tmp_path / "films.json"
    films = {film["id"]: dict(film) for film in FILMS}

    def write() -> None:
        listed.write_text(json.dumps(list(films.values())))

    def change(what: str) -> None:
        if what == "changed":
            films["0"]["year"] = 2020
        elif what == "added":
            films["new"] = {"id": "new", "title": "New", "path": "/films/new.mkv"}
        elif what == "removed":
            del films["1"]
        else:
            films["2"]["path"] = "/films/elsewhere/2.mkv"
        write()

    def fail(how: str | None) -> None:
        listed.write_text("not a list") if how else write()

    write()
    check_importer(lambda: @CLASS@({"list_file": str(listed)}), change=change, fail=fail)


def test_films_become_assets(retrovue_bench: Bench, tmp_path: Path) -> None:
    listed = tmp_path / "films.json"
    listed.write_text(json.dumps(FILMS))
    retrovue_bench.importer(@CLASS@, list_file=str(listed))
    assert retrovue_bench.ingest().added == 5
    rows = retrovue_bench.rows("SELECT title, year FROM assets ORDER BY title LIMIT 1")
    assert rows == [("Film 0", 1990)]
'''

_README = """\
# retrovue-@NAME@

@CLASS@ as a source of [retrovue](https://pypi.org/project/retrovue/).

```
pip install retrovue-@NAME@
@PROGRAM@ source add --type @NAME@ --name Films --list-file films.json --discover
```

## Working on it

```
python3 -m venv .venv
.venv/bin/pip install -e '.[test]'
.venv/bin/pytest
```
"""

_WORKFLOW = """\
name: test
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: pip install -e '.[test]'
      - run: pytest
"""

_FILES = {
    "pyproject.toml": _PYPROJECT,
    "README.md": _README,
    "retrovue_@MODULE@/__init__.py": _MODULE,
    "retrovue_@MODULE@/py.typed": "",
    "tests/test_@MODULE@.py": _TEST,
    ".github/workflows/test.yml": _WORKFLOW,
}


def write(name: str, bundled: frozenset[str]) -> tuple[str, list[str]]:
    """Write the distribution of a plugin of this name into a new folder below the current one;
    returns its absolute path, and the paths of its files below it.

    Raises UsageError for a name that cannot be one, AlreadyExists where the folder is there.
    """
    module = name.replace("-", "_")
    if not _NAME.fullmatch(name) or keyword.iskeyword(module) or name in bundled:
        raise UsageError(
            f"{name!r} cannot be the name of a plugin",
            ["It is of lower-case letters, digits and dashes, and neither a word of Python nor one"
             f" of {', '.join(sorted(bundled))}."],
        )  # fmt: skip
    folder = os.path.abspath(f"retrovue-{name}")
    words = {
        "@NAME@": name,
        "@PROGRAM@": "retrovue",
        "@MODULE@": module,
        "@CLASS@": "".join(part.capitalize() for part in name.split("-")),
        "@API@": str(API_VERSION),
        "@NEXT@": str(API_VERSION + 1),
        "@VERSION@": __version__,
    }
    try:
        os.mkdir(folder)
    except FileExistsError:
        raise AlreadyExists(f"{folder} is there already") from None
    written = []
    for path, text in _FILES.items():
        written.append(_filled(path, words))
        target = os.path.join(folder, written[-1])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(_filled(text, words))
    return folder, written


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text
