//! A view that is a list of blocks, higher than its pane perhaps: some of them
//! can be chosen, and the chosen one is always in sight.
//!
//! Where the view stands follows from what is chosen, so there is no scroll
//! position that could become wrong when the lab changes.

use jiff::Timestamp;
use plimsoll_text::Language;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::keys::Action;
use crate::theme::Theme;
use crate::words;

/// For whom, how wide and when something is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Columns.
    pub width: usize,
    pub theme: Theme,
    pub language: Language,
    pub now: Timestamp,
}

/// Lines that belong together.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// What it is, where it can be chosen.
    pub key: Option<String>,
    pub lines: Vec<Line<'static>>,
}

impl Block {
    pub fn of(lines: Vec<Line<'static>>) -> Block {
        Block { key: None, lines }
    }

    pub fn keyed(key: &str, lines: Vec<Line<'static>>) -> Block {
        Block {
            key: Some(key.to_owned()),
            lines,
        }
    }
}

pub fn height(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| block.lines.len()).sum()
}

/// Draws the part of `blocks` in which the chosen one is.
pub fn show(frame: &mut Frame, area: Rect, blocks: Vec<Block>, chosen: Option<&str>, page: Page) {
    let buffer = frame.buffer_mut();
    let area = area.intersection(buffer.area);
    let height = usize::from(area.height);
    let total = self::height(&blocks);
    let offset = offset(&blocks, chosen, height, total);
    let is_chosen = |block: &Block| block.key.is_some() && block.key.as_deref() == chosen;
    let lines = blocks.into_iter().flat_map(|block| {
        let marked = is_chosen(&block);
        let style = page.theme.chosen();
        block
            .lines
            .into_iter()
            .enumerate()
            .map(move |(index, line)| {
                if marked && index == 0 {
                    line.style(style)
                } else {
                    line
                }
            })
    });
    for (row, line) in lines.skip(offset).take(height).enumerate() {
        line.render(line_area(area, row), buffer);
    }
    if height >= 3 {
        let below = total.saturating_sub(offset + height);
        mark_more(buffer, area, (offset, below), page);
    }
}

fn line_area(area: Rect, row: usize) -> Rect {
    let row = u16::try_from(row).unwrap_or(u16::MAX);
    Rect {
        y: area.y.saturating_add(row),
        height: 1,
        ..area
    }
}

/// The first line that is drawn: the chosen block in the middle, the first and
/// the last one at the ends.
fn offset(blocks: &[Block], chosen: Option<&str>, height: usize, total: usize) -> usize {
    let most = total.saturating_sub(height);
    let keys = || blocks.iter().filter_map(|block| block.key.as_deref());
    let is_there = chosen.is_some_and(|chosen| keys().any(|key| key == chosen));
    if !is_there || chosen == keys().next() {
        return 0;
    }
    if chosen == keys().next_back() {
        // The whole of it, and as much as there is room for after it.
        let start = start_of(blocks, chosen);
        return most.min(start);
    }
    let start = start_of(blocks, chosen);
    start.saturating_sub(height / 3).min(most)
}

fn start_of(blocks: &[Block], chosen: Option<&str>) -> usize {
    let before = blocks
        .iter()
        .take_while(|block| block.key.as_deref() != chosen);
    before.map(|block| block.lines.len()).sum()
}

/// Says on the first and the last line how much there is beyond.
fn mark_more(buffer: &mut Buffer, area: Rect, (above, below): (usize, usize), page: Page) {
    let theme = page.theme;
    let mut mark = |row: usize, words: String| {
        let text = super::fit::pad(&format!(" {words}"), usize::from(area.width), theme);
        Line::from(Span::styled(text, theme.faint())).render(line_area(area, row), buffer);
    };
    // The marks cover a line each.
    if above > 0 {
        let arrow = theme.symbol("↑", "^");
        let words = words::view_more_above(page.language, above + 1);
        mark(0, format!("{arrow} {words}"));
    }
    if below > 0 {
        let arrow = theme.symbol("↓", "v");
        let words = words::view_more_below(page.language, below + 1);
        mark(usize::from(area.height) - 1, format!("{arrow} {words}"));
    }
}

/// Moves the choice; false: this action is none of that.
pub fn choose(keys: &[String], chosen: &mut Option<String>, action: Action) -> bool {
    let now = chosen
        .as_ref()
        .and_then(|chosen| keys.iter().position(|key| key == chosen));
    let last = keys.len().saturating_sub(1);
    let next = match (action, now) {
        (Action::Down | Action::PageDown, None) => 0,
        (Action::Up | Action::PageUp, None) => last,
        (Action::Down, Some(at)) => last.min(at + 1),
        (Action::Up, Some(at)) => at.saturating_sub(1),
        (Action::PageDown, Some(at)) => last.min(at + 8),
        (Action::PageUp, Some(at)) => at.saturating_sub(8),
        (Action::Top, _) => 0,
        (Action::Bottom, _) => last,
        _ => return false,
    };
    *chosen = keys.get(next).cloned();
    true
}
