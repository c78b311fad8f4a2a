//! Writes the blobs and the Rust source that `src/lib.rs` includes.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use crate::images::Image;
use crate::layer::Layer;
use crate::oci;

pub fn write(out: &Path, images: &[Image]) -> std::io::Result<()> {
    let mut source = String::new();
    let mut written = BTreeSet::new();
    for layer in images.iter().flat_map(|image| &image.layers) {
        if written.insert(layer.digest.clone()) {
            write_blob(out, &layer.digest, &layer.bytes)?;
            declare_blob(&mut source, layer);
        }
    }
    let _ = writeln!(source, "static CATALOG: &[CarriedImage] = &[");
    for image in images {
        write_blob(out, &oci::digest(&image.manifest), &image.manifest)?;
        write_blob(out, &oci::digest(&image.config), &image.config)?;
        declare_image(&mut source, image);
    }
    let _ = writeln!(source, "];");
    std::fs::write(out.join("catalog.rs"), source)
}

fn hex(digest: &str) -> &str {
    digest.trim_start_matches("sha256:")
}

fn write_blob(out: &Path, digest: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(out.join(hex(digest)), bytes)
}

/// A constant per blob, so that images which share a layer share its bytes.
fn constant(digest: &str) -> String {
    format!("BLOB_{}", hex(digest)[..16].to_uppercase())
}

fn include(digest: &str) -> String {
    format!(
        "include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{}\"))",
        hex(digest)
    )
}

fn declare_blob(source: &mut String, layer: &Layer) {
    let _ = writeln!(
        source,
        "static {}: &[u8] = {};",
        constant(&layer.digest),
        include(&layer.digest)
    );
}

fn declare_image(source: &mut String, image: &Image) {
    let manifest = oci::digest(&image.manifest);
    let config = oci::digest(&image.config);
    let _ = writeln!(
        source,
        "    CarriedImage {{\n        repository: {:?},\n        tags: &{:?},\n        \
         manifest: {},\n        manifest_digest: {manifest:?},\n        config: {},\n        \
         config_digest: {config:?},\n        description: {:?},\n        layers: &[",
        image.repository,
        image.tags,
        include(&manifest),
        include(&config),
        image.description,
    );
    for layer in &image.layers {
        let _ = writeln!(
            source,
            "            Blob {{ digest: {:?}, media_type: {:?}, diff_id: {:?}, bytes: {} }},",
            layer.digest,
            oci::LAYER_ZSTD,
            layer.diff_id,
            constant(&layer.digest),
        );
    }
    let _ = writeln!(source, "        ],\n    }},");
}
