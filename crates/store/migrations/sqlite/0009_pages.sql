-- Plain pages of the publisher's own, with revisions.
CREATE TABLE pages (
  id BLOB PRIMARY KEY,
  site_id BLOB NOT NULL REFERENCES sites (id),
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  listed INTEGER NOT NULL,
  position INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (site_id, slug)
);
CREATE TABLE page_revisions (
  page_id BLOB NOT NULL REFERENCES pages (id),
  number INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (page_id, number)
);
