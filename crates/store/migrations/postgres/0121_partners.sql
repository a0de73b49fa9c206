-- Partner slots: what partners pay for, and how often each was seen and followed, by the day. Nothing here says by whom.
CREATE TABLE partner_slots (
  id UUID PRIMARY KEY,
  site_id UUID REFERENCES sites (id),
  partner TEXT COLLATE "C" NOT NULL,
  headline TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  fields TEXT COLLATE "C" NOT NULL,
  sections TEXT COLLATE "C" NOT NULL,
  places TEXT COLLATE "C" NOT NULL,
  weight BIGINT NOT NULL,
  most_views BIGINT,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  changed_by TEXT COLLATE "C" NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX partner_slots_end ON partner_slots (ends_at);
CREATE TABLE partner_counts (
  slot_id UUID NOT NULL REFERENCES partner_slots (id),
  day BIGINT NOT NULL,
  views BIGINT NOT NULL,
  clicks BIGINT NOT NULL,
  PRIMARY KEY (slot_id, day)
);
