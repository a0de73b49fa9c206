//! Alerts by their places: found under the squares of the grid, in order, and gone from there when they end.

use masthead_domain::alerts::{Alert, Area, Info, Kind, Message, Severity, Shape, State, Status};
use masthead_domain::ids::AlertId;
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use masthead_store::alerts::{self, Put, id_of};
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, StoreError, params, queries};

cases!(
    alerts_are_found_near_a_place_the_worst_first,
    lists_go_on_where_they_ended,
    an_end_takes_an_alert_off_its_squares,
    a_storm_is_kept_at_once_or_not_at_all,
    what_an_older_node_filed_is_found,
);

queries! {
    FORGET_BOUNDS = "UPDATE alert_cells SET bounds = NULL WHERE cell >= $1";
}

fn at(lat: f64, lon: f64) -> Point {
    Point::turned(lat, lon).unwrap()
}

fn alert(name: &str, severity: Severity, shape: Shape) -> Alert {
    Alert {
        identifier: name.to_owned(),
        sender: "coast".to_owned(),
        sent: Some(Timestamp::from_micros(1_000_000)),
        kind: Kind::Emergency,
        status: Status::Actual,
        message: Message::Alert,
        is_public: true,
        references: Vec::new(),
        infos: vec![Info {
            severity,
            areas: vec![Area {
                shapes: vec![shape],
                ..Area::default()
            }],
            ..Info::default()
        }],
    }
}

async fn keep(db: &Db, alert: Alert, now: Timestamp) -> AlertId {
    let id = id_of(&alert.sender, &alert.identifier);
    db.write("keep", move |tx| {
        let alert = alert.clone();
        Box::pin(async move {
            let shapes: Vec<Shape> = alert.shapes().into_iter().cloned().collect();
            let put = Put {
                id,
                source: "coast",
                alert: &alert,
                shapes: &shapes,
                content_hash: alert.identifier.as_bytes(),
                state: State::Live,
                ended_by: "",
                turns_at: Some(now.plus_seconds(3_600)),
                received: now,
                was_filed: false,
            };
            alerts::put_all(tx, &[put]).await?;
            Ok::<_, StoreError>(())
        })
    })
    .await
    .unwrap();
    id
}

async fn alerts_are_found_near_a_place_the_worst_first(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let now = Timestamp::from_micros(5_000_000);
    let square = |south: f64, west: f64| {
        Shape::Polygon(vec![
            at(south, west),
            at(south, west + 1.0),
            at(south + 1.0, west + 1.0),
            at(south + 1.0, west),
        ])
    };
    let minor = keep(&db, alert("minor", Severity::Minor, square(53.0, 9.0)), now).await;
    let extreme = keep(&db, alert("extreme", Severity::Extreme, square(53.2, 9.2)), now).await;
    keep(&db, alert("far", Severity::Extreme, square(10.0, 10.0)), now).await;
    let road = Shape::Line(vec![at(53.5, 9.0), at(53.5, 9.4)]);
    let works = alert("works", Severity::Severe, road);
    let works = keep(
        &db,
        Alert {
            kind: Kind::Traffic,
            ..works
        },
        now,
    )
    .await;
    let mut conn = db.reader().await.unwrap();
    let town = at(53.55, 9.45);
    let near = alerts::near(&mut conn, now, town, 15.0, None, 10).await.unwrap();
    assert_eq!(near, [extreme, works, minor]);
    let exactly = alerts::near(&mut conn, now, town, 0.0, None, 10).await.unwrap();
    assert_eq!(exactly, [extreme, minor], "the road ends before the town");
    let traffic = alerts::near(&mut conn, now, town, 15.0, Some(Kind::Traffic), 10)
        .await
        .unwrap();
    assert_eq!(traffic, [works]);
    let one = alerts::near(&mut conn, now, town, 15.0, None, 1).await.unwrap();
    assert_eq!(one, [extreme]);
    let later = now.plus_seconds(3_600);
    assert!(
        alerts::near(&mut conn, later, town, 15.0, None, 10)
            .await
            .unwrap()
            .is_empty(),
        "their time is over"
    );
    let records = alerts::by_ids(&mut conn, &near).await.unwrap();
    let ids: Vec<AlertId> = records.iter().map(|record| record.id).collect();
    assert_eq!(ids, near);
}

async fn what_an_older_node_filed_is_found(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let now = Timestamp::from_micros(5_000_000);
    let town = at(53.5, 9.0);
    let id = keep(&db, alert("surge", Severity::Severe, Shape::Point(town)), now).await;
    // It knows nothing of bounds.
    db.write("forget", |tx| {
        Box::pin(async move { tx.execute(FORGET_BOUNDS, params![0_i64]).await })
    })
    .await
    .unwrap();
    let mut conn = db.reader().await.unwrap();
    assert_eq!(alerts::near(&mut conn, now, town, 15.0, None, 10).await.unwrap(), [id]);
}

async fn lists_go_on_where_they_ended(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let now = Timestamp::from_micros(5_000_000);
    let mut all = Vec::new();
    for number in 0..7 {
        let severity = if number % 2 == 0 {
            Severity::Severe
        } else {
            Severity::Minor
        };
        all.push(
            keep(
                &db,
                alert(&format!("a{number}"), severity, Shape::Point(at(1.0, 1.0))),
                now,
            )
            .await,
        );
    }
    let mut conn = db.reader().await.unwrap();
    let mut seen = Vec::new();
    let mut after = alerts::FIRST;
    loop {
        let part = alerts::live(&mut conn, now, None, after, 3).await.unwrap();
        let Some(last) = part.last() else { break };
        after = (last.alert.severity().rank(), last.sent_at, last.id);
        seen.extend(part.iter().map(|record| (record.alert.severity(), record.id)));
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{seen:?}");
    let none = alerts::live(&mut conn, now, Some(Kind::Traffic), alerts::FIRST, 10)
        .await
        .unwrap();
    assert!(none.is_empty());
    assert_eq!(alerts::count(&mut conn, now, Kind::Emergency).await.unwrap(), 7);
}

async fn an_end_takes_an_alert_off_its_squares(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let now = Timestamp::from_micros(5_000_000);
    let id = keep(&db, alert("short", Severity::Severe, Shape::Point(at(1.0, 1.0))), now).await;
    let next = alerts::next_turn(&mut db.reader().await.unwrap()).await.unwrap();
    assert_eq!(next, Some(now.plus_seconds(3_600)));
    let due = alerts::due(&mut db.reader().await.unwrap(), now.plus_seconds(3_600), 10)
        .await
        .unwrap();
    assert_eq!(due.len(), 1);
    db.write("end", move |tx| Box::pin(alerts::end(tx, id, "expired")))
        .await
        .unwrap();
    let mut conn = db.reader().await.unwrap();
    let near = alerts::near(&mut conn, now, at(1.0, 1.0), 5.0, None, 10).await.unwrap();
    assert!(near.is_empty());
    let record = alerts::by_ids(&mut conn, &[id]).await.unwrap().remove(0);
    assert_eq!(
        (record.state.as_str(), record.ended_by.as_str(), record.turns_at),
        ("ended", "expired", None)
    );
    drop(conn);
    let until = now.plus_seconds(1_000_000_000_000);
    let gone = db
        .write("sweep", move |tx| Box::pin(alerts::sweep(tx, until)))
        .await
        .unwrap();
    assert_eq!(gone, 1);
}

/// Keeps numbered alerts in one batch, and ends the transaction as it is told.
async fn keep_many(db: &Db, count: usize, then: Result<(), StoreError>) -> Result<(), StoreError> {
    db.write("keep_many", move |tx| {
        let then = then.clone();
        Box::pin(async move {
            let all: Vec<(Alert, Vec<Shape>)> = (0..count)
                .map(|number| {
                    let shape = Shape::Point(at(1.0, 1.0 + number as f64 / 10_000.0));
                    let shapes = vec![shape.clone()];
                    (alert(&format!("storm {number}"), Severity::Severe, shape), shapes)
                })
                .collect();
            let puts: Vec<Put<'_>> = all
                .iter()
                .map(|(alert, shapes)| Put {
                    id: id_of(&alert.sender, &alert.identifier),
                    source: "coast",
                    alert,
                    shapes,
                    content_hash: b"storm",
                    state: State::Live,
                    ended_by: "",
                    turns_at: Some(Timestamp::from_micros(i64::MAX / 2)),
                    received: Timestamp::from_micros(5_000_000),
                    was_filed: true,
                })
                .collect();
            alerts::put_all(tx, &puts).await?;
            then
        })
    })
    .await
}

async fn a_storm_is_kept_at_once_or_not_at_all(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let now = Timestamp::from_micros(5_000_000);
    let failed = keep_many(&db, 600, Err(StoreError::Bug("on purpose".to_owned()))).await;
    assert!(failed.is_err());
    let count = |db: Db| async move {
        let mut conn = db.reader().await.unwrap();
        let near = alerts::near(&mut conn, now, at(1.0, 1.03), 20.0, None, 1_000).await;
        (
            alerts::count(&mut conn, now, Kind::Emergency).await.unwrap(),
            near.unwrap().len(),
        )
    };
    assert_eq!(count(db.clone()).await, (0, 0));
    // Again, each is where it was, and once.
    for _ in 0..2 {
        keep_many(&db, 600, Ok(())).await.unwrap();
        assert_eq!(count(db.clone()).await, (600, 600));
    }
}
