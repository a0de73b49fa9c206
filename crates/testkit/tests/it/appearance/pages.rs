//! One page of every template, with everything on it that it can hold.

use super::conversation::conversation;
use crate::accounts::providers::{allowed, location, offered};
use crate::accounts::{HOST, hidden, mailed, network_with, person, sign_in, signed_in};
use crate::support::openid::{Member, Provider};
use crate::support::plant::{self, addresses, people_and_topics, picture};
use masthead_domain::document::{Block, Document, Marks, Text};
use masthead_domain::ids::{ContributionId, PasskeyId};
use masthead_domain::permissions::{Grant, Grants, Role};
use masthead_domain::stories::{Byline, Correction, StoryContent, StoryKind};
use masthead_domain::videos::LeadVideo;
use masthead_features::accounts::staff;
use masthead_features::comments::Decider;
use masthead_features::contributions::{self, Decision};
use masthead_features::stories::{self as desk, Change, Context, NewStory};
use masthead_services::codes;
use masthead_services::providers::ProviderKind;
use masthead_store::public::NEWEST_ENTRIES;
use masthead_store::{Engine, StoreError, coverage as coverage_rows, pages as own_pages, topics};
use masthead_testkit::browser::Browser;
use masthead_testkit::build::content;
use masthead_testkit::{TestApp, TestNode};

/// A page to look at.
pub(super) struct Stop {
    /// The template that makes it.
    pub(super) template: &'static str,
    /// Where it is.
    pub(super) at: At,
    /// Whether it is for who is signed in.
    pub(super) own: bool,
    /// Whether it is for staff; these come last.
    pub(super) staff: bool,
}

/// How a page is reached.
pub(super) enum At {
    /// By its address.
    Path(String),
    /// As the answer to a form.
    Html(String),
}

/// A node with its pages.
pub(super) struct Visited {
    pub(super) node: TestNode,
    pub(super) stops: Vec<Stop>,
    /// The session of a reader.
    pub(super) session: String,
    /// The session of somebody who may do everything.
    pub(super) staff_session: String,
    // Held for its Drop.
    _test: TestApp,
}

/// Words that are hard to set: German ones of a line each, and Arabic among Latin.
const LONG: &str = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle schließt";

/// Makes a network whose sites speak `language`, with one page of every template.
pub(super) async fn gather(language: &str, theme: &str, engine: Engine) -> anyhow::Result<Visited> {
    let club = Provider::openid().await?;
    let test = network_with(engine, |settings| {
        settings.outgoing.allow = vec![allowed(&club)];
        settings.weather.provider = masthead_features::weather::Provider::Demo;
        settings.accounts.providers = vec![offered("club", ProviderKind::Oidc, &club)];
    })
    .await?;
    club.keep_time(&test.clock);
    for (position, slug) in (0_i64..).zip(["daily", "weekly"]) {
        let mut site = test.app.sites().by_slug(slug).unwrap().site.clone();
        language.clone_into(&mut site.language);
        theme.clone_into(&mut site.theme);
        site.tagline = "What is said between the tides".into();
        masthead_features::sites::put(&test.app, site, position).await?;
    }
    people_and_topics(&test).await?;
    let node = test.start().await?;
    staff::add(&test.app, person(&test, "ottoline"), "test").await?;
    // Before there are pictures: what is waited for here moves the clock, and then their AVIF files are due, which take
    // long in an unoptimised build.
    let (session, of_accounts) = accounts(&test, &node, &club).await?;
    let mut stops = vec![
        at("front.html", "/"),
        at("front.html", "/culture"),
        at("list.html", "/topics/tides"),
        at("list.html", "/authors/ada-quill"),
        at("list.html", "/archive/2025/11/25"),
        at("search.html", "/search"),
        at("search.html", "/search?q=heron&section=world&from=2025-01-01"),
        at("search.html", "/search?q=nothingofthiskind"),
        at("corrections.html", "/corrections"),
        at("push/page.html", "/push"),
        at("page.html", "/about"),
        at("error.html", "/world/what-the-heron-20251124"),
        at("galleries/multimedia.html", "/multimedia"),
        at("galleries/day.html", "/news-in-pictures"),
        at("accounts/profile.html", "/profiles/ottoline"),
    ];
    let stories = stories(&test).await?;
    for path in &stories {
        stops.push(at("story.html", path));
    }
    let (live, old) = live_story(&test).await?;
    stops.push(at("coverage/entries.html", &live));
    stops.push(at("coverage/entries.html", &old));
    let gallery = gallery(&test).await?;
    stops.push(at("galleries/gallery.html", &gallery));
    stops.push(at("galleries/picture.html", &format!("{gallery}/2")));
    about(&test).await?;
    stops.extend(places(&test, &node).await?);
    let killed = plant::publish(&test, "redshank").await?;
    let gone = addresses(&test, killed.id).await?.remove(0).1;
    desk::kill(&test.app, killed.id, "It was another bird.", "test").await?;
    stops.push(at("error.html", &gone));
    stops.extend(conversation(&test, &node, &stories[0]).await?);
    stops.extend(mistakes(&test, &node).await?);
    stops.extend(of_accounts);
    // The desk speaks English whatever its site does.
    let (staff_session, of_desk) = super::desk::gather(&test, &node).await?;
    let spoken = of_desk.into_iter().filter(|stop| language == "en" || !stop.staff);
    stops.extend(spoken);
    // What is public is looked at as everybody sees it, and comes first.
    stops.sort_by_key(|stop| (stop.staff, stop.own));
    // The index is filled by a follower.
    node.get_until("daily", "/search?q=heron", |answer| answer.text().contains("<mark>"))
        .await?;
    Ok(Visited {
        node,
        stops,
        session,
        staff_session,
        _test: test,
    })
}

/// A live story with everything that entries can hold: its page, and the page of an older entry.
async fn live_story(test: &TestApp) -> anyhow::Result<(String, String)> {
    let story = plant::publish(test, "knot").await?;
    let mut first = None;
    for number in 1..=24 {
        test.clock.step_seconds(30);
        let headline = if number % 3 == 0 { "" } else { LONG };
        let id = plant::entry(test, story.id, headline, LONG).await?;
        first.get_or_insert(id);
    }
    let body = everything(test).await?.body;
    let change = Context::new(&test.app, "test");
    let id = story.id;
    test.app
        .db
        .write("test.entries", move |tx| {
            let (body, context) = (body.clone(), change.clone());
            Box::pin(async move {
                let newest = coverage_rows::entries(tx, id, NEWEST_ENTRIES, 2).await?;
                let mut change = Change::begin(tx, &context, id).await?;
                for (mut record, is_pinned) in newest.into_iter().zip([true, false]) {
                    // Once: two tables of one name are two landmarks of one name.
                    if is_pinned {
                        record.entry.text.body = body.clone();
                    }
                    record.entry.is_pinned = is_pinned;
                    record.entry.is_key = true;
                    record.entry.edited_at = Some(context.now);
                    coverage_rows::save(tx, &mut record).await?;
                }
                change.touch();
                change.commit(tx, &context).await
            })
        })
        .await?;
    let path = addresses(test, id).await?.remove(0).1;
    let old = format!("{path}?entry={}", first.unwrap());
    Ok((path, old))
}

pub(super) fn at(template: &'static str, path: &str) -> Stop {
    Stop {
        template,
        at: At::Path(path.into()),
        own: false,
        staff: false,
    }
}

pub(super) fn answer(template: &'static str, html: String) -> Stop {
    Stop {
        template,
        at: At::Html(html),
        own: false,
        staff: false,
    }
}

/// A story with every block, one in Arabic, one that somebody paid for, one of long words, and enough others to fill a
/// front.
async fn stories(test: &TestApp) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    for number in 0..9 {
        let section = ["daily/world", "daily/culture", "daily/sport"][number % 3];
        test.publish(&format!("What the heron did, part {number}"), "heron", &[section])
            .await?;
    }
    let topic = topics::by_slug(&mut test.app.db.reader().await?, plant::TOPIC).await?;
    for content in [
        everything(test).await?,
        arabic(),
        long(),
        sponsored(),
        film(test).await?,
    ] {
        let new = NewStory {
            content,
            placements: test.places(&plant::PLACES),
            topics: topic.iter().map(|topic| topic.id).collect(),
            ..NewStory::default()
        };
        let id = desk::create(&test.app, new, "test").await?;
        desk::publish(&test.app, id, None, "test").await?;
        paths.push(addresses(test, id).await?.remove(0).1);
    }
    Ok(paths)
}

pub(super) async fn everything(test: &TestApp) -> anyhow::Result<StoryContent> {
    let mut linked = Text::plain("It was said ");
    linked.push("elsewhere", Marks::EMPHASIS, Some("https://elsewhere.example/tides"));
    linked.push(" and in figures: H", Marks::NONE, None);
    linked.push("2", Marks::SUBSCRIPT, None);
    let mut story = content("What the curlew did in the storm", "curlew");
    story.kicker = "Analysis".into();
    story.credit = "Northline Agency".into();
    story.copyright_notice = "© 2025 Northline Agency".into();
    story.digital_source_type = Some("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia".into());
    story.bylines.push(Byline {
        name: "Bo Stranger".into(),
        author: None,
        role: Some("Guest".into()),
    });
    story.lead_picture = Some(picture(test, "curlew", 600).await?);
    story.corrections = vec![Correction {
        text: "An earlier version named another bird.".into(),
        at: test.app.now(),
    }];
    story.body.blocks.extend([
        Block::Paragraph { text: linked },
        Block::Heading {
            level: 2,
            text: Text::plain("What the water did"),
        },
        Block::List {
            ordered: true,
            items: vec![Text::plain("First the wall"), Text::plain("Then the road")],
        },
        Block::Quote {
            paragraphs: vec![Text::plain("I asked in public.")],
            attribution: Text::plain("A councillor"),
            pull: false,
        },
        Block::Quote {
            paragraphs: vec![Text::plain("Nobody was hurt.")],
            attribution: Text::default(),
            pull: true,
        },
        Block::Picture(picture(test, "dunlin", 64).await?),
        Block::Gallery {
            title: "The marsh".into(),
            pictures: vec![picture(test, "knot", 64).await?, picture(test, "ruff", 64).await?],
        },
        Block::Table {
            caption: Text::plain("The tides"),
            header_rows: 1,
            rows: vec![
                vec![
                    Text::plain("Place"),
                    Text::plain("High water"),
                    Text::plain("Height in metres"),
                ],
                vec![Text::plain("Saltmarsh"), Text::plain("03:12"), Text::plain("4.31")],
            ],
        },
        Block::FactBox {
            title: "The wall in numbers".into(),
            blocks: vec![Block::Paragraph {
                text: Text::plain("38 km, most of it built by hand."),
            }],
        },
        Block::Embed {
            url: "https://vimeo.com/1084537".into(),
            title: "The tide, played here".into(),
        },
        Block::Embed {
            url: "https://video.example/watch?v=tide".into(),
            title: "The tide, as it came".into(),
        },
        Block::Preformatted {
            text: "0312  4.31\n1540  4.02".into(),
        },
        Block::Rule,
    ]);
    Ok(story)
}

fn arabic() -> StoryContent {
    let mut story = content("ارتفاع منسوب المياه في Saltmarsh بعد عاصفة 2025", "المد");
    story.language = Some("ar".into());
    story.standfirst = "قال المهندسون إن الجدار انهار عند الساعة 03:12.".into();
    story.kicker = "تحليل".into();
    story
}

fn long() -> StoryContent {
    let mut story = content(LONG, "Küstenschutzbehördenmitarbeiterversammlung");
    story.language = Some("de".into());
    story.standfirst = LONG.into();
    story.kicker = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".into();
    story.body.blocks.push(Block::Heading {
        level: 2,
        text: Text::plain(LONG),
    });
    story
}

/// A story that a video leads.
async fn film(test: &TestApp) -> anyhow::Result<StoryContent> {
    let mut story = content("The tide, as a drone saw it", "tide");
    story.lead_picture = Some(picture(test, "whimbrel", 600).await?);
    story.lead_video = Some(LeadVideo {
        url: "https://www.youtube.com/watch?v=aqz-KE-bpKQ".into(),
        title: "The marsh from above".into(),
        seconds: Some(247),
    });
    Ok(story)
}

fn sponsored() -> StoryContent {
    let mut story = content("Eight ways to a drier cellar", "cellar");
    story.sponsored = true;
    story
}

async fn gallery(test: &TestApp) -> anyhow::Result<String> {
    let mut content = content("Birds of the marsh", "heron");
    content.kind = StoryKind::Gallery;
    let mut pictures = Vec::new();
    for word in ["godwit", "avocet", "turnstone"] {
        pictures.push(picture(test, word, 64).await?);
    }
    content.body = Document {
        blocks: vec![Block::Gallery {
            title: String::new(),
            pictures,
        }],
    };
    let new = NewStory {
        content,
        placements: test.places(&plant::PLACES),
        ..NewStory::default()
    };
    let id = desk::create(&test.app, new, "test").await?;
    desk::publish(&test.app, id, None, "test").await?;
    Ok(addresses(test, id).await?.remove(0).1)
}

/// A page of the publisher's own.
async fn about(test: &TestApp) -> anyhow::Result<()> {
    let record = own_pages::PageRecord {
        id: test.app.ids.next_uuid(),
        site: test.site("daily"),
        slug: "about".into(),
        title: "About us".into(),
        body: content("", "office").body,
        listed: true,
        position: 0,
        revision: 0,
        updated_at: test.app.now(),
    };
    test.app
        .db
        .write("test.page", move |tx| {
            let record = record.clone();
            Box::pin(async move {
                own_pages::put(tx, &record, "test").await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    test.app.reload_sites().await?;
    Ok(())
}

/// The pages of accounts; first the session of the reader whose they are.
/// The page of a place, what readers see who chose one, and the form by which they do.
async fn places(test: &TestApp, node: &TestNode) -> anyhow::Result<Vec<Stop>> {
    let mut content = content(LONG, "lapwing");
    content.located = vec![crate::places::berlin()];
    let new = NewStory {
        content,
        placements: test.places(&["daily/world"]),
        ..NewStory::default()
    };
    let story = desk::create(&test.app, new, "test").await?;
    desk::publish(&test.app, story, None, "test").await?;
    let (now, berlin) = (test.app.now(), crate::places::berlin().place);
    let forecast = crate::weather::document(now, 3.0);
    masthead_features::weather::import(&test.app, berlin, forecast.as_bytes(), now.plus_seconds(3_600)).await?;
    let mut stranger = Browser::new(node.address);
    let several = [("name-local-news", "Paris")];
    let asked = stranger.post(HOST, "/account/locations", &several).await?;
    assert_eq!(asked.status, 422);
    Ok(vec![
        at("places/place.html", "/places/berlin-2950159"),
        at("places/locations.html", "/account/locations"),
        at("weather/ask.html", "/weather"),
        at("weather/place.html", "/weather?place=2950159"),
        at("weather/place.html", "/weather?place=2988507"),
        answer("places/locations.html", asked.text()),
        Stop {
            own: true,
            ..at("front.html", "/world")
        },
    ])
}

async fn accounts(test: &TestApp, node: &TestNode, club: &Provider) -> anyhow::Result<(String, Vec<Stop>)> {
    let mut stops = Vec::new();
    let mut stranger = Browser::new(node.address);
    stops.push(at("accounts/sign-in.html", "/sign-in"));
    let wrong = [("email", "ottoline@readers.example"), ("password", "not this one")];
    let refused = stranger.post(HOST, "/sign-in", &wrong).await?;
    stops.push(answer("accounts/sign-in.html", refused.text()));

    let page = stranger.get(HOST, "/sign-up").await?;
    let begun = hidden(&page.text(), "begun");
    stops.push(at("accounts/sign-up.html", "/sign-up"));
    let email = "cassius@readers.example";
    let refused = stranger
        .post(HOST, "/sign-up", &[("email", "no address"), ("begun", &begun)])
        .await?;
    stops.push(answer("accounts/sign-up.html", refused.text()));
    let sent = stranger
        .post(HOST, "/sign-up", &[("email", email), ("begun", &begun)])
        .await?;
    stops.push(answer("accounts/sign-up.html", sent.text()));
    let link = mailed(test, email).await?;
    stops.push(at("accounts/confirm.html", &link));

    stops.push(at("accounts/reset.html", "/sign-in/reset"));
    let email = "ottoline@readers.example";
    let begun = hidden(&stranger.get(HOST, "/sign-in/reset").await?.text(), "begun");
    let sent = stranger
        .post(HOST, "/sign-in/reset", &[("email", email), ("begun", &begun)])
        .await?;
    stops.push(answer("accounts/reset.html", sent.text()));
    stops.push(at("accounts/new-password.html", &mailed(test, email).await?));

    // Somebody with an authenticator is asked for its code.
    let account = staff::add(&test.app, person(test, "tilda"), "test").await?;
    let mut careful = signed_in(node, "tilda").await?;
    stops.push(answer(
        "accounts/totp.html",
        careful.get(HOST, "/account/code").await?.text(),
    ));
    let secret = masthead_store::accounts::totp(&mut test.app.db.reader().await?, account).await?;
    let code = codes::totp_code(&secret.unwrap().secret.unwrap(), test.app.now()).unwrap();
    careful.post(HOST, "/account/code", &[("code", &code)]).await?;
    stops.push(answer(
        "accounts/totp.html",
        careful.get(HOST, "/account/code").await?.text(),
    ));
    let asked = sign_in(&mut Browser::new(node.address), "tilda").await?;
    stops.push(answer("accounts/code.html", asked.text()));
    // A provider's word for her address asks for a factor.
    let mut known = Browser::new(node.address);
    let away = known.get(HOST, "/sign-in/club").await?;
    let member = Member::new("tilda", Some("tilda@readers.example"), true);
    let back = club.agree(&location(&away), &member);
    let asked = known.get(HOST, &back).await?;
    stops.push(answer("accounts/link.html", asked.text()));

    // A form that doesn't say where it was sent from.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let unsure = careful
        .send("POST", HOST, "/account/profile", &form, b"name=Tilda&bio=")
        .await?;
    stops.push(answer("accounts/origin.html", unsure.text()));

    // Somebody without a factor of this network's is sent a code.
    let mut member = Browser::new(node.address);
    let away = member.get(HOST, "/sign-in/club").await?;
    let back = club.agree(&location(&away), &Member::new("m-1", Some("m@readers.example"), true));
    member.get(HOST, &back).await?;
    stops.push(answer(
        "accounts/sudo.html",
        member.get(HOST, "/account/confirm").await?.text(),
    ));
    let asked = member.post(HOST, "/account/confirm", &[("mail", "1")]).await?;
    stops.push(answer("accounts/sudo.html", asked.text()));

    let mut reader = signed_in(node, "ottoline").await?;
    passkey(test, "ottoline@readers.example").await?;
    let session = reader.cookie(HOST, "session").unwrap().to_owned();
    let mut nameless = person(test, "nobody_yet");
    nameless.username = None;
    staff::add(&test.app, nameless, "test").await?;
    let mut nameless = signed_in(node, "nobody_yet").await?;
    for path in ["/account/username", "/account/username?username=free_name"] {
        stops.push(answer("accounts/username.html", nameless.get(HOST, path).await?.text()));
    }
    for (template, path) in [
        ("contributions/story.html", "/contribute/story"),
        ("contributions/pictures.html", "/contribute/pictures"),
        ("accounts/account.html", "/account"),
        ("accounts/passkeys.html", "/account/passkeys"),
        ("accounts/password.html", "/account/password"),
        ("accounts/email.html", "/account/email"),
        ("accounts/deletion.html", "/account/deletion"),
        ("front.html", "/"),
    ] {
        stops.push(Stop {
            own: true,
            ..at(template, path)
        });
    }
    stops.extend(contributions(test, &mut reader).await?);
    stops.extend(super::listings::gather(test, node, &mut reader).await?);
    let sudo = reader.get(HOST, "/account/confirm").await?;
    stops.push(answer("accounts/sudo.html", sudo.text()));
    Ok((session, stops))
}

/// What is wrong in a story: the form, as it comes back, and the receipt.
async fn mistakes(test: &TestApp, node: &TestNode) -> anyhow::Result<Vec<Stop>> {
    let story = test.publish("What the knot did", "knot", &["daily/world"]).await?;
    let path = format!("/mistakes/{story}");
    let mut stranger = Browser::new(node.address);
    let refused = stranger.post(HOST, &path, &[("text", "wrong")]).await?;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let sent = stranger.post(HOST, &path, &[("text", "It was another bird.")]).await?;
    let receipt = location(&sent);
    Ok(vec![
        at("mistakes/report.html", &path),
        answer("mistakes/report.html", refused.text()),
        at("mistakes/receipt.html", &receipt),
        at("mistakes/receipt.html", "/mistakes/receipts/again"),
    ])
}

/// A passkey of somebody, as a page lists it.
async fn passkey(test: &TestApp, email: &str) -> anyhow::Result<()> {
    let owner = masthead_store::accounts::by_email(&mut test.app.db.reader().await?, email).await?;
    let (owner, id) = (owner.unwrap(), PasskeyId::new(test.app.ids.as_ref()));
    test.app
        .db
        .write("test.passkey", move |tx| {
            Box::pin(async move {
                let data = serde_json::json!({});
                masthead_store::accounts::add_passkey(tx, id, owner, b"listed", &data, LONG).await
            })
        })
        .await
        .map_err(|error: StoreError| error.into())
}

/// A story that was refused for being short, one that the desk edited, and one that it sent back.
async fn contributions(test: &TestApp, reader: &mut Browser) -> anyhow::Result<Vec<Stop>> {
    let mut stops = Vec::new();
    let short = [("title", LONG), ("text", "Too short."), ("act", "submit")];
    let refused = reader.post(HOST, "/contribute/story", &short).await?;
    stops.push(answer("contributions/story.html", refused.text()));
    let account = staff::add(&test.app, person(test, "tess"), "test").await?;
    let by = Decider {
        account,
        grants: Grants(vec![Grant {
            role: Role::Editor,
            site: None,
        }]),
    };
    for decision in [Decision::Accept, Decision::RequestChanges] {
        let text = format!("> {LONG}\n\n{}", "heron ".repeat(210));
        let fields = [("title", LONG), ("text", &*text), ("agree", "yes"), ("act", "submit")];
        let sent = reader.post(HOST, "/contribute/story", &fields).await?;
        let path = sent.header("location").unwrap().split('?').next().unwrap().to_owned();
        let id: ContributionId = path.trim_start_matches("/contribute/").parse()?;
        let version = async || -> anyhow::Result<i64> {
            let mut conn = test.app.db.reader().await?;
            Ok(masthead_store::contributions::one(&mut conn, id)
                .await?
                .unwrap()
                .version)
        };
        let edited = text.replacen("heron heron", "egret heron", 3);
        contributions::edit(&test.app, &by, id, version().await?, ("Other words", &edited)).await?;
        contributions::decide(&test.app, &by, id, version().await?, decision, LONG).await?;
        stops.push(Stop {
            own: true,
            ..at("contributions/own.html", &path)
        });
        test.clock.step_seconds(700);
    }
    Ok(stops)
}
