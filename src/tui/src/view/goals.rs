//! The goals: ticked live, and for the one to work on what was expected, what
//! was found, where to look, and the hints that were asked for.

use plimsoll_lab::course::Lab;
use plimsoll_lab::result::{CheckRecord, Status};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::text;
use crate::model::{LabScreen, Model, Next, Tone};
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
        match notice(model, area.width) {
            said if said.is_empty() => {
                frame.render_widget(one_line(model, screen, area.width), area);
            }
            said => upwards(frame, said, area),
        }
        return;
    }
    let lines = lines(model, lab, screen, area);
    frame.render_widget(Text::from(lines), area);
}

/// `goals ✓✗○○○  port 80 reaches its port 80: found 80→8080`
fn one_line(model: &Model, screen: &LabScreen, columns: u16) -> Line<'static> {
    let (theme, language) = (model.theme, model.language);
    let mut spans = marks(model, screen, columns);
    let taken: usize = spans.iter().map(Span::width).sum();
    let room = usize::from(columns).saturating_sub(taken + 3);
    if let Some(fault) = &screen.goals.fault {
        let said = words::cannot_judge(language, fault.message.as_str());
        let said = text::cut(&said, room, theme);
        spans.push(Span::raw("  "));
        spans.extend(text::with_code(&said, Style::new(), theme).spans);
        return spans.into();
    }
    let said = match screen.goals.next() {
        Some(check) => said_of(model, lab_hint(model, screen, check), check),
        None if screen.goals.is_done() => match model.next() {
            Next::Step | Next::Nothing => words::all_met(language),
            Next::Lab(_) => words::all_met_next_lab(language),
            Next::Home => words::all_met_everywhere(language),
        },
        None if screen.goals.checks().is_empty() => words::not_judged_yet(language),
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
        Some(hint) => words::hint_says(model.language, hint),
        None if check.miss.is_some() => {
            words::goal_and_found(model.language, check.actual.get(model.language), title)
        }
        None => title.to_owned(),
    }
}

/// What is being said, in as many lines as it takes; none: nothing is.
fn notice(model: &Model, columns: u16) -> Vec<Line<'static>> {
    let Some(notice) = &model.notice else {
        return Vec::new();
    };
    let (mark, style) = match notice.tone {
        Tone::Good => (model.theme.symbol("✓", "[x]"), model.theme.good()),
        Tone::Bad => (model.theme.symbol("✗", "[-]"), model.theme.bad()),
        Tone::Plain => (model.theme.symbol("·", "-"), model.theme.strong()),
    };
    let indent = text::width(mark) + 2;
    let room = usize::from(columns).saturating_sub(indent);
    let folded = text::folded(&notice.text, room).into_iter().enumerate();
    let line = |(index, said): (usize, String)| {
        let lead = match index {
            0 => format!(" {mark} "),
            _ => " ".repeat(indent),
        };
        let mut line = text::with_code(&said, style, model.theme);
        line.spans.insert(0, Span::styled(lead, style));
        line
    };
    folded.map(line).collect()
}

/// Lines that end where `area` does, and cover what is above it if need be.
fn upwards(frame: &mut Frame<'_>, lines: Vec<Line<'static>>, area: Rect) {
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let rows = rows.min(area.bottom() / 2).max(1);
    let area = Rect {
        y: area.bottom() - rows,
        height: rows,
        ..area
    };
    frame.render_widget(ratatui::widgets::Clear, area);
    frame.render_widget(Text::from(lines), area);
}

fn lines(model: &Model, lab: &Lab, screen: &LabScreen, area: Rect) -> Vec<Line<'static>> {
    let rows = usize::from(area.height);
    let checks = screen.goals.checks();
    if checks.is_empty() {
        let said = match &screen.goals.fault {
            Some(fault) => {
                let why = words::cannot_judge(model.language, fault.message.as_str());
                format!("{} {why}", words::goals(model.language))
            }
            None => words::not_judged_yet(model.language),
        };
        let room = usize::from(area.width).saturating_sub(1);
        let lines = text::folded(&said, room).into_iter();
        let lines = lines.map(|line| {
            let mut line = text::with_code(&line, model.theme.faint(), model.theme);
            line.spans.insert(0, Span::raw(" "));
            line
        });
        return lines.chain(notice(model, area.width)).collect();
    }
    let next = screen.goals.next().map(|check| check.id.clone());
    let detail = screen
        .goals
        .next()
        .map(|check| detail(model, lab, screen, check, area.width));
    let mut detail = detail.unwrap_or_default();
    let said = notice(model, area.width);
    let free = rows.saturating_sub(checks.len() + said.len());
    if let Some(check) = screen.goals.next().filter(|_| detail.len() > free) {
        return folded(model, screen, check, (detail, said), area);
    }
    // Too many goals for the place: the one to work on stays in sight.
    let shown = rows.saturating_sub(detail.len() + said.len()).max(1);
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

/// Hints that have no room among the goals: the others are marks on one line,
/// and of the hints the last ones are shown.
fn folded(
    model: &Model,
    screen: &LabScreen,
    check: &CheckRecord,
    (detail, said): (Vec<Line<'static>>, Vec<Line<'static>>),
    area: Rect,
) -> Vec<Line<'static>> {
    let marks = Line::from(marks(model, screen, area.width));
    let mut lines = vec![marks, row(model, screen, check, area.width)];
    let taken = lines.len() + said.len();
    let free = usize::from(area.height).saturating_sub(taken);
    let skip = detail.len().saturating_sub(free);
    lines.extend(detail.into_iter().skip(skip));
    lines.extend(said);
    lines
}

/// `goals ✓✗○○○`; where that takes too much of the line, `goals 1/5`.
fn marks(model: &Model, screen: &LabScreen, columns: u16) -> Vec<Span<'static>> {
    let (theme, checks) = (model.theme, screen.goals.checks());
    let mut spans = vec![Span::raw(format!(" {} ", words::goals(model.language)))];
    let marks: Vec<_> = checks
        .iter()
        .map(|check| text::mark(check, theme))
        .collect();
    let wide: usize = marks.iter().map(Span::width).sum();
    if wide * 4 <= usize::from(columns) {
        spans.extend(marks);
        return spans;
    }
    let passed = |check: &&CheckRecord| check.status == Status::Pass;
    let met = checks.iter().filter(passed).count();
    spans.push(Span::styled(
        format!("{met}/{}", checks.len()),
        theme.strong(),
    ));
    spans.extend(screen.goals.next().map(|next| {
        let mark = text::mark(next, theme);
        Span::styled(format!("  {}", mark.content), mark.style)
    }));
    spans
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
    let told = told(model, screen, check, room);
    if !told.is_empty() && room > 12 {
        spans.push(Span::raw("   "));
        let told = text::cut(&told, room, theme);
        spans.extend(text::with_code(&told, theme.faint(), theme).spans);
    }
    spans.into()
}

/// What is wrong with a goal, as much of it as there is room for: what was
/// found is said first, then where to look, then what was expected.
fn told(model: &Model, screen: &LabScreen, check: &CheckRecord, room: usize) -> String {
    let language = model.language;
    let turned_back = screen.goals.turned_back.contains(&check.id);
    let met_before = |found: String| match turned_back {
        true => words::was_met_before(language, found),
        false => found,
    };
    let look = |found: &str| match &check.look_at {
        Some(command) => words::and_look(language, command.as_str(), found),
        None => found.to_owned(),
    };
    let whole = check.message.get(language);
    match (check.status, &check.miss) {
        (Status::Fail, miss) if turned_back || miss.is_some() => {
            let found = words::found_short(language, check.actual.get(language));
            let ways = [look(whole), look(&found)].map(met_before);
            let fits = |told: &String| text::width(told) <= room;
            let way = ways.into_iter().find(fits);
            way.unwrap_or_else(|| met_before(found))
        }
        (Status::Error, _) => whole.to_owned(),
        _ => String::new(),
    }
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
    let said = hints(model, lab, screen, check);
    let lines = said.iter().flat_map(|hint| text::folded(hint, room));
    lines
        .map(|line| {
            let mut line = text::with_code(&line, model.theme.warn(), model.theme);
            line.spans.insert(0, Span::raw("   "));
            line
        })
        .collect()
}

/// The hint made for the recognised mistake, and those of the goal's own that
/// were asked for.
pub(super) fn hints(
    model: &Model,
    lab: &Lab,
    screen: &LabScreen,
    check: &CheckRecord,
) -> Vec<String> {
    let own = lab_hint(model, screen, check);
    // What was read before the mistake says how to begin, not what is wrong now.
    if check.hint.is_some() && own.is_none() {
        return Vec::new();
    }
    let mut said: Vec<String> = own.into_iter().collect();
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
    // A colour alone would not tell it from what was found.
    said.iter()
        .map(|hint| words::hint_says(model.language, hint.as_str()))
        .collect()
}

/// The hint made for the mistake that was recognised: on request, or after a
/// while.
fn lab_hint(model: &Model, screen: &LabScreen, check: &CheckRecord) -> Option<String> {
    let hint = check.hint.as_ref()?;
    let miss = check.miss.clone().unwrap_or_default();
    let asked = screen.goals.asked.contains(&(check.id.clone(), miss));
    let waited = shows_by_itself(screen, &check.id, check.miss.as_deref(), model.now);
    (asked || waited).then(|| hint.get(model.language).to_owned())
}
