//! Layers that come back as they went in: unpacked, stacked by overlay,
//! changed, written as a layer and unpacked again.
//!
//! What needs a namespace runs this executable again under `unshare(1)`, and
//! is skipped aloud where that cannot be had.

mod layers;
mod overlays;
mod owners;
#[path = "../tarball/mod.rs"]
mod tarball;
