//! Names to addresses, with the forbidden ones dropped before anything connects to them.
//!
//! The client connects to exactly what its resolver returns, so the check and the connection can't see two different
//! answers. Looking names up first and connecting later was rejected for that reason.

use super::address::refuse_address;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Where addresses of names come from; tests put their own in.
pub(super) trait Lookup: Send + Sync {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The operating system's resolver.
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|address| address.ip())
                .collect())
        })
    }
}

/// Returns public addresses alone.
pub(super) struct Guarded(Arc<dyn Lookup>);

impl Guarded {
    pub(super) fn new(lookup: Arc<dyn Lookup>) -> Self {
        Self(lookup)
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.lookup(name.as_str().to_owned());
        Box::pin(async move {
            let mut refusal = None;
            let mut public = Vec::new();
            for address in found.await? {
                match refuse_address(address) {
                    Ok(()) => public.push(address),
                    Err(reason) => refusal = Some(reason),
                }
            }
            match refusal {
                Some(refusal) if public.is_empty() => Err(refusal.into()),
                // Some hosts publish a private address beside their public one; the public one is asked.
                _ => Ok(with_no_port(public)),
            }
        })
    }
}

/// Returns whatever there is, for hosts that the operator vouches for.
pub(super) struct Unguarded(Arc<dyn Lookup>);

impl Unguarded {
    pub(super) fn new(lookup: Arc<dyn Lookup>) -> Self {
        Self(lookup)
    }
}

impl Resolve for Unguarded {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.lookup(name.as_str().to_owned());
        Box::pin(async move { Ok(with_no_port(found.await?)) })
    }
}

/// Port 0 tells the client to take the address's own.
fn with_no_port(addresses: Vec<IpAddr>) -> Addrs {
    Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)))
}
