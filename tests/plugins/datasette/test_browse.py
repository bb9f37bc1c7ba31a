"""The catalogue in the browser: every page, nobody without the token, no secret by any way."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from support.cli import PATIENCE, Cli, Run
from support.site import HOSTILE, TOKEN, Site, pages

ASKING = [
    "SELECT * FROM source_secrets",
    "SELECT value FROM source_secrets",
    "SELECT hex(value) FROM source_secrets",
    "SELECT (SELECT max(value) FROM source_secrets)",
    "SELECT count(*) FROM source_secrets WHERE value LIKE 's3c%' OR 1 / (value IS NULL)",
    "SELECT json_group_array(s.value) FROM source_secrets AS s",
    "WITH s AS (SELECT * FROM source_secrets) SELECT * FROM s",
    "SELECT * FROM sqlite_dbpage",
]


@pytest.fixture
def database(catalogue: Cli) -> str:
    return catalogue.db.stem


def test_every_page_is_shown(site: Site, catalogue: Cli) -> None:
    for page in pages(catalogue):
        answer = site.get(page)
        assert (answer.status, answer.type) == (200, "text/html; charset=utf-8"), page
        assert "<h1>" in answer.text, page
        assert HOSTILE not in answer.text, page
        assert TOKEN not in answer.text, page
        assert site.token not in answer.text, page


def test_pages_tell_what_there_is(site: Site, catalogue: Cli) -> None:
    (show,) = [page for page in pages(catalogue) if "series=Lost" in page]
    text = site.get(show).text
    for state in ('class="missing"', 'class="gap"', 'class="there"'):
        assert text.count(f"<li {state}>") == 1
    assert "Amélie" in site.get("/catalogue/search?q=amelie").text
    assert "Nothing fits" in site.get("/catalogue/search?q=nowhere").text
    assert "Pilot" in site.get("/catalogue/missing").text
    assert '<svg class="chart" role="img"' in site.get("/catalogue/statistics").text
    (film,) = catalogue.rows("SELECT id FROM assets WHERE title = 'Amélie' AND kind = 'movie'")
    text = site.get(f"/catalogue/asset/{film[0]}").text
    assert "1080p" in text
    assert "Extras" in text


def test_a_poster_is_served_from_the_mapped_folder_alone(site: Site, catalogue: Cli) -> None:
    ids = dict(catalogue.rows("SELECT title, id FROM assets WHERE kind = 'movie'"))
    assert site.get(f"/catalogue/poster/{ids['Heat']}").text.endswith("-heat")
    answer = site.get(f"/catalogue/poster/{ids['Amélie']}")
    assert (answer.status, answer.type) == (200, "image/svg+xml")
    assert "outside" not in answer.text


@pytest.mark.parametrize(
    "page",
    ["/catalogue/asset/999", "/catalogue/asset/9999999999999999999", "/catalogue/show",
     "/catalogue/album?collection=x", "/catalogue/nothing", "/nothing"],
)  # fmt: skip
def test_what_is_not_there_is_said(site: Site, page: str) -> None:
    answer = site.get(page)
    assert answer.status == 404
    assert "Traceback" not in answer.text


def test_nobody_enters_without_the_token(address: str, catalogue: Cli, database: str) -> None:
    stranger = Site(address)
    for page in (*pages(catalogue), f"/{database}", f"/{database}/media.json", "/-/databases.json",
                 "/catalogue/style.css", "/?token=", "/?token=wrong"):  # fmt: skip
        answer = stranger.get(page)
        assert (answer.status, "Heat" in answer.text) == (403, False), page
    entered = stranger.get(f"/catalogue/films?token={stranger.token}&collection=1")
    assert entered.url == f"{stranger.base}/catalogue/films?collection=1"
    assert entered.status == 200


@pytest.mark.parametrize("sql", ASKING)
def test_no_sql_reads_a_secret(site: Site, database: str, sql: str) -> None:
    for form in ("", ".json"):
        answer = site.get(f"/{database}{form}?sql={sql.replace(' ', '+').replace('%', '%25')}")
        assert TOKEN not in answer.text
        assert TOKEN.encode().hex().upper() not in answer.text
    assert "s3c" not in site.query(database, sql).text.replace(sql, "").replace("s3c%", "")


def test_no_page_and_no_download_has_a_secret(site: Site, database: str) -> None:
    for path in ("source_secrets", "source_secrets.json", "source_secrets.csv",
                 "source_secrets?_facet=value", "source_secrets/1,token"):  # fmt: skip
        assert TOKEN not in site.get(f"/{database}/{path}").text
    assert site.get(f"/{database}.db").status in (403, 404)
    assert TOKEN not in site.get(f"/{database}.db").text


def test_tables_have_words_and_queries_run(site: Site, database: str) -> None:
    text = site.get(f"/{database}/media").text
    assert "One row for each file; an asset without a file shows once." in text
    assert "or else when the catalogue did" in text
    assert "Heat" in site.get(f"/{database}/what_is_new").text
    assert "Heat" in site.get(f"/{database}/assets?_search=heat").text


def test_others_write_meanwhile(site: Site, catalogue: Cli) -> None:
    catalogue.run_sql("UPDATE assets SET edition = 'Recut' WHERE title = 'Heat'")
    assert "Recut" in site.get("/catalogue/films").text
    catalogue.ok("db", "check")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_address_alone_and_ends_when_it_is_told(
    catalogue: Cli, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        catalogue.command("browse", "--no-open"), env=catalogue.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    site = Site(process.stdout.readline().strip())
    assert site.get("/").status == 403
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "", "")


def test_programs_are_told_the_address_in_one_line_of_json(catalogue: Cli) -> None:
    words = ("browse", "--no-open", "--json")
    process = subprocess.Popen(
        catalogue.command(*words),
        env=catalogue.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert Site(json.loads(line)["address"]).get("/").status == 403
    process.send_signal(signal.SIGTERM)
    rest, err = process.communicate(timeout=PATIENCE)
    run = Run(process.returncode, line + rest, err).checked(words)
    assert (run.code, run.err) == (0, "")
    assert run.json.keys() == {"status", "address"}
    assert catalogue("browse", "--port", "99999", "--json").json["error"]["code"] == "usage"


def test_a_port_that_is_taken_is_said(address: str, catalogue: Cli) -> None:
    port = address.partition("/?")[0].rpartition(":")[2]
    run = catalogue("browse", "--no-open", "--port", port)
    assert (run.code, run.out) == (1, "")
    assert run.error.startswith(f"Error: Browse failed: port {port} cannot be used")


def test_it_works_under_plain_datasette(catalogue: Cli, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (a)")

    async def asked(path: str, *files: Path) -> Any:
        return await Datasette([str(file) for file in files]).client.get(path)

    assert "Libraries" in asyncio.run(asked("/", catalogue.db)).text
    assert "Libraries" in asyncio.run(asked("/", other, catalogue.db)).text
    assert "Libraries" not in asyncio.run(asked("/", other)).text
    assert asyncio.run(asked("/catalogue/films", other)).status_code == 404
    secret = f"/{catalogue.db.stem}/source_secrets.json"
    assert TOKEN not in asyncio.run(asked(secret, catalogue.db)).text

    async def downloaded() -> Any:
        datasette = Datasette([], immutables=[str(catalogue.db)])
        return await datasette.client.get(f"/{catalogue.db.stem}.db")

    assert asyncio.run(downloaded()).status_code == 403
