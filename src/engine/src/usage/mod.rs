//! `system df` and the prunes of images and volumes.
