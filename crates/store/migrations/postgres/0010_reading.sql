-- What pages look up without sorting or scanning: a story's places in their order, and the author of a portrait.
create index placements_story on placements (story_id, position);
create index authors_picture on authors (picture_id) where picture_id is not null;
