-- What readers send in, from the draft to the story made of it; and which stories are readers'.
CREATE TABLE contributions (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  site_id BLOB NOT NULL REFERENCES sites (id),
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  call_out_id BLOB NOT NULL,
  state TEXT NOT NULL,
  queue TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  edited_title TEXT,
  edited_body TEXT,
  message TEXT NOT NULL,
  reason TEXT NOT NULL,
  answer TEXT NOT NULL,
  terms TEXT NOT NULL,
  story_id BLOB,
  publish_at INTEGER,
  claimed_by BLOB,
  claimed_until INTEGER,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  moved_at INTEGER NOT NULL,
  sent_at INTEGER
);
CREATE UNIQUE INDEX contributions_draft ON contributions (profile_id, kind, call_out_id) WHERE state = 'draft';
CREATE INDEX contributions_profile ON contributions (profile_id, created_at, id);
CREATE INDEX contributions_queue ON contributions (queue, moved_at, id);
CREATE TABLE story_contributors (
  story_id BLOB NOT NULL REFERENCES stories (id),
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  name TEXT NOT NULL,
  PRIMARY KEY (story_id, profile_id)
);
CREATE INDEX story_contributors_profile ON story_contributors (profile_id, story_id);
