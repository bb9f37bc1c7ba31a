"""The README and the pages: complete, up to date, and true when they are run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from jsonschema import ValidationError

import pages
import test_pages
from fakes.plex import FakePlex
from retrovue.cli import places
from support import plugins, populated, program
from support.cli import Cli
from support.media import write
from support.nas import Nas
from support.schemas import check_events, events

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def _blocks(page: Path, language: str, heading: str | None = None) -> list[str]:
    """The code blocks of a page, or of one section of it."""
    text = page.read_text(encoding="utf-8")
    if heading is not None:
        text = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [code for name, code in _BLOCK.findall(text) if name == language]


def _name(page: Path) -> str:
    return page.name


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_the_readme_names_every_page() -> None:
    links = _LINK.findall(README.read_text(encoding="utf-8"))
    assert [page.name for page in PAGES[1:] if f"docs/{page.name}" not in links] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(
        r"(?<![\w/])((?:retrovue|plugins|tests|docs)/[\w./-]*[\w/])", page.read_text("utf-8")
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_test_that_is_named_is_there(page: Path) -> None:
    for path, name in re.findall(r"(tests/[\w/-]+\.py)::(\w+)", page.read_text("utf-8")):
        assert f"def {name}(" in (ROOT / path).read_text("utf-8")


def test_the_readme_lists_every_command() -> None:
    text = README.read_text(encoding="utf-8")
    listed = dict(re.findall(r"^retrovue (\w+)(?: +(.*))?$", text, re.MULTILINE))
    for noun, *verb in pages.commands():
        assert noun in listed
        assert not verb or verb[0] in re.findall(r"[\w-]+", listed[noun]), (noun, *verb)


def test_the_reference_is_what_help_prints() -> None:
    page = pages.COMMANDS.read_text(encoding="utf-8")
    assert page == pages.without_reference(page) + pages.reference(), "run python tests/pages.py"


def test_the_interface_is_what_the_docstrings_say() -> None:
    assert pages.INTERFACE.read_text("utf-8") == pages.interface(), "run python tests/pages.py"


def test_the_schema_is_that_of_a_fresh_file(tmp_path: Path) -> None:
    text = pages.SCHEMA.read_text(encoding="utf-8")
    assert text == pages.schema(tmp_path / "retrovue.db"), "run python tests/pages.py"


def test_the_schema_makes_a_catalogue(cli: Cli) -> None:
    connection = sqlite3.connect(cli.db)
    connection.executescript(pages.SCHEMA.read_text(encoding="utf-8"))
    connection.close()
    assert cli.ok("source", "list").out.startswith("No sources yet.")


# -- code blocks ----------------------------------------------------------------------------------


def _run(cli: Cli, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a block in sh, in a home of its own, with `retrovue` on the path."""
    return subprocess.run(
        ["sh", "-e"],
        input=script,
        cwd=cli.home,
        env=program.environment(cli, **env),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def media(cli: Cli) -> Path:
    film = cli.home / "media" / "Movies" / "Alien (1979)" / "Alien (1979).mkv"
    film.parent.mkdir(parents=True)
    film.write_text("a film")
    return cli.home / "media"


def test_getting_started_with_a_folder(cli: Cli, media: Path) -> None:
    folder, _ = _blocks(README, "bash", "Getting started")

    done = _run(cli, folder.replace("/mnt/media", str(media)))

    assert (done.returncode, done.stderr) == (0, "")
    assert "Success: Collections 'Movies' ingested" in done.stdout
    assert cli.rows("SELECT title, year FROM assets") == [("Alien", 1979)]


def test_getting_started_with_a_plex_server(cli: Cli, tmp_path: Path) -> None:
    with FakePlex() as server:
        nas = Nas(cli, server, tmp_path / "nas")
        server.add_section("1", "Movies", locations=("/data/Movies",))
        (nas.folder / "Movies").mkdir()
        _, plex = _blocks(README, "bash", "Getting started")
        plex = plex.replace("http://plex:32400", server.url).replace("/mnt/nas", str(nas.folder))

        done = _run(cli, plex.replace("PLEX_TOKEN=...", f"PLEX_TOKEN={server.token}"))

    assert (done.returncode, done.stderr) == (0, "")
    assert "Success: Collections 'Movies' ingested" in done.stdout
    assert server.token not in done.stdout


def test_a_check_before_an_ingest(cli: Cli, media: Path) -> None:
    (block,) = _blocks(pages.COMMANDS, "bash", "What is wrong with a source")
    add = ("source", "add", "--type", "filesystem", "--name", "Media", "--base-path")
    cli.ok(*add, media, "--discover")
    cli.ok("collection", "update", "Movies", "--map-same", "--sync-enable")
    done = _run(cli, block)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Success: Collections 'Movies' ingested" in done.stdout


def test_the_copy_for_a_bug_report(cli: Cli) -> None:
    (block,) = _blocks(pages.COMMANDS, "bash", "For a bug report")
    cli.make_empty()
    assert _run(cli, block).returncode == 0
    assert (cli.home / "bug.db").is_file()


def test_the_output_for_programs_is_what_its_schema_says(
    cli: Cli, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ROOT / "docs" / "json.md"
    (script,), (program,) = _blocks(page, "bash"), _blocks(page, "python")
    (event,) = _blocks(page, "json")
    check_events(event)
    assert len(events(event)) == 1
    cli.ok("quickstart", media.rename(cli.home / "Disk"))
    assert _run(cli, script).returncode == 0
    monkeypatch.chdir(cli.home)
    exec(program, {})
    (cli.home / "ingest.json").write_text("{}")
    with pytest.raises(ValidationError, match="'status' is a required property"):
        exec(program, {})


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs the sqlite3 shell")
def test_the_query_of_a_script(cli: Cli, media: Path) -> None:
    (block,) = _blocks(ROOT / "docs" / "schema.md", "bash")
    film = media / "Movies" / "Metropolis (1927)" / "Metropolis (1927).mkv"
    film.parent.mkdir()
    film.write_text("older")
    cli.ok("quickstart", media)

    done = _run(cli, block)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Metropolis|{film}\n"


def test_the_sql_of_a_script(tmp_path: Path) -> None:
    path = tmp_path / "retrovue.db"
    populated.populate(path)
    blocks = _blocks(ROOT / "docs" / "schema.md", "sql")
    connection = sqlite3.connect(path)
    done = [connection.execute(block).fetchall() for block in blocks]
    connection.close()
    assert done[:2] == [[(None, None, 1)], []]
    assert {row[2] for row in done[2]} == {"to a friend"}
    assert done[3] == []


QUERIES = _blocks(ROOT / "docs" / "queries.md", "sql")


@pytest.mark.parametrize("sql", QUERIES, ids=range(1, len(QUERIES) + 1))
def test_a_query_of_the_page_runs_everywhere(cli: Cli, tmp_path: Path, sql: str) -> None:
    """Also for who trusts no schema, and each finds something in a catalogue of a bit of all."""
    media = tmp_path / "media"
    write(media, *LOOKED_AT)
    cli.ok("quickstart", media)
    cli.run_sql("UPDATE assets SET missing_since = '2024-01-01T00:00:00Z' WHERE title = 'Gone'")
    with closing(sqlite3.connect(cli.db)) as script:
        script.execute("PRAGMA trusted_schema = OFF")
        assert script.execute(sql).fetchall()


LOOKED_AT = (
    "Movies/The Reel (1964)/The Reel (1964).mkv",
    "Movies/The Reel (1964) {edition-Restored}/The Reel (1964) {edition-Restored}.mkv",
    "Movies/Gone (1970)/Gone (1970).mkv",
    "TV Shows/Lost/Season 01/Lost - S01E01 - A.mkv",
    "TV Shows/Lost/Season 01/Lost - S01E04 - B.mkv",
    "Music/Pond/Tides (1990)/01 - Ebb.flac",
)


def test_the_importer_of_the_page(cli: Cli) -> None:
    module, _ = _blocks(ROOT / "docs" / "importers.md", "python")
    (project,) = _blocks(ROOT / "docs" / "importers.md", "toml")
    path = plugins.install(cli.site, "retrovue_shelf", "", name="shelf", value="retrovue_shelf")
    path.write_text(module, encoding="utf-8")
    assert '[project.entry-points.retrovue]\nshelf = "retrovue_shelf"\n' in project
    films = cli.home / "films.txt"
    films.write_text("/films/Heat.mkv\n/films/Ran.mkv\n", encoding="utf-8")
    folder = cli.home / "films"
    folder.mkdir()

    cli.ok("source", "add", "--type", "shelf", "--name", "Shelf", "--list-file", films,
           "--discover")  # fmt: skip
    cli.ok("source", "update", "Shelf", "--map", "/films", folder)
    cli.ok("collection", "update", "Everything", "--sync-enable")
    run = cli("source", "ingest", "Shelf", "--json")

    assert (run.code, run.json["totals"]["added"]) == (0, 2)
    assert cli.rows("SELECT title FROM assets ORDER BY id") == [("Heat.mkv",), ("Ran.mkv",)]


def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    module, tests = _blocks(ROOT / "docs" / "importers.md", "python")
    (tmp_path / "retrovue_shelf.py").write_text(module, encoding="utf-8")
    (tmp_path / "test_shelf.py").write_text(tests, encoding="utf-8")
    said = _python(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    assert "2 passed" in said


def test_the_importer_of_the_tutorial_passes_its_tests(tmp_path: Path) -> None:
    for block in _blocks(ROOT / "docs" / "importers-tutorial.md", "python"):
        name = block.splitlines()[0].removeprefix("# ")
        (tmp_path / name).write_text(block, encoding="utf-8")
    said = _python(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    assert "3 passed" in said
    assert "Success" in _python(tmp_path, "mypy", "--strict", "retrovue_tapes.py")


def _python(folder: Path, *words: str) -> str:
    """What a tool says of the modules in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_what_the_page_says_of_marks_runs(cli: Cli, tmp_path: Path) -> None:
    film = tmp_path / "Movies" / "Alien (1979)" / "Alien (1979).mkv"
    film.parent.mkdir(parents=True)
    film.touch()
    cli.ok("quickstart", film.parent.parent)
    cli.ok("source", "ingest", "Movies")
    lines = _blocks(ROOT / "docs" / "ingest.md", "bash")
    commands = [shlex.split(line)[1:] for line in lines[0].splitlines()]
    runs = [cli(*command) for command in commands]
    assert [run.code for run in runs] == [0] * len(commands)
    assert str(film) in runs[1].out
    assert runs[-1].out.splitlines()[-1] == str(film)


def test_the_page_of_settings(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (settings,) = _blocks(ROOT / "docs" / "settings.md", "toml")
    path = Path(places.settings_file())
    path.parent.mkdir(parents=True)
    path.write_text(settings, encoding="utf-8")
    run = cli.ok("config", "--json")
    assert (run.err, {s["name"] for s in run.json["settings"] if s["from"] == "file"}) == (
        "",
        {"db", "no_plugin", "source.ingest.keep_going", "source.ingest.quick", "asset.list.limit"},
    )
    program = tmp_path / "bin" / "logger"  # not everybody has one
    program.parent.mkdir()
    program.symlink_to("/bin/true")
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    (lines,) = _blocks(ROOT / "docs" / "settings.md", "bash")
    for line in lines.splitlines():
        cli.ok(*shlex.split(line)[1:])
    assert path.read_text(encoding="utf-8") == settings


def test_every_block_that_can_run_is_run_here() -> None:
    """Those of the pages for users are run by test_pages.py, as they come."""
    others = [page for page in PAGES if page.stem not in test_pages.PAGES]
    found = {(p.name, name) for p in others for name, _ in _BLOCK.findall(p.read_text("utf-8"))}
    assert found == {
        ("README.md", "bash"),
        ("commands.md", "bash"),
        ("commands.md", "text"),
        ("importers-tutorial.md", "python"),
        ("importers-tutorial.md", "text"),
        ("importers.md", "python"),
        ("importers.md", "toml"),
        ("ingest.md", "bash"),
        ("json.md", "bash"),
        ("json.md", "json"),
        ("json.md", "python"),
        ("queries.md", "sql"),
        ("schema.md", "bash"),
        ("schema.md", "sql"),
        ("settings.md", "bash"),
        ("settings.md", "toml"),
    }
