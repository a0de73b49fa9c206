-- What the desk keeps beside a story: a note that is never published, who has it open, and whose work it is.
ALTER TABLE stories ADD COLUMN note TEXT COLLATE "C";
CREATE TABLE desk_presence (
  story_id UUID NOT NULL,
  account_id UUID NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (story_id, account_id)
);
CREATE INDEX revisions_by ON revisions (created_by, story_id);
