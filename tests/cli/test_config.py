"""Settings: what is set and by what, what counts before what, and a file that is wrong."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from retrovue.cli import places
from support.cli import Cli
from support.media import write


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of the test's own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def _settings(text: str) -> Path:
    path = Path(places.settings_file())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _plain(cli: Cli) -> Cli:
    """The command without `--db`."""
    return PlainCli(cli.home)


class PlainCli(Cli):
    def __call__(self, *words, env=None):  # type: ignore[no-untyped-def]
        from retrovue.testing import in_process
        from support.cli import Run, _environment

        with _environment(env or {}):
            return Run(*in_process.run([*map(str, words)]))


def _library(tmp_path: Path, *names: str) -> Path:
    write(tmp_path / "Media", *names)
    return tmp_path / "Media"


# -- where the catalogue is -------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_the_catalogue_is_in_the_data_folder(cli: Cli, home: Path) -> None:
    usual = home / ".local/share/retrovue/retrovue.db"
    run = _plain(cli)("db", "path")
    assert (run.code, run.out, run.err) == (0, f"{usual}\n", "")
    _plain(cli).ok("quickstart", _library(cli.home, "Films/Harbour (1951).mkv"))
    assert usual.stat().st_mode & 0o777 == 0o600
    assert usual.parent.stat().st_mode & 0o777 == 0o700
    assert _plain(cli)("db", "check").code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_the_data_folder_is_that_of_xdg(cli: Cli, tmp_path: Path) -> None:
    there = tmp_path / "data"
    run = _plain(cli)("db", "path", env={"XDG_DATA_HOME": str(there)})
    assert run.out == f"{there}/retrovue/retrovue.db\n"
    relative = _plain(cli)("db", "path", env={"XDG_DATA_HOME": "data"})
    assert relative.out == f"{os.environ['HOME']}/.local/share/retrovue/retrovue.db\n"


def test_a_catalogue_in_the_earlier_place_is_found(cli: Cli) -> None:
    cli.make_empty()
    earlier = Path(places.earlier_catalogue())
    earlier.parent.mkdir(parents=True)
    shutil.copy(cli.db, earlier)
    plain = _plain(cli)
    assert plain("db", "path").out == f"{earlier}\n"
    assert plain.json("config")["catalogue"] == {
        "path": str(earlier), "exists": True, "from": "earlier",
    }  # fmt: skip
    assert plain("source", "list").out == "No sources yet. Add one: retrovue source add --help\n"


def test_of_two_the_new_place_counts_and_config_tells_of_the_other(cli: Cli) -> None:
    cli.make_empty()
    earlier = Path(places.earlier_catalogue())
    usual = places.default_catalogue()
    for place in (Path(usual), earlier):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(cli.db, place)
    run = _plain(cli)("config")
    assert f"Catalogue:   {usual}\n" in run.out
    assert run.err == (
        f"Warning: {earlier}, where earlier versions kept it, is another catalogue and is not"
        " used\n"
    )


def test_option_counts_before_environment_before_file_before_default(
    cli: Cli, tmp_path: Path
) -> None:
    plain = _plain(cli)
    named = {word: tmp_path / f"{word}.db" for word in ("option", "environment", "file")}
    env = {"RETROVUE_DB": str(named["environment"])}

    def used(*words: object, env: dict[str, str] | None = None) -> tuple[str, str]:
        catalogue = plain.json(*words, "config", env=env)["catalogue"]
        return catalogue["path"], catalogue["from"]

    assert used() == (places.default_catalogue(), "default")
    _settings(f"db = '{named['file']}'\n")
    assert used() == (str(named["file"]), "file")
    assert used(env=env) == (str(named["environment"]), "environment")
    assert used("--db", named["option"], env=env) == (str(named["option"]), "option")
    hint = plain("source", "list").err.splitlines()[1]
    assert hint == "  Make one of a folder of media: retrovue quickstart DIR"


def test_db_of_the_file_is_read_from_the_folder_of_the_file_and_from_home(
    cli: Cli, home: Path
) -> None:
    path = _settings("db = 'films.db'\n")
    assert _plain(cli)("db", "path").out == f"{path.parent / 'films.db'}\n"
    _settings("db = '~/films.db'\n")
    assert _plain(cli)("db", "path").out == f"{home / 'films.db'}\n"


# -- defaults of options ----------------------------------------------------------------------


def _films(cli: Cli) -> None:
    cli.ok("quickstart", _library(cli.home, *(f"Films/{n}/{n} (1951).mkv" for n in "ABC")))


def _titles(cli: Cli, *words: object) -> list[str]:
    return [asset["title"] for asset in cli.json("asset", "list", *words)["assets"]]


def test_a_default_of_the_file_counts_until_the_option_is_given(cli: Cli) -> None:
    _films(cli)
    assert _titles(cli) == ["A", "B", "C"]
    _settings("[asset.list]\nlimit = 1\n")
    assert _titles(cli) == ["A"]
    assert _titles(cli, "--limit", 2) == ["A", "B"]
    _settings("[asset.list]\nsort = 'title'\n")
    assert _titles(cli) == ["A", "B", "C"]


def test_flags_are_keys_as_they_are_typed_or_with_underscores(cli: Cli) -> None:
    _films(cli)
    _settings("[source.ingest]\nkeep-going = true\nquick = true\n")
    settings = cli.json("config")["settings"]
    assert [s["name"] for s in settings if s["from"] == "file"] == [
        "source.ingest.keep-going", "source.ingest.quick",
    ]  # fmt: skip


def test_options_before_the_noun_stand_at_the_top_of_the_file(cli: Cli) -> None:
    _films(cli)
    _settings("quiet = true\n")
    assert cli("source", "ingest", "Media") == (0, "", "")


def test_a_value_that_does_not_fit_names_the_file(cli: Cli) -> None:
    _films(cli)
    path = _settings("[asset.list]\nlimit = 'many'\n")
    run = cli("asset", "list")
    assert run.code == 1
    assert run.error.startswith("Error: Invalid value for '--limit': 'many' is not a valid integer")
    assert f"  It is set in {path}.\n" in run.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[asset.list]\nlimitt = 1\n", "asset.list.limitt: there is no such option"),
        ("[asset.lst]\nlimit = 1\n", "asset.lst: there is no such command"),
        ("[aset.list]\nlimit = 1\n", "aset: there is no such command"),
        ("limit = 1\n", "limit: there is no such option"),
        ("asset = 1\n", "asset: there is no such option"),
        ("[asset]\nlist = 1\n", "asset.list: must be a table, as [asset.list]"),
        ("[asset.list]\nforce = true\n", "asset.list.force: must be said each time"),
        ("[asset.list]\njson = true\n", "asset.list.json: must be said each time"),
        ("[asset.list]\nformat = 'json'\n", "asset.list.format: must be said each time"),
        (
            "[asset.list]\nlimit = [1]\n",
            "asset.list.limit: must be a text, a number, true or false",
        ),
        (
            "[asset.list]\nlimit = 1979-05-27\n",
            "asset.list.limit: must be a text, a number, true or false",
        ),
        ("[db.backup]\nanonymise = true\n", "db: must be the path of the catalogue"),
    ],
)
def test_a_key_that_sets_nothing_is_a_warning(cli: Cli, text: str, says: str) -> None:
    _films(cli)
    path = _settings(text)
    run = cli("asset", "list")
    assert (run.code, run.err) == (0, f"Warning: {path}: {says}\n")
    assert cli("config").err == f"Warning: {path}: {says}\n"


def test_what_destroys_or_believes_is_never_a_default(cli: Cli) -> None:
    _films(cli)
    path = _settings("[source.ingest]\nallow_missing = true\n[source.delete]\nforce = true\n")
    for film in (cli.home / "Media/Films").iterdir():
        shutil.rmtree(film)
    run = cli("source", "ingest", "Media")
    assert run.code == 1
    assert run.err.startswith(f"Warning: {path}: source.ingest.allow_missing: must be said each")
    assert cli("source", "delete", "Media").code == 1
    assert cli.rows("SELECT count(*) FROM assets WHERE missing_since IS NULL") == [(3,)]


@pytest.mark.parametrize(
    "key",
    ["source.update.rebind", "source.ingest.all", "source.delete.no_backup",
     "collection.wipe.no_backup", "collection.ingest.path", "collection.update.sync_disable",
     "asset.mark.no_note", "asset.edit.title", "history.prune.no_backup"],
)  # fmt: skip
def test_of_what_writes_only_how_it_goes_on_can_be_a_default(cli: Cli, key: str) -> None:
    noun, verb, option = key.split(".")
    path = _settings(f"[{noun}.{verb}]\n{option} = true\n")
    run = cli("config", "--json")
    assert [s for s in run.json["settings"] if s["from"] == "file"] == []
    assert run.err.startswith(f"Warning: {path}: {key}: ")


def test_a_pipe_in_its_place_is_not_waited_for(cli: Cli) -> None:
    path = Path(places.settings_file())
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    run = cli("source", "list")
    assert (run.code, run.err.splitlines()[:2]) == (
        1, [f"Error: The settings cannot be read: {path}", "  it is not a file"],
    )  # fmt: skip
    assert cli("--version").code == 0


def test_a_mark_of_the_byte_order_is_no_trouble(cli: Cli) -> None:
    _films(cli)
    _settings("").write_bytes(b"\xef\xbb\xbf[asset.list]\nlimit = 1\n")
    assert _titles(cli) == ["A"]


def test_a_secret_in_the_file_is_told_of_and_not_shown(cli: Cli) -> None:
    path = _settings("[source.add]\ntoken = 'hunter2hunter2'\n")
    for run in (cli("config"), cli("config", "--json"), cli("source", "add", "--name", "X")):
        assert "hunter2" not in run.everything
        assert f"Warning: {path}: source.add.token: a secret does not belong here" in run.err


@pytest.mark.parametrize("content", [b"db = \n", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_a_file_that_cannot_be_read_fails_every_command_that_needs_it(
    cli: Cli, content: bytes
) -> None:
    _films(cli)
    path = _settings("")
    path.write_bytes(content)
    for words in (("source", "list"), ("config",), ("hook", "list")):
        run = cli(*words, "--json")
        assert (run.code, run.json["error"]["code"]) == (1, "settings_unreadable")
        assert run.json["error"]["message"] == f"The settings cannot be read: {path}"
    assert cli("config", "path") == (0, f"{path}\n", "")
    assert cli("--help").code == 0
    assert cli("source", "ingest", "--help").code == 0
    assert cli("--version").code == 0


def test_a_folder_in_its_place_is_an_error(cli: Cli) -> None:
    path = Path(places.settings_file())
    path.mkdir(parents=True)
    run = cli("source", "list")
    assert (run.code, run.error) == (1, f"Error: The settings cannot be read: {path}")


# -- config -----------------------------------------------------------------------------------


def test_config_says_what_is_set_and_by_what(cli: Cli) -> None:
    path = _settings("[source.ingest]\nkeep_going = true\n")
    run = cli("config", env={"RETROVUE_BUSY_TIMEOUT": "7", "NO_COLOR": None, "COLUMNS": None})
    assert (run.code, run.err) == (0, "")
    assert run.out == (
        f"Settings:    {path}\n"
        f"Catalogue:   {cli.db} (not there)\n"
        "  named by:  --db\n"
        "Hooks:       0\n"
        "\n"
        "SETTING                   VALUE  FROM\n"
        "RETROVUE_BUSY_TIMEOUT     7      environment\n"
        "source.ingest.keep_going  yes    file\n"
    )


def test_config_path_is_there_or_not(cli: Cli) -> None:
    path = places.settings_file()
    assert cli.json("config", "path") == {"status": "success", "path": path, "exists": False}
    _settings("")
    assert cli.json("config", "path") == {"status": "success", "path": path, "exists": True}
