//! The worker: places, time, answers.

use super::super::*;
use super::fixtures::*;
use bytes::Bytes;
use std::time::{Duration, Instant};

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
async fn work_that_takes_too_long_is_given_up_and_its_place_comes_back() {
    let max_time = Duration::from_millis(300);
    let worker = PictureWorker::with_limits(
        1,
        PictureLimits {
            max_time,
            ..PictureLimits::default()
        },
    );
    let start = Instant::now();
    let slow = || {
        std::thread::sleep(Duration::from_millis(900));
        Ok(())
    };
    let answer = worker.run(slow).await;
    assert_eq!(answer, Err(PictureError::TooSlow(max_time)));
    assert!(answer.unwrap_err().is_worth_retrying());
    // The next one waits until the first one's thread is free, and then has its own time.
    assert_eq!(worker.run(|| Ok("done")).await, Ok("done"));
    assert!(
        start.elapsed() >= Duration::from_millis(900),
        "two were at work at once"
    );
}

#[tokio::test]
async fn a_panic_in_the_work_is_an_answer_and_gives_the_place_back() {
    let worker = PictureWorker::new(1);
    let answer = worker
        .run(|| -> Result<(), PictureError> { panic!("as a decoder might") })
        .await;
    assert_eq!(answer, Err(PictureError::Crashed("picture")));
    assert_eq!(worker.run(|| Ok(1)).await, Ok(1));
}

#[tokio::test]
async fn slow_work_keeps_nobody_waiting() {
    let worker = PictureWorker::new(1);
    let (done, ends) = std::sync::mpsc::channel::<()>();
    let busy = worker.clone();
    let slow = tokio::spawn(async move {
        busy.run_slowly(move || {
            // An error is a sender that went away: the test failed already.
            ends.recv().map_err(|_| PictureError::Stopping)
        })
        .await
    });
    assert_eq!(worker.run(|| Ok(1)).await, Ok(1), "while the other is at work");
    done.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), Ok(()));
}
