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

use std::time::{Duration, Instant};

/// Waits until something became true.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so().await? {
        anyhow::ensure!(Instant::now() < end, "{what} never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
