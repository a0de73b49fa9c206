-- What a reader wrote under one story is looked up whenever that reader opens it.
CREATE INDEX comments_own ON comments (profile_id, story_id, created_at, id);
