//! Pages of listings, with everything on them that they can hold.

use super::pages::{Stop, answer, at};
use crate::accounts::HOST;
use crate::partners::slot;
use masthead_domain::listings::Category;
use masthead_domain::partners::{Slot, read_fields};
use masthead_features::listings::{self, Source};
use masthead_features::partners;
use masthead_formats::listings::Notation;
use masthead_testkit::browser::Browser;
use masthead_testkit::{TestApp, TestNode};

/// A home with all that can be said of one, an event on several dates, and a reader's own that was refused by the form
/// and sent again.
pub(super) async fn gather(test: &TestApp, node: &TestNode, reader: &mut Browser) -> anyhow::Result<Vec<Stop>> {
    let homes = Source {
        name: "homes".into(),
        category: Some(Category::Property),
        provider: "Fenland Homes".into(),
        credit: "Data: Fenland Homes".into(),
        ..Source::default()
    };
    let table = "id,title,text,kind,organisation,price,per,venue,locality,url,contact\n\
                 1,Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle,\"Two rooms.\nA garden.\",To let,\
                 Harbour Keys,\"EUR 1,250.50\",month,The Old House,Eelhithe,https://homes.example/1,01234 567890\n\
                 2,بيت قديم قرب البحر,غرفتان,,,,,,,,\n";
    listings::take_in(&test.app, &homes, table.into()).await?;
    let town = Source {
        name: "town".into(),
        format: Notation::ICalendar,
        ..Source::default()
    };
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:m\nSUMMARY:Eel market\nLOCATION:Square\\, Eelhithe\n\
                    DTSTART:20251125T080000Z\nDTEND:20251125T120000Z\nRRULE:FREQ=DAILY;COUNT=40\nEND:VEVENT\n\
                    BEGIN:VEVENT\nUID:f\nSUMMARY:Fair\nDTSTART;VALUE=DATE:20251201\nDTEND;VALUE=DATE:20251203\nEND:VEVENT\n\
                    END:VCALENDAR\n";
    listings::take_in(&test.app, &town, calendar.into()).await?;
    let mut stops = vec![
        at("listings/list.html", "/listings"),
        at("listings/list.html", "/listings/property"),
        at("listings/list.html", "/listings/property?q=nothingofthiskind"),
        at("listings/list.html", "/listings/whats-on"),
        at("listings/list.html", "/listings/jobs"),
    ];
    for category in ["property", "whats-on"] {
        let page = node.get("daily", &format!("/listings/{category}")).await?.text();
        let mark = format!("<h3><a href=\"/listings/{category}/");
        let id = page.split(mark.as_str()).nth(1).unwrap().split('"').next().unwrap();
        stops.push(at("listings/one.html", &format!("/listings/{category}/{id}")));
    }
    let mut fields = vec![
        ("category", "whats-on"),
        ("title", "Concert"),
        ("text", "In the church."),
        ("locality", "Eelhithe"),
    ];
    let refused = reader.post(HOST, "/contribute/listing", &fields).await?;
    assert_eq!(refused.status, 422);
    stops.push(answer("listings/send.html", refused.text()));
    fields.extend([("starts", "2099-01-01T19:00"), ("contact", "01234 567890")]);
    let sent = reader.post(HOST, "/contribute/listing", &fields).await?;
    assert_eq!(sent.status, 303, "{}", sent.text());
    stops.push(Stop {
        own: true,
        ..at("listings/send.html", "/contribute/listing?sent=1")
    });
    // A slot with a form, which stands on public pages of the daily, and what follows it.
    let slot = Slot {
        fields: read_fields("from | From | text\nday | Day | date")?,
        starts_at: test.app.now(),
        ..slot(test, "Book flights")
    };
    let go = format!("/partners/{}/go?from=Eelhithe", slot.id);
    partners::put(&test.app, slot, "test").await?;
    node.get_until("daily", "/listings", |answer| answer.text().contains("Book flights"))
        .await?;
    stops.push(at("partners/slot.html", "/corrections"));
    // It would lead the browser away before anybody looked at it.
    let leave = node.get("daily", &go).await?.text();
    let (before, rest) = leave.split_once("<meta http-equiv=\"refresh\"").unwrap();
    let (_, after) = rest.split_once('>').unwrap();
    stops.push(answer("partners/leave.html", format!("{before}{after}")));
    Ok(stops)
}
