-- The breaking-news banner of a site: at most one.
CREATE TABLE banners (
  site_id BLOB PRIMARY KEY REFERENCES sites (id),
  story_id BLOB NOT NULL REFERENCES stories (id),
  text TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  set_by TEXT NOT NULL
);
