//! The worker: places, time, answers.

use super::super::*;
use super::fixtures::*;
use bytes::Bytes;
use std::time::Duration;

#[tokio::test]
async fn work_is_answered_from_blocking_threads() {
    let worker = PictureWorker::new(2);
    let bytes = Bytes::from(jpeg(&quarters(640, 400)));
    assert_eq!(worker.inspect(bytes.clone()).await.unwrap().width, 640);
    let many = (0..6).map(|_| worker.renditions(bytes.clone(), RenditionPlan::of_widths([320])));
    for made in futures::future::join_all(many).await {
        assert_eq!(made.unwrap().len(), 2);
    }
    assert_eq!(
        worker.inspect(Bytes::from_static(b"words")).await,
        Err(PictureError::NotAPicture)
    );
}

#[tokio::test]
async fn a_picture_that_takes_too_long_is_given_up_and_its_place_comes_back() {
    let limits = PictureLimits {
        max_time: Duration::from_millis(1),
        ..PictureLimits::default()
    };
    let worker = PictureWorker::with_limits(1, limits);
    let slow = Bytes::from(jpeg(&quarters(3000, 2000)));
    let answer = worker.renditions(slow, RenditionPlan::default()).await;
    assert_eq!(answer, Err(PictureError::TooSlow(limits.max_time)));
    assert!(answer.unwrap_err().is_worth_retrying());
    // The next one waits for the first one's thread and then gets its own time.
    let small = Bytes::from(jpeg(&quarters(8, 8)));
    assert!(worker.inspect(small).await.is_ok());
}
