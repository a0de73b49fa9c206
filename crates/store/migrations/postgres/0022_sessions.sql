-- Browsers that are signed in, by the hash of what the cookie holds.
CREATE TABLE sessions (
  hash BYTEA PRIMARY KEY,
  id UUID NOT NULL UNIQUE,
  account_id UUID NOT NULL REFERENCES accounts (id),
  host TEXT COLLATE "C" NOT NULL,
  device TEXT COLLATE "C" NOT NULL,
  factor TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  sudo_until BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id, seen_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);
