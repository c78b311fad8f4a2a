//! Drawing: a file per screen, view or part. Nothing here changes the model.

pub mod blocks;
mod container;
pub mod dialog;
mod fit;
mod goals;
mod home;
pub mod journal;
pub mod keybar;
mod lab;
pub mod layers;
pub mod lesson;
pub mod map;
pub mod terminal;
pub mod text;
pub mod xray;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::text::Text;

use crate::geometry;
use crate::model::{Model, Place};
use crate::theme::Symbols;
use crate::words;

/// Draws everything. On a frame that is smaller than the model's size, nothing:
/// the event that says the new size is on its way.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    if model.size.area().intersection(frame.area()) != model.size.area() {
        return;
    }
    match model.place {
        _ if model.size.is_too_small() => too_small(model, frame),
        Place::Home => home::draw(model, frame),
        Place::Lab(_) => lab::draw(model, frame),
    }
    if !model.size.is_too_small() {
        dialog::draw(model, frame);
    }
    if model.theme.symbols == Symbols::Ascii {
        in_ascii(frame.buffer_mut());
    }
}

/// Whatever was drawn, from whomever it came, in signs that the terminal shows:
/// bytes that it takes for others would move everything after them.
fn in_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            // An accent that follows goes; what took two columns leaves one blank.
            let sign = cell.symbol().chars().next().unwrap_or(' ');
            cell.set_char(plimsoll_text::one_in_ascii(sign));
        }
    }
}

/// How large a screen has to be, in a sentence that the screen has room for.
fn too_small(model: &Model, frame: &mut Frame<'_>) {
    let (language, area) = (model.language, frame.area());
    let geometry::Size { columns, rows } = geometry::LEAST;
    let said = [
        words::too_small(language, columns, rows),
        words::too_small_short(language, columns, rows),
    ];
    let mut folded = said.map(|said| text::folded(&said, usize::from(area.width)));
    let fits = folded[0].len() <= usize::from(area.height);
    let lines = std::mem::take(&mut folded[usize::from(!fits)]);
    frame.render_widget(Text::from_iter(lines), area);
}
