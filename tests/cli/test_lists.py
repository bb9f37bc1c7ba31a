"""Saved lists: what fits at the moment when somebody looks, and a view of it for scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Cli


@pytest.fixture
def films(cli: Cli, tmp_path: Path) -> Cli:
    """Three films in a collection, the first of them lent."""
    for name in ("Alien (1979)", "Brazil (1985)", "Citizen Kane (1941)"):
        _film(tmp_path, name)
    assert cli("quickstart", str(tmp_path / "Movies")).code == 0
    assert cli("source", "ingest", "Movies").code == 0
    assert cli("asset", "mark", "Alien", "--tag", "lent").code == 0
    return cli


def _film(tmp_path: Path, name: str) -> Path:
    path = tmp_path / "Movies" / name / f"{name}.mkv"
    path.parent.mkdir(parents=True)
    path.write_bytes(name.encode())
    return path


def _titles(cli: Cli, name: str) -> list[str]:
    return [row["title"] for row in cli("list", "show", name, "--json").json["assets"]]


def _viewed(cli: Cli, view: str) -> list[str]:
    return [title for (title,) in cli.rows(f"SELECT title FROM {view} ORDER BY title")]


def test_a_list_stays_right_by_name_and_as_a_view(films: Cli, tmp_path: Path) -> None:
    run = films("list", "save", "Lent out", "tag:lent", "--json")
    assert run.json["list"]["view"] == "list_Lent_out"
    assert _titles(films, "lent OUT") == ["Alien"] == _viewed(films, "list_Lent_out")

    films("asset", "mark", "Brazil", "--tag", "Lent")
    films("asset", "mark", "Alien", "--untag", "LENT")

    assert _titles(films, "Lent out") == ["Brazil"] == _viewed(films, "list_Lent_out")


def test_its_words_years_and_places_are_those_of_asset_list(films: Cli, tmp_path: Path) -> None:
    films("list", "save", "old", "--year", "..1980", "--collection", "Movies", "--since", "3d")
    assert _titles(films, "old") == ["Alien", "Citizen Kane"] == _viewed(films, "list_old")
    films("list", "save", "kane", "citizen")
    assert _titles(films, "kane") == ["Citizen Kane"] == _viewed(films, "list_kane")
    _film(tmp_path, "Metropolis (1927)")
    films("source", "ingest", "Movies")
    assert _titles(films, "old") == ["Alien", "Citizen Kane", "Metropolis"]
    assert _viewed(films, "list_old") == ["Alien", "Citizen Kane", "Metropolis"]


def test_it_holds_through_another_name_of_its_source_and_one_that_is_added_again(
    films: Cli, tmp_path: Path
) -> None:
    films("list", "save", "mine", "--collection", "Movies/Movies")
    films("list", "save", "all", "--source", "Movies")
    assert films("source", "update", "Movies", "--name", "Disk").code == 0
    for name in ("mine", "all"):
        assert len(_titles(films, name)) == 3 == len(_viewed(films, f"list_{name}"))
    films("source", "update", "Disk", "--name", "Movies")
    films("source", "delete", "Movies", "--force")
    assert films("list", "show", "mine").code == 1
    films("quickstart", str(tmp_path / "Movies"))
    films("source", "ingest", "Movies")
    for name in ("mine", "all"):
        assert len(_titles(films, name)) == 3 == len(_viewed(films, f"list_{name}"))


def test_a_playlist_is_the_export_and_other_formats_are_asked_for(
    films: Cli, tmp_path: Path
) -> None:
    films("list", "save", "lent", "tag:lent")
    path = tmp_path / "Movies" / "Alien (1979)" / "Alien (1979).mkv"
    assert films("list", "export", "lent").out.splitlines() == [
        "#EXTM3U", "#EXTINF:-1,Alien", str(path),
    ]  # fmt: skip
    assert films("list", "export", "lent", "--format", "paths").out == f"{path}\n"
    moved = path.with_name("Alien (1979) 4K.mkv")
    path.rename(moved)
    films("source", "ingest", "Movies")
    assert films("list", "export", "lent").out.splitlines()[-1] == str(moved)


def test_a_name_that_is_taken_is_refused(films: Cli) -> None:
    films("list", "save", "a b", "tag:x")
    same = films("list", "save", "A B", "tag:y")
    assert (same.code, same.err) == (
        1, "Error: List 'a b' already exists\n  --force replaces it.\n",
    )  # fmt: skip
    clash = films("list", "save", "a_b", "tag:y")
    assert clash.code == 1
    assert "would be the view list_a_b, and there is a view of that name" in clash.err
    films.run_sql("CREATE TABLE list_mine (x)")
    assert "there is a table of that name" in films("list", "save", "mine", "tag:y").err
    assert films("list", "save", "A B", "tag:y", "--force").code == 0
    assert [each["filters"] for each in films("list", "show", "--json").json["lists"]] == [
        {"words": ["tag:y"]}
    ]


def test_a_deleted_list_says_how_it_comes_back(films: Cli) -> None:
    films("list", "save", "odd's", "tag:lent", "it's", "--year", "1979")
    run = films("list", "remove", "odd's")
    assert run.out.splitlines()[-1].endswith(
        """list save 'odd'"'"'s' tag:lent 'it'"'"'s' --year 1979"""
    )
    assert films.rows("SELECT name FROM sqlite_master WHERE name LIKE 'list\\_%' ESCAPE '\\'") == []
    assert films("list", "show", "odd's").code == 1


def test_nothing_is_left_of_a_dry_run(films: Cli) -> None:
    before = films.dump()
    assert films("list", "save", "x", "tag:y", "--dry-run").out.startswith("Would save list 'x'")
    assert films.dump() == before
    assert films("db", "check").code == 0


def test_a_check_takes_the_view_of_a_list_for_ours(films: Cli) -> None:
    films("list", "save", "x", "tag:y")
    run = films("db", "check", "--json")
    assert (run.code, run.json["findings"]) == (0, [])
    assert "list_x" not in run.out


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_a_name_must_be_one(films: Cli, name: str) -> None:
    assert films("list", "save", name, "tag:y").code == 1
    assert films("list", "save", "everything").code == 1


def test_a_collection_is_found_again_below_a_source_with_a_slash_in_its_name(
    films: Cli, tmp_path: Path
) -> None:
    films("source", "update", "Movies", "--name", "A/B")
    films("list", "save", "mine", "--collection", "A/B/Movies")
    films("source", "delete", "A/B", "--force")
    films("quickstart", str(tmp_path / "Movies"))
    films("source", "update", "Movies", "--name", "A/B")
    films("source", "ingest", "A/B")
    assert len(_viewed(films, "list_mine")) == 3
