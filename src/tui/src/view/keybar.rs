//! The keys at the foot of the screen, folded where they do not fit on one line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::keys::{Action, BINDINGS, Binding, Scope, word};
use crate::model::{Focus, LabState, Model, Next, Place, Side};
use crate::theme::Symbols;

/// What decides about the keys in a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bar {
    Home,
    /// Letters are what is searched for.
    Search,
    /// In a lab, the shell has the keys: what the leader leads to, in short.
    Shell,
    /// After the leader: all of it.
    Leader,
    Lesson,
    /// A view, and whose its own keys are.
    View(Scope),
    /// In a lab, what the terminal has shown is held still.
    Scroll,
    ScrollSearch,
}

impl Bar {
    fn of(model: &Model) -> Bar {
        match (&model.place, model.open()) {
            (Place::Home, _) if model.home.search.is_some() => Bar::Search,
            (Place::Home, _) | (_, None) => Bar::Home,
            _ if model.leading => Bar::Leader,
            (_, Some((_, screen))) => match (screen.focus, screen.side) {
                (Focus::Terminal, _) => match screen.terminal.still() {
                    Some(still) if still.typed().is_some() => Bar::ScrollSearch,
                    Some(_) => Bar::Scroll,
                    None => Bar::Shell,
                },
                (Focus::Side, Side::Lesson) => Bar::Lesson,
                (Focus::Side, _) => Bar::View(screen.side_scope()),
            },
        }
    }
}

/// Rows that are kept for the bar. In a lab the same at any moment, so that no
/// key changes the size of the shell's terminal: the leader's longer bar covers
/// what is above it for a moment.
#[must_use]
pub fn rows(model: &Model) -> u16 {
    let width = usize::from(model.size.columns);
    let needed = |bar: Bar| lines(model, bar, width, Which::Room).len();
    let most = match model.place {
        Place::Home => needed(Bar::of(model)),
        Place::Lab(_) => [
            Bar::Shell,
            Bar::Lesson,
            Bar::View(Scope::Map),
            Bar::View(Scope::Journal),
            Bar::View(Scope::Xray),
        ]
        .into_iter()
        .map(needed)
        .max()
        .unwrap_or(1),
    };
    u16::try_from(most).unwrap_or(u16::MAX)
}

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let lines = lines(model, Bar::of(model), usize::from(area.width), Which::Now);
    let needed = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let height = needed.max(area.height).min(area.bottom());
    let area = Rect {
        y: area.bottom() - height,
        height,
        ..area
    };
    frame.render_widget(ratatui::widgets::Clear, area);
    frame.render_widget(ratatui::text::Text::from(lines), area);
}

/// Keys that are said in a lab's bar before the leader key is pressed.
const FIRST: &[Action] = &[
    Action::Lesson,
    Action::Map,
    Action::Layers,
    Action::Xray,
    Action::Hint,
    Action::Answer,
    Action::NextStep,
    Action::GoHome,
    Action::Help,
];

/// Which keys a bar is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those that do something now.
    Now,
    /// Those that room is kept for, whatever they do now.
    Room,
}

fn lines(model: &Model, bar: Bar, width: usize, which: Which) -> Vec<Line<'static>> {
    let (lead, scope, only) = match bar {
        Bar::Home => (String::new(), Scope::Home, None),
        Bar::Search => (String::new(), Scope::Search, None),
        Bar::Shell => {
            let lead = crate::words::leader_then(model.language);
            (lead, Scope::Leader, Some(FIRST))
        }
        Bar::Leader => ("^G".to_owned(), Scope::Leader, None),
        Bar::Lesson => (String::new(), Scope::Lesson, None),
        Bar::View(_) => (String::new(), Scope::View, None),
        Bar::Scroll => (String::new(), Scope::Scroll, None),
        Bar::ScrollSearch => (String::new(), Scope::ScrollSearch, None),
    };
    let mut items = Vec::new();
    if !lead.is_empty() {
        items.push(Item {
            spans: vec![Span::styled(lead, model.theme.strong())],
            worth: Worth::Way,
        });
    }
    let asks = model
        .open()
        .is_some_and(|(lab, _)| !lab.file.questions.is_empty());
    let own = match bar {
        Bar::View(own) => Some(own),
        _ => None,
    };
    for scope in own.into_iter().chain([scope]) {
        let wanted = BINDINGS.iter().filter(|binding| {
            binding.scope == scope
                && !binding.shown.is_empty()
                && only.is_none_or(|only| only.contains(&binding.action))
                && (asks || binding.action != Action::Answer)
                && acts(model, binding.action, which)
        });
        items.extend(wanted.map(|binding| item(model, binding, which)));
    }
    if scope == Scope::View || scope == Scope::Lesson {
        let says = crate::words::key_more(model.language);
        items.push(said(model, "^G", &says, Worth::More));
    }
    // The leader's keys may cover the screen; help names those that others leave out.
    let rows = match bar {
        Bar::Leader => model.size.rows,
        _ => model.size.bar_rows(),
    };
    fitted(items, width, usize::from(rows))
}

/// A key in a bar.
struct Item {
    spans: Vec<Span<'static>>,
    worth: Worth,
}

/// What goes first where there is no room for every key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Other,
    /// To more keys.
    More,
    /// To the list of all keys.
    Help,
    /// Out of where the learner is.
    Way,
}

/// As many keys as there is room for, those of the most worth among them.
fn fitted(mut items: Vec<Item>, width: usize, rows: usize) -> Vec<Line<'static>> {
    loop {
        let lines = folded(&items, width);
        let least = items.iter().map(|item| item.worth).min();
        let goes = items.iter().rposition(|item| Some(item.worth) == least);
        match goes {
            Some(goes) if lines.len() > rows && items.len() > 1 => drop(items.remove(goes)),
            _ => return lines,
        }
    }
}

/// A key as it is called on the learner's keyboard and in what their terminal
/// shows.
pub(super) fn key_name(model: &Model, shown: &'static str) -> String {
    let language = model.language;
    match (shown, model.theme.symbols) {
        ("Esc", _) => crate::words::name_escape(language),
        ("End", _) => crate::words::name_end(language),
        ("Enter", _) => crate::words::name_enter(language),
        ("y/o", _) => crate::words::name_yes(language),
        ("⇧PgUp", _) => crate::words::name_shift_page(language),
        ("⏎", Symbols::Ascii) => crate::words::name_enter(language),
        ("⇥", Symbols::Ascii) => "Tab".to_owned(),
        ("↑↓", Symbols::Ascii) => crate::words::name_up_down(language),
        (shown, _) => shown.to_owned(),
    }
}

/// The keys of a dialog in a line, and what any other does, if that is something.
pub(super) fn in_a_line(model: &Model, scope: Scope, other: Option<String>) -> String {
    let shown = BINDINGS
        .iter()
        .filter(|binding| binding.scope == scope && !binding.shown.is_empty());
    let keys = shown.map(|binding| {
        let key = key_name(model, binding.shown);
        format!("{key} {}", says(model, binding, Which::Now))
    });
    let dot = model.theme.symbol(" · ", " - ");
    keys.chain(other).collect::<Vec<_>>().join(dot)
}

fn said(model: &Model, key: &'static str, says: &str, worth: Worth) -> Item {
    let spans = vec![
        Span::styled(key_name(model, key), model.theme.accent()),
        Span::raw(format!(" {says}")),
    ];
    Item { spans, worth }
}

/// Whether a key does something now.
fn acts(model: &Model, action: Action, which: Which) -> bool {
    let now = which == Which::Now;
    match action {
        Action::Connect => {
            let screen = model.open().map(|(_, screen)| screen);
            now && screen.is_some_and(|screen| matches!(screen.state, LabState::Gone(_)))
        }
        Action::NextStep => !now || matches!(model.next(), Next::Step | Next::Lab(_)),
        _ => true,
    }
}

fn item(model: &Model, binding: &Binding, which: Which) -> Item {
    let worth = match binding.action {
        Action::Help => Worth::Help,
        Action::Back | Action::Quit => Worth::Way,
        _ => Worth::Other,
    };
    said(model, binding.shown, &says(model, binding, which), worth)
}

/// The word beside a key, as things are.
fn says(model: &Model, binding: &Binding, which: Which) -> String {
    let says = word(binding.action, binding.scope, model.language);
    match binding.action {
        Action::Hint => match hints_left(model) {
            Some(left) => crate::words::key_hints_left(model.language, says, left),
            None => says,
        },
        Action::NextStep if which == Which::Now && matches!(model.next(), Next::Lab(_)) => {
            crate::words::key_next_lab(model.language)
        }
        _ => says,
    }
}

/// How many of the next goal's own hints were not shown yet.
pub(super) fn hints_left(model: &Model) -> Option<usize> {
    let (lab, screen) = model.open()?;
    let check = screen.goals.next()?;
    let all = lab.grader.goal(&check.id)?.hints.len();
    let progress = model.progress.labs.get(&lab.name);
    let shown = progress.and_then(|progress| progress.hints.get(&check.id));
    Some(all.saturating_sub(shown.map_or(0, |shown| *shown as usize)))
}

fn folded(items: &[Item], width: usize) -> Vec<Line<'static>> {
    const GAP: usize = 2;
    let mut lines: Vec<Vec<Span<'static>>> = vec![vec![Span::raw(" ")]];
    let mut used = 1;
    for item in items {
        let needed: usize = item.spans.iter().map(Span::width).sum();
        if used > 1 && used + GAP + needed > width {
            lines.push(vec![Span::raw(" ")]);
            used = 1;
        }
        if used > 1 {
            if let Some(line) = lines.last_mut() {
                line.push(Span::raw(" ".repeat(GAP)));
            }
            used += GAP;
        }
        used += needed;
        if let Some(line) = lines.last_mut() {
            line.extend(item.spans.iter().cloned());
        }
    }
    lines.into_iter().map(Line::from).collect()
}
