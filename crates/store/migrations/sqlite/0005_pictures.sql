-- Pictures with their originals and public renditions, and where each came from.
CREATE TABLE pictures (
  id BLOB PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  original_key TEXT NOT NULL,
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  alt TEXT NOT NULL,
  caption TEXT NOT NULL,
  credit TEXT NOT NULL,
  copyright_notice TEXT NOT NULL,
  usage_terms TEXT NOT NULL,
  renditions TEXT NOT NULL,
  state TEXT NOT NULL,
  problem TEXT,
  licence_ends_at INTEGER,
  created_at INTEGER NOT NULL
);
CREATE TABLE picture_sources (
  url_hash BLOB PRIMARY KEY,
  url TEXT NOT NULL,
  picture_id BLOB NOT NULL REFERENCES pictures (id)
);
CREATE TABLE story_pictures (
  picture_id BLOB NOT NULL REFERENCES pictures (id),
  story_id BLOB NOT NULL REFERENCES stories (id),
  PRIMARY KEY (picture_id, story_id)
);
CREATE INDEX story_pictures_story ON story_pictures (story_id);
