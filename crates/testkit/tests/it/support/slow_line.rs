//! A slow line to a node: what it answers arrives in small pieces, as on a telephone, so that a browser draws a page while
//! it comes. On loopback a page is there at once, and what moves when only half of it is there is seen by readers alone.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// What a packet holds, and how long one takes: 1.6 Mbit/s, Lighthouse's slow 4G.
const PIECE: usize = 1_400;
const PAUSE: Duration = Duration::from_millis(7);

/// Answers as what it leads to does, only slower; it ends when it is dropped.
pub(crate) struct SlowLine {
    pub(crate) address: SocketAddr,
    task: AbortHandle,
}

impl SlowLine {
    pub(crate) async fn to(node: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            // Its end ends theirs.
            let mut lines = JoinSet::new();
            while let Ok((browser, _)) = listener.accept().await {
                lines.spawn(carry(browser, node));
            }
        });
        let task = task.abort_handle();
        Ok(Self { address, task })
    }
}

impl Drop for SlowLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(browser: TcpStream, node: SocketAddr) -> std::io::Result<()> {
    let server = TcpStream::connect(node).await?;
    browser.set_nodelay(true)?;
    let (mut asks, mut hears) = browser.into_split();
    let (mut answers, mut is_asked) = server.into_split();
    let there = tokio::io::copy(&mut asks, &mut is_asked);
    let back = async {
        let mut piece = [0; PIECE];
        loop {
            let bytes = answers.read(&mut piece).await?;
            if bytes == 0 {
                return std::io::Result::Ok(());
            }
            tokio::time::sleep(PAUSE).await;
            hears.write_all(piece.get(..bytes).unwrap_or_default()).await?;
        }
    };
    tokio::select! {
        sent = there => sent.map(|_| ()),
        heard = back => heard,
    }
}
