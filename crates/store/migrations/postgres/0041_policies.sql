-- What each step of the ladder says about comments, legal holds, and word lists.
CREATE TABLE comment_policies (
  scope_id UUID PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  settings TEXT COLLATE "C" NOT NULL,
  hold TEXT COLLATE "C",
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT COLLATE "C" NOT NULL
);
CREATE INDEX comment_policies_held ON comment_policies (scope_id) WHERE hold IS NOT NULL;
CREATE TABLE comment_words (
  scope_id UUID NOT NULL,
  list TEXT COLLATE "C" NOT NULL,
  words TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (scope_id, list)
);
