-- Pictures with their originals and public renditions, and where each came from.
CREATE TABLE pictures (
  id UUID PRIMARY KEY,
  hash TEXT COLLATE "C" NOT NULL UNIQUE,
  original_key TEXT COLLATE "C" NOT NULL,
  media_type TEXT COLLATE "C" NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  alt TEXT COLLATE "C" NOT NULL,
  caption TEXT COLLATE "C" NOT NULL,
  credit TEXT COLLATE "C" NOT NULL,
  copyright_notice TEXT COLLATE "C" NOT NULL,
  usage_terms TEXT COLLATE "C" NOT NULL,
  renditions TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  problem TEXT COLLATE "C",
  licence_ends_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE TABLE picture_sources (
  url_hash BYTEA PRIMARY KEY,
  url TEXT COLLATE "C" NOT NULL,
  picture_id UUID NOT NULL REFERENCES pictures (id)
);
CREATE TABLE story_pictures (
  picture_id UUID NOT NULL REFERENCES pictures (id),
  story_id UUID NOT NULL REFERENCES stories (id),
  PRIMARY KEY (picture_id, story_id)
);
CREATE INDEX story_pictures_story ON story_pictures (story_id);
