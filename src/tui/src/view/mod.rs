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
use ratatui::text::Line;

use crate::model::{Model, Place};
use crate::words;

/// Draws everything. On a frame that is smaller than the model's size, nothing:
/// the event that says the new size is on its way.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    if model.size.area().intersection(frame.area()) != model.size.area() {
        return;
    }
    if model.size.is_too_small() {
        let text = words::too_small(model.language);
        frame.render_widget(Line::raw(text), frame.area());
        return;
    }
    match model.place {
        Place::Home => home::draw(model, frame),
        Place::Lab(_) => lab::draw(model, frame),
    }
    dialog::draw(model, frame);
}
