//! A hermetic environment for end-to-end tests.
