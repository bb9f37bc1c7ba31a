"""Ingests of single folders, in any order, and then of all: the same as of all at once."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.cli import Cli
from support.media import LONG_AGO, Library, settle
from support.survival import THOROUGH

PATHS = (
    "Movies/Loose (1950).mkv",
    "Movies/Loose (1950).nfo",
    "Movies/Alien (1979)/Alien (1979) - 1080p.mkv",
    "Movies/Alien (1979)/Alien (1979) - 480p.avi",
    "Movies/Alien (1979)/movie.nfo",
    "Movies/Alien (1979)/Alien (1979) - 1080p.en.srt",
    "Movies/Alien (1979)/Subs/2_English.srt",
    "Movies/Alien (1979)/Extras/Making of.mkv",
    "Movies/Alien (1979)/Trailers/Alien-trailer.mkv",
    "Movies/Heat (1995)/CD1/Heat (1995) cd1.avi",
    "Movies/Heat (1995)/CD2/Heat (1995) cd2.avi",
    "Movies/Heat (1995)/CD1/Subs/Heat (1995) cd1.srt",
    "Movies/Box (1999)/VIDEO_TS/VTS_01_1.VOB",
    "Movies/Box (1999)/VIDEO_TS/VTS_01_2.VOB",
    "Movies/Sagas/Part One (2001)/Part One (2001).mkv",
    "Movies/Sagas/Part Two (2002)/Part Two (2002).mkv",
    "Movies/Sagas/.plexignore",
    "Movies/.hidden/Secret (2003).mkv",
    "Movies/Left/.ignore",
    "Movies/Left/Out (2004)/Out (2004).mkv",
    "TV Shows/Signal (2003)/Season 01/Signal - S01E01 - Carrier.mkv",
    "TV Shows/Signal (2003)/Season 01/Signal - S01E02 - Static.mkv",
    "TV Shows/Signal (2003)/Season 01/Extras/Blooper.mkv",
    "TV Shows/Signal (2003)/Season 02/Signal - S02E01.mkv",
    "TV Shows/Signal (2003)/Specials/Signal - S00E01 - Pilot.mkv",
    "TV Shows/Signal (2003)/tvshow.nfo",
    "Music/The Cards/Bars (1979)/Disc 1/01 - Ident.flac",
    "Music/The Cards/Bars (1979)/Disc 2/01 - Close.flac",
)
ALWAYS = ("Movies/Base (1940)/Base (1940).mkv", "TV Shows/B (1)/S01E01.mkv", "Music/B/B/01 - B.mp3")
_STATE = """
    SELECT a.external_id, a.kind, a.title, a.series, a.season, a.episode, a.artist, a.album,
           a.track, a.disc, a.year, a.edition, a.guids, a.metadata, a.fingerprint,
           a.missing_since IS NOT NULL, d.path, d.fingerprint, film.external_id,
           f.relative_path, f.version, f.part, f.size_bytes, s.kind, s.language, s.path
      FROM assets AS a
      LEFT JOIN folders AS d ON d.id = a.folder_id
      LEFT JOIN assets AS film ON film.id = a.extra_of
      LEFT JOIN asset_files AS f ON f.asset_id = a.id
      LEFT JOIN asset_streams AS s ON s.asset_file_id = f.id
     ORDER BY a.external_id, f.relative_path, s.path"""
_FOLDERS = "SELECT path, fingerprint, assets FROM folders ORDER BY path"


def _write(root: Path, path: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    number = (*PATHS, *ALWAYS).index(path)
    text = {".nfo": "https://www.imdb.com/title/tt0078748/", ".plexignore": "Part Two*\n"}
    empty = path.endswith("/.ignore")
    file.write_text("" if empty else text.get(file.suffix or file.name, "x" * (number + 1)))
    os.utime(file, (LONG_AGO + number, LONG_AGO + number))


def _state(cli: Cli) -> list[list[tuple[Any, ...]]]:
    return [cli.rows(_STATE), cli.rows(_FOLDERS)]


def _folders(root: Path) -> list[Path]:
    return sorted(Path(folder) for folder, _, _ in os.walk(root) if Path(folder) != root)


def _ingest_folder(library: Library, folder: Path) -> dict[str, Any]:
    top = folder.relative_to(library.root).parts[0]
    run = library.cli("collection", "ingest", top, "--path", folder, "--json")
    assert run.code == 0, run.everything
    stats: dict[str, Any] = run.json["totals"]
    assert not stats["missing"]
    return stats


def _copy(library: Library, folder: Path) -> Library:
    """The same library with a catalogue of its own, as it is now."""
    folder.mkdir()
    shutil.copy(library.cli.db, folder / "retrovue.db")
    copy = object.__new__(Library)
    copy.cli, copy.root = Cli(folder), library.root
    return copy


def _home() -> Any:
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None  # many small commits
    return tempfile.TemporaryDirectory(prefix="retrovue-tests-", dir=memory)


ANY = settings(
    max_examples=200 if THOROUGH else 8, deadline=None, suppress_health_check=list(HealthCheck)
)


@ANY
@given(st.data())
def test_folders_one_by_one_and_then_all_are_as_all_at_once(data: st.DataObject) -> None:
    with _home() as home:
        root = Path(home) / "media"
        for path in (*ALWAYS, *data.draw(st.lists(st.sampled_from(PATHS), unique=True))):
            _write(root, path)
        settle(root)
        library = Library(Cli(Path(home)), root)
        at_once = _copy(library, Path(home) / "at once")
        at_once.ingest()
        folders = _folders(root)
        for folder in data.draw(st.lists(st.sampled_from(folders), max_size=6)):
            _ingest_folder(library, folder)
        by_folders = library.cli.rows("SELECT count(*) FROM assets")[0][0]
        how = data.draw(st.sampled_from([(), ("--quick",)]))
        stats = library.stats(*how)
        every = at_once.cli.rows("SELECT count(*) FROM assets")[0][0]
        assert (stats.get("added", 0), stats.get("unchanged", 0)) == (
            every - by_folders,
            by_folders,
        )
        assert _state(library.cli) == _state(at_once.cli)


@ANY
@given(st.data())
def test_after_any_changes_too(data: st.DataObject) -> None:
    with _home() as home:
        root = Path(home) / "media"
        paths = data.draw(st.lists(st.sampled_from(PATHS), unique=True, min_size=4))
        for path in (*ALWAYS, *paths):
            _write(root, path)
        library = Library(Cli(Path(home)), root)
        library.ingest()
        for _ in range(data.draw(st.integers(1, 4))):
            _change(data, root)
        settle(root)
        at_once = _copy(library, Path(home) / "at once")
        at_once.ingest("--allow-missing")
        for folder in data.draw(st.lists(st.sampled_from(_folders(root)), max_size=4)):
            _ingest_folder(library, folder)
        library.ingest("--allow-missing")
        assert _state(library.cli) == _state(at_once.cli)


def _change(data: st.DataObject, root: Path) -> None:
    """Move, copy, delete or add a file or a folder."""
    inner = [p for p in sorted(root.rglob("*")) if len(p.relative_to(root).parts) > 1]
    inner = [p for p in inner if str(p.relative_to(root)) not in ALWAYS and "B" not in p.parts]
    how = data.draw(st.sampled_from(["move", "copy", "delete", "add"]))
    if how == "add" or not inner:
        _write(root, data.draw(st.sampled_from(PATHS)))
        return
    chosen = data.draw(st.sampled_from(inner))
    if how == "delete":
        chosen.unlink() if chosen.is_file() else shutil.rmtree(chosen)
        return
    top = root / chosen.relative_to(root).parts[0]
    into = [p for p in _folders(top) if not p.is_relative_to(chosen)] or [top]
    target = data.draw(st.sampled_from([*into, top])) / data.draw(
        st.sampled_from([chosen.name, f"New {chosen.name}"])
    )
    if target.exists() or (how == "copy" and not chosen.is_file()):
        return
    if how == "copy":
        shutil.copy2(chosen, target)
    else:
        os.rename(chosen, target)
