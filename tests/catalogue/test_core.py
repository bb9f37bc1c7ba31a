"""Which connection a catalogue writes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from retrovue.catalogue.core import Catalogue
from retrovue.errors import NewerFile
from support.cli import Cli

ADD = "INSERT INTO history (operation, status, detail) VALUES ('Test', 'success', '{}')"


@pytest.fixture
def empty(cli: Cli) -> Cli:
    cli.make_empty()
    return cli


def _lines(path: Path) -> int:
    return len(Cli(path.parent, path).rows("SELECT id FROM history"))


def test_what_has_read_writes_on_the_same_connection(empty: Cli) -> None:
    catalogue = Catalogue(empty.db)
    reader = catalogue.reader()
    with catalogue.write("Test") as tx:
        assert tx.connection is reader
        tx.execute(ADD)
    catalogue.close()
    assert _lines(empty.db) == 1


def test_a_file_that_was_replaced_since_it_was_read_is_the_one_written(empty: Cli) -> None:
    old, new = empty.home / "old.db", empty.home / "new.db"
    shutil.copy(empty.db, new)
    catalogue = Catalogue(empty.db)
    catalogue.reader().execute("SELECT count(*) FROM sources").fetchone()
    os.rename(empty.db, old)
    os.rename(new, empty.db)
    with catalogue.write("Test") as tx:
        tx.execute(ADD)
    catalogue.close()
    assert (_lines(old), _lines(empty.db)) == (0, 1)


def test_what_only_looks_is_not_what_writes(empty: Cli) -> None:
    catalogue = Catalogue(empty.db)
    inspector = catalogue.inspector()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        inspector.execute(ADD)
    with catalogue.write("Test") as tx:
        assert tx.connection is not inspector
        tx.execute(ADD)
    catalogue.close()
    assert _lines(empty.db) == 1


def test_what_is_being_read_is_not_what_writes(empty: Cli) -> None:
    catalogue = Catalogue(empty.db)
    reader = catalogue.reader()
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sources").fetchone()
    with catalogue.write("Test") as tx:
        assert tx.connection is not reader
        tx.execute(ADD)
    catalogue.close()
    assert _lines(empty.db) == 1


def test_a_file_that_became_newer_between_two_writes_is_left_alone(empty: Cli) -> None:
    catalogue = Catalogue(empty.db)
    with catalogue.write("Test") as tx:
        tx.execute(ADD)
    newer = sqlite3.connect(empty.db)
    newer.execute("PRAGMA user_version = 999")
    newer.close()
    with pytest.raises(NewerFile), catalogue.write("Test") as tx:
        tx.execute(ADD)
    catalogue.close()
    assert _lines(empty.db) == 1
