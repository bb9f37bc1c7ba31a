"""From what is given for options to what is stored, shown and used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from retrovue import Option
from retrovue.errors import ImporterFailed, UsageError
from retrovue.importers import settings
from retrovue.importers.settings import Settings

OPTIONS = (
    Option("folder", "where", type=Path, required=True),
    Option("depth", "how deep", type=int, default=2),
    Option("token", "the secret", secret=True),
)


def test_secrets_are_stored_apart(tmp_path: Path) -> None:
    given = settings.from_input(OPTIONS, {"folder": str(tmp_path), "token": "s3cret"})
    assert given == Settings({"folder": str(tmp_path)}, {"token": "s3cret"})


def test_a_required_option_that_is_missing_is_named() -> None:
    with pytest.raises(UsageError, match="Missing option --folder") as error:
        settings.from_input(OPTIONS, {})
    assert error.value.detail == ["--folder: where"]


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(UsageError, match="--depth is 'deep', which is not a whole number"):
        settings.coerce(OPTIONS[1], "deep")


def test_defaults_and_references_are_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELF_TOKEN", "s3cret")
    stored = Settings({"folder": "/srv"}, {"token": "env:SHELF_TOKEN"})
    assert settings.resolve(OPTIONS, stored, "Shelf") == {
        "folder": "/srv",
        "depth": 2,
        "token": "s3cret",
    }


def test_a_reference_to_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHELF_TOKEN", raising=False)
    stored = Settings({"folder": "/srv"}, {"token": "env:SHELF_TOKEN"})
    with pytest.raises(ImporterFailed, match="SHELF_TOKEN, which is not set"):
        settings.resolve(OPTIONS, stored, "Shelf")


def test_a_secret_is_masked_and_its_reference_is_not() -> None:
    assert settings.masked(Settings({"folder": "/srv"}, {"token": "s3cret"})) == {
        "folder": "/srv",
        "token": "***",
    }
    assert settings.masked(Settings({}, {"token": "env:SHELF"})) == {"token": "env:SHELF"}


def test_a_variable_stands_in_and_a_secret_is_stored_as_its_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHELF_TOKEN", "s3cret")
    option = Option("token", secret=True, envvar="SHELF_TOKEN")
    assert settings.from_input([option], {}) == Settings({}, {"token": "env:SHELF_TOKEN"})


@pytest.mark.parametrize(
    ("type_", "value", "stored"),
    [
        (int, "7", 7),
        (float, "2.5", 2.5),
        (bool, "yes", True),
        (("auto", "root"), "root", "root"),
        (Path, "/a/../b", "/b"),
    ],
)
def test_a_value_is_stored_as_its_type(type_: Any, value: str, stored: object) -> None:
    assert settings.coerce(Option("x", type=type_), value) == stored


def test_an_update_keeps_what_is_not_given_and_drops_what_is_unset_or_unknown() -> None:
    old = Settings({"folder": "/old", "depth": 5, "gone": 1}, {"token": "s3cret"})
    assert settings.unknown(OPTIONS, old) == ["gone"]
    assert settings.merge(OPTIONS, old, {"folder": "/new"}, unset=["depth"]) == Settings(
        {"folder": "/new"}, {"token": "s3cret"}
    )
