"""What an NFO file says, of whatever make, and what a hostile one cannot do."""

from __future__ import annotations

import time

import pytest

from retrovue_filesystem import nfo
from retrovue_filesystem.nfo import told

FILM = "<movie><title>A</title>%s</movie>"


def film(inner: str) -> nfo.Told:
    return told((FILM % inner).encode())


@pytest.mark.parametrize(
    ("ids", "guids"),
    [
        ("<uniqueid type='IMDB'>tt0078748</uniqueid>", ["imdb://tt0078748"]),
        ("<uniqueid type='themoviedb'>348</uniqueid>", ["tmdb://348"]),
        ("<tvdbid>16085</tvdbid><imdb_id>tt0078748</imdb_id>", ["tvdb://16085", "imdb://tt0078748"]),
        ("<uniqueid type='tmdb'>348</uniqueid><tmdbid>348</tmdbid>", ["tmdb://348"]),
        ("<uniqueid type='tmdbSet'>8091</uniqueid>", []),
        ("<uniqueid type='unknown'>348</uniqueid>", []),
        ("<uniqueid type='sonarr'>4</uniqueid>", []),
        ("<uniqueid>348</uniqueid><id>348</id>", []),
        ("<id>-1</id><tmdbid>0</tmdbid><tvdbid>-1</tvdbid>", []),
        ("<imdbid>tt0000000</imdbid><imdbid>0078748</imdbid>", []),
        ("<tmdbid>\u0663\u0664\u0668</tmdbid><tmdbid>348/x</tmdbid>", []),
        ("<set><tmdbid>8091</tmdbid></set>", []),
    ],
)  # fmt: skip
def test_an_id_is_taken_where_it_is_that_of_one_work(ids: str, guids: list[str]) -> None:
    assert list(film(ids).guids) == guids


@pytest.mark.parametrize(
    ("text", "guids"),
    [
        ("https://www.imdb.com/de/title/tt0078748/?ref_=x", ["imdb://tt0078748"]),
        ("<<< GROUP >>> http://www.imdb.com/title/tt0078748/ <-- look", ["imdb://tt0078748"]),
        ("imdb.com/title/tt0078748 and again imdb.com/title/tt0078748", ["imdb://tt0078748"]),
        ("<html>imdb.com/title/tt0078748 imdb.com/title/tt0090605</html>", []),
        ("https://www.themoviedb.org/tv/1396", []),
        ("https://thetvdb.com/?tab=series&id=81189", []),
    ],
)
def test_an_address_is_taken_where_it_is_that_of_one_film(text: str, guids: list[str]) -> None:
    if guids:
        assert list(told(text.encode()).guids) == guids
    else:
        with pytest.raises(nfo.NotRead):
            told(text.encode())


def test_the_address_of_a_show_is_not_that_of_its_episodes() -> None:
    episode = "<episodedetails><title>A</title></episodedetails>\n"
    for address in ("https://www.imdb.com/title/tt0903747/", "thetvdb.com/?tab=series&id=81189"):
        assert told((episode + address).encode(), "episode").guids == ()
    for address in (
        "https://thetvdb.com/series/breaking-bad/episodes/349232",
        "thetvdb.com/?tab=episode&seriesid=81189&seasonid=30272&id=349232",
    ):
        assert told((episode + address).encode(), "episode").guids == ("tvdb://349232",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", ["utf-8", "UTF-16", "utf-16"])
def test_the_bytes_tell_the_encoding_where_the_declaration_is_wrong(
    encoding: str, declared: str
) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + FILM % "<plot>é</plot>"
    assert told(text.encode(encoding)).metadata == {"summary": "é"}


@pytest.mark.parametrize(
    "encoding",
    ["undefined", "idna", "punycode", "utf-7", "unicode_escape", "raw_unicode_escape", "hex", "x"],
)
def test_an_encoding_that_is_no_text_s_is_not_believed(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + FILM % "<plot>+2AA- \\ud800 .</plot>"
    assert told(text.encode()).metadata == {"summary": "+2AA- \\ud800 ."}


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-15", "koi8-r", "shift_jis"])
def test_an_older_encoding_is_believed(encoding: str) -> None:
    text = {"koi8-r": "Чужой", "shift_jis": "エイリアン"}.get(encoding, "Ängste")
    body = f'<?xml version="1.0" encoding="{encoding}"?><movie><title>{text}</title></movie>'
    assert told(body.encode(encoding)).fields == {"title": text}


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0" encoding="punycode"?><movie>-' + b"abcdefgh" * 120_000,
        b"thetvdb.com/" * 80_000,
        b"thetvdb.com/?tab=episode&" * 40_000,
        b"imdb.com/" * 100_000,
        b"<movie><title>A</title>" + b"<a/>" * 240_000 + b"</movie>",
        b"<movie/>" * 120_000,
        b"<" * 900_000,
        b"&" * 900_000,
    ],
    ids=["punycode", "tvdb", "episode", "imdb", "elements", "items", "open", "ampersands"],
)
def test_no_file_takes_long(body: bytes) -> None:
    begun = time.process_time()
    for kind in ("movie", "episode"):
        try:
            told(body, kind)
        except nfo.NotRead:
            continue
    assert time.process_time() - begun < 20  # seconds


@pytest.mark.parametrize(
    ("ratings", "rating"),
    [
        ("<ratings><rating max='10'><value>8</value></rating>"
         "<rating max='100' default='true'><value>91</value></rating></ratings>", 9.1),
        ("<ratings><rating max='100'/><rating max='10'><value>8</value></rating></ratings>", 8.0),
        ("<rating>7,5</rating>", 7.5),
        ("<rating max='5'>4</rating>", 8.0),
        ("<rating>0</rating>", None),
        ("<rating>11</rating><rating>NaN</rating><rating>inf</rating><rating>good</rating>", None),
        ("<ratings><rating max='0'><value>8</value></rating></ratings>", None),
        ("<ratings><rating max='nan'><value>8</value></rating></ratings>", None),
        ("<userrating>9</userrating>", None),
    ],
)  # fmt: skip
def test_a_rating_is_the_default_one_by_its_scale(ratings: str, rating: float | None) -> None:
    assert film(ratings).metadata.get("rating") == rating


@pytest.mark.parametrize(
    ("days", "fields"),
    [
        ("<premiered>1979-05-25</premiered>", {"released_on": "1979-05-25", "year": 1979}),
        ("<year>1980</year><releasedate>1979-05-25T00:00:00</releasedate>",
         {"year": 1980, "released_on": "1979-05-25"}),
        ("<premiered>1601-01-01</premiered>", {}),
        ("<premiered>0001-01-01</premiered><year>0</year>", {}),
        ("<premiered>1979-02-30</premiered>", {}),
        ("<premiered>1979-W10-1</premiered>", {}),
        ("<year>20\u0660\u0664</year>", {}),
    ],
)  # fmt: skip
def test_a_day_is_one_that_can_be(days: str, fields: dict[str, object]) -> None:
    assert film(days).fields == {"title": "A", **fields}


def test_a_music_video_has_an_artist_and_an_album() -> None:
    body = b"<musicvideo><title>T</title><artist>Ada</artist><album>One</album></musicvideo>"
    assert told(body).fields == {"title": "T", "artist": "Ada", "album": "One"}
