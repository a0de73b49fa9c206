//! Serves one page of about 40 KB (9 KB as gzip) through the fast path, so that a load generator can compare it with
//! another server on the same bytes.
//!
//! `bench_page ADDRESS FOLDER` listens on ADDRESS and writes the page and its gzip form to FOLDER, for that other
//! server. Routing by host, tags, every header, counting and the access log (into FOLDER) are on.

use axum::Router;
use axum::response::IntoResponse;
use masthead_domain::ids::{SiteId, StoryId, TopicId};
use masthead_domain::time::{Clock, Timestamp};
use masthead_web::access_log::AccessLog;
use masthead_web::assets::AssetPages;
use masthead_web::encodings::Encoding;
use masthead_web::errors::WebError;
use masthead_web::errors::present::ErrorPages;
use masthead_web::fast::{Front, FrontOptions};
use masthead_web::hosts::{HostSite, Hosts};
use masthead_web::live::Live;
use masthead_web::press::{PageKey, Press, PressOptions, Rendered};
use masthead_web::proxies::TrustedProxies;
use masthead_web::request::RequestIds;
use masthead_web::security_headers::SecurityHeaders;
use masthead_web::serve::{Limits, listen, serve};
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Origin;
use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_790_000_000_000_000)
    }
}

const WORDS: &str = "the of and to in that for was on with said government minister people after police city court \
    election market water summer report company school council bridge railway harbour weather hospital fire rescue \
    parliament budget workers strike season river border talks agreement crisis price energy farmers teachers union \
    president mayor judge witness evidence investigation statement evening morning yesterday tomorrow week month \
    thousand hundred million percent growth decline research university scientists climate storm flood drought";

/// Text that compresses about as well as news: words drawn by a fixed generator, in paragraphs and cards.
fn page() -> Result<String, std::fmt::Error> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut seed = 42_u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(seed >> 33)
            .unwrap_or(0)
            .checked_rem(words.len())
            .unwrap_or(0);
        words.get(at).copied().unwrap_or("word")
    };
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Front</title></head><body><main>",
    );
    for card in 0..110 {
        let (a, b, c) = (next(), next(), next());
        write!(
            html,
            "<article class=\"card\"><h2><a href=\"/world/{a}-{b}-{c}-20260921\">{a} {b} {c}</a></h2><p>"
        )?;
        for _ in 0..26 {
            write!(html, "{} ", next())?;
        }
        write!(
            html,
            "</p><time datetime=\"2026-09-21T12:{:02}:00+00:00\">2026-09-21 12:{:02}</time></article>",
            card % 60,
            card % 60
        )?;
    }
    html.push_str("</main></body></html>");
    Ok(html)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("use: bench_page ADDRESS FOLDER".into());
    };
    let folder = std::path::PathBuf::from(folder);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let security = SecurityHeaders::with_hashes(
            &["'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='".to_owned()],
            &["'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='".to_owned()],
            false,
        );
        let clock: Arc<dyn Clock> = Arc::new(Still);
        let press = Press::new(PressOptions::new(security.clone()), clock.clone())?;
        let html = page()?;
        let site = SiteId(Uuid::from_u128(1));
        let kept = press
            .fetch_or_render(PageKey::new("daily", "/", &[]), move || {
                let stories = (0..110).map(|n| StoryId(Uuid::from_u128(n)));
                let rendered = Rendered::html(html.clone(), 1)
                    .keys([SurrogateKey::site(site), SurrogateKey::list("front")])
                    .keys((0..4).map(|n| SurrogateKey::topic(TopicId(Uuid::from_u128(n)))))
                    .stories(stories);
                async move { Ok(rendered) }
            })
            .await?;
        let gzip = kept.prepared().body(Encoding::Gzip).ok_or("no gzip form")?;
        std::fs::write(folder.join("index.html"), kept.prepared().identity())?;
        std::fs::write(folder.join("index.html.gz"), gzip)?;
        println!("{} bytes, {} as gzip", kept.prepared().identity().len(), gzip.len());
        let host = HostSite {
            id: site,
            slug: "daily".into(),
            origin: Origin::parse("https://daily.example")?,
            lang: "en".into(),
            zone: "UTC".into(),
        };
        let log = std::fs::File::create(folder.join("access.log"))?;
        let options = FrontOptions {
            press,
            live: Live::new(0, security.clone(), clock.clone()),
            assets: Arc::new(AssetPages::new(Arc::default(), security.clone(), clock.clone())),
            hosts: Arc::new(Hosts::new([(host, vec!["daily.example"])])),
            proxies: TrustedProxies::default(),
            declared: |_| &[],
            known_readers: None,
            own_cookies: &["session", "__Host-session", "place"],
            shared_cookie: None,
            security,
            errors: ErrorPages::plain(),
            log: AccessLog::to(Box::new(log), clock)?,
            request_ids: RequestIds::new(1),
        };
        let router = Router::new().fallback(|| async { WebError::not_found().into_response() });
        let front = Arc::new(Front::new(options, router));
        let listener = listen(address.parse()?)?;
        let drained = serve(listener, front, Limits::default(), async {
            if let Err(error) = tokio::signal::ctrl_c().await {
                eprintln!("no signals: {error}");
            }
        })
        .await?;
        println!("{drained:?}");
        Ok(())
    })
}
