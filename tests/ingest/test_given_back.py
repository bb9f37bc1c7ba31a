"""A server or a plugin that gives its token back: nothing of it is stored."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from support import plugins
from support.cli import Cli

TOKEN = 'tök"en\\of/the=server+7'
OPTIONS = 'options = (Option("token", secret=True),)'


class Vault:
    """A source `V` with the token; what it offers and holds is Python that is given."""

    def __init__(self, cli: Cli, token: str = TOKEN) -> None:
        self.cli = cli
        self.token = token
        (cli.home / "things").mkdir()
        cli.make_empty()

    def gives(self, offer: str = "", scan: str = "()", more: str = "") -> None:
        offer = offer or '[FoundCollection("things", "Things", locations=("/srv/things",))]'
        plugins.importer(
            self.cli.site,
            "vault",
            f"""
{OPTIONS}
def discover(self):
    t = self.config["token"]
    return {offer}
def scan(self, collection):
    t = self.config["token"]
    return {scan}
{more}
""",
            before="import base64, json\nfrom urllib.parse import quote\n",
        )

    def ingests(self, scan: str, more: str = "") -> None:
        """Make the source, and have its collection hold that."""
        self.gives(scan=scan, more=more)
        self.cli.ok("source", "add", "--type", "vault", "--name", "V", "--token", self.token,
                    "--discover")  # fmt: skip
        self.cli.ok("collection", "update", "Things", "--map", "/srv/things",
                    self.cli.home / "things", "--sync-enable")  # fmt: skip

    def stored(self) -> str:
        """All that is in the file but the secret itself."""
        tables = {t: rows for t, rows in self.cli.dump().items() if t != "source_secrets"}
        text = json.dumps(tables, ensure_ascii=False)
        for spelled in (
            self.token, json.dumps(self.token)[1:-1], quote(self.token, safe=""),
            base64.b64encode(self.token.encode()).decode(),
        ):  # fmt: skip
            assert spelled not in text
            assert json.dumps(spelled, ensure_ascii=False)[1:-1] not in text
        return text


@pytest.fixture
def vault(cli: Cli) -> Vault:
    return Vault(cli)


@pytest.mark.parametrize(
    "spelled", ["t", "quote(t, safe='')", "json.dumps(t)", "base64.b64encode(t.encode()).decode()"]
)
def test_a_name_of_a_collection_is_stored_without_the_token(vault: Vault, spelled: str) -> None:
    vault.gives(offer=f'[FoundCollection("c", "My " + {spelled}, kind=t)]')
    words = ("source", "add", "--type", "vault", "--name", "V", "--token", TOKEN, "--discover")
    run = vault.cli.ok(*words, "--json")
    vault.stored()
    ((name, kind),) = vault.cli.rows("SELECT name, kind FROM collections")
    assert name.startswith(("My ***", 'My "***"'))
    assert kind == "***"
    assert TOKEN not in run.everything
    assert vault.cli.json("source", "discover", "V")["collections"][0]["name"].startswith("My ")
    vault.stored()


@pytest.mark.parametrize(
    "offer",
    [
        '[FoundCollection("c" + t, "C")]',
        '[FoundCollection(quote(t, safe=""), "C")]',
        '[FoundCollection("c", "C", locations=("/ok", "/at/" + t))]',
        '[FoundCollection("a", "A"), FoundCollection("c", "C" + t, locations=("/" + t,))]',
    ],
)
def test_a_collection_whose_id_or_location_holds_the_token_fails_the_discovery(
    vault: Vault, offer: str
) -> None:
    vault.gives(offer=offer)
    words = ("source", "add", "--type", "vault", "--name", "V", "--token", TOKEN, "--discover")
    for extra in ((), ("--json",)):
        run = vault.cli(*words, *extra)
        assert run.code == 1
        assert "holds a secret of the source" in run.everything
        assert TOKEN not in run.everything
        assert json.dumps(TOKEN)[1:-1] not in run.everything
    assert vault.cli.rows("SELECT * FROM sources") == []


def test_all_that_is_said_of_an_item_is_stored_without_the_token(vault: Vault) -> None:
    vault.ingests("""[FoundAsset(
        "a", "episode", "An " + t,
        (FoundFile("/srv/things/a", container=t, video_codec=t),), "f" + t,
        series=quote(t), artist=t, album=t, edition=t,
        guids=("x://" + t,), metadata={"k" + t: [{"deep": (t, json.dumps({"x": t}))}], "n": 7},
    ), FoundAsset("b", "movie", "Tom & Jerry 100% C:\\\\x", (FoundFile("/srv/things/b"),), "1")]""")
    vault.cli.ok("source", "ingest", "V")
    vault.stored()
    assert vault.cli.rows(
        "SELECT title, series, artist, album, edition, guids, metadata FROM assets ORDER BY id"
    ) == [
        ("An ***", "***", "***", "***", "***", '["x://***"]',
         '{"k***": [{"deep": ["***", "{\\"x\\": \\"***\\"}"]}], "n": 7}'),
        ("Tom & Jerry 100% C:\\x", None, None, None, None, "[]", "{}"),
    ]  # fmt: skip
    assert vault.cli.rows("SELECT container, video_codec FROM asset_files ORDER BY id LIMIT 1") == [
        ("***", "***")
    ]
    before = vault.cli.dump("assets", "asset_files")
    again = vault.cli.json("source", "ingest", "V")
    assert (again["totals"]["unchanged"], again["totals"]["updated"]) == (2, 0)
    assert vault.cli.dump("assets", "asset_files") == before


def test_what_an_importer_describes_is_stored_without_the_token(vault: Vault) -> None:
    vault.ingests(
        '[FoundAsset("a", "movie", None, (FoundFile("/srv/things/a"),), "1")]',
        'def describe(self, asset):\n    return asset._replace(title=self.config["token"])\n',
    )
    vault.cli.ok("source", "ingest", "V")
    vault.stored()
    assert vault.cli.rows("SELECT title FROM assets") == [("***",)]


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ('FoundAsset("a" + t, "movie", "A", (FoundFile("/srv/things/a"),), "1")', "id"),
        ('FoundAsset(quote(t), "movie", "A", (FoundFile("/srv/things/a"),), "1")', "id"),
        ('FoundAsset("a", "movie", "A", (FoundFile("/srv/things/" + t),), "1")', "path"),
        (
            'FoundAsset("a", "movie", "A", (FoundFile("/srv/things/a"),'
            ' FoundFile("/srv/things/?t=" + quote(t), part=2)), "1")',
            "path",
        ),
    ],
)
def test_an_item_whose_id_or_path_holds_the_token_is_skipped(
    vault: Vault, item: str, why: str
) -> None:
    good = 'FoundAsset("good", "movie", "Good", (FoundFile("/srv/things/good"),), "1")'
    vault.ingests(f"[{item}, {good}]")
    run = vault.cli.ok("source", "ingest", "V", "--json")
    assert (run.json["totals"]["added"], run.json["totals"]["skipped"]) == (1, 1)
    assert f"its {why} holds a secret of the source" in run.out
    assert TOKEN not in run.everything
    assert json.dumps(TOKEN)[1:-1] not in run.everything
    vault.stored()
    assert vault.cli.rows("SELECT title FROM assets") == [("Good",)]


def test_a_folder_whose_path_holds_the_token_is_not_kept(vault: Vault) -> None:
    vault.ingests(
        '[FoundFolder("/srv/things/" + t, "1", lambda: []), FoundFolder("/srv/things/x", t,'
        ' lambda: [FoundAsset("a", "movie", "A", (FoundFile("/srv/things/x/a"),), "1")])]'
    )
    vault.cli.ok("source", "ingest", "V")
    vault.stored()
    assert vault.cli.rows("SELECT title FROM assets") == [("A",)]


@pytest.mark.parametrize("token", ["abc1234", "k7"])
def test_a_short_token_as_a_title_is_not_stored(cli: Cli, token: str) -> None:
    vault = Vault(cli, token)
    vault.ingests('[FoundAsset("a", "movie", t, (FoundFile("/srv/things/a"),), "1")]')
    cli.ok("source", "ingest", "V")
    assert cli.rows("SELECT title FROM assets") == [("***",)]


@pytest.mark.parametrize("token", ["things", "srv", "1999", "a"])
def test_a_token_that_is_a_common_word_keeps_no_item_out(cli: Cli, token: str) -> None:
    """Ids and paths hold such a word by chance."""
    vault = Vault(cli, token)
    vault.ingests('[FoundAsset("1999", "movie", "Good", (FoundFile("/srv/things/1999"),), "1")]')
    found = cli.json("source", "ingest", "V")
    assert (found["totals"]["added"], found["totals"]["skipped"]) == (1, 0)


@pytest.mark.parametrize("identity", ["t", "'vault of ' + quote(t)"])
def test_an_identity_that_holds_the_token_is_refused(vault: Vault, identity: str) -> None:
    vault.gives(more=f'def identity(self):\n    t = self.config["token"]\n    return {identity}\n')
    run = vault.cli("source", "add", "--type", "vault", "--name", "V", "--token", TOKEN, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "importer_failed")
    assert run.json["error"]["message"] == "Importer 'vault' gives a secret for its identity"
    assert vault.cli.rows("SELECT * FROM sources") == []


def test_what_is_cut_short_for_a_message_shows_no_part_of_the_token(cli: Cli) -> None:
    vault = Vault(cli, "0123456789abcdefghij" * 4)
    vault.ingests('[("x" * 40, t)]')
    run = cli("source", "ingest", "V", "--json")
    assert "FoundAsset is due" in run.out
    assert "0123456789" not in run.everything
    assert "0123456789" not in vault.stored()
