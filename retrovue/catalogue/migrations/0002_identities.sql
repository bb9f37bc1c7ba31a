-- The catalogue, version 2: a library stays the same library, and a server the same server (G-2).

ALTER TABLE sources ADD COLUMN remote_identity TEXT;      -- what the server says it is; NULL: not known

ALTER TABLE collections ADD COLUMN identity TEXT;         -- what makes it the same library; NULL: not known

-- A source that numbers its libraries anew takes their external ids along.
DROP TRIGGER collections_update;

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
