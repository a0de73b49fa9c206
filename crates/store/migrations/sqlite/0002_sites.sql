-- Sites, their sections, addresses that lead elsewhere, and the log of acts that need a permission.
CREATE TABLE sites (
  id BLOB PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  tagline TEXT NOT NULL,
  language TEXT NOT NULL,
  zone TEXT NOT NULL,
  hosts TEXT NOT NULL,
  origin TEXT NOT NULL,
  position INTEGER NOT NULL
);
CREATE TABLE sections (
  id BLOB PRIMARY KEY,
  site_id BLOB NOT NULL REFERENCES sites (id),
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  parent_id BLOB REFERENCES sections (id),
  path TEXT NOT NULL,
  position INTEGER NOT NULL,
  UNIQUE (site_id, path)
);
CREATE TABLE redirects (
  site_id BLOB NOT NULL REFERENCES sites (id),
  path TEXT NOT NULL,
  story_id BLOB,
  target TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (site_id, path)
);
CREATE TABLE acts (
  id BLOB PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX acts_subject ON acts (subject, at);
