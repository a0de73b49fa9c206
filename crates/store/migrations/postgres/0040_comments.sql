-- Comments under stories, with what their writers did before, the network's memory of each writer, and counters that are
-- changed in the same transaction. What imports kept for this feature gets a name of its own.
ALTER TABLE comments RENAME TO imported_comments;
CREATE TABLE comments (
  id UUID PRIMARY KEY,
  story_id UUID NOT NULL REFERENCES stories (id),
  site_id UUID NOT NULL REFERENCES sites (id),
  profile_id UUID NOT NULL REFERENCES profiles (id),
  parent_id UUID REFERENCES comments (id),
  root_id UUID NOT NULL,
  place BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  listed BOOLEAN NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  body_hash BIGINT NOT NULL,
  salt UUID NOT NULL,
  revision BIGINT NOT NULL,
  badge TEXT COLLATE "C",
  likes BIGINT NOT NULL,
  answers BIGINT NOT NULL,
  replies BIGINT NOT NULL,
  places BIGINT NOT NULL,
  reported BOOLEAN NOT NULL,
  featured BOOLEAN NOT NULL,
  imported BOOLEAN NOT NULL,
  findings TEXT COLLATE "C" NOT NULL,
  removed_by TEXT COLLATE "C",
  created_at BIGINT NOT NULL,
  edited_at BIGINT,
  changed_at BIGINT NOT NULL
);
CREATE INDEX comments_thread ON comments (story_id, created_at, id) WHERE parent_id IS NULL AND listed;
CREATE INDEX comments_story ON comments (story_id, created_at, id) WHERE state = 'published';
CREATE INDEX comments_liked ON comments (story_id, likes, id) WHERE parent_id IS NULL AND listed;
CREATE INDEX comments_conversation ON comments (root_id, place) WHERE parent_id IS NOT NULL AND listed;
CREATE INDEX comments_profile ON comments (profile_id, created_at, id);
CREATE INDEX comments_repeat ON comments (body_hash, created_at);
CREATE TABLE comment_revisions (
  comment_id UUID NOT NULL REFERENCES comments (id),
  number BIGINT NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  salt UUID NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (comment_id, number)
);
CREATE TABLE comment_likes (
  comment_id UUID NOT NULL REFERENCES comments (id),
  profile_id UUID NOT NULL REFERENCES profiles (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (comment_id, profile_id)
);
CREATE INDEX comment_likes_profile ON comment_likes (profile_id, comment_id);
-- Each story's counts are spread over several rows, so that comments that come together don't wait for one.
CREATE TABLE comment_counts (
  story_id UUID NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  shard BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (story_id, state, shard)
);
CREATE TABLE comment_keys (
  profile_id UUID NOT NULL,
  key BYTEA NOT NULL,
  comment_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (profile_id, key)
);
CREATE INDEX comment_keys_age ON comment_keys (created_at);
CREATE TABLE commenters (
  profile_id UUID PRIMARY KEY,
  full_at BIGINT NOT NULL,
  day BIGINT NOT NULL,
  today BIGINT NOT NULL,
  accepted BIGINT NOT NULL
);
CREATE TABLE commenter_days (
  profile_id UUID NOT NULL,
  day BIGINT NOT NULL,
  approved BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  PRIMARY KEY (profile_id, day)
);
CREATE INDEX stories_first_published ON stories (first_published_at) WHERE first_published_at IS NOT NULL;
