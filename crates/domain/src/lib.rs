//! What a site, a story, a wire item and a front *are*, and which changes are legal.
//!
//! Everything here is pure: clock and randomness are passed in, nothing awaits, nothing reads or writes. The other
//! crates speak to each other in these types.

#![warn(missing_docs)]

pub mod accounts;
pub mod alerts;
pub mod comments;
pub mod contributions;
pub mod coverage;
pub mod desk;
pub mod document;
pub mod events;
pub mod fronts;
pub mod ids;
pub mod imports;
pub mod listings;
pub mod mistakes;
pub mod notices;
pub mod partners;
pub mod permissions;
pub mod places;
pub mod profiles;
pub mod push;
pub mod rankings;
pub mod revisions;
pub mod routing;
pub mod sites;
pub mod stories;
pub mod time;
pub mod videos;
pub mod weather;
pub mod wire;
