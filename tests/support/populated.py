"""A catalogue with a bit of everything, by the tool's own schema and plain SQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from retrovue.catalogue.connection import SCHEMA_VERSION
from retrovue.catalogue.core import Catalogue

FIXTURES = Path(__file__).parent.parent / "catalogue" / "fixtures"

# two sources with secrets; collections that are ready, unresolved, excluded, for any location and
# missing; assets with and without files, folders, and history
_ROWS = """
INSERT INTO sources (id, external_id, type, identity, name, config) VALUES
  (1, 'plex-00000001', 'plex', 'http://plex:32400', 'My Plex', '{"base_url": "http://plex:32400"}'),
  (2, 'filesystem-00000002', 'filesystem', '/media', 'Disk', '{"base_path": "/media"}'),
  (3, 'plex-00000003', 'plex', 'http://old:32400', 'Empty', '{}');
INSERT INTO source_secrets (source_id, name, value) VALUES
  (1, 'token', 'abc'), (1, 'other', 'env:OTHER'), (3, 'token', 'def');
INSERT INTO collections (id, source_id, external_id, name, kind) VALUES
  (1, 1, '1', 'Movies', 'movie'),
  (2, 1, '2', 'TV Shows', 'show'),
  (3, 1, '3', 'Music', 'music'),
  (4, 2, '.', 'Movies', 'movie'),
  (5, 2, 'Gone', 'Gone', NULL);
INSERT INTO path_mappings (id, collection_id, external_path) VALUES
  (11, 1, '/data/movies'), (12, 1, '/data/more'), (13, 1, '/data/left-out'),
  (21, 2, '/data/tv'), (22, 2, '/data/anime'),
  (31, 3, '/data/music'), (51, 5, '/media/Gone');
UPDATE path_mappings SET local_path = '/mnt/movies' WHERE id = 11;
UPDATE path_mappings SET local_path = '/mnt/more' WHERE id = 12;
UPDATE path_mappings SET excluded = 1 WHERE id IN (13, 31);
UPDATE path_mappings SET local_path = '/mnt/tv' WHERE id = 21;
UPDATE path_mappings SET local_path = '/media' WHERE collection_id = 4;
UPDATE path_mappings SET local_path = '/media/Gone' WHERE id = 51;
UPDATE collections SET enabled = 1, sync_enabled = 1, ingestible = 1 WHERE id IN (1, 4);
UPDATE collections SET enabled = 1 WHERE id = 2;
UPDATE collections SET missing_since = '2024-01-01T00:00:00Z' WHERE id = 5;
INSERT INTO folders (id, collection_id, path, fingerprint, assets) VALUES
  (1, 4, '', 'f1', 1), (2, 4, 'A', 'f2', 1), (3, 1, 'B', 'f3', 0);
INSERT INTO assets (id, collection_id, folder_id, external_id, kind, title, fingerprint) VALUES
  (1, 1, NULL, '101', 'movie', 'One', 'a'),
  (2, 1, 3, '102', 'movie', 'Two', 'b'),
  (3, 2, NULL, '201', 'episode', 'Pilot', 'c'),
  (4, 4, 1, 'One.mkv', 'movie', 'One', 'd'),
  (5, 4, 2, 'A/Two.mkv', 'movie', 'Two', 'e'),
  (6, 5, NULL, 'x', 'video', 'X', NULL);
UPDATE assets SET missing_since = '2024-01-01T00:00:00Z' WHERE id IN (2, 5);
UPDATE assets SET edition = 'Mine' WHERE id IN (1, 4);
INSERT INTO asset_files (id, asset_id, path_mapping_id, relative_path, version, part)
SELECT a.id * 10 + n.value, a.id, m.id, a.title || n.value || '.mkv', 1, n.value
  FROM assets AS a
  JOIN (SELECT min(id) AS id, collection_id FROM path_mappings GROUP BY collection_id) AS m
    ON m.collection_id = a.collection_id
  JOIN json_each('[1, 2]') AS n
 WHERE a.id <> 6;
INSERT INTO asset_streams (id, asset_file_id, kind, codec, language, channels, is_default, path)
  VALUES
  (1, 11, 'video', 'h264', NULL, NULL, 1, NULL),
  (2, 11, 'audio', 'aac', 'en', 2, 1, NULL),
  (3, 41, 'subtitle', 'subrip', 'de', NULL, 0, '/media/One1.de.srt');
INSERT INTO probes (id, asset_file_id, size_bytes, modified_at, error, facts) VALUES
  (1, 11, 100, '2024-01-01T00:00:00Z', NULL, '{"duration_ms": 1000}'),
  (2, 21, 100, '2024-01-01T00:00:00Z', 'it is no media file', '{}');
INSERT INTO works (id, kind, title, identity) VALUES
  (1, 'movie', 'One', '{"facts": ["movie|one|||"], "paths": ["/media/One1.mkv", "/media/One2.mkv",'
   || ' "/mnt/movies/One1.mkv", "/mnt/movies/One2.mkv"], "titles": ["one"],'
   || ' "numbers": ["", null, null, null, null, null]}'),
  (2, 'movie', 'Away', '{}'),
  (3, 'track', 'Plain', '{}');
INSERT INTO marks (id, work_id, tags, rating, note, seen) VALUES
  (1, 1, '["lent"]', 8, 'to a friend', 1), (2, 2, '[]', NULL, NULL, 0);
INSERT INTO edits (id, work_id, field, value) VALUES
  (1, 1, 'edition', 'Mine'), (2, 2, 'year', '1999');
INSERT INTO lists (id, name, view, filters) VALUES
  (1, 'Lent', 'list_Lent', '{"words": ["tag:lent"]}');
INSERT INTO asset_works (asset_id, work_id) VALUES (1, 1), (4, 1);
INSERT INTO source_values (asset_id, fields) VALUES
  (1, '{"edition": null}'), (4, '{"edition": null}');
UPDATE folders SET fingerprint = 'f' || id;
INSERT INTO history (operation, source, collection, status, detail) VALUES
  ('Source add', 'My Plex', NULL, 'success', '{}'),
  ('Source ingest', 'My Plex', 'Movies', 'failed', '{"error": "no"}');
"""


def populate(path: Path) -> None:
    """Make such a catalogue at `path`."""
    catalogue = Catalogue(path)
    catalogue.writer("Test")
    catalogue.close()
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_ROWS)
    finally:
        connection.close()


def write_fixture() -> Path:
    """Write the catalogue as the fixture of today's schema version, before its release; afterwards
    it stays as it is. `PYTHONPATH=tests python -m support.populated` does it."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "retrovue.db"
        populate(path)
        connection = sqlite3.connect(path)
        lines = dumped(connection)
        connection.close()
    fixture = FIXTURES / f"v{SCHEMA_VERSION}.sql"
    fixture.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return fixture


def dumped(connection: sqlite3.Connection) -> list[str]:
    """The catalogue as SQL; the search index is made by its own words, not by the tables that FTS5
    keeps it in."""
    of_index = ("PRAGMA writable_schema", "INSERT INTO sqlite_master", 'INSERT INTO "asset_search',
                "CREATE TABLE 'asset_search_")  # fmt: skip
    lines = [line for line in connection.iterdump() if not line.startswith(of_index)]
    made = "SELECT sql FROM sqlite_master WHERE name = 'asset_search'"
    (sql,) = connection.execute(made).fetchone()
    return [*lines[:-1], f"{sql};", "INSERT INTO asset_search (asset_search) VALUES ('rebuild');",
            "DELETE FROM search_pending;", lines[-1]]  # fmt: skip


if __name__ == "__main__":
    print(write_fixture())
