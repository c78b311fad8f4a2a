//! X-ray: what the engine did for the last command, a line for each thing; the
//! earlier commands folded below it.
//!
//! Duty: from commands to lines, pure. The command that is chosen is unfolded,
//! else the newest; `plan.rs` shows the plan that was carried out instead.

mod plan;

use jiff::Timestamp;
use plimsoll_text::Language;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line as Drawn, Span};
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use self::plan::PlanState;
use super::blocks::{self, Block, Page};
use super::{fit, text};
use crate::keys::{Action, Scope};
use crate::theme::Theme;
use crate::words;
use crate::xray::{Command, Line, Operation, Xray, explain, say};

/// Columns that a line's name takes.
const LABEL: usize = 12;
/// Columns that a span of time takes.
const TIME: usize = 8;
/// Less than this, in microseconds, is lost in the rounding of the others.
const LEAST_REST: u64 = 10;
/// Beyond this many columns the eye loses the line on its way to the time.
const WIDEST: usize = 118;

/// What the learner chose in the X-ray.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct XrayState {
    /// A command (`7`) or one of its lines (`7/0/2`: operation and line);
    /// `None` follows the newest command.
    chosen: Option<String>,
    /// The chosen line is explained.
    explained: bool,
    plan: Option<PlanState>,
}

/// What came of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// It means nothing here.
    Unused,
    Used,
    /// A plan was asked for where there is none.
    NoPlan,
    /// This page of the book is asked for.
    Book(&'static str),
}

impl XrayState {
    /// Whose keys they are now.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.plan.as_ref().map_or(Scope::Xray, PlanState::scope)
    }

    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, xray: &Xray) -> Pressed {
        if let Some(plan) = &mut self.plan {
            match plan.act(action, xray) {
                plan::Pressed::Closed => self.plan = None,
                plan::Pressed::Used => {}
                plan::Pressed::Unused => return Pressed::Unused,
            }
            return Pressed::Used;
        }
        match action {
            Action::Take => {
                self.explained = !self.explained || self.chosen.is_none();
                self.choose_first_line(xray);
            }
            Action::Down if self.chosen.is_none() => self.choose_first_line(xray),
            Action::Plan => {
                self.plan = PlanState::of(xray, self.place(xray));
                if self.plan.is_none() {
                    return Pressed::NoPlan;
                }
            }
            Action::Book => return Pressed::Book(self.page(xray)),
            _ => {
                let keys = self.keys(xray);
                return match blocks::choose(&keys, &mut self.chosen, action) {
                    true => Pressed::Used,
                    false => Pressed::Unused,
                };
            }
        }
        Pressed::Used
    }

    /// The newest command is shown again, and the next one when it comes.
    pub fn follow(&mut self) {
        self.chosen = None;
        self.plan = None;
    }

    fn choose_first_line(&mut self, xray: &Xray) {
        if self.chosen.is_none() {
            let newest = xray.newest_first().next();
            let first = newest.and_then(|command| line_keys(command).next());
            self.chosen = first;
        }
    }

    /// Everything that can be chosen, from the top.
    fn keys(&self, xray: &Xray) -> Vec<String> {
        let open = self.open(xray).map(|command| command.id);
        let of = |command: &Command| {
            let lines = line_keys(command).take(match open == Some(command.id) {
                true => usize::MAX,
                false => 0,
            });
            let title = std::iter::once(command.id.to_string());
            title.chain(lines).collect::<Vec<_>>()
        };
        xray.newest_first().flat_map(of).collect()
    }

    /// The unfolded command.
    fn open<'a>(&self, xray: &'a Xray) -> Option<&'a Command> {
        let chosen = self.place(xray).map(|place| place.command);
        chosen.or_else(|| xray.newest_first().next())
    }

    /// What is chosen, if it is still there.
    fn place<'a>(&self, xray: &'a Xray) -> Option<Place<'a>> {
        let mut parts = self.chosen.as_deref()?.split('/');
        let id: u64 = parts.next()?.parse().ok()?;
        let command = xray.newest_first().find(|one| one.id == id)?;
        let mut index = || parts.next()?.parse::<usize>().ok();
        let operation = index().and_then(|at| Some((at, command.operations.get(at)?)));
        let line = index().and_then(|at| operation?.1.lines.get(at));
        Some(Place {
            command,
            operation,
            line,
        })
    }

    fn page(&self, xray: &Xray) -> &'static str {
        let line = self.place(xray).and_then(|place| place.line);
        line.and_then(explain::page)
            .unwrap_or("reference/under-the-hood")
    }
}

/// What a key stands for.
#[derive(Clone, Copy)]
struct Place<'a> {
    command: &'a Command,
    operation: Option<(usize, &'a Operation)>,
    line: Option<&'a Line>,
}

fn line_keys(command: &Command) -> impl Iterator<Item = String> {
    let id = command.id;
    let of = move |(at, operation): (usize, &Operation)| {
        (0..operation.lines.len()).map(move |line| format!("{id}/{at}/{line}"))
    };
    command.operations.iter().enumerate().flat_map(of)
}

/// Draws the X-ray.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    xray: &Xray,
    state: &XrayState,
    theme: Theme,
    language: Language,
) {
    let page = Page {
        width: usize::from(area.width).min(WIDEST),
        theme,
        language,
        // Nothing here has an age.
        now: Timestamp::UNIX_EPOCH,
    };
    if let Some(plan) = &state.plan
        && plan.draw(frame, area, xray, page)
    {
        return;
    }
    let mut blocks = Vec::new();
    let open = state.open(xray).map(|command| command.id);
    for command in xray.newest_first() {
        let is_open = open == Some(command.id);
        let title = title(command, is_open, page);
        blocks.push(Block::keyed(&command.id.to_string(), vec![title]));
        if is_open {
            blocks.extend(unfolded(command, state, page));
        }
    }
    if blocks.is_empty() {
        blocks.push(Block::of(empty(xray, page)));
    }
    blocks::show(frame, area, blocks, state.chosen.as_deref(), page);
}

fn empty(xray: &Xray, page: Page) -> Vec<Drawn<'static>> {
    if xray.is_silent() {
        return wrapped(&words::xray_nobody_tells(page.language), 1, page);
    }
    let mut lines: Vec<Drawn<'static>> = wrapped(&words::xray_empty(page.language), 1, page);
    lines.push(Drawn::default());
    lines.push(Drawn::styled(
        "   docker run hello-world",
        page.theme.code(),
    ));
    lines
}

/// `▾ docker run -d --name webserver nginx          3.4 ms`.
fn title(command: &Command, is_open: bool, page: Page) -> Drawn<'static> {
    let theme = page.theme;
    let mark = match (is_open, command.failed()) {
        (_, true) => theme.symbol("✗", "x"),
        (true, false) => theme.symbol("▾", "v"),
        (false, false) => theme.symbol("▸", ">"),
    };
    let named = match (&command.typed, command.operations.first()) {
        (Some(typed), _) => typed.clone(),
        (None, Some(operation)) => say::call(operation, page.language),
        (None, None) => String::new(),
    };
    let style = match is_open {
        true => theme.accent(),
        false => Style::new(),
    };
    let mark_style = match command.failed() {
        true => theme.bad(),
        false => style,
    };
    let room = page.width.saturating_sub(3 + TIME);
    Drawn::from(vec![
        Span::styled(format!(" {mark} "), mark_style),
        Span::styled(fit::pad(&named, room, theme), style),
        time(Some(command.took), page),
    ])
}

fn time(took: Option<u64>, page: Page) -> Span<'static> {
    let said = took.map(|took| say::took(took, page.language));
    let said = said.unwrap_or_default();
    let blanks = TIME.saturating_sub(said.width());
    Span::styled(format!("{}{said}", " ".repeat(blanks)), page.theme.faint())
}

/// A command's lines, and what went wrong.
fn unfolded(command: &Command, state: &XrayState, page: Page) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (at, operation) in command.operations.iter().enumerate() {
        for (index, line) in operation.lines.iter().enumerate() {
            let key = format!("{}/{at}/{index}", command.id);
            let mut rows = line_rows(line, page);
            if line.failed {
                rows.extend(error(operation, page));
            }
            if state.explained && state.chosen.as_deref() == Some(&key) {
                rows.extend(explained(operation, line, page));
            }
            blocks.push(Block::keyed(&key, rows));
        }
        blocks.extend(Some(after(operation, page)).filter(|block| !block.lines.is_empty()));
    }
    if command.left_out > 0 {
        let said = words::xray_left_out(page.language, command.left_out);
        blocks.push(Block::of(wrapped(&said, 3 + LABEL, page)));
    }
    blocks.extend(rest(command, page));
    blocks
}

/// What the whole took beside its parts, where it shows beside them.
fn rest(command: &Command, page: Page) -> Option<Block> {
    let rest = command.rest();
    let is_timed = command.lines().any(|(_, line)| line.took.is_some());
    (is_timed && rest >= LEAST_REST).then(|| {
        let label = words::xray_rest(page.language);
        let said = words::xray_rest_is(page.language);
        Block::of(told_rows(
            " ",
            Style::new(),
            &label,
            &said,
            Some(rest),
            page,
        ))
    })
}

/// What an operation has to say beside its lines.
fn after(operation: &Operation, page: Page) -> Block {
    let mut rows = Vec::new();
    if operation.more_lines > 0 {
        let said = words::xray_more_lines(page.language, operation.more_lines);
        rows.extend(wrapped(&said, 3 + LABEL, page));
    }
    if operation.error.is_some() {
        if !operation.lines.iter().any(|line| line.failed) {
            rows.extend(error(operation, page));
        }
    } else if operation.lines.is_empty() {
        let said = say::without_lines(operation, page.language);
        rows.extend(wrapped(&said, 3, page));
    }
    Block::of(rows)
}

/// `  overlay     lower 3 layers, upper new, ...          0.3 ms`.
fn line_rows(line: &Line, page: Page) -> Vec<Drawn<'static>> {
    let theme = page.theme;
    let (mark, style) = match line.failed {
        true => (theme.symbol("✗", "x"), theme.bad()),
        false => (" ", Style::new()),
    };
    let label = say::label(line, page.language);
    let said = say::sentence(line, page.language);
    told_rows(mark, style, &label, &said, line.took, page)
}

fn told_rows(
    mark: &str,
    style: Style,
    label: &str,
    said: &str,
    took: Option<u64>,
    page: Page,
) -> Vec<Drawn<'static>> {
    let theme = page.theme;
    let room = page.width.saturating_sub(3 + LABEL + TIME + 1).max(10);
    let label = fit::pad(label, LABEL, theme);
    let mut rows = Vec::new();
    for (index, part) in text::folded(said, room).into_iter().enumerate() {
        let part = fit::pad(&part, room + 1, theme);
        rows.push(match index {
            0 => Drawn::from(vec![
                Span::styled(format!(" {mark} "), style),
                Span::styled(label.clone(), style.patch(theme.strong())),
                Span::styled(part, style),
                time(took, page),
            ]),
            _ => Drawn::from(vec![
                Span::raw(" ".repeat(3 + LABEL)),
                Span::styled(part.trim_end().to_owned(), style),
            ]),
        });
    }
    rows
}

/// Why it went wrong, in the words that `docker` printed.
fn error(operation: &Operation, page: Page) -> Vec<Drawn<'static>> {
    let said = operation.error.as_deref().unwrap_or_default();
    let rows = wrapped(said, 3 + LABEL, page);
    let style = page.theme.bad();
    rows.into_iter().map(|row| row.style(style)).collect()
}

fn explained(operation: &Operation, line: &Line, page: Page) -> Vec<Drawn<'static>> {
    let theme = page.theme;
    let said = explain::explanation(operation, line, page.language).unwrap_or_default();
    let room = page.width.saturating_sub(3 + LABEL + 1).max(10);
    let margin = || Span::raw(" ".repeat(3 + LABEL));
    let bar = theme.symbol("│ ", "| ");
    let mut rows: Vec<Drawn<'static>> = Vec::new();
    let folded = text::folded(&said, room.saturating_sub(bar.width()));
    for part in folded.iter().filter(|part| !part.is_empty()) {
        let mut row = text::with_code(part, Style::new(), theme);
        row.spans.insert(0, Span::styled(bar, theme.accent()));
        row.spans.insert(0, margin());
        rows.push(row);
    }
    if let Some(at) = explain::page(line) {
        let said = words::xray_book(page.language, at);
        let said = fit::end(&said, room.saturating_sub(bar.width()), theme);
        rows.push(Drawn::from(vec![
            margin(),
            Span::styled(bar, theme.accent()),
            Span::styled(said, theme.faint()),
        ]));
    }
    rows
}

/// A sentence, folded, with a margin.
fn wrapped(said: &str, margin: usize, page: Page) -> Vec<Drawn<'static>> {
    let room = page.width.saturating_sub(margin + 1).max(10);
    let rows = text::folded(said, room).into_iter();
    rows.map(|row| Drawn::raw(format!("{}{row}", " ".repeat(margin))))
        .collect()
}
