-- Who can sign in, by what, and what staff may do. An address counts for one account alone once it is proved.
CREATE TABLE accounts (
  id UUID PRIMARY KEY,
  state TEXT COLLATE "C" NOT NULL,
  email TEXT COLLATE "C",
  email_key TEXT COLLATE "C",
  email_verified_at BIGINT,
  password TEXT COLLATE "C",
  totp TEXT COLLATE "C",
  totp_confirmed_at BIGINT,
  totp_last_step BIGINT NOT NULL,
  site_id UUID REFERENCES sites (id),
  created_at BIGINT NOT NULL,
  delete_at BIGINT,
  delete_comments BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX accounts_email ON accounts (email_key) WHERE email_verified_at IS NOT NULL;
CREATE INDEX accounts_claimed ON accounts (email_key) WHERE email_verified_at IS NULL;
CREATE TABLE account_identities (
  provider TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  account_id UUID NOT NULL REFERENCES accounts (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (provider, subject)
);
CREATE INDEX account_identities_account ON account_identities (account_id);
CREATE TABLE account_passkeys (
  id UUID PRIMARY KEY,
  account_id UUID NOT NULL REFERENCES accounts (id),
  credential BYTEA NOT NULL UNIQUE,
  data TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX account_passkeys_account ON account_passkeys (account_id);
CREATE TABLE account_roles (
  account_id UUID NOT NULL REFERENCES accounts (id),
  scope UUID NOT NULL,
  role TEXT COLLATE "C" NOT NULL,
  granted_at BIGINT NOT NULL,
  granted_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (account_id, scope, role)
);
-- Links in mails, codes of hand-overs and sign-ins under way: used once, found by the hash of what the browser holds.
CREATE TABLE account_tokens (
  hash BYTEA PRIMARY KEY,
  purpose TEXT COLLATE "C" NOT NULL,
  account_id UUID REFERENCES accounts (id),
  data TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX account_tokens_account ON account_tokens (account_id);
CREATE INDEX account_tokens_expiry ON account_tokens (expires_at);
CREATE TABLE suppressed_addresses (
  hash BYTEA PRIMARY KEY,
  reason TEXT COLLATE "C" NOT NULL,
  since BIGINT NOT NULL
);
CREATE TABLE mails (
  id UUID PRIMARY KEY,
  purpose TEXT COLLATE "C" NOT NULL,
  recipient TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  error TEXT COLLATE "C"
);
CREATE INDEX mails_newest ON mails (created_at, id);
