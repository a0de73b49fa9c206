//! Video files as readers have them: a file is public only while a story that they may see is led by it.

use super::released;
use crate::db::{Conn, StoreError};
use crate::videos::{VideoRecord, video_columns};
use crate::{params, queries};
use masthead_domain::ids::{StoryId, VideoId};
use masthead_domain::time::Timestamp;

queries! {
    hot VIDEO = concat!("SELECT ", video_columns!(), " FROM videos v JOIN story_videos sv ON sv.video_id = v.id
        JOIN stories s ON s.id = sv.story_id WHERE v.id = $2 AND ", released!(), " LIMIT 1");
    hot LED = concat!("SELECT sv.story_id FROM story_videos sv JOIN stories s ON s.id = sv.story_id
        WHERE sv.video_id = $2 AND ", released!(), " LIMIT 1");
}

/// A file that readers may have, with a story that it leads.
///
/// # Errors
/// When the store can't answer.
pub async fn video(conn: &mut Conn, now: Timestamp, id: VideoId) -> Result<Option<(VideoRecord, StoryId)>, StoreError> {
    let Some(video) = conn.optional::<VideoRecord>(VIDEO, params![now, id]).await? else {
        return Ok(None);
    };
    let story: Option<StoryId> = conn.optional(LED, params![now, id]).await?;
    Ok(story.map(|story| (video, story)))
}
