-- Runs of imports with the place to go on from, and comments kept for the comments' feature.
CREATE TABLE import_runs (
  id BLOB PRIMARY KEY,
  source TEXT NOT NULL UNIQUE,
  cursor TEXT NOT NULL,
  counts TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  finished_at INTEGER
);
CREATE TABLE comments (
  id BLOB PRIMARY KEY,
  story_id BLOB NOT NULL REFERENCES stories (id),
  source_key TEXT NOT NULL,
  parent_key TEXT,
  author_name TEXT NOT NULL,
  author_email TEXT,
  author_url TEXT,
  text TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (story_id, source_key)
);
CREATE TABLE import_attachments (
  source TEXT NOT NULL,
  attachment_key TEXT NOT NULL,
  url TEXT NOT NULL,
  caption TEXT NOT NULL,
  credit TEXT NOT NULL,
  alt TEXT NOT NULL,
  PRIMARY KEY (source, attachment_key)
);
