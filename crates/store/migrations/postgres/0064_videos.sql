-- Video files of the publisher's own, in parts of a fixed length (the last is shorter), with their captions; and which story
-- a file leads, by which it is public.
CREATE TABLE videos (
  id UUID PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  bytes BIGINT NOT NULL,
  part_bytes BIGINT NOT NULL,
  parts TEXT COLLATE "C" NOT NULL,
  language TEXT COLLATE "C" NOT NULL,
  cues TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL
);
CREATE TABLE story_videos (
  story_id UUID PRIMARY KEY REFERENCES stories (id),
  video_id UUID NOT NULL REFERENCES videos (id)
);
CREATE INDEX story_videos_video ON story_videos (video_id);
