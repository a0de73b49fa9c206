//! Readers and staff of the demo, with sign-ins that are printed at the start. They are invented, and their password is
//! known to everybody: the demo listens on loopback alone.

use anyhow::Context as _;
use masthead_domain::accounts::Email;
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff::{self, Person};
use masthead_features::app::App;
use masthead_features::profiles;
use masthead_store::accounts;

/// Everybody's password.
pub const PASSWORD: &str = "harbour lantern teapot";

/// Somebody of the demo.
pub struct Somebody {
    /// The username, and the first part of the address.
    pub username: &'static str,
    /// The name shown.
    pub name: &'static str,
    /// What they are, as printed at the start.
    pub what: &'static str,
    bio: &'static str,
    role: Option<(Role, Option<&'static str>)>,
}

/// Everybody of the demo.
pub const PEOPLE: &[Somebody] = &[
    Somebody {
        username: "ines_harrow",
        name: "Ines Harrow",
        what: "administrator",
        bio: "",
        role: Some((Role::Admin, None)),
    },
    Somebody {
        username: "tobias_wren",
        name: "Tobias Wren",
        what: "editor of the Courier",
        bio: "Edits the Courier's news pages.",
        role: Some((Role::Editor, Some("courier"))),
    },
    Somebody {
        username: "pia_lorimer",
        name: "Pia Lorimer",
        what: "reporter of the Gazette",
        bio: "Writes about the harbour and whoever lives off it.",
        role: Some((Role::Reporter, Some("gazette"))),
    },
    Somebody {
        username: "marek_dunmore",
        name: "Marek Dunmore",
        what: "moderator of the network",
        bio: "",
        role: Some((Role::Moderator, None)),
    },
    Somebody {
        username: "ottoline",
        name: "",
        what: "reader",
        bio: "Rows on Sundays, grumbles about ferries on weekdays.",
        role: None,
    },
    Somebody {
        username: "cassius_b",
        name: "Cassius Bell",
        what: "reader",
        bio: "",
        role: None,
    },
    Somebody {
        username: "wilma_tern",
        name: "Wilma Tern",
        what: "reader",
        bio: "Takes pictures of seabirds. Some of them hold still.",
        role: None,
    },
];

impl Somebody {
    /// The address to sign in with.
    pub fn email(&self) -> String {
        format!("{}@harbour.example", self.username)
    }
}

/// Makes those who are not there yet.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    for somebody in PEOPLE {
        let email = Email::parse(&somebody.email())?;
        let known = accounts::by_email(&mut app.db.reader().await?, &email.key()).await?;
        if known.is_some() {
            continue;
        }
        let grants = match somebody.role {
            None => Vec::new(),
            Some((role, None)) => vec![Grant { role, site: None }],
            Some((role, Some(slug))) => {
                let sites = app.sites();
                let site = sites
                    .by_slug(slug)
                    .with_context(|| format!("the demo has no site '{slug}'"))?;
                vec![Grant {
                    role,
                    site: Some(site.id),
                }]
            }
        };
        let person = Person {
            email,
            username: Some(profiles::wish_of_staff(somebody.username)?),
            name: somebody.name.to_owned(),
            bio: somebody.bio.to_owned(),
            password: Some(PASSWORD.to_owned()),
            grants,
        };
        staff::add(app, person, "demo").await?;
    }
    Ok(())
}
