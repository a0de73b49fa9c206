//! What readers and machines GET, on both engines: nothing that is withheld, no page without the keys that make it
//! stale, lists without gaps, answers that parse.

mod fronts;
mod keys;
mod lists;
mod machines;
mod network;
mod pages;
mod secrets;
