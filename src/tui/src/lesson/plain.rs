//! A lesson as text: for screen readers, and for terminals that can do nothing.
//!
//! One thing after the other, every sense in words or punctuation: a table is
//! `name: value`, a note says that it is one, code in a sentence is quoted.
//! Code blocks and addresses are not wrapped: what is copied is whole.

use plimsoll_text::Language;
use ratatui::text::Line;

use super::block::{Lesson, Part};
use super::writer::{Look, Medium, Writer};
use crate::theme::{Palette, Symbols, Theme};

/// `part` of a lesson in lines of `width` columns, each ended.
#[must_use]
pub fn plain(lesson: &Lesson, part: Part, width: u16, language: Language) -> String {
    let theme = Theme {
        palette: Palette::None,
        symbols: Symbols::Ascii,
    };
    let look = Look {
        theme,
        language,
        medium: Medium::Linear,
    };
    let mut writer = Writer::new(lesson, look, usize::from(width));
    writer.part(part);
    let layout = writer.finish();
    layout.lines.iter().map(text).collect()
}

fn text(line: &Line<'_>) -> String {
    let text: String = line.iter().map(|span| span.content.as_ref()).collect();
    format!("{}\n", text.trim_end())
}
