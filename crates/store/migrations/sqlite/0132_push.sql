-- Web push: browsers that asked to be told, breaking news on its way to them, batches that were marked before they were
-- sent (what is left of them after a crash is the list of those who may have been told), and messages to be sent again.
CREATE TABLE push_subscriptions (
  id BLOB PRIMARY KEY,
  site_id BLOB NOT NULL REFERENCES sites (id),
  account_id BLOB,
  endpoint TEXT NOT NULL,
  endpoint_hash BLOB NOT NULL,
  public_key BLOB NOT NULL,
  auth BLOB NOT NULL,
  language TEXT NOT NULL,
  breaking INTEGER NOT NULL,
  follows INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  failures INTEGER NOT NULL
);
CREATE UNIQUE INDEX push_subscriptions_endpoint ON push_subscriptions (endpoint_hash);
CREATE INDEX push_subscriptions_site ON push_subscriptions (site_id, breaking, id);
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id) WHERE account_id IS NOT NULL;
CREATE TABLE push_campaigns (
  id BLOB PRIMARY KEY,
  site_id BLOB NOT NULL REFERENCES sites (id),
  story_id BLOB NOT NULL REFERENCES stories (id),
  planned_at INTEGER NOT NULL,
  ended_at INTEGER,
  state TEXT NOT NULL,
  run INTEGER NOT NULL,
  cursor BLOB NOT NULL,
  handed INTEGER NOT NULL,
  gone INTEGER NOT NULL,
  refused INTEGER NOT NULL
);
CREATE INDEX push_campaigns_newest ON push_campaigns (planned_at);
CREATE TABLE push_batches (
  campaign_id BLOB NOT NULL REFERENCES push_campaigns (id),
  last_id BLOB NOT NULL,
  after_id BLOB NOT NULL,
  run INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  marked_at INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, last_id)
);
CREATE TABLE push_retries (
  campaign_id BLOB NOT NULL REFERENCES push_campaigns (id),
  subscription_id BLOB NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  run INTEGER,
  PRIMARY KEY (campaign_id, subscription_id)
);
CREATE INDEX push_retries_due ON push_retries (campaign_id, due_at);
