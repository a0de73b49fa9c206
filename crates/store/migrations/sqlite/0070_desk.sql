-- What the desk keeps beside a story: a note that is never published, who has it open, and whose work it is.
ALTER TABLE stories ADD COLUMN note TEXT;
CREATE TABLE desk_presence (
  story_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (story_id, account_id)
);
CREATE INDEX revisions_by ON revisions (created_by, story_id);
