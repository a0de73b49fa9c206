-- Call-outs: what an editor asks readers for beside a story, on a topic's page or on a front, with a form of its own.
CREATE TABLE call_outs (
  id BLOB PRIMARY KEY,
  site_id BLOB NOT NULL REFERENCES sites (id),
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  about TEXT NOT NULL,
  wants TEXT NOT NULL,
  place_id BLOB NOT NULL,
  opens_at INTEGER NOT NULL,
  closes_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (site_id, slug)
);
CREATE INDEX call_outs_place ON call_outs (site_id, place_id);
