//! The demo network.
pub struct Loaded;
pub async fn load(_app: &std::sync::Arc<masthead_features::app::App>, _listen: std::net::SocketAddr) -> anyhow::Result<Loaded> { Ok(Loaded) }
