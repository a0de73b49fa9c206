//! TestApp, builders, fake clock, a database a test on either engine.
