//! Looks at an engine once and prints what the layers view shows:
//!
//! ```console
//! $ cargo run -p plimsoll-tui --example look -- unix:///var/run/docker.sock
//! ```

use std::error::Error;

use jiff::Timestamp;
use plimsoll_api::client::{Client, Endpoint};
use plimsoll_text::Language;
use plimsoll_tui::scene::{Detail, look};
use plimsoll_tui::theme::Theme;
use plimsoll_tui::view::layers::{LayersState, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = std::env::args()
        .nth(1)
        .ok_or("an engine is needed: unix:///PATH")?;
    let client = Client::new(Endpoint::parse(&endpoint)?);
    let scene = look(&client, Detail::Layers)?;
    let mut screen = Terminal::new(TestBackend::new(100, 60))?;
    let state = LayersState {
        unfolded: true,
        ..LayersState::default()
    };
    screen.draw(|frame| {
        let area = frame.area();
        draw(
            frame,
            area,
            &scene,
            &state,
            Theme::default(),
            Language::English,
            Timestamp::now(),
        );
    })?;
    println!("{}", screen.backend());
    Ok(())
}
