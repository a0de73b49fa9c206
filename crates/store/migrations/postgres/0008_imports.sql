-- Runs of imports with the place to go on from, and comments kept for the comments' feature.
CREATE TABLE import_runs (
  id UUID PRIMARY KEY,
  source TEXT COLLATE "C" NOT NULL UNIQUE,
  cursor TEXT COLLATE "C" NOT NULL,
  counts TEXT COLLATE "C" NOT NULL,
  started_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE TABLE comments (
  id UUID PRIMARY KEY,
  story_id UUID NOT NULL REFERENCES stories (id),
  source_key TEXT COLLATE "C" NOT NULL,
  parent_key TEXT COLLATE "C",
  author_name TEXT COLLATE "C" NOT NULL,
  author_email TEXT COLLATE "C",
  author_url TEXT COLLATE "C",
  text TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (story_id, source_key)
);
CREATE TABLE import_attachments (
  source TEXT COLLATE "C" NOT NULL,
  attachment_key TEXT COLLATE "C" NOT NULL,
  url TEXT COLLATE "C" NOT NULL,
  caption TEXT COLLATE "C" NOT NULL,
  credit TEXT COLLATE "C" NOT NULL,
  alt TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (source, attachment_key)
);
