//! The demo's film of its own, taken in as from the desk's form.

use super::content::{Content, film};
use anyhow::Context as _;
use masthead_domain::ids::VideoId;
use masthead_domain::videos::Cue;
use masthead_features::app::App;
use masthead_features::videos::Taking;
use masthead_formats::webvtt;
use masthead_store::videos;
use std::collections::HashMap;
use uuid::Uuid;

/// Films that are looked at to find one again.
const LOOKED_AT: usize = 100;

/// Takes every film in that leads a story, with its captions, and returns them by their names in the demo. One that a start
/// which was cut off took in is found by its captions and its length.
pub(super) async fn take_all(app: &App, content: &Content) -> anyhow::Result<HashMap<String, VideoId>> {
    let mut taken = HashMap::new();
    for wanted in content.stories.iter().filter_map(|story| story.film.as_ref()) {
        let (bytes, captions) = film(&wanted.id)?;
        let cues = webvtt::read(&captions).with_context(|| format!("the captions of '{}'", wanted.id))?;
        let mut conn = app.db.reader().await?;
        let known = videos::after(&mut conn, VideoId(Uuid::nil()), LOOKED_AT).await?;
        drop(conn);
        let known = known
            .into_iter()
            .find(|video| video.cues == cues && video.bytes == bytes.len() as u64);
        let id = match known {
            Some(video) => video.id,
            None => {
                let mut taking = Taking::default();
                taking.push(app, bytes).await?;
                let id = taking.finish(app, super::BY).await?;
                caption(app, id, &wanted.language, cues).await?;
                id
            }
        };
        taken.insert(wanted.id.clone(), id);
    }
    Ok(taken)
}

async fn caption(app: &App, id: VideoId, language: &str, cues: Vec<Cue>) -> anyhow::Result<()> {
    let language = language.to_owned();
    app.db
        .write("demo.captions", move |tx| {
            let (language, cues) = (language.clone(), cues.clone());
            Box::pin(async move { videos::set_captions(tx, id, &language, &cues).await })
        })
        .await?;
    Ok(())
}
