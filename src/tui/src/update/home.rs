//! Keys of the list of labs.

use crossterm::event::KeyEvent;
use plimsoll_text::Language;

use super::{dialog, lab, leave};
use crate::effect::Effect;
use crate::keys::{Action, Scope, action, typed};
use crate::model::{Model, Overlay};

/// Longest that can be searched for, in characters.
const LONGEST_SEARCH: usize = 60;

pub(super) fn press(model: &mut Model, key: KeyEvent, effects: &mut Vec<Effect>) {
    let scope = match model.home.search {
        Some(_) => Scope::Search,
        None => Scope::Home,
    };
    let Some(action) = action(scope, &key) else {
        if let Some(sign) = typed(&key) {
            search(model, |search| search.push(sign));
        }
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
        Action::Erase => search(model, |search| {
            search.pop();
        }),
        Action::Back => show_all(model),
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

/// Changes what is searched for, if anything is. With nothing left to take away, it
/// is left.
fn search(model: &mut Model, change: impl FnOnce(&mut String)) {
    let Some(search) = &mut model.home.search else {
        return;
    };
    let before = search.clone();
    change(search);
    if search.chars().count() > LONGEST_SEARCH {
        search.pop();
    }
    match before.is_empty() && search.is_empty() {
        true => show_all(model),
        false => model.home.chosen = 0,
    }
}

/// The lab that was found stays chosen.
fn show_all(model: &mut Model) {
    let chosen = model.chosen_lab().map(|lab| lab.name.clone());
    model.home.search = None;
    let mut labs = model.course.labs.iter();
    let place = labs.position(|lab| Some(&lab.name) == chosen.as_ref());
    model.home.chosen = place.unwrap_or(0);
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
