//! Keys of the list of labs.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use plimsoll_lab::course::Lab;
use plimsoll_text::Language;

use super::{dialog, lab, leave};
use crate::effect::Effect;
use crate::keys::{Action, Scope, action};
use crate::model::{Model, Overlay};

/// Longest that can be searched for, in characters.
const LONGEST_SEARCH: usize = 60;

pub(super) fn press(model: &mut Model, key: KeyEvent, effects: &mut Vec<Effect>) {
    if is_typed_into_search(model, &key) {
        return;
    }
    if key.code == KeyCode::Char('c') && key.modifiers == KeyModifiers::CONTROL {
        leave(model, effects);
        return;
    }
    let Some(action) = action(Scope::Home, &key) else {
        return;
    };
    let last = model.found().len().saturating_sub(1);
    match action {
        Action::Up => model.home.chosen = model.home.chosen.saturating_sub(1),
        Action::Down => model.home.chosen = (model.home.chosen + 1).min(last),
        Action::Top => model.home.chosen = 0,
        Action::Bottom => model.home.chosen = last,
        Action::Take => {
            if let Some(name) = model.chosen_lab().map(|lab| lab.name.clone()) {
                lab::open(model, &name, effects);
            }
        }
        Action::Reset => {
            if let Some(name) = model.chosen_lab().map(|lab| lab.name.clone()) {
                dialog::choose_reset(model, &name, effects);
            }
        }
        Action::Search => model.home.search = Some(String::new()),
        Action::ChangeLanguage => change_language(model, effects),
        Action::Doctor => {
            (model.health, model.findings) = (None, None);
            model.overlay = Some(Overlay::Doctor { scroll: 0 });
            effects.push(Effect::Doctor);
        }
        Action::Book => effects.push(Effect::Book {
            page: "index".to_owned(),
            language: model.language,
        }),
        Action::Help => model.overlay = Some(Overlay::Help { scroll: 0 }),
        Action::Quit => leave(model, effects),
        _ => {}
    }
}

/// While something is searched for, letters are the search's.
fn is_typed_into_search(model: &mut Model, key: &KeyEvent) -> bool {
    let chosen = model.chosen_lab().map(|lab| lab.name.clone());
    let Some(search) = &mut model.home.search else {
        return false;
    };
    match key.code {
        KeyCode::Char(typed) if !key.modifiers.contains(KeyModifiers::CONTROL) => {
            if search.chars().count() < LONGEST_SEARCH {
                search.push(typed);
            }
        }
        KeyCode::Backspace => {
            if search.pop().is_none() {
                model.home.search = None;
            }
        }
        KeyCode::Esc => model.home.search = None,
        _ => return false,
    }
    // Where all are shown again, the lab that was found stays chosen.
    let all = model.home.search.is_none();
    let mut labs = model.course.labs.iter();
    let same = |lab: &Lab| all && Some(&lab.name) == chosen.as_ref();
    model.home.chosen = labs.position(same).unwrap_or(0);
    true
}

pub(super) fn paste(model: &mut Model, text: &str) {
    if let Some(search) = &mut model.home.search {
        let room = LONGEST_SEARCH.saturating_sub(search.chars().count());
        search.extend(text.chars().filter(|sign| !sign.is_control()).take(room));
    }
}

fn change_language(model: &mut Model, effects: &mut Vec<Effect>) {
    model.language = match model.language {
        Language::English => Language::French,
        Language::French => Language::English,
    };
    for (name, screen) in &mut model.labs {
        if let Some(lab) = model.course.lab(name) {
            screen.lesson.lesson = crate::lesson::Lesson::parse(lab.lesson.get(model.language));
            screen.lesson.command = None;
            screen.lesson.laid_out = None;
        }
    }
    effects.push(Effect::Speak(model.language));
}
