-- How often stories were read, by the hour (whole hours since 1970); nothing about who read them.
CREATE TABLE reads (
  hour INTEGER NOT NULL,
  story_id BLOB NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (hour, story_id)
) WITHOUT ROWID;
-- Rankings of lists (of a site or a section) as they were made last; a ranking's id follows from its list's.
CREATE TABLE rankings (
  list_id BLOB NOT NULL,
  position INTEGER NOT NULL,
  story_id BLOB NOT NULL,
  PRIMARY KEY (list_id, position)
) WITHOUT ROWID;
