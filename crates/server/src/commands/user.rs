//! `masthead user`: people that the house makes, gives roles to, and closes. It works while the network serves, so that
//! an administrator who is locked out gets in by the machine; each act is logged.

use super::{Common, output};
use crate::network;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use masthead_domain::accounts::Email;
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff::{self, Person};
use masthead_features::app::App;
use masthead_features::profiles;
use masthead_services::codes;
use masthead_services::passwords::weakness;
use masthead_store::{accounts, profiles as profile_rows};
use serde::Serialize;
use std::io::Read as _;
use std::process::ExitCode;

/// Who acts, in the log.
const BY: &str = "command line";

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make a person who can sign in, or give one a new password.
    #[command(after_help = "Example: masthead user add ada@example.org --username ada --role editor@daily")]
    Add(Add),
    /// Give or take a role, for one site or the network.
    #[command(after_help = "Example: masthead user role ada@example.org moderator@daily")]
    Role(RoleOf),
    /// Close an account at once and everywhere, or open it again.
    #[command(after_help = "Example: masthead user suspend ada@example.org --reason 'left the house'")]
    Suspend(Suspend),
    /// List everybody who has a role.
    #[command(after_help = "Example: masthead user list --json")]
    List,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The e-mail address; it counts as proved.
    email: String,
    /// The username, which can't be changed later.
    #[arg(long)]
    username: Option<String>,
    /// The name shown.
    #[arg(long, default_value = "")]
    name: String,
    /// A role, as ROLE for the network or ROLE@SITE: reporter, sub-editor, editor, picture-editor, moderator, producer,
    /// admin.
    #[arg(long)]
    role: Vec<String>,
    /// Read the password from standard input; one is made and printed otherwise.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct RoleOf {
    /// Address or username.
    who: String,
    /// The role, as ROLE or ROLE@SITE.
    role: String,
    /// Take it instead of giving it.
    #[arg(long)]
    remove: bool,
}

#[derive(Debug, Args)]
pub(super) struct Suspend {
    /// Address or username.
    who: String,
    /// Why, for the log.
    #[arg(long, default_value = "")]
    reason: String,
    /// Open the account again.
    #[arg(long)]
    lift: bool,
}

#[derive(Serialize)]
struct Line {
    email: Option<String>,
    username: Option<String>,
    state: &'static str,
    roles: Vec<String>,
}

impl User {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        match self {
            Self::Add(add) => {
                let (email, password, made) = add.run(&app).await?;
                if common.json {
                    let shown = made.then_some(password);
                    output::json(&serde_json::json!({ "email": email, "password": shown }));
                } else if made {
                    output::line(&format!("{email} signs in with the password {password}"));
                } else {
                    output::line(&format!("{email} signs in with the password given"));
                }
            }
            Self::Role(role) => {
                let account = staff::find(&app, &role.who)
                    .await
                    .with_context(|| format!("'{}' is nobody here", role.who))?;
                let grant = grant(&app, &role.role)?;
                let changed = staff::set_role(&app, account, grant, !role.remove, BY).await?;
                let said = match (changed, role.remove) {
                    (true, false) => "given",
                    (true, true) => "taken",
                    (false, false) => "held already",
                    (false, true) => "was not held",
                };
                output::line(&format!("{}: {said}", role.role));
            }
            Self::Suspend(suspend) => {
                let account = staff::find(&app, &suspend.who)
                    .await
                    .with_context(|| format!("'{}' is nobody here", suspend.who))?;
                staff::set_closed(&app, account, !suspend.lift, BY, &suspend.reason).await?;
                output::line(if suspend.lift { "open again" } else { "closed" });
            }
            Self::List => list(&app, common).await?,
        }
        app.db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self, app: &App) -> anyhow::Result<(String, String, bool)> {
        let grants: Vec<Grant> = self
            .role
            .iter()
            .map(|role| grant(app, role))
            .collect::<anyhow::Result<_>>()?;
        let given = if self.password_stdin {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text)?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        } else {
            None
        };
        add(app, &self.email, self.username.as_deref(), &self.name, grants, given).await
    }
}

/// Makes a person; answers with the address, the password, and whether the password was made here.
pub(super) async fn add(
    app: &App,
    email: &str,
    username: Option<&str>,
    name: &str,
    grants: Vec<Grant>,
    password: Option<String>,
) -> anyhow::Result<(String, String, bool)> {
    let email = Email::parse(email).with_context(|| format!("'{email}' is no e-mail address"))?;
    let made = password.is_none();
    let password = match password {
        Some(password) => {
            if let Some(weak) = weakness(&password, &[email.as_str()]) {
                bail!(
                    "the password is too weak ({}); use at least 10 characters that nobody guesses",
                    weak.code()
                );
            }
            password
        }
        None => codes::token()?.chars().take(20).collect(),
    };
    let username = match username {
        // Names of the house are for the house to give.
        Some(typed) => Some(profiles::wish_of_staff(typed)?),
        None => None,
    };
    let person = Person {
        email: email.clone(),
        username,
        name: name.to_owned(),
        bio: String::new(),
        password: Some(password.clone()),
        grants,
    };
    staff::add(app, person, BY).await?;
    Ok((email.to_string(), password, made))
}

/// `ROLE` or `ROLE@SITE`.
fn grant(app: &App, text: &str) -> anyhow::Result<Grant> {
    let (name, site) = match text.split_once('@') {
        Some((name, site)) => (name, Some(site)),
        None => (text, None),
    };
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    let role = Role::parse(name).with_context(|| format!("'{name}' is no role; there are {}", names.join(", ")))?;
    let site = match site {
        Some(slug) => {
            let sites = app.sites();
            let found = sites.by_slug(slug).map(|site| site.id);
            Some(found.with_context(|| format!("there is no site '{slug}'; 'masthead site list' shows them"))?)
        }
        None => None,
    };
    Ok(Grant { role, site })
}

async fn list(app: &App, common: &Common) -> anyhow::Result<()> {
    let mut conn = app.db.reader().await?;
    let mut lines = Vec::new();
    let sites = app.sites();
    for id in accounts::staff(&mut conn).await? {
        let Some(account) = accounts::by_id(&mut conn, id).await? else {
            continue;
        };
        let profile = profile_rows::by_id(&mut conn, account.profile).await?;
        let grants = accounts::grants(&mut conn, id).await?;
        lines.push(Line {
            email: account.email,
            username: profile.and_then(|profile| profile.username),
            state: account.state.name(),
            roles: grants
                .0
                .iter()
                .map(|grant| match grant.site {
                    None => grant.role.name().to_owned(),
                    Some(id) => {
                        let slug = sites.site(id).map_or_else(|| id.to_string(), |site| site.slug.clone());
                        format!("{}@{slug}", grant.role.name())
                    }
                })
                .collect(),
        });
    }
    drop(conn);
    if common.json {
        output::json(&lines);
    } else {
        let rows: Vec<Vec<String>> = lines
            .iter()
            .map(|line| {
                vec![
                    line.email.clone().unwrap_or_default(),
                    line.username.clone().unwrap_or_default(),
                    line.state.to_owned(),
                    line.roles.join(", "),
                ]
            })
            .collect();
        output::table(&["E-MAIL", "USERNAME", "STATE", "ROLES"], &rows);
    }
    Ok(())
}
