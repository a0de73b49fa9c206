-- A banner of which the followers of breaking news are told nothing.
ALTER TABLE banners ADD COLUMN is_quiet INTEGER NOT NULL DEFAULT 0;
