-- The catalogue, version 2: a library stays the same library, and a server the same server (G-2);
-- and the form of each value is held by the file (G-5).

ALTER TABLE sources ADD COLUMN remote_identity TEXT;      -- what the server says it is; NULL: not known

ALTER TABLE collections ADD COLUMN identity TEXT;         -- what makes it the same library; NULL: not known

-- A source that numbers its libraries anew takes their external ids along.
DROP TRIGGER IF EXISTS collections_update;

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

------------------------------------------------------------------------------- constraints: JSON

-- With PRAGMA trusted_schema = OFF, as SQLite advises, a table whose constraints call json_valid()
-- cannot even be read; what they held, the triggers below hold. The text of the tables is edited as
-- https://www.sqlite.org/lang_altertable.html#otheralter says, since no row has to be written for it.
PRAGMA writable_schema = ON;

UPDATE sqlite_master SET sql = replace(sql, '                       -- the importer''s options, no secrets
               CONSTRAINT "G-2: config of a source is a JSON object"
               CHECK (CASE WHEN json_valid(config) AND instr(config, char(0)) = 0
                           THEN json_type(config) = ''object'' ELSE 0 END)', ' /* the importer''s options, no secrets */')
 WHERE type = 'table' AND name = 'sources';

UPDATE sqlite_master SET sql = replace(sql, '                     -- ["imdb://tt0133093", ...]
                 CONSTRAINT "G-5: guids of an asset is a JSON array"
                 CHECK (CASE WHEN guids = ''[]'' THEN 1
                             WHEN json_valid(guids) AND instr(guids, char(0)) = 0
                             THEN json_type(guids) = ''array'' ELSE 0 END)', ' /* ["imdb://tt0133093", ...] */')
 WHERE type = 'table' AND name = 'assets';

UPDATE sqlite_master SET sql = replace(sql, '                     -- whatever else the importer knows
                 CONSTRAINT "G-5: metadata of an asset is a JSON object"
                 CHECK (CASE WHEN metadata = ''{}'' THEN 1
                             WHEN json_valid(metadata) AND instr(metadata, char(0)) = 0
                             THEN json_type(metadata) = ''object'' ELSE 0 END)', ' /* whatever else the importer knows */')
 WHERE type = 'table' AND name = 'assets';

UPDATE sqlite_master SET sql = replace(sql, '
              CONSTRAINT "G-5: detail of a line of history is a JSON object"
              CHECK (CASE WHEN json_valid(detail) AND instr(detail, char(0)) = 0
                          THEN json_type(detail) = ''object'' ELSE 0 END)', '')
 WHERE type = 'table' AND name = 'history';

PRAGMA writable_schema = RESET;

------------------------------------------------------------------------ triggers: forms of values

-- Dates are real days, times are in UTC, numbers within bounds, texts without NUL and of a length
-- that a screen bears, JSON such as every language reads. Triggers and not constraints: a file that
-- holds an odd value from before keeps it until it is mended, and its other values can be written.
-- retrovue/catalogue/columns.py is where the forms are stated; what is below follows from it.

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
  END;
END;

CREATE TRIGGER collections_forms_update BEFORE UPDATE OF external_id, name, kind, not_ingestible_reason, missing_since, last_ingested_at, created_at, updated_at, identity ON collections BEGIN
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
  END;
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
  END;
END;

CREATE TRIGGER assets_forms_update BEFORE UPDATE OF external_id, title, series, season, episode, episode_end, artist, album, track, year, released_on, duration_ms, edition, guids, metadata, fingerprint, created_at, updated_at, missing_since ON assets BEGIN
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
  END;
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
  END;
END;

CREATE TRIGGER asset_files_forms_update BEFORE UPDATE OF relative_path, version, part, size_bytes, modified_at, duration_ms, container, video_codec, audio_codec, width, height ON asset_files BEGIN
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
  END;
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
