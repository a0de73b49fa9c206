-- Comments under stories, with what their writers did before, the network's memory of each writer, and counters that are
-- changed in the same transaction. What imports kept for this feature gets a name of its own.
ALTER TABLE comments RENAME TO imported_comments;
CREATE TABLE comments (
  id BLOB PRIMARY KEY,
  story_id BLOB NOT NULL REFERENCES stories (id),
  site_id BLOB NOT NULL REFERENCES sites (id),
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  parent_id BLOB REFERENCES comments (id),
  root_id BLOB NOT NULL,
  place INTEGER NOT NULL,
  state TEXT NOT NULL,
  listed INTEGER NOT NULL,
  body TEXT NOT NULL,
  body_hash INTEGER NOT NULL,
  salt BLOB NOT NULL,
  revision INTEGER NOT NULL,
  badge TEXT,
  likes INTEGER NOT NULL,
  answers INTEGER NOT NULL,
  replies INTEGER NOT NULL,
  places INTEGER NOT NULL,
  reported INTEGER NOT NULL,
  featured INTEGER NOT NULL,
  imported INTEGER NOT NULL,
  findings TEXT NOT NULL,
  removed_by TEXT,
  created_at INTEGER NOT NULL,
  edited_at INTEGER,
  changed_at INTEGER NOT NULL
);
CREATE INDEX comments_thread ON comments (story_id, created_at, id) WHERE parent_id IS NULL AND listed;
CREATE INDEX comments_story ON comments (story_id, created_at, id) WHERE state = 'published';
CREATE INDEX comments_liked ON comments (story_id, likes, id) WHERE parent_id IS NULL AND listed;
CREATE INDEX comments_conversation ON comments (root_id, place) WHERE parent_id IS NOT NULL AND listed;
CREATE INDEX comments_profile ON comments (profile_id, created_at, id);
CREATE INDEX comments_repeat ON comments (body_hash, created_at);
CREATE TABLE comment_revisions (
  comment_id BLOB NOT NULL REFERENCES comments (id),
  number INTEGER NOT NULL,
  body TEXT NOT NULL,
  salt BLOB NOT NULL,
  written_at INTEGER NOT NULL,
  PRIMARY KEY (comment_id, number)
);
CREATE TABLE comment_likes (
  comment_id BLOB NOT NULL REFERENCES comments (id),
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (comment_id, profile_id)
);
CREATE INDEX comment_likes_profile ON comment_likes (profile_id, comment_id);
-- Each story's counts are spread over several rows, so that comments that come together don't wait for one.
CREATE TABLE comment_counts (
  story_id BLOB NOT NULL,
  state TEXT NOT NULL,
  shard INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (story_id, state, shard)
) WITHOUT ROWID;
CREATE TABLE comment_keys (
  profile_id BLOB NOT NULL,
  key BLOB NOT NULL,
  comment_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (profile_id, key)
);
CREATE INDEX comment_keys_age ON comment_keys (created_at);
CREATE TABLE commenters (
  profile_id BLOB PRIMARY KEY,
  full_at INTEGER NOT NULL,
  day INTEGER NOT NULL,
  today INTEGER NOT NULL,
  accepted INTEGER NOT NULL
);
CREATE TABLE commenter_days (
  profile_id BLOB NOT NULL,
  day INTEGER NOT NULL,
  approved INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  PRIMARY KEY (profile_id, day)
);
CREATE INDEX stories_first_published ON stories (first_published_at) WHERE first_published_at IS NOT NULL;
