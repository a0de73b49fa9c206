//! Blobs in an S3-compatible store.

use super::{BlobError, Blobs};
use object_store::aws::AmazonS3Builder;
use object_store::path::Path as ObjectPath;
use object_store::{BackoffConfig, RetryConfig};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long a request is retried before the caller hears of it. The library's three minutes would hold an editor's
/// upload far beyond what a browser waits.
const RETRY_FOR: Duration = Duration::from_secs(20);

/// Opens `s3://bucket/prefix?endpoint=URL&region=NAME`. The access key comes from the usual environment
/// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`) and never from the address, which ends up in logs. With an endpoint
/// of one's own, the bucket is part of the path (`endpoint/bucket/key`), as MinIO, Ceph and Garage expect it.
pub(super) fn open(media_url: &str) -> Result<Blobs, BlobError> {
    let url = Url::parse(media_url).map_err(|error| BlobError::Settings(format!("`{media_url}`: {error}")))?;
    let bucket = url.host_str().filter(|host| !host.is_empty());
    let bucket = bucket.ok_or_else(|| BlobError::Settings("`s3://` needs a bucket: s3://bucket?endpoint=…".into()))?;
    if !url.username().is_empty() || url.password().is_some() {
        let advice = "put the access key in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, not into the address";
        return Err(BlobError::Settings(advice.to_owned()));
    }

    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: 5,
            retry_timeout: RETRY_FOR,
        });
    for (name, value) in url.query_pairs() {
        builder = match name.as_ref() {
            "endpoint" => builder
                .with_allow_http(value.starts_with("http://"))
                .with_virtual_hosted_style_request(false)
                .with_endpoint(value),
            "region" => builder.with_region(value),
            other => {
                let known = "`endpoint` and `region` are known";
                return Err(BlobError::Settings(format!(
                    "`{other}` is no option of an s3 address; {known}"
                )));
            }
        };
    }

    crate::tls::install_provider();
    let store = builder
        .build()
        .map_err(|error| BlobError::Settings(error.to_string()))?;
    let prefix = ObjectPath::from_url_path(url.path()).map_err(|error| BlobError::Settings(error.to_string()))?;
    Ok(Blobs {
        store: Arc::new(store),
        folder: None,
        prefix,
    })
}
