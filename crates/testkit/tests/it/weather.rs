//! The weather from outside: a service on loopback is asked for the places that readers ask for, politely, and pages say
//! when it has nothing new.

use crate::accounts::{HOST, network_with};
use crate::support::upstream::{Page, Upstream};
use masthead_domain::places::PlaceId;
use masthead_domain::time::{Clock, Timestamp};
use masthead_features::weather::{Provider, WeatherSettings};
use masthead_store::{Engine, forecasts};
use masthead_testkit::browser::Browser;
use masthead_testkit::{on_both_engines, until};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

on_both_engines!(
    a_forecast_comes_grows_old_and_is_let_go,
    a_service_that_never_answered_is_told_of,
);

const BERLIN: PlaceId = PlaceId(2_950_159);
const FRAGMENT: &str = "/fragments/weather?place=2950159";

/// A document of Locationforecast 2.0 with sixty hours and some days from a moment on.
pub(crate) fn document(from: Timestamp, temperature: f64) -> String {
    let start = from.as_seconds().div_euclid(3_600);
    let moment = |hour: i64| -> Value {
        let behind = json!({ "summary": { "symbol_code": "lightrain" }, "details": { "precipitation_amount": 0.4 } });
        let swing = f64::from(i32::try_from(hour % 24).unwrap() - 12).abs() / 4.0;
        let details = json!({ "air_temperature": temperature - swing, "wind_speed": 5.0, "wind_from_direction": 225.0,
            "relative_humidity": 80.0 });
        let key = if hour < 60 { "next_1_hours" } else { "next_6_hours" };
        json!({
            "time": Timestamp::from_micros((start + hour) * 3_600_000_000).to_rfc3339(),
            "data": { "instant": { "details": details }, key: behind },
        })
    };
    let hours = (0..60).chain((60..200).step_by(6));
    let moments: Vec<Value> = hours.map(moment).collect();
    json!({ "properties": { "meta": {}, "timeseries": moments } }).to_string()
}

async fn a_forecast_comes_grows_old_and_is_let_go(engine: Engine) -> anyhow::Result<()> {
    let start = Timestamp::parse_rfc3339(masthead_testkit::START).unwrap();
    let asked: Arc<Mutex<Vec<(String, String, String)>>> = Arc::default();
    let status = Arc::new(Mutex::new(200_u16));
    let (noted, answers) = (Arc::clone(&asked), Arc::clone(&status));
    let service = Upstream::serving(move |request| {
        noted
            .lock()
            .unwrap()
            .push((request.path.clone(), request.agent.clone(), request.since.clone()));
        match *answers.lock().unwrap() {
            200 if !request.since.is_empty() => Page::status(304).with("Expires", "Tue, 25 Nov 2025 10:40:00 GMT"),
            200 => Page::ok("application/json", document(start, 7.4))
                .with("Expires", "Tue, 25 Nov 2025 09:30:00 GMT")
                .with("Last-Modified", "Tue, 25 Nov 2025 08:55:00 GMT"),
            status => Page::status(status),
        }
    })
    .await?;
    let test = network_with(engine, |settings| {
        settings.outgoing.allow = vec![service.address.to_string()];
        settings.outgoing.contact = "desk@daily.example".into();
        settings.weather = WeatherSettings {
            provider: Provider::Met,
            url: service.url("/compact"),
            ..WeatherSettings::default()
        };
    })
    .await?;
    let node = test.start().await?;
    let requests = || asked.lock().unwrap().len();
    assert_eq!(requests(), 0, "nobody asked for a place yet");
    let first = node.get("daily", FRAGMENT).await?;
    assert_eq!(first.status, 200);
    let shown = node
        .get_until("daily", FRAGMENT, |part| part.text().contains("4°"))
        .await?;
    assert!(
        shown.text().contains("MET Norway") && shown.text().contains("Light rain"),
        "{}",
        shown.text()
    );
    assert!(!shown.text().contains("No data since"));
    {
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        let (path, agent, since) = &asked[0];
        assert_eq!(path, "/compact?lat=52.52&lon=13.41");
        assert!(agent.starts_with("Masthead"), "{agent}");
        assert!(since.is_empty());
    }
    let page = node.get("daily", "/weather?place=2950159").await?.text();
    for part in [
        "<svg class=\"chart\" viewBox",
        "role=\"img\"",
        "10:00",
        "from the south-west",
        "18 km/h",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    for wrong in ["/weather?place=1", "/weather?place=x", "/fragments/weather?place=1"] {
        assert_eq!(node.get("daily", wrong).await?.status, 404, "{wrong}");
    }
    // Who chose the place sees it where none is named.
    let mut browser = Browser::new(node.address);
    browser.set_cookie(HOST, "place", "-2950159--");
    for path in ["/weather", "/weather"] {
        assert!(browser.get(HOST, path).await?.text().contains("Berlin, Germany"));
    }
    assert!(!node.get("daily", "/weather").await?.text().contains("Berlin"));

    // Not before it expires; then with what was seen before.
    test.clock.step_seconds(45 * 60);
    let asked_again = test.clock.now();
    until("the second answer", async || {
        let record = forecasts::of_place(&mut test.app.db.reader().await?, BERLIN).await?;
        Ok(record.is_some_and(|record| record.fetched_at == Some(asked_again)))
    })
    .await?;
    assert_eq!(requests(), 2);
    assert_eq!(asked.lock().unwrap()[1].2, "Tue, 25 Nov 2025 08:55:00 GMT");
    // The service goes away, and the page says since when there is nothing.
    *status.lock().unwrap() = 503;
    test.clock.step_seconds(2 * 3_600);
    until("the third request", async || Ok(requests() >= 3)).await?;
    let old = node
        .get_until("daily", FRAGMENT, |part| part.text().contains("No data since"))
        .await?;
    assert!(old.text().contains("2025-11-25T09:45"), "{}", old.text());
    assert!(old.text().contains("Light rain"), "what there was is still shown");
    // It is back.
    *status.lock().unwrap() = 200;
    test.clock.step_seconds(3_600);
    node.get_until("daily", FRAGMENT, |part| !part.text().contains("No data since"))
        .await?;
    // Nobody asks any more: the place is let go of, and the service with it.
    test.clock.step_seconds(4 * 24 * 3_600);
    until("the end", async || {
        Ok(forecasts::of_place(&mut test.app.db.reader().await?, BERLIN)
            .await?
            .is_none())
    })
    .await?;
    let before = requests();
    test.clock.step_seconds(24 * 3_600);
    test.run_jobs().await?;
    assert_eq!(requests(), before);
    assert!(test.clock.now() > start);
    node.stop().await;
    Ok(())
}

async fn a_service_that_never_answered_is_told_of(engine: Engine) -> anyhow::Result<()> {
    let service = Upstream::serving(|_| Page::status(503)).await?;
    let test = network_with(engine, |settings| {
        settings.outgoing.allow = vec![service.address.to_string()];
        settings.weather = WeatherSettings {
            provider: Provider::OpenMeteo,
            url: service.url("/forecast"),
            ..WeatherSettings::default()
        };
    })
    .await?;
    let node = test.start().await?;
    assert!(
        node.get("daily", FRAGMENT)
            .await?
            .text()
            .contains("No forecast has come yet")
    );
    for path in [FRAGMENT, "/weather?place=2950159"] {
        let told = node
            .get_until("daily", path, |page| page.text().contains("No data since"))
            .await?;
        assert!(told.text().contains("2025-11-25T09:00"), "{}", told.text());
        assert!(!told.text().contains("No forecast has come yet"), "{}", told.text());
    }
    node.stop().await;
    Ok(())
}
