//! A layer as a blob: tar, zstd, digests. Compressing is the slow part, so a
//! result is kept beside the tools, named by the digest of what went in.

use std::path::Path;

use crate::oci;
use crate::tree::Tree;

/// Compression as small as zstd makes it without a longer window: unpacking
/// speed does not depend on the level.
const LEVEL: i32 = 19;

pub struct Layer {
    pub digest: String,
    pub diff_id: String,
    pub bytes: Vec<u8>,
}

pub fn build(tree: &Tree, epoch: u64, cache: &Path) -> std::io::Result<Layer> {
    let tar = tree.to_tar(epoch)?;
    let diff_id = oci::digest(&tar);
    let kept = cache.join(format!("{}.tar.zst", diff_id.trim_start_matches("sha256:")));
    // A file that was cut short, or made by another zstd, must not be trusted:
    // what is kept counts only if it unpacks to the same tar.
    let bytes = match std::fs::read(&kept) {
        Ok(bytes) if zstd::decode_all(bytes.as_slice()).is_ok_and(|found| found == tar) => bytes,
        _ => {
            let bytes = zstd::encode_all(tar.as_slice(), LEVEL)?;
            write_by_rename(&kept, &bytes)?;
            bytes
        }
    };
    let digest = oci::digest(&bytes);
    Ok(Layer {
        digest,
        diff_id,
        bytes,
    })
}

/// Two outer builds may do this at once: each writes a file of its own.
pub fn write_by_rename(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(&temporary, path)
}
