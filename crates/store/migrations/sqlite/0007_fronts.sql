-- Fronts and every layout that was launched.
CREATE TABLE fronts (
  id BLOB PRIMARY KEY,
  site_id BLOB NOT NULL REFERENCES sites (id),
  section_id BLOB REFERENCES sections (id),
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE front_revisions (
  front_id BLOB NOT NULL REFERENCES fronts (id),
  number INTEGER NOT NULL,
  layout TEXT NOT NULL,
  launched_at INTEGER NOT NULL,
  launched_by TEXT NOT NULL,
  PRIMARY KEY (front_id, number)
);
