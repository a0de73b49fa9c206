-- Web push: browsers that asked to be told, breaking news on its way to them, batches that were marked before they were
-- sent (what is left of them after a crash is the list of those who may have been told), and messages to be sent again.
CREATE TABLE push_subscriptions (
  id UUID PRIMARY KEY,
  site_id UUID NOT NULL REFERENCES sites (id),
  account_id UUID,
  endpoint TEXT COLLATE "C" NOT NULL,
  endpoint_hash BYTEA NOT NULL,
  public_key BYTEA NOT NULL,
  auth BYTEA NOT NULL,
  language TEXT COLLATE "C" NOT NULL,
  breaking BOOLEAN NOT NULL,
  follows BOOLEAN NOT NULL,
  made_at BIGINT NOT NULL,
  failures BIGINT NOT NULL
);
CREATE UNIQUE INDEX push_subscriptions_endpoint ON push_subscriptions (endpoint_hash);
CREATE INDEX push_subscriptions_site ON push_subscriptions (site_id, breaking, id);
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id) WHERE account_id IS NOT NULL;
CREATE TABLE push_campaigns (
  id UUID PRIMARY KEY,
  site_id UUID NOT NULL REFERENCES sites (id),
  story_id UUID NOT NULL REFERENCES stories (id),
  planned_at BIGINT NOT NULL,
  ended_at BIGINT,
  state TEXT COLLATE "C" NOT NULL,
  run BIGINT NOT NULL,
  cursor UUID NOT NULL,
  handed BIGINT NOT NULL,
  gone BIGINT NOT NULL,
  refused BIGINT NOT NULL
);
CREATE INDEX push_campaigns_newest ON push_campaigns (planned_at);
CREATE TABLE push_batches (
  campaign_id UUID NOT NULL REFERENCES push_campaigns (id),
  last_id UUID NOT NULL,
  after_id UUID NOT NULL,
  run BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  marked_at BIGINT NOT NULL,
  PRIMARY KEY (campaign_id, last_id)
);
CREATE TABLE push_retries (
  campaign_id UUID NOT NULL REFERENCES push_campaigns (id),
  subscription_id UUID NOT NULL,
  due_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  run BIGINT,
  PRIMARY KEY (campaign_id, subscription_id)
);
CREATE INDEX push_retries_due ON push_retries (campaign_id, due_at);
