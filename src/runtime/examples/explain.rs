//! Prints what would be done for an OCI bundle, and does nothing:
//!
//! ```text
//! cargo run -p plimsoll-runtime --example explain -- BUNDLE/config.json
//! ```

use plimsoll_runtime::{Request, Rootfs, plan};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os()
        .nth(1)
        .ok_or("usage: explain CONFIG.JSON")?;
    let spec = oci_spec::runtime::Spec::load(&path)?;
    let root = spec
        .root()
        .as_ref()
        .ok_or("the specification has no root")?;
    let bundle = Path::new(&path).parent().unwrap_or(Path::new("."));
    let request = Request::from_spec(&spec, Rootfs::Directory(bundle.join(root.path())))?;
    print!("{}", plan(&request));
    Ok(())
}
