//! The X-ray in the interface: from the engine's telling to the screen, and its
//! keys.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use plimsoll_lab::course::Course;
use plimsoll_lab::progress::Progress;
use plimsoll_text::Language;
use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::{Event, Input, LabEvent, What};
use plimsoll_tui::geometry::Size;
use plimsoll_tui::model::{Model, Setting};
use plimsoll_tui::theme::Theme;
use plimsoll_tui::update::{open, update};
use plimsoll_tui::view::view;
use plimsoll_tui::xray::Xray;

use super::screen;
use super::xray::{rich, wrong};

const LAB: &str = "nginx-volumes";

fn model() -> Model {
    let mut model = Model::new(Setting {
        course: Arc::new(Course::embedded()),
        language: Language::English,
        theme: Theme::default(),
        size: Size::told(80, 24),
        progress: Progress::default(),
        now: 0,
    });
    open(&mut model, LAB, &mut Vec::new());
    hear(&mut model, LabEvent::Entered(Box::default()));
    model
}

fn happen(model: &mut Model, what: What) -> Vec<Effect> {
    update(model, Event { at: 1, what })
}

fn hear(model: &mut Model, what: LabEvent) -> Vec<Effect> {
    let lab = LAB.to_owned();
    happen(model, What::Lab { lab, what })
}

fn tell(model: &mut Model, xray: &Xray) {
    for command in xray.newest_first().rev() {
        hear(model, LabEvent::Operations(Box::new(command.clone())));
    }
}

fn press(model: &mut Model, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
    let key = Input::Key(KeyEvent::new(code, modifiers));
    happen(model, What::Input(key))
}

fn keys(model: &mut Model, codes: &[KeyCode]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for code in codes {
        effects.extend(press(model, *code, KeyModifiers::NONE));
    }
    effects
}

fn leader(model: &mut Model, letter: char) {
    press(model, KeyCode::Char('g'), KeyModifiers::CONTROL);
    press(model, KeyCode::Char(letter), KeyModifiers::NONE);
}

fn seen(model: &Model) -> String {
    screen((80, 24), |frame| view(model, frame))
}

#[test]
fn the_x_ray_is_a_key_away_and_shows_what_happens() {
    let mut model = model();
    tell(&mut model, &rich());
    leader(&mut model, 'x');
    assert!(
        seen(&model).contains("▾ docker run -d --name webserver"),
        "{}",
        seen(&model)
    );
    // The learner reads an earlier command: what is new does not disturb.
    keys(&mut model, &[KeyCode::End]);
    tell(&mut model, &super::xray::of([wrong()]));
    assert!(
        seen(&model).contains("▾ docker volume create data"),
        "{}",
        seen(&model)
    );
    // Back at the terminal, what is typed next is what is seen next.
    keys(&mut model, &[KeyCode::Esc]);
    tell(&mut model, &super::xray::of([wrong()]));
    leader(&mut model, 'x');
    assert!(
        seen(&model).contains("✗ docker run --network none base nosuch"),
        "{}",
        seen(&model)
    );
}

#[test]
fn a_line_leads_to_its_page_of_the_book() {
    let mut model = model();
    tell(&mut model, &rich());
    leader(&mut model, 'x');
    let effects = keys(&mut model, &[KeyCode::Down, KeyCode::Char('b')]);
    let page = "reference/under-the-hood#image".to_owned();
    let language = Language::English;
    assert!(
        effects.contains(&Effect::Book { page, language }),
        "{effects:?}"
    );
    keys(&mut model, &[KeyCode::End, KeyCode::Char('p')]);
    assert!(
        seen(&model).contains("Nothing was planned for this"),
        "{}",
        seen(&model)
    );
}

#[test]
fn an_engine_that_tells_nothing_is_said_to() {
    let mut model = model();
    hear(&mut model, LabEvent::NotTold);
    leader(&mut model, 'x');
    assert!(
        seen(&model).contains("does not say what it does"),
        "{}",
        seen(&model)
    );
}
