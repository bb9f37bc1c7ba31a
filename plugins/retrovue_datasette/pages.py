"""The pages: home, search, films, shows, albums, one work, what is new or missing, numbers."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import NotFound, Response
from datasette.views.index import IndexView

from retrovue import human
from retrovue.catalogue.filters import matching
from retrovue_datasette import charts, data, pictures
from retrovue_datasette.data import Catalogue, Row

APPLICATION_ID = 0x52565545
_MOST = 2**63 - 1

Page = Callable[[Any, Any, Catalogue], Awaitable[Any]]


async def catalogue_of(datasette: Any) -> Catalogue | None:
    """The first database that is a catalogue."""
    for database in datasette.databases.values():
        if database.is_memory:
            continue
        found = await database.execute("PRAGMA application_id")
        if found.first()[0] == APPLICATION_ID:
            return Catalogue(database)
    return None


def _page(function: Page) -> Callable[..., Awaitable[Any]]:
    """A view of the catalogue; whoever may not see it is told so by Datasette."""

    async def view(datasette: Any, request: Any) -> Any:
        catalogue = await catalogue_of(datasette)
        if catalogue is None:
            raise NotFound("No database here is a catalogue of retrovue")
        await datasette.ensure_permissions(
            request.actor, [("view-database", catalogue.name), "view-instance"]
        )
        return await function(datasette, request, catalogue)

    return view


async def _html(datasette: Any, request: Any, name: str, title: str, **told: Any) -> Response:
    """A page made of its template."""
    context = {
        "title": title,
        "url": _url,
        "called": called,
        "size": human.size,
        "duration": human.duration,
        "q": request.args.get("q") or "",
        "path": datasette.urls.path,
        **told,
    }
    text = await datasette.render_template(f"retrovue/{name}.html", context, request=request)
    return Response.html(text, headers={"referrer-policy": "same-origin"})


def _url(page: str, **given: Any) -> str:
    """The address of one of our pages."""
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"/catalogue/{page}" + (f"?{query}" if query else "")


def called(row: Row) -> str:
    """How a work is called on a line of its own."""
    name = str(row["title"])
    if row.get("kind") == "episode":
        season = "" if row.get("season") is None else f"S{row['season']:02}"
        number = "" if row.get("episode") is None else f"E{row['episode']:02}"
        return " · ".join(filter(None, (row.get("series"), season + number, name)))
    if row.get("artist"):
        return f"{row['artist']} · {name}"
    return name


def _number(request: Any, name: str) -> int | None:
    text = request.args.get(name) or ""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None
    return number if number is not None and number <= _MOST else None


async def home(datasette: Any, request: Any) -> Any:
    """The libraries and what is new; Datasette's own page where there is no catalogue."""
    catalogue = await catalogue_of(datasette)
    if catalogue is None:
        return await IndexView.as_view(datasette)(request, None)
    return await _home(datasette, request)


@_page
async def _home(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    return await _html(
        datasette, request, "home", "The catalogue",
        libraries=await catalogue.libraries(), counts=await catalogue.counts(),
        newest=await catalogue.newest(12), database=catalogue.name,
    )  # fmt: skip


@_page
async def _search(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    words = (request.args.get("q") or "").split()
    match = matching(words)
    rows = await catalogue.search(match) if match else []
    return await _html(datasette, request, "list", "Search", rows=rows, most=data.FOUND,
                       nothing="Nothing fits." if words else "Type what you look for.")  # fmt: skip


@_page
async def _films(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    collection, start = _number(request, "collection"), _number(request, "start") or 0
    rows, total = await catalogue.films(collection, start)
    return await _html(
        datasette, request, "films", "Films", rows=rows, total=total, start=start,
        collection=collection,
        before=max(0, start - data.FILMS) if start else None,
        after=start + data.FILMS if start + data.FILMS < total else None,
    )  # fmt: skip


@_page
async def _shows(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    rows = await catalogue.shows(_number(request, "collection"))
    return await _html(datasette, request, "shows", "Shows", rows=rows)


@_page
async def _show(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    series, collection = request.args.get("series") or "", _number(request, "collection")
    rows = await catalogue.episodes(collection, series) if collection is not None else []
    if not rows:
        raise NotFound("No such show")
    seasons = [(season, grid(list(own))) for season, own in groupby(rows, lambda r: r["season"])]
    return await _html(
        datasette, request, "show", series, seasons=seasons, poster=rows[0]["asset_id"]
    )


def grid(episodes: Iterable[Row]) -> list[Row]:
    """A cell for each number from the lowest to the highest: there, missing, or a gap; then what
    has no number. Numbers a thousand and more apart are no gap."""
    cells: list[Row] = []
    numbered = [row for row in episodes if row["episode"] is not None]
    until: int | None = None
    for row in sorted(numbered, key=lambda r: r["episode"]):
        number, last = row["episode"], max(row["episode"], row["episode_end"] or 0)
        if until is not None and until + 1 < number <= until + 1000:
            cells += [{"state": "gap", "number": n} for n in range(until + 1, number)]
        until = max(last, until or 0)
        shown = str(number) if last == number else f"{number}–{last}"
        cells.append(_cell(row, shown))
    return cells + [_cell(row, "?") for row in episodes if row["episode"] is None]


def _cell(row: Row, number: str) -> Row:
    return {**row, "state": "missing" if row["missing_since"] else "there", "number": number}


@_page
async def _albums(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    collection = _number(request, "collection")
    rows = await catalogue.albums(collection, request.args.get("artist"))
    artists = [(artist, list(own)) for artist, own in groupby(rows, lambda r: r["artist"])]
    return await _html(datasette, request, "albums", "Albums", artists=artists)


@_page
async def _album(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    artist, album = request.args.get("artist") or "", request.args.get("album") or ""
    collection = _number(request, "collection")
    rows = await catalogue.tracks(collection, artist, album) if collection is not None else []
    if not rows:
        raise NotFound("No such album")
    discs = [(disc, list(own)) for disc, own in groupby(rows, lambda r: r["disc"])]
    return await _html(datasette, request, "album", album or "(no album)", artist=artist,
                       discs=discs, poster=rows[0]["asset_id"])  # fmt: skip


@_page
async def _asset(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    asset_id = int(request.url_vars["id"])
    asset = await catalogue.asset(asset_id) if asset_id <= _MOST else None
    if asset is None:
        raise NotFound(f"No asset {asset_id}")
    files = await catalogue.files(asset_id)
    return await _html(
        datasette, request, "asset", called(asset), asset=asset, files=files,
        ids=_read(asset["guids"]), facts=_read(asset["metadata"]),
        extras=await catalogue.extras(asset_id),
        film=await catalogue.asset(asset["extra_of"]) if asset["extra_of"] else None,
        has_picture=pictures.of(files) is not None, database=catalogue.name,
    )  # fmt: skip


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return []


@_page
async def _poster(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    asset_id = int(request.url_vars["id"])
    files = await catalogue.files(asset_id) if asset_id <= _MOST else []
    body, kind = pictures.read(files) or (charts.no_picture().encode(), "image/svg+xml")
    headers = {"cache-control": "private, max-age=3600", "x-content-type-options": "nosniff"}
    return Response(body, content_type=kind, headers=headers)


@_page
async def _new(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    rows = await catalogue.newest(data.NEW)
    return await _html(datasette, request, "list", "New", rows=rows, most=data.NEW,
                       nothing="Nothing is there yet.")  # fmt: skip


@_page
async def _missing(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    return await _html(datasette, request, "missing", "Missing", rows=await catalogue.missing())


@_page
async def _statistics(datasette: Any, request: Any, catalogue: Catalogue) -> Any:
    counted = await catalogue.charts()
    drawn = [(title, charts.bars(title, counts)) for title, counts in counted.items() if counts]
    total = await catalogue.number("SELECT sum(size_bytes) FROM asset_files")
    return await _html(datasette, request, "statistics", "Statistics", drawn=drawn, total=total)


async def _style(datasette: Any, request: Any) -> Response:
    """The one style sheet, light and dark."""
    text = (Path(__file__).parent / "static" / "style.css").read_text("utf-8")
    return Response(text, content_type="text/css; charset=utf-8")


async def error(datasette: Any, request: Any, exception: Exception) -> Response:
    """What a page says that cannot be shown."""
    status = getattr(exception, "status", 500)
    says = str(exception) if status < 500 else "This page cannot be shown."
    if status >= 500:
        print(f"{request.path}: {type(exception).__name__}: {exception}", file=sys.stderr)
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": says, "status": status}, status=status)
    page = await _html(datasette, request, "error", "Not found" if status == 404 else "Sorry",
                       says=says)  # fmt: skip
    return Response.html(page.body, status=status)


ROUTES = [
    (r"^/$", home),
    (r"^/catalogue/?$", home),
    (r"^/catalogue/style\.css$", _style),
    (r"^/catalogue/search$", _search),
    (r"^/catalogue/films$", _films),
    (r"^/catalogue/shows$", _shows),
    (r"^/catalogue/show$", _show),
    (r"^/catalogue/albums$", _albums),
    (r"^/catalogue/album$", _album),
    (r"^/catalogue/new$", _new),
    (r"^/catalogue/missing$", _missing),
    (r"^/catalogue/statistics$", _statistics),
    (r"^/catalogue/asset/(?P<id>\d{1,19})$", _asset),
    (r"^/catalogue/poster/(?P<id>\d{1,19})$", _poster),
]
