//! Bytes to domain and back: wire formats, feeds, exports, saved pages, the story document. Pure; never panics; returns what it could read and a list of problems.
