//! What readers of the demo follow, so that a publication is seen among the mails of the admin listener.

use super::people::PEOPLE;
use anyhow::Context as _;
use masthead_domain::accounts::Email;
use masthead_domain::notices::{Follow, Followed, Pace};
use masthead_domain::places::{Chosen, Component};
use masthead_features::app::App;
use masthead_store::notices::follows;
use masthead_store::{StoreError, accounts, profiles, topics};

/// Who follows.
const READER: &str = "ottoline";
/// The topics that they follow, at once and in the digest.
const TOPICS: [(&str, Pace); 2] = [("storm-hesper", Pace::Now), ("skerrin-islands", Pace::Digest)];

/// Lets a reader follow two topics, breaking news, and alerts for a place of the demo.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    let reader = PEOPLE
        .iter()
        .find(|one| one.username == READER)
        .context("no such reader")?;
    let site = app.sites().first().context("the demo has no site")?.id;
    let key = Email::parse(&reader.email())?.key();
    let mut conn = app.db.reader().await?;
    let account = accounts::by_email(&mut conn, &key).await?.context("no such account")?;
    let profile = profiles::of_account(&mut conn, account)
        .await?
        .context("no such profile")?;
    let known = topics::all(&mut conn).await?;
    drop(conn);
    let mut followed = vec![
        Follow::begun(Followed::Breaking, site),
        Follow::begun(Followed::Alerts, site),
    ];
    for (slug, pace) in TOPICS {
        let topic = known.iter().find(|topic| topic.slug == slug);
        followed.extend(topic.map(|topic| Follow {
            mail: Some(pace),
            ..Follow::begun(Followed::Topic(topic.id), site)
        }));
    }
    let mut chosen = Chosen::default();
    chosen.set(Component::Alerts, app.places.regions().next().map(|place| place.id));
    let places = chosen.to_text();
    app.db
        .write("demo.notices", move |tx| {
            let (followed, places) = (followed.clone(), places.clone());
            Box::pin(async move {
                for follow in &followed {
                    follows::put(tx, profile.id, follow).await?;
                }
                accounts::set_places(tx, account, &places).await
            })
        })
        .await
        .map_err(|error: StoreError| error.into())
}
