//! The texts of `plimsoll`'s commands, checked and made into functions.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app/texts");
    plimsoll_text::build::messages_in(&folder).map_err(|error| error.to_string().into())
}
