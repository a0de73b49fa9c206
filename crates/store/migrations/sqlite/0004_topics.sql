-- Topics and authors, and the stories that carry them.
CREATE TABLE topics (
  id BLOB PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  names TEXT NOT NULL,
  uri TEXT
);
CREATE INDEX topics_uri ON topics (uri) WHERE uri IS NOT NULL;
CREATE TABLE story_topics (
  story_id BLOB NOT NULL REFERENCES stories (id),
  topic_id BLOB NOT NULL REFERENCES topics (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (story_id, topic_id)
);
CREATE TABLE authors (
  id BLOB PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  folded_name TEXT NOT NULL,
  role TEXT NOT NULL,
  bio TEXT NOT NULL,
  picture_id BLOB
);
CREATE INDEX authors_name ON authors (folded_name);
CREATE TABLE story_authors (
  story_id BLOB NOT NULL REFERENCES stories (id),
  author_id BLOB NOT NULL REFERENCES authors (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (story_id, author_id)
);
