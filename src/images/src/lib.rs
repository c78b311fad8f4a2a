//! The images that the binary carries, acting as a registry.
//!
//! Duty: hand out manifests, configurations and layers that the build script
//! (`build/main.rs`) made, by repository and tag or digest. Limits: read-only,
//! no I/O, no allocation, nothing about pulling; the engine treats an entry as
//! it would treat a registry's answer and verifies every digest again.
//!
//! Invariant: every digest is the SHA-256 of the bytes beside it, and the same
//! sources give the same digests on every machine that has the same compilers.

/// A content-addressed blob of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    /// `sha256:` and 64 hexadecimal digits, of `bytes`.
    pub digest: &'static str,
    /// The OCI media type of `bytes`.
    pub media_type: &'static str,
    /// The digest of the uncompressed tar, as the configuration's
    /// `rootfs.diff_ids` lists it.
    pub diff_id: &'static str,
    /// The blob itself, part of the executable.
    pub bytes: &'static [u8],
}

/// One image as a registry would serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarriedImage {
    /// The repository with its `library/` prefix, for example `library/nginx`.
    pub repository: &'static str,
    /// Every tag that names this image, `latest` first.
    pub tags: &'static [&'static str],
    /// The OCI image manifest, exactly the bytes that `manifest_digest` covers.
    pub manifest: &'static [u8],
    /// What `docker pull` prints after `Digest:`.
    pub manifest_digest: &'static str,
    /// The OCI image configuration; its digest is the image ID.
    pub config: &'static [u8],
    /// The image ID.
    pub config_digest: &'static str,
    /// The layers, lowest first.
    pub layers: &'static [Blob],
    /// One sentence, for `docker search` and the book.
    pub description: &'static str,
}

/// The media type of [`CarriedImage::manifest`].
pub const MANIFEST_MEDIA_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// The media type of [`CarriedImage::config`].
pub const CONFIG_MEDIA_TYPE: &str = "application/vnd.oci.image.config.v1+json";

include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// All carried images, sorted by repository.
pub fn catalog() -> &'static [CarriedImage] {
    CATALOG
}

/// The image that `repository` (with its `library/` prefix) serves under a tag
/// or under its manifest's digest.
pub fn find(repository: &str, tag_or_digest: &str) -> Option<&'static CarriedImage> {
    CATALOG.iter().find(|image| {
        image.repository == repository
            && (image.tags.contains(&tag_or_digest) || image.manifest_digest == tag_or_digest)
    })
}
