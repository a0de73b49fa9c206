//! The press under races, crowds and kills.
