-- What readers send in, from the draft to the story made of it; and which stories are readers'.
CREATE TABLE contributions (
  id UUID PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  site_id UUID NOT NULL REFERENCES sites (id),
  profile_id UUID NOT NULL REFERENCES profiles (id),
  call_out_id UUID NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  queue TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  edited_title TEXT COLLATE "C",
  edited_body TEXT COLLATE "C",
  message TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  answer TEXT COLLATE "C" NOT NULL,
  terms TEXT COLLATE "C" NOT NULL,
  story_id UUID,
  publish_at BIGINT,
  claimed_by UUID,
  claimed_until BIGINT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  moved_at BIGINT NOT NULL,
  sent_at BIGINT
);
CREATE UNIQUE INDEX contributions_draft ON contributions (profile_id, kind, call_out_id) WHERE state = 'draft';
CREATE INDEX contributions_profile ON contributions (profile_id, created_at, id);
CREATE INDEX contributions_queue ON contributions (queue, moved_at, id);
CREATE TABLE story_contributors (
  story_id UUID NOT NULL REFERENCES stories (id),
  profile_id UUID NOT NULL REFERENCES profiles (id),
  name TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (story_id, profile_id)
);
CREATE INDEX story_contributors_profile ON story_contributors (profile_id, story_id);
