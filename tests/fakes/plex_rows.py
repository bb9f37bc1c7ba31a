"""Rows of a Plex listing as XML, shaped like real ones, with names of our own.

Each function gives one element; keyword arguments are attributes that replace or, as None, remove
those it would have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import overload
from xml.sax.saxutils import quoteattr

EPOCH = 1_700_000_000


def element(tag: str, attributes: dict[str, object], *children: str) -> str:
    pairs = {name: value for name, value in attributes.items() if value is not None}
    text = "".join(f" {name}={quoteattr(str(value))}" for name, value in pairs.items())
    if not children:
        return f"<{tag}{text} />"
    return f"<{tag}{text}>\n" + "\n".join(children) + f"\n</{tag}>"


def part(file: str | None, size: object = 1_500_000_000, **attributes: object) -> str:
    """One file; `file=None` is what shared accounts see."""
    usual = {"id": 1, "key": "/library/parts/1/1/file.mkv", "duration": 5_400_000, "file": file}
    return element("Part", {**usual, "size": size, "container": "mkv", **attributes})


def media(*parts: str, **attributes: object) -> str:
    """One version of an item."""
    usual: dict[str, object] = {
        "id": 1,
        "duration": 5_400_000,
        "bitrate": 8000,
        "width": 1920,
        "height": 1080,
        "aspectRatio": "1.78",
        "audioChannels": 6,
        "audioCodec": "eac3",
        "videoCodec": "h264",
        "videoResolution": "1080",
        "container": "mkv",
        "videoFrameRate": "24p",
        "videoProfile": "main",
    }
    return element("Media", {**usual, **attributes}, *parts)


def guids(*ids: str) -> list[str]:
    return [element("Guid", {"id": one}) for one in ids]


def row(tag: str, usual: dict[str, object], versions: Iterable[str], **given: object) -> str:
    """Any item: `versions` are its `Media` elements; `ids` its `Guid` ids."""
    ids = given.pop("ids", ())
    noise = [
        *[
            element("Image", {"alt": usual["title"], "type": type_, "url": f"{usual['key']}/{n}"})
            for n, type_ in enumerate(("coverPoster", "snapshot", "background", "clearLogo"))
        ],
        element("UltraBlurColors", {"topLeft": "11333b", "bottomRight": "073958"}),
        *[element("Genre", {"tag": tag}) for tag in ("Drama", "Mystery")],
        element("Country", {"tag": "Iceland"}),
        element("Director", {"tag": "A. Fisher"}),
        *[element("Writer", {"tag": tag}) for tag in ("B. Sailor", "C. Pilot")],
        *[element("Role", {"tag": f"Actor {n}"}) for n in range(3)],
    ]
    assert isinstance(ids, list | tuple)
    return element(tag, {**usual, **given}, *versions, *noise, *guids(*ids))


def _common(number: int, type_: str, title: str) -> dict[str, object]:
    return {
        "ratingKey": number,
        "key": f"/library/metadata/{number}",
        "guid": f"plex://{type_}/{number:024x}",
        "type": type_,
        "title": title,
        "summary": f"What happens in {title} & how it ends. " * 8,
        "thumb": f"/library/metadata/{number}/thumb/{EPOCH}",
        "art": f"/library/metadata/{number}/art/{EPOCH}",
        "addedAt": EPOCH + number,
        "updatedAt": EPOCH + number,
    }


def movie(number: int, versions: Iterable[str] | None = None, **given: object) -> str:
    title = str(given.get("title") or f"Lighthouse {number}")
    path = f"/data/Movies/{title} (1999)/{title} (1999).mkv"
    usual = {
        **_common(number, "movie", title),
        "studio": "Harbour Films",
        "contentRating": "PG",
        "year": 1999,
        "duration": 5_400_000,
        "originallyAvailableAt": "1999-08-17",
    }
    given.setdefault("ids", (f"imdb://tt{number:07}", f"tmdb://{number}"))
    return row("Video", usual, [media(part(path))] if versions is None else versions, **given)


def home_video(number: int, versions: Iterable[str] | None = None, **given: object) -> str:
    usual: dict[str, object] = {"guid": f"local://{number}", "ids": (), "title": f"Beach {number}"}
    return movie(number, versions, **{**usual, **given})


def episode(number: int, versions: Iterable[str] | None = None, **given: object) -> str:
    """Ten episodes a season, three seasons a show."""
    show, season, index = number // 30, number // 10 % 3 + 1, number % 10 + 1
    series = f"Tide Watch {show}"
    name = f"{series} - S{season:02}E{index:02}.mkv"
    usual = {
        **_common(number, "episode", f"Chapter {index}"),
        "parentRatingKey": 900_000 + number // 10,
        "grandparentRatingKey": 800_000 + show,
        "grandparentTitle": series,
        "parentTitle": f"Season {season}",
        "index": index,
        "parentIndex": season,
        "year": 2011,
        "duration": 2_700_000,
        "originallyAvailableAt": "2011-04-17",
    }
    path = f"/data/TV/{series}/Season {season:02}/{name}"
    given.setdefault("ids", (f"tvdb://{number}",))
    return row("Video", usual, [media(part(path))] if versions is None else versions, **given)


def track(number: int, versions: Iterable[str] | None = None, **given: object) -> str:
    usual = {
        **_common(number, "track", f"Song {number}"),
        "parentRatingKey": 700_000,
        "grandparentRatingKey": 600_000,
        "grandparentTitle": "The Buoys",
        "parentTitle": "Low Water",
        "index": number % 12 + 1,
        "parentIndex": 1,
        "duration": 200_000,
    }
    path = f"/data/Music/The Buoys/Low Water/{number:02} - Song {number}.flac"
    version = media(
        part(path, 30_000_000, container="flac", duration=200_000),
        container="flac",
        audioCodec="flac",
        duration=200_000,
        **dict.fromkeys(("videoCodec", "videoResolution", "width", "height", "videoProfile")),
    )
    return row("Track", usual, [version] if versions is None else versions, **given)


def photo(number: int, versions: Iterable[str] | None = None, **given: object) -> str:
    usual = {
        **_common(number, "photo", f"IMG_{number:04}"),
        "guid": f"local://{number}",
        "parentTitle": "Summer",
        "parentRatingKey": 500_000,
        "index": 1,
        "year": 2020,
        "originallyAvailableAt": "2020-07-05",
    }
    version = media(
        part(f"/data/Photos/Summer/{number}.jpg", 3_000_000, container="jpeg", duration=None),
        container="jpeg",
        width=4000,
        height=3000,
        **dict.fromkeys(("duration", "videoCodec", "audioCodec", "bitrate", "audioChannels")),
    )
    return row("Photo", usual, [version] if versions is None else versions, **given)


def clip(number: int, versions: Iterable[str] | None = None, **given: object) -> str:
    """A video among photos."""
    usual: dict[str, object] = {
        **_common(number, "clip", f"VID_{number:04}"),
        "guid": f"local://{number}",
        "parentTitle": "Summer",
        "year": 2020,
        "duration": 9_000,
    }
    path = f"/data/Photos/Summer/{number}.mp4"
    return row("Video", usual, [media(part(path))] if versions is None else versions, **given)


class Many(Sequence[str]):
    """`count` rows made when asked for, so that a big library takes no memory."""

    def __init__(self, count: int, make: Callable[[int], str], first: int = 1) -> None:
        self.count, self.make, self.first = count, make, first

    def __len__(self) -> int:
        return self.count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self.make(self.first + n) for n in range(*index.indices(self.count))]
        return self.make(self.first + index)
