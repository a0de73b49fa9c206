-- What each step of the ladder says about comments, legal holds, and word lists.
CREATE TABLE comment_policies (
  scope_id BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  settings TEXT NOT NULL,
  hold TEXT,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE INDEX comment_policies_held ON comment_policies (scope_id) WHERE hold IS NOT NULL;
CREATE TABLE comment_words (
  scope_id BLOB NOT NULL,
  list TEXT NOT NULL,
  words TEXT NOT NULL,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (scope_id, list)
);
