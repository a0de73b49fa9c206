//! Who did something: accounts as revisions and acts name them, in words.

use crate::comments::Decider;
use masthead_domain::ids::AccountId;
use masthead_store::{Conn, StoreError, profiles};
use std::collections::HashMap;

/// What stands before an account's id where a revision or an act says who.
const ACCOUNT: &str = "account:";

/// Somebody as revisions and acts name them. The name itself is not kept: people change it, and may leave.
pub(crate) fn named(by: &Decider) -> String {
    format!("{ACCOUNT}{}", by.account)
}

/// The account of somebody as [`named`] names them; none for a command, a job or a source.
pub(crate) fn account_of(who: &str) -> Option<AccountId> {
    who.strip_prefix(ACCOUNT)?.parse().ok()
}

/// Names of people, looked up once each.
#[derive(Default)]
pub(crate) struct People(HashMap<String, String>);

impl People {
    /// Looks up who these are.
    pub(crate) async fn look_up(&mut self, conn: &mut Conn, all: Vec<String>) -> Result<(), StoreError> {
        for who in all {
            if self.0.contains_key(&who) {
                continue;
            }
            let name = match account_of(&who) {
                Some(account) => of_account(conn, account).await?,
                None => who.clone(),
            };
            self.0.insert(who, name);
        }
        Ok(())
    }

    /// The name of somebody who was looked up.
    pub(crate) fn name(&self, who: &str) -> String {
        self.0.get(who).cloned().unwrap_or_else(|| who.to_owned())
    }
}

/// The name of an account's owner; empty once they have left.
pub(super) async fn of_account(conn: &mut Conn, account: AccountId) -> Result<String, StoreError> {
    let profile = profiles::of_account(conn, account).await?;
    Ok(
        profile.map_or_else(String::new, |profile| match (profile.username, profile.display_name) {
            (Some(username), name) if name.is_empty() => username,
            (_, name) => name,
        }),
    )
}
