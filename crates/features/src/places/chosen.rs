//! The places that a reader chose: of who is signed in their account keeps them, of everybody else a cookie.

use super::Places;
use crate::accounts::Viewer;
use crate::app::App;
use http::{HeaderMap, HeaderValue};
use masthead_domain::ids::AccountId;
use masthead_domain::places::{Chosen, Component};
use masthead_store::{StoreError, accounts as rows};
use masthead_web::cookies::{PLACES, is_under};
use masthead_web::request::RequestInfo;

/// How long a browser keeps them: a year from when they were chosen.
const SECONDS: i64 = 365 * 24 * 60 * 60;

/// The places of who sends a request. An account that has none of its own yet goes by the browser's.
pub fn of(viewer: Option<&Viewer>, headers: &HeaderMap, info: &RequestInfo) -> Chosen {
    let own = viewer
        .and_then(|viewer| Chosen::parse(&viewer.places))
        .filter(|own| !own.is_empty());
    own.unwrap_or_else(|| PLACES.read(headers, info).and_then(Chosen::parse).unwrap_or_default())
}

/// The same with those alone that there are: a region may have left the settings.
pub(super) fn known(places: &Places, mut chosen: Chosen) -> Chosen {
    for component in Component::ALL {
        let place = chosen.of(component).filter(|id| places.find(*id).is_some());
        chosen.set(component, place);
    }
    chosen
}

/// Keeps them on the account.
///
/// # Errors
/// When the store can't answer.
pub(super) async fn keep(app: &App, account: AccountId, chosen: Chosen) -> Result<(), StoreError> {
    app.db
        .write("places.keep", move |tx| {
            Box::pin(async move { rows::set_places(tx, account, &chosen.to_text()).await })
        })
        .await
}

/// The cookie that keeps them.
pub(super) fn cookie(app: &App, info: &RequestInfo, chosen: &Chosen) -> HeaderValue {
    let seconds = if chosen.is_empty() { 0 } else { SECONDS };
    PLACES.set_open(&chosen.to_text(), seconds, info, app.places.cookie_domain())
}

/// Whether all sites of the network get to see the cookie that is set on this host.
pub(super) fn is_shared(app: &App, info: &RequestInfo) -> bool {
    is_under(&info.host, app.places.cookie_domain()) || app.sites().all().len() < 2
}
