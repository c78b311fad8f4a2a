//! Asks the engine that `DOCKER_HOST` names who it is.
//!
//! `DOCKER_HOST=unix:///path/to/lab.sock cargo run -p plimsoll-api --example ping`

use plimsoll_api::client::{Client, ListOptions};

fn main() -> Result<(), plimsoll_api::ClientError> {
    let client = Client::from_env()?;
    let version = client.version()?;
    println!(
        "{}: version {}, API {}",
        client.endpoint(),
        version.version,
        version.api_version
    );
    let running = client.containers(&ListOptions::default())?;
    println!("{} containers run", running.len());
    Ok(())
}
