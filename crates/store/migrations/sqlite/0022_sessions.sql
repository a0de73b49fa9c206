-- Browsers that are signed in, by the hash of what the cookie holds.
CREATE TABLE sessions (
  hash BLOB PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  account_id BLOB NOT NULL REFERENCES accounts (id),
  host TEXT NOT NULL,
  device TEXT NOT NULL,
  factor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  sudo_until INTEGER NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id, seen_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);
