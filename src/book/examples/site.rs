//! Builds the book that the crate carries into a folder:
//! `cargo run -p plimsoll-book --example site -- DIR`.

use std::path::PathBuf;

use plimsoll_book::{Site, Sources};
use plimsoll_lab::course::Course;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("which folder?")?;
    let site = Site::build(&Sources::carried(), &Course::embedded())?;
    site.write(&PathBuf::from(folder))?;
    Ok(())
}
