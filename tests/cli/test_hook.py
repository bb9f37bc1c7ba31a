"""Commands of a user that are run after an event: what they are given, and what they cannot do."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from retrovue import schemas
from retrovue.cli import hook_runs, places
from retrovue.importers import hookspecs
from retrovue.model import EVENTS
from support import media
from support.cli import PATIENCE, Cli
from support.schemas import closed
from support.scripted import Scripted


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))


class Written:
    """A hook that keeps each object that it is given."""

    def __init__(self, cli: Cli, *events: str) -> None:
        self.log = cli.home / "hooked"
        for event in events:
            cli.ok("hook", "add", event, "--", "sh", "-c", f"cat >> {shlex.quote(str(self.log))}")

    @property
    def objects(self) -> list[dict[str, Any]]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        given = [json.loads(line) for line in lines]
        for each in given:
            Draft202012Validator(closed(schemas.of("hook"))).validate(each)
        return given


def _settings() -> Path:
    return Path(places.settings_file())


def test_the_events_are_the_notifications_of_plugins() -> None:
    specs = [name for name in vars(hookspecs) if hasattr(vars(hookspecs)[name], "retrovue_spec")]
    assert sorted(EVENTS) == sorted({*specs} - {"register_importers", "probe"})


def test_a_hook_is_given_the_change_after_the_commit(cli: Cli) -> None:
    written = Written(cli, *EVENTS)
    toys = Scripted(cli)
    (discovered, added) = sorted(written.objects, key=lambda each: str(each["event"]))
    assert added["event"] == "source_added"
    assert (added["source"]["name"], added["collection"]) == ("Toys", None)
    assert discovered["event"] == "collection_discovered"
    assert discovered["collection"]["name"] == "Things"
    toys.holds("yield thing('a')", "yield thing('b')")
    toys.ingest("--dry-run")
    assert written.objects == []
    toys.ingest()
    (ingested,) = written.objects
    assert ingested["event"] == "collection_ingested"
    assert ingested["catalogue"] == str(cli.db)
    assert ingested["source"] == {
        "id": 1, "name": "Toys", "type": "toys",
        "external_id": cli.rows("SELECT external_id FROM sources")[0][0],
    }  # fmt: skip
    assert ingested["collection"]["assets"] == 2
    assert (ingested["status"], ingested["stats"]["added"]) == ("success", 2)
    assert ingested["changes"] == {
        "added": [1, 2], "updated": [], "moved": [], "missing": [], "restored": [],
    }  # fmt: skip
    assert cli.rows("SELECT operation FROM history WHERE id = :id", id=ingested["history_id"])
    toys.holds("raise ImporterError('no luck')")
    toys.ingest(code=1)
    (failed,) = written.objects
    assert (failed["event"], failed["status"], failed["changes"]) == (
        "ingest_failed", "failed", {},
    )  # fmt: skip
    assert failed["error"]["message"] == "no luck"
    cli.ok("collection", "wipe", "Things", "--force")
    cli.ok("source", "delete", "Toys", "--force")
    wiped, deleted = written.objects
    assert (wiped["event"], wiped["changes"]) == ("collection_wiped", {"deleted": [1, 2]})
    assert (deleted["event"], deleted["source"]["name"]) == ("source_deleted", "Toys")


def test_a_hook_that_fails_is_a_warning_and_the_change_stays(cli: Cli) -> None:
    cli.ok("hook", "add", "collection_ingested", "--", "sh", "-c", "echo not today >&2; exit 3")
    library = media.Library(cli, cli.home / "Media", "Films/Harbour (1951).mkv")
    run = cli("source", "ingest", "Home")
    assert run.code == 0
    assert run.err.endswith(" failed in collection_ingested: exit code 3: not today\n")
    assert run.err.startswith("Warning: Hook 1 (")
    assert library.stats()["discovered"] == 1
    cli.ok("db", "check")


@pytest.mark.parametrize("as_json", [False, True])
def test_what_a_hook_prints_is_not_on_standard_output(cli: Cli, as_json: bool) -> None:
    cli.ok("hook", "add", "collection_ingested", "--", "sh", "-c", "echo LOUD; echo LOUD >&2")
    media.Library(cli, cli.home / "Media", "Films/Harbour (1951).mkv")
    run = cli.process("source", "ingest", "Home", *["--json"] * as_json)
    assert run.code == 0
    assert "LOUD" not in run.everything


def test_a_hook_that_hangs_is_ended_with_all_it_began(cli: Cli, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    cli.ok("hook", "add", "collection_ingested", "--",
           "sh", "-c", f"sleep 600 & echo $! > {shlex.quote(str(pid))}; wait")  # fmt: skip
    media.Library(cli, cli.home / "Media", "A/Harbour (1951).mkv", "B/Dune (1984).mkv")
    run = cli("source", "ingest", "Home", env={"RETROVUE_HOOK_TIMEOUT": "2"})
    assert run.code == 0
    assert run.err.count("Warning: ") == 1, "it is run once, not for each collection"
    assert "failed in collection_ingested: it was not done after 2 seconds and was ended" in run.err
    while _runs(int(pid.read_text())):
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_what_a_hook_runs_of_retrovue_runs_no_hook(cli: Cli) -> None:
    count = cli.home / "count"
    ingest = shlex.join(cli.command("source", "ingest", "Home"))
    again = f"echo x >> {shlex.quote(str(count))}; {ingest}"
    media.Library(cli, cli.home / "Media", "Films/Harbour (1951).mkv")
    cli.ok("hook", "add", "collection_ingested", "--", "sh", "-c", again)
    assert cli.process("source", "ingest", "Home").err == ""
    assert count.read_text() == "x\n"
    assert cli.rows("SELECT count(*) FROM history WHERE operation = 'Source ingest'") == [(2,)]


def test_no_shell_reads_the_words(cli: Cli) -> None:
    odd = cli.home / "a b; touch gone $HOME.txt"
    cli.ok("hook", "add", "collection_ingested", "--", "tee", odd)
    media.Library(cli, cli.home / "Media", "Films/Harbour (1951).mkv")
    cli.ok("source", "ingest", "Home")
    assert json.loads(odd.read_text())["event"] == "collection_ingested"


def test_a_sent_catalogue_runs_nothing(cli: Cli) -> None:
    cli.ok("hook", "add", "collection_ingested", "--", "false")
    media.Library(cli, cli.home / "Media", "Films/Harbour (1951).mkv")
    cli.ok("source", "ingest", "Home")
    assert b"collection_ingested" not in cli.db.read_bytes()


def test_quickstart_on_a_sample_runs_no_hook(cli: Cli) -> None:
    written = Written(cli, *EVENTS)
    cli.ok("quickstart")
    media.write(cli.home / "Media", "Films/Harbour.mkv")
    cli.ok("quickstart", cli.home / "Media", "--dry-run")
    assert written.objects == []


def test_a_token_is_not_in_what_a_hook_is_given_nor_in_its_warning(cli: Cli) -> None:
    written = Written(cli, *EVENTS)
    tell = cli.home / "tell"
    tell.write_text("#!/bin/sh\necho 'http://x/?token=abcdefgh'\nexit 1\n")
    tell.chmod(0o755)
    cli.ok("hook", "add", "source_added", "--", tell)
    run = cli("source", "add", "--type", "plex", "--name", "P", "--base-url", "http://plex:32400",
              "--token", "abcdefgh-secret")  # fmt: skip
    assert "abcdefgh" not in run.everything
    assert "http://x/?token=***" in run.err
    assert "abcdefgh" not in json.dumps(written.objects)


def test_a_token_of_another_source_that_a_hook_prints_is_not_shown(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLEX_TOKEN", "token-in-the-environment")
    media.Library(cli, cli.home / "Media", "Films/Harbour (1951).mkv")
    cli.ok("source", "add", "--type", "plex", "--name", "P", "--base-url", "http://plex:32400",
           "--token", "env:PLEX_TOKEN")  # fmt: skip
    cli.ok("hook", "add", "collection_ingested", "--", "sh", "-c", "echo it is $PLEX_TOKEN; false")
    run = cli("source", "ingest", "Home")
    assert run.code == 0
    assert run.err.endswith(" failed in collection_ingested: exit code 1: it is ***\n")


# -- adding and removing ----------------------------------------------------------------------


def test_hooks_are_added_listed_and_removed_and_the_rest_of_the_file_stays(cli: Cli) -> None:
    path = _settings()
    path.parent.mkdir(parents=True)
    path.write_text("# mine\n[asset.list]\nlimit = 5  # a few\n")
    path.chmod(0o640)
    run = cli("hook", "add", "ingest_failed", "--", "sh", "-c", "mail -s 'oh' me")
    shell = cli.json("hook", "list")["hooks"][0]["command"][0]
    assert run == (
        0,
        f"Added hook 1: after ingest_failed run {shell} -c 'mail -s '\"'\"'oh'\"'\"' me'\n"
        "Undo: retrovue hook remove 1\n",
        "",
    )
    cli.ok("hook", "add", "assets_purged", "--", "true")
    assert path.read_text().startswith("# mine\n[asset.list]\nlimit = 5  # a few\n")
    assert path.stat().st_mode & 0o777 == 0o640
    hooks = cli.json("hook", "list")["hooks"]
    assert [(h["number"], h["event"], h["command"][1:]) for h in hooks] == [
        (1, "ingest_failed", ["-c", "mail -s 'oh' me"]), (2, "assets_purged", []),
    ]  # fmt: skip
    gone = cli.ok("hook", "remove", 1)
    undo = gone.out.splitlines()[-1].removeprefix("Undo: retrovue ")
    cli.ok("hook", "remove", 1)
    assert path.read_text() == "# mine\n[asset.list]\nlimit = 5  # a few\n"
    cli.ok(*shlex.split(undo))
    assert cli.json("hook", "list")["hooks"] == [{**hooks[0], "number": 1}]


def test_a_list_in_one_line_becomes_tables(cli: Cli) -> None:
    _settings().parent.mkdir(parents=True)
    _settings().write_text(
        'hook = [{event="collection_ingested", command=["/bin/true"]}]\n[asset.list]\nlimit = 5\n'
    )
    cli.ok("hook", "add", "ingest_failed", "--", "/bin/true")
    hooks = cli.json("hook", "list")["hooks"]
    assert [hook["event"] for hook in hooks] == ["collection_ingested", "ingest_failed"]
    cli.ok("hook", "remove", "1")
    assert [hook["event"] for hook in cli.json("hook", "list")["hooks"]] == ["ingest_failed"]
    assert "limit = 5" in _settings().read_text()


def test_of_several_at_once_none_is_lost(cli: Cli) -> None:
    _settings().parent.mkdir(parents=True)
    adding = [
        subprocess.Popen(cli.command("hook", "add", "ingest_failed", "--", "sh", "-c", f"exit {n}"),
                         env=cli.environment(), stdout=subprocess.DEVNULL)
        for n in range(4)
    ]  # fmt: skip
    assert [process.wait(PATIENCE) for process in adding] == [0] * 4
    hooks = cli.json("hook", "list")["hooks"]
    assert sorted(hook["command"][-1] for hook in hooks) == [f"exit {n}" for n in range(4)]


@pytest.mark.parametrize("word", ["http://u:pw123456@h/x", "http://h/?token=zzzzzzzz",
                                  "X-Plex-Token: abcdefSECRET"])  # fmt: skip
def test_a_secret_in_a_command_is_refused_and_never_shown(cli: Cli, word: str) -> None:
    run = cli("hook", "add", "ingest_failed", "--", "sh", word)
    assert (run.code, run.out) == (1, "")
    assert run.error == (
        "Error: The command holds a secret, which everybody sees who lists the processes"
    )
    _settings().parent.mkdir(parents=True)
    _settings().write_text(f"[[hook]]\nevent = 'ingest_failed'\ncommand = ['sh', '{word}']\n")
    for words in (("list",), ("list", "--json"), ("remove", "1")):
        said = cli.ok("hook", *words).everything
        assert not {"pw123456", "zzzzzzzz", "abcdefSECRET"} & {*re.findall(r"\w+", said)}


def test_a_dry_run_writes_no_settings(cli: Cli) -> None:
    run = cli.ok("hook", "add", "ingest_failed", "--dry-run", "--json", "--", "true").json
    assert (run["dry_run"], run["hook"]["number"]) == (True, 1)
    assert not _settings().exists()
    cli.ok("hook", "add", "ingest_failed", "--", "true")
    before = _settings().read_bytes()
    cli.ok("hook", "remove", 1, "--dry-run")
    assert _settings().read_bytes() == before


def test_new_settings_are_for_their_owner_alone(cli: Cli) -> None:
    cli.ok("hook", "add", "ingest_failed", "--", "true")
    assert _settings().stat().st_mode & 0o777 == 0o600
    assert os.listdir(_settings().parent) == ["config.toml"]


def test_settings_that_are_a_link_stay_one(cli: Cli) -> None:
    real = cli.home / "dotfiles.toml"
    real.write_text("# mine\n")
    _settings().parent.mkdir(parents=True)
    _settings().symlink_to(real)
    cli.ok("hook", "add", "ingest_failed", "--", "true")
    assert _settings().is_symlink()
    assert "ingest_failed" in real.read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "ingest_faild", "--", "true"), "Error: Invalid value for 'EVENT': "),
        (("add", "ingest_failed", "--"), "Error: Missing argument '-- COMMAND...'"),
        (("add", "ingest_failed", "--", "no-such-program"),
         "Error: Program 'no-such-program' not found"),
        (("remove", "1"), "Error: Hook '1' not found"),
        (("remove", "0"), "Error: Invalid value for 'N': "),
    ],
)  # fmt: skip
def test_what_cannot_be_done_writes_nothing(cli: Cli, words: tuple[str, ...], says: str) -> None:
    run = cli("hook", *words)
    assert (run.code, run.out) == (1, "")
    assert run.error.startswith(says)
    assert not _settings().exists()


def test_a_hook_written_by_hand_that_cannot_be_used_is_told_of(cli: Cli) -> None:
    _settings().parent.mkdir(parents=True)
    _settings().write_text(
        "[[hook]]\nevent = 'collection_ingested'\ncommand = 'true'\n"
        "[[hook]]\nevent = 'rain'\ncommand = ['true']\n"
        "[[hook]]\nevent = 'collection_ingested'\ncommand = ['/no/such/program']\n"
    )
    run = cli("hook", "list")
    assert run.code == 0
    assert [line.split(" ")[:3] for line in run.err.splitlines()] == [
        ["Warning:", "Hook", "1"], ["Warning:", "Hook", "2"],
    ]  # fmt: skip
    media.Library(cli, cli.home / "Media", "Films/Harbour (1951).mkv")
    run = cli("source", "ingest", "Home")
    assert run.code == 0
    assert run.err == (
        "Warning: Hook 3 (/no/such/program) failed in collection_ingested: No such file or"
        " directory\n"
    )


def test_a_program_is_kept_by_its_whole_path(cli: Cli, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "told"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n")
    program.chmod(0o755)
    cli.ok("hook", "add", "ingest_failed", "--", "told", env={"PATH": str(program.parent)})
    assert cli.json("hook", "list")["hooks"][0]["command"] == [str(program)]


def test_the_limit_is_what_is_documented() -> None:
    assert hook_runs.SECONDS == 30
