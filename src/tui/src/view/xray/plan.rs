//! The plan that was carried out: every operation, in words or as data, those
//! of the chosen line marked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line as Drawn, Span};
use serde::{Deserialize, Serialize};

use super::super::blocks::{self, Block, Page};
use super::super::{fit, text};
use super::Place;
use crate::keys::{Action, Scope};
use crate::words;
use crate::xray::{Command, Operation, Plan, Xray};

/// Which plan is shown, and what of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PlanState {
    /// The command, and the operation of it.
    command: u64,
    operation: usize,
    /// Those of the line that was chosen.
    marked: Vec<usize>,
    /// The operation in sight.
    chosen: Option<String>,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Form {
    Words,
    Data,
}

/// What came of a key.
pub(super) enum Pressed {
    Unused,
    Used,
    Closed,
}

impl PlanState {
    /// The plan of what is chosen, else the last one of the newest command.
    pub(super) fn of(xray: &Xray, place: Option<Place<'_>>) -> Option<PlanState> {
        let command = place
            .map(|place| place.command)
            .or_else(|| xray.newest_first().next())?;
        let chosen = place.and_then(|place| place.operation);
        let has_plan = |(_, operation): &(usize, &Operation)| operation.plan.is_some();
        let planned = || command.operations.iter().enumerate().filter(has_plan);
        let (operation, _) = chosen.filter(has_plan).or_else(|| planned().next_back())?;
        let is_of_line = chosen.is_some_and(|(at, _)| at == operation);
        let line = place.and_then(|place| place.line).filter(|_| is_of_line);
        let marked = line.map_or_else(Vec::new, |line| line.ops.clone());
        Some(PlanState {
            command: command.id,
            operation,
            chosen: marked.first().map(ToString::to_string),
            marked,
            form: Form::Words,
        })
    }

    pub(super) fn scope(&self) -> Scope {
        match self.form {
            Form::Words => Scope::Plan,
            Form::Data => Scope::PlanData,
        }
    }

    pub(super) fn act(&mut self, action: Action, xray: &Xray) -> Pressed {
        match (action, self.form) {
            (Action::OtherForm, Form::Words) => self.form = Form::Data,
            (Action::OtherForm, Form::Data) | (Action::Back, _) => return Pressed::Closed,
            _ => {
                let Some((_, plan)) = self.found(xray) else {
                    return Pressed::Closed;
                };
                let keys: Vec<String> = (0..plan.words.len()).map(|at| at.to_string()).collect();
                return match blocks::choose(&keys, &mut self.chosen, action) {
                    true => Pressed::Used,
                    false => Pressed::Unused,
                };
            }
        }
        Pressed::Used
    }

    fn found<'a>(&self, xray: &'a Xray) -> Option<(&'a Command, &'a Plan)> {
        let command = xray.newest_first().find(|one| one.id == self.command)?;
        let plan = command.operations.get(self.operation)?.plan.as_ref()?;
        Some((command, plan))
    }

    /// Draws it; `false`: it is no longer there.
    pub(super) fn draw(&self, frame: &mut Frame, area: Rect, xray: &Xray, page: Page) -> bool {
        let Some((command, plan)) = self.found(xray) else {
            return false;
        };
        let heading = Rect { height: 1, ..area }.intersection(area);
        frame.render_widget(self.heading(command, plan, page), heading);
        let below = Rect {
            y: area.y.saturating_add(1),
            height: area.height.saturating_sub(1),
            ..area
        };
        let words = plan.words.iter().map(|op| op.get(page.language));
        let ops: Vec<&str> = match self.form {
            Form::Words => words.collect(),
            Form::Data => plan.data.iter().map(String::as_str).collect(),
        };
        let mut all: Vec<Block> = Vec::new();
        for (at, op) in ops.into_iter().enumerate() {
            all.push(Block::keyed(&at.to_string(), self.rows(at, op, page)));
        }
        for warning in &plan.warnings {
            let rows = folded(warning, page).into_iter();
            let margin = " ".repeat(MARGIN);
            let rows = rows.map(|row| Drawn::styled(format!("{margin}{row}"), page.theme.warn()));
            all.push(Block::of(rows.collect()));
        }
        blocks::show(frame, below, all, self.chosen.as_deref(), page);
        true
    }

    fn heading(&self, command: &Command, plan: &Plan, page: Page) -> Drawn<'static> {
        let count = plan.words.len();
        let what = match self.form {
            Form::Words => words::xray_plan_words(page.language, count),
            Form::Data => words::xray_plan_data(page.language, count),
        };
        let what = fit::end(&format!(" {what}"), page.width, page.theme);
        let room = page.width.saturating_sub(text::width(&what) + 3);
        let typed = command.typed.as_deref().unwrap_or_default();
        let typed = fit::end(typed, room, page.theme);
        let dot = match typed.is_empty() {
            true => "",
            false => page.theme.symbol(" · ", " - "),
        };
        Drawn::from(vec![
            Span::styled(what, page.theme.accent()),
            Span::styled(format!("{dot}{typed}"), page.theme.faint()),
        ])
    }

    /// ` ▸ 12  give eth0 the address 172.17.0.2/16`.
    fn rows(&self, at: usize, op: &str, page: Page) -> Vec<Drawn<'static>> {
        let theme = page.theme;
        let is_marked = self.marked.contains(&at);
        let (mark, style) = match is_marked {
            true => (theme.symbol("▸", ">"), theme.strong()),
            false => (" ", Style::new()),
        };
        let mut rows = Vec::new();
        for (index, part) in folded(op, page).into_iter().enumerate() {
            let number = match index {
                0 => format!(" {mark} {:>3}  ", at + 1),
                _ => " ".repeat(MARGIN),
            };
            rows.push(Drawn::from(vec![
                Span::styled(number, theme.faint()),
                Span::styled(part, style),
            ]));
        }
        rows
    }
}

/// Columns before an operation: a mark and its number.
const MARGIN: usize = 8;

fn folded(op: &str, page: Page) -> Vec<String> {
    text::folded(op, page.width.saturating_sub(MARGIN + 1).max(10))
}
