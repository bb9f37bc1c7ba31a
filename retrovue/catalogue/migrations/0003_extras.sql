-- The catalogue, version 3: an extra belongs to a film (G-2).

ALTER TABLE assets ADD COLUMN extra_of INTEGER            -- the film that an extra belongs to; NULL: none
  REFERENCES assets (id) ON DELETE SET NULL;

CREATE INDEX assets_extra_of ON assets (extra_of) WHERE extra_of IS NOT NULL;

CREATE INDEX assets_extras ON assets (collection_id) WHERE kind = 'extra';

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

-- As the reference itself does where foreign keys are on.
CREATE TRIGGER assets_extra_of_delete AFTER DELETE ON assets BEGIN
  UPDATE assets SET extra_of = NULL WHERE extra_of = OLD.id;
END;
