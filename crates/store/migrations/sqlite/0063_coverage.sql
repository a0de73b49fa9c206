-- Live stories: which stories are covered live, and their entries. What an entry shows of pictures is kept beside it, so
-- that saving a story doesn't read every entry.
CREATE TABLE coverages (
  story_id BLOB PRIMARY KEY REFERENCES stories (id),
  began_at INTEGER NOT NULL,
  ended_at INTEGER
);
CREATE TABLE entries (
  id BLOB PRIMARY KEY,
  story_id BLOB NOT NULL REFERENCES stories (id),
  published_at INTEGER NOT NULL,
  content TEXT NOT NULL,
  is_key INTEGER NOT NULL,
  is_pinned INTEGER NOT NULL,
  edited_at INTEGER,
  removed_at INTEGER,
  version INTEGER NOT NULL,
  created_by TEXT NOT NULL
);
CREATE INDEX entries_story ON entries (story_id, published_at, id) WHERE removed_at IS NULL;
CREATE INDEX entries_key ON entries (story_id, published_at, id) WHERE removed_at IS NULL AND is_key;
CREATE INDEX entries_pinned ON entries (story_id, published_at, id) WHERE removed_at IS NULL AND is_pinned;
CREATE TABLE entry_pictures (
  entry_id BLOB NOT NULL REFERENCES entries (id),
  picture_id BLOB NOT NULL,
  story_id BLOB NOT NULL,
  PRIMARY KEY (entry_id, picture_id)
);
CREATE INDEX entry_pictures_story ON entry_pictures (story_id);
