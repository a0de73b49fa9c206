//! `masthead check` and `masthead verify`: what is wrong, in words.

use super::{Common, output};
use crate::settings::Settings;
use crate::{network, search};
use clap::Args;
use futures::TryStreamExt as _;
use masthead_domain::ids::{PictureId, StoryId, VideoId};
use masthead_domain::sites::Site;
use masthead_domain::time::Clock;
use masthead_features::alerts::AlertSource;
use masthead_features::app::App;
use masthead_features::comments;
use masthead_features::notices::follow::BROKEN_OFF;
use masthead_features::weather::Provider;
use masthead_formats::listings::{FIELDS, Notation};
use masthead_services::blobs::{BlobKey, Blobs};
use masthead_services::clock::SystemClock;
use masthead_services::search::SearchIndex;
use masthead_store::notices::deliveries;
use masthead_store::{
    Db, DbSettings, audit, comments as comment_rows, jobs, log, migrate, pictures, sites, stories, videos,
};
use masthead_web::themes::Themes;
use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use uuid::Uuid;

/// Notices that broke off and are named one by one.
const NAMED: usize = 20;

#[derive(Debug, Args)]
pub(super) struct Check {}

#[derive(Debug, Args)]
pub(super) struct Verify {}

impl Check {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let mut faults: Vec<String> = Vec::new();
        for (name, value) in [
            ("server.listen", &settings.server.listen),
            ("server.admin_listen", &settings.server.admin_listen),
        ] {
            match value.parse::<std::net::SocketAddr>() {
                Ok(address) if name == "server.admin_listen" && address.ip().is_unspecified() => {
                    faults
                        .push("server.admin_listen answers on every address: health and metrics become public".into());
                }
                Ok(_) => {}
                Err(_) => faults.push(format!("{name}: '{value}' is no address; write 127.0.0.1:8080")),
            }
        }
        if let Err(error) = masthead_web::proxies::TrustedProxies::parse(&settings.server.trusted_proxies) {
            faults.push(format!("server.trusted_proxies: {error}"));
        }
        let hub = &settings.network.websub_hub;
        if !hub.is_empty() && !["http://", "https://"].iter().any(|scheme| hub.starts_with(scheme)) {
            faults.push(format!(
                "network.websub_hub: '{hub}' is no address; write https://hub.example.org/"
            ));
        }
        for provider in &settings.accounts.providers {
            let fault = provider.fault();
            faults.extend(fault.map(|fault| format!("accounts.providers '{}': {fault}", provider.name)));
        }
        let themes = crate::serve::load_themes(settings.data_folder());
        if let Err(error) = &themes {
            faults.push(format!("theme: {error:#}"));
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        match Db::open(&DbSettings::new(settings.database_url()), clock).await {
            Ok(db) => {
                database_faults(&db, &settings, themes.as_ref().ok(), &mut faults).await;
                db.close().await;
            }
            Err(error) => faults.push(format!(
                "database {}: {error}",
                network::safe_url(&settings.database_url())
            )),
        }
        if let Err(error) = Blobs::open(&settings.media.url, settings.data_folder()) {
            faults.push(format!("media.url: {error}"));
        }
        report(common, &faults, "settings and environment are in order")
    }
}

async fn database_faults(
    db: &Db,
    settings: &crate::settings::Settings,
    themes: Option<&Themes>,
    faults: &mut Vec<String>,
) {
    if let Err(error) = migrate::check(db).await {
        faults.push(format!("database: {error}"));
        return;
    }
    match db.clock_difference().await {
        Ok(micros) if micros.abs() > 500_000 => {
            faults.push(format!(
                "the clock differs from the database's by {} ms",
                micros / 1_000
            ));
        }
        Ok(_) => {}
        Err(error) => faults.push(format!("database: {error}")),
    }
    let table = async {
        let mut conn = db.reader().await?;
        let sites = sites::all(&mut conn).await?;
        let sections = sites::sections(&mut conn).await?;
        let waiting = jobs::list(&mut conn, 1_000).await?;
        Ok::<_, masthead_store::StoreError>((sites, sections, waiting))
    };
    let (sites, sections, waiting) = match table.await {
        Ok(found) => found,
        Err(error) => {
            faults.push(format!("database: {error}"));
            return;
        }
    };
    if sites.is_empty() {
        faults.push("there is no site yet; 'masthead site add' makes one".into());
    }
    let known = |place: &str| {
        place.split_once('/').is_some_and(|(site, path)| {
            sites.iter().any(|known| {
                known.slug == site
                    && sections
                        .iter()
                        .any(|record| record.section.site == known.id && record.path == path)
            })
        })
    };
    for site in &sites {
        if jiff::tz::TimeZone::get(&site.zone).is_err() {
            faults.push(format!("site {}: '{}' is no IANA time zone", site.slug, site.zone));
        }
        if themes.is_some_and(|themes| !themes.has(&site.theme)) {
            faults.push(format!(
                "site {}: there is no theme '{}', so its pages are made with the program's own; put it into the data \
                 folder's themes/{} or name another: masthead site theme {}",
                site.slug, site.theme, site.theme, site.slug
            ));
        }
    }
    let sources = settings.sources();
    for (number, source) in sources.iter().enumerate() {
        if source.name.is_empty() {
            faults.push("a wire source has no name".into());
        }
        if sources.iter().take(number).any(|other| other.name == source.name) {
            faults.push(format!(
                "two sources are called {}; each needs a name of its own",
                source.name
            ));
        }
        for fault in source.alerts.iter().flat_map(AlertSource::faults) {
            faults.push(format!("source of alerts {}: {fault}", source.name));
        }
        if source.folder.is_none() && source.url.is_none() && source.token.is_none() {
            faults.push(format!(
                "wire source {}: it has neither folder, url nor token",
                source.name
            ));
        }
        for place in source.place.iter().filter(|place| !known(place)) {
            faults.push(format!("wire source {}: there is no section '{place}'", source.name));
        }
    }
    listings(settings, &sites, faults);
    if settings.weather.provider == Provider::Met && settings.outgoing.contact.is_empty() {
        faults.push("weather.provider is \"met\", who ask for a contact: set outgoing.contact".to_owned());
    }
    for region in &settings.regions {
        faults.extend(region.check().err());
        if settings
            .regions
            .iter()
            .filter(|other| other.number == region.number)
            .count()
            > 1
        {
            faults.push(format!("the region '{}': its `number` is another's too", region.name));
        }
    }
    faults.extend(settings.place_names.iter().filter_map(|name| name.check().err()));
    for (number, rule) in settings.routing.iter().enumerate() {
        for place in rule.place.iter().filter(|place| !known(place)) {
            faults.push(format!("routing rule {}: there is no section '{place}'", number + 1));
        }
        for source in rule
            .sources
            .iter()
            .filter(|name| !settings.wire.iter().any(|source| source.name == **name))
        {
            faults.push(format!(
                "routing rule {}: there is no wire source '{source}'",
                number + 1
            ));
        }
    }
    if let Err(error) = broken_off(db, faults).await {
        faults.push(format!("database: {error}"));
    }
    for job in waiting {
        if let Some(error) = job.last_error.filter(|_| job.attempts > 3) {
            faults.push(format!(
                "the job {} {} failed {} times: {error}",
                job.kind, job.key, job.attempts
            ));
        }
    }
}

/// Notices that were going out when a node broke off. Whether they did can't be known, and they are not sent again; what
/// they were about is named, so that somebody can tell whether it matters.
async fn broken_off(db: &Db, faults: &mut Vec<String>) -> Result<(), masthead_store::StoreError> {
    let before = db.now().plus_seconds(-BROKEN_OFF);
    for one in deliveries::stuck(&mut db.reader().await?, before, NAMED).await? {
        let about = one
            .story
            .map(|id| id.to_string())
            .or(one.alert.map(|id| id.to_string()));
        faults.push(format!(
            "a notice by {} ({} {}) was going out at {} when a node broke off, and is not sent again",
            one.means,
            one.kind,
            about.unwrap_or_default(),
            one.since.to_rfc3339()
        ));
    }
    Ok(())
}

/// What is wrong with sources of listings.
fn listings(settings: &Settings, sites: &[Site], faults: &mut Vec<String>) {
    for source in &settings.listings.sources {
        let mut fault = |what: String| faults.push(format!("source of listings {}: {what}", source.name));
        if source.name.is_empty() {
            fault("it has no name".into());
        }
        if source.url.is_none() && source.file.is_none() {
            fault("it has neither url nor file".into());
        }
        let says_itself = matches!(source.format, Notation::ICalendar | Notation::Schema);
        if source.category.is_none() && !says_itself {
            fault("it has no category, and its documents name none".into());
        }
        if !source.site.is_empty() && !sites.iter().any(|site| site.slug == source.site) {
            fault(format!("there is no site '{}'", source.site));
        }
        if !source.zone.is_empty() && jiff::tz::TimeZone::get(&source.zone).is_err() {
            fault(format!("'{}' is no IANA time zone", source.zone));
        }
        if !source.fields.is_empty() && source.format == Notation::Schema {
            fault("schema.org names its fields itself; `fields` counts for nothing there".into());
        }
        for field in source.fields.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
            fault(format!(
                "there is no field '{field}'; the fields are {}",
                FIELDS.join(", ")
            ));
        }
    }
}

impl Verify {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let mut faults = Vec::new();
        let mut blobs: HashSet<BlobKey> = HashSet::new();
        let mut listing = app.blobs.list();
        while let Some(entry) = listing.try_next().await? {
            blobs.insert(entry.key);
        }
        drop(listing);
        let mut after = PictureId(Uuid::nil());
        let mut conn = app.db.reader().await?;
        loop {
            let batch = pictures::after(&mut conn, after, 500).await?;
            let Some(last) = batch.last() else { break };
            after = last.id;
            for picture in &batch {
                let cuts = pictures::cuts(&mut conn, picture.id).await?;
                let keys = std::iter::once(&picture.original_key)
                    .chain(picture.renditions.iter().map(|file| &file.key))
                    .chain(cuts.iter().map(|cut| &cut.key));
                for key in keys {
                    let of = format!("picture {}", picture.id);
                    faults.extend(
                        file_fault(&app, &blobs, key)
                            .await
                            .map(|fault| format!("{of}: {fault}")),
                    );
                }
            }
        }
        let mut after = VideoId(Uuid::nil());
        loop {
            let batch = videos::after(&mut conn, after, 100).await?;
            let Some(last) = batch.last() else { break };
            after = last.id;
            for video in &batch {
                for key in &video.parts {
                    let of = format!("video {}", video.id);
                    faults.extend(
                        file_fault(&app, &blobs, key)
                            .await
                            .map(|fault| format!("{of}: {fault}")),
                    );
                }
            }
        }
        let mut after = StoryId(Uuid::nil());
        loop {
            let batch = stories::ids_after(&mut conn, after, 500).await?;
            let Some(last) = batch.last() else { break };
            after = *last;
            for id in &batch {
                verify_story(&mut conn, *id, &mut faults).await?;
            }
        }
        verify_log(&mut conn, &mut faults).await?;
        drop(conn);
        let fine = if verify_search(&app, settings.data_folder(), &mut faults).await? {
            "store, pictures and search index agree"
        } else {
            "store and pictures agree; there is no search index in this data folder yet"
        };
        comments::turn::chain(&app).await?;
        let mut conn = app.db.reader().await?;
        let (stories, wrong) = comment_rows::faults(&mut conn).await?;
        faults.extend(
            stories
                .iter()
                .map(|story| format!("story {story}: its comments are counted wrongly")),
        );
        faults.extend(
            wrong
                .iter()
                .map(|id| format!("comment {id}: its answers or likes are counted wrongly")),
        );
        let chain = audit::verify(&mut conn).await?;
        if let Some(number) = chain.broken_at {
            faults.push(format!(
                "the log of decisions was changed: entry {number} is not as it was written"
            ));
        }
        for number in chain.changed_texts {
            faults.push(format!(
                "the log of decisions was changed: the text beside entry {number} is not as it was written"
            ));
        }
        drop(conn);
        app.db.close().await;
        report(common, &faults, fine)
    }
}

/// Holds this node's search index against the store, also while a server writes into it. False when there is none.
/// What is wrong with a file of the media store that a row names.
async fn file_fault(app: &App, blobs: &HashSet<BlobKey>, key: &str) -> Option<String> {
    match key.parse::<BlobKey>() {
        Ok(key) if !blobs.contains(&key) => Some(format!("its file {key} is missing")),
        Ok(key) => app
            .blobs
            .get_checked(key)
            .await
            .err()
            .map(|error| format!("its file {key}: {error}")),
        Err(_) => Some(format!("'{key}' names no file")),
    }
}

async fn verify_search(app: &App, data: &Path, faults: &mut Vec<String>) -> anyhow::Result<bool> {
    let folder = search::folder(data);
    let index = match tokio::task::spawn_blocking(move || SearchIndex::look(&folder)).await? {
        Ok(Some(index)) => index,
        Ok(None) => return Ok(false),
        Err(error) => {
            let cause = std::error::Error::source(&error)
                .map(ToString::to_string)
                .unwrap_or_default();
            faults.push(format!(
                "search index: {error} ({cause}); 'masthead search rebuild' makes it anew"
            ));
            return Ok(true);
        }
    };
    let Some(found) = masthead_features::search::differences(app, &index).await? else {
        return Ok(false);
    };
    let kinds = [
        (found.missing, "readers see it, and the search index does not have it"),
        (found.withheld, "readers may not see it, and the search index has it"),
        (found.unknown, "there is no such story, and the search index has it"),
    ];
    for (stories, what) in kinds {
        faults.extend(stories.iter().map(|story| format!("story {story}: {what}")));
    }
    Ok(true)
}

async fn verify_story(
    conn: &mut masthead_store::Conn,
    id: StoryId,
    faults: &mut Vec<String>,
) -> Result<(), masthead_store::StoreError> {
    let Some(story) = stories::by_id(conn, id).await? else {
        return Ok(());
    };
    let revisions = stories::revisions(conn, id).await?;
    let numbers: Vec<i64> = revisions.iter().map(|line| line.number).collect();
    let expected: Vec<i64> = (1..=story.head_revision).collect();
    if numbers != expected {
        faults.push(format!(
            "story {id}: its revisions are {numbers:?}, and should be 1 to {}",
            story.head_revision
        ));
    }
    if story.public_revision.is_some_and(|number| !numbers.contains(&number)) {
        faults.push(format!("story {id}: the revision that readers see is missing"));
    }
    let is_published = story.standing.state == masthead_domain::stories::StoryState::Published;
    let lists = stories::lists(conn, id).await?;
    if is_published == lists.is_empty() {
        faults.push(format!(
            "story {id}: it is {} and in {} lists",
            story.standing.state.as_str(),
            lists.len()
        ));
    }
    if is_published
        && stories::placements(conn, id)
            .await?
            .iter()
            .any(|place| place.path.is_none())
    {
        faults.push(format!("story {id}: it is published and has no address"));
    }
    Ok(())
}

/// Positions have to be dense: a gap is an event that followers never saw.
async fn verify_log(
    conn: &mut masthead_store::Conn,
    faults: &mut Vec<String>,
) -> Result<(), masthead_store::StoreError> {
    let mut position = 0;
    let mut first = true;
    loop {
        let events = log::after(conn, position, 1_000).await?;
        let Some(last) = events.last() else { return Ok(()) };
        for event in &events {
            // Old events may have been removed by retention: the log may begin anywhere, but has no gap.
            if !first && event.position != position + 1 {
                faults.push(format!(
                    "the log has no event between {position} and {}",
                    event.position
                ));
            }
            first = false;
            position = event.position;
        }
        position = last.position;
    }
}

fn report(common: &Common, faults: &[String], fine: &str) -> anyhow::Result<ExitCode> {
    if common.json {
        output::json(&serde_json::json!({ "ok": faults.is_empty(), "faults": faults }));
    } else if faults.is_empty() {
        output::line(fine);
    } else {
        for fault in faults {
            output::line(fault);
        }
    }
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}
