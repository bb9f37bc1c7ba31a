"""What every column of the public tables holds, stated once.

The forms stand in the file as triggers (migration 0002); `db check` looks for rows that were
written past them, and a repair or a migration mends those.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from retrovue.catalogue.texts import DEPTH_MOST

ID_MOST = 2**53 - 1  # the highest whole number that every language reads exactly
NAME_MOST = 10_000  # characters
WORD_MOST = 1_000
PATH_MOST = 32_768
LONG_MOST = 1_000_000
DETAIL_MOST = 100_000_000
_FLOAT_MOST = "1.7976931348623157e308"
_BLANK = "char(32, 9, 10, 13)"
_TELLING = 4_300  # digits that Python reads as one number


class Form(NamedTuple):
    """What a value looks like: in words, as a condition on `{c}`, and how another one is mended."""

    says: str
    test: str
    mend: str
    most: int = 0
    least: int = 0


class Column(NamedTuple):
    """A column: its type, whether it must have a value, and the form of that."""

    name: str
    type: str
    required: bool
    form: Form | None

    def test(self, of: str = "") -> str:
        """The condition on a value that is there, in a column of the row `of`."""
        assert self.form is not None
        return self.form.test.replace("{c}", f"{of}.{self.name}" if of else self.name)

    def looked_at(self) -> str:
        """The condition where what is no JSON at all must not end the look at the others."""
        if self.form is not None and self.form.mend in ("json", "guids"):
            return f"CASE WHEN json_valid({self.name}) THEN {self.test()} ELSE 0 END"
        return self.test()

    @property
    def says(self) -> str:
        """What a value must be, as a refusal says it."""
        assert self.form is not None
        return f"{self.name} is {self.form.says}"


class Table(NamedTuple):
    """A table: the guarantee that speaks of its rows, its columns but for those that refer to
    others, and whether its rows have an id."""

    guarantee: str
    columns: tuple[Column, ...]
    has_id: bool = True

    @property
    def formed(self) -> tuple[Column, ...]:
        """The columns whose values have a form."""
        return tuple(column for column in self.columns if column.form is not None)


def _text(most: int) -> Form:
    """substr() ends at a NUL."""
    return Form(
        f"text of at most {most:,} characters, without NUL",
        f"{{c}} = substr({{c}}, 1, {most})",
        "text",
        most,
    )


def _number(least: int, most: int) -> Form:
    return Form(
        f"a number from {least} to {most:,}",
        f"{{c}} BETWEEN {least} AND {most}",
        "number",
        most,
        least,
    )


# With a modifier date() makes 1 March of 30 February, so that real days alone stay what they are.
_DATE = Form("a date (YYYY-MM-DD)", "{c} IS date({c}, '+0 days') AND {c} > '0001'", "date")
_TIME = Form(
    "a time in UTC (YYYY-MM-DDTHH:MM:SSZ)",
    """{c} GLOB '????-??-??T??:??:??*Z' AND {c} > '0001'
AND CASE
  WHEN {c} = substr({c}, 1, 20) THEN substr({c}, 1, 10) IS date({c}, '+0 days')
  ELSE {c} = substr({c}, 1, 30) AND {c} GLOB '*.[0-9]*'
   AND substr({c}, 1, 10) IS date(substr({c}, 1, 19), '+0 days')
   AND rtrim(substr({c}, 1, length({c}) - 1), '0123456789') = substr({c}, 1, 19) || '.'
END""",
    "time",
)


def _json(most: int) -> Form:
    """JSON that every reader reads: what may be deep, or may have a number that is not finite, is
    looked at piece by piece. json_each() and json_tree() refuse what is malformed, and alone may
    stand in a schema that is not trusted.
    https://www.sqlite.org/c3ref/c_deterministic.html#sqliteinnocuous"""
    return Form(
        f"a JSON object of at most {most:,} characters, {DEPTH_MOST} deep, with finite numbers",
        f"""CASE
  WHEN {{c}} = '{{}}' THEN 1
  WHEN {{c}} <> substr({{c}}, 1, {most})
    OR {{c}} NOT GLOB '{{*}}' AND trim({{c}}, {_BLANK}) NOT GLOB '{{*}}' THEN 0
  WHEN length({{c}}) <= {_TELLING}
   AND length({{c}}) - length(replace(replace({{c}}, '[', ''), '{{', '')) <= {DEPTH_MOST}
   AND {{c}} NOT GLOB '*e[0-9+]*' AND {{c}} NOT GLOB '*E[0-9+]*'
  THEN (SELECT count(*) FROM json_each({{c}}, '$.a')) >= 0
  ELSE NOT EXISTS (
    SELECT 1
      FROM json_tree({{c}}) AS j
     WHERE (j.type IN ('integer', 'real')
            AND j.value NOT BETWEEN -{_FLOAT_MOST} AND {_FLOAT_MOST})
        OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= {DEPTH_MOST})
END""",
        "json",
        most,
    )


_GUIDS = Form(
    f"a JSON array of texts, of at most {LONG_MOST:,} characters",
    f"""CASE
  WHEN {{c}} = '[]' THEN 1
  WHEN {{c}} <> substr({{c}}, 1, {LONG_MOST})
    OR {{c}} NOT GLOB '[[]*]' AND trim({{c}}, {_BLANK}) NOT GLOB '[[]*]' THEN 0
  ELSE NOT EXISTS (SELECT 1 FROM json_each({{c}}) AS j WHERE j.type <> 'text')
END""",
    "guids",
    LONG_MOST,
)
_NAME, _WORD, _PATH, _LONG = map(_text, (NAME_MOST, WORD_MOST, PATH_MOST, LONG_MOST))
_COUNT, _YEAR = _number(0, ID_MOST), _number(0, 9999)
_FROM_1 = Form(  # from 1 says a constraint of the table
    f"a number from 1 to {ID_MOST:,}", f"{{c}} <= {ID_MOST}", "number", ID_MOST, 1
)


def _must(names: str, form: Form) -> tuple[Column, ...]:
    return tuple(Column(name, _type(form), required=True, form=form) for name in names.split())


def _may(names: str, form: Form) -> tuple[Column, ...]:
    return tuple(Column(name, _type(form), required=False, form=form) for name in names.split())


def _type(form: Form) -> str:
    return "integer" if form.mend == "number" else "text"


def _known(names: str, kind: str = "integer") -> tuple[Column, ...]:
    """Columns whose few values the constraints and triggers of the table know."""
    return tuple(Column(name, kind, required=True, form=None) for name in names.split())


TABLES: dict[str, Table] = {
    "sources": Table(
        "G-2",
        (
            *_must("external_id type", _WORD),
            *_must("identity", _LONG),
            *_must("name", _NAME),
            *_must("config", _json(LONG_MOST)),
            *_must("created_at updated_at", _TIME),
            *_may("remote_identity", _LONG),
        ),
    ),
    "source_secrets": Table("G-2", (*_must("name", _WORD), *_must("value", _LONG)), has_id=False),
    "collections": Table(
        "G-5",
        (
            *_must("external_id", _PATH),
            *_must("name", _NAME),
            *_may("kind", _WORD),
            *_known("enabled sync_enabled ingestible revision asset_count missing_count"),
            *_may("not_ingestible_reason", _LONG),
            *_may("missing_since last_ingested_at", _TIME),
            *_must("created_at updated_at", _TIME),
            *_may("identity", _LONG),
            *_may("size", _COUNT),
        ),
    ),
    "path_mappings": Table(
        "G-6",
        (
            *_must("external_path", _PATH),
            *_may("local_path", _PATH),
            *_known("excluded"),
            *_may("missing_since", _TIME),
            *_must("created_at updated_at", _TIME),
        ),
    ),
    "folders": Table(
        "G-2",
        (*_must("path", _PATH), *_may("fingerprint", _LONG), *_must("assets", _COUNT)),
    ),
    "assets": Table(
        "G-5",
        (
            *_must("external_id", _PATH),
            *_known("kind", "text"),
            *_must("title", _NAME),
            *_may("series", _NAME),
            *_may("season episode episode_end", _COUNT),
            *_may("artist album", _NAME),
            *_may("track", _COUNT),
            *_may("year", _YEAR),
            *_may("released_on", _DATE),
            *_may("duration_ms", _COUNT),
            *_may("edition", _NAME),
            *_must("guids", _GUIDS),
            *_must("metadata", _json(LONG_MOST)),
            *_may("fingerprint", _LONG),
            *_must("created_at updated_at", _TIME),
            *_may("missing_since", _TIME),
            *_may("disc", _COUNT),
            *_may("added_at", _TIME),
        ),
    ),
    "asset_files": Table(
        "G-6",
        (
            *_must("relative_path", _PATH),
            *_must("version part", _FROM_1),
            *_may("size_bytes", _COUNT),
            *_may("modified_at", _TIME),
            *_may("duration_ms", _COUNT),
            *_may("container video_codec audio_codec", _NAME),
            *_may("width height", _COUNT),
            *_may("version_label", _NAME),
        ),
    ),
    "asset_streams": Table(
        "G-6",
        (
            *_known("kind", "text"),
            *_may("codec language hdr", _WORD),
            *_may("channels", _COUNT),
            *_known("is_default forced"),
            *_may("path", _PATH),
        ),
    ),
    "probes": Table(
        "G-6",
        (
            *_may("size_bytes", _COUNT),
            *_may("modified_at", _TIME),
            *_must("probed_at", _TIME),
            *_may("error", _LONG),
            *_must("facts", _json(LONG_MOST)),
        ),
    ),
    "works": Table(
        "G-5",
        (
            *_known("kind", "text"),
            *_must("title", _NAME),
            *_must("identity", _json(LONG_MOST)),
            *_must("created_at updated_at", _TIME),
        ),
    ),
    "marks": Table(
        "G-5",
        (
            *_must("tags", _GUIDS),
            *_may("rating", _number(0, 10)),
            *_may("note", _LONG),
            *_may("seen", _number(0, 1)),
            *_must("created_at updated_at", _TIME),
        ),
    ),
    "edits": Table(
        "G-5",
        (
            *_known("field", "text"),
            *_may("value", _NAME),
            *_must("created_at updated_at", _TIME),
        ),
    ),
    "lists": Table(
        "G-5",
        (
            *_must("name view", _NAME),
            *_must("filters", _json(LONG_MOST)),
            *_must("created_at updated_at", _TIME),
        ),
    ),
    "history": Table(
        "G-5",
        (
            *_must("at", _TIME),
            *_must("operation", _NAME),
            *_may("source collection", _NAME),
            *_must("status", _WORD),
            *_must("detail", _json(DETAIL_MOST)),
        ),
    ),
}


def joined(columns: Iterable[str], of: str = "") -> str:
    """Columns for SQL, of a table or alias `of`."""
    return ", ".join(f"{of}.{name}" if of else name for name in columns)


def assigned(columns: Iterable[str], of: str) -> str:
    """SQL that sets columns to those of `of`."""
    return ", ".join(f"{name} = {of}.{name}" for name in columns)
