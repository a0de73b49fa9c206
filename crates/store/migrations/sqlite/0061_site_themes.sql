-- The theme that a site's pages are made with; empty is the program's own.
ALTER TABLE sites ADD COLUMN theme TEXT NOT NULL DEFAULT '';
