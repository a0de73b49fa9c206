-- Stories with their standing, revisions, places on sites and in lists.
CREATE TABLE stories (
  id BLOB PRIMARY KEY,
  slug TEXT NOT NULL,
  state TEXT NOT NULL,
  released INTEGER NOT NULL,
  release_at INTEGER,
  scheduled_at INTEGER,
  embargo_kind TEXT NOT NULL,
  embargo_until INTEGER,
  embargo_reason TEXT,
  hold_kind TEXT,
  hold_reason TEXT,
  hold_since INTEGER,
  expires_at INTEGER,
  first_published_at INTEGER,
  killed_at INTEGER,
  killed_reason TEXT,
  head_revision INTEGER NOT NULL,
  public_revision INTEGER,
  desk_edited INTEGER NOT NULL,
  imported INTEGER NOT NULL,
  wire_item_id BLOB,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  updated_at INTEGER,
  headline TEXT NOT NULL,
  standfirst TEXT NOT NULL,
  kicker TEXT NOT NULL,
  lead_picture BLOB,
  sponsored INTEGER NOT NULL,
  language TEXT,
  urgency INTEGER
);
CREATE INDEX stories_changed ON stories (changed_at, id);
CREATE INDEX stories_wire ON stories (wire_item_id) WHERE wire_item_id IS NOT NULL;
CREATE INDEX stories_withheld ON stories (id)
  WHERE first_published_at IS NOT NULL AND (hold_kind IS NOT NULL OR state <> 'published');
CREATE TABLE revisions (
  story_id BLOB NOT NULL REFERENCES stories (id),
  number INTEGER NOT NULL,
  headline TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (story_id, number)
);
CREATE TABLE placements (
  story_id BLOB NOT NULL REFERENCES stories (id),
  site_id BLOB NOT NULL REFERENCES sites (id),
  section_id BLOB NOT NULL REFERENCES sections (id),
  position INTEGER NOT NULL,
  path TEXT,
  PRIMARY KEY (story_id, site_id),
  UNIQUE (site_id, path)
);
CREATE TABLE story_lists (
  list_id BLOB NOT NULL,
  site_id BLOB NOT NULL,
  published_at INTEGER NOT NULL,
  story_id BLOB NOT NULL,
  PRIMARY KEY (list_id, site_id, published_at, story_id)
) WITHOUT ROWID;
CREATE INDEX story_lists_story ON story_lists (story_id);
CREATE TABLE kill_receipts (
  story_id BLOB NOT NULL,
  surface TEXT NOT NULL,
  node TEXT NOT NULL,
  gone_at INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (story_id, surface, node, gone_at)
);
