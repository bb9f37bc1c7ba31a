-- The catalogue, version 4: looking. Columns for discs, labels and dates, views, and a search index.

ALTER TABLE assets ADD COLUMN disc INTEGER;

ALTER TABLE assets ADD COLUMN added_at TEXT;

ALTER TABLE asset_files ADD COLUMN version_label TEXT;

ALTER TABLE collections ADD COLUMN size INTEGER;

DROP TRIGGER assets_forms;

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

DROP TRIGGER assets_forms_update;

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

DROP TRIGGER asset_files_forms;

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

DROP TRIGGER asset_files_forms_update;

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

DROP TRIGGER collections_forms;

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

DROP TRIGGER collections_forms_update;

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
       coalesce(a.added_at, a.created_at) AS added_at
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
  LEFT JOIN asset_files AS f ON f.asset_id = a.id
  LEFT JOIN path_mappings AS m ON m.id = f.path_mapping_id;

CREATE VIEW films AS
SELECT a.id AS asset_id,
       s.name AS source,
       c.name AS collection,
       a.title, a.year, a.edition,
       (SELECT count(*) FROM asset_files AS f WHERE f.asset_id = a.id) AS files,
       (SELECT sum(f.size_bytes) FROM asset_files AS f WHERE f.asset_id = a.id) AS size_bytes,
       a.missing_since
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
 WHERE a.kind = 'movie';

CREATE VIEW episodes AS
SELECT a.id AS asset_id,
       s.name AS source,
       c.name AS collection,
       a.series, a.season, a.episode, a.episode_end, a.title,
       (SELECT count(*) FROM asset_files AS f WHERE f.asset_id = a.id) AS files,
       (SELECT sum(f.size_bytes) FROM asset_files AS f WHERE f.asset_id = a.id) AS size_bytes,
       a.missing_since
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
 WHERE a.kind = 'episode';

CREATE VIEW tracks AS
SELECT a.id AS asset_id,
       s.name AS source,
       c.name AS collection,
       a.artist, a.album, a.disc, a.track, a.title,
       (SELECT count(*) FROM asset_files AS f WHERE f.asset_id = a.id) AS files,
       (SELECT sum(f.size_bytes) FROM asset_files AS f WHERE f.asset_id = a.id) AS size_bytes,
       a.missing_since
  FROM assets AS a
  JOIN collections AS c ON c.id = a.collection_id
  JOIN sources AS s ON s.id = c.source_id
 WHERE a.kind = 'track';

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

CREATE VIRTUAL TABLE asset_search USING fts5 (
  title, series, artist, album, edition, version_label, year, guids, external_id,
  content = 'asset_search_text', content_rowid = 'id', prefix = '2',
  tokenize = "unicode61 remove_diacritics 2"
);

-- What changed since the index was last brought up to date, and the words that it still has for that:
-- FTS5 takes a text out by these alone. A trigger cannot write to the index itself, since scripts that
-- trust no schema could then write nothing; every command of retrovue that writes brings it up to date.
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

INSERT INTO asset_search (asset_search) VALUES ('rebuild');
