"""Marks and edits through all that can happen to media, sources and the file: none is lost, and
none is ever on another work.

RETROVUE_LONG_RUN is for how many long runs, which take minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support import plugins
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
    ("TV Shows", "Lost (2004) {tvdb-73739}/Season 01", "Lost (2004) - S01E01{}.mkv"),
    ("TV Shows", "Lost (2004) {tvdb-73739}/Season 01", "Lost (2004) - S01E02{}.mkv"),
    ("TV Shows", "Lost (1999)/Season 01", "Lost (1999) - S01E01{}.mkv"),
    ("Music", "Pond/Tides (1990)", "01 - Ebb{}.flac"),
    ("Music", "Pond/Tides (1990)", "02 - Flow{}.flac"),
)
WORK = st.integers(0, len(WORKS) - 1)
# the same works as a server tells them: kind, title, and what else it says of them
TOLD: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("movie", "Alien", {"year": 1979, "guids": ("toys://alien",)}),
    ("movie", "Alien", {"year": 1986, "guids": ("toys://aliens",)}),
    ("movie", "Heat", {"year": 1995, "guids": ("imdb://tt0113277", "toys://heat")}),
    ("movie", "Heat", {"year": 1995, "guids": ("imdb://tt0000001",)}),
    ("movie", "Reel", {"year": 1964, "edition": "Restored", "guids": ("toys://reel",)}),
    ("movie", "Reel", {"year": 1964, "guids": ("toys://reel",)}),
    ("episode", "Pilot", {"series": "Lost", "year": 2004, "season": 1, "episode": 1,
                          "guids": ("tvdb://127131",)}),
    ("episode", "Tabula Rasa", {"series": "Lost", "year": 2004, "season": 1, "episode": 2,
                                "guids": ("tvdb://127132",)}),
    ("episode", "Pilot", {"series": "Lost", "year": 1999, "season": 1, "episode": 1}),
    ("track", "Ebb", {"artist": "Pond", "album": "Tides", "track": 1, "year": 1990}),
    ("track", "Flow", {"artist": "Pond", "album": "Tides", "track": 2, "year": 1990}),
)  # fmt: skip
FOLDERS = ("one", "two")
PLACES = (*FOLDERS, "server")  # three sources; a work may be in each
SERVER = """
    def identity(self):
        return self._told()["identity"]
    def discover(self):
        yield FoundCollection("things", "Things", locations=("/srv/things",))
    def scan(self, collection):
        for id, kind, title, path, size, more in self._told()["items"]:
            more["guids"] = tuple(more.get("guids", ()))
            yield FoundAsset(id, kind, title, (FoundFile(path, size_bytes=size),), path, **more)
    def _told(self):
        import json
        with open(TOLD, encoding="utf-8") as file:
            return json.load(file)
"""


class Fate(RuleBasedStateMachine):
    """Media in two trees and on a server, and what was said of which work."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="retrovue-fate-"))
        self.cli = Cli(self.home / "db")
        self.cli.make_empty()
        self.files: dict[tuple[str, int], Path] = {}
        self.added: set[str] = set()
        self.marks: dict[int, dict[str, Any]] = {}
        self.count = 0
        self.identity = 0
        self.ids = list(range(len(WORKS)))  # what the server calls each work
        told = self.home / "server.json"
        plugins.importer(self.cli.site, "toys", SERVER, f"TOLD = {str(told)!r}")
        (self.home / "server").mkdir()
        for top in ("Movies", "TV Shows", "Music"):
            for place in FOLDERS:
                (self.home / place / top).mkdir(parents=True)
        for each, place in enumerate(PLACES, 1):
            for number in range(0, len(WORKS), each):
                self._put(place, number)
            self._add(place)
            self._settle(place)

    def teardown(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    def _put(self, place: str, number: int, version: str = "") -> None:
        self.count += 1
        top, folder, name = WORKS[number]
        if place == "server":
            self.files[place, number] = self.home / place / f"{self.count}.mkv"
            return
        path = self.home / place / top / folder / name.replace("{}.", f"{version}.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{self.count} " * self.count, encoding="utf-8")
        self.files[place, number] = path

    def _take(self, place: str, number: int) -> None:
        self.files.pop((place, number)).unlink(missing_ok=place == "server")

    def _add(self, place: str) -> None:
        if place == "server":
            self._serve()
            self.cli.ok("source", "add", "--type", "toys", "--name", place, "--discover")
            here = ("/srv/things", self.home / place)
            self.cli.ok("collection", "update", "Things", "--map", *here, "--sync-enable")
        else:
            self.cli.ok("quickstart", self.home / place)
        self.added.add(place)

    def _serve(self) -> None:
        """Have the server say what it holds by now."""
        items = [
            (f"{self.ids[number]}", kind, title, f"/srv/things/{path.name}", 1_000_000, more)
            for number, (kind, title, more) in enumerate(TOLD)
            if (path := self.files.get(("server", number))) is not None
        ]
        told = json.dumps({"identity": f"machine {self.identity}", "items": items})
        (self.home / "server.json").write_text(told, encoding="utf-8")

    def _settle(self, *places: str) -> None:
        """Ingest, all but every third time at once, else by a plan."""
        for place in sorted(self.added.intersection(places)):
            self._serve()
            words: tuple[object, ...] = ("source", "ingest", place, "--allow-missing")
            if self.count % 3:
                run = self.cli(*words, "--json")
            else:
                plan = self.home / "plan.json"
                run = self.cli(*words, "--plan", plan)
                if run.code == 0:
                    run = self.cli("plan", "apply", plan)
                plan.unlink(missing_ok=True)
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

    @initialize(numbers=st.sets(WORK, min_size=4))
    def mark_some(self, numbers: set[int]) -> None:
        for number in sorted(numbers):
            self.mark(number, number % 10)
        self._look()

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
            self._take(place, number)
            self._put(place, number, "" if number >= 9 else " - 2160p")
            self._settle(place)

    @rule(place=st.sampled_from(FOLDERS), number=st.integers(0, 5), stays=st.booleans())
    def add_version(self, place: str, number: int, *, stays: bool) -> None:
        """A second version beside the first, which goes in the next ingest."""
        if (place, number) in self.files:
            old = self.files[place, number]
            self.count += 1
            self._put(place, number, f" - {700 + self.count}p")
            self._settle(place)
            if not stays:
                old.unlink()
                self._settle(place)
            else:
                self.files[place, number].unlink()
                self.files[place, number] = old
                self._settle(place)

    @rule(place=st.sampled_from(PLACES), number=WORK, purged=st.booleans())
    def remove(self, place: str, number: int, *, purged: bool) -> None:
        if (place, number) in self.files:
            self._take(place, number)
            self._settle(place)
            if purged:
                self.cli.ok("asset", "purge", "--force", "--no-backup")
                self._look()

    @rule(place=st.sampled_from(PLACES), number=WORK)
    def put(self, place: str, number: int) -> None:
        if (place, number) not in self.files:
            self._put(place, number)
            self._settle(place)

    @rule(place=st.sampled_from(FOLDERS), number=st.integers(0, 5))
    def move(self, place: str, number: int) -> None:
        path = self.files.get((place, number))
        if path is not None:
            self.count += 1
            other = self.home / place / "Movies" / f"Sorted {self.count}" / path.parent.name
            other.mkdir(parents=True)
            self.files[place, number] = path.rename(other / path.name)
            self._settle(place)

    @rule(place=st.sampled_from(FOLDERS))
    def rename_the_folder_of_all_films(self, place: str) -> None:
        self.count += 1
        films = self.home / place / "Movies"
        inside = films.rename(self.home / f"moved {self.count}")
        films.mkdir()
        moved = inside.rename(films / f"All {self.count}")
        for number in range(6):
            path = self.files.get((place, number))
            if path is not None:
                self.files[place, number] = moved / path.relative_to(films)
        self._settle(place)

    @rule(shift=st.integers(0, 40), rebind=st.booleans())
    def renumber_the_server(self, shift: int, *, rebind: bool) -> None:
        """Set up anew, with numbers that were those of others."""
        places = [(number * 7 + shift) % len(WORKS) for number in range(len(WORKS))]
        self.ids = [place + shift // 10 * len(WORKS) for place in places]
        self.identity += rebind
        self._serve()
        if "server" in self.added and rebind:
            self.cli.ok("source", "update", "server", "--rebind")
            self._look()
        self._settle("server")

    @rule(shuffled=st.booleans())
    def move_all_of_the_server(self, *, shuffled: bool) -> None:
        """Each file has the name of another one, or a new one."""
        numbers = [number for place, number in self.files if place == "server"]
        names = [self.files["server", number] for number in numbers]
        for number, path in zip(numbers, names[1:] + names[:1], strict=True):
            self.count += 1
            new = path.with_name(f"{self.count}.mkv")
            self.files["server", number] = path if shuffled else new
        self._settle("server")

    @rule(place=st.sampled_from(PLACES))
    def wipe(self, place: str) -> None:
        if place in self.added:
            name = "Things" if place == "server" else "Movies"
            self.cli.ok("collection", "wipe", f"{place}/{name}", "--force", "--no-backup")
            self._look()
            self._settle(place)

    @rule(place=st.sampled_from(PLACES))
    def delete_and_add(self, place: str) -> None:
        if place in self.added:
            self.cli.ok("source", "delete", place, "--force", "--no-backup")
            self.added.discard(place)
            self._look()
        elif any(of == place for of, _ in self.files):
            self._add(place)
            self._settle(place)

    @rule()
    def back_up_and_restore(self) -> None:
        copy = self.home / f"copy{self.count}.db"
        self.count += 1
        self.cli.ok("db", "backup", copy, *(["--without-secrets"] if self.count % 2 else []))
        self.cli.run_sql("DELETE FROM marks")
        self.cli.ok("db", "restore", copy, "--force")
        self._look()

    @rule()
    def a_script_deletes_assets(self) -> None:
        self.cli.run_sql("DELETE FROM assets WHERE id % 2 = 0")
        self._settle(*PLACES)

    @rule(number=WORK)
    def a_script_sets_titles(self, number: int) -> None:
        """What it wrote is what the source says, until an ingest reads it anew."""
        titles = self.cli.rows("SELECT id, title FROM assets")
        self.cli.run_sql("UPDATE assets SET title = title || ' (seen)' WHERE id % 3 = 0")
        self._settle(*PLACES)
        for id_, title in titles:
            self.cli.run_sql("UPDATE assets SET title = :title WHERE id = :id", id=id_, title=title)
        self._settle(*PLACES)

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
