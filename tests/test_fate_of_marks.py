"""Marks and edits through all that can happen to media, sources and the file: none is lost, and
none is ever on another work.

RETROVUE_LONG_RUN is for how many long runs, which take minutes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from support.cli import Cli

LONG = bool(os.environ.get("RETROVUE_LONG_RUN"))
# works of every sort, told apart by name: what each file is called, {} its version
WORKS = (
    ("Movies", "Alien (1979)", "Alien (1979){}.mkv"),
    ("Movies", "Alien (1986)", "Alien (1986){}.mkv"),
    ("Movies", "Heat (1995) {imdb-tt0113277}", "Heat (1995) {imdb-tt0113277}{}.mkv"),
    ("Movies", "Heat (1995) {imdb-tt0000001}", "Heat (1995) {imdb-tt0000001}{}.mkv"),
    ("Movies", "Reel (1964) {edition-Restored}", "Reel (1964) {edition-Restored}{}.mkv"),
    ("Movies", "Reel (1964)", "Reel (1964){}.mkv"),
    ("TV Shows", "Lost (2004)/Season 01", "Lost (2004) - S01E01{}.mkv"),
    ("TV Shows", "Lost (2004)/Season 01", "Lost (2004) - S01E02{}.mkv"),
    ("TV Shows", "Lost (1999)/Season 01", "Lost (1999) - S01E01{}.mkv"),
    ("Music", "Pond/Tides (1990)", "01 - Ebb{}.flac"),
    ("Music", "Pond/Tides (1990)", "02 - Flow{}.flac"),
)
WORK = st.integers(0, len(WORKS) - 1)
PLACES = ("one", "two")  # two sources; a work may be in both


class Fate(RuleBasedStateMachine):
    """Media in two trees, and what was said of which work."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="retrovue-fate-"))
        self.cli = Cli(self.home / "db")
        self.files: dict[tuple[str, int], Path] = {}
        self.added: set[str] = set()
        self.marks: dict[int, dict[str, Any]] = {}
        self.count = 0
        for place in PLACES:
            for top in ("Movies", "TV Shows", "Music"):
                (self.home / place / top).mkdir(parents=True)
            for number in range(0, len(WORKS), 2 if place == "two" else 1):
                self._put(place, number)
            self._add(place)
        self._settle()

    def teardown(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    def _put(self, place: str, number: int, version: str = "") -> None:
        self.count += 1
        top, folder, name = WORKS[number]
        path = self.home / place / top / folder / name.replace("{}.", f"{version}.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{self.count} " * self.count, encoding="utf-8")
        self.files[place, number] = path

    def _add(self, place: str) -> None:
        self.cli.ok("quickstart", self.home / place)
        self.added.add(place)

    def _settle(self) -> None:
        for place in sorted(self.added):
            run = self.cli("source", "ingest", place, "--allow-missing", "--json")
            assert run.code == 0, run.everything
        self._look()

    def _ids(self, number: int) -> dict[str, int]:
        """The assets of a work that are there, by their source."""
        found = {}
        for (place, other), path in self.files.items():
            if other == number and place in self.added:
                rows = self.cli.rows(
                    "SELECT asset_id FROM media WHERE local_path = :path AND missing_since IS NULL",
                    path=str(path),
                )
                if rows:
                    found[place] = int(rows[0][0])
        return found

    def _look(self) -> None:
        """Each mark is there, on its own work alone, and on it wherever it is."""
        said = self.cli.json("asset", "marks")["marks"]
        by_note = {each["note"]: each for each in said}
        assert by_note.keys() == {f"of {number}" for number in self.marks}
        present = {id_: n for n in range(len(WORKS)) for id_ in self._ids(n).values()}
        for number, due in self.marks.items():
            one = by_note[f"of {number}"]
            assert (one["rating"], one["edits"]) == (due["rating"], due["edits"])
            on = [id_ for id_ in one["assets"] if id_ in present]
            assert {present[id_] for id_ in on} <= {number}, (WORKS[number], one)
            assert sorted(on) == sorted(self._ids(number).values()), (WORKS[number], one)
            for id_ in on:
                for field, value in due["edits"].items():
                    shown = self.cli.rows(f"SELECT {field} FROM assets WHERE id = :id", id=id_)
                    assert shown == [(value,)]

    @rule(number=WORK, rating=st.integers(0, 10))
    def mark(self, number: int, rating: int) -> None:
        ids = self._ids(number)
        if ids:
            self.cli.ok("asset", "mark", str(min(ids.values())), "--note", f"of {number}",
                        "--rating", str(rating))  # fmt: skip
            self.marks[number] = {"rating": rating,
                                  "edits": self.marks.get(number, {}).get("edits", {})}  # fmt: skip

    @rule(number=WORK, title=st.sampled_from(("Mine", "Alien", "Heat", "Ebb")))
    def edit(self, number: int, title: str) -> None:
        ids = self._ids(number)
        if ids and number in self.marks:
            self.cli.ok("asset", "edit", str(max(ids.values())), "--title", title)
            self.marks[number]["edits"] = {"title": title}

    @rule(number=WORK)
    def unset(self, number: int) -> None:
        ids = self._ids(number)
        if ids and self.marks.get(number, {}).get("edits"):
            self.cli.ok("asset", "edit", str(min(ids.values())), "--unset", "title")
            self.marks[number]["edits"] = {}

    @rule(place=st.sampled_from(PLACES), number=WORK)
    def upgrade(self, place: str, number: int) -> None:
        if (place, number) in self.files:
            self.files[place, number].unlink()
            self._put(place, number, "" if number >= 9 else " - 2160p")
            self._settle()

    @rule(place=st.sampled_from(PLACES), number=WORK, purged=st.booleans())
    def remove(self, place: str, number: int, *, purged: bool) -> None:
        if (place, number) in self.files:
            self.files.pop((place, number)).unlink()
            self._settle()
            if purged:
                self.cli.ok("asset", "purge", "--force", "--no-backup")
                self._look()

    @rule(place=st.sampled_from(PLACES), number=WORK)
    def put(self, place: str, number: int) -> None:
        if (place, number) not in self.files:
            self._put(place, number)
            self._settle()

    @rule(place=st.sampled_from(PLACES), number=WORK)
    def move(self, place: str, number: int) -> None:
        path = self.files.get((place, number))
        if path is not None and number < 6:
            self.count += 1
            other = self.home / place / "Movies" / f"Sorted {self.count}" / path.parent.name
            other.mkdir(parents=True)
            self.files[place, number] = path.rename(other / path.name)
            self._settle()

    @rule(place=st.sampled_from(PLACES))
    def wipe(self, place: str) -> None:
        if place in self.added:
            self.cli.ok("collection", "wipe", f"{place}/Movies", "--force", "--no-backup")
            self._look()
            self._settle()

    @rule(place=st.sampled_from(PLACES))
    def delete_and_add(self, place: str) -> None:
        if place in self.added:
            self.cli.ok("source", "delete", place, "--force", "--no-backup")
            self.added.discard(place)
            self._look()
        elif any(of == place for of, _ in self.files):
            self._add(place)
            self._settle()

    @rule()
    def back_up_and_restore(self) -> None:
        copy = self.home / f"copy{self.count}.db"
        self.count += 1
        self.cli.ok("db", "backup", copy, "--without-secrets")
        self.cli.run_sql("DELETE FROM marks")
        self.cli.ok("db", "restore", copy, "--force")
        self._look()

    @rule()
    def a_script_deletes_assets(self) -> None:
        self.cli.run_sql("DELETE FROM assets WHERE id % 2 = 0")
        self._settle()

    @invariant()
    def nothing_is_broken(self) -> None:
        assert self.cli("db", "check").code == 0


TestFate = Fate.TestCase
TestFate.settings = settings(
    max_examples=int(os.environ.get("RETROVUE_LONG_RUN", 2)),
    stateful_step_count=30 if LONG else 10,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)
