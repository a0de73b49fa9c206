//! Writes the plan in one transaction, so that the demo's stories are all there or none of them is.
//!
//! Each story lives through its life at the moments that the demo gives it, by the same steps as at the desk.

use super::plan::{Plan, Planned};
use super::story::Life;
use masthead_domain::coverage::Coverage;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, StoryId};
use masthead_domain::stories::HoldKind;
use masthead_domain::time::Timestamp;
use masthead_domain::wire::Embargo;
use masthead_features::app::App;
use masthead_features::coverage;
use masthead_features::stories::{Change, ChangeError, Context};
use masthead_store::sites::{RedirectTarget, acts_on, log_act, put_redirect};
use masthead_store::{Conn, StoreError, Tx, authors, log, pages, topics};
use std::collections::HashMap;
use std::sync::Arc;

/// Subject and act that say that the demo's content was written.
const SUBJECT: &str = "demo";
const ACT: &str = "demo.load";

/// Whether the content is there.
pub(super) async fn is_done(app: &App) -> Result<bool, StoreError> {
    is_written(&mut app.db.reader().await?).await
}

async fn is_written(conn: &mut Conn) -> Result<bool, StoreError> {
    let acts = acts_on(conn, SUBJECT).await?;
    Ok(acts.iter().any(|act| act.act == ACT))
}

/// Writes everything, and that it is written; nothing when another call wrote it since [`is_done`] was asked.
pub(super) async fn write(app: &App, plan: Plan) -> Result<(), ChangeError> {
    let plan = Arc::new(plan);
    let context = Context::new(app, super::BY);
    app.db
        .write(ACT, move |tx| {
            let (plan, context) = (Arc::clone(&plan), context.clone());
            Box::pin(async move { write_in(tx, &context, &plan).await })
        })
        .await
}

async fn write_in(tx: &mut Tx, context: &Context, plan: &Plan) -> Result<(), ChangeError> {
    // A call that was given up may have its transaction still before this one.
    if is_written(tx).await? {
        return Ok(());
    }
    for topic in &plan.topics {
        topics::put(tx, topic).await?;
    }
    for author in &plan.authors {
        authors::put(tx, author).await?;
    }
    for page in &plan.pages {
        pages::put(tx, page, super::BY).await?;
    }
    let mut made: HashMap<&str, StoryId> = HashMap::with_capacity(plan.stories.len());
    for story in &plan.stories {
        made.insert(&story.id, live(tx, context, plan, story).await?);
    }
    for (site, path, id) in &plan.redirects {
        if let Some(story) = made.get(id.as_str()) {
            put_redirect(tx, *site, path, &RedirectTarget::Story(*story), context.now).await?;
        }
    }
    let ids = context.ids.as_ref();
    for entry in context.sites.all() {
        let event = Event::SiteChanged { site: entry.id };
        log::append(tx, EventId::new(ids), event.kind(), &event.data(), context.now).await?;
    }
    log_act(
        tx,
        ids,
        context.now,
        super::BY,
        ACT,
        SUBJECT,
        &format!("{} stories", made.len()),
    )
    .await?;
    Ok(())
}

/// Makes a story and lets it become what it is.
async fn live(tx: &mut Tx, context: &Context, plan: &Plan, story: &Planned) -> Result<StoryId, ChangeError> {
    let then = |now: Timestamp| Context { now, ..context.clone() };
    let begin = then(story.at);
    // What came out before the demo was made is old material: nobody is to be told of it.
    let imported = matches!(
        story.life,
        Life::Published | Life::Unpublished { .. } | Life::Killed { .. }
    );
    // Corrections came later, with the update.
    let mut first = story.content.clone();
    if story.updated.is_some() {
        first.corrections.clear();
    }
    let mut change = Change::create(tx, &begin, &first, &story.id, imported, None).await?;
    change.place(tx, &story.placements).await?;
    change.set_topics(tx, &story.topics).await?;
    if !story.entries.is_empty() {
        coverage::cover(tx, &mut change, Coverage::begin(story.at)).await?;
    }
    for entry in &story.entries {
        coverage::add(tx, &mut change, entry, super::BY).await?;
    }
    let mut last = begin.clone();
    match &story.life {
        Life::Draft => {}
        Life::Published => publish(tx, &mut change, &begin, None).await?,
        Life::Scheduled { after } => publish(tx, &mut change, &begin, Some(plan.start.after(*after))).await?,
        Life::Embargoed { after } => {
            let until = plan.start.after(*after);
            change.story.standing.newer_embargo(&Embargo::Until(until), begin.now);
            change.log(tx, &begin, "story.embargo", &until.to_rfc3339()).await?;
            publish(tx, &mut change, &begin, None).await?;
        }
        Life::Withheld { reason } => {
            change.story.standing.hold(HoldKind::Withheld, reason, begin.now);
            change.log(tx, &begin, "story.withhold", reason).await?;
            publish(tx, &mut change, &begin, None).await?;
        }
        Life::Unpublished { before, reason } => {
            publish(tx, &mut change, &begin, None).await?;
            last = then(plan.start.before(*before));
            change.story.standing.unpublish()?;
            change.log(tx, &last, "story.unpublish", reason).await?;
        }
        Life::Killed { before, reason } => {
            publish(tx, &mut change, &begin, None).await?;
            last = then(plan.start.before(*before));
            change.story.standing.kill(reason, last.now)?;
            change.log(tx, &last, "story.kill", reason).await?;
        }
    }
    if let Some(updated) = story.updated {
        let later = then(updated);
        change.revise(tx, &later, &story.content).await?;
        if story.life == Life::Published {
            change.make_public();
            change.story.updated_at = Some(updated);
        }
        last = if later.now > last.now { later } else { last };
    }
    change.commit(tx, &last).await.map(|made| made.id)
}

async fn publish(
    tx: &mut Tx,
    change: &mut Change,
    context: &Context,
    at: Option<Timestamp>,
) -> Result<(), ChangeError> {
    change.publish(tx, at.or(Some(context.now)), context.now).await?;
    change.log(tx, context, "story.publish", "").await
}
