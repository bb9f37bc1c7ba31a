"""The pages of `retrovue browse`, asked for as a browser does."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import NamedTuple

from support.cli import PATIENCE, Cli

TOKEN = "s3cret-of-the-server"
HOSTILE = '<script>alert("x")</script>'
FILES = (
    "Movies/Amélie (2001)/Amélie (2001) - 1080p.mkv",
    "Movies/Amélie (2001)/Amélie (2001)-trailer.mp4",
    "Movies/Heat (1995)/Heat (1995).mkv",
    "TV Shows/Lost/Season 01/Lost - S01E01 - Pilot.mkv",
    "TV Shows/Lost/Season 01/Lost - S01E03 - Walkabout.mkv",
    "Music/Pond/Tides (1990)/01 - Ebb.flac",
)


class Answer(NamedTuple):
    status: int
    text: str
    type: str
    url: str


class Site:
    """The pages of a server, with its cookies once it was entered."""

    def __init__(self, address: str) -> None:
        self.base, _, self.token = address.partition("/?token=")
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Answer:
        try:
            with self._opener.open(self.base + path, timeout=PATIENCE) as answer:
                body, told = answer.read(), answer
        except urllib.error.HTTPError as error:
            body, told = error.read(), error
        text = body.decode("utf-8", "replace")
        return Answer(told.status, text, told.headers.get("content-type", ""), told.url)

    def query(self, database: str, sql: str) -> Answer:
        return self.get(f"/{database}?sql={urllib.parse.quote(sql)}")


def pages(catalogue: Cli) -> list[str]:
    """Every page of ours."""
    ids = catalogue.rows("SELECT id FROM assets")
    collections = dict(catalogue.rows("SELECT name, id FROM collections"))
    return [
        "/", "/catalogue/films", f"/catalogue/films?collection={collections['Movies']}",
        "/catalogue/shows", f"/catalogue/show?collection={collections['TV Shows']}&series=Lost",
        "/catalogue/albums",
        f"/catalogue/album?collection={collections['Music']}&artist=Pond&album=Tides",
        "/catalogue/new", "/catalogue/missing", "/catalogue/statistics", "/catalogue/search",
        "/catalogue/search?q=amelie", "/catalogue/search?q=%22%20OR%20*",
        *(f"/catalogue/asset/{number}" for (number,) in ids),
    ]  # fmt: skip
