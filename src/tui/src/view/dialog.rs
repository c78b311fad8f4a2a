//! What covers the screen until it is answered.

use std::ops::Range;

use plimsoll_lab::course::Lab;
use plimsoll_lab::schema::Kind;
use plimsoll_text::Language;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Clear;

use super::{keybar, text};
use crate::event::{BackTo, Fault, Grade};
use crate::keys::{BINDINGS, Binding, Scope, word};
use crate::model::{Asking, Focus, Model, Overlay, Place, Side};
use crate::update::{question_scope, resets};
use crate::words;

/// A dialog in words: its title, its lines, and the keys that answer it.
struct Told {
    title: String,
    lines: Vec<Line<'static>>,
    keys: String,
    /// Lines that are in sight until the learner scrolls.
    chosen: Range<usize>,
}

/// A dialog as it is drawn.
struct Placed {
    told: Told,
    /// The frame.
    place: Rect,
    /// What is inside of it.
    inner: Rect,
    /// The keys, where the frame is too short for them.
    foot: Vec<String>,
    /// Lines above those in sight, and how many there may be.
    offset: usize,
    last: usize,
}

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>) {
    let Some(placed) = placed(model) else {
        return;
    };
    let theme = model.theme;
    let (above, below) = (placed.offset, placed.last - placed.offset);
    // The corners, and how much is above.
    let room = usize::from(placed.place.width.saturating_sub(12));
    let more = |arrow, count| Line::from(format!(" {arrow} {count} ")).right_aligned();
    let mut block = text::bordered(theme)
        .title(format!(" {} ", text::cut(&placed.told.title, room, theme)))
        .border_style(theme.accent());
    if placed.foot.is_empty() {
        block = block.title_bottom(format!(" {} ", placed.told.keys));
    }
    if above > 0 {
        block = block.title(more(theme.symbol("↑", "^"), above));
    }
    if below > 0 {
        block = block.title_bottom(more(theme.symbol("↓", "v"), below));
    }
    frame.render_widget(Clear, placed.place);
    frame.render_widget(block, placed.place);
    let lines = placed.told.lines.into_iter().skip(placed.offset);
    frame.render_widget(Text::from_iter(lines), placed.inner);
    let foot = Rect {
        y: placed.inner.bottom(),
        height: placed
            .place
            .bottom()
            .saturating_sub(placed.inner.bottom() + 1),
        ..placed.inner
    };
    let keys = placed.foot.into_iter();
    frame.render_widget(
        Text::from_iter(keys.map(|line| Line::styled(line, theme.accent()))),
        foot,
    );
}

/// The dialog in words, and where it stands.
fn placed(model: &Model) -> Option<Placed> {
    let area = model.size.area();
    let width = area.width.saturating_sub(4).min(84).max(area.width.min(24));
    let room = usize::from(width.saturating_sub(4));
    let told = told(model, model.overlay.as_ref()?, room)?;
    // The marks of what is beyond have room beside them.
    let foot = match text::width(&told.keys) + 10 <= usize::from(width) {
        true => Vec::new(),
        false => text::folded(&told.keys, room),
    };
    let count = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
    let frame = count(foot.len()).saturating_add(2);
    let blank = u16::from(foot.is_empty());
    let rows = count(told.lines.len());
    let height = rows.saturating_add(frame + blank).min(area.height);
    let place = Rect {
        x: (area.width - width) / 2,
        y: (area.height - height) / 2,
        width,
        height,
    };
    let inner = Rect {
        x: place.x + 2,
        y: place.y + 1,
        width: place.width.saturating_sub(4),
        height: place.height.saturating_sub(frame),
    };
    let high = usize::from(inner.height);
    let last = told.lines.len().saturating_sub(high);
    let own = match model.overlay {
        Some(
            Overlay::Help { scroll } | Overlay::Solution { scroll } | Overlay::Doctor { scroll },
        ) => Some(scroll),
        _ => model.scrolled,
    };
    let follow = told.chosen.end.saturating_sub(high).min(told.chosen.start);
    Some(Placed {
        told,
        place,
        inner,
        foot,
        offset: own.unwrap_or(follow).min(last),
        last,
    })
}

/// How far the dialog in sight is scrolled, and how far it can be; 0 where there
/// is none.
#[must_use]
pub fn scroll(model: &Model) -> (usize, usize) {
    placed(model).map_or((0, 0), |placed| (placed.offset, placed.last))
}

fn told(model: &Model, overlay: &Overlay, room: usize) -> Option<Told> {
    let language = model.language;
    let close = || words::keys_close(language);
    let yes_no = || keybar::in_a_line(model, Scope::Confirm, Some(words::keys_other_no(language)));
    let read = || keybar::in_a_line(model, Scope::Reading, Some(words::keys_other(language)));
    let simple = |title: String, body: &str, keys: String| Told {
        title,
        lines: paragraph(model, body, room),
        keys,
        chosen: 0..0,
    };
    Some(match overlay {
        Overlay::Help { .. } => Told {
            title: words::key_help(language),
            lines: help(model, room),
            keys: read(),
            chosen: 0..0,
        },
        Overlay::Doctor { .. } => Told {
            title: words::key_doctor(language),
            lines: findings(model, room),
            keys: read(),
            chosen: 0..0,
        },
        Overlay::Question(asking) => question(model, open_lab(model)?, asking, room)?,
        Overlay::Hints => hints(model, room)?,
        Overlay::Solution { .. } => Told {
            title: words::key_solution(language),
            lines: script(model, open_lab(model)?, room),
            keys: read(),
            chosen: 0..0,
        },
        Overlay::ConfirmSolution => simple(
            words::key_solution(language),
            &words::solution_is_recorded(language),
            yes_no(),
        ),
        Overlay::ChooseReset { lab, chosen } => choose(model, lab, *chosen),
        Overlay::AskingLosses { .. } => simple(
            words::key_undo(language),
            &words::asking_losses(language),
            close(),
        ),
        Overlay::ConfirmReset { lab, back_to, loss } => Told {
            title: back_to_words(model, lab, *back_to, language),
            lines: losses(model, loss.get(language), room),
            keys: yes_no(),
            chosen: 0..0,
        },
        Overlay::Resetting { .. } => simple(
            words::key_undo(language),
            &words::resetting(language),
            String::new(),
        ),
        Overlay::Book { lines } => simple(words::key_book(language), &lines.join("\n\n"), close()),
        Overlay::Fault(fault) => fault_told(model, fault, room),
    })
}

/// Hints for the goal to work on, whole, where the goals have one line.
fn hints(model: &Model, room: usize) -> Option<Told> {
    let (language, theme) = (model.language, model.theme);
    let (lab, screen) = model.open()?;
    let check = screen.goals.next()?;
    let mut lines = paragraph(model, check.message.get(language), room);
    if let Some(command) = &check.look_at {
        lines.push(text::with_code(
            &words::look_at(language, command.as_str()),
            Style::new(),
            theme,
        ));
    }
    for hint in super::goals::hints(model, lab, screen, check) {
        lines.push(Line::default());
        let folded = text::folded(&hint, room);
        let styled = folded.iter();
        lines.extend(styled.map(|line| text::with_code(line, theme.warn(), theme)));
    }
    let keys = match keybar::hints_left(model) {
        Some(1..) => {
            let other = words::keys_other(language);
            keybar::in_a_line(model, Scope::Hints, Some(other))
        }
        _ => words::keys_close(language),
    };
    Some(Told {
        title: check.title.get(language).replace('`', ""),
        lines,
        keys,
        chosen: 0..0,
    })
}

/// What a reset takes away, and the question; of a long list the end is left
/// out, never the question.
fn losses(model: &Model, loss: &str, room: usize) -> Vec<Line<'static>> {
    let mut lines = paragraph(model, &words::confirm_reset(model.language, loss), room);
    let most = usize::from(model.size.rows).saturating_sub(4).max(3);
    if lines.len() > most {
        let left_out = model.theme.symbol("…", "...");
        let ends = lines.split_off(lines.len() - 2);
        lines.truncate(most - 3);
        lines.push(Line::raw(left_out));
        lines.extend(ends);
    }
    lines
}

fn open_lab(model: &Model) -> Option<&Lab> {
    match &model.place {
        Place::Lab(name) => model.course.lab(name),
        Place::Home => None,
    }
}

fn paragraph(model: &Model, body: &str, room: usize) -> Vec<Line<'static>> {
    let parts = body.split("\n\n").enumerate();
    let mut lines = Vec::new();
    for (index, part) in parts {
        if index > 0 {
            lines.push(Line::default());
        }
        let folded = part.lines().flat_map(|line| folded(line, room));
        lines.extend(folded.map(|line| text::with_code(&line, Style::new(), model.theme)));
    }
    lines
}

/// A line folded to a width; one that is indented, as in a list, stays so.
fn folded(line: &str, room: usize) -> Vec<String> {
    let Some(item) = line.strip_prefix(INDENT) else {
        return text::folded(line, room);
    };
    let lines = text::folded(item, room.saturating_sub(INDENT.len()));
    let lines = lines.into_iter();
    lines.map(|line| format!("{INDENT}{line}")).collect()
}

/// What an item of a list begins with.
const INDENT: &str = "  ";

fn fault_told(model: &Model, fault: &Fault, room: usize) -> Told {
    let mut lines = paragraph(model, &fault.message, room);
    for hint in &fault.hints {
        lines.push(Line::default());
        lines.extend(paragraph(model, hint, room));
    }
    Told {
        title: words::did_not_work(model.language),
        lines,
        keys: words::keys_close(model.language),
        chosen: 0..0,
    }
}

/// The keys of the screen that help was asked on: first those of the pane that
/// has the keys.
fn help(model: &Model, room: usize) -> Vec<Line<'static>> {
    let language = model.language;
    let mut lines = Vec::new();
    let mut section = |title: String, keys: Vec<(String, String)>| {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        let folded = text::folded(&title, room).into_iter();
        lines.extend(folded.map(|line| Line::styled(line, model.theme.strong())));
        let widest = keys.iter().map(|(key, _)| text::width(key)).max();
        let column = widest.unwrap_or(0).max(5) + 1;
        for (key, says) in keys {
            lines.push(Line::from(vec![
                Span::styled(format!("  {key:<column$}"), model.theme.accent()),
                Span::raw(says),
            ]));
        }
    };
    let Some((_, screen)) = model.open() else {
        section(words::help_home(language), keys_of(model, Scope::Home));
        return lines;
    };
    let lesson = || (words::help_lesson(language), keys_of(model, Scope::Lesson));
    let mut after = None;
    match (screen.focus, screen.side) {
        (Focus::Terminal, _) if screen.terminal.still().is_some() => {
            let keys = keys_of(model, Scope::Scroll);
            section(words::help_scroll(language), keys);
        }
        (Focus::Terminal, _) => after = Some(lesson()),
        (Focus::Side, Side::Lesson) => {
            let (title, keys) = lesson();
            section(title, keys);
        }
        (Focus::Side, _) => {
            let mut keys = keys_of(model, screen.side_scope());
            keys.extend(keys_of(model, Scope::View));
            section(words::help_view(language), keys);
        }
    }
    let mut leader = keys_of(model, Scope::Leader);
    leader.push(("^G".to_owned(), words::key_literal(language)));
    section(words::help_leader(language), leader);
    if let Some((title, keys)) = after {
        section(title, keys);
    }
    let terminal = keys_of(model, Scope::Terminal);
    section(words::help_terminal(language), terminal);
    lines.push(Line::default());
    lines.extend(paragraph(model, &words::help_mouse(language), room));
    lines
}

fn keys_of(model: &Model, scope: Scope) -> Vec<(String, String)> {
    let shown = BINDINGS
        .iter()
        .filter(|binding| binding.scope == scope && !binding.shown.is_empty());
    let told = |binding: &Binding| {
        let says = word(binding.action, scope, model.language);
        (keybar::key_name(model, binding.shown), says)
    };
    shown.map(told).collect()
}

/// What `plimsoll doctor` found, and what mends it.
fn findings(model: &Model, room: usize) -> Vec<Line<'static>> {
    let (language, theme) = (model.language, model.theme);
    let Some(findings) = &model.findings else {
        return paragraph(model, &words::doctor_looks(language), room);
    };
    if findings.is_empty() {
        return paragraph(model, &words::doctor_fails(language), room);
    }
    let mut lines = Vec::new();
    for finding in findings {
        let (mark, style) = match finding.status {
            Grade::Fine => (theme.symbol("✓", "[x]"), theme.good()),
            Grade::Limited => (theme.symbol("!", "[!]"), theme.warn()),
            Grade::Broken => (theme.symbol("✗", "[-]"), theme.bad()),
        };
        let indent = text::width(mark) + 1;
        let said = words::finding(language, finding.found.as_str(), finding.subject.as_str());
        let about = finding.meaning.iter().map(|text| (text, Style::new()));
        let mend = finding.mend.iter().map(|text| (text, theme.code()));
        let parts = std::iter::once((&said, Style::new()))
            .chain(about)
            .chain(mend);
        let folded = parts.flat_map(|(part, style)| {
            let lines = part
                .lines()
                .flat_map(|line| text::folded(line, room.saturating_sub(indent)));
            lines.map(move |line| (line, style)).collect::<Vec<_>>()
        });
        for (index, (line, plain)) in folded.enumerate() {
            let lead = match index {
                0 => Span::styled(format!("{mark} "), style),
                _ => Span::raw(" ".repeat(indent)),
            };
            let mut line = text::with_code(&line, plain, theme);
            line.spans.insert(0, lead);
            lines.push(line);
        }
    }
    lines
}

fn question(model: &Model, lab: &Lab, asking: &Asking, room: usize) -> Option<Told> {
    let language = model.language;
    let theme = model.theme;
    let asked = lab.file.questions.get(asking.question)?;
    let mut lines = paragraph(model, asked.text.get(language), room);
    lines.push(Line::default());
    let mut begins = lines.len();
    let mut ends = begins;
    match &asked.kind {
        Kind::Choice(choices) => {
            for (index, choice) in choices.iter().enumerate() {
                let chosen = index == asking.choice;
                let pointer = if chosen {
                    theme.symbol("▸", ">")
                } else {
                    " "
                };
                let style = if chosen { theme.strong() } else { Style::new() };
                let folded = text::folded(choice.text.get(language), room.saturating_sub(5));
                if chosen {
                    (begins, ends) = (lines.len(), lines.len() + folded.len());
                }
                for (number, line) in folded.into_iter().enumerate() {
                    let lead = match number {
                        0 => format!("{pointer} {}. ", index + 1),
                        _ => "     ".to_owned(),
                    };
                    let mut line = text::with_code(&line, style, theme);
                    line.spans.insert(0, Span::styled(lead, theme.accent()));
                    lines.push(line);
                }
            }
        }
        Kind::Text => {
            let cursor = theme.symbol("▏", "_");
            // Where it is longer than the dialog, its end is what is being typed.
            let typed = text::tail(&asking.typed, room.saturating_sub(3));
            lines.push(Line::from(vec![
                Span::styled("> ", theme.accent()),
                Span::raw(format!("{typed}{cursor}")),
            ]));
        }
    }
    if asked.kind == Kind::Text {
        ends = lines.len();
    }
    let verdict = verdict(model, lab, &asked.id, room);
    if !verdict.is_empty() {
        lines.push(Line::default());
        lines.extend(verdict);
    }
    let count = lab.file.questions.len();
    Some(Told {
        title: words::question_of(language, count, asking.question + 1),
        lines,
        keys: keybar::in_a_line(model, question_scope(&asked.kind), None),
        chosen: begins..ends,
    })
}

/// Whether the answer that was given is right, as the goals say.
fn verdict(model: &Model, lab: &Lab, question: &str, room: usize) -> Vec<Line<'static>> {
    let given = model.progress.labs.get(&lab.name);
    let given = given.is_some_and(|progress| progress.answers.contains_key(question));
    let step = lab.file.steps.iter();
    let mut steps = step.filter(|step| step.questions.iter().any(|id| id == question));
    let goals = steps.next().map_or(&[][..], |step| &step.goals);
    let Some(screen) = model.labs.get(&lab.name).filter(|_| given) else {
        return Vec::new();
    };
    let of_question = |id: &String| id == question || goals.len() == 1;
    let Some(goal) = goals.iter().find(|id| of_question(id)) else {
        return Vec::new();
    };
    let Some(check) = screen.goals.checks().iter().find(|check| &check.id == goal) else {
        return Vec::new();
    };
    let text = check.message.get(model.language);
    let mut lines = paragraph(model, text, room.saturating_sub(4));
    if let Some(line) = lines.first_mut() {
        line.spans.insert(0, Span::raw(" "));
        line.spans.insert(0, text::mark(check, model.theme));
    }
    lines
}

fn script(model: &Model, lab: &Lab, room: usize) -> Vec<Line<'static>> {
    let mut lines = paragraph(model, &words::solution_is_one_way(model.language), room);
    lines.push(Line::default());
    let reference = lab
        .reference()
        .map_or("", |attempt| attempt.script.as_str());
    for line in reference.lines() {
        // What is answered before the script, as a learner types it.
        let answer = line.strip_prefix("# answer: ").and_then(|told| {
            let (question, value) = told.split_once('=')?;
            Some(format!("plimsoll answer {} {question} {value}", lab.name))
        });
        for part in text::folded(answer.as_deref().unwrap_or(line), room) {
            lines.push(Line::styled(part, model.theme.code()));
        }
    }
    lines
}

fn choose(model: &Model, lab: &str, chosen: usize) -> Told {
    let language = model.language;
    let all = resets(model, lab);
    let chosen = chosen.min(all.len().saturating_sub(1));
    let rows = all.iter().enumerate().map(|(index, back_to)| {
        let here = index == chosen;
        let pointer = if here {
            model.theme.symbol("▸", ">")
        } else {
            " "
        };
        let style = if here {
            model.theme.strong()
        } else {
            Style::new()
        };
        Line::from(vec![
            Span::styled(format!("{pointer} "), model.theme.accent()),
            Span::styled(back_to_words(model, lab, *back_to, language), style),
        ])
    });
    let found = model.course.lab(lab);
    let name = found.map_or(lab, |lab| lab.title(language)).to_owned();
    let mut lines = vec![Line::raw(name), Line::default()];
    lines.extend(rows);
    Told {
        title: words::back_to_which(language),
        lines,
        keys: keybar::in_a_line(model, Scope::Beginning, None),
        chosen: chosen + 2..chosen + 3,
    }
}

fn back_to_words(model: &Model, lab: &str, back_to: BackTo, language: Language) -> String {
    let BackTo::Step(step) = back_to else {
        return words::back_to_beginning(language);
    };
    let found = model.course.lab(lab);
    let title = found.and_then(|lab| {
        let lesson = crate::lesson::Lesson::parse(lab.lesson.get(language));
        let id = &lab.file.steps.get(step.checked_sub(1)?)?.id;
        let titled = lesson.steps.into_iter().find(|titled| &titled.id == id)?;
        Some(titled.title)
    });
    words::back_to_step(language, step, title.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_items_further_lines_are_indented_too() {
        assert_eq!(folded("It goes back.", 8), ["It goes", "back."]);
        assert_eq!(
            folded("  containers: one, two, three", 20),
            ["  containers: one,", "  two, three"]
        );
    }
}
