//! Breaking news handed to a push service on loopback, one JSON line a figure.
//!
//! `bench_push FOLDER COUNT`: makes COUNT browsers of a site in a new SQLite database in FOLDER, sets a breaking-news
//! banner, and does the due jobs of its campaign as a node does. The push service shares the processors, checks who
//! sends and decrypts of every thousandth message. Browsers have an address each and share sixty-four key pairs, since
//! making a million would take longer than the campaign. `cargo xtask bench push` runs this.

use anyhow::{Context as _, Result, bail, ensure};
use masthead_domain::ids::{SiteId, SubscriptionId};
use masthead_domain::sites::Site;
use masthead_features::app::App;
use masthead_features::banners::{self, Told};
use masthead_features::push::plan::campaign_of;
use masthead_features::stories::{self, NewStory};
use masthead_features::{push, sites};
use masthead_server::settings::Settings;
use masthead_server::{jobs, network};
use masthead_services::push::Recipient;
use masthead_store::jobs::Lane;
use masthead_store::push::campaigns::{self, Campaign};
use masthead_store::push::{self as rows, Subscription};
use masthead_store::{StoreError, leases, log};
use masthead_testkit::build::content;
use masthead_testkit::push_service::PushService;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

/// Key pairs that browsers share.
const KEYS: usize = 64;
/// Browsers that are kept in one transaction.
const AT_ONCE: usize = 5_000;
/// Of so many messages one is decrypted.
const EACH: usize = 1_000;

async fn site(app: &App) -> Result<SiteId> {
    let id = SiteId::new(app.ids.as_ref());
    let site = Site {
        id,
        slug: "bench".into(),
        name: "The Bench".into(),
        tagline: String::new(),
        theme: String::new(),
        language: "en".into(),
        zone: "UTC".into(),
        hosts: vec!["bench.example".into()],
        origin: "https://bench.example".into(),
    };
    sites::put(app, site, 0).await?;
    sites::put_section(app, id, None, "world", "World", 0).await?;
    Ok(id)
}

async fn subscribe(app: &App, service: &PushService, site: SiteId, count: usize) -> Result<()> {
    let mut keys = Vec::with_capacity(KEYS);
    for number in 0..KEYS {
        let browser = service.browser(&format!("k{number}"))?;
        let text =
            |value: Option<&serde_json::Value>| value.and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let recipient = Recipient::parse(
            &text(browser.pointer("/keys/p256dh")),
            &text(browser.pointer("/keys/auth")),
        )?;
        keys.push((text(browser.get("endpoint")), recipient));
    }
    let numbers: Vec<usize> = (0..count).collect();
    for some in numbers.chunks(AT_ONCE) {
        let some: Option<Vec<Subscription>> = some
            .iter()
            .map(|number| {
                let (endpoint, recipient) = keys.get(number % KEYS)?;
                Some(Subscription {
                    id: SubscriptionId::new(app.ids.as_ref()),
                    site,
                    account: None,
                    endpoint: format!("{endpoint}.{number}"),
                    public_key: recipient.public_key.clone(),
                    auth: recipient.auth.clone(),
                    language: "en".into(),
                    breaking: true,
                    follows: false,
                })
            })
            .collect();
        let some = Arc::new(some.context("no key")?);
        app.db
            .write("bench.subscribe", move |tx| {
                let some = Arc::clone(&some);
                Box::pin(async move {
                    for one in some.iter() {
                        rows::put(tx, one).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
    }
    Ok(())
}

/// Carries the site's campaign out, as a node's follower and its due jobs do.
async fn campaign(app: &Arc<App>, site: SiteId) -> Result<Campaign> {
    let new = NewStory {
        content: content("The wall holds", "wall"),
        placements: app.sites().placement("bench/world").into_iter().collect(),
        ..NewStory::default()
    };
    let story = stories::create(app, new, "bench").await?;
    stories::publish(app, story, None, "bench").await?;
    let lease = leases::take(&app.db, push::FOLLOWER, &app.node, 60).await?;
    let lease = lease.context("no lease")?;
    log::stamp(&app.db).await?;
    push::follow(app, &lease).await?;
    banners::set(
        app,
        "bench",
        &story.to_string(),
        "The wall holds",
        Told::Followers,
        "bench",
    )
    .await?;
    log::stamp(&app.db).await?;
    push::follow(app, &lease).await?;
    let id = campaign_of(site, story);
    loop {
        jobs::run_due(app, &Arc::new(Vec::new()), &Lane::ALL).await?;
        let known = campaigns::one(&mut app.db.reader().await?, id).await?;
        let known = known.context("no campaign was planned")?;
        if known.ended_at.is_some() {
            return Ok(known);
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next(), arguments.next()) else {
        bail!("use: bench_push FOLDER COUNT");
    };
    let count: usize = count.parse()?;
    std::fs::create_dir_all(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let service = PushService::start().await?;
        service.decrypt_each(EACH);
        let mut settings = Settings {
            folder: folder.as_str().into(),
            ..Settings::default()
        };
        settings.database.url = format!("sqlite:{folder}/bench.sqlite");
        settings.push.services = vec![service.address.to_string()];
        let app = network::open(&settings).await?;
        let site = site(&app).await?;
        subscribe(&app, &service, site, count).await?;
        let start = Instant::now();
        let done = campaign(&app, site).await?;
        let seconds = start.elapsed().as_secs_f64();
        let asked = service.asked();
        let once: HashSet<&String> = asked.iter().collect();
        ensure!(service.faults().is_empty(), "{:?}", service.faults().first());
        ensure!(
            usize::try_from(done.handed)? == count,
            "only {} of {count} were handed over",
            done.handed
        );
        println!("{{\"figure\":\"handed over\",\"value\":{:.0}}}", count as f64 / seconds);
        println!("{{\"figure\":\"twice\",\"value\":{}}}", asked.len() - once.len());
        app.db.close().await;
        Ok(())
    })
}
