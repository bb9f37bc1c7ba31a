"""One work with all that is known of it, and works by show and artist."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import click

from retrovue import human
from retrovue.catalogue import assets, listing, summaries
from retrovue.catalogue.filters import Filter
from retrovue.cli.app import App
from retrovue.cli.changed import title
from retrovue.cli.output import Result, facts, plural
from retrovue.commands import Command, Hint, Line
from retrovue.errors import Ambiguous, NotFound, RetrovueError

_MOST = 20  # candidates that are named
_LEFT_OUT = ("files", "metadata", "guids", "title", "duration_ms")


def found(app: App, words: Sequence[str]) -> dict[str, Any]:
    """The asset of an id or `external_id`, or the only one that the words fit. Raises NotFound with
    near misses, and Ambiguous with the candidates."""
    connection = app.catalogue.reader()
    try:
        return assets.get(connection, " ".join(words))
    except NotFound:
        from retrovue.operations import searching

        searching.catch_up(app.catalogue)
    connection = app.catalogue.reader()
    rows = _fitting(connection, Filter(words=tuple(words)))
    if len(rows) == 1:
        return assets.get(connection, str(rows[0]["asset_id"]))
    asked = " ".join(words)
    if not rows:
        near = listing.near(connection, words)
        meant = [f"Did you mean: {', '.join(near)}?"] if near else []
        look = Hint("Look for it", Command("asset list", tuple(words)))
        raise NotFound(f"Asset '{asked}' not found", meant, hint=look)
    candidates: list[Line] = [
        Hint(f"{named(row)} ({row['source']}/{row['collection']})",
             Command("asset show", (str(row["asset_id"]),)))
        for row in rows[:_MOST]
    ]  # fmt: skip
    if len(rows) > _MOST:
        candidates.append(Hint("and more", Command("asset list", tuple(words))))
    raise Ambiguous(f"Multiple assets named '{asked}' exist", candidates)


def _fitting(connection: sqlite3.Connection, wanted: Filter) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for values in listing.rows(connection, wanted, 10 * _MOST):
        row = dict(zip(listing.FIELDS, values, strict=True))
        found.setdefault(row["asset_id"], row)
    return list(found.values())


def named(asset: Mapping[str, Any]) -> str:
    year = f" ({asset['year']})" if asset["year"] else ""
    edition = f" {{{asset['edition']}}}" if asset["edition"] else ""
    return f"{title(asset)}{year}{edition}"


def shown(connection: sqlite3.Connection, asset: dict[str, Any]) -> Result:
    """All that is known of an asset: what it is, what is said of it, where its fields come from,
    and each file with whether it is there."""
    from retrovue.catalogue.works import marks, overlay
    from retrovue.cli import marking

    said = marks.of_asset(connection, asset["id"])
    origins = overlay.origins(connection, asset["id"])
    files = [{**file, "there": _is_there(file)} for file in asset["files"]]
    pairs = [
        (name, value)
        for name, value in asset.items()
        if name not in _LEFT_OUT and value is not None
    ]
    if asset["duration_ms"] is not None:
        pairs.append(("duration", human.duration(asset["duration_ms"])))
    pairs += [("guids", ", ".join(asset["guids"]))] if asset["guids"] else []
    pairs += [(f"metadata.{name}", _listed(value)) for name, value in asset["metadata"].items()]
    lines: list[Line] = [named(asset), "", *facts(pairs)]
    lines += ["", *facts(marking.pairs(said))] if said is not None else []
    covered = [
        (name, f"{each['origin']}; its source says {_quoted(each['source_value'])}")
        for name, each in origins.items()
        if "source_value" in each
    ]
    lines += ["", *facts(covered)] if covered else []
    for file in files:
        lines += ["", _file_line(file), f"  {file['local_path'] or file['relative_path']}"]
        lines += _inside(file)
    marked = marking.of_asset(said)
    return Result({**asset, **marked, "origins": origins, "files": files}, lines)


def _listed(value: Any) -> Any:
    """Names in a row, with commas between."""
    names = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return ", ".join(value) if names else value


def _quoted(value: Any) -> str:
    return "nothing" if value is None else f"'{value}'"


def _is_there(file: Mapping[str, Any]) -> bool:
    return file["local_path"] is not None and os.path.isfile(file["local_path"])


def _file_line(file: Mapping[str, Any]) -> str:
    codecs = "/".join(filter(None, (file["video_codec"], file["audio_codec"])))
    pixels = f"{file['width']}x{file['height']}" if file["width"] and file["height"] else None
    part = f", part {file['part']}" if file["part"] > 1 else ""
    told = [
        f"File {file['id']}: version {file['version']}{part}",
        file["version_label"],
        human.size(file["size_bytes"]) if file["size_bytes"] is not None else None,
        human.duration(file["duration_ms"]) if file["duration_ms"] is not None else None,
        file["container"],
        codecs or None,
        pixels,
        _state(file),
    ]
    return " · ".join(str(word) for word in told if word)


def _inside(file: Mapping[str, Any]) -> list[str]:
    """What is known of what is in a file, below the line that names it."""
    lines = [f"    {_stream(stream)}" for stream in file["streams"]]
    probe = file["probe"]
    if probe is not None and probe["error"] is not None:
        lines.append(f"    not probed: {probe['error']}")
    return lines


def _stream(stream: Mapping[str, Any]) -> str:
    """`audio · en · aac · 6 channels · default`"""
    channels = stream["channels"]
    told = (
        stream["kind"],
        stream["language"],
        stream["codec"],
        plural(channels, "channel") if channels else None,
        stream["hdr"],
        "default" if stream["is_default"] else None,
        "forced" if stream["forced"] else None,
        stream["path"],
    )
    return " · ".join(str(word) for word in told if word)


def _state(file: Mapping[str, Any]) -> str:
    if file["local_path"] is None:
        return "not mapped"
    return "there" if file["there"] else "not there"


def opened(asset: dict[str, Any]) -> Result:
    """Open the first part of the first version. Raises RetrovueError where it is not there, or its
    player fails."""
    path = asset["files"][0]["local_path"] if asset["files"] else None
    if path is None:
        raise RetrovueError(
            f"Asset {asset['id']} has no file with a local path",
            hint=Hint("See it", Command("asset show", (str(asset["id"]),))),
        )
    if not os.path.isfile(path):
        raise RetrovueError(
            f"The file of asset {asset['id']} is not there", [path, "Is a disk not mounted?"]
        )
    player = shlex.split(os.environ.get("RETROVUE_PLAYER", ""))
    try:
        code = subprocess.call([*player, path]) if player else click.launch(path)
    except OSError as error:
        raise RetrovueError(f"{player[0]} cannot be started ({error.strerror})") from None
    if code:
        name = player[0] if player else "What opens it"
        raise RetrovueError(
            f"{name} ended with {code}",
            [path] if player else [path, "RETROVUE_PLAYER names the command of a player."],
        )
    return Result({"path": path, "player": player}, [f"Opened {path}"])


def tree(connection: sqlite3.Connection, wanted: Filter) -> Result:
    """Shows by season and artists by album, with the numbers that lack."""
    data = summaries.tree(connection, wanted)
    lines: list[Line] = []
    for show in data["series"]:
        lines.append(show["title"] or "(no series)")
        lines += [_season_line(season) for season in show["seasons"]]
    for artist in data["artists"]:
        lines.append(artist["artist"] or "(no artist)")
        for album in artist["albums"]:
            year = f" ({album['year']})" if album["year"] else ""
            lines.append(f"  {album['album'] or '(no album)'}{year}")
            lines += [_disc_line(disc) for disc in album["discs"]]
    return Result(data, lines or ["No shows and no albums."])


def _season_line(season: Mapping[str, Any]) -> str:
    numbers: list[int] = []
    for one in season["episodes"]:
        if one["episode"] is not None and (one["episode_end"] or 0) - one["episode"] < 1000:
            numbers += range(one["episode"], max(one["episode_end"] or 0, one["episode"]) + 1)
    name = {None: "No season", 0: "Specials"}.get(season["season"], f"Season {season['season']}")
    return f"  {name}: {_counted(season['episodes'], numbers, season['missing'], 'episode')}"


def _disc_line(disc: Mapping[str, Any]) -> str:
    numbers = [one["track"] for one in disc["tracks"] if one["track"] is not None]
    name = f"Disc {disc['disc']}: " if disc["disc"] else ""
    return f"    {name}{_counted(disc['tracks'], numbers, disc['missing'], 'track')}"


def _counted(
    found: Sequence[Any], numbers: Sequence[int], missing: Sequence[int], word: str
) -> str:
    from retrovue.cli.output import plural

    said = plural(len(found), word)
    said += f" ({human.ranges(numbers)})" if numbers else ""
    return f"{said}, missing {human.ranges(missing)}" if missing else said
