-- Topics and authors, and the stories that carry them.
CREATE TABLE topics (
  id UUID PRIMARY KEY,
  slug TEXT COLLATE "C" NOT NULL UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL,
  names TEXT COLLATE "C" NOT NULL,
  uri TEXT COLLATE "C"
);
CREATE INDEX topics_uri ON topics (uri) WHERE uri IS NOT NULL;
CREATE TABLE story_topics (
  story_id UUID NOT NULL REFERENCES stories (id),
  topic_id UUID NOT NULL REFERENCES topics (id),
  position BIGINT NOT NULL,
  PRIMARY KEY (story_id, topic_id)
);
CREATE TABLE authors (
  id UUID PRIMARY KEY,
  slug TEXT COLLATE "C" NOT NULL UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  folded_name TEXT COLLATE "C" NOT NULL,
  role TEXT COLLATE "C" NOT NULL,
  bio TEXT COLLATE "C" NOT NULL,
  picture_id UUID
);
CREATE INDEX authors_name ON authors (folded_name);
CREATE TABLE story_authors (
  story_id UUID NOT NULL REFERENCES stories (id),
  author_id UUID NOT NULL REFERENCES authors (id),
  position BIGINT NOT NULL,
  PRIMARY KEY (story_id, author_id)
);
