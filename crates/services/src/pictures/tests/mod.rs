//! Tests of the picture room, on pictures that are drawn here and on the conformance set.

mod conformance;
mod fixtures;
mod hostile;
mod inspecting;
mod rendering;
mod working;
