//! The form of a story as a page: what its fields hold, what stands beside them, and what this person may do.

use super::people::{self, People};
use super::presence;
use super::sheet::{Mistakes, Sheet};
use super::work;
use super::{Here, page, say, story, voice};
use crate::comments::Decider;
use crate::pages::store_error;
use crate::sites::Sites;
use crate::stories::kills;
use crate::visit::Visit;
use axum::response::Response;
use http::StatusCode;
use masthead_domain::desk::{Act, may};
use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::permissions::Permission;
use masthead_domain::revisions::Stretch;
use masthead_domain::stories::{Placement, StoryContent, StoryState};
use masthead_domain::time::Timestamp;
use masthead_domain::videos;
use masthead_domain::wire::Embargo;
use masthead_formats::manuscript;
use masthead_store::stories::{PlacementRecord, StoryRecord};
use masthead_store::topics::TopicRecord;
use masthead_store::{Conn, desk as rows, sites as site_rows, stories as story_rows, videos as video_rows};
use masthead_web::errors::WebError;
use masthead_web::templates::Voice;
use serde::Serialize;
use std::collections::BTreeMap;

/// Acts of a story's log that are shown.
const HISTORY: usize = 12;

/// A story with everything that its form is made of.
pub(super) struct Loaded {
    pub(super) story: StoryRecord,
    pub(super) sites: Vec<SiteId>,
    /// What the newest revision says.
    pub(super) content: StoryContent,
    places: Vec<PlacementRecord>,
    topics: Vec<TopicRecord>,
    note: String,
    own: bool,
    comments_held: bool,
}

impl Loaded {
    pub(super) async fn read(conn: &mut Conn, visit: &Visit, id: &str) -> Result<Self, WebError> {
        let viewer = visit.viewer()?;
        let (record, sites) = story(conn, viewer, id).await?;
        let head = record.head_revision;
        let content = story_rows::revision(conn, record.id, head).await.map_err(store_error)?;
        let places = story_rows::placements(conn, record.id).await.map_err(store_error)?;
        let topics = crate::pages::topics_of(conn, record.id).await.map_err(store_error)?;
        let note = rows::note(conn, record.id).await.map_err(store_error)?;
        let begun = rows::begun_by(conn, record.id).await.map_err(store_error)?;
        let comments_held = work::comments_held(conn, record.id).await.map_err(store_error)?;
        Ok(Self {
            own: begun.is_some_and(|who| who == people::named(&Decider::from(viewer))),
            content: content.unwrap_or_default(),
            story: record,
            sites,
            places,
            topics,
            note,
            comments_held,
        })
    }

    fn placements(&self) -> Vec<Placement> {
        self.places.iter().map(|record| record.placement).collect()
    }

    pub(super) fn sheet(&self, sites: &crate::sites::Sites) -> Sheet {
        Sheet::of_story(
            &self.story,
            &self.content,
            (&self.placements(), &self.topics, &self.note),
            sites,
        )
    }

    /// Whether somebody may do something to it now.
    fn may(&self, visit: &Visit, act: Act) -> Result<bool, WebError> {
        let permission = act.permission(&self.story.standing, self.own);
        Ok(may(&visit.viewer()?.grants, permission, &self.sites))
    }
}

#[derive(Serialize)]
struct Own {
    /// Empty for a new story.
    id: String,
    form: Sheet,
    wrong: BTreeMap<&'static str, Vec<String>>,
    choices: Vec<Choice>,
    words: usize,
    may_save: bool,
    /// Saving can be shown to readers at once.
    may_show: bool,
    slug_fixed: bool,
    standing: Option<StandingView>,
    /// Acts that save first.
    quick: Vec<&'static str>,
    /// Acts with fields of their own.
    acts: Vec<ActView>,
    others: Vec<String>,
    history: Vec<HistoryLine>,
    receipts: Vec<kills::Gone>,
    absent: Vec<kills::Absent>,
    clash: Option<ClashView>,
    done: String,
    zone: String,
    video: Option<VideoView>,
}

/// The video that leads the story.
#[derive(Serialize)]
struct VideoView {
    own: bool,
    src: String,
    title: String,
    megabytes: u64,
    language: String,
    cues: usize,
}

#[derive(Serialize)]
struct Choice {
    slug: String,
    name: String,
    sections: Vec<(String, String)>,
    chosen: String,
    first: bool,
    allowed: bool,
}

#[derive(Serialize)]
struct ActView {
    name: &'static str,
    asks_why: bool,
    asks_when: bool,
}

#[derive(Serialize)]
struct StandingView {
    state: &'static str,
    hold: Option<(&'static str, String)>,
    embargo: &'static str,
    embargo_until: Option<i64>,
    due: Option<i64>,
    comments_held: bool,
    killed: Option<String>,
    newer: bool,
    head: i64,
    public: Option<i64>,
    addresses: Vec<(String, String)>,
}

#[derive(Serialize)]
struct HistoryLine {
    at: i64,
    by: String,
    act: String,
    detail: String,
}

/// What is said when somebody else saved the story meanwhile.
#[derive(Serialize)]
pub(super) struct ClashView {
    pub(super) by: String,
    pub(super) at: i64,
    pub(super) number: i64,
    /// Passages that both changed.
    pub(super) conflicts: Vec<ConflictView>,
    /// The text as it was sent.
    pub(super) mine: String,
    /// From what they saved to what was sent.
    pub(super) stretches: Vec<Stretch>,
}

#[derive(Serialize)]
pub(super) struct ConflictView {
    pub(super) mine: String,
    pub(super) theirs: String,
}

/// What a page of the form says beside the form.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) clash: Option<ClashView>,
    pub(super) done: String,
}

pub(super) async fn form(
    visit: &Visit,
    status: StatusCode,
    loaded: Option<&Loaded>,
    sheet: Sheet,
    mistakes: &Mistakes,
    beside: Beside,
) -> Result<Response, WebError> {
    let voice = voice(visit).await?;
    let wrong = words(&voice, mistakes)?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let video = match loaded {
        Some(loaded) => video(&mut conn, &loaded.content).await?,
        None => None,
    };
    let (mut others, mut history, mut receipts, mut absent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    if let Some(loaded) = loaded {
        others = presence::others(&mut conn, visit, loaded.story.id).await?;
        history = past(&mut conn, loaded.story.id).await?;
        if loaded.story.standing.state == StoryState::Killed {
            receipts = kills::receipts(&mut conn, loaded.story.id).await.map_err(store_error)?;
            absent = kills::absent(visit.app()).await.map_err(store_error)?;
        }
    }
    drop(conn);
    let may_save = match loaded {
        Some(loaded) => loaded.story.standing.state != StoryState::Killed && loaded.may(visit, Act::Save)?,
        None => true,
    };
    let (quick, acts) = offered(visit, loaded, may_save)?;
    let standing = loaded.map(|loaded| standing(visit, loaded));
    let is_due = standing
        .as_ref()
        .is_some_and(|standing| matches!(standing.state, "published" | "scheduled"));
    let words = manuscript::read(&sheet.body, &Default::default()).document.word_count();
    let title = if sheet.headline.is_empty() {
        say(&voice, "desk-new", &[])?
    } else {
        sheet.headline.clone()
    };
    let own = Own {
        id: loaded.map(|loaded| loaded.story.id.to_string()).unwrap_or_default(),
        choices: choices(visit, &sheet, loaded)?,
        words,
        may_save,
        may_show: may_save && is_due && loaded.is_some_and(|loaded| loaded.may(visit, Act::Publish).unwrap_or(false)),
        slug_fixed: loaded.is_some_and(|loaded| loaded.story.standing.first_published_at.is_some()),
        standing,
        quick,
        acts,
        others,
        history,
        receipts,
        absent,
        clash: beside.clash,
        done: beside.done,
        zone: visit.view().await?.entry.site.zone.clone(),
        video,
        form: sheet,
        wrong,
    };
    let here = if loaded.is_some() { Here::Stories } else { Here::New };
    page(visit, status, (here, "desk/story.html", title), &own).await
}

/// What is wrong with the fields, in words.
pub(crate) fn words(voice: &Voice, mistakes: &Mistakes) -> Result<BTreeMap<&'static str, Vec<String>>, WebError> {
    let mut wrong = BTreeMap::new();
    for (field, all) in mistakes {
        let mut said = Vec::with_capacity(all.len());
        for one in all {
            let line = one.line.to_string();
            let place = if one.line > 0 {
                say(voice, "desk-wrong-line", &[("line", &line)])?
            } else {
                String::new()
            };
            said.push(format!("{place}{}", say(voice, &one.key, &[("said", &one.said)])?));
        }
        wrong.insert(*field, said);
    }
    Ok(wrong)
}

/// The acts that this person may do now: those of one press, which save first, and those with fields.
fn offered(
    visit: &Visit,
    loaded: Option<&Loaded>,
    may_save: bool,
) -> Result<(Vec<&'static str>, Vec<ActView>), WebError> {
    let (mut quick, mut acts) = (Vec::new(), Vec::new());
    let Some(loaded) = loaded else {
        return Ok((vec![Act::Submit.name()], acts));
    };
    for act in Act::ALL {
        if !act.fits(&loaded.story.standing, loaded.comments_held) || !loaded.may(visit, act)? {
            continue;
        }
        let asks_when = matches!(act, Act::Publish | Act::Embargo);
        let is_out = matches!(
            loaded.story.standing.state,
            StoryState::Published | StoryState::Scheduled
        );
        let of_one_press = matches!(
            act,
            Act::Submit | Act::Draft | Act::Editing | Act::Legal | Act::Ready | Act::Publish
        );
        if of_one_press && may_save && !(act == Act::Publish && is_out) {
            quick.push(act.name());
        }
        if !of_one_press || act == Act::Publish || !may_save {
            acts.push(ActView {
                name: act.name(),
                asks_why: act.asks_why(),
                asks_when,
            });
        }
    }
    Ok((quick, acts))
}

fn standing(visit: &Visit, loaded: &Loaded) -> StandingView {
    let sites = visit.app().sites();
    let story = &loaded.story;
    let standing = &story.standing;
    let (embargo, embargo_until) = match &standing.embargo {
        Embargo::None => ("none", None),
        Embargo::Until(until) => ("until", Some(until.as_micros())),
        Embargo::Withheld { .. } => ("withheld", None),
    };
    StandingView {
        state: standing.state.as_str(),
        hold: standing
            .hold
            .as_ref()
            .map(|hold| (hold.kind.as_str(), hold.reason.clone())),
        embargo,
        embargo_until,
        due: standing
            .release_at
            .filter(|_| standing.state == StoryState::Scheduled)
            .map(Timestamp::as_micros),
        comments_held: loaded.comments_held,
        killed: standing.killed.as_ref().map(|killed| killed.reason.clone()),
        newer: story.public_revision.is_some_and(|public| public < story.head_revision),
        head: story.head_revision,
        public: story.public_revision,
        addresses: addresses(&sites, &loaded.places),
    }
}

/// Where a story is found once it has addresses: the site's name and the address there.
pub(crate) fn addresses(sites: &Sites, places: &[PlacementRecord]) -> Vec<(String, String)> {
    places
        .iter()
        .filter_map(|place| {
            let site = sites.site(place.placement.site)?;
            Some((site.name.clone(), format!("{}{}", site.origin, place.path.as_ref()?)))
        })
        .collect()
}

/// The sites that a story may be put on: those of the person, and those where it stands.
fn choices(visit: &Visit, sheet: &Sheet, loaded: Option<&Loaded>) -> Result<Vec<Choice>, WebError> {
    let (viewer, sites) = (visit.viewer()?, visit.app().sites());
    Ok(sites
        .all()
        .iter()
        .filter_map(|site| {
            let chosen = sheet.places.get(&site.slug).cloned().unwrap_or_default();
            let allowed = viewer.may(Permission::StoriesWrite, Some(site.id));
            let stands = loaded.is_some_and(|loaded| loaded.sites.contains(&site.id));
            (allowed || stands || !chosen.is_empty()).then(|| Choice {
                slug: site.slug.clone(),
                name: site.name.clone(),
                sections: sites
                    .sections_of(site.id)
                    .map(|record| (record.path.clone(), record.section.name.clone()))
                    .collect(),
                first: sheet.first == site.slug,
                chosen,
                allowed,
            })
        })
        .collect())
}

async fn video(conn: &mut Conn, content: &StoryContent) -> Result<Option<VideoView>, WebError> {
    let Some(lead) = &content.lead_video else {
        return Ok(None);
    };
    let own = match videos::own(&lead.url) {
        Some(id) => video_rows::by_id(conn, id).await.map_err(store_error)?,
        None => None,
    };
    Ok(Some(VideoView {
        own: own.is_some(),
        src: own.as_ref().map_or_else(
            || lead.url.clone(),
            |own| format!("/desk/media/videos/{}.{}", own.id, own.kind.extension()),
        ),
        title: lead.title.clone(),
        megabytes: own.as_ref().map_or(0, |own| own.bytes.div_ceil(1 << 20)),
        cues: own.as_ref().map_or(0, |own| own.cues.len()),
        language: own.map(|own| own.language).unwrap_or_default(),
    }))
}

async fn past(conn: &mut Conn, id: StoryId) -> Result<Vec<HistoryLine>, WebError> {
    let acts = site_rows::acts_on(conn, &format!("story:{id}"))
        .await
        .map_err(store_error)?;
    let mut people = People::default();
    people
        .look_up(conn, acts.iter().map(|act| act.actor.clone()).collect())
        .await
        .map_err(store_error)?;
    Ok(acts
        .into_iter()
        .rev()
        .take(HISTORY)
        .map(|act| HistoryLine {
            at: act.at.as_micros(),
            by: people.name(&act.actor),
            act: act.act,
            detail: act.detail,
        })
        .collect())
}
