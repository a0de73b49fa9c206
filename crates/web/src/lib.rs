//! The HTTP kit: pressed pages, cache policy, templates, errors, typed URLs. Knows no single feature.
