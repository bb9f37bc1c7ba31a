"""Requests in proportion to pages and never to items, counted over all the commands."""

from __future__ import annotations

from collections import Counter

from fakes.plex import FakePlex, episode, media, movie, part
from support import written
from support.cli import Cli
from support.nas import NAME, Nas

MOVIES, EPISODES, PAGE = 20_000, 5_000, 1000
PLACES = [f"/data/Movies{number}" for number in range(4)]


def thin_movies() -> list[str]:
    """Movies that lack whatever plexapi would ask the server for again, one by one."""
    absent = dict.fromkeys(("year", "studio", "contentRating", "summary", "thumb", "art"))
    row = movie(4242, [media(part("/place/4242.mkv"))], **absent)
    return [
        row.replace("4242", str(n)).replace("/place", PLACES[n % len(PLACES)])
        for n in range(MOVIES)
    ]


def hidden_episodes() -> list[str]:
    """Episodes whose seasons are hidden, for which plexapi would ask once an episode."""
    absent = dict.fromkeys(("parentRatingKey", "parentTitle", "parentIndex"))
    row = episode(4242, [media(part("/data/TV/4242.mkv"))], **absent)
    return [row.replace("4242", str(n)) for n in range(EPISODES)]


def test_twenty_thousand_movies_and_five_thousand_episodes(
    nas: Nas, plex: FakePlex, cli: Cli
) -> None:
    plex.add_section("1", "Movies", "movie", PLACES, thin_movies())
    plex.add_section("2", "TV", "show", ["/data/TV"], hidden_episodes())
    nas.ready()
    plex.requests.clear()
    assert nas.stats() == {
        "Movies": {"discovered": MOVIES, "added": MOVIES},
        "TV": {"discovered": EPISODES, "added": EPISODES},
    }
    pages = MOVIES // PAGE + EPISODES // PAGE
    assert len(plex.requests) <= pages + 7
    asked = Counter(plex.paths())
    assert asked == {
        "/identity": 1,
        "/": 3,
        "/library/sections": 1,
        "/library/sections/1/all": MOVIES // PAGE + 1,
        "/library/sections/2/all": EPISODES // PAGE + 1,
    }
    assert not any("/library/metadata" in request.line for request in plex.requests)

    plex.requests.clear()
    written.watch(cli.db)
    assert nas.stats() == {
        "Movies": {"discovered": MOVIES, "unchanged": MOVIES},
        "TV": {"discovered": EPISODES, "unchanged": EPISODES},
    }
    assert Counter(plex.paths()) == asked
    assert written.counts(cli.db) == {"collections": 2, "history": 2}
    assert cli.rows(
        "SELECT external_path, count(*) FROM asset_files JOIN path_mappings AS m"
        " ON m.id = path_mapping_id WHERE external_path <> '/data/TV' GROUP BY 1 ORDER BY 1"
    ) == [(place, MOVIES // len(PLACES)) for place in PLACES]
    assert len(cli.ok("asset", "list").out.splitlines()) == 25_001


def test_commands_that_need_no_server_ask_it_nothing(nas: Nas, plex: FakePlex, cli: Cli) -> None:
    plex.add_section("1", "Movies", items=[movie(1)])
    nas.ready()
    nas.stats()
    plex.requests.clear()
    for words in (
        ("source", "list"),
        ("source", "show", NAME),
        ("collection", "list"),
        ("collection", "update", "My Plex/Movies", "--sync-disable"),
        ("collection", "update", "My Plex/Movies", "--sync-enable"),
        ("asset", "list"),
        ("db", "check"),
        ("collection", "wipe", "My Plex/Movies", "--force"),
        ("source", "delete", NAME, "--force"),
    ):
        cli.ok(*words)
    assert plex.requests == []
