-- Public identities. Names are kept apart from profiles: a deleted profile's name stays taken, as a keyed hash alone.
CREATE TABLE profiles (
  id UUID PRIMARY KEY,
  account_id UUID UNIQUE REFERENCES accounts (id),
  state TEXT COLLATE "C" NOT NULL,
  username TEXT COLLATE "C" UNIQUE,
  display_name TEXT COLLATE "C" NOT NULL,
  bio TEXT COLLATE "C" NOT NULL,
  picture TEXT COLLATE "C",
  claim BYTEA,
  created_at BIGINT NOT NULL,
  named_at BIGINT
);
CREATE INDEX profiles_claim ON profiles (claim) WHERE claim IS NOT NULL;
CREATE TABLE usernames (
  name_hash BYTEA PRIMARY KEY,
  skeleton_hash BYTEA NOT NULL UNIQUE,
  profile_id UUID NOT NULL,
  taken_at BIGINT NOT NULL
);
CREATE TABLE profile_changes (
  id UUID PRIMARY KEY,
  profile_id UUID NOT NULL REFERENCES profiles (id),
  field TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  asked_at BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT COLLATE "C",
  reason TEXT COLLATE "C"
);
CREATE UNIQUE INDEX profile_changes_pending ON profile_changes (profile_id, field) WHERE state = 'pending';
CREATE INDEX profile_changes_queue ON profile_changes (asked_at, id) WHERE state = 'pending';
CREATE INDEX profile_changes_profile ON profile_changes (profile_id, asked_at);
-- Keys of the network: made once, never shown.
CREATE TABLE secrets (
  name TEXT COLLATE "C" PRIMARY KEY NOT NULL,
  value BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);
