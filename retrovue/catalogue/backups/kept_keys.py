"""What an anonymised copy keeps of JSON and of the views of lists: words of ours alone."""

from __future__ import annotations

import re

from retrovue.catalogue.backups import kept_words
from retrovue.catalogue.columns import TABLES
from retrovue.found import EDITABLE
from retrovue.model import CHANGES, STATS
from retrovue.names.vocabulary import words

NUMBERS = words("season episode episode_end disc track year")
"""The fields of an edit whose value is a number."""

KEYS = (
    frozenset(column.name for table in TABLES.values() for column in table.columns)
    | frozenset((*EDITABLE, *STATS, *CHANGES))
    | words("""
    genres directors writers cast labels summary rating audience_rating content_rating
    studio original_title sort_title play_count last_played_at position_ms posters nfo named
    nfo_said base_url base_path collections ignore probe insecure timeout library kind words
    source source_id collection collection_id year since present search sort guids facts
    contents paths shared titles numbers mark tags streams taken_on width height error
    reason reasons from to backup before after lines options mapped rebound renamed_from
    mappings stats changes moved_from skipped left_out unread skipped_more left_out_more
    unread_more values removed assets files plan type external_id name new gone returned
    lost renamed kept probed due absent sure likely ambiguous totals excluded included
    enabled sync_enabled field value version id count
""")
)
"""Keys of JSON objects that stay."""

_VALUES = words("""
    movie episode track video photo extra show music mixed audio subtitle picture auto root
    folders success partial failed error yes no true false plex filesystem jellyfin
""")
_FORMS = {
    "year": re.compile(r"[\d.]{1,12}"),
    "since": re.compile(r"\d{1,5}[dwmy]|\d{4}-\d\d-\d\d"),
    "plan": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "before": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
}
_ELSEWHERE = re.compile(
    r"(?:imdb|tmdb|tvdb|trakt|anidb|mal|plex|jellyfin|musicbrainz)(?:[_-]?id)?", re.I
)

LITERALS = frozenset(("%Y-%m-%dT%H:%M:%SZ", "now", ""))
"""Literals in the view of a list that are ours."""
_OF_VIEWS = words("""
    asset_id in select a id from assets as where and or not null is collection_id
    collections c source_id sources s join on name exists kind year coalesce added_at
    created_at strftime missing_since instr title rowid asset_search match lower y note w
    marks asset_works work_id seen rating between json_each tags t value collate nocase
    union all
""")


def is_kept(key: str, value: str) -> bool:
    """Whether a text of JSON stays: a word of ours, a format, or what one of our keys holds."""
    if value in _VALUES or (key in _FORMS and _FORMS[key].fullmatch(value)):
        return True
    if key == "language":
        return kept_words.is_language(value)
    return key in (
        "container",
        "codec",
        "video_codec",
        "audio_codec",
        "hdr",
    ) and kept_words.is_format(value)


def is_id_elsewhere(key: str) -> bool:
    """Whether a number under this key names a work to everybody."""
    return _ELSEWHERE.fullmatch(key) is not None


def are_of_views(sql: str) -> bool:
    """Whether the condition of a view, without its literals, has no word that is not ours."""
    names = {name.lower() for name in re.findall(r"[^\W\d]\w*", sql)}
    return names <= _OF_VIEWS and not re.search(r"--|/\*|[\"`\[]", sql) and sql.isascii()
