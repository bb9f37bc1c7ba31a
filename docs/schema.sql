PRAGMA application_id = 1381389637;
PRAGMA user_version = 6;

CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);

CREATE TABLE asset_files (
  id               INTEGER PRIMARY KEY AUTOINCREMENT
                   CONSTRAINT "G-2: the id of a file is above 0" CHECK (id > 0),
  asset_id         INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
  path_mapping_id  INTEGER NOT NULL REFERENCES path_mappings (id),
  relative_path    TEXT NOT NULL                                -- below the mapping, always with /
                   CONSTRAINT "G-6: a file has a relative_path" CHECK (relative_path <> ''),
  version          INTEGER NOT NULL DEFAULT 1
                   CONSTRAINT "G-5: versions count from 1" CHECK (version > 0),
  part             INTEGER NOT NULL DEFAULT 1
                   CONSTRAINT "G-5: parts count from 1" CHECK (part > 0),
  size_bytes       INTEGER,
  modified_at      TEXT,
  duration_ms      INTEGER,
  container        TEXT,
  video_codec      TEXT,
  audio_codec      TEXT,
  width            INTEGER,
  height           INTEGER
, version_label TEXT) STRICT;

CREATE VIRTUAL TABLE asset_search USING fts5 (
  title, series, artist, album, edition, version_label, year, guids, external_id,
  content = 'asset_search_text', content_rowid = 'id', prefix = '2',
  tokenize = "unicode61 remove_diacritics 2"
);

CREATE TABLE asset_streams (
  id             INTEGER PRIMARY KEY
                 CONSTRAINT "G-2: the id of a stream is above 0" CHECK (id > 0),
  asset_file_id  INTEGER NOT NULL REFERENCES asset_files (id) ON DELETE CASCADE,
  kind           TEXT NOT NULL
                 CONSTRAINT "G-6: a stream has one of the known kinds"
                 CHECK (kind IN ('video', 'audio', 'subtitle', 'picture')),
  codec          TEXT,                                          -- as FFmpeg names it
  language       TEXT,                                          -- BCP 47: en, pt-BR
  channels       INTEGER,
  hdr            TEXT,                                          -- HDR10, HDR10+, HLG, Dolby Vision
  is_default     INTEGER NOT NULL DEFAULT 0
                 CONSTRAINT "G-5: is_default is 0 or 1" CHECK (is_default IN (0, 1)),
  forced         INTEGER NOT NULL DEFAULT 0
                 CONSTRAINT "G-5: forced is 0 or 1" CHECK (forced IN (0, 1)),
  path           TEXT                                           -- of a sidecar, as the source spells it
) STRICT;

CREATE TABLE asset_works (
  asset_id  INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
  work_id   INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE assets (
  id             INTEGER PRIMARY KEY AUTOINCREMENT
                 CONSTRAINT "G-2: the id of an asset is above 0" CHECK (id > 0),
  collection_id  INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  folder_id      INTEGER REFERENCES folders (id) ON DELETE SET NULL,
  external_id    TEXT NOT NULL                                  -- the source's own id of it
                 CONSTRAINT "G-5: an asset has an external_id" CHECK (external_id <> ''),
  kind           TEXT NOT NULL
                 CONSTRAINT "G-5: an asset has one of the known kinds"
                 CHECK (kind IN ('movie', 'episode', 'track', 'video', 'photo', 'extra')),
  title          TEXT NOT NULL
                 CONSTRAINT "G-5: an asset has a title" CHECK (title <> ''),
  series         TEXT,
  season         INTEGER,                                       -- 0 are the specials
  episode        INTEGER,
  episode_end    INTEGER,                                       -- the last, when one file holds several
  artist         TEXT,
  album          TEXT,
  track          INTEGER,
  year           INTEGER,
  released_on    TEXT,                                          -- YYYY-MM-DD
  duration_ms    INTEGER,
  edition        TEXT,                                          -- Director's Cut
  guids          TEXT NOT NULL DEFAULT '[]' /* ["imdb://tt0133093", ...] */,
  metadata       TEXT NOT NULL DEFAULT '{}' /* whatever else the importer knows */,
  fingerprint    TEXT,                                          -- NULL: read again at the next ingest
  created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  missing_since  TEXT, extra_of INTEGER            -- the film that an extra belongs to; NULL: none
  REFERENCES assets (id) ON DELETE SET NULL, disc INTEGER, added_at TEXT,                                          -- not seen by the last complete scan
  UNIQUE (collection_id, external_id)
) STRICT;

CREATE TABLE catalogue (
  only  INTEGER PRIMARY KEY CHECK (only = 1),
  id    TEXT NOT NULL CHECK (length(id) = 32)                   -- random, from its creation on; copies keep it
) STRICT;

CREATE TABLE collections (
  id                     INTEGER PRIMARY KEY AUTOINCREMENT
                         CONSTRAINT "G-1: the id of a collection is above 0" CHECK (id > 0),
  source_id              INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  external_id            TEXT NOT NULL                          -- the source's own id of it
                         CONSTRAINT "G-1: a collection has an external_id" CHECK (external_id <> ''),
  name                   TEXT NOT NULL
                         CONSTRAINT "G-1: a collection has a name" CHECK (trim(name) <> ''),
  kind                   TEXT,                                  -- movie, show, music, photo, video
  enabled                INTEGER NOT NULL DEFAULT 0
                         CONSTRAINT "G-5: enabled is 0 or 1" CHECK (enabled IN (0, 1)),
  sync_enabled           INTEGER NOT NULL DEFAULT 0
                         CONSTRAINT "G-5: sync_enabled is 0 or 1" CHECK (sync_enabled IN (0, 1)),
  ingestible             INTEGER NOT NULL DEFAULT 0
                         CONSTRAINT "G-5: ingestible is 0 or 1" CHECK (ingestible IN (0, 1)),
  not_ingestible_reason  TEXT,                                  -- why not, when last worked out
  missing_since          TEXT,                                  -- no longer offered by its source
  last_ingested_at       TEXT,
  revision               INTEGER NOT NULL DEFAULT 0,            -- grows with any change to its assets
  asset_count            INTEGER NOT NULL DEFAULT 0,            -- kept by the triggers of assets
  missing_count          INTEGER NOT NULL DEFAULT 0,            -- those of them with missing_since
  created_at             TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at             TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), identity TEXT, size INTEGER,
  UNIQUE (source_id, external_id),
  CONSTRAINT "G-5: sync_enabled needs enabled" CHECK (sync_enabled <= enabled)
) STRICT;

CREATE TABLE edits (
  id             INTEGER PRIMARY KEY AUTOINCREMENT
                 CONSTRAINT "G-2: the id of an edit is above 0" CHECK (id > 0),
  work_id        INTEGER NOT NULL REFERENCES works (id),
  field          TEXT NOT NULL
                 CONSTRAINT "G-5: an edit is of a field that can be edited"
                 CHECK (field IN ('title', 'series', 'season', 'episode', 'episode_end', 'artist', 'album',
                                  'disc', 'track', 'year', 'released_on', 'edition')),
  value          TEXT,                                          -- NULL: none
  created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  UNIQUE (work_id, field)
) STRICT;

CREATE TABLE folders (
  id             INTEGER PRIMARY KEY
                 CONSTRAINT "G-2: the id of a folder is above 0" CHECK (id > 0),
  collection_id  INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  path           TEXT NOT NULL,
  fingerprint    TEXT,
  assets         INTEGER NOT NULL DEFAULT 0,                    -- assets present when it was last read
  UNIQUE (collection_id, path)
) STRICT;

CREATE TABLE history (
  id          INTEGER PRIMARY KEY AUTOINCREMENT
              CONSTRAINT "G-5: the id of a line of history is above 0" CHECK (id > 0),
  at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  operation   TEXT NOT NULL,                                    -- 'Source ingest'
  source      TEXT,
  collection  TEXT,
  status      TEXT NOT NULL,                                    -- success, partial, failed
  detail      TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE lists (
  id             INTEGER PRIMARY KEY AUTOINCREMENT
                 CONSTRAINT "G-2: the id of a list is above 0" CHECK (id > 0),
  name           TEXT NOT NULL UNIQUE COLLATE NOCASE
                 CONSTRAINT "G-5: a list has a name" CHECK (name <> ''),
  view           TEXT NOT NULL UNIQUE COLLATE NOCASE            -- what it is called as a view
                 CONSTRAINT "G-5: a list has a view" CHECK (view <> ''),
  filters        TEXT NOT NULL DEFAULT '{}',                    -- those of `asset list`
  created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE TABLE marks (
  id             INTEGER PRIMARY KEY AUTOINCREMENT
                 CONSTRAINT "G-2: the id of a mark is above 0" CHECK (id > 0),
  work_id        INTEGER NOT NULL UNIQUE REFERENCES works (id),
  tags           TEXT NOT NULL DEFAULT '[]',
  rating         INTEGER,                                       -- 0 to 10
  note           TEXT,
  seen           INTEGER,                                       -- 1, 0, or NULL: not said
  created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE TABLE path_mappings (
  id             INTEGER PRIMARY KEY AUTOINCREMENT
                 CONSTRAINT "G-6: the id of a path mapping is above 0" CHECK (id > 0),
  collection_id  INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  external_path  TEXT NOT NULL,                                 -- as the source spells it; '' is any
  local_path     TEXT                                           -- the folder here; NULL: not yet said
                 CONSTRAINT "G-6: local_path is NULL or a folder" CHECK (local_path <> ''),
  excluded       INTEGER NOT NULL DEFAULT 0
                 CONSTRAINT "G-6: excluded is 0 or 1" CHECK (excluded IN (0, 1)),
  missing_since  TEXT,                                          -- no longer a location of the source
  created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  UNIQUE (collection_id, external_path)
) STRICT;

CREATE TABLE probes (
  id             INTEGER PRIMARY KEY
                 CONSTRAINT "G-2: the id of a probe is above 0" CHECK (id > 0),
  asset_file_id  INTEGER NOT NULL UNIQUE REFERENCES asset_files (id) ON DELETE CASCADE,
  size_bytes     INTEGER,                                       -- of the file when it was probed
  modified_at    TEXT,
  probed_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  error          TEXT,                                          -- why not; NULL: it was probed
  facts          TEXT NOT NULL DEFAULT '{}'                     -- what it said
) STRICT;

CREATE TABLE search_pending (
  asset_id       INTEGER PRIMARY KEY,
  indexed        INTEGER NOT NULL,                              -- whether the index has words of it
  title          TEXT,
  series         TEXT,
  artist         TEXT,
  album          TEXT,
  edition        TEXT,
  version_label  TEXT,
  year           INTEGER,
  guids          TEXT,
  external_id    TEXT
) STRICT;

CREATE TABLE source_secrets (
  source_id    INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  name         TEXT NOT NULL                                    -- the option: token
               CONSTRAINT "G-2: a secret has a name" CHECK (name <> ''),
  value        TEXT NOT NULL,                                   -- the secret, or env:NAME
  PRIMARY KEY (source_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE source_values (
  asset_id  INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
  fields    TEXT NOT NULL                                       -- a JSON object by field
) STRICT;

CREATE TABLE sources (
  id           INTEGER PRIMARY KEY AUTOINCREMENT
               CONSTRAINT "G-2: the id of a source is above 0" CHECK (id > 0),
  external_id  TEXT NOT NULL UNIQUE                             -- '<type>-<8 hex digits>', for good
               CONSTRAINT "G-2: a source has an external_id" CHECK (external_id <> ''),
  type         TEXT NOT NULL                                    -- the importer's word: plex, filesystem
               CONSTRAINT "G-2: a source has a type" CHECK (type <> ''),
  identity     TEXT NOT NULL,                                   -- what makes it the same source
  name         TEXT NOT NULL COLLATE NOCASE UNIQUE
               CONSTRAINT "G-2: a source has a name" CHECK (trim(name) <> ''),
  config       TEXT NOT NULL DEFAULT '{}' /* the importer's options, no secrets */,
  created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), remote_identity TEXT,
  UNIQUE (type, identity)
) STRICT;

CREATE TABLE works (
  id             INTEGER PRIMARY KEY AUTOINCREMENT
                 CONSTRAINT "G-2: the id of a work is above 0" CHECK (id > 0),
  kind           TEXT NOT NULL
                 CONSTRAINT "G-5: a work has one of the known kinds"
                 CHECK (kind IN ('movie', 'episode', 'track', 'video', 'photo', 'extra')),
  title          TEXT NOT NULL,                                 -- to name it by
  identity       TEXT NOT NULL DEFAULT '{}',                    -- what it is known again by
  created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");

CREATE INDEX asset_files_asset ON asset_files (asset_id, version, part);

CREATE INDEX asset_files_mapping ON asset_files (path_mapping_id);

CREATE INDEX asset_streams_file ON asset_streams (asset_file_id);

CREATE INDEX asset_works_work ON asset_works (work_id);

CREATE INDEX assets_missing ON assets (collection_id) WHERE missing_since IS NOT NULL;

CREATE INDEX assets_folder ON assets (folder_id, collection_id);

CREATE INDEX assets_extra_of ON assets (extra_of) WHERE extra_of IS NOT NULL;

CREATE INDEX assets_extras ON assets (collection_id) WHERE kind = 'extra';

CREATE VIEW asset_search_text AS
SELECT a.id,
       a.title, a.series, a.artist, a.album, a.edition,
       (SELECT group_concat(label, ' ')
          FROM (SELECT f.version_label AS label
                  FROM asset_files AS f
                 WHERE f.asset_id = a.id AND f.version_label IS NOT NULL
                 GROUP BY 1
                 ORDER BY 1)) AS version_label,
       a.year,
       iif(a.guids = '[]', NULL, a.guids) AS guids,
       iif(a.external_id GLOB '*[/\.]*', NULL, a.external_id) AS external_id
  FROM assets AS a;

CREATE VIEW collection_status AS
SELECT c.id AS collection_id,
       s.name AS source,
       c.name AS collection,
       c.kind, c.enabled, c.sync_enabled, c.ingestible, c.not_ingestible_reason,
       (SELECT count(*) FROM path_mappings AS m WHERE m.collection_id = c.id) AS mappings,
       (SELECT count(*)
          FROM path_mappings AS m
         WHERE m.collection_id = c.id
           AND m.local_path IS NULL
           AND m.excluded = 0
           AND m.missing_since IS NULL) AS unresolved_mappings,
       c.asset_count AS assets,
       c.missing_count AS missing_assets,
       c.last_ingested_at
  FROM collections AS c
  JOIN sources AS s ON s.id = c.source_id;

CREATE VIEW duplicates AS
WITH found AS (
  SELECT 'same_file' AS reason, local_path AS word, asset_id FROM media WHERE local_path IS NOT NULL
  UNION
  SELECT 'same_id', j.value, a.id
    FROM assets AS a
    JOIN json_each(a.guids) AS j
   WHERE a.kind = 'movie' AND a.guids <> '[]'
     AND (j.value GLOB 'imdb://*' OR j.value GLOB 'tmdb://*')
  UNION
  SELECT 'same_title', lower(title) || char(10) || year, id FROM assets WHERE kind = 'movie'
  UNION
  SELECT 'same_episode', lower(series) || char(10) || season || char(10) || episode, id
    FROM assets
   WHERE kind = 'episode'
), several AS (
  SELECT reason, '[' || group_concat(asset_id) || ']' AS asset_ids, min(asset_id) AS first
    FROM (SELECT reason, word, asset_id FROM found WHERE word IS NOT NULL ORDER BY 1, 2, 3)
   GROUP BY reason, word
  HAVING count(*) > 1
)
SELECT d.reason, s.name AS source, c.name AS collection, a.title, a.year, d.asset_ids,
       '[' || coalesce((
         SELECT group_concat('"' || replace(replace(replace(replace(replace(path, '\', '\\'),
                             '"', '\"'), char(10), '\n'), char(9), '\t'), char(13), '\r') || '"')
           FROM (SELECT DISTINCT v.local_path AS path
                   FROM json_each(d.asset_ids) AS j
                   JOIN media AS v ON v.asset_id = j.value
                  WHERE v.local_path IS NOT NULL
                  ORDER BY 1)), '') || ']' AS paths
  FROM several AS d
  JOIN assets AS a ON a.id = d.first
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id;

CREATE VIEW episodes AS
SELECT a.id AS asset_id,
       s.name AS source,
       c.name AS collection,
       a.series, a.season, a.episode, a.episode_end, a.title,
       (SELECT count(*) FROM asset_files AS f WHERE f.asset_id = a.id) AS files,
       (SELECT sum(f.size_bytes) FROM asset_files AS f WHERE f.asset_id = a.id) AS size_bytes,
       a.missing_since,
       coalesce(y.tags, '[]') AS tags, y.rating, y.note, y.seen
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
  LEFT JOIN asset_works AS w ON w.asset_id = a.id
  LEFT JOIN marks AS y ON y.work_id = w.work_id
 WHERE a.kind = 'episode';

CREATE VIEW films AS
SELECT a.id AS asset_id,
       s.name AS source,
       c.name AS collection,
       a.title, a.year, a.edition,
       (SELECT count(*) FROM asset_files AS f WHERE f.asset_id = a.id) AS files,
       (SELECT sum(f.size_bytes) FROM asset_files AS f WHERE f.asset_id = a.id) AS size_bytes,
       a.missing_since,
       coalesce(y.tags, '[]') AS tags, y.rating, y.note, y.seen
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
  LEFT JOIN asset_works AS w ON w.asset_id = a.id
  LEFT JOIN marks AS y ON y.work_id = w.work_id
 WHERE a.kind = 'movie';

CREATE VIEW gaps AS
WITH numbers AS (
  SELECT collection_id, series, season, NULL AS artist, NULL AS album, NULL AS disc,
         episode AS first, max(episode, coalesce(episode_end, episode)) AS last
    FROM assets
   WHERE kind = 'episode' AND series IS NOT NULL AND season IS NOT 0 AND missing_since IS NULL
  UNION ALL
  SELECT collection_id, NULL, NULL, artist, album, disc, track, track
    FROM assets
   WHERE kind = 'track' AND album IS NOT NULL AND missing_since IS NULL
), spans AS (
  SELECT *,
         max(last) OVER (PARTITION BY collection_id, series, season, artist, album, disc
                             ORDER BY first, last ROWS UNBOUNDED PRECEDING) AS until,
         lead(first) OVER (PARTITION BY collection_id, series, season, artist, album, disc
                               ORDER BY first, last) AS next
    FROM numbers
   WHERE first IS NOT NULL
), holes AS ( -- a jump of a thousand and more is another way to count, such as dates
  SELECT collection_id, series, season, artist, album, disc, until + 1 AS missing, next - 1 AS until
    FROM spans
   WHERE next > until + 1 AND next - until <= 1000
  UNION ALL
  SELECT collection_id, series, season, artist, album, disc, missing + 1, until
    FROM holes
   WHERE missing < until
)
SELECT s.name AS source, c.name AS collection, h.series, h.season, h.artist, h.album, h.disc, h.missing
  FROM holes AS h
  JOIN collections AS c ON c.id = h.collection_id
  JOIN sources AS s ON s.id = c.source_id;

CREATE VIEW media AS
SELECT a.id AS asset_id,
       s.name AS source,
       c.name AS collection,
       a.kind, a.title, a.series, a.season, a.episode, a.artist, a.album, a.track, a.year,
       a.duration_ms,
       f.id AS file_id,
       f.version,
       f.part,
       rtrim(m.local_path, '/') || '/' || f.relative_path AS local_path,
       a.missing_since,
       a.edition, a.released_on, a.episode_end, a.disc,
       f.version_label,
       a.extra_of,
       f.size_bytes, f.modified_at, f.container, f.video_codec, f.audio_codec, f.width, f.height,
       f.relative_path,
       coalesce(a.added_at, a.created_at) AS added_at,
       coalesce(y.tags, '[]') AS tags, y.rating, y.note, y.seen
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
  LEFT JOIN asset_works AS w ON w.asset_id = a.id
  LEFT JOIN marks AS y ON y.work_id = w.work_id
  LEFT JOIN asset_files AS f ON f.asset_id = a.id
  LEFT JOIN path_mappings AS m ON m.id = f.path_mapping_id;

CREATE VIEW tracks AS
SELECT a.id AS asset_id,
       s.name AS source,
       c.name AS collection,
       a.artist, a.album, a.disc, a.track, a.title,
       (SELECT count(*) FROM asset_files AS f WHERE f.asset_id = a.id) AS files,
       (SELECT sum(f.size_bytes) FROM asset_files AS f WHERE f.asset_id = a.id) AS size_bytes,
       a.missing_since,
       coalesce(y.tags, '[]') AS tags, y.rating, y.note, y.seen
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
  LEFT JOIN asset_works AS w ON w.asset_id = a.id
  LEFT JOIN marks AS y ON y.work_id = w.work_id
 WHERE a.kind = 'track';

CREATE TRIGGER asset_files_insert BEFORE INSERT ON asset_files BEGIN
  SELECT RAISE(ABORT, 'G-2: this file already exists')
   WHERE EXISTS (SELECT 1 FROM asset_files WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'G-6: a file belongs to an asset and to a path mapping of the same collection')
   WHERE (SELECT collection_id FROM assets WHERE id = NEW.asset_id)
      IS NOT (SELECT collection_id FROM path_mappings WHERE id = NEW.path_mapping_id)
      OR NOT EXISTS (SELECT 1 FROM assets WHERE id = NEW.asset_id);
END;

CREATE TRIGGER asset_files_update BEFORE UPDATE ON asset_files BEGIN
  SELECT RAISE(ABORT, 'G-2: id and asset of a file never change')
   WHERE NEW.id IS NOT OLD.id OR NEW.asset_id IS NOT OLD.asset_id;
  SELECT RAISE(ABORT, 'G-6: a file belongs to an asset and to a path mapping of the same collection')
   WHERE NEW.path_mapping_id IS NOT OLD.path_mapping_id
     AND (SELECT collection_id FROM assets WHERE id = NEW.asset_id)
      IS NOT (SELECT collection_id FROM path_mappings WHERE id = NEW.path_mapping_id);
END;

CREATE TRIGGER asset_files_delete AFTER DELETE ON asset_files BEGIN
  UPDATE assets SET fingerprint = NULL WHERE id = OLD.asset_id AND fingerprint IS NOT NULL;
END;

CREATE TRIGGER asset_files_forms BEFORE INSERT ON asset_files BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.relative_path = substr(NEW.relative_path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: relative_path is text of at most 32,768 characters, without NUL')
    WHEN NOT (NEW.version <= 9007199254740991)
      THEN RAISE(ABORT, 'G-5: version is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.part <= 9007199254740991)
      THEN RAISE(ABORT, 'G-5: part is a number from 1 to 9,007,199,254,740,991')
    WHEN NEW.size_bytes IS NOT NULL AND NOT (NEW.size_bytes BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: size_bytes is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.modified_at IS NOT NULL AND NOT (NEW.modified_at GLOB '????-??-??T??:??:??*Z' AND NEW.modified_at > '0001'
      AND CASE
        WHEN NEW.modified_at = substr(NEW.modified_at, 1, 20) THEN substr(NEW.modified_at, 1, 10) IS date(NEW.modified_at, '+0 days')
        ELSE NEW.modified_at = substr(NEW.modified_at, 1, 30) AND NEW.modified_at GLOB '*.[0-9]*'
         AND substr(NEW.modified_at, 1, 10) IS date(substr(NEW.modified_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.modified_at, 1, length(NEW.modified_at) - 1), '0123456789') = substr(NEW.modified_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: modified_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.duration_ms IS NOT NULL AND NOT (NEW.duration_ms BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: duration_ms is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.container IS NOT NULL AND NOT (NEW.container = substr(NEW.container, 1, 10000))
      THEN RAISE(ABORT, 'G-5: container is text of at most 10,000 characters, without NUL')
    WHEN NEW.video_codec IS NOT NULL AND NOT (NEW.video_codec = substr(NEW.video_codec, 1, 10000))
      THEN RAISE(ABORT, 'G-5: video_codec is text of at most 10,000 characters, without NUL')
    WHEN NEW.audio_codec IS NOT NULL AND NOT (NEW.audio_codec = substr(NEW.audio_codec, 1, 10000))
      THEN RAISE(ABORT, 'G-5: audio_codec is text of at most 10,000 characters, without NUL')
    WHEN NEW.width IS NOT NULL AND NOT (NEW.width BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: width is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.height IS NOT NULL AND NOT (NEW.height BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: height is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.version_label IS NOT NULL AND NOT (NEW.version_label = substr(NEW.version_label, 1, 10000))
      THEN RAISE(ABORT, 'G-5: version_label is text of at most 10,000 characters, without NUL')
  END;
END;

CREATE TRIGGER asset_files_forms_update BEFORE UPDATE OF relative_path, version, part, size_bytes, modified_at, duration_ms, container, video_codec, audio_codec, width, height, version_label ON asset_files BEGIN
  SELECT CASE
    WHEN NEW.relative_path IS NOT OLD.relative_path
     AND NOT (NEW.relative_path = substr(NEW.relative_path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: relative_path is text of at most 32,768 characters, without NUL')
    WHEN NEW.version IS NOT OLD.version
     AND NOT (NEW.version <= 9007199254740991)
      THEN RAISE(ABORT, 'G-5: version is a number from 1 to 9,007,199,254,740,991')
    WHEN NEW.part IS NOT OLD.part
     AND NOT (NEW.part <= 9007199254740991)
      THEN RAISE(ABORT, 'G-5: part is a number from 1 to 9,007,199,254,740,991')
    WHEN NEW.size_bytes IS NOT OLD.size_bytes
     AND NOT (NEW.size_bytes BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: size_bytes is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.modified_at IS NOT OLD.modified_at
     AND NOT (NEW.modified_at GLOB '????-??-??T??:??:??*Z' AND NEW.modified_at > '0001'
      AND CASE
        WHEN NEW.modified_at = substr(NEW.modified_at, 1, 20) THEN substr(NEW.modified_at, 1, 10) IS date(NEW.modified_at, '+0 days')
        ELSE NEW.modified_at = substr(NEW.modified_at, 1, 30) AND NEW.modified_at GLOB '*.[0-9]*'
         AND substr(NEW.modified_at, 1, 10) IS date(substr(NEW.modified_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.modified_at, 1, length(NEW.modified_at) - 1), '0123456789') = substr(NEW.modified_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: modified_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.duration_ms IS NOT OLD.duration_ms
     AND NOT (NEW.duration_ms BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: duration_ms is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.container IS NOT OLD.container
     AND NOT (NEW.container = substr(NEW.container, 1, 10000))
      THEN RAISE(ABORT, 'G-5: container is text of at most 10,000 characters, without NUL')
    WHEN NEW.video_codec IS NOT OLD.video_codec
     AND NOT (NEW.video_codec = substr(NEW.video_codec, 1, 10000))
      THEN RAISE(ABORT, 'G-5: video_codec is text of at most 10,000 characters, without NUL')
    WHEN NEW.audio_codec IS NOT OLD.audio_codec
     AND NOT (NEW.audio_codec = substr(NEW.audio_codec, 1, 10000))
      THEN RAISE(ABORT, 'G-5: audio_codec is text of at most 10,000 characters, without NUL')
    WHEN NEW.width IS NOT OLD.width
     AND NOT (NEW.width BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: width is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.height IS NOT OLD.height
     AND NOT (NEW.height BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: height is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.version_label IS NOT OLD.version_label
     AND NOT (NEW.version_label = substr(NEW.version_label, 1, 10000))
      THEN RAISE(ABORT, 'G-5: version_label is text of at most 10,000 characters, without NUL')
  END;
END;

CREATE TRIGGER asset_files_search_insert AFTER INSERT ON asset_files WHEN NEW.version_label IS NOT NULL BEGIN
  INSERT INTO search_pending (asset_id, indexed, title, series, artist, album, edition, version_label, year, guids, external_id)
  SELECT a.id, 1, a.title, a.series, a.artist, a.album, a.edition,
       (SELECT group_concat(label, ' ')
          FROM (SELECT f.version_label AS label
                  FROM asset_files AS f
                 WHERE f.asset_id = a.id AND f.version_label IS NOT NULL AND f.id <> NEW.id
                 GROUP BY 1
                 ORDER BY 1)),
       a.year, iif(a.guids = '[]', NULL, a.guids),
       iif(a.external_id GLOB '*[/\.]*', NULL, a.external_id)
    FROM assets AS a
   WHERE a.id = NEW.asset_id AND NOT EXISTS (SELECT 1 FROM search_pending WHERE asset_id = a.id);
END;

CREATE TRIGGER asset_files_search_update AFTER UPDATE OF version_label ON asset_files
  WHEN NEW.version_label IS NOT OLD.version_label BEGIN
  INSERT INTO search_pending (asset_id, indexed, title, series, artist, album, edition, version_label, year, guids, external_id)
  SELECT a.id, 1, a.title, a.series, a.artist, a.album, a.edition,
       (SELECT group_concat(label, ' ')
          FROM (SELECT f.version_label AS label
                  FROM asset_files AS f
                 WHERE f.asset_id = a.id AND f.version_label IS NOT NULL AND f.id <> NEW.id
                UNION SELECT OLD.version_label WHERE OLD.version_label IS NOT NULL
                 ORDER BY 1)),
       a.year, iif(a.guids = '[]', NULL, a.guids),
       iif(a.external_id GLOB '*[/\.]*', NULL, a.external_id)
    FROM assets AS a
   WHERE a.id = NEW.asset_id AND NOT EXISTS (SELECT 1 FROM search_pending WHERE asset_id = a.id);
END;

CREATE TRIGGER asset_files_search_delete AFTER DELETE ON asset_files WHEN OLD.version_label IS NOT NULL BEGIN
  INSERT INTO search_pending (asset_id, indexed, title, series, artist, album, edition, version_label, year, guids, external_id)
  SELECT a.id, 1, a.title, a.series, a.artist, a.album, a.edition,
       (SELECT group_concat(label, ' ')
          FROM (SELECT f.version_label AS label
                  FROM asset_files AS f
                 WHERE f.asset_id = a.id AND f.version_label IS NOT NULL
                UNION SELECT OLD.version_label WHERE OLD.version_label IS NOT NULL
                 ORDER BY 1)),
       a.year, iif(a.guids = '[]', NULL, a.guids),
       iif(a.external_id GLOB '*[/\.]*', NULL, a.external_id)
    FROM assets AS a
   WHERE a.id = OLD.asset_id AND NOT EXISTS (SELECT 1 FROM search_pending WHERE asset_id = a.id);
END;

CREATE TRIGGER asset_files_streams_delete AFTER DELETE ON asset_files BEGIN
  DELETE FROM asset_streams WHERE asset_file_id = OLD.id;
  DELETE FROM probes WHERE asset_file_id = OLD.id;
END;

CREATE TRIGGER asset_streams_insert BEFORE INSERT ON asset_streams BEGIN
  SELECT RAISE(ABORT, 'G-6: a stream belongs to a file')
   WHERE NOT EXISTS (SELECT 1 FROM asset_files WHERE id = NEW.asset_file_id);
END;

CREATE TRIGGER asset_streams_update BEFORE UPDATE OF id, asset_file_id ON asset_streams BEGIN
  SELECT RAISE(ABORT, 'G-6: a stream belongs to a file')
   WHERE NEW.id IS NOT OLD.id OR NEW.asset_file_id IS NOT OLD.asset_file_id;
END;

CREATE TRIGGER asset_streams_forms BEFORE INSERT ON asset_streams BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NEW.codec IS NOT NULL AND NOT (NEW.codec = substr(NEW.codec, 1, 1000))
      THEN RAISE(ABORT, 'G-5: codec is text of at most 1,000 characters, without NUL')
    WHEN NEW.language IS NOT NULL AND NOT (NEW.language = substr(NEW.language, 1, 1000))
      THEN RAISE(ABORT, 'G-5: language is text of at most 1,000 characters, without NUL')
    WHEN NEW.hdr IS NOT NULL AND NOT (NEW.hdr = substr(NEW.hdr, 1, 1000))
      THEN RAISE(ABORT, 'G-5: hdr is text of at most 1,000 characters, without NUL')
    WHEN NEW.channels IS NOT NULL AND NOT (NEW.channels BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: channels is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.path IS NOT NULL AND NOT (NEW.path = substr(NEW.path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: path is text of at most 32,768 characters, without NUL')
  END;
END;

CREATE TRIGGER asset_streams_forms_update BEFORE UPDATE OF codec, language, hdr, channels, path ON asset_streams BEGIN
  SELECT CASE
    WHEN NEW.codec IS NOT OLD.codec
     AND NOT (NEW.codec = substr(NEW.codec, 1, 1000))
      THEN RAISE(ABORT, 'G-5: codec is text of at most 1,000 characters, without NUL')
    WHEN NEW.language IS NOT OLD.language
     AND NOT (NEW.language = substr(NEW.language, 1, 1000))
      THEN RAISE(ABORT, 'G-5: language is text of at most 1,000 characters, without NUL')
    WHEN NEW.hdr IS NOT OLD.hdr
     AND NOT (NEW.hdr = substr(NEW.hdr, 1, 1000))
      THEN RAISE(ABORT, 'G-5: hdr is text of at most 1,000 characters, without NUL')
    WHEN NEW.channels IS NOT OLD.channels
     AND NOT (NEW.channels BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: channels is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.path IS NOT OLD.path
     AND NOT (NEW.path = substr(NEW.path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: path is text of at most 32,768 characters, without NUL')
  END;
END;

CREATE TRIGGER assets_insert BEFORE INSERT ON assets BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM collections WHERE id = NEW.collection_id)
      THEN RAISE(ABORT, 'G-2: an asset belongs to a collection')
    WHEN EXISTS (SELECT 1 FROM assets WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM assets
                  WHERE collection_id = NEW.collection_id AND external_id = NEW.external_id)
      THEN RAISE(ABORT, 'G-2: this asset already exists')
    WHEN NEW.folder_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM folders
                      WHERE id = NEW.folder_id AND collection_id = NEW.collection_id)
      THEN RAISE(ABORT, 'G-2: the folder of an asset belongs to its collection')
  END;
END;

CREATE TRIGGER assets_inserted AFTER INSERT ON assets BEGIN
  UPDATE collections
     SET revision = revision + 1,
         asset_count = asset_count + 1,
         missing_count = missing_count + (NEW.missing_since IS NOT NULL)
   WHERE id = NEW.collection_id;
END;

CREATE TRIGGER assets_update BEFORE UPDATE ON assets BEGIN
  SELECT CASE
    WHEN NEW.id IS NOT OLD.id OR NEW.collection_id IS NOT OLD.collection_id
      THEN RAISE(ABORT, 'G-2: id and collection of an asset never change')
    WHEN NEW.external_id IS NOT OLD.external_id
     AND EXISTS (SELECT 1 FROM assets
                  WHERE collection_id = OLD.collection_id AND external_id = NEW.external_id)
      THEN RAISE(ABORT, 'G-2: another asset of the collection has this external_id')
    WHEN NEW.folder_id IS NOT OLD.folder_id
     AND NEW.folder_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM folders
                      WHERE id = NEW.folder_id AND collection_id = NEW.collection_id)
      THEN RAISE(ABORT, 'G-2: the folder of an asset belongs to its collection')
  END;
END;

CREATE TRIGGER assets_updated AFTER UPDATE ON assets BEGIN
  UPDATE collections
     SET revision = revision + 1,
         missing_count = missing_count
                       + (NEW.missing_since IS NOT NULL) - (OLD.missing_since IS NOT NULL)
   WHERE id = NEW.collection_id;
  UPDATE folders
     SET fingerprint = NULL
   WHERE id IN (OLD.folder_id, NEW.folder_id)
     AND (NEW.fingerprint IS NOT OLD.fingerprint
          OR NEW.missing_since IS NOT OLD.missing_since
          OR NEW.external_id IS NOT OLD.external_id
          OR NEW.folder_id IS NOT OLD.folder_id);
END;

CREATE TRIGGER assets_delete AFTER DELETE ON assets BEGIN
  DELETE FROM asset_files WHERE asset_id = OLD.id;
  UPDATE folders SET fingerprint = NULL WHERE id = OLD.folder_id;
  UPDATE collections
     SET revision = revision + 1,
         asset_count = asset_count - 1,
         missing_count = missing_count - (OLD.missing_since IS NOT NULL)
   WHERE id = OLD.collection_id;
END;

CREATE TRIGGER assets_extra_of_insert BEFORE INSERT ON assets WHEN NEW.extra_of IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'G-2: an extra belongs to another asset of its collection')
   WHERE NOT EXISTS (SELECT 1 FROM assets
                      WHERE id = NEW.extra_of AND collection_id = NEW.collection_id);
END;

CREATE TRIGGER assets_extra_of_update BEFORE UPDATE ON assets
  WHEN NEW.extra_of IS NOT NULL AND NEW.extra_of IS NOT OLD.extra_of BEGIN
  SELECT RAISE(ABORT, 'G-2: an extra belongs to another asset of its collection')
   WHERE NEW.extra_of = OLD.id
      OR NOT EXISTS (SELECT 1 FROM assets
                      WHERE id = NEW.extra_of AND collection_id = NEW.collection_id);
END;

CREATE TRIGGER assets_extra_of_delete AFTER DELETE ON assets BEGIN
  UPDATE assets SET extra_of = NULL WHERE extra_of = OLD.id;
END;

CREATE TRIGGER assets_forms BEFORE INSERT ON assets BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.external_id = substr(NEW.external_id, 1, 32768))
      THEN RAISE(ABORT, 'G-5: external_id is text of at most 32,768 characters, without NUL')
    WHEN NOT (NEW.title = substr(NEW.title, 1, 10000))
      THEN RAISE(ABORT, 'G-5: title is text of at most 10,000 characters, without NUL')
    WHEN NEW.series IS NOT NULL AND NOT (NEW.series = substr(NEW.series, 1, 10000))
      THEN RAISE(ABORT, 'G-5: series is text of at most 10,000 characters, without NUL')
    WHEN NEW.season IS NOT NULL AND NOT (NEW.season BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: season is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.episode IS NOT NULL AND NOT (NEW.episode BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: episode is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.episode_end IS NOT NULL AND NOT (NEW.episode_end BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: episode_end is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.artist IS NOT NULL AND NOT (NEW.artist = substr(NEW.artist, 1, 10000))
      THEN RAISE(ABORT, 'G-5: artist is text of at most 10,000 characters, without NUL')
    WHEN NEW.album IS NOT NULL AND NOT (NEW.album = substr(NEW.album, 1, 10000))
      THEN RAISE(ABORT, 'G-5: album is text of at most 10,000 characters, without NUL')
    WHEN NEW.track IS NOT NULL AND NOT (NEW.track BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: track is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.year IS NOT NULL AND NOT (NEW.year BETWEEN 0 AND 9999)
      THEN RAISE(ABORT, 'G-5: year is a number from 0 to 9,999')
    WHEN NEW.released_on IS NOT NULL AND NOT (NEW.released_on IS date(NEW.released_on, '+0 days') AND NEW.released_on > '0001')
      THEN RAISE(ABORT, 'G-5: released_on is a date (YYYY-MM-DD)')
    WHEN NEW.duration_ms IS NOT NULL AND NOT (NEW.duration_ms BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: duration_ms is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.edition IS NOT NULL AND NOT (NEW.edition = substr(NEW.edition, 1, 10000))
      THEN RAISE(ABORT, 'G-5: edition is text of at most 10,000 characters, without NUL')
    WHEN NOT (CASE
        WHEN NEW.guids = '[]' THEN 1
        WHEN NEW.guids <> substr(NEW.guids, 1, 1000000)
          OR NEW.guids NOT GLOB '[[]*]' AND trim(NEW.guids, char(32, 9, 10, 13)) NOT GLOB '[[]*]' THEN 0
        ELSE NOT EXISTS (SELECT 1 FROM json_each(NEW.guids) AS j WHERE j.type <> 'text')
      END)
      THEN RAISE(ABORT, 'G-5: guids is a JSON array of texts, of at most 1,000,000 characters')
    WHEN NOT (CASE
        WHEN NEW.metadata = '{}' THEN 1
        WHEN NEW.metadata <> substr(NEW.metadata, 1, 1000000)
          OR NEW.metadata NOT GLOB '{*}' AND trim(NEW.metadata, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.metadata) <= 4300
         AND length(NEW.metadata) - length(replace(replace(NEW.metadata, '[', ''), '{', '')) <= 100
         AND NEW.metadata NOT GLOB '*e[0-9+]*' AND NEW.metadata NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.metadata, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.metadata) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: metadata is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
    WHEN NEW.fingerprint IS NOT NULL AND NOT (NEW.fingerprint = substr(NEW.fingerprint, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: fingerprint is text of at most 1,000,000 characters, without NUL')
    WHEN NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.missing_since IS NOT NULL AND NOT (NEW.missing_since GLOB '????-??-??T??:??:??*Z' AND NEW.missing_since > '0001'
      AND CASE
        WHEN NEW.missing_since = substr(NEW.missing_since, 1, 20) THEN substr(NEW.missing_since, 1, 10) IS date(NEW.missing_since, '+0 days')
        ELSE NEW.missing_since = substr(NEW.missing_since, 1, 30) AND NEW.missing_since GLOB '*.[0-9]*'
         AND substr(NEW.missing_since, 1, 10) IS date(substr(NEW.missing_since, 1, 19), '+0 days')
         AND rtrim(substr(NEW.missing_since, 1, length(NEW.missing_since) - 1), '0123456789') = substr(NEW.missing_since, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: missing_since is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.disc IS NOT NULL AND NOT (NEW.disc BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: disc is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.added_at IS NOT NULL AND NOT (NEW.added_at GLOB '????-??-??T??:??:??*Z' AND NEW.added_at > '0001'
      AND CASE
        WHEN NEW.added_at = substr(NEW.added_at, 1, 20) THEN substr(NEW.added_at, 1, 10) IS date(NEW.added_at, '+0 days')
        ELSE NEW.added_at = substr(NEW.added_at, 1, 30) AND NEW.added_at GLOB '*.[0-9]*'
         AND substr(NEW.added_at, 1, 10) IS date(substr(NEW.added_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.added_at, 1, length(NEW.added_at) - 1), '0123456789') = substr(NEW.added_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: added_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER assets_forms_update BEFORE UPDATE OF external_id, title, series, season, episode, episode_end, artist, album, track, year, released_on, duration_ms, edition, guids, metadata, fingerprint, created_at, updated_at, missing_since, disc, added_at ON assets BEGIN
  SELECT CASE
    WHEN NEW.external_id IS NOT OLD.external_id
     AND NOT (NEW.external_id = substr(NEW.external_id, 1, 32768))
      THEN RAISE(ABORT, 'G-5: external_id is text of at most 32,768 characters, without NUL')
    WHEN NEW.title IS NOT OLD.title
     AND NOT (NEW.title = substr(NEW.title, 1, 10000))
      THEN RAISE(ABORT, 'G-5: title is text of at most 10,000 characters, without NUL')
    WHEN NEW.series IS NOT OLD.series
     AND NOT (NEW.series = substr(NEW.series, 1, 10000))
      THEN RAISE(ABORT, 'G-5: series is text of at most 10,000 characters, without NUL')
    WHEN NEW.season IS NOT OLD.season
     AND NOT (NEW.season BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: season is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.episode IS NOT OLD.episode
     AND NOT (NEW.episode BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: episode is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.episode_end IS NOT OLD.episode_end
     AND NOT (NEW.episode_end BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: episode_end is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.artist IS NOT OLD.artist
     AND NOT (NEW.artist = substr(NEW.artist, 1, 10000))
      THEN RAISE(ABORT, 'G-5: artist is text of at most 10,000 characters, without NUL')
    WHEN NEW.album IS NOT OLD.album
     AND NOT (NEW.album = substr(NEW.album, 1, 10000))
      THEN RAISE(ABORT, 'G-5: album is text of at most 10,000 characters, without NUL')
    WHEN NEW.track IS NOT OLD.track
     AND NOT (NEW.track BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: track is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.year IS NOT OLD.year
     AND NOT (NEW.year BETWEEN 0 AND 9999)
      THEN RAISE(ABORT, 'G-5: year is a number from 0 to 9,999')
    WHEN NEW.released_on IS NOT OLD.released_on
     AND NOT (NEW.released_on IS date(NEW.released_on, '+0 days') AND NEW.released_on > '0001')
      THEN RAISE(ABORT, 'G-5: released_on is a date (YYYY-MM-DD)')
    WHEN NEW.duration_ms IS NOT OLD.duration_ms
     AND NOT (NEW.duration_ms BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: duration_ms is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.edition IS NOT OLD.edition
     AND NOT (NEW.edition = substr(NEW.edition, 1, 10000))
      THEN RAISE(ABORT, 'G-5: edition is text of at most 10,000 characters, without NUL')
    WHEN NEW.guids IS NOT OLD.guids
     AND NOT (CASE
        WHEN NEW.guids = '[]' THEN 1
        WHEN NEW.guids <> substr(NEW.guids, 1, 1000000)
          OR NEW.guids NOT GLOB '[[]*]' AND trim(NEW.guids, char(32, 9, 10, 13)) NOT GLOB '[[]*]' THEN 0
        ELSE NOT EXISTS (SELECT 1 FROM json_each(NEW.guids) AS j WHERE j.type <> 'text')
      END)
      THEN RAISE(ABORT, 'G-5: guids is a JSON array of texts, of at most 1,000,000 characters')
    WHEN NEW.metadata IS NOT OLD.metadata
     AND NOT (CASE
        WHEN NEW.metadata = '{}' THEN 1
        WHEN NEW.metadata <> substr(NEW.metadata, 1, 1000000)
          OR NEW.metadata NOT GLOB '{*}' AND trim(NEW.metadata, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.metadata) <= 4300
         AND length(NEW.metadata) - length(replace(replace(NEW.metadata, '[', ''), '{', '')) <= 100
         AND NEW.metadata NOT GLOB '*e[0-9+]*' AND NEW.metadata NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.metadata, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.metadata) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: metadata is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
    WHEN NEW.fingerprint IS NOT OLD.fingerprint
     AND NOT (NEW.fingerprint = substr(NEW.fingerprint, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: fingerprint is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.created_at IS NOT OLD.created_at
     AND NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT OLD.updated_at
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.missing_since IS NOT OLD.missing_since
     AND NOT (NEW.missing_since GLOB '????-??-??T??:??:??*Z' AND NEW.missing_since > '0001'
      AND CASE
        WHEN NEW.missing_since = substr(NEW.missing_since, 1, 20) THEN substr(NEW.missing_since, 1, 10) IS date(NEW.missing_since, '+0 days')
        ELSE NEW.missing_since = substr(NEW.missing_since, 1, 30) AND NEW.missing_since GLOB '*.[0-9]*'
         AND substr(NEW.missing_since, 1, 10) IS date(substr(NEW.missing_since, 1, 19), '+0 days')
         AND rtrim(substr(NEW.missing_since, 1, length(NEW.missing_since) - 1), '0123456789') = substr(NEW.missing_since, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: missing_since is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.disc IS NOT OLD.disc
     AND NOT (NEW.disc BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: disc is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.added_at IS NOT OLD.added_at
     AND NOT (NEW.added_at GLOB '????-??-??T??:??:??*Z' AND NEW.added_at > '0001'
      AND CASE
        WHEN NEW.added_at = substr(NEW.added_at, 1, 20) THEN substr(NEW.added_at, 1, 10) IS date(NEW.added_at, '+0 days')
        ELSE NEW.added_at = substr(NEW.added_at, 1, 30) AND NEW.added_at GLOB '*.[0-9]*'
         AND substr(NEW.added_at, 1, 10) IS date(substr(NEW.added_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.added_at, 1, length(NEW.added_at) - 1), '0123456789') = substr(NEW.added_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: added_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER assets_search_insert AFTER INSERT ON assets BEGIN
  INSERT INTO search_pending (asset_id, indexed)
  SELECT NEW.id, 0
   WHERE NOT EXISTS (SELECT 1 FROM search_pending WHERE asset_id = NEW.id);
END;

CREATE TRIGGER assets_search_update AFTER UPDATE OF title, series, artist, album, edition, year, guids, external_id ON assets
  WHEN NEW.title IS NOT OLD.title
    OR NEW.series IS NOT OLD.series
    OR NEW.artist IS NOT OLD.artist
    OR NEW.album IS NOT OLD.album
    OR NEW.edition IS NOT OLD.edition
    OR NEW.year IS NOT OLD.year
    OR NEW.guids IS NOT OLD.guids
    OR NEW.external_id IS NOT OLD.external_id BEGIN
  INSERT INTO search_pending (asset_id, indexed, title, series, artist, album, edition, version_label, year, guids, external_id)
  SELECT OLD.id, 1, OLD.title, OLD.series, OLD.artist, OLD.album, OLD.edition,
       (SELECT group_concat(label, ' ')
          FROM (SELECT f.version_label AS label
                  FROM asset_files AS f
                 WHERE f.asset_id = OLD.id AND f.version_label IS NOT NULL
                 GROUP BY 1
                 ORDER BY 1)),
       OLD.year, iif(OLD.guids = '[]', NULL, OLD.guids),
       iif(OLD.external_id GLOB '*[/\.]*', NULL, OLD.external_id)
   WHERE NOT EXISTS (SELECT 1 FROM search_pending WHERE asset_id = OLD.id);
END;

CREATE TRIGGER assets_search_delete BEFORE DELETE ON assets BEGIN
  INSERT INTO search_pending (asset_id, indexed, title, series, artist, album, edition, version_label, year, guids, external_id)
  SELECT id, 1, title, series, artist, album, edition, version_label, year, guids, external_id
    FROM asset_search_text
   WHERE id = OLD.id AND NOT EXISTS (SELECT 1 FROM search_pending WHERE asset_id = OLD.id);
END;

CREATE TRIGGER assets_works_delete AFTER DELETE ON assets BEGIN
  DELETE FROM asset_works WHERE asset_id = OLD.id;
  DELETE FROM source_values WHERE asset_id = OLD.id;
END;

CREATE TRIGGER catalogue_update BEFORE UPDATE ON catalogue BEGIN
  SELECT RAISE(ABORT, 'the id of a catalogue never changes');
END;

CREATE TRIGGER catalogue_delete BEFORE DELETE ON catalogue BEGIN
  SELECT RAISE(ABORT, 'the id of a catalogue never changes');
END;

CREATE TRIGGER collections_insert BEFORE INSERT ON collections BEGIN
  SELECT RAISE(ABORT, 'G-2: a collection belongs to a source')
   WHERE NOT EXISTS (SELECT 1 FROM sources WHERE id = NEW.source_id);
  SELECT RAISE(ABORT, 'G-1: external_id of a collection is unique within its source')
   WHERE EXISTS (SELECT 1 FROM collections WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM collections
                  WHERE source_id = NEW.source_id AND external_id = NEW.external_id);
  SELECT RAISE(ABORT, 'G-1: a new collection starts with enabled, sync_enabled and ingestible 0')
   WHERE NEW.enabled <> 0 OR NEW.sync_enabled <> 0 OR NEW.ingestible <> 0;
  SELECT RAISE(ABORT, 'G-1: a new collection starts with revision 0 and no assets')
   WHERE NEW.revision <> 0 OR NEW.asset_count <> 0 OR NEW.missing_count <> 0;
END;

CREATE TRIGGER collections_inserted AFTER INSERT ON collections BEGIN
  INSERT INTO path_mappings (collection_id, external_path) VALUES (NEW.id, '');
END;

CREATE TRIGGER collections_ingestible BEFORE UPDATE OF ingestible ON collections
WHEN NEW.ingestible = 1 BEGIN
  SELECT RAISE(ABORT, 'G-5: ingestible needs every location mapped to a folder or excluded')
   WHERE EXISTS (SELECT 1 FROM path_mappings
                  WHERE collection_id = OLD.id
                    AND local_path IS NULL AND excluded = 0 AND missing_since IS NULL);
  SELECT RAISE(ABORT, 'G-5: ingestible needs a location that is not excluded')
   WHERE NOT EXISTS (SELECT 1 FROM path_mappings
                      WHERE collection_id = OLD.id AND excluded = 0 AND missing_since IS NULL);
END;

CREATE TRIGGER collections_missing AFTER UPDATE OF ingestible, missing_since ON collections
WHEN NEW.ingestible = 1 AND NEW.missing_since IS NOT NULL BEGIN
  UPDATE collections
     SET ingestible = 0, not_ingestible_reason = 'the source no longer offers it'
   WHERE id = NEW.id;
END;

CREATE TRIGGER collections_delete AFTER DELETE ON collections BEGIN
  DELETE FROM assets WHERE collection_id = OLD.id;
  DELETE FROM folders WHERE collection_id = OLD.id;
  DELETE FROM path_mappings WHERE collection_id = OLD.id;
END;

CREATE TRIGGER collections_update BEFORE UPDATE ON collections BEGIN
  SELECT RAISE(ABORT, 'G-1: id and source_id of a collection never change')
   WHERE NEW.id IS NOT OLD.id OR NEW.source_id IS NOT OLD.source_id;
  SELECT RAISE(ABORT, 'G-1: external_id of a collection is unique within its source')
   WHERE NEW.external_id IS NOT OLD.external_id
     AND EXISTS (SELECT 1 FROM collections
                  WHERE source_id = NEW.source_id AND external_id = NEW.external_id
                    AND id <> OLD.id);
  SELECT RAISE(ABORT, 'G-5: revision of a collection stays or grows by 1')
   WHERE coalesce(NEW.revision NOT IN (OLD.revision, OLD.revision + 1), 1);
  SELECT RAISE(ABORT, 'G-5: the counts of a collection change with its assets, one by one')
   WHERE coalesce(abs(NEW.asset_count - OLD.asset_count) > 1
                  OR abs(NEW.missing_count - OLD.missing_count) > 1
                  OR ((NEW.asset_count <> OLD.asset_count OR NEW.missing_count <> OLD.missing_count)
                      AND NEW.revision = OLD.revision), 1);
END;

CREATE TRIGGER collections_forms BEFORE INSERT ON collections BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.external_id = substr(NEW.external_id, 1, 32768))
      THEN RAISE(ABORT, 'G-5: external_id is text of at most 32,768 characters, without NUL')
    WHEN NOT (NEW.name = substr(NEW.name, 1, 10000))
      THEN RAISE(ABORT, 'G-5: name is text of at most 10,000 characters, without NUL')
    WHEN NEW.kind IS NOT NULL AND NOT (NEW.kind = substr(NEW.kind, 1, 1000))
      THEN RAISE(ABORT, 'G-5: kind is text of at most 1,000 characters, without NUL')
    WHEN NEW.not_ingestible_reason IS NOT NULL AND NOT (NEW.not_ingestible_reason = substr(NEW.not_ingestible_reason, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: not_ingestible_reason is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.missing_since IS NOT NULL AND NOT (NEW.missing_since GLOB '????-??-??T??:??:??*Z' AND NEW.missing_since > '0001'
      AND CASE
        WHEN NEW.missing_since = substr(NEW.missing_since, 1, 20) THEN substr(NEW.missing_since, 1, 10) IS date(NEW.missing_since, '+0 days')
        ELSE NEW.missing_since = substr(NEW.missing_since, 1, 30) AND NEW.missing_since GLOB '*.[0-9]*'
         AND substr(NEW.missing_since, 1, 10) IS date(substr(NEW.missing_since, 1, 19), '+0 days')
         AND rtrim(substr(NEW.missing_since, 1, length(NEW.missing_since) - 1), '0123456789') = substr(NEW.missing_since, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: missing_since is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.last_ingested_at IS NOT NULL AND NOT (NEW.last_ingested_at GLOB '????-??-??T??:??:??*Z' AND NEW.last_ingested_at > '0001'
      AND CASE
        WHEN NEW.last_ingested_at = substr(NEW.last_ingested_at, 1, 20) THEN substr(NEW.last_ingested_at, 1, 10) IS date(NEW.last_ingested_at, '+0 days')
        ELSE NEW.last_ingested_at = substr(NEW.last_ingested_at, 1, 30) AND NEW.last_ingested_at GLOB '*.[0-9]*'
         AND substr(NEW.last_ingested_at, 1, 10) IS date(substr(NEW.last_ingested_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.last_ingested_at, 1, length(NEW.last_ingested_at) - 1), '0123456789') = substr(NEW.last_ingested_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: last_ingested_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.identity IS NOT NULL AND NOT (NEW.identity = substr(NEW.identity, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: identity is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.size IS NOT NULL AND NOT (NEW.size BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: size is a number from 0 to 9,007,199,254,740,991')
  END;
END;

CREATE TRIGGER collections_forms_update BEFORE UPDATE OF external_id, name, kind, not_ingestible_reason, missing_since, last_ingested_at, created_at, updated_at, identity, size ON collections BEGIN
  SELECT CASE
    WHEN NEW.external_id IS NOT OLD.external_id
     AND NOT (NEW.external_id = substr(NEW.external_id, 1, 32768))
      THEN RAISE(ABORT, 'G-5: external_id is text of at most 32,768 characters, without NUL')
    WHEN NEW.name IS NOT OLD.name
     AND NOT (NEW.name = substr(NEW.name, 1, 10000))
      THEN RAISE(ABORT, 'G-5: name is text of at most 10,000 characters, without NUL')
    WHEN NEW.kind IS NOT OLD.kind
     AND NOT (NEW.kind = substr(NEW.kind, 1, 1000))
      THEN RAISE(ABORT, 'G-5: kind is text of at most 1,000 characters, without NUL')
    WHEN NEW.not_ingestible_reason IS NOT OLD.not_ingestible_reason
     AND NOT (NEW.not_ingestible_reason = substr(NEW.not_ingestible_reason, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: not_ingestible_reason is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.missing_since IS NOT OLD.missing_since
     AND NOT (NEW.missing_since GLOB '????-??-??T??:??:??*Z' AND NEW.missing_since > '0001'
      AND CASE
        WHEN NEW.missing_since = substr(NEW.missing_since, 1, 20) THEN substr(NEW.missing_since, 1, 10) IS date(NEW.missing_since, '+0 days')
        ELSE NEW.missing_since = substr(NEW.missing_since, 1, 30) AND NEW.missing_since GLOB '*.[0-9]*'
         AND substr(NEW.missing_since, 1, 10) IS date(substr(NEW.missing_since, 1, 19), '+0 days')
         AND rtrim(substr(NEW.missing_since, 1, length(NEW.missing_since) - 1), '0123456789') = substr(NEW.missing_since, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: missing_since is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.last_ingested_at IS NOT OLD.last_ingested_at
     AND NOT (NEW.last_ingested_at GLOB '????-??-??T??:??:??*Z' AND NEW.last_ingested_at > '0001'
      AND CASE
        WHEN NEW.last_ingested_at = substr(NEW.last_ingested_at, 1, 20) THEN substr(NEW.last_ingested_at, 1, 10) IS date(NEW.last_ingested_at, '+0 days')
        ELSE NEW.last_ingested_at = substr(NEW.last_ingested_at, 1, 30) AND NEW.last_ingested_at GLOB '*.[0-9]*'
         AND substr(NEW.last_ingested_at, 1, 10) IS date(substr(NEW.last_ingested_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.last_ingested_at, 1, length(NEW.last_ingested_at) - 1), '0123456789') = substr(NEW.last_ingested_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: last_ingested_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.created_at IS NOT OLD.created_at
     AND NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT OLD.updated_at
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.identity IS NOT OLD.identity
     AND NOT (NEW.identity = substr(NEW.identity, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: identity is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.size IS NOT OLD.size
     AND NOT (NEW.size BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: size is a number from 0 to 9,007,199,254,740,991')
  END;
END;

CREATE TRIGGER edits_insert BEFORE INSERT ON edits BEGIN
  SELECT RAISE(ABORT, 'G-5: an edit belongs to a work')
   WHERE NOT EXISTS (SELECT 1 FROM works WHERE id = NEW.work_id);
  SELECT RAISE(ABORT, 'G-2: this edit already exists')
   WHERE EXISTS (SELECT 1 FROM edits WHERE id = NEW.id OR work_id = NEW.work_id AND field = NEW.field);
END;

CREATE TRIGGER edits_update BEFORE UPDATE OF id, work_id ON edits BEGIN
  SELECT RAISE(ABORT, 'G-5: an edit belongs to a work')
   WHERE NEW.id IS NOT OLD.id OR NEW.work_id IS NOT OLD.work_id;
END;

CREATE TRIGGER edits_forms BEFORE INSERT ON edits BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NEW.value IS NOT NULL AND NOT (NEW.value = substr(NEW.value, 1, 10000))
      THEN RAISE(ABORT, 'G-5: value is text of at most 10,000 characters, without NUL')
    WHEN NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER edits_forms_update BEFORE UPDATE OF value, created_at, updated_at ON edits BEGIN
  SELECT CASE
    WHEN NEW.value IS NOT OLD.value
     AND NOT (NEW.value = substr(NEW.value, 1, 10000))
      THEN RAISE(ABORT, 'G-5: value is text of at most 10,000 characters, without NUL')
    WHEN NEW.created_at IS NOT OLD.created_at
     AND NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT OLD.updated_at
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER folders_insert BEFORE INSERT ON folders BEGIN
  SELECT RAISE(ABORT, 'G-2: a folder belongs to a collection')
   WHERE NOT EXISTS (SELECT 1 FROM collections WHERE id = NEW.collection_id);
  SELECT RAISE(ABORT, 'G-2: this folder already exists')
   WHERE EXISTS (SELECT 1 FROM folders WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM folders
                  WHERE collection_id = NEW.collection_id AND path = NEW.path);
END;

CREATE TRIGGER folders_update BEFORE UPDATE ON folders BEGIN
  SELECT RAISE(ABORT, 'G-2: id, collection and path of a folder never change')
   WHERE NEW.id IS NOT OLD.id
      OR NEW.collection_id IS NOT OLD.collection_id
      OR NEW.path IS NOT OLD.path;
END;

CREATE TRIGGER folders_delete AFTER DELETE ON folders BEGIN
  UPDATE assets SET folder_id = NULL WHERE folder_id = OLD.id;
END;

CREATE TRIGGER folders_forms BEFORE INSERT ON folders BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.path = substr(NEW.path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: path is text of at most 32,768 characters, without NUL')
    WHEN NEW.fingerprint IS NOT NULL AND NOT (NEW.fingerprint = substr(NEW.fingerprint, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: fingerprint is text of at most 1,000,000 characters, without NUL')
    WHEN NOT (NEW.assets BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: assets is a number from 0 to 9,007,199,254,740,991')
  END;
END;

CREATE TRIGGER folders_forms_update BEFORE UPDATE OF path, fingerprint, assets ON folders BEGIN
  SELECT CASE
    WHEN NEW.path IS NOT OLD.path
     AND NOT (NEW.path = substr(NEW.path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: path is text of at most 32,768 characters, without NUL')
    WHEN NEW.fingerprint IS NOT OLD.fingerprint
     AND NOT (NEW.fingerprint = substr(NEW.fingerprint, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: fingerprint is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.assets IS NOT OLD.assets
     AND NOT (NEW.assets BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: assets is a number from 0 to 9,007,199,254,740,991')
  END;
END;

CREATE TRIGGER history_insert BEFORE INSERT ON history BEGIN
  SELECT RAISE(ABORT, 'G-5: this line of history already exists')
   WHERE EXISTS (SELECT 1 FROM history WHERE id = NEW.id);
END;

CREATE TRIGGER history_update BEFORE UPDATE ON history BEGIN
  SELECT RAISE(ABORT, 'G-5: the id of a line of history never changes')
   WHERE NEW.id IS NOT OLD.id;
END;

CREATE TRIGGER history_forms BEFORE INSERT ON history BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.at GLOB '????-??-??T??:??:??*Z' AND NEW.at > '0001'
      AND CASE
        WHEN NEW.at = substr(NEW.at, 1, 20) THEN substr(NEW.at, 1, 10) IS date(NEW.at, '+0 days')
        ELSE NEW.at = substr(NEW.at, 1, 30) AND NEW.at GLOB '*.[0-9]*'
         AND substr(NEW.at, 1, 10) IS date(substr(NEW.at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.at, 1, length(NEW.at) - 1), '0123456789') = substr(NEW.at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NOT (NEW.operation = substr(NEW.operation, 1, 10000))
      THEN RAISE(ABORT, 'G-5: operation is text of at most 10,000 characters, without NUL')
    WHEN NEW.source IS NOT NULL AND NOT (NEW.source = substr(NEW.source, 1, 10000))
      THEN RAISE(ABORT, 'G-5: source is text of at most 10,000 characters, without NUL')
    WHEN NEW.collection IS NOT NULL AND NOT (NEW.collection = substr(NEW.collection, 1, 10000))
      THEN RAISE(ABORT, 'G-5: collection is text of at most 10,000 characters, without NUL')
    WHEN NOT (NEW.status = substr(NEW.status, 1, 1000))
      THEN RAISE(ABORT, 'G-5: status is text of at most 1,000 characters, without NUL')
    WHEN NOT (CASE
        WHEN NEW.detail = '{}' THEN 1
        WHEN NEW.detail <> substr(NEW.detail, 1, 100000000)
          OR NEW.detail NOT GLOB '{*}' AND trim(NEW.detail, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.detail) <= 4300
         AND length(NEW.detail) - length(replace(replace(NEW.detail, '[', ''), '{', '')) <= 100
         AND NEW.detail NOT GLOB '*e[0-9+]*' AND NEW.detail NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.detail, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.detail) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: detail is a JSON object of at most 100,000,000 characters, 100 deep, with finite numbers')
  END;
END;

CREATE TRIGGER history_forms_update BEFORE UPDATE OF at, operation, source, collection, status, detail ON history BEGIN
  SELECT CASE
    WHEN NEW.at IS NOT OLD.at
     AND NOT (NEW.at GLOB '????-??-??T??:??:??*Z' AND NEW.at > '0001'
      AND CASE
        WHEN NEW.at = substr(NEW.at, 1, 20) THEN substr(NEW.at, 1, 10) IS date(NEW.at, '+0 days')
        ELSE NEW.at = substr(NEW.at, 1, 30) AND NEW.at GLOB '*.[0-9]*'
         AND substr(NEW.at, 1, 10) IS date(substr(NEW.at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.at, 1, length(NEW.at) - 1), '0123456789') = substr(NEW.at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.operation IS NOT OLD.operation
     AND NOT (NEW.operation = substr(NEW.operation, 1, 10000))
      THEN RAISE(ABORT, 'G-5: operation is text of at most 10,000 characters, without NUL')
    WHEN NEW.source IS NOT OLD.source
     AND NOT (NEW.source = substr(NEW.source, 1, 10000))
      THEN RAISE(ABORT, 'G-5: source is text of at most 10,000 characters, without NUL')
    WHEN NEW.collection IS NOT OLD.collection
     AND NOT (NEW.collection = substr(NEW.collection, 1, 10000))
      THEN RAISE(ABORT, 'G-5: collection is text of at most 10,000 characters, without NUL')
    WHEN NEW.status IS NOT OLD.status
     AND NOT (NEW.status = substr(NEW.status, 1, 1000))
      THEN RAISE(ABORT, 'G-5: status is text of at most 1,000 characters, without NUL')
    WHEN NEW.detail IS NOT OLD.detail
     AND NOT (CASE
        WHEN NEW.detail = '{}' THEN 1
        WHEN NEW.detail <> substr(NEW.detail, 1, 100000000)
          OR NEW.detail NOT GLOB '{*}' AND trim(NEW.detail, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.detail) <= 4300
         AND length(NEW.detail) - length(replace(replace(NEW.detail, '[', ''), '{', '')) <= 100
         AND NEW.detail NOT GLOB '*e[0-9+]*' AND NEW.detail NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.detail, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.detail) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: detail is a JSON object of at most 100,000,000 characters, 100 deep, with finite numbers')
  END;
END;

CREATE TRIGGER lists_forms BEFORE INSERT ON lists BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.name = substr(NEW.name, 1, 10000))
      THEN RAISE(ABORT, 'G-5: name is text of at most 10,000 characters, without NUL')
    WHEN NOT (NEW.view = substr(NEW.view, 1, 10000))
      THEN RAISE(ABORT, 'G-5: view is text of at most 10,000 characters, without NUL')
    WHEN NOT (CASE
        WHEN NEW.filters = '{}' THEN 1
        WHEN NEW.filters <> substr(NEW.filters, 1, 1000000)
          OR NEW.filters NOT GLOB '{*}' AND trim(NEW.filters, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.filters) <= 4300
         AND length(NEW.filters) - length(replace(replace(NEW.filters, '[', ''), '{', '')) <= 100
         AND NEW.filters NOT GLOB '*e[0-9+]*' AND NEW.filters NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.filters, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.filters) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: filters is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
    WHEN NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER lists_forms_update BEFORE UPDATE OF name, view, filters, created_at, updated_at ON lists BEGIN
  SELECT CASE
    WHEN NEW.name IS NOT OLD.name
     AND NOT (NEW.name = substr(NEW.name, 1, 10000))
      THEN RAISE(ABORT, 'G-5: name is text of at most 10,000 characters, without NUL')
    WHEN NEW.view IS NOT OLD.view
     AND NOT (NEW.view = substr(NEW.view, 1, 10000))
      THEN RAISE(ABORT, 'G-5: view is text of at most 10,000 characters, without NUL')
    WHEN NEW.filters IS NOT OLD.filters
     AND NOT (CASE
        WHEN NEW.filters = '{}' THEN 1
        WHEN NEW.filters <> substr(NEW.filters, 1, 1000000)
          OR NEW.filters NOT GLOB '{*}' AND trim(NEW.filters, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.filters) <= 4300
         AND length(NEW.filters) - length(replace(replace(NEW.filters, '[', ''), '{', '')) <= 100
         AND NEW.filters NOT GLOB '*e[0-9+]*' AND NEW.filters NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.filters, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.filters) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: filters is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
    WHEN NEW.created_at IS NOT OLD.created_at
     AND NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT OLD.updated_at
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER marks_insert BEFORE INSERT ON marks BEGIN
  SELECT RAISE(ABORT, 'G-5: a mark belongs to a work')
   WHERE NOT EXISTS (SELECT 1 FROM works WHERE id = NEW.work_id);
  SELECT RAISE(ABORT, 'G-2: this mark already exists')
   WHERE EXISTS (SELECT 1 FROM marks WHERE id = NEW.id OR work_id = NEW.work_id);
END;

CREATE TRIGGER marks_update BEFORE UPDATE OF id, work_id ON marks BEGIN
  SELECT RAISE(ABORT, 'G-5: a mark belongs to a work')
   WHERE NEW.id IS NOT OLD.id OR NEW.work_id IS NOT OLD.work_id;
END;

CREATE TRIGGER marks_forms BEFORE INSERT ON marks BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (CASE
        WHEN NEW.tags = '[]' THEN 1
        WHEN NEW.tags <> substr(NEW.tags, 1, 1000000)
          OR NEW.tags NOT GLOB '[[]*]' AND trim(NEW.tags, char(32, 9, 10, 13)) NOT GLOB '[[]*]' THEN 0
        ELSE NOT EXISTS (SELECT 1 FROM json_each(NEW.tags) AS j WHERE j.type <> 'text')
      END)
      THEN RAISE(ABORT, 'G-5: tags is a JSON array of texts, of at most 1,000,000 characters')
    WHEN NEW.rating IS NOT NULL AND NOT (NEW.rating BETWEEN 0 AND 10)
      THEN RAISE(ABORT, 'G-5: rating is a number from 0 to 10')
    WHEN NEW.note IS NOT NULL AND NOT (NEW.note = substr(NEW.note, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: note is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.seen IS NOT NULL AND NOT (NEW.seen BETWEEN 0 AND 1)
      THEN RAISE(ABORT, 'G-5: seen is a number from 0 to 1')
    WHEN NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER marks_forms_update BEFORE UPDATE OF tags, rating, note, seen, created_at, updated_at ON marks BEGIN
  SELECT CASE
    WHEN NEW.tags IS NOT OLD.tags
     AND NOT (CASE
        WHEN NEW.tags = '[]' THEN 1
        WHEN NEW.tags <> substr(NEW.tags, 1, 1000000)
          OR NEW.tags NOT GLOB '[[]*]' AND trim(NEW.tags, char(32, 9, 10, 13)) NOT GLOB '[[]*]' THEN 0
        ELSE NOT EXISTS (SELECT 1 FROM json_each(NEW.tags) AS j WHERE j.type <> 'text')
      END)
      THEN RAISE(ABORT, 'G-5: tags is a JSON array of texts, of at most 1,000,000 characters')
    WHEN NEW.rating IS NOT OLD.rating
     AND NOT (NEW.rating BETWEEN 0 AND 10)
      THEN RAISE(ABORT, 'G-5: rating is a number from 0 to 10')
    WHEN NEW.note IS NOT OLD.note
     AND NOT (NEW.note = substr(NEW.note, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: note is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.seen IS NOT OLD.seen
     AND NOT (NEW.seen BETWEEN 0 AND 1)
      THEN RAISE(ABORT, 'G-5: seen is a number from 0 to 1')
    WHEN NEW.created_at IS NOT OLD.created_at
     AND NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT OLD.updated_at
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER path_mappings_insert BEFORE INSERT ON path_mappings BEGIN
  SELECT RAISE(ABORT, 'G-6: a path mapping belongs to a collection')
   WHERE NOT EXISTS (SELECT 1 FROM collections WHERE id = NEW.collection_id);
  SELECT RAISE(ABORT, 'G-6: a collection has one path mapping per location')
   WHERE EXISTS (SELECT 1 FROM path_mappings WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM path_mappings
                  WHERE collection_id = NEW.collection_id AND external_path = NEW.external_path);
END;

CREATE TRIGGER path_mappings_inserted AFTER INSERT ON path_mappings BEGIN
  DELETE FROM path_mappings
   WHERE collection_id = NEW.collection_id
     AND external_path = ''
     AND NEW.external_path <> ''
     AND local_path IS NULL
     AND NOT EXISTS (SELECT 1 FROM asset_files WHERE path_mapping_id = path_mappings.id);
  UPDATE collections
     SET ingestible = 0, not_ingestible_reason = 'its path mappings changed'
   WHERE id = NEW.collection_id AND ingestible = 1;
END;

CREATE TRIGGER path_mappings_update BEFORE UPDATE ON path_mappings BEGIN
  SELECT RAISE(ABORT, 'G-6: id and collection of a path mapping never change')
   WHERE NEW.id IS NOT OLD.id OR NEW.collection_id IS NOT OLD.collection_id;
  SELECT RAISE(ABORT, 'G-6: a collection has one path mapping per location')
   WHERE NEW.external_path <> OLD.external_path
     AND EXISTS (SELECT 1 FROM path_mappings
                  WHERE collection_id = OLD.collection_id AND external_path = NEW.external_path);
END;

CREATE TRIGGER path_mappings_updated AFTER UPDATE ON path_mappings
WHEN NEW.external_path IS NOT OLD.external_path
  OR NEW.local_path IS NOT OLD.local_path
  OR NEW.excluded IS NOT OLD.excluded
  OR NEW.missing_since IS NOT OLD.missing_since BEGIN
  UPDATE collections
     SET ingestible = 0, not_ingestible_reason = 'its path mappings changed'
   WHERE id = NEW.collection_id AND ingestible = 1;
END;

CREATE TRIGGER path_mappings_delete BEFORE DELETE ON path_mappings
WHEN EXISTS (SELECT 1 FROM collections WHERE id = OLD.collection_id) BEGIN
  SELECT RAISE(ABORT, 'G-6: files still refer to this path mapping')
   WHERE EXISTS (SELECT 1 FROM asset_files WHERE path_mapping_id = OLD.id);
END;

CREATE TRIGGER path_mappings_deleted AFTER DELETE ON path_mappings
WHEN EXISTS (SELECT 1 FROM collections WHERE id = OLD.collection_id) BEGIN
  UPDATE collections
     SET ingestible = 0, not_ingestible_reason = 'its path mappings changed'
   WHERE id = OLD.collection_id AND ingestible = 1;
  INSERT INTO path_mappings (collection_id, external_path)
  SELECT OLD.collection_id, ''
   WHERE NOT EXISTS (SELECT 1 FROM path_mappings WHERE collection_id = OLD.collection_id);
END;

CREATE TRIGGER path_mappings_forms BEFORE INSERT ON path_mappings BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.external_path = substr(NEW.external_path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: external_path is text of at most 32,768 characters, without NUL')
    WHEN NEW.local_path IS NOT NULL AND NOT (NEW.local_path = substr(NEW.local_path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: local_path is text of at most 32,768 characters, without NUL')
    WHEN NEW.missing_since IS NOT NULL AND NOT (NEW.missing_since GLOB '????-??-??T??:??:??*Z' AND NEW.missing_since > '0001'
      AND CASE
        WHEN NEW.missing_since = substr(NEW.missing_since, 1, 20) THEN substr(NEW.missing_since, 1, 10) IS date(NEW.missing_since, '+0 days')
        ELSE NEW.missing_since = substr(NEW.missing_since, 1, 30) AND NEW.missing_since GLOB '*.[0-9]*'
         AND substr(NEW.missing_since, 1, 10) IS date(substr(NEW.missing_since, 1, 19), '+0 days')
         AND rtrim(substr(NEW.missing_since, 1, length(NEW.missing_since) - 1), '0123456789') = substr(NEW.missing_since, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: missing_since is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER path_mappings_forms_update BEFORE UPDATE OF external_path, local_path, missing_since, created_at, updated_at ON path_mappings BEGIN
  SELECT CASE
    WHEN NEW.external_path IS NOT OLD.external_path
     AND NOT (NEW.external_path = substr(NEW.external_path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: external_path is text of at most 32,768 characters, without NUL')
    WHEN NEW.local_path IS NOT OLD.local_path
     AND NOT (NEW.local_path = substr(NEW.local_path, 1, 32768))
      THEN RAISE(ABORT, 'G-5: local_path is text of at most 32,768 characters, without NUL')
    WHEN NEW.missing_since IS NOT OLD.missing_since
     AND NOT (NEW.missing_since GLOB '????-??-??T??:??:??*Z' AND NEW.missing_since > '0001'
      AND CASE
        WHEN NEW.missing_since = substr(NEW.missing_since, 1, 20) THEN substr(NEW.missing_since, 1, 10) IS date(NEW.missing_since, '+0 days')
        ELSE NEW.missing_since = substr(NEW.missing_since, 1, 30) AND NEW.missing_since GLOB '*.[0-9]*'
         AND substr(NEW.missing_since, 1, 10) IS date(substr(NEW.missing_since, 1, 19), '+0 days')
         AND rtrim(substr(NEW.missing_since, 1, length(NEW.missing_since) - 1), '0123456789') = substr(NEW.missing_since, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: missing_since is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.created_at IS NOT OLD.created_at
     AND NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT OLD.updated_at
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER probes_insert BEFORE INSERT ON probes BEGIN
  SELECT RAISE(ABORT, 'G-6: a probe belongs to a file')
   WHERE NOT EXISTS (SELECT 1 FROM asset_files WHERE id = NEW.asset_file_id);
END;

CREATE TRIGGER probes_update BEFORE UPDATE OF id, asset_file_id ON probes BEGIN
  SELECT RAISE(ABORT, 'G-6: a probe belongs to a file')
   WHERE NEW.id IS NOT OLD.id OR NEW.asset_file_id IS NOT OLD.asset_file_id;
END;

CREATE TRIGGER probes_forms BEFORE INSERT ON probes BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NEW.size_bytes IS NOT NULL AND NOT (NEW.size_bytes BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: size_bytes is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.modified_at IS NOT NULL AND NOT (NEW.modified_at GLOB '????-??-??T??:??:??*Z' AND NEW.modified_at > '0001'
      AND CASE
        WHEN NEW.modified_at = substr(NEW.modified_at, 1, 20) THEN substr(NEW.modified_at, 1, 10) IS date(NEW.modified_at, '+0 days')
        ELSE NEW.modified_at = substr(NEW.modified_at, 1, 30) AND NEW.modified_at GLOB '*.[0-9]*'
         AND substr(NEW.modified_at, 1, 10) IS date(substr(NEW.modified_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.modified_at, 1, length(NEW.modified_at) - 1), '0123456789') = substr(NEW.modified_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: modified_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NOT (NEW.probed_at GLOB '????-??-??T??:??:??*Z' AND NEW.probed_at > '0001'
      AND CASE
        WHEN NEW.probed_at = substr(NEW.probed_at, 1, 20) THEN substr(NEW.probed_at, 1, 10) IS date(NEW.probed_at, '+0 days')
        ELSE NEW.probed_at = substr(NEW.probed_at, 1, 30) AND NEW.probed_at GLOB '*.[0-9]*'
         AND substr(NEW.probed_at, 1, 10) IS date(substr(NEW.probed_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.probed_at, 1, length(NEW.probed_at) - 1), '0123456789') = substr(NEW.probed_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: probed_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.error IS NOT NULL AND NOT (NEW.error = substr(NEW.error, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: error is text of at most 1,000,000 characters, without NUL')
    WHEN NOT (CASE
        WHEN NEW.facts = '{}' THEN 1
        WHEN NEW.facts <> substr(NEW.facts, 1, 1000000)
          OR NEW.facts NOT GLOB '{*}' AND trim(NEW.facts, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.facts) <= 4300
         AND length(NEW.facts) - length(replace(replace(NEW.facts, '[', ''), '{', '')) <= 100
         AND NEW.facts NOT GLOB '*e[0-9+]*' AND NEW.facts NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.facts, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.facts) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: facts is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
  END;
END;

CREATE TRIGGER probes_forms_update BEFORE UPDATE OF size_bytes, modified_at, probed_at, error, facts ON probes BEGIN
  SELECT CASE
    WHEN NEW.size_bytes IS NOT OLD.size_bytes
     AND NOT (NEW.size_bytes BETWEEN 0 AND 9007199254740991)
      THEN RAISE(ABORT, 'G-5: size_bytes is a number from 0 to 9,007,199,254,740,991')
    WHEN NEW.modified_at IS NOT OLD.modified_at
     AND NOT (NEW.modified_at GLOB '????-??-??T??:??:??*Z' AND NEW.modified_at > '0001'
      AND CASE
        WHEN NEW.modified_at = substr(NEW.modified_at, 1, 20) THEN substr(NEW.modified_at, 1, 10) IS date(NEW.modified_at, '+0 days')
        ELSE NEW.modified_at = substr(NEW.modified_at, 1, 30) AND NEW.modified_at GLOB '*.[0-9]*'
         AND substr(NEW.modified_at, 1, 10) IS date(substr(NEW.modified_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.modified_at, 1, length(NEW.modified_at) - 1), '0123456789') = substr(NEW.modified_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: modified_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.probed_at IS NOT OLD.probed_at
     AND NOT (NEW.probed_at GLOB '????-??-??T??:??:??*Z' AND NEW.probed_at > '0001'
      AND CASE
        WHEN NEW.probed_at = substr(NEW.probed_at, 1, 20) THEN substr(NEW.probed_at, 1, 10) IS date(NEW.probed_at, '+0 days')
        ELSE NEW.probed_at = substr(NEW.probed_at, 1, 30) AND NEW.probed_at GLOB '*.[0-9]*'
         AND substr(NEW.probed_at, 1, 10) IS date(substr(NEW.probed_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.probed_at, 1, length(NEW.probed_at) - 1), '0123456789') = substr(NEW.probed_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: probed_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.error IS NOT OLD.error
     AND NOT (NEW.error = substr(NEW.error, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: error is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.facts IS NOT OLD.facts
     AND NOT (CASE
        WHEN NEW.facts = '{}' THEN 1
        WHEN NEW.facts <> substr(NEW.facts, 1, 1000000)
          OR NEW.facts NOT GLOB '{*}' AND trim(NEW.facts, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.facts) <= 4300
         AND length(NEW.facts) - length(replace(replace(NEW.facts, '[', ''), '{', '')) <= 100
         AND NEW.facts NOT GLOB '*e[0-9+]*' AND NEW.facts NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.facts, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.facts) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: facts is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
  END;
END;

CREATE TRIGGER source_secrets_insert BEFORE INSERT ON source_secrets BEGIN
  SELECT RAISE(ABORT, 'G-2: a secret belongs to a source')
   WHERE NOT EXISTS (SELECT 1 FROM sources WHERE id = NEW.source_id);
END;

CREATE TRIGGER source_secrets_update BEFORE UPDATE ON source_secrets BEGIN
  SELECT RAISE(ABORT, 'G-2: a secret stays with its source')
   WHERE NEW.source_id IS NOT OLD.source_id;
END;

CREATE TRIGGER source_secrets_forms BEFORE INSERT ON source_secrets BEGIN
  SELECT CASE
    WHEN NOT (NEW.name = substr(NEW.name, 1, 1000))
      THEN RAISE(ABORT, 'G-5: name is text of at most 1,000 characters, without NUL')
    WHEN NOT (NEW.value = substr(NEW.value, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: value is text of at most 1,000,000 characters, without NUL')
  END;
END;

CREATE TRIGGER source_secrets_forms_update BEFORE UPDATE OF name, value ON source_secrets BEGIN
  SELECT CASE
    WHEN NEW.name IS NOT OLD.name
     AND NOT (NEW.name = substr(NEW.name, 1, 1000))
      THEN RAISE(ABORT, 'G-5: name is text of at most 1,000 characters, without NUL')
    WHEN NEW.value IS NOT OLD.value
     AND NOT (NEW.value = substr(NEW.value, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: value is text of at most 1,000,000 characters, without NUL')
  END;
END;

CREATE TRIGGER sources_insert BEFORE INSERT ON sources BEGIN
  SELECT RAISE(ABORT, 'G-2: this source already exists (id, external_id, type and identity, or name)')
   WHERE EXISTS (SELECT 1 FROM sources WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM sources WHERE external_id = NEW.external_id)
      OR EXISTS (SELECT 1 FROM sources WHERE type = NEW.type AND identity = NEW.identity)
      OR EXISTS (SELECT 1 FROM sources WHERE name = NEW.name);
END;

CREATE TRIGGER sources_update BEFORE UPDATE ON sources BEGIN
  SELECT RAISE(ABORT, 'G-2: id, external_id and type of a source never change')
   WHERE NEW.id IS NOT OLD.id OR NEW.external_id IS NOT OLD.external_id OR NEW.type IS NOT OLD.type;
  SELECT RAISE(ABORT, 'G-2: another source has this identity or name')
   WHERE EXISTS (SELECT 1 FROM sources
                  WHERE type = NEW.type AND identity = NEW.identity AND id <> OLD.id)
      OR EXISTS (SELECT 1 FROM sources WHERE name = NEW.name AND id <> OLD.id);
END;

CREATE TRIGGER sources_delete AFTER DELETE ON sources BEGIN
  DELETE FROM source_secrets WHERE source_id = OLD.id;
  DELETE FROM collections WHERE source_id = OLD.id;
END;

CREATE TRIGGER sources_forms BEFORE INSERT ON sources BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.external_id = substr(NEW.external_id, 1, 1000))
      THEN RAISE(ABORT, 'G-5: external_id is text of at most 1,000 characters, without NUL')
    WHEN NOT (NEW.type = substr(NEW.type, 1, 1000))
      THEN RAISE(ABORT, 'G-5: type is text of at most 1,000 characters, without NUL')
    WHEN NOT (NEW.identity = substr(NEW.identity, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: identity is text of at most 1,000,000 characters, without NUL')
    WHEN NOT (NEW.name = substr(NEW.name, 1, 10000))
      THEN RAISE(ABORT, 'G-5: name is text of at most 10,000 characters, without NUL')
    WHEN NOT (CASE
        WHEN NEW.config = '{}' THEN 1
        WHEN NEW.config <> substr(NEW.config, 1, 1000000)
          OR NEW.config NOT GLOB '{*}' AND trim(NEW.config, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.config) <= 4300
         AND length(NEW.config) - length(replace(replace(NEW.config, '[', ''), '{', '')) <= 100
         AND NEW.config NOT GLOB '*e[0-9+]*' AND NEW.config NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.config, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.config) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: config is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
    WHEN NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.remote_identity IS NOT NULL AND NOT (NEW.remote_identity = substr(NEW.remote_identity, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: remote_identity is text of at most 1,000,000 characters, without NUL')
  END;
END;

CREATE TRIGGER sources_forms_update BEFORE UPDATE OF external_id, type, identity, name, config, created_at, updated_at, remote_identity ON sources BEGIN
  SELECT CASE
    WHEN NEW.external_id IS NOT OLD.external_id
     AND NOT (NEW.external_id = substr(NEW.external_id, 1, 1000))
      THEN RAISE(ABORT, 'G-5: external_id is text of at most 1,000 characters, without NUL')
    WHEN NEW.type IS NOT OLD.type
     AND NOT (NEW.type = substr(NEW.type, 1, 1000))
      THEN RAISE(ABORT, 'G-5: type is text of at most 1,000 characters, without NUL')
    WHEN NEW.identity IS NOT OLD.identity
     AND NOT (NEW.identity = substr(NEW.identity, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: identity is text of at most 1,000,000 characters, without NUL')
    WHEN NEW.name IS NOT OLD.name
     AND NOT (NEW.name = substr(NEW.name, 1, 10000))
      THEN RAISE(ABORT, 'G-5: name is text of at most 10,000 characters, without NUL')
    WHEN NEW.config IS NOT OLD.config
     AND NOT (CASE
        WHEN NEW.config = '{}' THEN 1
        WHEN NEW.config <> substr(NEW.config, 1, 1000000)
          OR NEW.config NOT GLOB '{*}' AND trim(NEW.config, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.config) <= 4300
         AND length(NEW.config) - length(replace(replace(NEW.config, '[', ''), '{', '')) <= 100
         AND NEW.config NOT GLOB '*e[0-9+]*' AND NEW.config NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.config, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.config) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: config is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
    WHEN NEW.created_at IS NOT OLD.created_at
     AND NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT OLD.updated_at
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.remote_identity IS NOT OLD.remote_identity
     AND NOT (NEW.remote_identity = substr(NEW.remote_identity, 1, 1000000))
      THEN RAISE(ABORT, 'G-5: remote_identity is text of at most 1,000,000 characters, without NUL')
  END;
END;

CREATE TRIGGER works_update BEFORE UPDATE OF id ON works BEGIN
  SELECT RAISE(ABORT, 'G-2: the id of a work never changes') WHERE NEW.id IS NOT OLD.id;
END;

CREATE TRIGGER works_delete BEFORE DELETE ON works BEGIN
  SELECT RAISE(ABORT, 'G-5: a mark belongs to a work') WHERE EXISTS (SELECT 1 FROM marks WHERE work_id = OLD.id);
  SELECT RAISE(ABORT, 'G-5: an edit belongs to a work') WHERE EXISTS (SELECT 1 FROM edits WHERE work_id = OLD.id);
END;

CREATE TRIGGER works_deleted AFTER DELETE ON works BEGIN
  DELETE FROM asset_works WHERE work_id = OLD.id;
END;

CREATE TRIGGER works_forms BEFORE INSERT ON works BEGIN
  SELECT CASE
    WHEN NEW.id > 9007199254740991
      THEN RAISE(ABORT, 'G-5: id is a number from 1 to 9,007,199,254,740,991')
    WHEN NOT (NEW.title = substr(NEW.title, 1, 10000))
      THEN RAISE(ABORT, 'G-5: title is text of at most 10,000 characters, without NUL')
    WHEN NOT (CASE
        WHEN NEW.identity = '{}' THEN 1
        WHEN NEW.identity <> substr(NEW.identity, 1, 1000000)
          OR NEW.identity NOT GLOB '{*}' AND trim(NEW.identity, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.identity) <= 4300
         AND length(NEW.identity) - length(replace(replace(NEW.identity, '[', ''), '{', '')) <= 100
         AND NEW.identity NOT GLOB '*e[0-9+]*' AND NEW.identity NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.identity, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.identity) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: identity is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
    WHEN NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT NEW.created_at AND NEW.updated_at IS NOT NULL
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;

CREATE TRIGGER works_forms_update BEFORE UPDATE OF title, identity, created_at, updated_at ON works BEGIN
  SELECT CASE
    WHEN NEW.title IS NOT OLD.title
     AND NOT (NEW.title = substr(NEW.title, 1, 10000))
      THEN RAISE(ABORT, 'G-5: title is text of at most 10,000 characters, without NUL')
    WHEN NEW.identity IS NOT OLD.identity
     AND NOT (CASE
        WHEN NEW.identity = '{}' THEN 1
        WHEN NEW.identity <> substr(NEW.identity, 1, 1000000)
          OR NEW.identity NOT GLOB '{*}' AND trim(NEW.identity, char(32, 9, 10, 13)) NOT GLOB '{*}' THEN 0
        WHEN length(NEW.identity) <= 4300
         AND length(NEW.identity) - length(replace(replace(NEW.identity, '[', ''), '{', '')) <= 100
         AND NEW.identity NOT GLOB '*e[0-9+]*' AND NEW.identity NOT GLOB '*E[0-9+]*'
        THEN (SELECT count(*) FROM json_each(NEW.identity, '$.a')) >= 0
        ELSE NOT EXISTS (
          SELECT 1
            FROM json_tree(NEW.identity) AS j
           WHERE (j.type IN ('integer', 'real')
                  AND j.value NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
              OR length(j.path) - length(replace(replace(j.path, '[', ''), '.', '')) >= 100)
      END)
      THEN RAISE(ABORT, 'G-5: identity is a JSON object of at most 1,000,000 characters, 100 deep, with finite numbers')
    WHEN NEW.created_at IS NOT OLD.created_at
     AND NOT (NEW.created_at GLOB '????-??-??T??:??:??*Z' AND NEW.created_at > '0001'
      AND CASE
        WHEN NEW.created_at = substr(NEW.created_at, 1, 20) THEN substr(NEW.created_at, 1, 10) IS date(NEW.created_at, '+0 days')
        ELSE NEW.created_at = substr(NEW.created_at, 1, 30) AND NEW.created_at GLOB '*.[0-9]*'
         AND substr(NEW.created_at, 1, 10) IS date(substr(NEW.created_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.created_at, 1, length(NEW.created_at) - 1), '0123456789') = substr(NEW.created_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: created_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
    WHEN NEW.updated_at IS NOT OLD.updated_at
     AND NOT (NEW.updated_at GLOB '????-??-??T??:??:??*Z' AND NEW.updated_at > '0001'
      AND CASE
        WHEN NEW.updated_at = substr(NEW.updated_at, 1, 20) THEN substr(NEW.updated_at, 1, 10) IS date(NEW.updated_at, '+0 days')
        ELSE NEW.updated_at = substr(NEW.updated_at, 1, 30) AND NEW.updated_at GLOB '*.[0-9]*'
         AND substr(NEW.updated_at, 1, 10) IS date(substr(NEW.updated_at, 1, 19), '+0 days')
         AND rtrim(substr(NEW.updated_at, 1, length(NEW.updated_at) - 1), '0123456789') = substr(NEW.updated_at, 1, 19) || '.'
      END)
      THEN RAISE(ABORT, 'G-5: updated_at is a time in UTC (YYYY-MM-DDTHH:MM:SSZ)')
  END;
END;
