//! Every key, named once: what `update` acts on, and what key bar and help show.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use plimsoll_text::Language;

use crate::words;

/// Where a key has its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Home,
    /// In a lab, after the leader key.
    Leader,
    /// In a lab, while the lesson has the keys.
    Lesson,
    /// In a lab, while a view has the keys.
    View,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    /// Enter: open the lab, put the command into the terminal, explain a line.
    Take,
    NextCommand,
    PreviousCommand,
    Back,
    Quit,
    GoHome,
    Help,
    Search,
    ChangeLanguage,
    Doctor,
    Book,
    Reset,
    Lesson,
    Map,
    Layers,
    Journal,
    Xray,
    Hint,
    Answer,
    Solution,
    NextStep,
    PreviousStep,
    Record,
    /// The terminal alone, as large as it gets.
    Zoom,
    /// The leader key itself, for the program in the terminal.
    Literal,
    NewShell,
    /// Scroll the terminal back.
    ScrollBack,
}

/// A key, and where it means what.
pub struct Binding {
    pub scope: Scope,
    pub code: KeyCode,
    pub action: Action,
    /// As the key bar writes it; empty: an alias, shown in no bar.
    pub shown: &'static str,
}

const fn key(scope: Scope, code: KeyCode, action: Action, shown: &'static str) -> Binding {
    Binding {
        scope,
        code,
        action,
        shown,
    }
}

const fn letter(scope: Scope, letter: char, action: Action, shown: &'static str) -> Binding {
    key(scope, KeyCode::Char(letter), action, shown)
}

/// All of them, in the order in which bars and help show them.
pub const BINDINGS: &[Binding] = &[
    key(Scope::Home, KeyCode::Enter, Action::Take, "⏎"),
    key(Scope::Home, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Home, KeyCode::Down, Action::Down, ""),
    letter(Scope::Home, 'k', Action::Up, ""),
    letter(Scope::Home, 'j', Action::Down, ""),
    key(Scope::Home, KeyCode::Home, Action::Top, ""),
    key(Scope::Home, KeyCode::End, Action::Bottom, ""),
    letter(Scope::Home, 'r', Action::Reset, "r"),
    letter(Scope::Home, 'b', Action::Book, "b"),
    letter(Scope::Home, '/', Action::Search, "/"),
    letter(Scope::Home, 'l', Action::ChangeLanguage, "l"),
    letter(Scope::Home, 'd', Action::Doctor, "d"),
    letter(Scope::Home, '?', Action::Help, "?"),
    key(Scope::Home, KeyCode::F(1), Action::Help, ""),
    letter(Scope::Home, 'q', Action::Quit, "q"),
    letter(Scope::Leader, 'l', Action::Lesson, "l"),
    letter(Scope::Leader, 'm', Action::Map, "m"),
    letter(Scope::Leader, 'y', Action::Layers, "y"),
    letter(Scope::Leader, 'j', Action::Journal, "j"),
    letter(Scope::Leader, 'x', Action::Xray, "x"),
    letter(Scope::Leader, 'h', Action::Hint, "h"),
    letter(Scope::Leader, 'a', Action::Answer, "a"),
    letter(Scope::Leader, 'n', Action::NextStep, "n"),
    letter(Scope::Leader, 'p', Action::PreviousStep, "p"),
    letter(Scope::Leader, 'u', Action::Reset, "u"),
    letter(Scope::Leader, 's', Action::Solution, "s"),
    letter(Scope::Leader, 'z', Action::Zoom, "z"),
    letter(Scope::Leader, 'v', Action::ScrollBack, "v"),
    letter(Scope::Leader, 'r', Action::Record, "r"),
    letter(Scope::Leader, 'b', Action::Book, "b"),
    letter(Scope::Leader, '?', Action::Help, "?"),
    letter(Scope::Leader, 'q', Action::GoHome, "q"),
    key(Scope::Leader, KeyCode::Enter, Action::NewShell, "⏎"),
    key(Scope::Leader, KeyCode::F(1), Action::Help, ""),
    key(Scope::Lesson, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Lesson, KeyCode::Down, Action::Down, ""),
    key(Scope::Lesson, KeyCode::PageUp, Action::PageUp, ""),
    key(Scope::Lesson, KeyCode::PageDown, Action::PageDown, ""),
    letter(Scope::Lesson, ' ', Action::PageDown, ""),
    key(Scope::Lesson, KeyCode::Home, Action::Top, ""),
    key(Scope::Lesson, KeyCode::End, Action::Bottom, ""),
    key(Scope::Lesson, KeyCode::Tab, Action::NextCommand, "⇥"),
    key(Scope::Lesson, KeyCode::BackTab, Action::PreviousCommand, ""),
    key(Scope::Lesson, KeyCode::Enter, Action::Take, "⏎"),
    letter(Scope::Lesson, 'n', Action::NextStep, "n"),
    letter(Scope::Lesson, 'p', Action::PreviousStep, "p"),
    letter(Scope::Lesson, 'b', Action::Book, ""),
    letter(Scope::Lesson, '?', Action::Help, "?"),
    key(Scope::Lesson, KeyCode::Esc, Action::Back, "Esc"),
    letter(Scope::View, '?', Action::Help, "?"),
    key(Scope::View, KeyCode::Esc, Action::Back, "Esc"),
];

/// The key that leads every key of a lab: `^G`.
#[must_use]
pub fn is_leader(key: &KeyEvent) -> bool {
    key.code == KeyCode::Char('g') && key.modifiers == KeyModifiers::CONTROL
}

/// What a key means here.
#[must_use]
pub fn action(scope: Scope, key: &KeyEvent) -> Option<Action> {
    if scope == Scope::Leader && is_leader(key) {
        return Some(Action::Literal);
    }
    // Two Escapes in a row arrive as Alt and Escape.
    let plain =
        key.code == KeyCode::Esc || key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
    // ^G held a little longer: Ctrl with the second key means the same.
    let held = scope == Scope::Leader && key.modifiers == KeyModifiers::CONTROL;
    if !plain && !held {
        return None;
    }
    let found = BINDINGS
        .iter()
        .find(|binding| binding.scope == scope && binding.code == key.code);
    found.map(|binding| binding.action)
}

/// The word that a key bar puts beside the key.
#[must_use]
pub fn word(action: Action, scope: Scope, language: Language) -> String {
    let say = match action {
        Action::Take if scope == Scope::Home => words::key_open,
        Action::Take => words::key_insert,
        Action::Up if scope == Scope::Home => words::key_choose,
        Action::Up | Action::Down | Action::PageUp | Action::PageDown => words::key_scroll,
        Action::Top | Action::Bottom => words::key_ends,
        Action::NextCommand | Action::PreviousCommand => words::key_command,
        Action::Back => words::key_back,
        Action::Quit => words::key_quit,
        Action::GoHome => words::key_home,
        Action::Help => words::key_help,
        Action::Search => words::key_search,
        Action::ChangeLanguage => words::key_language,
        Action::Doctor => words::key_doctor,
        Action::Book => words::key_book,
        Action::Reset if scope == Scope::Home => words::key_reset,
        Action::Reset => words::key_undo,
        Action::Lesson => words::key_lesson,
        Action::Map => words::key_map,
        Action::Layers => words::key_layers,
        Action::Journal => words::key_journal,
        Action::Xray => words::key_xray,
        Action::Hint => words::key_hint,
        Action::Answer => words::key_answer,
        Action::Solution => words::key_solution,
        Action::NextStep => words::key_next_step,
        Action::PreviousStep => words::key_previous_step,
        Action::Record => words::key_record,
        Action::Zoom => words::key_zoom,
        Action::Literal => words::key_literal,
        Action::NewShell => words::key_new_shell,
        Action::ScrollBack => words::key_scroll_back,
    };
    say(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings_in_one_place() {
        for (index, one) in BINDINGS.iter().enumerate() {
            let twice = BINDINGS[index + 1..]
                .iter()
                .find(|other| other.scope == one.scope && other.code == one.code);
            assert!(twice.is_none(), "{:?} {:?}", one.scope, one.code);
        }
    }

    #[test]
    fn the_leader_is_control_g_and_twice_sends_it() {
        let leader = KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL);
        assert!(is_leader(&leader));
        assert_eq!(action(Scope::Leader, &leader), Some(Action::Literal));
        let plain = KeyEvent::new(KeyCode::Char('m'), KeyModifiers::NONE);
        assert_eq!(action(Scope::Leader, &plain), Some(Action::Map));
        let held = KeyEvent::new(KeyCode::Char('m'), KeyModifiers::CONTROL);
        assert_eq!(action(Scope::Leader, &held), Some(Action::Map));
        assert_eq!(action(Scope::Home, &held), None);
    }
}
