//! Who may do something: permissions, the roles of staff that hold them, and where each role was given.
//!
//! A role is given for one site or for the whole network. A permission is what a route or a use case asks for; which
//! roles hold it is decided by one table, [`Role::holds`].

use crate::ids::SiteId;
use serde::{Deserialize, Serialize};

/// What somebody needs to use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Nothing: it is for everybody.
    Public,
    /// The token of the wire source that the address names.
    SourceToken,
    /// To be signed in, as anybody.
    SignedIn,
    /// To be staff in any role: the desk's door.
    Staff,
    /// Write stories and work on one's own.
    StoriesWrite,
    /// Work on stories of others.
    StoriesEdit,
    /// Publish, schedule, withhold and withdraw stories.
    StoriesPublish,
    /// Kill a story: take it away everywhere for good.
    StoriesKill,
    /// Put a story or topic under legal hold, and lift it.
    LegalHold,
    /// Arrange and launch fronts.
    FrontsEdit,
    /// Work on pictures, their captions, rights and crops.
    PicturesEdit,
    /// Decide on comments, profiles and reports.
    CommentsModerate,
    /// Decide on stories and pictures that readers sent.
    ContributionsReview,
    /// Change word lists, thresholds and the policy ladder.
    PolicyEdit,
    /// Suspend or ban people.
    AccountsSuspend,
    /// Sites, sections, settings of the desk, and the publisher's own pages.
    SitesEdit,
    /// Give and take roles.
    RolesGrant,
}

/// What a member of staff is, on a site or on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Writes stories; others publish them.
    Reporter,
    /// Edits everybody's stories.
    SubEditor,
    /// Decides what is published, and answers for it.
    Editor,
    /// Chooses and edits pictures.
    PictureEditor,
    /// Keeps the readers' part civil.
    Moderator,
    /// Arranges fronts and publishes.
    Producer,
    /// May do everything, and says who may do what.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Reporter,
        Self::SubEditor,
        Self::Editor,
        Self::PictureEditor,
        Self::Moderator,
        Self::Producer,
        Self::Admin,
    ];

    /// The stable name, in the store, on the command line and in strings (`role-sub-editor`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::SubEditor => "sub-editor",
            Self::Editor => "editor",
            Self::PictureEditor => "picture-editor",
            Self::Moderator => "moderator",
            Self::Producer => "producer",
            Self::Admin => "admin",
        }
    }

    /// The role of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role holds a permission, where the role was given.
    pub const fn holds(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::Public | P::SignedIn | P::Staff => true,
            // A program's token, never a person's role.
            P::SourceToken => false,
            P::StoriesWrite => !matches!(self, Self::Moderator | Self::PictureEditor),
            P::StoriesEdit => matches!(self, Self::SubEditor | Self::Editor | Self::Producer | Self::Admin),
            P::StoriesPublish | P::FrontsEdit => matches!(self, Self::Editor | Self::Producer | Self::Admin),
            P::StoriesKill | P::LegalHold | P::PolicyEdit => matches!(self, Self::Editor | Self::Admin),
            P::PicturesEdit => matches!(
                self,
                Self::PictureEditor | Self::SubEditor | Self::Editor | Self::Producer | Self::Admin
            ),
            P::CommentsModerate | P::AccountsSuspend => matches!(self, Self::Moderator | Self::Editor | Self::Admin),
            P::ContributionsReview => matches!(
                self,
                Self::Moderator | Self::PictureEditor | Self::SubEditor | Self::Editor | Self::Admin
            ),
            P::SitesEdit | P::RolesGrant => matches!(self, Self::Admin),
        }
    }
}

/// A role with the place where it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The site; `None`: the whole network.
    pub site: Option<SiteId>,
}

/// All roles of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants(pub Vec<Grant>);

impl Grants {
    /// Whether this is staff at all.
    pub fn is_staff(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether a permission is held for something of this site. `None` asks for the whole network.
    pub fn may(&self, permission: Permission, site: Option<SiteId>) -> bool {
        self.0.iter().any(|grant| {
            (grant.site.is_none() || (site.is_some() && grant.site == site)) && grant.role.holds(permission)
        })
    }

    /// Whether a permission is held on any site: what lets somebody through the door of a page that shows several.
    pub fn may_somewhere(&self, permission: Permission) -> bool {
        self.0.iter().any(|grant| grant.role.holds(permission))
    }

    /// The sites of `all` where a permission is held.
    pub fn sites(&self, permission: Permission, all: &[SiteId]) -> Vec<SiteId> {
        all.iter()
            .copied()
            .filter(|site| self.may(permission, Some(*site)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ONE: SiteId = SiteId(Uuid::from_u128(1));
    const TWO: SiteId = SiteId(Uuid::from_u128(2));

    #[test]
    fn a_role_of_one_site_counts_there_alone() {
        let grants = Grants(vec![Grant {
            role: Role::Moderator,
            site: Some(ONE),
        }]);
        assert!(grants.may(Permission::CommentsModerate, Some(ONE)));
        assert!(!grants.may(Permission::CommentsModerate, Some(TWO)));
        assert!(
            !grants.may(Permission::CommentsModerate, None),
            "the network is more than a site"
        );
        assert!(grants.may_somewhere(Permission::CommentsModerate));
        assert!(!grants.may_somewhere(Permission::StoriesPublish));
        assert_eq!(grants.sites(Permission::CommentsModerate, &[ONE, TWO]), [ONE]);
    }

    #[test]
    fn a_role_of_the_network_counts_everywhere() {
        let grants = Grants(vec![Grant {
            role: Role::Admin,
            site: None,
        }]);
        assert!(grants.may(Permission::RolesGrant, None));
        assert!(grants.may(Permission::StoriesKill, Some(TWO)));
        assert!(!grants.may(Permission::SourceToken, None), "no person is a wire source");
    }

    #[test]
    fn nobody_but_an_admin_gives_roles_and_readers_hold_nothing() {
        for role in Role::ALL {
            assert_eq!(role.holds(Permission::RolesGrant), role == Role::Admin);
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        assert!(!Grants::default().may_somewhere(Permission::Staff));
        assert_eq!(Role::parse("owner"), None);
    }
}
