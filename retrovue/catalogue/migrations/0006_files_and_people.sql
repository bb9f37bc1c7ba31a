-- Schema version 6: what files say (streams, probes), and what people say (marks, edits, lists).

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

CREATE INDEX asset_streams_file ON asset_streams (asset_file_id);

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

-- Which assets are which work now; made anew from `works`.
CREATE TABLE asset_works (
  asset_id  INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
  work_id   INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX asset_works_work ON asset_works (work_id);

-- What its source says of an asset, of the fields in which the asset shows something else.
CREATE TABLE source_values (
  asset_id  INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
  fields    TEXT NOT NULL                                       -- a JSON object by field
) STRICT;

CREATE TRIGGER asset_streams_insert BEFORE INSERT ON asset_streams BEGIN
  SELECT RAISE(ABORT, 'G-6: a stream belongs to a file')
   WHERE NOT EXISTS (SELECT 1 FROM asset_files WHERE id = NEW.asset_file_id);
END;

CREATE TRIGGER asset_streams_update BEFORE UPDATE OF id, asset_file_id ON asset_streams BEGIN
  SELECT RAISE(ABORT, 'G-6: a stream belongs to a file')
   WHERE NEW.id IS NOT OLD.id OR NEW.asset_file_id IS NOT OLD.asset_file_id;
END;

CREATE TRIGGER probes_insert BEFORE INSERT ON probes BEGIN
  SELECT RAISE(ABORT, 'G-6: a probe belongs to a file')
   WHERE NOT EXISTS (SELECT 1 FROM asset_files WHERE id = NEW.asset_file_id);
END;

CREATE TRIGGER probes_update BEFORE UPDATE OF id, asset_file_id ON probes BEGIN
  SELECT RAISE(ABORT, 'G-6: a probe belongs to a file')
   WHERE NEW.id IS NOT OLD.id OR NEW.asset_file_id IS NOT OLD.asset_file_id;
END;

CREATE TRIGGER asset_files_streams_delete AFTER DELETE ON asset_files BEGIN
  DELETE FROM asset_streams WHERE asset_file_id = OLD.id;
  DELETE FROM probes WHERE asset_file_id = OLD.id;
END;

CREATE TRIGGER assets_works_delete AFTER DELETE ON assets BEGIN
  DELETE FROM asset_works WHERE asset_id = OLD.id;
  DELETE FROM source_values WHERE asset_id = OLD.id;
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

DROP VIEW media;

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

DROP VIEW films;

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

DROP VIEW episodes;

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

DROP VIEW tracks;

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
