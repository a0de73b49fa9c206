//! What the newsroom does with a story: which acts its standing allows, and which permission each of them asks for.

use crate::ids::SiteId;
use crate::permissions::{Grants, Permission};
use crate::stories::{HoldKind, Standing, StoryState};
use crate::wire::Embargo;
use serde::Serialize;

/// Something that is done to a story at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Save a new revision.
    Save,
    /// Hand it to the desk.
    Submit,
    /// Give it back to whoever writes it, or take it back.
    Draft,
    /// Take it up for editing.
    Editing,
    /// Give it to the lawyers.
    Legal,
    /// Say that it is ready to go.
    Ready,
    /// Publish the newest revision, now or at a moment.
    Publish,
    /// Take it back without a word to readers.
    Unpublish,
    /// Keep it from readers until somebody lets it go on.
    Withhold,
    /// Let it go on.
    LetGo,
    /// Set an embargo, or move one further away.
    Embargo,
    /// Lift the embargo.
    LiftEmbargo,
    /// Take it back for good.
    Kill,
    /// Put its comments under legal hold.
    HoldComments,
    /// Lift the legal hold.
    ReleaseComments,
}

impl Act {
    /// Every act that is a button of its own, in the order of the desk.
    pub const ALL: [Self; 14] = [
        Self::Submit,
        Self::Draft,
        Self::Editing,
        Self::Legal,
        Self::Ready,
        Self::Publish,
        Self::LetGo,
        Self::Embargo,
        Self::LiftEmbargo,
        Self::Withhold,
        Self::Unpublish,
        Self::HoldComments,
        Self::ReleaseComments,
        Self::Kill,
    ];

    /// The stable name, in forms and strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Submit => "submit",
            Self::Draft => "draft",
            Self::Editing => "editing",
            Self::Legal => "legal",
            Self::Ready => "ready",
            Self::Publish => "publish",
            Self::Unpublish => "unpublish",
            Self::Withhold => "withhold",
            Self::LetGo => "let-go",
            Self::Embargo => "embargo",
            Self::LiftEmbargo => "lift-embargo",
            Self::Kill => "kill",
            Self::HoldComments => "hold-comments",
            Self::ReleaseComments => "release-comments",
        }
    }

    /// The act of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// The permission that it asks for on every site of the story. `own`: whether it is asked of whoever began the story.
    pub const fn permission(self, standing: &Standing, own: bool) -> Permission {
        let in_hand = matches!(standing.state, StoryState::Draft | StoryState::Unpublished);
        match self {
            // What is with the desk is the desk's, whoever began it.
            Self::Save | Self::Submit if own && in_hand => Permission::StoriesWrite,
            Self::Draft if own && matches!(standing.state, StoryState::Submitted) => Permission::StoriesWrite,
            Self::Save
            | Self::Submit
            | Self::Draft
            | Self::Editing
            | Self::Legal
            | Self::Ready
            // An embargo only ever withholds; lifting it is another matter.
            | Self::Embargo => Permission::StoriesEdit,
            Self::Publish | Self::Unpublish | Self::Withhold | Self::LetGo | Self::LiftEmbargo => {
                Permission::StoriesPublish
            }
            Self::Kill => Permission::StoriesKill,
            Self::HoldComments | Self::ReleaseComments => Permission::LegalHold,
        }
    }

    /// Whether it can be done to a story that stands like this; `comments_held` says whether its comments are under legal
    /// hold by its own step of the ladder.
    pub fn fits(self, standing: &Standing, comments_held: bool) -> bool {
        let state = standing.state;
        if state == StoryState::Killed {
            return self == Self::ReleaseComments && comments_held;
        }
        let is_out = matches!(state, StoryState::Published | StoryState::Scheduled);
        match self {
            Self::Save | Self::Embargo | Self::Kill | Self::Publish => true,
            Self::Submit => matches!(state, StoryState::Draft | StoryState::Unpublished),
            Self::Draft => !is_out && state != StoryState::Draft,
            Self::Editing => !is_out && state != StoryState::Editing,
            Self::Legal => !is_out && state != StoryState::Legal,
            Self::Ready => !is_out && state != StoryState::Ready,
            Self::Unpublish => is_out,
            Self::Withhold => standing.hold.as_ref().is_none_or(|hold| hold.kind < HoldKind::Withheld),
            Self::LetGo => standing
                .hold
                .as_ref()
                .is_some_and(|hold| hold.kind != HoldKind::Embargo),
            Self::LiftEmbargo => standing.embargo != Embargo::None,
            Self::HoldComments => !comments_held,
            Self::ReleaseComments => comments_held,
        }
    }

    /// Whether it is not done without saying why.
    pub const fn asks_why(self) -> bool {
        matches!(
            self,
            Self::Kill | Self::LiftEmbargo | Self::Withhold | Self::Unpublish | Self::HoldComments
        )
    }
}

/// Whether somebody holds a permission for a story of these sites: on each of them, since what is done to a story is done
/// everywhere it stands. One that stands nowhere yet is anybody's who holds it somewhere.
pub fn may(grants: &Grants, permission: Permission, sites: &[SiteId]) -> bool {
    if sites.is_empty() {
        grants.may_somewhere(permission)
    } else {
        sites.iter().all(|site| grants.may(permission, Some(*site)))
    }
}

/// Whether somebody may look at a story of these sites: staff of one of them, or whoever writes.
pub fn may_see(grants: &Grants, sites: &[SiteId]) -> bool {
    if sites.is_empty() {
        grants.may_somewhere(Permission::StoriesWrite)
    } else {
        sites.iter().any(|site| grants.may(Permission::Staff, Some(*site)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permissions::{Grant, Role};
    use crate::time::Timestamp;
    use uuid::Uuid;

    const ONE: SiteId = SiteId(Uuid::from_u128(1));
    const TWO: SiteId = SiteId(Uuid::from_u128(2));

    fn grants(role: Role, site: Option<SiteId>) -> Grants {
        Grants(vec![Grant { role, site }])
    }

    fn standing(state: StoryState) -> Standing {
        Standing {
            state,
            ..Standing::default()
        }
    }

    #[test]
    fn a_reporter_writes_and_hands_over_and_has_no_say_after_that() {
        let reporter = grants(Role::Reporter, Some(ONE));
        let can = |act: Act, state, own| may(&reporter, act.permission(&standing(state), own), &[ONE]);
        assert!(can(Act::Save, StoryState::Draft, true) && can(Act::Submit, StoryState::Draft, true));
        assert!(can(Act::Draft, StoryState::Submitted, true), "taken back");
        assert!(!can(Act::Save, StoryState::Draft, false), "somebody else's");
        assert!(!can(Act::Save, StoryState::Submitted, true));
        assert!(!can(Act::Save, StoryState::Published, true));
        for act in Act::ALL.into_iter().filter(|act| !matches!(act, Act::Submit)) {
            assert!(!can(act, StoryState::Draft, true), "{}", act.name());
            assert_eq!(Act::parse(act.name()), Some(act));
        }
    }

    #[test]
    fn a_story_of_two_sites_asks_for_both() {
        let editor = grants(Role::Editor, Some(ONE));
        assert!(may(&editor, Permission::StoriesKill, &[ONE]));
        assert!(!may(&editor, Permission::StoriesKill, &[ONE, TWO]));
        assert!(may_see(&editor, &[ONE, TWO]) && !may_see(&editor, &[TWO]));
        assert!(may(&grants(Role::Editor, None), Permission::StoriesKill, &[ONE, TWO]));
    }

    #[test]
    fn acts_that_fit_are_those_that_the_standing_takes() {
        let now = Timestamp::from_micros(1_000);
        for state in StoryState::ALL {
            for held in [false, true] {
                let mut base = standing(state);
                if held {
                    base.hold(HoldKind::Withheld, "by hand", now);
                }
                let tried = [
                    (Act::Submit, base.clone().move_to(StoryState::Submitted).is_ok()),
                    (Act::Ready, base.clone().move_to(StoryState::Ready).is_ok()),
                    (Act::Publish, base.clone().publish(None, now).is_ok()),
                    (Act::Unpublish, base.clone().unpublish().is_ok()),
                    (Act::LetGo, base.clone().lift_hold(now).is_ok()),
                    (Act::LiftEmbargo, base.clone().lift_embargo(now).is_ok()),
                    (Act::Kill, base.clone().kill("wrong", now).is_ok()),
                ];
                for (act, is_legal) in tried {
                    assert!(is_legal || !act.fits(&base, false), "{} of {state:?}", act.name());
                }
            }
        }
    }
}
