-- Live stories: which stories are covered live, and their entries. What an entry shows of pictures is kept beside it, so
-- that saving a story doesn't read every entry.
CREATE TABLE coverages (
  story_id UUID PRIMARY KEY REFERENCES stories (id),
  began_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE TABLE entries (
  id UUID PRIMARY KEY,
  story_id UUID NOT NULL REFERENCES stories (id),
  published_at BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  is_key BOOLEAN NOT NULL,
  is_pinned BOOLEAN NOT NULL,
  edited_at BIGINT,
  removed_at BIGINT,
  version BIGINT NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL
);
CREATE INDEX entries_story ON entries (story_id, published_at, id) WHERE removed_at IS NULL;
CREATE INDEX entries_key ON entries (story_id, published_at, id) WHERE removed_at IS NULL AND is_key;
CREATE INDEX entries_pinned ON entries (story_id, published_at, id) WHERE removed_at IS NULL AND is_pinned;
CREATE TABLE entry_pictures (
  entry_id UUID NOT NULL REFERENCES entries (id),
  picture_id UUID NOT NULL,
  story_id UUID NOT NULL,
  PRIMARY KEY (entry_id, picture_id)
);
CREATE INDEX entry_pictures_story ON entry_pictures (story_id);
