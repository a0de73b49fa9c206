//! The outside world: blobs, pictures, the guarded HTTP client, the system clock.
