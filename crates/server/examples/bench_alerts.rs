//! Alerts taken in and matched to places, one JSON line a figure.
//!
//! `bench_alerts FOLDER COUNT [DATABASE]`: takes COUNT messages with a polygon each into a new SQLite database in FOLDER,
//! or into the empty one that a postgres:// URL names, by the same way as documents of a source, and then looks for what
//! reaches each of a thousand places. Polygons have eight corners, are some 20 km wide, and lie over a part of Europe as
//! dense as no service of ours has sent them. Reading documents is not part of it: their formats have a bench of their
//! own (`parse`). `cargo xtask bench alerts` runs this.

use anyhow::{Context as _, Result, bail};
use masthead_domain::alerts::{Alert, Area, Info, Kind, Message, Severity, Shape, Status};
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use masthead_features::alerts::{AlertSource, take_in};
use masthead_formats::alerts::{AlertFormat, Bulletin};
use masthead_server::network;
use masthead_server::settings::{FILE, Where};
use masthead_store::alerts::near;
use std::path::Path;
use std::time::Instant;

/// Places that are asked for.
const PLACES: usize = 1_000;
/// Kilometres around each, as for a town.
const AROUND: f64 = 15.0;
/// Messages of one document.
const AT_ONCE: usize = 5_000;

/// Numbers by a fixed generator, from 0 to 1.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }

    /// A point between Lisbon and Tallinn.
    fn position(&mut self) -> Result<Point> {
        let (lat, lon) = (38.0 + 21.0 * self.next(), -9.0 + 33.0 * self.next());
        Point::turned(lat, lon).context("no such point")
    }
}

fn alert(number: usize, dice: &mut Dice, now: Timestamp) -> Result<Alert> {
    let middle = dice.position()?;
    let ring: Option<Vec<Point>> = (0..8)
        .map(|corner| {
            let (sin, cos) = (f64::from(corner) * std::f64::consts::TAU / 8.0).sin_cos();
            let wide = 0.06 + 0.06 * dice.next();
            Point::turned(middle.latitude() + wide * sin, middle.longitude() + wide * cos * 1.5)
        })
        .collect();
    Ok(Alert {
        identifier: format!("bench-{number}"),
        sender: "bench".to_owned(),
        sent: Some(now),
        kind: Kind::Emergency,
        status: Status::Actual,
        message: Message::Alert,
        is_public: true,
        references: Vec::new(),
        infos: vec![Info {
            language: Some("en".to_owned()),
            event: "Gale".to_owned(),
            severity: Severity::of_rank(i64::try_from(number % 5)?),
            expires: Some(now.plus_seconds(6 * 3_600)),
            headline: Some(format!("Gale number {number}")),
            description: Some("Gusts of storm force, and waves that reach the quay. ".repeat(8)),
            areas: vec![Area {
                name: format!("Area {number}"),
                codes: Vec::new(),
                shapes: vec![Shape::Polygon(ring.context("no such ring")?)],
            }],
            ..Info::default()
        }],
    })
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next(), arguments.next()) else {
        bail!("use: bench_alerts FOLDER COUNT [DATABASE]");
    };
    let (count, database): (usize, _) = (count.parse()?, arguments.next());
    std::fs::create_dir_all(&folder)?;
    // Every key has a usual value, but there have to be settings.
    std::fs::write(Path::new(&folder).join(FILE), "")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut settings = Where {
            config: None,
            data: Some(folder.into()),
        }
        .load()?;
        if let Some(database) = database {
            settings.database.url = database;
        }
        let app = network::open(&settings).await?;
        let source = AlertSource {
            name: "bench".to_owned(),
            ..AlertSource::default()
        };
        let mut dice = Dice(7);
        let alerts: Result<Vec<Alert>> = (0..count).map(|number| alert(number, &mut dice, app.now())).collect();
        let mut rest = alerts?.into_iter().peekable();
        let start = Instant::now();
        while rest.peek().is_some() {
            let bulletin = Bulletin {
                format: AlertFormat::Cap,
                alerts: rest.by_ref().take(AT_ONCE).collect(),
                made: None,
                is_whole: false,
                links: Vec::new(),
            };
            take_in(&app, &source, bulletin).await?;
        }
        let per_second = count as f64 / start.elapsed().as_secs_f64();
        println!("{{\"figure\":\"taken in\",\"value\":{per_second:.0}}}");

        let mut conn = app.db.reader().await?;
        let (mut times, mut found) = (Vec::with_capacity(PLACES), 0);
        for _ in 0..PLACES {
            let place = dice.position()?;
            let start = Instant::now();
            found += near(&mut conn, app.now(), place, AROUND, None, 100).await?.len();
            times.push(start.elapsed().as_secs_f64() * 1_000.0);
        }
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(PLACES * share / 100).copied().unwrap_or_default();
        println!(
            "{{\"figure\":\"matched to a place\",\"value\":{:.3},\"p99\":{:.3},\"found\":{:.1}}}",
            at(50),
            at(99),
            found as f64 / PLACES as f64
        );
        Ok(())
    })
}
