//! Tests of the blob store on a real folder and in memory.

use super::*;
use futures::TryStreamExt;
use std::collections::BTreeSet;
use std::fs;

async fn keys(blobs: &Blobs) -> BTreeSet<BlobKey> {
    blobs.list().map_ok(|entry| entry.key).try_collect().await.unwrap()
}

#[tokio::test]
async fn a_blob_is_kept_found_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    for blobs in [Blobs::open("file:media", folder.path()).unwrap(), Blobs::in_memory()] {
        let key = blobs.put("some bytes").await.unwrap();
        assert_eq!(key, blobs.put("some bytes").await.unwrap());
        let other = blobs.put(vec![7; 300_000]).await.unwrap();
        assert_eq!(blobs.get(key).await.unwrap(), "some bytes");
        assert_eq!(blobs.get_checked(other).await.unwrap().len(), 300_000);
        assert_eq!(blobs.size(key).await.unwrap(), Some(10));
        assert_eq!(keys(&blobs).await, BTreeSet::from([key, other]));

        blobs.delete(key).await.unwrap();
        blobs.delete(key).await.unwrap();
        assert!(!blobs.exists(key).await.unwrap());
        assert!(matches!(blobs.get(key).await, Err(BlobError::NotFound(gone)) if gone == key));
        assert_eq!(keys(&blobs).await, BTreeSet::from([other]));
    }
    assert!(folder.path().join("media").is_dir());
}

#[tokio::test]
async fn the_key_is_the_published_digest_of_the_bytes() {
    // FIPS 180-4's own example for SHA-256.
    let key = Blobs::in_memory().put("abc").await.unwrap();
    assert_eq!(
        key.to_string(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(key.to_string().parse::<BlobKey>().unwrap(), key);
}

#[test]
fn nothing_else_is_a_key() {
    let good = BlobKey::of(b"x").to_string();
    let dots = "../".repeat(21) + "x";
    for bad in [
        "",
        "..",
        "/etc/passwd",
        &good.to_uppercase(),
        &good[1..],
        &format!("{good}0"),
        &dots,
        "é".repeat(32).as_str(),
    ] {
        assert_eq!(bad.parse::<BlobKey>(), Err(BadBlobKey), "{bad}");
    }
}

#[tokio::test]
async fn damage_is_noticed_and_a_short_file_is_healed() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_folder(folder.path()).unwrap();
    let key = blobs.put("the whole blob").await.unwrap();
    let file = folder.path().join(key.shelf()).join(key.to_string());

    fs::write(&file, "the whole blub").unwrap();
    assert!(matches!(blobs.get_checked(key).await, Err(BlobError::Damaged(_))));

    fs::write(&file, "the wh").unwrap();
    assert_eq!(blobs.put("the whole blob").await.unwrap(), key);
    assert_eq!(blobs.get_checked(key).await.unwrap(), "the whole blob");
}

#[tokio::test]
async fn the_leftover_of_a_killed_write_is_no_blob_and_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_folder(folder.path()).unwrap();
    let key = BlobKey::of(b"bytes that came later");
    let shelf = folder.path().join(key.shelf());
    fs::create_dir(&shelf).unwrap();
    // Half a file under the name that the library stages under, as a kill between write and rename leaves it.
    fs::write(shelf.join(format!("{key}#1")), "bytes th").unwrap();
    fs::write(folder.path().join("README"), "a note").unwrap();

    assert!(keys(&blobs).await.is_empty());
    assert!(!blobs.exists(key).await.unwrap());
    assert_eq!(blobs.put("bytes that came later").await.unwrap(), key);
    assert_eq!(blobs.get_checked(key).await.unwrap(), "bytes that came later");
    assert_eq!(keys(&blobs).await, BTreeSet::from([key]));
}

#[tokio::test]
async fn many_at_once_keep_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_folder(folder.path()).unwrap();
    let puts = (0..32).map(|_| blobs.put(vec![1; 100_000]));
    let kept: Vec<BlobKey> = futures::future::try_join_all(puts).await.unwrap();
    assert_eq!(kept.iter().collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(
        fs::read_dir(folder.path().join(kept[0].shelf())).unwrap().count(),
        1,
        "no staged copies are left"
    );
}

#[test]
fn an_address_that_can_not_be_used_is_refused_in_words() {
    let refused = |url: &str| Blobs::open(url, Path::new("/tmp")).unwrap_err().to_string();
    assert!(refused("ftp://x").contains("neither file:PATH nor s3://"));
    assert!(refused("file:").contains("needs a folder"));
    #[cfg(feature = "s3")]
    {
        assert!(refused("s3://").contains("bucket"), "{}", refused("s3://"));
        assert!(refused("s3://key:secret@bucket").contains("AWS_ACCESS_KEY_ID"));
        assert!(refused("s3://bucket?adress=http://127.0.0.1").contains("`adress` is no option"));
    }
}

/// What an S3 server has to see: a signed request for the bucket's path, and nothing but `ring` underneath.
#[cfg(feature = "s3")]
#[tokio::test]
async fn an_s3_store_is_spoken_to_with_signed_requests() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 8192];
        let length = socket.read(&mut request).await.unwrap();
        let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        socket.write_all(answer).await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });

    let url = format!("s3://paper/media?endpoint={endpoint}&region=eu-west-1");
    let mut blobs = s3::open(&url).unwrap();
    // The environment of a test run holds no key, so a static one is put in after the address was read.
    let store = object_store::aws::AmazonS3Builder::new()
        .with_bucket_name("paper")
        .with_region("eu-west-1")
        .with_endpoint(&endpoint)
        .with_allow_http(true)
        .with_access_key_id("an-id")
        .with_secret_access_key("a-secret")
        .build()
        .unwrap();
    blobs.store = Arc::new(store);

    let key = BlobKey::of(b"x");
    assert_eq!(blobs.size(key).await.unwrap(), None);
    let request = server.await.unwrap();
    assert!(
        request.starts_with(&format!("HEAD /paper/media/{}/{key} ", key.shelf())),
        "{request}"
    );
    assert!(
        request
            .to_lowercase()
            .contains("authorization: aws4-hmac-sha256 credential=an-id/"),
        "{request}"
    );
}
