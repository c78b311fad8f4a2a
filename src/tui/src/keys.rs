//! Every key, named once: what `update` acts on, and what key bar and help show.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use plimsoll_text::Language;

use crate::words;

/// Where a key has its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Home,
    /// In the list of labs, while letters are what is searched for.
    Search,
    /// In a lab, after the leader key.
    Leader,
    /// In a lab, while the lesson has the keys.
    Lesson,
    /// In a lab, while a view has the keys: beside its own.
    View,
    /// Map and layers.
    Map,
    Journal,
    Xray,
    /// The plan in the X-ray, in words.
    Plan,
    /// The same as data.
    PlanData,
    /// In a lab, while the shell has the keys: what is kept back from it.
    Terminal,
    /// In a lab, while there is no shell: nothing is typed to anybody.
    NoShell,
    /// In a lab, while what the terminal has shown is held still.
    Scroll,
    /// While what is looked for there is being typed: letters are its own.
    ScrollSearch,
    /// A dialog, whichever.
    Dialog,
    /// A dialog that is read: help, the solution, what doctor found.
    Reading,
    /// A dialog that is agreed to.
    Confirm,
    /// Back to which beginning?
    Beginning,
    /// A question with choices.
    Choice,
    /// A question that is answered by a text: letters are its own.
    Text,
    /// Hints that stand in a dialog.
    Hints,
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
    /// Go to the lab's engine again, after it ended.
    Connect,
    /// Hold still what the terminal has shown, to go through it.
    ScrollBack,
    Left,
    Right,
    LineStart,
    LineEnd,
    /// From here on it is selected; once more: it is not.
    Mark,
    Copy,
    /// What was looked for, further towards the past.
    Further,
    /// The same towards the present.
    Nearer,
    /// Takes the last letter away.
    Erase,
    /// Takes all of them away.
    Clear,
    /// Full or short.
    Fold,
    /// One container, the next, all.
    Filter,
    Plan,
    /// The plan in its other form; at last the lines again.
    OtherForm,
    Yes,
    /// The choice of this number.
    Pick(u8),
    NextQuestion,
}

/// A key, and where it means what.
pub struct Binding {
    pub scope: Scope,
    pub code: KeyCode,
    /// What has to be held with it.
    pub held: KeyModifiers,
    pub action: Action,
    /// As the key bar writes it; empty: an alias, shown in no bar.
    pub shown: &'static str,
}

const fn key(scope: Scope, code: KeyCode, action: Action, shown: &'static str) -> Binding {
    Binding {
        scope,
        code,
        held: KeyModifiers::NONE,
        action,
        shown,
    }
}

const fn held(held: KeyModifiers, binding: Binding) -> Binding {
    Binding { held, ..binding }
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
    held(
        KeyModifiers::CONTROL,
        letter(Scope::Home, 'c', Action::Quit, ""),
    ),
    key(Scope::Search, KeyCode::Enter, Action::Take, "⏎"),
    key(Scope::Search, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Search, KeyCode::Down, Action::Down, ""),
    key(Scope::Search, KeyCode::Home, Action::Top, ""),
    key(Scope::Search, KeyCode::End, Action::Bottom, ""),
    key(Scope::Search, KeyCode::Backspace, Action::Erase, ""),
    key(Scope::Search, KeyCode::Esc, Action::Back, "Esc"),
    key(Scope::Search, KeyCode::F(1), Action::Help, ""),
    held(
        KeyModifiers::CONTROL,
        letter(Scope::Search, 'c', Action::Quit, ""),
    ),
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
    letter(Scope::Lesson, 'R', Action::Connect, "R"),
    key(Scope::Lesson, KeyCode::Esc, Action::Back, "Esc"),
    letter(Scope::View, 'R', Action::Connect, "R"),
    letter(Scope::View, '?', Action::Help, "?"),
    key(Scope::View, KeyCode::Esc, Action::Back, "Esc"),
    key(Scope::Map, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Map, KeyCode::Down, Action::Down, ""),
    letter(Scope::Map, 'k', Action::Up, ""),
    letter(Scope::Map, 'j', Action::Down, ""),
    key(Scope::Map, KeyCode::PageUp, Action::PageUp, ""),
    key(Scope::Map, KeyCode::PageDown, Action::PageDown, ""),
    key(Scope::Map, KeyCode::Home, Action::Top, ""),
    key(Scope::Map, KeyCode::End, Action::Bottom, ""),
    key(Scope::Map, KeyCode::Enter, Action::Fold, "⏎"),
    letter(Scope::Map, ' ', Action::Fold, ""),
    key(Scope::Journal, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Journal, KeyCode::Down, Action::Down, ""),
    letter(Scope::Journal, 'k', Action::Up, ""),
    letter(Scope::Journal, 'j', Action::Down, ""),
    key(Scope::Journal, KeyCode::PageUp, Action::PageUp, ""),
    key(Scope::Journal, KeyCode::PageDown, Action::PageDown, ""),
    key(Scope::Journal, KeyCode::Home, Action::Top, ""),
    letter(Scope::Journal, 'f', Action::Filter, "f"),
    key(Scope::Journal, KeyCode::End, Action::Bottom, "End"),
    key(Scope::Xray, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Xray, KeyCode::Down, Action::Down, ""),
    letter(Scope::Xray, 'k', Action::Up, ""),
    letter(Scope::Xray, 'j', Action::Down, ""),
    key(Scope::Xray, KeyCode::PageUp, Action::PageUp, ""),
    key(Scope::Xray, KeyCode::PageDown, Action::PageDown, ""),
    key(Scope::Xray, KeyCode::Home, Action::Top, ""),
    key(Scope::Xray, KeyCode::End, Action::Bottom, ""),
    key(Scope::Xray, KeyCode::Enter, Action::Take, "⏎"),
    letter(Scope::Xray, ' ', Action::Take, ""),
    letter(Scope::Xray, 'p', Action::Plan, "p"),
    letter(Scope::Xray, 'b', Action::Book, "b"),
    key(Scope::Plan, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Plan, KeyCode::Down, Action::Down, ""),
    letter(Scope::Plan, 'k', Action::Up, ""),
    letter(Scope::Plan, 'j', Action::Down, ""),
    key(Scope::Plan, KeyCode::PageUp, Action::PageUp, ""),
    key(Scope::Plan, KeyCode::PageDown, Action::PageDown, ""),
    key(Scope::Plan, KeyCode::Home, Action::Top, ""),
    key(Scope::Plan, KeyCode::End, Action::Bottom, ""),
    letter(Scope::Plan, 'p', Action::OtherForm, "p"),
    key(Scope::Plan, KeyCode::Enter, Action::OtherForm, ""),
    key(Scope::Plan, KeyCode::Esc, Action::Back, ""),
    key(Scope::PlanData, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::PlanData, KeyCode::Down, Action::Down, ""),
    letter(Scope::PlanData, 'k', Action::Up, ""),
    letter(Scope::PlanData, 'j', Action::Down, ""),
    key(Scope::PlanData, KeyCode::PageUp, Action::PageUp, ""),
    key(Scope::PlanData, KeyCode::PageDown, Action::PageDown, ""),
    key(Scope::PlanData, KeyCode::Home, Action::Top, ""),
    key(Scope::PlanData, KeyCode::End, Action::Bottom, ""),
    letter(Scope::PlanData, 'p', Action::OtherForm, "p"),
    key(Scope::PlanData, KeyCode::Enter, Action::OtherForm, ""),
    key(Scope::PlanData, KeyCode::Esc, Action::Back, ""),
    held(
        KeyModifiers::SHIFT,
        key(Scope::Terminal, KeyCode::PageUp, Action::PageUp, "⇧PgUp"),
    ),
    held(
        KeyModifiers::SHIFT,
        key(Scope::Terminal, KeyCode::PageDown, Action::PageDown, ""),
    ),
    key(Scope::NoShell, KeyCode::Enter, Action::NewShell, "⏎"),
    letter(Scope::NoShell, 'R', Action::NewShell, "R"),
    key(Scope::Scroll, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Scroll, KeyCode::Down, Action::Down, ""),
    key(Scope::Scroll, KeyCode::Left, Action::Left, ""),
    key(Scope::Scroll, KeyCode::Right, Action::Right, ""),
    key(Scope::Scroll, KeyCode::PageUp, Action::PageUp, ""),
    key(Scope::Scroll, KeyCode::PageDown, Action::PageDown, ""),
    letter(Scope::Scroll, 'g', Action::Top, "g G"),
    letter(Scope::Scroll, 'G', Action::Bottom, ""),
    key(Scope::Scroll, KeyCode::Home, Action::Top, ""),
    key(Scope::Scroll, KeyCode::End, Action::Bottom, ""),
    letter(Scope::Scroll, '0', Action::LineStart, ""),
    letter(Scope::Scroll, '$', Action::LineEnd, ""),
    letter(Scope::Scroll, '/', Action::Search, "/"),
    letter(Scope::Scroll, 'n', Action::Further, "n N"),
    letter(Scope::Scroll, 'N', Action::Nearer, ""),
    letter(Scope::Scroll, 'v', Action::Mark, "v"),
    letter(Scope::Scroll, ' ', Action::Mark, ""),
    letter(Scope::Scroll, 'y', Action::Copy, "y"),
    key(Scope::Scroll, KeyCode::Enter, Action::Copy, ""),
    letter(Scope::Scroll, 'q', Action::Back, "q"),
    key(Scope::Scroll, KeyCode::Esc, Action::Back, ""),
    held(
        KeyModifiers::CONTROL,
        letter(Scope::Scroll, 'c', Action::Back, ""),
    ),
    key(Scope::ScrollSearch, KeyCode::Enter, Action::Take, "⏎"),
    key(Scope::ScrollSearch, KeyCode::Esc, Action::Back, "Esc"),
    key(Scope::ScrollSearch, KeyCode::Backspace, Action::Erase, ""),
    key(Scope::Dialog, KeyCode::Esc, Action::Back, ""),
    held(
        KeyModifiers::CONTROL,
        letter(Scope::Dialog, 'c', Action::Back, ""),
    ),
    key(Scope::Reading, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Reading, KeyCode::Down, Action::Down, ""),
    letter(Scope::Reading, 'k', Action::Up, ""),
    letter(Scope::Reading, 'j', Action::Down, ""),
    key(Scope::Reading, KeyCode::PageUp, Action::PageUp, ""),
    key(Scope::Reading, KeyCode::PageDown, Action::PageDown, ""),
    letter(Scope::Reading, ' ', Action::PageDown, ""),
    key(Scope::Reading, KeyCode::Home, Action::Top, ""),
    key(Scope::Reading, KeyCode::End, Action::Bottom, ""),
    letter(Scope::Confirm, 'y', Action::Yes, "y/o"),
    letter(Scope::Confirm, 'Y', Action::Yes, ""),
    letter(Scope::Confirm, 'o', Action::Yes, ""),
    letter(Scope::Confirm, 'O', Action::Yes, ""),
    key(Scope::Beginning, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Beginning, KeyCode::Down, Action::Down, ""),
    letter(Scope::Beginning, 'k', Action::Up, ""),
    letter(Scope::Beginning, 'j', Action::Down, ""),
    key(Scope::Beginning, KeyCode::Enter, Action::Take, "Enter"),
    key(Scope::Beginning, KeyCode::Esc, Action::Back, "Esc"),
    key(Scope::Choice, KeyCode::Up, Action::Up, "↑↓"),
    key(Scope::Choice, KeyCode::Down, Action::Down, ""),
    letter(Scope::Choice, '1', Action::Pick(1), ""),
    letter(Scope::Choice, '2', Action::Pick(2), ""),
    letter(Scope::Choice, '3', Action::Pick(3), ""),
    letter(Scope::Choice, '4', Action::Pick(4), ""),
    letter(Scope::Choice, '5', Action::Pick(5), ""),
    letter(Scope::Choice, '6', Action::Pick(6), ""),
    letter(Scope::Choice, '7', Action::Pick(7), ""),
    letter(Scope::Choice, '8', Action::Pick(8), ""),
    letter(Scope::Choice, '9', Action::Pick(9), ""),
    key(Scope::Choice, KeyCode::Enter, Action::Take, "Enter"),
    key(Scope::Choice, KeyCode::Tab, Action::NextQuestion, "Tab"),
    key(Scope::Choice, KeyCode::Esc, Action::Back, "Esc"),
    key(Scope::Text, KeyCode::Enter, Action::Take, "Enter"),
    key(Scope::Text, KeyCode::Tab, Action::NextQuestion, "Tab"),
    key(Scope::Text, KeyCode::Backspace, Action::Erase, ""),
    held(
        KeyModifiers::CONTROL,
        letter(Scope::Text, 'u', Action::Clear, ""),
    ),
    key(Scope::Text, KeyCode::Esc, Action::Back, "Esc"),
    letter(Scope::Hints, 'h', Action::Hint, "h"),
];

/// The key that leads every key of a lab: `^G`.
#[must_use]
pub fn is_leader(key: &KeyEvent) -> bool {
    key.code == KeyCode::Char('g') && key.modifiers == KeyModifiers::CONTROL
}

/// The character that a key types, if it types one.
#[must_use]
pub fn typed(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(typed)
            if !key
                .modifiers
                .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
        {
            Some(typed)
        }
        _ => None,
    }
}

/// Return, after which a command runs.
#[must_use]
pub fn ends_line(key: &KeyEvent) -> bool {
    key.code == KeyCode::Enter
}

#[must_use]
pub fn is_escape(key: &KeyEvent) -> bool {
    key.code == KeyCode::Esc
}

/// What a key means here.
#[must_use]
pub fn action(scope: Scope, key: &KeyEvent) -> Option<Action> {
    if scope == Scope::Leader && is_leader(key) {
        return Some(Action::Literal);
    }
    let found = BINDINGS.iter().find(|binding| {
        binding.scope == scope && binding.code == key.code && is_held(binding, key)
    });
    found.map(|binding| binding.action)
}

/// Whether the key was pressed as the binding wants it.
fn is_held(binding: &Binding, key: &KeyEvent) -> bool {
    if !binding.held.is_empty() {
        return key.modifiers == binding.held;
    }
    // Two Escapes in a row arrive as Alt and Escape.
    let plain =
        key.code == KeyCode::Esc || key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
    // ^G held a little longer: Ctrl with the second key means the same.
    plain || (binding.scope == Scope::Leader && key.modifiers == KeyModifiers::CONTROL)
}

/// The word that a key bar puts beside the key.
#[must_use]
pub fn word(action: Action, scope: Scope, language: Language) -> String {
    let say = word_here(action, scope).unwrap_or_else(|| word_anywhere(action));
    say(language)
}

type Say = fn(Language) -> String;

/// Where a key means something else than elsewhere.
fn word_here(action: Action, scope: Scope) -> Option<Say> {
    let say: Say = match (scope, action) {
        (Scope::Home | Scope::Search, Action::Take) => words::key_open,
        (Scope::ScrollSearch, Action::Take) => words::key_look_for,
        (Scope::Xray, Action::Take) => words::xray_key_explain,
        (Scope::Beginning, Action::Take) => words::key_go_on,
        (Scope::Choice | Scope::Text, Action::Take) => words::key_answer,
        (Scope::Home | Scope::Search | Scope::Beginning | Scope::Choice, Action::Up)
        | (Scope::Map | Scope::Xray, Action::Up) => words::key_choose,
        (Scope::Scroll, Action::Up | Action::Down) => words::key_move,
        (Scope::Journal, Action::Bottom) => words::journal_key_follow,
        (Scope::Search, Action::Back) => words::key_all,
        (Scope::ScrollSearch, Action::Back) => words::key_cancel,
        (Scope::Beginning, Action::Back) => words::key_no,
        (Scope::Choice | Scope::Text, Action::Back) => words::key_later,
        (Scope::Home, Action::Reset) => words::key_reset,
        (Scope::Hints, Action::Hint) => words::key_next_hint,
        (Scope::Plan, Action::OtherForm) => words::xray_key_data,
        _ => return None,
    };
    Some(say)
}

fn word_anywhere(action: Action) -> Say {
    match action {
        Action::Take => words::key_insert,
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
        Action::Connect => words::key_connect,
        Action::ScrollBack => words::key_scroll_back,
        Action::Left | Action::Right => words::key_move,
        Action::LineStart | Action::LineEnd => words::key_line_ends,
        Action::Mark => words::key_mark,
        Action::Copy => words::key_copy,
        Action::Further | Action::Nearer => words::key_further,
        Action::Erase | Action::Clear => words::key_erase,
        Action::Fold => words::map_key_fold,
        Action::Filter => words::journal_key_filter,
        Action::Plan => words::xray_key_plan,
        Action::OtherForm => words::xray_key_lines,
        Action::Yes => words::key_yes,
        Action::Pick(_) => words::key_choose,
        Action::NextQuestion => words::key_next_question,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings_in_one_place() {
        for (index, one) in BINDINGS.iter().enumerate() {
            let twice = BINDINGS[index + 1..].iter().find(|other| {
                other.scope == one.scope && other.code == one.code && other.held == one.held
            });
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

    #[test]
    fn what_has_to_be_held_is_held() {
        let page = |modifiers| KeyEvent::new(KeyCode::PageUp, modifiers);
        let of = |modifiers| action(Scope::Terminal, &page(modifiers));
        assert_eq!(of(KeyModifiers::SHIFT), Some(Action::PageUp));
        assert_eq!(of(KeyModifiers::NONE), None, "the shell's");
        assert_eq!(of(KeyModifiers::SHIFT | KeyModifiers::CONTROL), None);
        let held = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(action(Scope::Scroll, &held), Some(Action::Back));
    }

    /// Files that may name keys: this one, what a program gets for a key, and
    /// answers of the terminal that look like keys.
    const NAMING: [&str; 3] = ["keys.rs", "terminal/keys.rs", "run/background.rs"];

    #[test]
    fn no_other_file_says_what_a_key_does() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let mut folders = vec![std::path::PathBuf::from(root)];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("our sources").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(root).expect("beneath it").to_owned();
                let name = name.to_string_lossy();
                let is_test = name.ends_with("tests.rs");
                if is_test || !name.ends_with(".rs") || NAMING.contains(&name.as_ref()) {
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("our source");
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                assert!(
                    !code.contains("KeyCode::"),
                    "{name} names a key: name it in keys.rs"
                );
                seen += 1;
            }
        }
        assert!(seen > 50, "{seen} files were looked at");
    }
}
