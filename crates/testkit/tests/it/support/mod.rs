//! What several of these tests share.

pub(crate) mod devtools;
pub(crate) mod export;
pub(crate) mod openid;
pub(crate) mod payloads;
pub(crate) mod plant;
#[allow(
    dead_code,
    reason = "what starts, kills and watches a process stays together, whichever test needs which part"
)]
pub(crate) mod process;
pub(crate) mod slow_line;
pub(crate) mod surfaces;
pub(crate) mod upstream;
