//! `/desk/review/policy`: what each step of the ladder says about comments, with its parts of the day, and legal holds of
//! topics and stories.

use super::words::web_error;
use crate::comments::Decider;
use crate::comments::{self, hold, ladder_of, release, scope_named};
use crate::desk::{self, Here, named};
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::comments::policy::{Mode, Scope, ScopeKind, Settings, Step, Why, Window};
use masthead_domain::desk::may;
use masthead_domain::ids::{SectionId, SiteId, StoryId, TopicId};
use masthead_domain::permissions::Permission;
use masthead_domain::time::Timestamp;
use masthead_store::{Conn, StoreError, desk as desk_rows, policies, stories, topics};
use masthead_web::errors::WebError;
use serde::Serialize;

/// The longest message or reason, in characters.
const LONGEST: usize = 500;
/// Parts of the day of one step.
const MOST_WINDOWS: usize = 12;

#[derive(Serialize)]
struct Own {
    steps: Vec<Line>,
    /// For a story: what holds on each of its sites.
    now: Vec<InForce>,
    step: String,
    title: String,
    form: Form,
    modes: Vec<&'static str>,
    numbers: Vec<Number>,
    may_hold: bool,
    hold: Option<Held>,
    wrong: &'static str,
    done: String,
}

#[derive(Serialize)]
struct Line {
    name: String,
    title: String,
    mode: &'static str,
    schedule: Vec<String>,
    held: bool,
    current: bool,
}

/// What holds for comments of a story on a site, and which step says so.
#[derive(Serialize)]
struct InForce {
    site: String,
    mode: &'static str,
    /// `default`, `said`, `hour`, `age` or `hold`.
    cause: &'static str,
    /// The part of the day, for `hour`.
    window: String,
    /// The name and title of the step; none where the program's own rule counts.
    by: Option<(String, String)>,
    closes_at: Option<i64>,
}

#[derive(Serialize)]
struct Held {
    reason: String,
    message: String,
    since: i64,
}

/// What the fields hold; an empty one is as the step above has it.
#[derive(Default, Serialize)]
struct Form {
    mode: String,
    /// Whether the step has parts of the day of its own, even none.
    own_schedule: bool,
    schedule: String,
    message: String,
}

#[derive(Serialize)]
struct Number {
    name: &'static str,
    value: String,
    most: u32,
}

/// The numbers of a step, by their names in the form, with the most that each may be.
const NUMBERS: [(&str, u32); 8] = [
    ("close-after", 3_650),
    ("links", 255),
    ("first-comments", 255),
    ("first-hours", 8_760),
    ("seconds-between", 86_400),
    ("burst", 255),
    ("first-day", 1_000),
    ("report-weight", 100_000),
];

fn numbers_of(settings: &Settings) -> [Option<u32>; 8] {
    [
        settings.close_after_days.map(u32::from),
        settings.links.map(u32::from),
        settings.first_comments.map(u32::from),
        settings.first_hours.map(u32::from),
        settings.seconds_between,
        settings.burst.map(u32::from),
        settings.first_day.map(u32::from),
        settings.report_weight,
    ]
}

/// What a form says; the key of what is wrong with it.
fn settings_in(fields: &Fields) -> Result<Settings, &'static str> {
    let mode = match fields.get("mode") {
        "" => None,
        name => Some(Mode::parse(name).ok_or("review-policy-wrong-mode")?),
    };
    let schedule = if fields.has("own-schedule") {
        let lines = fields
            .get("schedule")
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let windows: Option<Vec<Window>> = lines.map(Window::parse).collect();
        let windows = windows.filter(|windows| windows.len() <= MOST_WINDOWS);
        Some(windows.ok_or("review-policy-wrong-schedule")?)
    } else {
        None
    };
    let mut numbers = [None; 8];
    for (number, (name, most)) in numbers.iter_mut().zip(NUMBERS) {
        let typed = fields.get(name).trim();
        if !typed.is_empty() {
            let value = typed.parse::<u32>().ok().filter(|value| *value <= most);
            *number = Some(value.ok_or("review-policy-wrong-number")?);
        }
    }
    let [
        close_after,
        links,
        first_comments,
        first_hours,
        seconds_between,
        burst,
        first_day,
        report_weight,
    ] = numbers;
    // Each was compared with the most that it may be, which fits.
    let small = |number: Option<u32>| number.and_then(|number| u8::try_from(number).ok());
    let middle = |number: Option<u32>| number.and_then(|number| u16::try_from(number).ok());
    let message: String = fields.get("message").trim().chars().take(LONGEST).collect();
    Ok(Settings {
        mode,
        schedule,
        close_after_days: middle(close_after),
        closed_message: (!message.is_empty()).then_some(message),
        links: small(links),
        first_comments: small(first_comments),
        first_hours: middle(first_hours),
        seconds_between,
        burst: small(burst),
        first_day: middle(first_day),
        report_weight,
    })
}

impl Form {
    fn of(settings: &Settings) -> Self {
        let windows = settings.schedule.iter().flatten().map(ToString::to_string);
        Self {
            mode: settings.mode.map_or("", Mode::name).to_owned(),
            own_schedule: settings.schedule.is_some(),
            schedule: windows.collect::<Vec<_>>().join("\n"),
            message: settings.closed_message.clone().unwrap_or_default(),
        }
    }

    fn typed(fields: &Fields) -> Self {
        Self {
            mode: fields.get("mode").to_owned(),
            own_schedule: fields.has("own-schedule"),
            schedule: fields.get("schedule").to_owned(),
            message: fields.get("message").to_owned(),
        }
    }
}

/// Whether somebody may change a step: on each site that it reaches. Topics reach all of them.
async fn allowed(conn: &mut Conn, visit: &Visit, permission: Permission, scope: Scope) -> Result<bool, WebError> {
    let viewer = visit.viewer()?;
    Ok(match scope.kind {
        ScopeKind::Network | ScopeKind::Topic => viewer.may(permission, None),
        ScopeKind::Site => viewer.may(permission, Some(SiteId(scope.id))),
        ScopeKind::Section => {
            let site = visit
                .app()
                .sites()
                .section(SectionId(scope.id))
                .map(|record| record.section.site);
            site.is_some_and(|site| viewer.may(permission, Some(site)))
        }
        ScopeKind::Story => {
            let places = desk_rows::places(conn, &[StoryId(scope.id)])
                .await
                .map_err(store_error)?;
            let sites: Vec<SiteId> = places.iter().map(|place| place.site).collect();
            may(&viewer.grants, permission, &sites)
        }
    })
}

/// The name of a step as a form takes it, and in words.
async fn name_of(conn: &mut Conn, visit: &Visit, scope: Scope) -> Result<(String, String), StoreError> {
    let sites = visit.app().sites();
    let bare = || (format!("{}:{}", scope.kind.name(), scope.id), scope.id.to_string());
    Ok(match scope.kind {
        ScopeKind::Network => ("network".to_owned(), String::new()),
        ScopeKind::Site => match sites.site(SiteId(scope.id)) {
            Some(site) => (format!("site:{}", site.slug), site.name.clone()),
            None => bare(),
        },
        ScopeKind::Section => {
            let record = sites.section(SectionId(scope.id));
            match record.and_then(|record| Some((record, sites.site(record.section.site)?))) {
                Some((record, site)) => (
                    format!("section:{}/{}", site.slug, record.path),
                    format!("{}, {}", site.name, record.section.name),
                ),
                None => bare(),
            }
        }
        ScopeKind::Topic => match topics::by_ids(conn, &[TopicId(scope.id)]).await?.pop() {
            Some(topic) => (format!("topic:{}", topic.slug), topic.name),
            None => bare(),
        },
        ScopeKind::Story => {
            let story = stories::by_id(conn, StoryId(scope.id)).await?;
            let headline = story.map_or_else(|| scope.id.to_string(), |story| story.headline);
            (format!("story:{}", scope.id), headline)
        }
    })
}

/// What holds for a story's comments, site by site; nothing for other steps.
async fn in_force(visit: &Visit, scope: Scope) -> Result<Vec<InForce>, WebError> {
    if scope.kind != ScopeKind::Story {
        return Ok(Vec::new());
    }
    let app = visit.app();
    let found = comments::on_sites(app, StoryId(scope.id)).await?;
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let mut all = Vec::with_capacity(found.len());
    for (site, effective) in found {
        let (cause, by, window) = match effective.why {
            Why::Default => ("default", None, None),
            Why::Said(by) => ("said", Some(by), None),
            Why::Hour(by, window) => ("hour", Some(by), Some(window)),
            Why::Age(by) => ("age", by, None),
            Why::Hold(by) => ("hold", Some(by), None),
        };
        let by = match by {
            Some(by) => Some(name_of(&mut conn, visit, by).await.map_err(store_error)?),
            None => None,
        };
        all.push(InForce {
            site: app
                .sites()
                .site(site)
                .map_or_else(String::new, |entry| entry.name.clone()),
            mode: effective.mode.name(),
            cause,
            window: window.map_or_else(String::new, |window| window.to_string()),
            by,
            closes_at: effective.closes_at.map(Timestamp::as_micros),
        });
    }
    Ok(all)
}

/// The step that is asked for: the widest of this person's where none is named.
async fn asked(visit: &Visit, typed: &str) -> Result<Scope, WebError> {
    if !typed.trim().is_empty() {
        return scope_named(visit.app(), typed.trim()).await.map_err(web_error);
    }
    let viewer = visit.viewer()?;
    if viewer.may(Permission::PolicyEdit, None) {
        return Ok(Scope::NETWORK);
    }
    let sites = visit.app().sites();
    let own = sites
        .all()
        .iter()
        .find(|site| viewer.may(Permission::PolicyEdit, Some(site.id)));
    own.map(|site| Scope {
        kind: ScopeKind::Site,
        id: site.id.0,
    })
    .ok_or_else(WebError::not_found)
}

/// `GET /desk/review/policy` (`step`)
///
/// # Errors
/// 404 for a step that there isn't, 403 for another site's.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let scope = asked(&visit, visit.query().get("step")).await?;
    page(&visit, scope, None).await
}

async fn page(visit: &Visit, scope: Scope, refused: Option<(&Fields, &'static str)>) -> Result<Response, WebError> {
    let ladder = ladder_of(visit.app()).await.map_err(web_error)?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    if !allowed(&mut conn, visit, Permission::PolicyEdit, scope).await? {
        return Err(WebError::forbidden("Your role doesn't reach that far."));
    }
    let mut steps = Vec::new();
    for record in &ladder {
        let says_anything = record.step.settings != Settings::default() || record.step.hold.is_some();
        if says_anything && allowed(&mut conn, visit, Permission::PolicyEdit, record.step.scope).await? {
            let (name, title) = name_of(&mut conn, visit, record.step.scope)
                .await
                .map_err(store_error)?;
            let windows = record.step.settings.schedule.iter().flatten();
            steps.push(Line {
                name,
                title,
                mode: record.step.settings.mode.map_or("", Mode::name),
                schedule: windows.map(ToString::to_string).collect(),
                held: record.step.hold.is_some(),
                current: record.step.scope == scope,
            });
        }
    }
    let known = policies::of_scopes(&mut conn, &[scope.id])
        .await
        .map_err(store_error)?
        .pop();
    let known = known.map(|record| record.step).unwrap_or(Step {
        scope,
        settings: Settings::default(),
        hold: None,
    });
    let (step, title) = name_of(&mut conn, visit, scope).await.map_err(store_error)?;
    let is_holdable = matches!(scope.kind, ScopeKind::Topic | ScopeKind::Story);
    let may_hold = is_holdable && allowed(&mut conn, visit, Permission::LegalHold, scope).await?;
    drop(conn);
    let now = in_force(visit, scope).await?;
    let own_numbers = numbers_of(&known.settings);
    let own = Own {
        steps,
        now,
        step,
        title,
        form: refused.map_or_else(|| Form::of(&known.settings), |(typed, _)| Form::typed(typed)),
        modes: Mode::ALL.map(Mode::name).to_vec(),
        numbers: NUMBERS
            .into_iter()
            .zip(own_numbers)
            .map(|((name, most), own)| Number {
                name,
                most,
                value: match refused {
                    Some((typed, _)) => typed.get(name).to_owned(),
                    None => own.map_or_else(String::new, |number| number.to_string()),
                },
            })
            .collect(),
        may_hold,
        hold: known.hold.map(|hold| Held {
            reason: hold.reason,
            message: hold.message,
            since: hold.since.as_micros(),
        }),
        wrong: refused.map_or("", |(_, key)| key),
        done: visit.query().get("done").chars().take(24).collect(),
    };
    let status = if refused.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let title = desk::say(&*desk::voice(visit).await?, "review-policy", &[])?;
    desk::page(visit, status, (Here::Review, "review/policy.html", title), &own).await
}

/// `POST /desk/review/policy` (`step`, `act`): `save` replaces what the step says, `hold` and `release` are legal holds.
///
/// # Errors
/// 404 for a step that there isn't, 403 for another site's.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let scope = asked(&visit, fields.get("step")).await?;
    let act = fields.get("act");
    let permission = match act {
        "save" => Permission::PolicyEdit,
        "hold" | "release" => Permission::LegalHold,
        _ => return Err(WebError::bad_request("There is no such act.")),
    };
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let is_allowed = allowed(&mut conn, &visit, permission, scope).await?;
    let (step, _) = name_of(&mut conn, &visit, scope).await.map_err(store_error)?;
    drop(conn);
    if !is_allowed {
        return Err(WebError::forbidden("Your role doesn't reach that far."));
    }
    let (app, by) = (visit.app(), named(&Decider::from(visit.viewer()?)));
    let cut = |name: &str| fields.get(name).trim().chars().take(LONGEST).collect::<String>();
    let done = match act {
        "hold" => {
            let reason = cut("reason");
            if reason.is_empty() {
                return page(&visit, scope, Some((&fields, "review-policy-wrong-reason"))).await;
            }
            hold(app, scope, &reason, &cut("hold-message"), &by).await
        }
        "release" => release(app, scope, &by).await,
        _ => match settings_in(&fields) {
            Ok(settings) => comments::set(app, scope, settings, &by).await,
            Err(key) => return page(&visit, scope, Some((&fields, key))).await,
        },
    };
    done.map_err(web_error)?;
    let step = url::form_urlencoded::byte_serialize(step.as_bytes()).collect::<String>();
    Ok(see_other(&format!("/desk/review/policy?step={step}&done={act}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::of(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn an_empty_form_says_nothing() {
        assert_eq!(settings_in(&fields(&[])), Ok(Settings::default()));
    }

    #[test]
    fn what_a_form_says_comes_back_in_its_fields() {
        let typed = fields(&[
            ("mode", "pre"),
            ("own-schedule", "1"),
            ("schedule", "22:00-06:00 pre\r\n\r\n06:00-08:00 closed"),
            ("close-after", "7"),
            ("burst", "5"),
            ("message", " Closed for the night. "),
        ]);
        let settings = settings_in(&typed).unwrap();
        assert_eq!(settings.close_after_days, Some(7));
        assert_eq!(settings.burst, Some(5));
        assert_eq!(settings.links, None);
        assert_eq!(settings.closed_message.as_deref(), Some("Closed for the night."));
        let form = Form::of(&settings);
        assert_eq!(form.schedule, "22:00-06:00 pre\n06:00-08:00 closed");
        assert!(form.own_schedule && form.mode == "pre");
    }

    #[test]
    fn an_own_schedule_may_have_no_part_of_the_day() {
        let settings = settings_in(&fields(&[("own-schedule", "1")])).unwrap();
        assert_eq!(settings.schedule, Some(Vec::new()), "which overrides the step above");
    }

    #[test]
    fn what_can_not_be_read_is_told() {
        for (pair, key) in [
            (("mode", "maybe"), "review-policy-wrong-mode"),
            (("links", "256"), "review-policy-wrong-number"),
            (("burst", "-1"), "review-policy-wrong-number"),
            (("first-day", "many"), "review-policy-wrong-number"),
        ] {
            assert_eq!(settings_in(&fields(&[pair])), Err(key), "{pair:?}");
        }
        let night = fields(&[("own-schedule", "1"), ("schedule", "at night")]);
        assert_eq!(settings_in(&night), Err("review-policy-wrong-schedule"));
    }
}
