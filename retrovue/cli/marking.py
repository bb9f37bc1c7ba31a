"""Marks and edits of works: said, and listed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from retrovue.catalogue import assets
from retrovue.catalogue.works import marks
from retrovue.catalogue.works.marks import UNSAID, Change, Said
from retrovue.cli import works
from retrovue.cli.app import App
from retrovue.cli.output import Result, facts, plural
from retrovue.commands import Command, Hint, Line, Table
from retrovue.errors import UsageError
from retrovue.found import EDITABLE, NUMBERS

_TAG_MOST = 200  # characters


def mark(app: App, words: Sequence[str], *, tags: Sequence[str], untags: Sequence[str],
         rating: int | None, no_rating: bool, note: str | None, no_note: bool,
         seen: bool | None) -> Result:  # fmt: skip
    """Say something of a work; without anything to say, tell what is said."""
    for flag, given, taken in (("rating", rating, no_rating), ("note", note, no_note)):
        if given is not None and taken:
            raise UsageError(f"--{flag} and --no-{flag} contradict each other")
    for tag in (*tags, *untags):
        _require_tag(tag)
    if note is not None and (not note.strip() or "\0" in note):
        raise UsageError("--note is empty", hint="--no-note takes one away.")
    change = Change(
        [tag.strip() for tag in tags],
        [tag.strip() for tag in untags],
        None if no_rating else UNSAID if rating is None else rating,
        None if no_note else UNSAID if note is None else note,
        UNSAID if seen is None else seen,
    )
    asset = works.found(app, words)
    if change == Change([], []):
        raise UsageError("Nothing to say", hint="For instance --tag TAG, --rating 0..10, --seen.")
    from retrovue.operations import marking  # whoever only looks does without

    said = marking.mark(app.catalogue, asset["id"], change)
    return _shown(app, asset, said, app.did("mark"))


def _require_tag(tag: str) -> None:
    if not tag.strip() or len(tag) > _TAG_MOST or not tag.isprintable():
        raise UsageError(f"A tag is text of at most {_TAG_MOST} characters, on one line")


def edit(
    app: App, words: Sequence[str], unset: Sequence[str], values: Mapping[str, str | None]
) -> Result:
    """Set fields of a work, or give them back."""
    given = {name: _value(name, text) for name, text in values.items() if text is not None}
    back = [name.strip().replace("-", "_") for name in unset]
    wrong = [name for name in back if name not in EDITABLE]
    if wrong:
        raise UsageError(f"--unset {wrong[0]} is no field", [f"There are: {', '.join(EDITABLE)}"])
    both = [name for name in back if name in given]
    if both:
        flag = both[0].replace("_", "-")
        raise UsageError(f"--{flag} and --unset {both[0]} contradict each other")
    asset = works.found(app, words)
    if not given and not back:
        raise UsageError("Nothing to set", hint='For instance --title "Another title".')
    from retrovue.operations import marking

    said = marking.edit(app.catalogue, asset["id"], given, back)
    return _shown(app, asset, said, app.did("edit"))


def _value(name: str, text: str) -> str | int | None:
    flag = "--" + name.replace("_", "-")
    if name == "title" and not text.strip():
        raise UsageError("--title is empty", hint="--unset title gives it back to its source.")
    if not text.strip():
        return None
    if "\0" in text or len(text) > 10_000:
        raise UsageError(f"{flag} is text of at most 10,000 characters, without NUL")
    if name in NUMBERS:
        most = 9999 if name == "year" else 10**15
        if not (text.strip().isdecimal() and int(text) <= most):
            raise UsageError(f"{flag} {text} is no number from 0 to {most:,}")
        return int(text)
    if name == "released_on":
        try:
            return time.strftime("%Y-%m-%d", time.strptime(text.strip(), "%Y-%m-%d"))
        except ValueError:
            raise UsageError(f"{flag} {text} is no day such as 2026-01-31") from None
    return text


def _shown(app: App, before: Mapping[str, Any], said: Said, did: str) -> Result:
    asset = before
    if not app.dry_run:
        asset = assets.get(app.catalogue.reader(), str(before["id"]))
    others = len(said.assets) - 1
    lines: list[Line] = [f"{did} {works.named(asset)}", *facts(pairs(said))]
    if said.empty:
        lines.append("Nothing is said of it any more.")
    if others > 0:
        lines.append(f"It shows in {plural(others, 'other asset')} as well, which {_are(others)}"
                     " the same work.")  # fmt: skip
    return Result({"asset": asset["id"], **as_json(said)}, lines)


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def as_json(said: Said) -> dict[str, Any]:
    """What is said of a work, as an object."""
    return {
        "work": said.work_id,
        "kind": said.kind,
        "title": said.title,
        "tags": list(said.tags),
        "rating": said.rating,
        "note": said.note,
        "seen": said.seen,
        "edits": dict(said.edits),
        "assets": list(said.assets),
        "updated_at": said.updated_at,
    }


def of_asset(said: Said | None) -> dict[str, Any]:
    """What is said of the work of an asset, for what is shown of the asset."""
    whole = as_json(said or Said(0, "", ""))
    return {name: whole[name] for name in ("tags", "rating", "note", "seen", "edits")}


def pairs(said: Said | None) -> list[tuple[str, Any]]:
    """What is said of a work, as names and values."""
    if said is None:
        return []
    told: list[tuple[str, Any]] = [
        ("tags", ", ".join(said.tags) or None),
        ("rating", said.rating),
        ("note", said.note),
        ("seen", None if said.seen is None else "yes" if said.seen else "no"),
        *((f"your {name}", "(none)" if v is None else v) for name, v in said.edits.items()),
    ]
    return [(name, value) for name, value in told if value is not None]


def listed(app: App, *, waiting: bool) -> Result:
    """All that was marked and edited."""
    found = list(marks.every(app.catalogue.reader(), waiting=waiting))
    data = {"marks": [as_json(said) for said in found]}
    if not found:
        return Result(data, ["No mark waits." if waiting else "Nothing is marked or edited."])
    rows = tuple(
        (
            said.title,
            said.kind,
            "; ".join(f"{name}: {value}" for name, value in pairs(said)),
            ", ".join(map(str, said.assets)) or "waits",
        )
        for said in found
    )
    lines: list[Line] = [Table(("WORK", "KIND", "SAID", "ASSETS"), rows)]
    away = sum(not said.assets for said in found)
    if away and not waiting:
        look = Command("asset marks", options=("--waiting",))
        says = "waits for its work to come back" if away == 1 else "wait for their works"
        lines += ["", Hint(f"{plural(away, 'mark')} {says}", look)]
    return Result(data, lines)
