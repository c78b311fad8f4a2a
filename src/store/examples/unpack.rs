//! Unpacks a layer into a store and says how long it took.
//!
//! ```console
//! $ cargo run --release -p plimsoll-store --example unpack -- layer.tar.gz /tmp/store
//! ```

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use plimsoll_store::{DiffId, Digest, Ownership, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [layer, root] = arguments.as_slice() else {
        return Err("usage: unpack LAYER STORE".into());
    };
    // A layer from an image comes with its diff id; here it is computed first.
    let mut uncompressed = Vec::new();
    let file = File::open(layer)?;
    if layer.ends_with(".gz") {
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut uncompressed)?;
    } else if layer.ends_with(".zst") {
        zstd::Decoder::new(file)?.read_to_end(&mut uncompressed)?;
    } else {
        { file }.read_to_end(&mut uncompressed)?;
    }
    let diff_id = DiffId(Digest::of(&uncompressed));

    let store = Store::open(Path::new(root), Ownership::Single)?;
    let _lease = store.lease()?;
    let start = Instant::now();
    let blob = store.write_blob(File::open(layer)?, None, u64::MAX)?;
    println!("blob  {blob} in {:?}", start.elapsed());
    let start = Instant::now();
    let media_type = "application/vnd.oci.image.layer.v1.tar";
    let path = store.ensure_layer(&diff_id, &blob, media_type)?;
    println!("layer {} in {:?}", path.display(), start.elapsed());
    let start = Instant::now();
    store.sync()?;
    println!("sync  in {:?}", start.elapsed());
    Ok(())
}
