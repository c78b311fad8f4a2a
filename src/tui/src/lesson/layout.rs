//! A lesson laid out: its lines, and where in them is what keys act on.

use std::ops::Range;

use plimsoll_text::Language;
use ratatui::text::Line;

use super::block::{Lesson, Part, Target};
use super::command::Place;
use super::writer::{Look, Medium, Writer};
use crate::theme::Theme;

/// A part of a lesson as lines, and where in them is what keys act on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    pub lines: Vec<Line<'static>>,
    pub commands: Vec<PlacedCommand>,
    pub links: Vec<PlacedLink>,
    /// Steps that are laid out, from 0, and the lines of their titles.
    pub headings: Vec<(usize, usize)>,
}

/// A command, and the lines that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedCommand {
    pub lines: Range<usize>,
    /// As [`Command::text`]: may have several lines.
    pub text: String,
    pub place: Place,
    pub step: Option<usize>,
}

/// A link, and the lines of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedLink {
    pub lines: Range<usize>,
    pub text: String,
    pub target: Target,
    /// The number behind its text and before its address at the end; none where
    /// the text says it.
    pub number: Option<usize>,
}

impl Layout {
    /// Lays out `part` of a lesson in `width` columns: no line is wider.
    #[must_use]
    pub fn new(
        lesson: &Lesson,
        part: Part,
        width: u16,
        theme: Theme,
        language: Language,
    ) -> Layout {
        let look = Look {
            theme,
            language,
            medium: Medium::Screen,
        };
        let mut writer = Writer::new(lesson, look, usize::from(width));
        writer.part(part);
        writer.finish()
    }
}
