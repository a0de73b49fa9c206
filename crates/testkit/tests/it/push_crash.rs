//! `kill -9` in the middle of a campaign: nobody is told twice, everybody is told who wasn't in doubt, and those in doubt
//! are counted and listed.

use crate::support::process::{Network, words};
use anyhow::Context as _;
use masthead_domain::ids::SubscriptionId;
use masthead_services::clock::{SystemClock, SystemIds, random_bytes};
use masthead_services::push::Recipient;
use masthead_store::push::{self as rows, Subscription};
use masthead_store::{Db, DbSettings, Engine, StoreError, sites};
use masthead_testkit::build::ninjs;
use masthead_testkit::on_both_engines;
use masthead_testkit::push_service::{Manner, PushService};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

on_both_engines!(a_campaign_that_is_killed_tells_nobody_twice);

const BROWSERS: usize = 2_400;
const KILLS: usize = 3;

fn below(end: u64) -> u64 {
    let mut bytes = [0; 8];
    random_bytes(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % end
}

/// Browsers of the daily, by the store. Gives the name of each by its id.
async fn browsers(network: &Network, service: &PushService) -> anyhow::Result<HashMap<SubscriptionId, String>> {
    let db = Db::open(&DbSettings::new(network.database_url()), Arc::new(SystemClock)).await?;
    let site = sites::all(&mut db.reader().await?).await?.remove(0).id;
    let ids = SystemIds::new(Arc::new(SystemClock))?;
    let mut names = HashMap::new();
    let mut all = Vec::new();
    for number in 0..BROWSERS {
        let name = format!("reader-{number}");
        let browser = service.browser(&name)?;
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let keys = Recipient::parse(&text(&browser["keys"]["p256dh"]), &text(&browser["keys"]["auth"]))?;
        let subscription = Subscription {
            id: SubscriptionId::new(&ids),
            site,
            account: None,
            endpoint: text(&browser["endpoint"]),
            public_key: keys.public_key,
            auth: keys.auth,
            language: "en".into(),
            breaking: true,
            follows: false,
        };
        names.insert(subscription.id, name);
        all.push(subscription);
    }
    let all = Arc::new(all);
    db.write("test.push", move |tx| {
        let all = Arc::clone(&all);
        Box::pin(async move {
            for one in all.iter() {
                rows::put(tx, one).await?;
            }
            Ok::<_, StoreError>(())
        })
    })
    .await?;
    db.close().await;
    Ok(names)
}

async fn a_campaign_that_is_killed_tells_nobody_twice(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let network = Network::new(engine).await?;
    let settings = network.data().join("masthead.toml");
    let own = format!("[push]\nservices = [\"{}\"]\n", service.address);
    let text = std::fs::read_to_string(&settings)?.replacen("[push]\n", &own, 1);
    anyhow::ensure!(text.contains(&own), "the settings have no place for it: {text}");
    std::fs::write(&settings, text)?;
    let names = browsers(&network, &service).await?;
    // Long enough that a kill meets messages on their way.
    service.treat_all(Manner::Slow(Duration::from_millis(40)));

    let mut server = Some(network.serve()?);
    let document = serde_json::to_vec(&ninjs("urn:breaking", 1, "The wall holds", "wall"))?;
    let pushed = server.as_ref().context("a server")?.push(&document).await?;
    anyhow::ensure!(pushed.status == 202, "{} {}", pushed.status, pushed.text());
    let story = pushed.json()?["items"][0]["story"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let banner = network.run(&[
        "front",
        "banner",
        "daily",
        "--story",
        &story,
        "--text",
        "The wall holds",
    ])?;
    anyhow::ensure!(banner.status.success(), "{}", words(&banner));
    let end = Instant::now() + Duration::from_secs(180);
    let mut seen = 0;
    for _ in 0..KILLS {
        // At a random moment after the campaign has gone on.
        let wanted = seen + 1 + usize::try_from(below(80))?;
        while service.count() < wanted {
            anyhow::ensure!(Instant::now() < end, "the campaign never goes on: {}", service.count());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.take().context("a server")?.kill()?;
        seen = service.count();
        server = Some(network.serve()?);
    }
    let done = loop {
        anyhow::ensure!(Instant::now() < end, "the campaign never ends");
        let list = network.json(&["push", "list"])?;
        if list[0]["state"] == "done" {
            break list[0].clone();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    drop(server);
    assert_eq!(service.faults(), Vec::<String>::new());
    let asked = service.asked();
    let once: HashSet<&String> = asked.iter().collect();
    assert_eq!(once.len(), asked.len(), "somebody was told twice");
    let uncertain = network.json(&["push", "uncertain", done["id"].as_str().unwrap_or_default()])?;
    let uncertain = uncertain.as_array().context("a list")?;
    assert_eq!(
        i64::try_from(uncertain.len())?,
        done["uncertain"].as_i64().unwrap_or_default()
    );
    let in_doubt: HashSet<&String> = uncertain
        .iter()
        .filter_map(|id| names.get(&id.as_str()?.parse().ok()?))
        .collect();
    assert_eq!(in_doubt.len(), uncertain.len());
    let forgotten: Vec<&String> = names
        .values()
        .filter(|name| !once.contains(name) && !in_doubt.contains(name))
        .collect();
    assert_eq!(forgotten, Vec::<&String>::new(), "somebody was neither told nor listed");
    let handed = usize::try_from(done["handed"].as_i64().unwrap_or_default())?;
    assert_eq!(handed + uncertain.len(), BROWSERS, "{done}");
    network.verify()?;
    Ok(())
}
