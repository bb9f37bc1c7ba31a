-- Schema version 5: which catalogue this is, so that a plan made of one is applied to no other.

CREATE TABLE catalogue (
  only  INTEGER PRIMARY KEY CHECK (only = 1),
  id    TEXT NOT NULL CHECK (length(id) = 32)                   -- random, from its creation on; copies keep it
) STRICT;

INSERT INTO catalogue (only, id) VALUES (1, lower(hex(randomblob(16))));

CREATE TRIGGER catalogue_update BEFORE UPDATE ON catalogue BEGIN
  SELECT RAISE(ABORT, 'the id of a catalogue never changes');
END;

CREATE TRIGGER catalogue_delete BEFORE DELETE ON catalogue BEGIN
  SELECT RAISE(ABORT, 'the id of a catalogue never changes');
END;
