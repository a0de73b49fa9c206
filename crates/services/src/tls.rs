//! Which cryptography TLS uses here: `ring`, installed once for the process.

/// Makes `ring` the process's default provider for `rustls`.
///
/// Both the guarded client and the S3 client are built without a provider of their own, because the usual one
/// (`aws-lc-rs`) needs CMake and minutes of build time. A second call, or a provider that the host program chose
/// before, is no error: the first one stays.
pub(crate) fn install_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none()
        && rustls::crypto::ring::default_provider().install_default().is_err()
    {
        tracing::debug!("another thread installed the TLS provider first");
    }
}
