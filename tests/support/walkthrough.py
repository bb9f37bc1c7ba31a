"""What a reader of a page does: read it from the top, type each command, look at what it says.

A page is run in a sandbox: its `/mnt`, `/srv` and `/home/ada` lie in a temporary folder. Its blocks
are, by language:

    bash      each command is run; it must end in 0, or as a comment behind it says: `# exits 1`
    console   the same behind `$ `; the lines below are what it prints, `...` any lines
    crontab   each entry is one, and its command runs in cron's environment
    ini       a systemd unit: `systemd-analyze` finds no fault, and its ExecStart runs
    text      paths of files, which are then there
    sql       run on the catalogue by the sqlite3 shell
    yaml      a Compose file
    toml      a file of settings

A block that begins with `# PATH` is written there. `<!-- now: NAME -->` is something that happens
to the reader at that place: the page's own function of that name is called.
"""

from __future__ import annotations

import importlib
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

import support.cli
from support.cli import PATIENCE, START, Run
from support.media import write

LANGUAGES = ("bash", "console", "crontab", "ini", "sql", "text", "toml", "yaml")
OUTSIDE = ("/mnt/", "/srv/", "/home/ada")  # of a page: these lie in the sandbox
RUN = {
    *("retrovue", "sqlite3", "sqlite-utils", "datasette", "export"),
    *("cat", "chmod", "dirname", "grep", "mkdir", "mv", "printf", "rm", "rmdir", "stat"),
    "touch",
}
IN_PROCESS = {
    "retrovue": "",
    "sqlite-utils": "sqlite_utils.cli",
    "datasette": "datasette.cli",
}
STAND_INS = {
    "sudo": 'exec "$@"',
    "umount": 'mv "$1" "$1.away" && mkdir "$1"',
    "mount": 'rmdir "$1" && mv "$1.away" "$1"',
    "systemctl": "for unit; do case $unit in *.timer|*.service)"
    ' test -f "$HOME/.config/systemd/user/$unit" || exit 5;; esac; done',
}
NOT_RUN = {
    "docker": "needs a daemon and images of the internet",
    "pip": "installs from the internet",
    "pipx": "installs from the internet",
    "loginctl": "changes the machine",
    "journalctl": "shows the journal of a service manager that the tests do without",
    "chgrp": "needs a group that the machine may not have",
    "groupadd": "changes the machine",
    "usermod": "changes the machine",
}
_PART = re.compile(
    r"^```(?P<language>\w*)\n(?P<text>.*?)^```$|^<!-- now: (?P<event>.+?) -->$",
    re.MULTILINE | re.DOTALL,
)
_EXITS = re.compile(r"\s# exits (\d+)")
_INNER = re.compile(r"\$\(([\w-]+)")
_SUBSTITUTED = re.compile(r"\$\((retrovue [^()$]*)\)")
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`]*\"")
_UNQUOTED_HOME = re.compile(r"(?<![^\s=])~/")
_BACKUP = re.compile(r"\b\d{8}T\d{6}Z[a-z0-9-]*\.(?:backup|damaged)\b")
_NORMAL = (
    (r"\d{8}T\d{6}Z(-[a-z-]+?)?(-\d+)?\.(backup|damaged)", r"<stamp>\1.\3"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>"),
    (r"\b[\d,]+ bytes", "<n> bytes"),
    (r"\b(filesystem|plex)-[0-9a-f]{8}\b", r"\1-<id>"),
    (r"\b\d+\.\d+ ?s\b", "<seconds>"),
    (r"(?<=\S) {2,}", "  "),
    (r"[ \t]+$", ""),
)


class Part(NamedTuple):
    """A block of a page, or (without a language) an event; `line` is where it stands."""

    language: str
    text: str
    line: int


class Step(NamedTuple):
    """A command of a page: how it must end, and what it must print (None: whatever it does)."""

    command: str
    code: int
    output: str | None


def parts(page: str) -> Iterator[Part]:
    """The blocks and events of a page, in its order."""
    for found in _PART.finditer(page):
        line = page.count("\n", 0, found.start()) + 1
        yield Part(found["language"] or "", found["text"] or found["event"], line)


def steps(part: Part) -> Iterator[Step]:
    """The commands of a bash or console block."""
    shown = part.language == "console"
    chunks = re.split(r"^\$ ", part.text, flags=re.MULTILINE)[1:] if shown else [part.text]
    for chunk in chunks:
        lines = chunk.splitlines()
        while lines:
            command = _whole(lines)
            if command.strip() and not command.startswith("#"):
                marked = _EXITS.search(command)
                output = "\n".join(lines).strip("\n") if shown else None
                yield Step(command, int(marked[1]) if marked else 0, output)
            if shown:
                break


def _whole(lines: list[str]) -> str:
    """Take one command from the lines, with the lines that go on with it."""
    command = lines.pop(0)
    while command.endswith("\\"):
        command = command[:-1] + lines.pop(0).removeprefix("> ").lstrip()
    document = re.search(r"<<-?\s*'?(\w+)'?", command)
    while document:
        command += "\n" + lines.pop(0)
        if command.endswith(f"\n{document[1]}"):
            break
    return command


def programs(command: str) -> set[str]:
    """The programs that a command line starts."""
    found = set(_INNER.findall(command))
    lexer = shlex.shlex(command.partition("\n")[0], posix=True, punctuation_chars=True)
    lexer.commenters, lexer.whitespace_split = "#", True
    first = True
    for token in lexer:
        if set(token) <= set("();<>|&"):
            first = not set(token) & set("<>")
        elif first and not re.match(r"\w+=", token):
            found.add(os.path.basename(token))
            first = token in ("sudo", "if", "then", "do", "!")
    return found


class Walkthrough:
    """A reader with a home, who begins with nothing but retrovue installed."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.home = root, root / "home" / "ada"
        self.events: dict[str, Callable[[], object]] = {}
        self.replaced: dict[str, str] = {}  # text of the page and what it is here
        self.units: list[Path] = []
        self.patch = monkeypatch
        own = self.home / ".local" / "bin"
        tools = root / "usr" / "bin"
        for folder in (own, tools, root / "mnt", root / "srv"):
            folder.mkdir(parents=True)
        start = f'exec {shlex.quote(sys.executable)} -c "{START}" "$@"'
        for program, script in {"retrovue": start, **STAND_INS}.items():
            file = (own if program == "retrovue" else tools) / program
            file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            file.chmod(0o755)
        there = (str(own), str(tools), str(Path(sys.executable).parent), os.environ["PATH"])
        self.set("PATH", os.pathsep.join(there))
        self.set("HOME", str(self.home))
        self.set("XDG_RUNTIME_DIR", str(root))  # systemd-analyze asks for one
        monkeypatch.delenv("RETROVUE_BUSY_TIMEOUT")
        monkeypatch.chdir(self.home)

    def set(self, name: str, value: str) -> None:
        self.patch.setenv(name, value)

    def here(self, text: str) -> str:
        """What a text of the page is in the sandbox."""
        for outside in OUTSIDE:
            text = re.sub(rf"(?<![\w./]){re.escape(outside)}", f"{self.root}{outside}", text)
        for ours, theirs in self.replaced.items():
            text = text.replace(ours, theirs)
        return text

    def seen(self, text: str) -> str:
        """What was printed, as a page has it, without what is another one each time."""
        text = text.replace(str(self.root), "")
        for ours, theirs in self.replaced.items():
            text = text.replace(theirs, ours)
        for pattern, normal in _NORMAL:
            text = re.sub(pattern, normal, text, flags=re.MULTILINE)
        return text.strip("\n")

    def path(self, text: str) -> Path:
        """Where a path of the page is."""
        return Path(self.here(text.replace("~/", "/home/ada/")))

    def read(self, page: str) -> None:
        """Do what the page says, from its top to its end."""
        for part in parts(page):
            if not part.language:
                self.events[part.text]()
                continue
            assert part.language in LANGUAGES, f"line {part.line}: a block of {part.language!r}"
            self._write(part)
            getattr(self, f"_{part.language}")(part)
        self._check_units()

    def _write(self, part: Part) -> None:
        named = re.match(r"[#;] ([~/]\S+)\n", part.text)
        if named:
            file = self.path(named[1])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.here(part.text), encoding="utf-8")
            if file.suffix in (".service", ".timer"):
                self.units.append(file)

    # -- the languages ----------------------------------------------------------------------------

    def _bash(self, part: Part) -> None:
        for step in steps(part):
            where = f"line {part.line}: {step.command}"
            run = self.type(step.command)
            assert run.code == step.code, f"{where}\nended in {run.code}:\n{run.everything}"
            if step.output is not None:
                self._compare(where, step.output, run)
            elif step.code == 0:
                assert "Warning" not in run.err, f"{where}\n{run.err}"

    _console = _bash

    def _compare(self, where: str, output: str, run: Run) -> None:
        lines = [re.escape(line) + "\n" for line in self.seen(output).splitlines()]
        pattern = "".join("(?:.*\n)*" if line.strip() == r"\.\.\." else line for line in lines)
        printed = [self.seen(run.out + run.err), self.seen(run.err + run.out)]
        if not any(re.fullmatch(pattern, f"{text}\n" if text else "") for text in printed):
            assert printed[0] == self.seen(output), where  # shows where they differ
        self._learn(output, run.everything)

    def _learn(self, output: str, printed: str) -> None:
        """Know the backups that the page names by their names here."""
        names, ours = _BACKUP.findall(output), _BACKUP.findall(printed)
        if len(names) == len(ours):
            self.replaced.update(zip(names, ours, strict=True))

    def _crontab(self, part: Part) -> None:
        env = {"HOME": str(self.home), "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
        for line in filter(None, map(str.strip, part.text.splitlines())):
            if line.startswith("#"):
                continue
            if setting := re.fullmatch(r"([A-Z]+)=(\S*)", line):
                env[setting[1]] = self.here(setting[2])
                continue
            entry = re.fullmatch(r"(?:@(?:hourly|daily|weekly)|(?:[\d*/,-]+ ){5})\s*(.+)", line)
            assert entry, f"line {part.line}: no entry of a crontab: {line}"
            command = re.sub(r"\\%", "%", entry[1])
            assert "%" not in re.sub(r"\\%", "", entry[1]), "cron takes % for a newline"
            run = self._shell(command, env)
            assert (run.code, run.everything) == (0, ""), f"{line}\n{run.everything}"

    def _ini(self, part: Part) -> None:
        assert re.match(r"# \S+/systemd/\S+\n\[Unit\]\n", part.text), f"line {part.line}: no unit"

    def _sql(self, part: Part) -> None:
        db = self.type("retrovue db path").out.strip()
        done = subprocess.run(
            ["sqlite3", db], input=self.here(part.text), capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), f"line {part.line}: {done.stderr}"

    def _text(self, part: Part) -> None:
        for line in part.text.splitlines():
            write(self.root, self.path(line).relative_to(self.root).as_posix())

    def _toml(self, part: Part) -> None:
        import tomllib

        assert tomllib.loads(part.text), f"line {part.line}: nothing is set"

    def _yaml(self, part: Part) -> None:
        import yaml  # type: ignore[import-untyped]

        assert yaml.safe_load(part.text)["services"], f"line {part.line}: no service"

    # -- running ----------------------------------------------------------------------------------

    def type(self, command: str) -> Run:
        """Run a command line, in this process where that can be."""
        found = programs(command)
        unknown = found - RUN - set(STAND_INS) - set(NOT_RUN)
        assert not unknown, (
            f"nobody said whether {', '.join(sorted(unknown))} can be run: {command}"
        )
        command = _UNQUOTED_HOME.sub(f"{self.home}/", self.here(command))
        if found & set(NOT_RUN):
            assert self._shell(f"if false; then {command}\nfi").code == 0
            return Run(0, "", "")
        command = _SUBSTITUTED.sub(self._substituted, command)
        words, target = _plain(command)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.set(name, value)
            return Run(0, "", "")
        if words[0] not in IN_PROCESS:
            return self._shell(command)
        run = _in_process(words)
        if target is None:
            return run
        Path(target).write_text(run.out, encoding="utf-8")
        return run._replace(out="")

    def _substituted(self, found: re.Match[str]) -> str:
        """What a `$(retrovue ...)` stands for."""
        run = _in_process(shlex.split(found[1]))
        assert run.code == 0, run.everything
        return run.out.strip()

    def _shell(self, command: str, env: Mapping[str, str] | None = None) -> Run:
        done = subprocess.run(
            ["sh", "-c", command],
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    # -- units of systemd -------------------------------------------------------------------------

    def _check_units(self) -> None:
        """Verify the units of the page together, and run what they start."""
        if not self.units:
            return
        self._analyze("verify", "--man=no", "--user", *map(str, self.units))
        for unit in self.units:
            text = unit.read_text(encoding="utf-8")
            for when in re.findall(r"^OnCalendar=(.+)$", text, re.MULTILINE):
                self._analyze("calendar", when)
            for command in re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE):
                self._start(command.replace("%h", str(self.home)), ends="oneshot" in text)

    def _start(self, command: str, *, ends: bool) -> None:
        """Run what a unit starts; what does not end by itself has to at SIGTERM."""
        process = subprocess.Popen(
            shlex.split(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            if not ends:
                _await_handler(process, signal.SIGTERM)
                process.terminate()
            printed, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        assert (process.returncode, printed) == (0, ""), f"{command}\n{printed}"

    def _analyze(self, *words: str) -> None:
        try:
            done = subprocess.run(
                ["systemd-analyze", *words], capture_output=True, text=True, check=False
            )
        except FileNotFoundError:  # no systemd on this machine
            return
        assert done.returncode == 0, done.stdout + done.stderr


def _await_handler(process: subprocess.Popen[str], number: int) -> None:
    """Wait until a process takes care of a signal. https://docs.kernel.org/filesystems/proc.html"""
    status = Path("/proc") / str(process.pid) / "status"
    while process.poll() is None:
        caught = re.search(r"^SigCgt:\s*(\w+)$", status.read_text(), re.MULTILINE)
        if caught is None or int(caught[1], 16) >> (number - 1) & 1:
            return
        time.sleep(0.02)


def _plain(command: str) -> tuple[list[str], str | None]:
    """The words of a command that needs no shell, and the file that it is to write; no words where
    it needs one."""
    if "\n" in command or re.search(r"[$`*?\[~]", _QUOTED.sub("", command)):
        return [""], None
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.commenters, lexer.whitespace_split = "#", True
    words = list(lexer)
    operators = [word for word in words if set(word) <= set("();<>|&")]
    if operators == [">"] and words[-2] == ">":
        return words[:-2], words[-1]
    return (words, None) if not operators else ([""], None)


def _in_process(words: Sequence[str]) -> Run:
    """Run a program that is written in Python without a process of its own."""
    if words[0] == "retrovue":
        return support.cli._in_process(list(words[1:]))
    from click.testing import CliRunner

    module = importlib.import_module(IN_PROCESS[words[0]])
    done = CliRunner().invoke(module.cli, words[1:])
    return Run(done.exit_code, done.stdout, done.stderr)
