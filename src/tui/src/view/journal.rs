//! The journal: a line for each thing that the engine did, the newest at the
//! bottom, and the view follows it until the learner scrolls up.

use jiff::Timestamp;
use plimsoll_text::Language;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use super::fit;
use crate::keys::Action;
use crate::scene::amount;
use crate::scene::journal::{Act, Entry};
use crate::theme::Theme;
use crate::words;

/// Where the learner is in the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalState {
    /// Only what is about this container.
    pub only: Option<String>,
    /// The entry at the bottom, by its number; `None` follows the newest.
    pub bottom: Option<u64>,
}

impl JournalState {
    /// Does what a key asks for; false: nothing here.
    pub fn act(&mut self, action: Action, entries: &[Entry]) -> bool {
        match action {
            Action::Up => self.scroll(entries, -1),
            Action::Down => self.scroll(entries, 1),
            Action::PageUp => self.scroll(entries, -10),
            Action::PageDown => self.scroll(entries, 10),
            Action::Top => self.scroll(entries, isize::MIN),
            Action::Bottom => self.bottom = None,
            Action::Filter => self.next_container(entries),
            _ => return false,
        }
        true
    }

    fn shown<'a>(&self, entries: &'a [Entry]) -> Vec<&'a Entry> {
        let wanted = |entry: &&Entry| match &self.only {
            Some(name) => entry.container() == Some(name),
            None => true,
        };
        entries.iter().filter(wanted).collect()
    }

    fn scroll(&mut self, entries: &[Entry], by: isize) {
        let shown = self.shown(entries);
        let last = shown.len().saturating_sub(1);
        let at = self.place(&shown).saturating_add_signed(by).min(last);
        self.bottom = match at == last {
            true => None,
            false => shown.get(at).map(|entry| entry.seq),
        };
    }

    /// Where the bottom entry is among those shown.
    fn place(&self, shown: &[&Entry]) -> usize {
        let last = shown.len().saturating_sub(1);
        match self.bottom {
            Some(seq) => shown.partition_point(|entry| entry.seq < seq).min(last),
            None => last,
        }
    }

    /// All, then one container after the other, the one last heard of first.
    fn next_container(&mut self, entries: &[Entry]) {
        let mut names: Vec<&str> = Vec::new();
        for name in entries.iter().rev().filter_map(Entry::container) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let next = match &self.only {
            None => names.first(),
            Some(only) => {
                let at = names.iter().position(|name| name == only);
                at.and_then(|at| names.get(at + 1))
            }
        };
        self.only = next.map(|name| (*name).to_owned());
        self.bottom = None;
    }
}

/// Draws the journal.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    entries: &[Entry],
    state: &JournalState,
    theme: Theme,
    language: Language,
    now: Timestamp,
) {
    let buffer = frame.buffer_mut();
    let area = area.intersection(buffer.area);
    let width = usize::from(area.width);
    let shown = state.shown(entries);
    let mut lines = Vec::new();
    if state.only.is_some() || state.bottom.is_some() {
        lines.push(heading(state, &shown, width, theme, language));
    }
    let room = usize::from(area.height).saturating_sub(lines.len());
    let end = match shown.is_empty() {
        true => 0,
        false => state.place(&shown) + 1,
    };
    let begin = end.saturating_sub(room);
    for entry in &shown[begin..end] {
        lines.push(line(entry, width, theme, language, now));
    }
    if shown.is_empty() {
        lines.push(Line::from(format!(" {}", words::journal_empty(language))));
    }
    for (line, row) in lines.into_iter().zip(area.rows()) {
        line.render(row, buffer);
    }
}

fn heading(
    state: &JournalState,
    shown: &[&Entry],
    width: usize,
    theme: Theme,
    language: Language,
) -> Line<'static> {
    let of = match &state.only {
        Some(name) => words::journal_of_container(language, name.as_str()),
        None => words::journal_of_lab(language),
    };
    let newer = shown.len().saturating_sub(state.place(shown) + 1);
    let place = match newer {
        0 => String::new(),
        newer => {
            let arrow = theme.symbol("↓", "v");
            format!("  {arrow} {}", words::journal_newer(language, newer))
        }
    };
    let of = fit::end(
        &format!(" {of}"),
        width.saturating_sub(place.width()),
        theme,
    );
    Line::from(vec![
        Span::styled(of, theme.accent()),
        Span::styled(fit::end(&place, width, theme), theme.warn()),
    ])
}

/// `12:03:04   ▲ container web started            2 min`.
fn line(
    entry: &Entry,
    width: usize,
    theme: Theme,
    language: Language,
    now: Timestamp,
) -> Line<'static> {
    let age = entry.time.map(|time| amount::age(language, time, now));
    let age = format!(" {:>6} ", age.unwrap_or_default());
    let (mark, style) = mark(&entry.act, theme);
    let room = width.saturating_sub(age.width() + 2);
    Line::from(vec![
        Span::styled(fit::end(&age, width, theme), theme.faint()),
        Span::styled(format!("{mark} "), style),
        Span::raw(fit::end(&entry.words(language), room, theme)),
    ])
}

/// What kind of happening it is; the sentence says the same.
fn mark(act: &Act, theme: Theme) -> (&'static str, Style) {
    match act {
        Act::ContainerStarted | Act::ContainerResumed | Act::ContainerRestarted => {
            (theme.symbol("▲", "*"), theme.good())
        }
        Act::ContainerEnded { exit_code: 0 } | Act::ContainerStopped => {
            (theme.symbol("○", "o"), theme.faint())
        }
        Act::ContainerEnded { .. } => (theme.symbol("✗", "x"), theme.bad()),
        Act::ContainerPaused => (theme.symbol("‖", "="), theme.warn()),
        Act::ContainerCreated { .. } | Act::VolumeCreated | Act::ImagePulled => ("+", theme.good()),
        Act::ContainerRemoved | Act::VolumeRemoved | Act::ImageRemoved => {
            (theme.symbol("−", "-"), theme.faint())
        }
        _ => (theme.symbol("·", "."), theme.faint()),
    }
}
