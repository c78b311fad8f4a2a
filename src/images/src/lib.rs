//! The images that the binary carries, acting as a registry.
