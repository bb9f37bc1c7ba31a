"""Following the folders of collections: what is complete is ingested, what went is looked for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Collection as Ids
from typing import Literal, NamedTuple, Protocol

from retrovue.catalogue import files
from retrovue.catalogue.core import Catalogue
from retrovue.errors import RetrovueError
from retrovue.model import Collection
from retrovue.operations import watch_events, watch_targets
from retrovue.operations.settling import Settling
from retrovue.operations.watch_events import CannotWatch, Events, Happened
from retrovue.operations.watch_targets import Identity, Target

MANY = 50  # folders of a collection that are ingested one by one
MOST = 1000  # folders that are waited for one by one
_LOOK = 2.0  # seconds after which it is looked again what there is to follow
_AGAIN = 5.0  # seconds after which what was locked is tried again
_PATIENCE = 1800.0  # seconds that a look at all waits for what is being written

_LATER = 60.0  # seconds after which a server may know what lies in a folder by now
_FAILED = 300.0  # seconds after which what failed is tried again

Ended = Literal["done", "nothing", "failed", "locked"]  # nothing: there is nothing in it


class Ingest(Protocol):
    """Ingest a folder of a collection, None: all of it quickly, but those `touched` as they are."""

    def __call__(
        self, collection: Collection, folder: str | None, touched: tuple[str, ...]
    ) -> Ended: ...


class Settings(NamedTuple):
    """Seconds in which a file that is complete does not change, seconds between two looks at all,
    and whether nothing is watched beside."""

    settle: float = 10.0
    every: float = 3600.0
    poll: bool = False


class _State:
    """What is to be done for one collection."""

    def __init__(self, target: Target, now: float) -> None:
        self.target = target
        self.away: str | None = None
        self.all_at: float | None = now  # when to look at all of it
        self.regular_at = now
        self.touched: set[str] = set()  # folders that such a look reads whatever their times say
        self.folders: list[str] = []  # complete, and not ingested yet
        self.not_before = now

    def look_at_all(self, when: float) -> None:
        """Look at all of it then, or earlier where that was meant already."""
        self.all_at = when if self.all_at is None else min(when, self.all_at)


class Watch:
    """Follows the sync-enabled collections of some sources (None: of all) until it is interrupted.

    `say` is called with a line for each trouble, when it begins, `say_well` when one ends. No lock
    is held while it waits.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        sources: Ids[int] | None,
        settings: Settings,
        ingest: Ingest,
        say: Callable[[str], None],
        say_well: Callable[[str], None],
    ) -> None:
        self._catalogue = catalogue
        self._sources = sources
        self._settings = settings
        self._ingest = ingest
        self._say = say
        self._say_well = say_well
        self._settling = Settling(settings.settle)
        self._states: dict[int, _State] = {}
        self._events: Events | None = None
        self._watched: dict[str, Identity] = {}
        self._look_at = 0.0
        self._cannot: dict[str, float] = {}  # folders that cannot be watched, until the next try
        self._unreadable = ""  # why the catalogue could not be read at the last look
        self._file = files.identity(catalogue.path)
        self._idle = False  # whether there is nothing to follow
        self._own = os.path.realpath(catalogue.path)

    def run(self) -> None:
        """Follow them. Ends by an exception alone: KeyboardInterrupt above all."""
        try:
            while True:
                self._step()
        finally:
            self._stop_watching()

    def _step(self) -> None:
        if time.monotonic() >= self._look_at:
            self._look()
        try:
            happened = self._events.next() if self._events else watch_events.nothing()
        except CannotWatch as error:
            self._cannot_watch(tuple(self._watched), str(error))
            return
        self._take(happened, time.monotonic())
        self._hand_out(self._settling.complete(time.monotonic()))
        for state in list(self._states.values()):
            if state.away is None and time.monotonic() >= state.not_before:
                self._work(state)

    # -- what there is to follow -------------------------------------------------------------------

    def _look(self) -> None:
        """Find out afresh what there is to follow, and what of it is there."""
        now = time.monotonic()
        self._look_at = now + _LOOK
        try:
            found = watch_targets.targets(self._catalogue.reader(), self._sources)
        except RetrovueError as error:  # locked, or brought back from a backup just now
            if error.message != self._unreadable:
                self._say(error.message)
            self._unreadable = error.message
            return
        finally:
            self._catalogue.close()
        file = files.identity(self._catalogue.path)
        if self._unreadable or file != self._file:  # it was away, or another one was put there
            for known_state in self._states.values():
                known_state.look_at_all(now + self._settings.settle)
        self._unreadable, self._file = "", file
        if not found and not self._idle:
            self._say("No sync-enabled collection is mapped: nothing is followed until one is")
        self._idle = not found
        known, self._states = self._states, {}
        for target in found:
            state = known.get(target.collection.id)
            if state is None or state.target.folders != target.folders:
                state = _State(target, now + self._settings.settle)
            state.target = target
            self._states[target.collection.id] = state
            self._note_presence(state, now)
        self._watch_what_is_there()

    def _note_presence(self, state: _State, now: float) -> None:
        away = watch_targets.absent(state.target)
        name = state.target.name
        if away is not None and state.away is None:
            self._say(f"{name}: {away} is not there; nothing is ingested until it is back")
            for folder in state.target.folders:
                self._settling.forget(folder)
            state.folders.clear()
        elif away is None and state.away is not None:
            self._say_well(f"{name}: {', '.join(state.target.folders)} is back")
            state.all_at = now + self._settings.settle
        state.away = away

    def _watch_what_is_there(self) -> None:
        wanted = {} if self._settings.poll else self._watchable()
        if wanted == self._watched:
            return
        self._stop_watching()
        if wanted:
            try:
                self._events = Events(tuple(wanted))
            except CannotWatch as error:
                self._cannot_watch(tuple(wanted), str(error))
                return
        self._watched = wanted
        again = time.monotonic() + self._settings.settle
        for state in self._states.values():  # something may have happened between the two
            state.look_at_all(again)

    def _watchable(self) -> dict[str, Identity]:
        found = {}
        for state in self._states.values():
            for folder in state.target.folders if state.away is None else ():
                identity = watch_targets.identity(folder)
                if identity is None or time.monotonic() < self._cannot.get(folder, 0):
                    continue
                new = self._watched.get(folder) != identity
                system = watch_targets.remote(folder) if new else None
                if system is None:
                    found[folder] = identity
                else:
                    self._note_unwatched((folder,), f"{system} is a file system of a network")
        return found

    def _cannot_watch(self, folders: Sequence[str], why: str) -> None:
        """From now on these are looked at every so often; where one went meanwhile, the next look
        finds that."""
        self._stop_watching()
        if all(watch_targets.identity(folder) for folder in folders):
            self._note_unwatched(folders, why)

    def _note_unwatched(self, folders: Sequence[str], why: str) -> None:
        new = [folder for folder in folders if folder not in self._cannot]
        again = time.monotonic() + self._settings.every
        self._cannot.update(dict.fromkeys(folders, again))
        minutes = f"{self._settings.every / 60:g}"
        if new:
            which = new[0] if len(new) == 1 else f"{new[0]} and {len(new) - 1} more"
            self._say(f"{which} cannot be watched ({why}): looked at every {minutes} minutes")

    def _stop_watching(self) -> None:
        if self._events is not None:
            self._events.close()
        self._events, self._watched = None, {}

    # -- what happened -----------------------------------------------------------------------------

    def _take(self, happened: Happened, now: float) -> None:
        for path in happened.changed:
            folder = None if self._is_own(path) else watch_events.folder_of(path)
            if folder is not None:
                self._note(path, folder, now)
        for path in happened.gone:
            if not self._is_own(path):
                self._note_gone(path, now)

    def _note_gone(self, path: str, now: float) -> None:
        if watch_events.may_have_held_media(path):
            for state in self._holding(path):
                state.look_at_all(now + self._settings.settle)
        elif os.path.isdir(os.path.dirname(path)):
            self._note(path, os.path.dirname(path), now)

    def _is_own(self, path: str) -> bool:
        """Whether it is the catalogue, or a file beside it that belongs to it."""
        beside = os.path.dirname(path) == os.path.dirname(self._own)
        return path == self._own or (beside and path.startswith((f"{self._own}-", f"{self._own}.")))

    def _note(self, path: str, folder: str, now: float) -> None:
        holding = self._holding(path)
        top = any(folder in state.target.folders for state in holding)
        if holding and len(self._settling) >= MOST:  # a whole disk is being filled
            for state in holding:
                state.all_at = now + self._settings.settle
        elif holding and not (top and path == folder):
            self._settling.touch(folder, now, alone=top)

    def _holding(self, path: str) -> list[_State]:
        """The collections that a path lies in, but for those that leave it out."""
        return [state for state in self._states.values() if _holds(state.target.folders, path)]

    def _hand_out(self, complete: Iterable[str]) -> None:
        for folder in complete:
            for state in self._states.values():
                if folder in state.target.folders:  # without all that lies below it
                    state.touched.add(folder)
                    state.look_at_all(time.monotonic())
                elif any(folder.startswith(f"{place}/") for place in state.target.folders):
                    state.folders.append(folder)

    # -- what is done ------------------------------------------------------------------------------

    def _work(self, state: _State) -> None:
        now = time.monotonic()
        if now >= state.regular_at + self._settings.every:
            state.look_at_all(now)
        busy = sum(map(self._settling.below, state.target.folders))
        if len(state.folders) + busy > MANY and state.folders:
            state.touched.update(state.folders)
            state.folders.clear()
            state.look_at_all(now)
        while state.folders:
            if not self._did(state, state.folders[0]):
                return
            state.folders.pop(0)
        due = state.all_at is not None and now >= state.all_at
        if due and (not busy or now >= (state.all_at or now) + _PATIENCE):
            touched, when = tuple(sorted(state.touched)), state.all_at
            state.all_at = None
            if self._did(state, None, touched):
                state.touched.difference_update(touched)
                state.regular_at = now
            else:
                state.look_at_all(when or now)

    def _did(self, state: _State, folder: str | None, touched: tuple[str, ...] = ()) -> bool:
        """Ingest; returns whether it needs no further try."""
        if folder is not None and not os.path.isdir(folder):
            state.look_at_all(time.monotonic())
            return True
        if watch_targets.absent(state.target) is not None:  # the next look says so
            self._look_at = 0.0
            return False
        ended = self._ingest(state.target.collection, folder, touched)
        self._look_at = 0.0
        if ended == "nothing" and folder is not None:
            state.look_at_all(time.monotonic() + _LATER)
        if ended == "failed":
            state.look_at_all(time.monotonic() + _FAILED)
        if ended == "locked":
            state.not_before = time.monotonic() + _AGAIN
        return ended != "locked"


def _holds(folders: Iterable[str], path: str) -> bool:
    """Whether a path lies in one of these folders, and not in what is left out there."""
    return any(
        path.startswith(f"{folder}/") and not watch_events.is_left_out(path[len(folder) + 1 :])
        for folder in folders
    )
