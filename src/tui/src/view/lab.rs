//! A lab's screen: title, lesson or view, terminal, goals, keys.

use plimsoll_lab::course::Lab;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use super::{goals, journal, keybar, layers, lesson, map, terminal, text, xray};
use crate::geometry;
use crate::model::{Focus, LabScreen, LabState, Model, ShellState, Side};
use crate::terminal::Focus as PaneFocus;
use crate::update::places;
use crate::words;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>) {
    let Some((lab, screen)) = model.open() else {
        return;
    };
    let places = places(model, screen);
    frame.render_widget(title(model, lab, screen, places.title.width), places.title);
    // The pane with the keys comes last: the line that both have has its colour.
    let mut panes = [
        (Focus::Side, places.side),
        (Focus::Terminal, places.terminal),
    ];
    panes.sort_by_key(|(of, _)| *of == screen.focus);
    for (of, pane) in panes {
        let Some(pane) = pane else { continue };
        let inner = framed(model, frame, pane, places.framed, of, screen);
        match of {
            Focus::Side => {
                let inner = said_if_old(model, screen, frame, inner);
                side(model, screen, frame, inner);
            }
            Focus::Terminal => shell(model, screen, frame, inner),
        }
    }
    goals::draw(model, lab, screen, frame, places.goals);
    keybar::draw(model, frame, places.bar);
}

fn title(model: &Model, lab: &Lab, screen: &LabScreen, columns: u16) -> Line<'static> {
    let language = model.language;
    let theme = model.theme;
    let step = words::step_of(language, lab.file.steps.len(), screen.step + 1);
    let dot = theme.symbol("·", "-");
    let mut right = Vec::new();
    if screen.recording.is_some() {
        let said = format!(
            "{} {}  ",
            theme.symbol("●", "*"),
            words::recording(language)
        );
        right.push(Span::styled(said, theme.bad()));
    }
    if let Some(result) = &screen.goals.result {
        let score = format!("{}/{} ", result.score, result.max_score);
        let style = match screen.goals.is_done() {
            true => theme.good(),
            false => theme.strong(),
        };
        right.push(Span::styled(score, style));
    }
    let taken: usize = right.iter().map(Span::width).sum();
    let room = usize::from(columns).saturating_sub(taken + 1);
    let name = format!(" {} {} ", lab.file.order, lab.title(language));
    let name = text::cut(&name, room, theme);
    let rest = room.saturating_sub(text::width(&name));
    let step = text::cut(&format!("{dot} {step}"), rest, theme);
    let left = vec![
        Span::styled(name, theme.accent()),
        Span::styled(step, theme.faint()),
    ];
    text::both_ends(left, right, columns)
}

/// Over a view of a lab that has ended: it is of the past. What is left of the pane.
fn said_if_old(model: &Model, screen: &LabScreen, frame: &mut Frame<'_>, area: Rect) -> Rect {
    if screen.side == Side::Lesson || !matches!(screen.state, LabState::Gone(_)) {
        return area;
    }
    let theme = model.theme;
    let said = words::not_current(model.language);
    let lines = text::folded(&said, usize::from(area.width)).into_iter();
    let lines: Vec<Line<'_>> = lines.map(|line| Line::styled(line, theme.warn())).collect();
    let rows = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .min(area.height);
    frame.render_widget(
        Text::from(lines),
        Rect {
            height: rows,
            ..area
        },
    );
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// Draws the pane's frame, if it has one, and says what is inside.
fn framed(
    model: &Model,
    frame: &mut Frame<'_>,
    pane: Rect,
    has_frame: bool,
    of: Focus,
    screen: &LabScreen,
) -> Rect {
    if !has_frame {
        return pane;
    }
    let theme = model.theme;
    let has_keys = screen.focus == of;
    let name = match of {
        Focus::Terminal => words::pane_lab(model.language),
        Focus::Side => side_name(model, screen.side),
    };
    // The pane with the keys is marked by more than a colour.
    let name = match has_keys {
        true => format!(" {} {name} ", theme.symbol("▸", ">")),
        false => format!(" {name} "),
    };
    let style = if has_keys {
        theme.accent()
    } else {
        theme.faint()
    };
    let block = text::bordered(theme).title(name).border_style(style);
    frame.render_widget(block, pane);
    geometry::inside(pane, true)
}

fn side_name(model: &Model, side: Side) -> String {
    let language = model.language;
    match side {
        Side::Lesson => words::key_lesson(language),
        Side::Map => words::key_map(language),
        Side::Layers => words::key_layers(language),
        Side::Journal => words::key_journal(language),
        Side::Xray => words::key_xray(language),
    }
}

fn side(model: &Model, screen: &LabScreen, frame: &mut Frame<'_>, area: Rect) {
    let (theme, language) = (model.theme, model.language);
    let now = text::timestamp(model.wall_clock());
    match screen.side {
        Side::Lesson => {
            let pane = &screen.lesson;
            lesson::draw(frame, area, &pane.layout, pane.scroll, pane.command, theme);
        }
        Side::Map => map::draw(
            frame,
            area,
            &screen.scene,
            &screen.map,
            theme,
            language,
            now,
        ),
        Side::Layers => layers::draw(
            frame,
            area,
            &screen.scene,
            &screen.layers,
            theme,
            language,
            now,
        ),
        Side::Journal => {
            let (entries, state) = &screen.journal;
            journal::draw(frame, area, entries, state, theme, language, now);
        }
        Side::Xray => {
            let (told, state) = &screen.xray;
            xray::draw(frame, area, told, state, theme, language);
        }
    }
}

/// The terminal, or why there is none, and what to do about it.
fn shell(model: &Model, screen: &LabScreen, frame: &mut Frame<'_>, area: Rect) {
    let language = model.language;
    let told = match (&screen.state, &screen.shell) {
        (LabState::Starting, _) => vec![words::lab_starts(language)],
        (LabState::Gone(fault), _) | (_, ShellState::Failed(fault)) => {
            let mut lines = vec![fault.message.clone()];
            lines.extend(fault.hints.iter().cloned());
            lines.push(words::enter_tries_again(language));
            lines
        }
        (_, ShellState::Ended(code)) => vec![words::shell_ended(language, code.code())],
        _ => Vec::new(),
    };
    let has_keys = screen.focus == Focus::Terminal && model.overlay.is_none() && told.is_empty();
    let focus = match has_keys {
        true => PaneFocus::Here,
        false => PaneFocus::Elsewhere,
    };
    terminal::draw(frame, area, &screen.terminal, model.theme, focus);
    if told.is_empty() {
        return;
    }
    let room = usize::from(area.width).saturating_sub(2);
    let lines: Vec<Line<'_>> = told
        .iter()
        .flat_map(|line| text::folded(line, room))
        .map(|line| {
            let mut line = text::with_code(&line, model.theme.strong(), model.theme);
            line.spans.insert(0, Span::raw(" "));
            line
        })
        .collect();
    let rows = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .min(area.height);
    let foot = Rect {
        y: area.y + area.height - rows,
        height: rows,
        ..area
    };
    frame.render_widget(ratatui::widgets::Clear, foot);
    frame.render_widget(Text::from(lines), foot);
}
