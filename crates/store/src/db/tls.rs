//! Encrypted connections to PostgreSQL.
//!
//! `sslmode=require` means TLS with a certificate that the system's authorities vouch for (`SSL_CERT_FILE` names
//! others, such as a provider's own). PostgreSQL's own client checks nothing in that mode, which stops no one who
//! stands in the middle. Without it nothing is encrypted: trying TLS first and falling back would fail on the many
//! servers that come with a certificate they signed themselves, and would protect no one either.

use super::error::StoreError;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What encrypts the connections, if the URL asks for it.
pub(super) fn connector(config: &tokio_postgres::Config) -> Result<Option<MakeRustlsConnect>, StoreError> {
    if config.get_ssl_mode() != SslMode::Require {
        return Ok(None);
    }
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _unreadable) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let why = found
            .errors
            .first()
            .map_or_else(|| "none were found".to_owned(), ToString::to_string);
        return Err(StoreError::Unavailable(format!(
            "the system's certificate authorities can't be read: {why}"
        )));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let settings = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Unavailable(format!("TLS can't be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Some(MakeRustlsConnect::new(settings)))
}
