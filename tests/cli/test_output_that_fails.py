"""Standard output and standard error that cannot be written: closed, full, or without a reader."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from support import plugins
from support.cli import PATIENCE, Cli, Run
from support.media import Library, films

FULL = "No space left on device"
CLOSED = "Bad file descriptor"
UNWRITABLE = [(">/dev/full", FULL), (">&-", CLOSED), ("<&- >&-", CLOSED)]
READS = (
    "--version",
    "--help",
    "source --help",
    "asset list",
    "asset list --json",
    "asset list --format csv",
    "collection list --json",
    "history --json",
    "db info",
    "plugins",
)
BROKEN = (">/dev/full", ">&-", "2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full")

pytestmark = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="a device that is always full"
)


@pytest.fixture
def library(cli: Cli, tmp_path: Path) -> Library:
    library = Library(cli, tmp_path / "media", *films(3))
    library.ingest()
    return library


def _shell(cli: Cli, words: str, redirections: str) -> Run:
    """Run a command as a shell does, with what is written behind it."""
    line = f"{shlex.join(cli.command())} {words} {redirections}"
    done = subprocess.run(
        ["sh", "-c", line],
        env=cli.environment(),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
    )
    run = Run(done.returncode, done.stdout.decode(), done.stderr.decode())
    return run.checked(shlex.split(words))


@pytest.mark.parametrize(("redirection", "why"), UNWRITABLE)
@pytest.mark.parametrize("words", READS)
def test_a_read_that_cannot_be_printed_fails_in_one_line(
    library: Library, words: str, redirection: str, why: str
) -> None:
    run = _shell(library.cli, words, redirection)
    assert run == Run(1, "", f"Error: Standard output cannot be written ({why})\n")


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&- 2>&-"])
@pytest.mark.parametrize("words", READS)
def test_a_read_needs_no_standard_error(library: Library, words: str, redirection: str) -> None:
    assert _shell(library.cli, words, redirection) == _shell(library.cli, words, "")


@pytest.mark.parametrize("redirection", [">&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full"])
def test_where_nothing_can_be_said_the_exit_code_says_it(
    library: Library, redirection: str
) -> None:
    assert _shell(library.cli, "asset list", redirection) == Run(1, "", "")


@pytest.mark.parametrize(("redirection", "why"), UNWRITABLE)
@pytest.mark.parametrize("flag", ["", "--json"])
def test_what_was_done_is_said_with_the_way_back(
    library: Library, redirection: str, why: str, flag: str
) -> None:
    before = library.cli.dump("assets")
    run = _shell(library.cli, f"collection wipe Movies --force {flag}", redirection)
    assert (run.code, run.out) == (1, "")
    says, what, undo = run.err.splitlines()
    assert says == f"Error: Collection wipe was done, but standard output cannot be written ({why})"
    assert what == "  Wiped collection 'Home/Movies': 3 assets, 3 files"
    assert undo.startswith("  Undo: retrovue ")
    assert library.cli.rows("SELECT count(*) FROM assets") == [(0,)]
    _, _, *words = shlex.split(undo.partition("Undo: ")[2])
    library.cli.ok(*words[1:], "--force")
    assert library.cli.dump("assets") == before


@pytest.mark.parametrize(
    "words",
    [
        "source ingest Home",
        "source ingest Home --json",
        "source update Home --name House",
        "source discover Home",
        "collection update Movies --disable",
        "db backup {home}/copy.db",
        "source add --type filesystem --name Other --base-path {home}",
    ],
)
def test_every_write_says_that_it_was_done(library: Library, words: str) -> None:
    run = _shell(library.cli, words.format(home=library.cli.home), ">/dev/full")
    noun, verb = words.replace("db ", "database ").split()[:2]
    assert (run.code, run.out) == (1, "")
    assert run.error == (
        f"Error: {noun.capitalize()} {verb} was done, but standard output cannot be written"
        f" ({FULL})"
    )


def test_a_dry_run_does_not_say_that_it_was_done(library: Library) -> None:
    before = library.cli.dump()
    run = _shell(library.cli, "collection wipe Movies --dry-run", ">/dev/full")
    assert run == Run(1, "", f"Error: Standard output cannot be written ({FULL})\n")
    assert library.cli.dump() == before


@pytest.mark.parametrize("flag", ["", "--json"])
def test_an_error_is_said_where_standard_output_is_full(library: Library, flag: str) -> None:
    run = _shell(library.cli, f"source show Nowhere {flag}", ">/dev/full")
    assert (run.code, run.out) == (1, "")
    assert run.error == "Error: Source 'Nowhere' not found"


@pytest.mark.parametrize("redirection", BROKEN)
@pytest.mark.parametrize("words", ["nonsense", "asset list --json", "collection wipe x --json"])
def test_never_a_traceback(library: Library, words: str, redirection: str) -> None:
    run = _shell(library.cli, words, redirection)
    assert run.code in (0, 1)
    assert "Traceback" not in run.everything
    assert "Exception ignored" not in run.everything


def test_a_command_of_a_plugin_has_the_same_streams(cli: Cli) -> None:
    code = '@click.command()\ndef tell():\n    print("told " * 9999)'
    plugins.install(
        cli.site, "teller", f"import click\n{code}", group="retrovue.commands", name="tell",
        value="teller:tell",
    )  # fmt: skip
    run = _shell(cli, "tell", ">/dev/full")
    assert run == Run(1, "", f"Error: Standard output cannot be written ({FULL})\n")


def test_a_reader_that_has_enough_is_no_error(library: Library) -> None:
    library.cli.run_sql("""
        WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 9999)
        INSERT INTO assets (collection_id, external_id, kind, title)
        SELECT c.id, 'more ' || n.value, 'movie', 'More' FROM n JOIN collections AS c""")
    for form in ("table", "json", "jsonl", "csv", "m3u"):
        run = _shell(library.cli, f"asset list --format {form}", "| head -1")
        assert (run.code, run.err) == (0, ""), form  # that of head
        assert len(run.out.splitlines()) == 1


def test_closed_descriptors_are_nobody_elses(library: Library) -> None:
    """A file opened where standard error was would take what is written there."""
    run = _shell(library.cli, "source ingest Home --json", "2>&-")
    assert run.code == 0
    assert run.json["status"] == "success"
    assert library.cli.ok("db", "check").out == "No damage; every guarantee holds.\n"


def test_a_write_says_what_it_did_where_nobody_reads(library: Library) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        library.cli.command("collection", "wipe", "Movies", "--force"),
        env=library.cli.environment(),
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        check=False,
    )
    os.close(write)
    assert done.returncode == 1
    says, what, undo = done.stderr.decode().splitlines()
    assert says == "Error: Collection wipe was done, but nobody reads standard output"
    assert what == "  Wiped collection 'Home/Movies': 3 assets, 3 files"
    assert undo.startswith("  Undo: retrovue ")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_is_json_in_any_encoding(cli: Cli, tmp_path: Path, encoding: str, form: str) -> None:
    name = "Am\u00e9lie \u6620\u753b \U0001f3ac"
    library = Library(cli, tmp_path / "media", f"Movies/{name} (2001)/{name} (2001).mkv")
    library.ingest()
    done = subprocess.run(
        cli.command("asset", "list", "--format", form),
        env=cli.environment({"PYTHONIOENCODING": encoding}),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    found = json.loads(done.stdout.decode(encoding))
    assert (found["assets"][0] if form == "json" else found)["title"] == name


def test_a_quiet_write_needs_no_standard_output(library: Library) -> None:
    for redirection in (">&-", ">/dev/full", ">&- 2>&-"):
        line = f"{shlex.join(library.cli.command())} -q source ingest Home {redirection}"
        done = subprocess.run(
            ["sh", "-c", line], env=library.cli.environment(), capture_output=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
