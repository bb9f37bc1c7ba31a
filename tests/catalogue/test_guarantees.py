"""What breaks a guarantee, in a part of the file or in all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from retrovue.catalogue import guarantees
from support.cli import Cli


@pytest.fixture
def broken(cli: Cli) -> Iterator[sqlite3.Connection]:
    """A catalogue of two sources, in the second of which a collection has no path mapping."""
    for name in ("one", "two"):
        folder = cli.home / name / "Movies"
        folder.mkdir(parents=True)
        (folder / "A (1990).mkv").touch()
        cli.ok("source", "add", "--type", "filesystem", "--name", name, "--base-path",
               folder.parent, "--discover")  # fmt: skip
    connection = sqlite3.connect(cli.db)
    for (trigger,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("DELETE FROM path_mappings WHERE collection_id = 2")
    yield connection
    connection.close()


def test_a_breach_is_named_with_its_row(broken: sqlite3.Connection) -> None:
    (found,) = guarantees.violations(broken, guarantees.WHOLE_FILE)
    assert str(found) == "G-6: collections 2 of collection 'Movies': it has no path mapping"
    assert found.collection_id == 2


def test_a_source_is_looked_at_by_itself(broken: sqlite3.Connection) -> None:
    assert guarantees.violations(broken, guarantees.of_source(1)) == []
    assert len(guarantees.violations(broken, guarantees.of_source(2))) == 1


def test_a_transaction_is_looked_at_where_it_wrote(broken: sqlite3.Connection) -> None:
    assert guarantees.violations(broken, guarantees.of_touched([1], None, None)) == []
    assert len(guarantees.violations(broken, guarantees.of_touched([1, 2], None, None))) == 1
