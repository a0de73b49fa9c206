-- Video files of the publisher's own, in parts of a fixed length (the last is shorter), with their captions; and which story
-- a file leads, by which it is public.
CREATE TABLE videos (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  part_bytes INTEGER NOT NULL,
  parts TEXT NOT NULL,
  language TEXT NOT NULL,
  cues TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL
);
CREATE TABLE story_videos (
  story_id BLOB PRIMARY KEY REFERENCES stories (id),
  video_id BLOB NOT NULL REFERENCES videos (id)
);
CREATE INDEX story_videos_video ON story_videos (video_id);
