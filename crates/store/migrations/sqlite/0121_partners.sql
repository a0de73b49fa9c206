-- Partner slots: what partners pay for, and how often each was seen and followed, by the day. Nothing here says by whom.
CREATE TABLE partner_slots (
  id BLOB PRIMARY KEY,
  site_id BLOB REFERENCES sites (id),
  partner TEXT NOT NULL,
  headline TEXT NOT NULL,
  body TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  fields TEXT NOT NULL,
  sections TEXT NOT NULL,
  places TEXT NOT NULL,
  weight INTEGER NOT NULL,
  most_views INTEGER,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE INDEX partner_slots_end ON partner_slots (ends_at);
CREATE TABLE partner_counts (
  slot_id BLOB NOT NULL REFERENCES partner_slots (id),
  day INTEGER NOT NULL,
  views INTEGER NOT NULL,
  clicks INTEGER NOT NULL,
  PRIMARY KEY (slot_id, day)
);
