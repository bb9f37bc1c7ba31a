"""The checks of the kit pass a sound importer, and each fails one that breaks just that."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fakes.plex import FakePlex, movie
from retrovue import (
    FoundAsset,
    FoundCollection,
    FoundFile,
    FoundFolder,
    Importer,
    ImporterError,
    Option,
    Unread,
    hookimpl,
)
from retrovue.testing import Bench, check_importer
from retrovue_filesystem.importer import FilesystemImporter
from retrovue_plex.importer import PlexImporter
from support import media

TOKEN = "kit-secret-1234"


class Service:
    """A source in memory: items by id, how it fails, and how often it was asked."""

    def __init__(self) -> None:
        self.items = {f"id{n}": (f"Film {n}", f"/srv/kit/{n}.mkv", 1) for n in range(5)}
        self.asked = 0
        self.failing: str | None = None

    def all(self) -> list[tuple[str, str, str, int]]:
        self.asked += 1
        if self.failing is not None:
            raise ConnectionError(f"{self.failing} for {TOKEN}")
        return [(key, *item) for key, item in self.items.items()]

    def change(self, what: str) -> None:
        title, path, version = self.items["id1"]
        if what == "changed":
            self.items["id1"] = (title, path, version + 1)
        elif what == "added":
            self.items["new"] = ("New", "/srv/kit/new.mkv", 1)
        elif what == "removed":
            del self.items["id2"]
        else:
            title, _, version = self.items.pop("id3")
            self.items["id3-moved"] = (title, "/srv/kit/elsewhere/3.mkv", version)

    def fail(self, how: str | None) -> None:
        self.failing = how


class Sound(Importer):
    type = "kit"
    options = (Option("token", secret=True, required=True), Option("shelf", default="all"))
    service: Service

    def identity(self) -> str:
        return "kit"

    def discover(self) -> Iterator[FoundCollection]:
        yield FoundCollection("films", "Films", "movie", ("/srv/kit",))

    def scan(self, collection: Any) -> Iterator[Any]:
        try:
            items = self.service.all()
        except ConnectionError as error:
            raise ImporterError(f"the service fails: {str(error).partition(' ')[0]}") from error
        for key, title, path, version in items:
            print_ = f"{title}.{version}"
            yield FoundAsset(key, "movie", None, (FoundFile(path, size_bytes=len(title)),), print_)

    def describe(self, asset: FoundAsset) -> FoundAsset:
        return asset._replace(title=f"Film {asset.external_id}")


def _checked(cls: type[Sound]) -> Any:
    service = Service()
    cls = type(cls.__name__, (cls,), {"service": service})
    return check_importer(
        lambda: cls({"token": TOKEN, "shelf": "all"}),
        change=service.change,
        fail=service.fail,
        requests=lambda: service.asked,
    )


def test_a_sound_importer_passes_every_check() -> None:
    done = _checked(Sound)
    assert done.left_out == ()
    assert {"two scans are equal", "change: moved", "failure: garbage"} <= set(done.made)


def test_checks_without_an_argument_are_left_out_and_named() -> None:
    cls = type("Alone", (Sound,), {"service": Service()})
    done = check_importer(lambda: cls({"token": TOKEN, "shelf": "all"}))
    assert "change: added" in done.left_out
    assert "failure: 401" in done.left_out
    assert "requests before the first item" in done.left_out


def _breaking(**members: Any) -> type[Sound]:
    return type("Breaking", (Sound,), members)


def _init(self: Any, config: Any) -> None:
    Importer.__init__(self, config)
    self.service.all()


def _loud(self: Any) -> str:
    print("hello")
    return "kit"


def _telling(self: Any) -> str:
    logging.getLogger("kit").info("asking with %s", TOKEN)
    return "kit"


def _scanning(change: Callable[[FoundAsset, int], Any]) -> Callable[..., Iterator[Any]]:
    def scan(self: Any, collection: Any) -> Iterator[Any]:
        for n, asset in enumerate(Sound.scan(self, collection)):
            yield change(asset, n)

    return scan


_times = iter(range(10_000))


def _late(self: Any, collection: Any) -> Iterator[Any]:
    for _ in range(9):
        self.service.all()
    yield from Sound.scan(self, collection)


def _hiding(self: Any, collection: Any) -> Iterator[Any]:
    try:
        yield from Sound.scan(self, collection)
    except ImporterError:
        return


def _raw(self: Any, collection: Any) -> Iterator[Any]:
    self.service.all()
    yield from Sound.scan(self, collection)


def _told(self: Any, collection: Any) -> Iterator[Any]:
    try:
        yield from Sound.scan(self, collection)
    except ImporterError as error:
        raise ImporterError(f"with {TOKEN}") from error


def _worded(self: Any, collection: Any) -> Iterator[Any]:
    try:
        yield from Sound.scan(self, collection)
    except ImporterError as error:
        raise ImporterError(str(error), code="bad_weather") from error


def _kept(self: Any, collection: Any) -> Iterator[Any]:
    """A scan of many items, which gathers all of them before the first."""
    return iter([
        FoundAsset(str(n), "movie", f"Film {n}" * 20, (FoundFile(f"/srv/kit/{n}.mkv"),), "1")
        for n in range(30_000)
    ])  # fmt: skip


def _deaf(self: Any, collection: Any) -> Iterator[Any]:
    if self.service.failing == "timeout":
        wait(1.5)
        raise ImporterError("it did not answer")
    yield from Sound.scan(self, collection)


def _swallowing(self: Any, collection: Any) -> Iterator[Any]:
    try:
        if self.service.failing == "timeout":
            time.sleep(1)
    except BaseException as error:
        raise ImporterError("it does not answer") from error
    yield from Sound.scan(self, collection)


def wait(seconds: float) -> None:
    """Wait so that not even Ctrl-C ends it earlier."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(KeyboardInterrupt):
            time.sleep(0.05)


BREACHES: dict[str, tuple[type[Sound], str]] = {
    "no scan": (_breaking(scan=Importer.scan), "it lacks the method scan"),
    "made by asking": (_breaking(__init__=_init), "to make an importer contacts its source"),
    "a new required option": (
        _breaking(identity=lambda self: str(self.config["room"])),
        "with no more than the required"),
    "identity asks": (
        _breaking(identity=lambda self: str(len(self.service.all()))), "contacts the source"),
    "identity changes": (_breaking(identity=lambda self: str(next(_times))), "identity() differs"),
    "identity of a secret": (
        _breaking(identity=lambda self: self.config["token"]), "identity() holds a secret"),
    "id twice": (
        _breaking(discover=lambda self: [FoundCollection("a", "A")] * 2),
        "the collection id 'a' twice"),
    "other offers": (
        _breaking(discover=lambda self: [FoundCollection(str(next(_times)), "A")]),
        "discover() differs"),
    "unknown kind": (
        _breaking(discover=lambda self: [FoundCollection("a", "A", "films")]),
        "has the kind 'films'"),
    "nothing offered": (_breaking(discover=lambda self: []), "discover() offers nothing"),
    "no item": (_breaking(scan=_scanning(lambda asset, n: "a film")), "the scan yields 'a film'"),
    "folder twice": (
        _breaking(scan=_scanning(lambda asset, n: FoundFolder("/srv/kit", "1", tuple))),
        "comes twice"),
    "all asked first": (_breaking(scan=_late), "10 requests before the first item"),
    "wrong type": (
        _breaking(scan=_scanning(lambda asset, n: asset._replace(year="1999"))),
        "its year is of type str"),
    "not below a location": (
        _breaking(scan=_scanning(lambda asset, n: asset._replace(files=(FoundFile("/etc/x"),)))),
        "lies below no location"),
    "not read": (
        _breaking(scan=_scanning(lambda asset, n: Unread("/srv/kit/x", "oops"))), "oops"),
    "nothing": (_breaking(scan=lambda self, collection: ()), "the scan yields nothing"),
    "new fingerprints": (
        _breaking(scan=_scanning(lambda asset, n: asset._replace(fingerprint=str(next(_times))))),
        "the second scan finds 5 updated"),
    "new ids": (
        _breaking(scan=_scanning(lambda asset, n: asset._replace(
            external_id=str(next(_times)), fingerprint=str(next(_times))))),
        "the second scan finds 5"),
    "described as another": (
        _breaking(describe=lambda self, asset: asset._replace(external_id="x", title="X")),
        "changed the id while describing it"),
    "a change unseen": (
        _breaking(scan=_scanning(lambda asset, n: asset._replace(fingerprint="same"))),
        "one item was changed, and the ingest finds {}"),
    "a failure hidden": (_breaking(scan=_hiding), "as if it had seen everything"),
    "a failure raw": (_breaking(scan=_raw), "raises something else than ImporterError"),
    "a secret in a message": (_breaking(scan=_told), "holds a secret"),
    "a word of its own": (_breaking(scan=_worded), "the code 'bad_weather' is none of"),
    "all kept": (_breaking(scan=_kept), "MB for 30,000 items"),
    "Ctrl-C ends nothing": (_breaking(scan=_deaf), "after Ctrl-C"),
    "Ctrl-C is a failure": (_breaking(scan=_swallowing), "taken for a failure"),
    "it prints": (_breaking(identity=_loud), "the importer prints: 'hello"),
    "a secret in the log": (_breaking(identity=_telling), "a secret is told"),
    "a secret in an item": (
        _breaking(scan=_scanning(lambda asset, n: asset._replace(edition=TOKEN))), "secret"),
    "a secret in its repr": (
        _breaking(__repr__=lambda self: f"Kit({TOKEN})"), "a secret is told: Kit(***)"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREACHES)
def test_each_check_fails_an_importer_that_breaks_just_that(name: str) -> None:
    cls, says = BREACHES[name]
    with pytest.raises(AssertionError) as breach:
        _checked(cls)
    assert says in str(breach.value)


def test_the_filesystem_importer_passes(tmp_path: Path) -> None:
    base = tmp_path / "media"
    media.write(base, *media.films(12))
    films = sorted((base / "Movies").iterdir())

    def change(what: str) -> None:
        if what == "changed":
            (films[0] / f"{films[0].name}.mkv").write_text("another length altogether")
        elif what == "added":
            media.write(base, "Movies/New (1999)/New (1999).mkv")
        elif what == "removed":
            (films[1] / f"{films[1].name}.mkv").unlink()
        else:
            films[2].rename(base / "Movies" / "Elsewhere (1933)")

    config = {"base_path": str(base), "collections": "auto", "kind": None, "ignore": ()}
    done = check_importer(lambda: FilesystemImporter(config), change=change)
    assert "change: moved" in done.made


def test_the_plex_importer_passes() -> None:
    with FakePlex(TOKEN) as plex:
        plex.add_section("1", "Movies", "movie", items=[movie(n) for n in range(5)])
        config = {"base_url": plex.url, "token": TOKEN, "timeout": 5, "insecure": False}
        done = check_importer(lambda: PlexImporter(config), requests=lambda: len(plex.requests))
    assert "two scans are equal" in done.made


# -- the bench ------------------------------------------------------------------------------------


def test_the_bench_counts_what_an_ingest_did() -> None:
    service = Service()
    cls = type("Kit", (Sound,), {"service": service})
    with Bench() as bench:
        bench.importer(cls, token=TOKEN)
        (collection,) = bench.discover()
        assert (collection.name, collection.sync_enabled) == ("Films", True)
        assert bench.ingest()[:9] == (5, 0, 0, 0, 0, 0, 0, 0, 5)
        service.change("changed")
        service.change("removed")
        assert bench.ingest()[:9] == (0, 1, 1, 0, 0, 3, 0, 0, 1)
        assert bench.rows("SELECT count(*) FROM assets WHERE missing_since IS NULL") == [(4,)]
        run = bench.cli("source", "list")
        assert (run.code, run.err) == (0, "")
        assert "Bench" in run.out
        assert bench.cli("source", "show", "Nobody").code == 1


def test_a_plugin_of_the_test_is_loaded_without_being_installed() -> None:
    told = []

    @hookimpl
    def source_added(source: Any) -> None:
        told.append(source.name)

    module = ModuleType("telling")
    module.source_added = source_added  # type: ignore[attr-defined]
    with Bench() as bench:
        bench.plugin(module)
        run = bench.cli("source", "add", "--type", "filesystem", "--name", "X", "--base-path",
                        bench.home)  # fmt: skip
        assert run.code == 0, run.err
    assert told == ["X"]


def test_the_fixture_is_there(retrovue_bench: Bench) -> None:
    assert retrovue_bench.rows("SELECT 1") == [(1,)] if retrovue_bench.path.exists() else True
    assert retrovue_bench.cli("--version").code == 0
