//! Stories that can be found again: each carries a word of its own in every part that readers could see, stands on
//! both sites, and has a topic, an author and a picture.

use bytes::Bytes;
use masthead_domain::coverage::{Coverage, Entry, EntryText};
use masthead_domain::document::{Block, Document, PictureBlock, PictureSource, Text};
use masthead_domain::ids::{AuthorId, EntryId, PictureId, StoryId, TopicId};
use masthead_features::coverage;
use masthead_features::pictures::{self, Said};
use masthead_features::stories::{self as desk, Change, Context, NewStory};
use masthead_store::{StoreError, authors, stories as rows, topics};
use masthead_testkit::TestApp;
use masthead_testkit::build::content;

/// Where planted stories stand.
pub(crate) const PLACES: [&str; 2] = ["daily/world/europe", "weekly/world"];
/// Slug of their topic.
pub(crate) const TOPIC: &str = "tides";
/// Slug of their author.
pub(crate) const AUTHOR: &str = "ada-quill";

/// A story that can be found again.
pub(crate) struct Planted {
    /// The story.
    pub(crate) id: StoryId,
    /// The word that stands nowhere else.
    pub(crate) word: String,
    /// Its picture.
    pub(crate) picture: PictureId,
    /// Addresses of the picture's files.
    pub(crate) files: Vec<String>,
}

/// Makes the topic and the author.
pub(crate) async fn people_and_topics(test: &TestApp) -> anyhow::Result<()> {
    let (author, topic) = (
        AuthorId::new(test.app.ids.as_ref()),
        TopicId::new(test.app.ids.as_ref()),
    );
    test.app
        .db
        .write("test.plant", move |tx| {
            Box::pin(async move {
                authors::insert(tx, author, AUTHOR, "Ada Quill", "").await?;
                topics::ensure(tx, topic, TOPIC, "Tides", None).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(())
}

/// Lets a story be covered live, with an entry that says these words. Gives the entry's id.
pub(crate) async fn entry(test: &TestApp, story: StoryId, headline: &str, text: &str) -> anyhow::Result<EntryId> {
    let context = Context::new(&test.app, "test");
    let entry = Entry {
        id: EntryId::new(test.app.ids.as_ref()),
        at: context.now,
        text: EntryText {
            headline: headline.to_owned(),
            body: Document {
                blocks: vec![Block::Paragraph {
                    text: Text::plain(text),
                }],
            },
            author: "Ada Quill".to_owned(),
        },
        is_key: false,
        is_pinned: false,
        edited_at: None,
    };
    let id = entry.id;
    test.app
        .db
        .write("test.entry", move |tx| {
            let (context, entry) = (context.clone(), entry.clone());
            Box::pin(async move {
                let mut change = Change::begin(tx, &context, story).await?;
                coverage::cover(tx, &mut change, Coverage::begin(context.now)).await?;
                coverage::add(tx, &mut change, &entry, "test").await?;
                change.commit(tx, &context).await
            })
        })
        .await?;
    Ok(id)
}

/// A JPEG of its own for each word.
pub(crate) fn jpeg(word: &str, width: u32, height: u32) -> Bytes {
    let seed = word
        .bytes()
        .fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        let shade = |shift: u32| u8::try_from((x * y + seed.rotate_left(shift)) % 256).unwrap();
        image::Rgb([shade(0), shade(9), shade(17)])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner().into()
}

/// Makes a draft that carries `word` everywhere, with its picture rendered. The picture is small: AVIF, whose jobs fall
/// due when a test moves the clock, takes seconds for a large one in an unoptimised build.
pub(crate) async fn plant(test: &TestApp, word: &str) -> anyhow::Result<Planted> {
    let picture = pictures::take(&test.app, jpeg(word, 64, 40), Said::default()).await?;
    test.run_jobs().await?;
    let topic = topics::by_slug(&mut test.app.db.reader().await?, TOPIC).await?;
    let mut content = content(&format!("What the {word} did in the storm"), word);
    content.lead_picture = Some(PictureBlock {
        picture: PictureSource::Stored(picture),
        caption: Text::plain(format!("The {word} at low water.")),
        credit: format!("{word} Pictures"),
        alt: format!("A {word} on the mud"),
    });
    let new = NewStory {
        content,
        placements: test.places(&PLACES),
        topics: topic.into_iter().map(|topic| topic.id).collect(),
        ..NewStory::default()
    };
    let id = desk::create(&test.app, new, "test").await?;
    let record = masthead_store::pictures::by_id(&mut test.app.db.reader().await?, picture)
        .await?
        .unwrap();
    let files = record
        .renditions
        .iter()
        .map(|file| format!("/media/{picture}/{}.{}", file.width, file.format))
        // Made later, by a job of the background.
        .chain(["1x1", "4x3", "16x9"].map(|shape| format!("/media/{picture}/{shape}.jpg")))
        // Its headline as a picture.
        .chain([format!("/media/stories/{id}/1.png")])
        .collect();
    Ok(Planted {
        id,
        word: word.into(),
        picture,
        files,
    })
}

/// Plants a story and publishes it now.
pub(crate) async fn publish(test: &TestApp, word: &str) -> anyhow::Result<Planted> {
    let planted = plant(test, word).await?;
    desk::publish(&test.app, planted.id, None, "test").await?;
    Ok(planted)
}

/// A story's addresses: site and path.
pub(crate) async fn addresses(test: &TestApp, id: StoryId) -> anyhow::Result<Vec<(&'static str, String)>> {
    let places = rows::placements(&mut test.app.db.reader().await?, id).await?;
    let name = |place: &rows::PlacementRecord| {
        ["daily", "weekly"]
            .into_iter()
            .find(|site| test.site(site) == place.placement.site)
            .unwrap()
    };
    Ok(places
        .iter()
        .filter_map(|place| Some((name(place), place.path.clone()?)))
        .collect())
}

/// A picture of this width, with all that stands beside one; 600 and more count as news.
pub(crate) async fn picture(test: &TestApp, word: &str, width: u32) -> anyhow::Result<PictureBlock> {
    let said = Said {
        credit: format!("{word} Pictures"),
        ..Said::default()
    };
    let id = pictures::take(&test.app, jpeg(word, width, width / 2), said).await?;
    test.run_jobs().await?;
    Ok(PictureBlock {
        picture: PictureSource::Stored(id),
        caption: Text::plain(format!("The {word} from the bank.")),
        credit: format!("{word} Pictures"),
        alt: format!("A {word}"),
    })
}
