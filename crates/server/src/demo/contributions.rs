//! What readers of the demo sent in: a draft, and others that wait for the desk, were sent back, wait for their author's
//! word, are published, declined and taken back; and call-outs that ask for more. Two of them
//! sent a portrait as well, of which one waits.

use super::comments::person;
use anyhow::Context as _;
use masthead_domain::contributions::Kind;
use masthead_domain::ids::{ContributionId, ProfileChangeId, SiteId};
use masthead_features::accounts::AccountError;
use masthead_features::app::App;
use masthead_features::comments::{Author, Decider};
use masthead_features::contributions::call_outs::{self, Asked};
use masthead_features::contributions::{self as acts, ContributionError, Decision, Into, Publication, Typed, Words};
use masthead_features::profiles;
use masthead_store::contributions as rows;
use rust_embed::RustEmbed;

/// Texts and pictures of readers, from the repository's `demo` folder.
#[derive(RustEmbed)]
#[folder = "../../demo"]
#[include = "readers/*.md"]
#[include = "readers/*.webp"]
struct Files;

/// Writes the contributions unless somebody of the demo has sent something before.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    let sites = app.sites();
    let site = sites.first().context("the demo has no site")?;
    let (ottoline, _) = person(app, "ottoline").await?;
    if !rows::of_profile(&mut app.db.reader().await?, ottoline.profile, 1)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let (cassius, _) = person(app, "cassius_b").await?;
    let (wilma, _) = person(app, "wilma_tern").await?;
    let (_, desk) = person(app, "ines_harrow").await?;

    let marsh = story(app, &wilma, site.id, "marsh").await?;
    decide(
        app,
        &desk,
        marsh,
        Decision::RequestChanges,
        "Which marsh pool was it in August? And may we have a picture?",
    )
    .await?;
    story(app, &cassius, site.id, "ferry").await?;

    let siren = story(app, &ottoline, site.id, "siren").await?;
    let (title, body) = words("siren")?;
    let shorter = body.replace(
        "I know, because the kitchen clock stopped at four",
        "The kitchen clock stopped at four",
    );
    acts::edit(app, &desk, siren, version(app, siren).await?, (&title, &shorter)).await?;
    decide(
        app,
        &desk,
        siren,
        Decision::Accept,
        "A fine piece. We took out a few words.",
    )
    .await?;
    acts::consent(app, ottoline.profile, siren, version(app, siren).await?).await?;
    publish(app, &desk, siren, &["courier/opinion", "gazette/local"]).await?;

    let herons = pictures(
        app,
        &wilma,
        site.id,
        "Low water, first light",
        &[
            ("heron", "The heron that stands by the sluice", "Hundred Acre Marsh"),
            (
                "low-water",
                "Four boats and a few opinions about the tide",
                "Brackwater",
            ),
        ],
    )
    .await?;
    if let Some(herons) = herons {
        decide(app, &desk, herons, Decision::Accept, "").await?;
        publish(app, &desk, herons, &["courier/culture", "gazette/out-and-about"]).await?;
    }
    pictures(
        app,
        &cassius,
        site.id,
        "Washing day",
        &[("washing", "The shirt was never seen again", "Lanternside")],
    )
    .await?;

    let bench = story(app, &ottoline, site.id, "bench").await?;
    let (title, body) = words("bench")?;
    let named = body.replace(
        "One was ill, and was found sooner",
        "One had fallen ill, and was found sooner",
    );
    acts::edit(app, &desk, bench, version(app, bench).await?, (&title, &named)).await?;
    decide(
        app,
        &desk,
        bench,
        Decision::Accept,
        "May we have it with this one change?",
    )
    .await?;

    let lamp = story(app, &wilma, site.id, "lamp").await?;
    let no = Decision::Decline("rules".into());
    decide(app, &desk, lamp, no, "We name no private addresses.").await?;

    let second = story(app, &wilma, site.id, "lamp").await?;
    acts::withdraw(app, wilma.profile, second).await?;

    draft(
        app,
        &ottoline,
        site.id,
        "Letter to whoever has my oar",
        "It is the left one.",
    )
    .await?;

    portrait(app, &cassius, "low-water").await?;
    let shown = portrait(app, &wilma, "heron").await?;
    if let Some(shown) = shown {
        profiles::decide(app, shown, true, &format!("account:{}", desk.account), None).await?;
    }

    let asked = Asked {
        site: site.slug.clone(),
        slug: "storm-hesper".into(),
        title: "Were you there when Hesper came?".into(),
        about: "We are putting together the night as our readers saw it.".into(),
        wants: Kind::Pictures,
        place: "topic:storm-hesper".into(),
        opens_at: None,
        closes_at: None,
    };
    let of_a_story = Asked {
        slug: "the-bell".into(),
        title: "Did the bell wake you?".into(),
        about: "Tell us what you did between twenty to two and the morning.".into(),
        wants: Kind::Story,
        place: "story:man-who-rang-the-bell".into(),
        ..asked.clone()
    };
    for asked in [asked, of_a_story] {
        call_outs::ask(app, asked, super::BY).await?;
    }
    Ok(())
}

/// A text's title, and the rest.
fn words(name: &str) -> anyhow::Result<(String, String)> {
    let file = Files::get(&format!("readers/{name}.md")).with_context(|| format!("readers/{name}.md is missing"))?;
    let text = String::from_utf8(file.data.into_owned())?;
    let (title, body) = text
        .split_once("\n\n")
        .with_context(|| format!("readers/{name}.md has no text"))?;
    Ok((title.trim().to_owned(), body.trim().to_owned()))
}

async fn version(app: &App, id: ContributionId) -> anyhow::Result<i64> {
    let one = rows::one(&mut app.db.reader().await?, id).await?;
    Ok(one.context("a contribution of the demo is gone")?.version)
}

async fn draft(app: &App, author: &Author, site: SiteId, title: &str, body: &str) -> anyhow::Result<ContributionId> {
    let typed = Typed {
        id: None,
        kind: Kind::Story,
        call_out: None,
        title: title.to_owned(),
        body: body.to_owned(),
    };
    Ok(acts::save(app, author.profile, site, typed).await?.id)
}

async fn story(app: &App, author: &Author, site: SiteId, name: &str) -> anyhow::Result<ContributionId> {
    let (title, body) = words(name)?;
    let kept = draft(app, author, site, &title, &body).await?;
    Ok(acts::submit(app, author, kept, true, "").await?.id)
}

async fn pictures(
    app: &App,
    author: &Author,
    site: SiteId,
    title: &str,
    files: &[(&str, &str, &str)],
) -> anyhow::Result<Option<ContributionId>> {
    let into = Into {
        profile: author.profile,
        site,
        call_out: None,
    };
    let mut said = Vec::new();
    for (name, caption, place) in files {
        let file = Files::get(&format!("readers/{name}.webp"));
        let file = file.with_context(|| format!("readers/{name}.webp is missing"))?;
        let added = match acts::add(app, into, file.data.into_owned().into(), &format!("{name}.webp")).await {
            Ok(added) => added,
            // A machine that is busy with other things takes longer over a picture than readers may: the demo goes on
            // without it.
            Err(ContributionError::Picture(why)) => {
                tracing::warn!(picture = name, why, "a reader's picture of the demo was not taken");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        said.push(Words {
            id: added.id,
            caption: (*caption).to_owned(),
            place: (*place).to_owned(),
            taken_on: String::new(),
            remove: false,
        });
    }
    if said.is_empty() {
        return Ok(None);
    }
    let typed = Typed {
        id: None,
        kind: Kind::Pictures,
        call_out: None,
        title: title.to_owned(),
        body: String::new(),
    };
    let kept = acts::save(app, author.profile, site, typed).await?;
    acts::describe(app, author.profile, kept.id, said).await?;
    Ok(Some(acts::submit(app, author, kept.id, true, "").await?.id))
}

/// Sends a portrait; the change that waits, unless the machine was too busy to take it.
async fn portrait(app: &App, author: &Author, name: &str) -> anyhow::Result<Option<ProfileChangeId>> {
    let file = Files::get(&format!("readers/{name}.webp"));
    let file = file.with_context(|| format!("readers/{name}.webp is missing"))?;
    match profiles::pictures::take(app, author.profile, file.data.into_owned().into()).await {
        Ok(()) => {}
        Err(AccountError::Picture(why)) => {
            tracing::warn!(picture = name, why, "a portrait of the demo was not taken");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    }
    let changes = masthead_store::profiles::changes_of(&mut app.db.reader().await?, author.profile).await?;
    let waits = changes.iter().rfind(|change| change.state == "pending");
    Ok(waits.map(|change| change.id))
}

async fn decide(app: &App, desk: &Decider, id: ContributionId, decision: Decision, said: &str) -> anyhow::Result<()> {
    let version = version(app, id).await?;
    acts::decide(app, desk, id, version, decision, said).await?;
    Ok(())
}

async fn publish(app: &App, desk: &Decider, id: ContributionId, places: &[&str]) -> anyhow::Result<()> {
    let sites = app.sites();
    let how = Publication {
        places: places.iter().filter_map(|place| sites.placement(place)).collect(),
        standfirst: String::new(),
        at: None,
        pictures: Vec::new(),
        into: None,
    };
    acts::publish(app, desk, id, version(app, id).await?, how).await?;
    Ok(())
}
