//! The goals: ticked live, and for the one to work on what was expected, what
//! was found, where to look, and the hints that were asked for.

use plimsoll_lab::course::Lab;
use plimsoll_lab::result::{CheckRecord, Status};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::text;
use crate::model::{LabScreen, Model, Tone};
use crate::update::shows_by_itself;
use crate::words;

pub(super) fn draw(
    model: &Model,
    lab: &Lab,
    screen: &LabScreen,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    if area.height == 1 {
        frame.render_widget(one_line(model, screen, area.width), area);
        return;
    }
    let lines = lines(model, lab, screen, area);
    frame.render_widget(Text::from(lines), area);
}

/// `goals ✓✗○○○  port 80 reaches its port 80: found 80→8080`
fn one_line(model: &Model, screen: &LabScreen, columns: u16) -> Line<'static> {
    let (theme, language) = (model.theme, model.language);
    if let Some(said) = notice(model) {
        return said;
    }
    let mut spans = vec![Span::raw(format!(" {} ", words::goals(language)))];
    for check in screen.goals.checks() {
        spans.push(text::mark(check, theme));
    }
    let taken: usize = spans.iter().map(Span::width).sum();
    let room = usize::from(columns).saturating_sub(taken + 3);
    let said = match screen.goals.next() {
        _ if screen.goals.fault.is_some() => words::cannot_judge(language),
        Some(check) => said_of(model, lab_hint(model, screen, check), check),
        None if screen.goals.is_done() => words::all_goals_met(language),
        None => String::new(),
    };
    spans.push(Span::raw("  "));
    spans.extend(text::with_code(&text::cut(&said, room, theme), Style::new(), theme).spans);
    spans.into()
}

/// In one line: the hint where there is one, else what was found.
fn said_of(model: &Model, hint: Option<String>, check: &CheckRecord) -> String {
    let title = check.title.get(model.language);
    match hint {
        Some(hint) => hint,
        None if check.miss.is_some() => check.message.get(model.language).to_owned(),
        None => title.to_owned(),
    }
}

fn notice(model: &Model) -> Option<Line<'static>> {
    let notice = model.notice.as_ref()?;
    let (mark, style) = match notice.tone {
        Tone::Good => (model.theme.symbol("✓", "[x]"), model.theme.good()),
        Tone::Bad => (model.theme.symbol("✗", "[-]"), model.theme.bad()),
        Tone::Plain => (model.theme.symbol("·", "-"), model.theme.strong()),
    };
    let mut line = text::with_code(&notice.text, style, model.theme);
    line.spans
        .insert(0, Span::styled(format!(" {mark} "), style));
    Some(line)
}

fn lines(model: &Model, lab: &Lab, screen: &LabScreen, area: Rect) -> Vec<Line<'static>> {
    let rows = usize::from(area.height);
    let checks = screen.goals.checks();
    if checks.is_empty() {
        let said = match &screen.goals.fault {
            Some(fault) => fault.message.clone(),
            None => words::not_judged_yet(model.language),
        };
        return vec![Line::styled(format!(" {said}"), model.theme.faint())];
    }
    let next = screen.goals.next().map(|check| check.id.clone());
    let detail = screen
        .goals
        .next()
        .map(|check| detail(model, lab, screen, check, area.width));
    let mut detail = detail.unwrap_or_default();
    let said = notice(model);
    let free = rows.saturating_sub(checks.len() + usize::from(said.is_some()));
    detail.truncate(free);
    // Too many goals for the place: the one to work on stays in sight.
    let shown = rows
        .saturating_sub(detail.len() + usize::from(said.is_some()))
        .max(1);
    let at = checks
        .iter()
        .position(|check| Some(&check.id) == next.as_ref());
    let skip = at.unwrap_or(0).saturating_sub(shown.saturating_sub(1));
    let mut lines = Vec::new();
    for check in checks.iter().skip(skip).take(shown) {
        lines.push(row(model, screen, check, area.width));
        if Some(&check.id) == next.as_ref() {
            lines.append(&mut detail);
        }
    }
    lines.extend(said);
    lines
}

fn row(model: &Model, screen: &LabScreen, check: &CheckRecord, columns: u16) -> Line<'static> {
    let (theme, language) = (model.theme, model.language);
    let title = check.title.get(language);
    let mut spans = vec![Span::raw(" "), text::mark(check, theme), Span::raw(" ")];
    let style = match check.status {
        Status::Pass => theme.faint(),
        _ => Style::new(),
    };
    spans.extend(text::with_code(title, style, theme).spans);
    spans.push(Span::styled(
        format!("  {}", check.max_points),
        theme.faint(),
    ));
    let taken: usize = spans.iter().map(Span::width).sum();
    let room = usize::from(columns).saturating_sub(taken + 4);
    let turned_back = screen.goals.turned_back.contains(&check.id);
    let told = match (check.status, &check.miss) {
        (Status::Fail, _) if turned_back => {
            words::was_met_before(language, check.message.get(language))
        }
        (Status::Fail, Some(_)) => match &check.look_at {
            Some(command) => {
                words::found_and_look(language, command.as_str(), check.message.get(language))
            }
            None => check.message.get(language).to_owned(),
        },
        (Status::Error, _) => check.message.get(language).to_owned(),
        _ => String::new(),
    };
    if !told.is_empty() && room > 12 {
        spans.push(Span::raw("   "));
        let told = text::cut(&told, room, theme);
        spans.extend(text::with_code(&told, theme.faint(), theme).spans);
    }
    spans.into()
}

/// The hints that are in sight for the goal to work on.
fn detail(
    model: &Model,
    lab: &Lab,
    screen: &LabScreen,
    check: &CheckRecord,
    columns: u16,
) -> Vec<Line<'static>> {
    let room = usize::from(columns).saturating_sub(6);
    let mut said: Vec<String> = lab_hint(model, screen, check).into_iter().collect();
    let steps = lab
        .grader
        .goal(&check.id)
        .map_or(&[][..], |goal| &goal.hints);
    let progress = model.progress.labs.get(&lab.name);
    let shown = progress.and_then(|progress| progress.hints.get(&check.id));
    let shown = shown.map_or(0, |shown| *shown as usize);
    for (index, hint) in steps.iter().take(shown).enumerate() {
        said.push(format!("{}. {}", index + 1, hint.get(model.language)));
    }
    let lines = said.iter().flat_map(|hint| text::folded(hint, room));
    lines
        .map(|line| {
            let mut line = text::with_code(&line, model.theme.warn(), model.theme);
            line.spans.insert(0, Span::raw("   "));
            line
        })
        .collect()
}

/// The hint made for the mistake that was recognised: on request, or after a
/// while.
fn lab_hint(model: &Model, screen: &LabScreen, check: &CheckRecord) -> Option<String> {
    let hint = check.hint.as_ref()?;
    let asked = screen.goals.asked.contains(&check.id);
    let waited = shows_by_itself(screen, &check.id, check.miss.as_deref(), model.now);
    (asked || waited).then(|| hint.get(model.language).to_owned())
}
