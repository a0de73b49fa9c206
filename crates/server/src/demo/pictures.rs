//! The demo's pictures, taken in as any other; due jobs render them once the network runs.

use super::content::{Content, Picture};
use anyhow::Context as _;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use masthead_domain::ids::PictureId;
use masthead_features::app::App;
use masthead_features::pictures::{Said, take};
use std::collections::HashMap;

/// Pictures taken in at once: reading their headers and writing the originals overlap.
const AT_ONCE: usize = 8;

/// Takes every picture in and returns them by their names in the demo. One that is there already is found by its bytes.
pub(super) async fn take_all(app: &App, content: &Content) -> anyhow::Result<HashMap<String, PictureId>> {
    stream::iter(in_order(content)?)
        .map(|picture| async move {
            let said = Said {
                caption: picture.caption.clone(),
                credit: picture.credit.clone(),
                alt: picture.alt.clone(),
                source: Some(format!("demo:{}", picture.id)),
                ..Said::default()
            };
            let taken = take(app, picture.bytes()?, said).await;
            let id = taken.with_context(|| format!("the picture '{}' can't be taken in", picture.id))?;
            Ok((picture.id.clone(), id))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// Those on the fronts first, from the top: they are rendered in the order in which they came.
fn in_order(content: &Content) -> anyhow::Result<Vec<&Picture>> {
    let mut order: Vec<&Picture> = Vec::with_capacity(content.pictures.len());
    for front in &content.fronts {
        for id in front.containers.iter().flat_map(|container| &container.stories) {
            if let Some(lead) = &content.story(id)?.picture {
                let picture = content.picture(&lead.id)?;
                if !order.iter().any(|other| other.id == picture.id) {
                    order.push(picture);
                }
            }
        }
    }
    for picture in &content.pictures {
        if !order.iter().any(|other| other.id == picture.id) {
            order.push(picture);
        }
    }
    Ok(order)
}
