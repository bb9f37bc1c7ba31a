-- The catalogue, version 1.
--
-- This schema is public: scripts read it and some write it, often with foreign keys off. What a
-- guarantee (G-1 to G-6) asks of the data is therefore held here, by constraints and triggers, for
-- any writer. A trigger refuses a statement with a message that names the guarantee, or puts the
-- data right. Timestamps are ISO-8601 in UTC, booleans 0 and 1.

------------------------------------------------------------------------------------------ tables

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
  config       TEXT NOT NULL DEFAULT '{}'                       -- the importer's options, no secrets
               CONSTRAINT "G-2: config of a source is a JSON object"
               CHECK (CASE WHEN json_valid(config) AND instr(config, char(0)) = 0
                           THEN json_type(config) = 'object' ELSE 0 END),
  created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  UNIQUE (type, identity)
) STRICT;

CREATE TABLE source_secrets (
  source_id    INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  name         TEXT NOT NULL                                    -- the option: token
               CONSTRAINT "G-2: a secret has a name" CHECK (name <> ''),
  value        TEXT NOT NULL,                                   -- the secret, or env:NAME
  PRIMARY KEY (source_id, name)
) STRICT, WITHOUT ROWID;

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
  updated_at             TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  UNIQUE (source_id, external_id),
  CONSTRAINT "G-5: sync_enabled needs enabled" CHECK (sync_enabled <= enabled)
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

-- What a scan last saw of each folder, for importers that walk folders. A fingerprint of NULL means
-- that the folder is read again; the triggers set it when anybody changes what lies in it.
CREATE TABLE folders (
  id             INTEGER PRIMARY KEY
                 CONSTRAINT "G-2: the id of a folder is above 0" CHECK (id > 0),
  collection_id  INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  path           TEXT NOT NULL,
  fingerprint    TEXT,
  assets         INTEGER NOT NULL DEFAULT 0,                    -- assets present when it was last read
  UNIQUE (collection_id, path)
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
  guids          TEXT NOT NULL DEFAULT '[]'                     -- ["imdb://tt0133093", ...]
                 CONSTRAINT "G-5: guids of an asset is a JSON array"
                 CHECK (CASE WHEN guids = '[]' THEN 1
                             WHEN json_valid(guids) AND instr(guids, char(0)) = 0
                             THEN json_type(guids) = 'array' ELSE 0 END),
  metadata       TEXT NOT NULL DEFAULT '{}'                     -- whatever else the importer knows
                 CONSTRAINT "G-5: metadata of an asset is a JSON object"
                 CHECK (CASE WHEN metadata = '{}' THEN 1
                             WHEN json_valid(metadata) AND instr(metadata, char(0)) = 0
                             THEN json_type(metadata) = 'object' ELSE 0 END),
  fingerprint    TEXT,                                          -- NULL: read again at the next ingest
  created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  missing_since  TEXT,                                          -- not seen by the last complete scan
  UNIQUE (collection_id, external_id)
) STRICT;

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
) STRICT;

-- What was done. It names what it speaks of, so that it outlives it.
CREATE TABLE history (
  id          INTEGER PRIMARY KEY AUTOINCREMENT
              CONSTRAINT "G-5: the id of a line of history is above 0" CHECK (id > 0),
  at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  operation   TEXT NOT NULL,                                    -- 'Source ingest'
  source      TEXT,
  collection  TEXT,
  status      TEXT NOT NULL,                                    -- success, partial, failed
  detail      TEXT NOT NULL DEFAULT '{}'
              CONSTRAINT "G-5: detail of a line of history is a JSON object"
              CHECK (CASE WHEN json_valid(detail) AND instr(detail, char(0)) = 0
                          THEN json_type(detail) = 'object' ELSE 0 END)
) STRICT;

----------------------------------------------------------------------------------------- indexes

CREATE INDEX assets_missing ON assets (collection_id) WHERE missing_since IS NOT NULL;
CREATE INDEX assets_folder ON assets (folder_id, collection_id);
CREATE INDEX asset_files_asset ON asset_files (asset_id, version, part);
CREATE INDEX asset_files_mapping ON asset_files (path_mapping_id);

------------------------------------------------------------------------------------------- views

-- One row per file; an asset without a file shows once.
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
       a.missing_since
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
  LEFT JOIN asset_files AS f ON f.asset_id = a.id
  LEFT JOIN path_mappings AS m ON m.id = f.path_mapping_id;

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

---------------------------------------------------------------------------- triggers: sources

-- A statement that says OR REPLACE would delete the row in its way without firing a delete trigger,
-- so the row is looked for beforehand; this refuses OR IGNORE and upserts of that row as well.
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

CREATE TRIGGER source_secrets_insert BEFORE INSERT ON source_secrets BEGIN
  SELECT RAISE(ABORT, 'G-2: a secret belongs to a source')
   WHERE NOT EXISTS (SELECT 1 FROM sources WHERE id = NEW.source_id);
END;

CREATE TRIGGER source_secrets_update BEFORE UPDATE ON source_secrets BEGIN
  SELECT RAISE(ABORT, 'G-2: a secret stays with its source')
   WHERE NEW.source_id IS NOT OLD.source_id;
END;

------------------------------------------------------------------------ triggers: collections

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

CREATE TRIGGER collections_update BEFORE UPDATE ON collections BEGIN
  SELECT RAISE(ABORT, 'G-1: id, source_id and external_id of a collection never change')
   WHERE NEW.id IS NOT OLD.id
      OR NEW.source_id IS NOT OLD.source_id
      OR NEW.external_id IS NOT OLD.external_id;
  SELECT RAISE(ABORT, 'G-5: revision of a collection stays or grows by 1')
   WHERE coalesce(NEW.revision NOT IN (OLD.revision, OLD.revision + 1), 1);
  SELECT RAISE(ABORT, 'G-5: the counts of a collection change with its assets, one by one')
   WHERE coalesce(abs(NEW.asset_count - OLD.asset_count) > 1
                  OR abs(NEW.missing_count - OLD.missing_count) > 1
                  OR ((NEW.asset_count <> OLD.asset_count OR NEW.missing_count <> OLD.missing_count)
                      AND NEW.revision = OLD.revision), 1);
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

---------------------------------------------------------------------- triggers: path_mappings

CREATE TRIGGER path_mappings_insert BEFORE INSERT ON path_mappings BEGIN
  SELECT RAISE(ABORT, 'G-6: a path mapping belongs to a collection')
   WHERE NOT EXISTS (SELECT 1 FROM collections WHERE id = NEW.collection_id);
  SELECT RAISE(ABORT, 'G-6: a collection has one path mapping per location')
   WHERE EXISTS (SELECT 1 FROM path_mappings WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM path_mappings
                  WHERE collection_id = NEW.collection_id AND external_path = NEW.external_path);
END;

-- The mapping '' stands for "any path" until a real location comes.
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

---------------------------------------------------------------------------- triggers: folders

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

----------------------------------------------------------------------------- triggers: assets

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

------------------------------------------------------------------------ triggers: asset_files

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

-- An asset that lost a file is read again at the next ingest.
CREATE TRIGGER asset_files_delete AFTER DELETE ON asset_files BEGIN
  UPDATE assets SET fingerprint = NULL WHERE id = OLD.asset_id AND fingerprint IS NOT NULL;
END;

---------------------------------------------------------------------------- triggers: history

CREATE TRIGGER history_insert BEFORE INSERT ON history BEGIN
  SELECT RAISE(ABORT, 'G-5: this line of history already exists')
   WHERE EXISTS (SELECT 1 FROM history WHERE id = NEW.id);
END;

CREATE TRIGGER history_update BEFORE UPDATE ON history BEGIN
  SELECT RAISE(ABORT, 'G-5: the id of a line of history never changes')
   WHERE NEW.id IS NOT OLD.id;
END;
