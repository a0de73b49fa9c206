-- Who can sign in, by what, and what staff may do. An address counts for one account alone once it is proved.
CREATE TABLE accounts (
  id BLOB PRIMARY KEY,
  state TEXT NOT NULL,
  email TEXT,
  email_key TEXT,
  email_verified_at INTEGER,
  password TEXT,
  totp TEXT,
  totp_confirmed_at INTEGER,
  totp_last_step INTEGER NOT NULL,
  site_id BLOB REFERENCES sites (id),
  created_at INTEGER NOT NULL,
  delete_at INTEGER,
  delete_comments INTEGER NOT NULL
);
CREATE UNIQUE INDEX accounts_email ON accounts (email_key) WHERE email_verified_at IS NOT NULL;
CREATE INDEX accounts_claimed ON accounts (email_key) WHERE email_verified_at IS NULL;
CREATE TABLE account_identities (
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  account_id BLOB NOT NULL REFERENCES accounts (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (provider, subject)
);
CREATE INDEX account_identities_account ON account_identities (account_id);
CREATE TABLE account_passkeys (
  id BLOB PRIMARY KEY,
  account_id BLOB NOT NULL REFERENCES accounts (id),
  credential BLOB NOT NULL UNIQUE,
  data TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
);
CREATE INDEX account_passkeys_account ON account_passkeys (account_id);
CREATE TABLE account_roles (
  account_id BLOB NOT NULL REFERENCES accounts (id),
  scope BLOB NOT NULL,
  role TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  granted_by TEXT NOT NULL,
  PRIMARY KEY (account_id, scope, role)
);
-- Links in mails, codes of hand-overs and sign-ins under way: used once, found by the hash of what the browser holds.
CREATE TABLE account_tokens (
  hash BLOB PRIMARY KEY,
  purpose TEXT NOT NULL,
  account_id BLOB REFERENCES accounts (id),
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX account_tokens_account ON account_tokens (account_id);
CREATE INDEX account_tokens_expiry ON account_tokens (expires_at);
CREATE TABLE suppressed_addresses (
  hash BLOB PRIMARY KEY,
  reason TEXT NOT NULL,
  since INTEGER NOT NULL
);
CREATE TABLE mails (
  id BLOB PRIMARY KEY,
  purpose TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  error TEXT
);
CREATE INDEX mails_newest ON mails (created_at, id);
