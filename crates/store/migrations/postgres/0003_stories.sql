-- Stories with their standing, revisions, places on sites and in lists.
CREATE TABLE stories (
  id UUID PRIMARY KEY,
  slug TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  released BOOLEAN NOT NULL,
  release_at BIGINT,
  scheduled_at BIGINT,
  embargo_kind TEXT COLLATE "C" NOT NULL,
  embargo_until BIGINT,
  embargo_reason TEXT COLLATE "C",
  hold_kind TEXT COLLATE "C",
  hold_reason TEXT COLLATE "C",
  hold_since BIGINT,
  expires_at BIGINT,
  first_published_at BIGINT,
  killed_at BIGINT,
  killed_reason TEXT COLLATE "C",
  head_revision BIGINT NOT NULL,
  public_revision BIGINT,
  desk_edited BOOLEAN NOT NULL,
  imported BOOLEAN NOT NULL,
  wire_item_id UUID,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  updated_at BIGINT,
  headline TEXT COLLATE "C" NOT NULL,
  standfirst TEXT COLLATE "C" NOT NULL,
  kicker TEXT COLLATE "C" NOT NULL,
  lead_picture UUID,
  sponsored BOOLEAN NOT NULL,
  language TEXT COLLATE "C",
  urgency BIGINT
);
CREATE INDEX stories_changed ON stories (changed_at, id);
CREATE INDEX stories_wire ON stories (wire_item_id) WHERE wire_item_id IS NOT NULL;
CREATE INDEX stories_withheld ON stories (id)
  WHERE first_published_at IS NOT NULL AND (hold_kind IS NOT NULL OR state <> 'published');
CREATE TABLE revisions (
  story_id UUID NOT NULL REFERENCES stories (id),
  number BIGINT NOT NULL,
  headline TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (story_id, number)
);
CREATE TABLE placements (
  story_id UUID NOT NULL REFERENCES stories (id),
  site_id UUID NOT NULL REFERENCES sites (id),
  section_id UUID NOT NULL REFERENCES sections (id),
  position BIGINT NOT NULL,
  path TEXT COLLATE "C",
  PRIMARY KEY (story_id, site_id),
  UNIQUE (site_id, path)
);
CREATE TABLE story_lists (
  list_id UUID NOT NULL,
  site_id UUID NOT NULL,
  published_at BIGINT NOT NULL,
  story_id UUID NOT NULL,
  PRIMARY KEY (list_id, site_id, published_at, story_id)
);
CREATE INDEX story_lists_story ON story_lists (story_id);
CREATE TABLE kill_receipts (
  story_id UUID NOT NULL,
  surface TEXT COLLATE "C" NOT NULL,
  node TEXT COLLATE "C" NOT NULL,
  gone_at BIGINT NOT NULL,
  detail TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (story_id, surface, node, gone_at)
);
