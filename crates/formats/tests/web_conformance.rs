//! The web's formats tried on other projects' material, read through `MASTHEAD_TESTDATA`: sanitising, feeds, exports,
//! saved pages. Without that variable the tests say that they did not run, and why.

mod web;
