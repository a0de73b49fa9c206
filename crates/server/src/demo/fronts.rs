//! The demo's home fronts, launched once.

use super::content::{Content, Front, FrontContainer};
use anyhow::{Context as _, ensure};
use masthead_domain::fronts::{Card, Container, ContainerStyle, Fill, FrontLayout};
use masthead_features::app::App;
use masthead_features::{fronts, stories};
use masthead_store::fronts as rows;

/// Cards of a container that is filled up from a section; pinned ones are shown whatever their number.
const FILLED: usize = 4;

/// Launches the fronts that nobody has launched yet.
pub(super) async fn launch(app: &App, content: &Content) -> anyhow::Result<()> {
    for front in &content.fronts {
        let mut conn = app.db.reader().await?;
        let launched = match rows::by_name(&mut conn, &front.site).await? {
            Some(record) => rows::layout(&mut conn, record.id).await?.is_some(),
            None => false,
        };
        drop(conn);
        if !launched {
            let layout = layout(app, content, front)
                .await
                .with_context(|| format!("the front of '{}'", front.site))?;
            fronts::set(app, &front.site, layout, super::BY).await?;
        }
    }
    Ok(())
}

async fn layout(app: &App, content: &Content, front: &Front) -> anyhow::Result<FrontLayout> {
    let site = content.site(&front.site)?;
    let mut containers = Vec::with_capacity(front.containers.len());
    for container in &front.containers {
        let mut cards = Vec::with_capacity(container.stories.len());
        for id in &container.stories {
            let story = content.story(id)?;
            ensure!(
                story.sites.iter().any(|place| place.site == front.site),
                "the story '{id}' doesn't stand on the site"
            );
            cards.push(Card {
                story: stories::find(app, id).await?,
                headline: None,
            });
        }
        let fill = match &container.section {
            Some(section) => Fill::Section(site.section_path(section)?),
            None if container.name == "multimedia" => Fill::Galleries,
            None if container.name == "most-read" => Fill::MostRead,
            None if container.name == "most-commented" => Fill::MostCommented,
            None => Fill::None,
        };
        let limit = if fill == Fill::None {
            cards.len()
        } else {
            cards.len().max(FILLED)
        };
        let style = style(container);
        // A lead has no heading of its own.
        let title = if style == ContainerStyle::Lead {
            String::new()
        } else {
            container.title.clone()
        };
        containers.push(Container {
            title,
            style,
            cards,
            fill,
            limit,
        });
    }
    Ok(FrontLayout {
        banner: None,
        containers,
    })
}

/// How a container looks follows from what is in it.
fn style(container: &FrontContainer) -> ContainerStyle {
    match container.name.as_str() {
        "lead" => ContainerStyle::Lead,
        "opinion" | "most-read" | "most-commented" => ContainerStyle::List,
        "long-reads" | "travel" | "multimedia" => ContainerStyle::Strip,
        _ => ContainerStyle::Grid,
    }
}
