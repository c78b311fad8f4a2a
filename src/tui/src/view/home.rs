//! The labs, how far the learner is, and what is next.

use plimsoll_lab::course::Lab;
use plimsoll_lab::progress::LabProgress;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{keybar, text};
use crate::event::Health;
use crate::model::Model;
use crate::words;

/// The list's width at most, in columns.
const WIDEST: u16 = 120;
/// Below this many columns a lab's time gives way to its title.
const NARROW: u16 = 56;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let bar = keybar::rows(model).min(area.height / 3);
    // Far-away ends of a line are hard to read together.
    let (columns, theme) = (area.width.min(WIDEST), model.theme);
    let said = status(model, area.width);
    let said_rows = u16::try_from(said.len())
        .unwrap_or(1)
        .min(area.height - bar);
    let mut lines = vec![title(model, columns), Line::default()];
    if let Some(search) = &model.home.search {
        let label = words::searching(model.language);
        let cursor = theme.symbol("▏", "_");
        let said = format!("   {label} {search}{cursor}");
        lines.push(Line::styled(said, theme.accent()));
        lines.push(Line::default());
    }
    let found = model.found();
    for (index, lab) in found.iter().enumerate() {
        let chosen = index == model.home.chosen.min(found.len() - 1);
        lines.push(row(model, lab, chosen, columns));
    }
    if found.is_empty() {
        let said = words::nothing_found(model.language);
        let room = usize::from(columns).saturating_sub(4);
        let folded = text::folded(&said, room).into_iter();
        lines.extend(folded.map(|line| Line::raw(format!("   {line}"))));
    }
    let space = usize::from(area.height.saturating_sub(bar + said_rows));
    if let Some(lab) = model.chosen_lab() {
        let about = about(model, lab, usize::from(columns));
        let rule = theme
            .symbol("─", "-")
            .repeat(usize::from(columns).saturating_sub(6));
        if lines.len() + about.len() + 2 <= space {
            lines.push(Line::default());
            lines.push(Line::styled(format!("   {rule}"), theme.faint()));
            lines.extend(about);
        }
    }
    // A course longer than the screen scrolls with the choice.
    let top = scroll(model.home.chosen + 2, lines.len(), space);
    let main = Rect {
        height: area.height - bar - said_rows,
        ..area
    };
    let shown: Vec<Line<'_>> = lines.into_iter().skip(top).collect();
    frame.render_widget(ratatui::text::Text::from(shown), main);
    let foot = Rect {
        y: main.height,
        height: said_rows,
        ..area
    };
    frame.render_widget(ratatui::text::Text::from(said), foot);
    let foot = Rect {
        y: area.height - bar,
        height: bar,
        ..area
    };
    keybar::draw(model, frame, foot);
}

fn scroll(chosen: usize, lines: usize, space: usize) -> usize {
    if lines <= space {
        return 0;
    }
    (chosen + 2).saturating_sub(space)
}

fn title(model: &Model, columns: u16) -> Line<'static> {
    let name = format!(" Plimsoll {} ", model.theme.symbol("·", "-"));
    let course = model.course.title.get(model.language).to_owned();
    let left = vec![
        Span::styled(name, model.theme.accent()),
        Span::styled(course, model.theme.strong()),
    ];
    let right = Span::styled(format!("{} ", model.language.code()), model.theme.faint());
    text::both_ends(left, vec![right], columns)
}

fn row(model: &Model, lab: &Lab, chosen: bool, columns: u16) -> Line<'static> {
    let theme = model.theme;
    let progress = model.lab_progress(&lab.name);
    let pointer = if chosen {
        theme.symbol("▸", ">")
    } else {
        " "
    };
    let style = if chosen { theme.strong() } else { Style::new() };
    let score = match progress.is_begun() {
        true if goes_on_again(&progress) => {
            let (now, best) = (progress.last_score, progress.best_score);
            words::score_now_and_best(model.language, best, lab.grader.max_score(), now)
        }
        true => format!("{}/{}", progress.best_score, lab.grader.max_score()),
        false => theme.symbol("–", "-").to_owned(),
    };
    let time = match progress.seconds {
        0 => String::new(),
        seconds => text::duration(seconds),
    };
    let mut right = match columns {
        ..NARROW => format!("{score:>6} "),
        _ => format!("{score:>6} {time:>9} "),
    };
    if columns >= 100 {
        right = format!("{}{right}", running(model, &lab.name));
    }
    let mark = mark(model, &progress);
    let room = usize::from(columns).saturating_sub(text::width(&right) + 3 + mark.width());
    let title = format!(" {}  {}", lab.file.order, lab.title(model.language));
    let left = vec![
        Span::styled(format!(" {pointer} "), theme.accent()),
        mark,
        Span::styled(text::cut(&title, room, theme), style),
    ];
    text::both_ends(left, vec![Span::raw(right)], columns)
}

/// How many containers run in a lab; empty where none does.
fn running(model: &Model, lab: &str) -> String {
    match model.running.get(lab) {
        None | Some(0) => String::new(),
        Some(count) => words::containers_running(model.language, *count),
    }
}

fn mark(model: &Model, progress: &LabProgress) -> Span<'static> {
    let theme = model.theme;
    let done = progress.is_done() && !goes_on_again(progress);
    match (done, progress.is_begun()) {
        (true, _) => Span::styled(theme.symbol("✓", "[x]"), theme.good()),
        (false, true) => Span::styled(theme.symbol("◐", "[~]"), theme.warn()),
        (false, false) => Span::styled(theme.symbol("○", "[ ]"), theme.faint()),
    }
}

fn about(model: &Model, lab: &Lab, columns: usize) -> Vec<Line<'static>> {
    let language = model.language;
    let room = columns.saturating_sub(9).min(90);
    let mut lines = vec![Line::styled(
        format!("   {}  {}", lab.file.order, lab.title(language)),
        model.theme.strong(),
    )];
    for line in text::folded(lab.file.summary.get(language), room) {
        lines.push(Line::raw(format!("      {line}")));
    }
    let running = running(model, &lab.name);
    // With more room it stands in the lab's row.
    if !running.is_empty() && columns < 100 {
        let line = format!("      {}", running.trim_end());
        lines.push(Line::styled(line, model.theme.good()));
    }
    let progress = model.lab_progress(&lab.name);
    let next = match next_goal(lab, &progress) {
        Some(goal) if progress.is_done() && goes_on_again(&progress) => {
            words::lab_was_done(language, goal.title.get(language))
        }
        _ if progress.is_done() => words::lab_is_done(language),
        Some(goal) if progress.is_begun() => words::next_goal(language, goal.title.get(language)),
        _ => words::takes_about(language, lab.file.minutes),
    };
    for line in text::folded(&next, room) {
        let mut line = text::with_code(&line, model.theme.faint(), model.theme);
        line.spans.insert(0, Span::raw("      "));
        lines.push(line);
    }
    lines
}

/// The lab met more goals once than it does now: it went back since, or something
/// in it was changed.
fn goes_on_again(progress: &LabProgress) -> bool {
    !progress.checked_at.is_empty() && progress.last_score < progress.best_score
}

fn next_goal<'a>(lab: &'a Lab, progress: &LabProgress) -> Option<&'a plimsoll_lab::schema::Goal> {
    progress.open.first().and_then(|id| lab.grader.goal(id))
}

/// What the machine allows, or what was just said, in a few lines.
fn status(model: &Model, columns: u16) -> Vec<Line<'static>> {
    const MOST: usize = 4;
    let (language, theme) = (model.language, model.theme);
    let (said, style) = match (&model.notice, &model.health) {
        (Some(notice), _) => (notice.text.clone(), theme.strong()),
        (None, None) => (words::doctor_looks(language), theme.faint()),
        (None, Some(Health::Fine)) => (words::doctor_fine(language), theme.faint()),
        (None, Some(Health::Limited(what))) => {
            let said = words::doctor_limited(language, what.as_str());
            (format!("! {said}"), theme.warn())
        }
        (None, Some(Health::Blocked(what))) => {
            let said = words::doctor_blocked(language, what.as_str());
            (format!("! {said}"), theme.bad())
        }
    };
    let room = usize::from(columns).saturating_sub(2);
    let lines = text::folded(&said, room).into_iter().take(MOST);
    let styled = lines.map(|line| {
        let mut line = text::with_code(&line, style, theme);
        line.spans.insert(0, Span::raw(" "));
        line
    });
    styled.collect()
}
