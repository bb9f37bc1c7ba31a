"""What one file's name says: the record every reader of names returns."""

from __future__ import annotations

from typing import NamedTuple


class Reading(NamedTuple):
    """What one file's name says; a field the name does not speak of is None, '' or ().

    kind is 'movie', 'episode', 'track', 'video', 'photo', 'extra', 'sample' or 'ignore'.
    guids are spelled as Plex spells them: 'imdb://tt0133093', 'tmdb://603', 'tvdb://70005'. `mark`
    is what stands with a number and makes it another one: '13.5', 'OVA'. `named` is the title of
    its own that a file in a film's folder bears in place of the film's. The title of what is
    ignored is the reason.
    """

    kind: str
    title: str = ""
    series: str | None = None
    season: int | None = None
    episode: int | None = None
    episode_end: int | None = None
    absolute: int | None = None
    artist: str | None = None
    album: str | None = None
    track: int | None = None
    disc: int | None = None
    year: int | None = None
    released_on: str | None = None
    part: int | None = None
    version: str | None = None
    edition: str | None = None
    guids: tuple[str, ...] = ()
    extra: str | None = None
    mark: str | None = None
    named: str | None = None


NO_MEDIA = Reading("ignore", "no media")
