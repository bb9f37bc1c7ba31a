"""What a shell is told while it completes a line, and the scripts that ask for it."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import click
import pytest

from retrovue.cli import bundled, places, values
from retrovue.cli.commands import COMMANDS, root
from retrovue.cli.completion import SHELLS
from retrovue_filesystem.importer import FilesystemImporter
from retrovue_plex.importer import PlexImporter
from support import media, plugins, program
from support.cli import Cli, Run, on_terminal

NAMES = (
    "My Plex", "Film: Noir", "Film: Red", 'Say "hi" $HOME `x`', "It's, all", "Ünïcode é",
    "back\\slash",
)  # fmt: skip


def ask(cli: Cli, *words: str, shell: str = "bash", **env: str | None) -> Run:
    """What the shell is told; the last of the words is the one that is being typed."""
    line = ["retrovue", "--db", str(cli.db), *words]
    typed = shlex.join(line[:-1]) + " " + (shlex.quote(line[-1]) if line[-1] else "")
    asked = {
        "_RETROVUE_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(line) - 1),
    }
    return cli(env={**asked, **env})


def offered(cli: Cli, *words: str, **env: str | None) -> list[str]:
    """The values that fit, of a shell that is told no more."""
    run = ask(cli, *words, **env)
    assert (run.code, run.err) == (0, "")
    return [line.removeprefix("plain,") for line in run.out.splitlines() if line]


@pytest.fixture
def named(cli: Cli) -> Cli:
    """A catalogue with a source of each name, and the collections Movies and `TV: Shows`."""
    cli.make_empty()
    for number, name in enumerate(NAMES):
        cli.run_sql(
            """
            INSERT INTO sources (external_id, type, identity, name, config)
            VALUES (:external, 'filesystem', :identity, :name, '{}')""",
            external=f"filesystem-0000000{number}",
            identity=str(number),
            name=name,
        )
    for source, name in (("My Plex", "Movies"), ("My Plex", "TV: Shows"), ("It's, all", "Movies")):
        cli.run_sql(
            """
            INSERT INTO collections (source_id, external_id, name, kind)
            SELECT id, :source || :name, :name, 'movie' FROM sources WHERE name = :source""",
            source=source,
            name=name,
        )
    return cli


# -- commands and options --------------------------------------------------------------------------


def test_the_first_word_is_a_command(cli: Cli) -> None:
    assert offered(cli, "") == [*COMMANDS]
    assert offered(cli, "so") == ["source"]


def test_the_second_word_is_one_of_the_group(cli: Cli) -> None:
    assert offered(cli, "source", "d") == ["delete", "discover"]


def test_behind_what_is_no_command_nothing_fits(cli: Cli) -> None:
    assert offered(cli, "nonsense", "") == []


def test_options_that_are_given_already_are_left_out(cli: Cli) -> None:
    assert offered(cli, "asset", "list", "--kind", "movie", "--s") == [
        "--source", "--search", "--since", "--sort",
    ]  # fmt: skip
    assert "--kind" not in offered(cli, "asset", "list", "--kind", "movie", "--")


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        (("asset", "list", "--kind", "m"), ["movie"]),
        (("asset", "list", "--format", "j"), ["json", "jsonl"]),
        (("completion", ""), [*SHELLS]),
        (("source", "add", "--type", ""), ["filesystem", "plex"]),
        (("--no-plugin", "pl"), ["plex"]),
        (("--no-plugin", "plex", "source", "add", "--type", "filesystem", "--k"), ["--kind"]),
        (("source", "add", "--type", "plex", "--t"), ["--token", "--timeout"]),
        (("source", "add", "--type", "filesystem", "--kind", "mu"), ["music"]),
        (("source", "add", "--type", "nonsense", "--d"), ["--discover", "--dry-run"]),
        (("asset", "edit", "1", "--unset", "ti"), ["title"]),
    ],
)
def test_values_of_a_choice(cli: Cli, words: tuple[str, ...], fits: list[str]) -> None:
    assert offered(cli, *words) == fits
    assert not cli.db.exists()


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        (("db", "backup", ""), "file,"),
        (("db", "restore", "/m"), "file,/m"),
        (("plan", "show", ""), "file,"),
        (("source", "ingest", "X", "--plan", ""), "file,"),
        (("--db", ""), "file,"),
        (("quickstart", ""), "dir,"),
        (("source", "map-check", "X", "--under", ""), "dir,"),
        (("source", "add", "--type", "filesystem", "--base-path", "/m"), "file,/m"),
        (("source", "update", "X", "--map", "/data", "/m"), "dir,/m"),
    ],
)
def test_paths_are_left_to_the_shell(cli: Cli, words: tuple[str, ...], fits: str) -> None:
    assert offered(cli, *words) == [fits]


def test_the_options_of_bundled_types_are_those_of_the_importers() -> None:
    assert {
        "filesystem": FilesystemImporter.options,
        "plex": PlexImporter.options,
    } == bundled.OPTIONS


# -- names of the catalogue ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        ("source", "show"),
        ("source", "delete"),
        ("source", "ingest"),
        ("collection", "list", "--source"),
        ("asset", "list", "--source"),
        ("history", "--source"),
    ],
    ids=" ".join,
)
def test_sources_fit(named: Cli, before: tuple[str, ...]) -> None:
    assert sorted(offered(named, *before, "")) == sorted(NAMES)


def test_names_fit_in_any_case_and_normal_form(named: Cli) -> None:
    assert offered(named, "source", "show", "my p") == ["My Plex"]
    assert offered(named, "source", "show", "u\u0308n") == ["Ünïcode é"]


def test_collections_fit_by_themselves_where_they_are_alone_and_with_their_source(
    named: Cli,
) -> None:
    fits = ["TV: Shows", "It's, all/Movies", "My Plex/Movies", "My Plex/TV: Shows"]
    assert offered(named, "collection", "show", "") == fits
    assert offered(named, "asset", "tree", "--collection", "") == fits
    assert offered(named, "account", "My") == ["My Plex/Movies", "My Plex/TV: Shows", "My Plex"]


def test_a_name_that_does_not_name_it_alone_fits_by_its_id(named: Cli) -> None:
    for name in ("--all", "two\nlines", "12", "plex-00000000"):
        named.run_sql("UPDATE sources SET name = :name WHERE id = 1", name=name)
        assert "1" in offered(named, "source", "show", "")
    named.run_sql("UPDATE collections SET name = '--all' WHERE id = 2")
    assert "--all" not in offered(named, "collection", "show", "")


def test_lists_tags_locations_and_lines_of_history_fit(cli: Cli, tmp_path: Path) -> None:
    library = media.Library(cli, tmp_path / "Media", *media.films(1))
    library.stats()
    cli.ok("list", "save", "New films", "--kind", "movie")
    cli.ok("asset", "mark", "reel", "--tag", "lent to a friend")
    ids = [str(number) for (number,) in cli.rows("SELECT id FROM history ORDER BY id DESC")]
    assert offered(cli, "list", "show", "") == ["New films"]
    assert offered(cli, "list", "remove", "n") == ["New films"]
    assert offered(cli, "asset", "mark", "reel", "--untag", "") == ["lent to a friend"]
    assert offered(cli, "collection", "update", "Movies", "--unmap", "") == [
        str(library.root / "Movies")
    ]
    assert offered(cli, "history", "show", "") == ids


def test_the_file_is_the_one_that_the_line_names(named: Cli, tmp_path: Path) -> None:
    asked = {"_RETROVUE_COMPLETE": "bash_complete", "COMP_CWORD": "3", "RETROVUE_DB": None}
    bare = {**asked, "COMP_WORDS": "retrovue source show "}
    assert named(env=bare).out.strip() == ""
    assert "plain,My Plex" in named(env={**bare, "RETROVUE_DB": str(named.db)}).out
    home = {"HOME": str(named.home), "COMP_CWORD": "5"}
    for path in ("~/retrovue.db", "$HOME/retrovue.db"):
        line = {"COMP_WORDS": f"retrovue --db {path} source show "}
        assert "plain,My Plex" in named(env={**asked, **home, **line}).out


def test_the_file_may_be_that_of_the_settings(
    named: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    settings = Path(places.settings_file())
    settings.parent.mkdir(parents=True)
    asked = {"COMP_WORDS": "retrovue source show ", "COMP_CWORD": "3"}
    for text, fits in ((f"db = '{named.db}'", True), ("db = ", False)):
        settings.write_text(text, encoding="utf-8")
        run = named(env={"_RETROVUE_COMPLETE": "bash_complete", **asked})
        assert (run.code, run.err, "plain,My Plex" in run.out) == (0, "", fits)


def test_a_source_that_is_being_written_fits_once_it_is_committed(named: Cli) -> None:
    with closing(sqlite3.connect(named.db, isolation_level=None)) as script:
        script.execute("BEGIN IMMEDIATE")
        script.execute("UPDATE sources SET name = 'Your Plex' WHERE name = 'My Plex'")
        assert "My Plex" in offered(named, "source", "show", "")
        script.execute("COMMIT")
        assert "Your Plex" in offered(named, "source", "show", "")


# -- files that cannot be read, and are left as they are -------------------------------------------


def _empty(db: Path) -> None:
    db.write_bytes(b"")


def _damaged(db: Path) -> None:
    db.write_bytes(db.read_bytes()[:100] + b"\xff" * 20_000)


def _no_database(db: Path) -> None:
    db.write_text("not a database")


def _folder(db: Path) -> None:
    db.unlink()
    db.mkdir()


def _older(db: Path) -> None:
    _numbered(db, 5)


def _newer(db: Path) -> None:
    _numbered(db, 5000)


def _foreign(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("PRAGMA application_id = 1")


def _numbered(db: Path, version: int) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def _left(home: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.name: (path.stat().st_mtime_ns, b"" if path.is_dir() else path.read_bytes())
        for path in home.iterdir()
    }


@pytest.mark.parametrize(
    "make",
    [Path.unlink, _empty, _damaged, _no_database, _folder, _older, _newer, _foreign],
    ids=lambda make: make.__name__.strip("_"),
)
def test_a_file_that_is_none_of_ours_gives_no_names(named: Cli, make: object) -> None:
    assert callable(make)
    make(named.db)
    before = _left(named.home)
    assert offered(named, "source", "show", "") == []
    assert offered(named, "source", "update", "My Plex", "--n") == ["--name", "--no-probe",
                                                                    "--no-backup"]  # fmt: skip
    assert _left(named.home) == before


def test_a_locked_file_is_not_waited_for(named: Cli) -> None:
    named.run_sql("PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(named.db, isolation_level=None)) as script:
        script.execute("BEGIN EXCLUSIVE")
        script.execute("UPDATE sources SET name = name || '!'")
        assert offered(named, "source", "show", "") == []


def test_names_are_read_without_a_trace(named: Cli) -> None:
    before = _left(named.home)
    assert len(offered(named, "source", "show", "")) == len(NAMES)
    assert _left(named.home) == before


# -- plugins ---------------------------------------------------------------------------------------

FAILS = "raise SystemExit('loaded')"


def test_the_command_of_a_plugin_fits_and_is_not_loaded(cli: Cli) -> None:
    plugins.install(cli.site, "extra", FAILS, group="retrovue.commands", value="extra:command")
    assert offered(cli, "ex") == ["extra"]
    assert offered(cli, "--no-plugin", "extra", "ex") == []
    assert offered(cli, "extra", "--h") == ["--help"]


def test_the_type_of_a_plugin_fits_and_is_not_loaded(cli: Cli) -> None:
    plugins.install(cli.site, "tapes", FAILS)
    types = ("source", "add", "--type", "")
    assert offered(cli, *types) == ["filesystem", "plex", "tapes"]
    assert offered(cli, *types, RETROVUE_PLUGINS="") == ["filesystem", "plex"]


def test_the_options_of_a_plugin_are_those_that_its_sources_have(cli: Cli) -> None:
    cli.make_empty()
    cli.run_sql("""
        INSERT INTO sources (external_id, type, identity, name, config)
        VALUES ('tapes-00000001', 'tapes', 'x', 'Tapes', '{"shelf_name": "a", "rewind": true}')""")
    cli.run_sql("INSERT INTO source_secrets VALUES (1, 'shelf_key', 'env:KEY')")
    assert offered(cli, "source", "add", "--type", "tapes", "--sh") == ["--shelf-key",
                                                                        "--shelf-name"]  # fmt: skip
    assert offered(cli, "source", "update", "--no-rewind", "tapes", "--shelf-n") == ["--shelf-name"]


def test_options_that_only_a_foreign_hand_can_have_written_are_left_out(cli: Cli) -> None:
    cli.make_empty()
    cli.run_sql("""
        INSERT INTO sources (external_id, type, identity, name, config)
        VALUES ('tapes-00000001', 'tapes', 'x', 'Tapes',
                '{"json": 1, "name": 1, "a b": 1, "": 1, "--x": 1, "shelf": 1}')""")
    fits = offered(cli, "source", "add", "--type", "tapes", "--")
    assert fits == [*offered(cli, "source", "add", "--")[:-1], "--shelf", "--help"][1:]


@pytest.mark.parametrize(
    ("given", "fits"),
    [((), [*COMMANDS]), (("db",), ["path", "info"]), (("stats",), []), (("db", "info"), [])],
)
def test_a_command_may_be_an_argument(given: tuple[str, ...], fits: list[str]) -> None:
    argument = click.Argument(["words"], nargs=-1, metavar="[COMMAND]...")
    ctx = click.Context(
        click.Command("schema", params=[argument]),
        parent=click.Context(root, info_name="retrovue", resilient_parsing=True),
        resilient_parsing=True,
    )
    ctx.params["words"] = given
    offering = values.offering(argument)
    found = [item.value for item in offering.shell_complete(ctx, "")]
    assert found[: len(fits) or None] == fits


# -- the protocol of each shell --------------------------------------------------------------------


def test_zsh_and_fish_are_told_what_a_name_is(named: Cli) -> None:
    zsh = ask(named, "source", "show", "Film", shell="zsh")
    assert zsh.out == (
        "plain\nFilm\\: Noir\nfilesystem, filesystem-00000001\n"
        "plain\nFilm\\: Red\nfilesystem, filesystem-00000002\n"
    )
    fish = ask(named, "source", "show", "It", shell="fish")
    assert fish.out == "plain,It's, all\tfilesystem, filesystem-00000004\n"


def test_zsh_and_fish_are_given_the_flag_again_that_a_value_is_typed_behind(named: Cli) -> None:
    told = "filesystem, filesystem-00000000"
    zsh = ask(named, "asset", "list", "--source=My", shell="zsh")
    assert zsh.out == f"plain\n--source=My Plex\n{told}\n"
    fish = ask(named, "asset", "list", "--source=My", shell="fish")
    assert fish.out == f"plain,--source=My Plex\t{told}\n"


@pytest.mark.parametrize(
    "instruction", ["nonsense", "bash_nonsense", "cmd_complete", "bash_complete"]
)
def test_an_instruction_that_is_none_ends_in_1_and_says_nothing(cli: Cli, instruction: str) -> None:
    assert cli(env={"_RETROVUE_COMPLETE": instruction}) == (1, "", "")


# -- the scripts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_clicks_with_what_to_do_at_its_head(cli: Cli, shell: str) -> None:
    script = cli.ok("completion", shell).out
    own = cli(env={"_RETROVUE_COMPLETE": f"{shell}_source"})
    assert (own.code, own.err) == (0, "")
    comments = [line for line in script.splitlines() if line.startswith("# ")]
    assert script.replace("".join(f"{line}\n" for line in comments), "") == own.out.rstrip() + "\n"
    assert f"#   retrovue completion {shell} > {SHELLS[shell].file}" in comments
    assert f"#   {SHELLS[shell].line}" in comments
    assert not cli.db.exists()


def test_the_script_of_zsh_begins_as_zsh_wants_it(cli: Cli) -> None:
    assert cli.ok("completion", "zsh").out.startswith("#compdef retrovue\n#")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_takes_its_script(cli: Cli, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    words = [shell, "--no-execute"] if shell == "fish" else [shell, "-n"]
    script = cli.ok("completion", shell).out
    done = subprocess.run(words, input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_shell_it_says_what_to_type_for_that_of_the_user(cli: Cli) -> None:
    zsh = cli.ok("completion", env={"SHELL": "/usr/bin/zsh"})
    assert zsh.out == (
        'zsh: this line in ~/.zshrc: eval "$(retrovue completion zsh)"\n'
        "  Or as a file; the script says how: retrovue completion zsh\n"
    )
    other = cli.ok("completion", env={"SHELL": "/bin/csh"})
    assert [line.partition(":")[0] for line in other.out.splitlines()[::2]] == [*SHELLS]


def test_completion_as_json(cli: Cli) -> None:
    told = cli.json("completion", "bash")
    assert told == {
        "status": "success",
        "shell": "bash",
        "script": cli.ok("completion", "bash").out,
        "shells": [{"shell": name, **how._asdict()} for name, how in SHELLS.items()],
    }
    assert cli.json("completion", env={"SHELL": "/bin/bash"})["shell"] == "bash"
    assert cli.json("completion", env={"SHELL": "/bin/csh"})["shell"] is None


def test_a_shell_that_is_unknown_is_a_usage_error(cli: Cli) -> None:
    run = cli("completion", "csh", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "usage")


# -- bash itself -----------------------------------------------------------------------------------

# (what is typed up to TAB, what bash takes for the text to be replaced, what it is given)
TYPED = [
    ("source show My", "My", ["My\\ Plex"]),
    ("source show My\\ P", "My\\ P", ["My\\ Plex"]),
    ("source show 'My P", "My P", ["My Plex"]),
    ('source show "my', "my", ["My Plex"]),
    ("source show Film:\\ N", "\\ N", ["\\ Noir"]),
    ("source show Film", "Film", ["Film:\\ Noir", "Film:\\ Red"]),
    ('source show "Film: R', "Film: R", ["Film: Red"]),
    ("source show Say", "Say", ['Say\\ \\"hi\\"\\ \\$HOME\\ \\`x\\`']),
    ('source show "Say', "Say", ['Say \\"hi\\" \\$HOME \\`x\\`']),
    ("source show It", "It", ["It\\'s,\\ all"]),
    ("source show 'It", "It", ["It'\\''s, all"]),
    ("source show Ün", "Ün", ["Ünïcode\\ é"]),
    ("source show back", "back", ["back\\\\slash"]),
    ("asset list --source=My", "My", ["My\\ Plex"]),
    ("asset list --source=Film:\\ R", "\\ R", ["\\ Red"]),
    ("asset list --source=My", "--source=My", ["--source=My\\ Plex"]),
    ("source sh", "sh", ["show"]),
]


def test_bash_inserts_names_as_one_word(named: Cli) -> None:
    (named.home / "script").write_text(named.ok("completion", "bash").out, encoding="utf-8")
    lines = ["source ./script"]
    for typed, text, _ in TYPED:
        line = f"retrovue {typed}"
        lines += [
            f"COMP_LINE={shlex.quote(line)} COMP_POINT={len(line)}",
            f"_retrovue_completion retrovue {shlex.quote(text)}",
            "printf '%s\\n' \"${COMPREPLY[@]}\" ''",
        ]
    done = subprocess.run(
        ["bash", "--norc", "--noprofile"],
        input="\n".join(lines),
        cwd=named.home,
        env=program.environment(named, LC_ALL="C.UTF-8"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    given = [block.split("\n") for block in done.stdout.removesuffix("\n\n").split("\n\n")]
    assert given == [fits for _, _, fits in TYPED]


def test_a_user_of_bash_completes_a_name_with_blanks(named: Cli) -> None:
    (named.home / "script").write_text(named.ok("completion", "bash").out, encoding="utf-8")
    env = {**program.environment(named, LC_ALL="C.UTF-8"), "PS1": "$ ", "TERM": "dumb"}
    run = on_terminal(
        ["bash", "--norc", "--noprofile", "-i"],
        env,
        [
            ("$ ", f"source {shlex.quote(str(named.home / 'script'))}\n"),
            ("$ ", "retrovue collection list --json --source m\t"),
            ("My\\ Plex ", "\n"),
            ("$ ", "exit\n"),
        ],
    )
    assert run.code == 0
    assert [c["name"] for c in json.loads(run.out)["collections"]] == ["Movies", "TV: Shows"]
