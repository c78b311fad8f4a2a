//! The crate's texts, checked and made into functions.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    plimsoll_text::build::messages().map_err(|error| error.to_string().into())
}
