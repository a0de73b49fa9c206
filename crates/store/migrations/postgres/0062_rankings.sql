-- How often stories were read, by the hour (whole hours since 1970); nothing about who read them.
CREATE TABLE reads (
  hour BIGINT NOT NULL,
  story_id UUID NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (hour, story_id)
);
-- Rankings of lists (of a site or a section) as they were made last; a ranking's id follows from its list's.
CREATE TABLE rankings (
  list_id UUID NOT NULL,
  position BIGINT NOT NULL,
  story_id UUID NOT NULL,
  PRIMARY KEY (list_id, position)
);
