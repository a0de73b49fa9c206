-- Likes that came with an import as a number: nobody's here, and counted with those of this network's readers.
ALTER TABLE comments ADD COLUMN likes_before INTEGER NOT NULL DEFAULT 0;
