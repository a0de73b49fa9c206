-- Public identities. Names are kept apart from profiles: a deleted profile's name stays taken, as a keyed hash alone.
CREATE TABLE profiles (
  id BLOB PRIMARY KEY,
  account_id BLOB UNIQUE REFERENCES accounts (id),
  state TEXT NOT NULL,
  username TEXT UNIQUE,
  display_name TEXT NOT NULL,
  bio TEXT NOT NULL,
  picture TEXT,
  claim BLOB,
  created_at INTEGER NOT NULL,
  named_at INTEGER
);
CREATE INDEX profiles_claim ON profiles (claim) WHERE claim IS NOT NULL;
CREATE TABLE usernames (
  name_hash BLOB PRIMARY KEY,
  skeleton_hash BLOB NOT NULL UNIQUE,
  profile_id BLOB NOT NULL,
  taken_at INTEGER NOT NULL
);
CREATE TABLE profile_changes (
  id BLOB PRIMARY KEY,
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  reason TEXT
);
CREATE UNIQUE INDEX profile_changes_pending ON profile_changes (profile_id, field) WHERE state = 'pending';
CREATE INDEX profile_changes_queue ON profile_changes (asked_at, id) WHERE state = 'pending';
CREATE INDEX profile_changes_profile ON profile_changes (profile_id, asked_at);
-- Keys of the network: made once, never shown.
CREATE TABLE secrets (
  name TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL,
  created_at INTEGER NOT NULL
);
