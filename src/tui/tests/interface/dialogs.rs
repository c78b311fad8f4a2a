//! Questions, resets, help and faults.

use plimsoll_text::Text;
use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::{BackTo, Fault, LabEvent, What};
use plimsoll_tui::model::{LabState, Place, Tone};

use crate::player::{HELLO, Player, WEB};
use crate::states::{self, Web};

const SIZE: (u16, u16) = (80, 24);

fn answer(question: &str, value: &str) -> Effect {
    Effect::Answer {
        lab: HELLO.to_owned(),
        question: question.to_owned(),
        value: value.to_owned(),
    }
}

fn loss(back_to: BackTo) -> LabEvent {
    let loss = Text::new(
        "The container webserver goes.",
        "Le conteneur webserver part.",
    );
    LabEvent::Losses { back_to, loss }
}

fn fault(message: &str) -> Fault {
    let hints = vec!["Try `plimsoll doctor`.".to_owned()];
    let message = message.to_owned();
    Fault { message, hints }
}

#[test]
fn a_choice_is_answered_in_place() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("^G a");
    player.sees("What does -a add to docker ps?");
    player.sees("▸ 1. The containers that are running now");
    player.press("Down Down Up");
    player.sees("▸ 2. The containers that do not run");
    player.press("4");
    player.sees("▸ 4. What the containers have printed");
    let effects = player.press("2 Enter");
    assert!(effects.contains(&answer("ps-a", "all")), "{effects:?}");
    assert_eq!(player.model.overlay, None);
    assert_eq!(player.model.place, Place::Lab(HELLO.to_owned()));
}

#[test]
fn a_text_is_answered_in_place_and_judged_there() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.judged(states::hello(&[]));
    player.press("^G a Tab");
    player.sees("Question 2 of 2".to_lowercase().as_str());
    assert_eq!(player.press("Enter"), [], "nothing was typed");
    player.type_in("jay");
    player.press("^U");
    player.paste("hello-\r\nworld\x1b");
    player.sees("> hello-world");
    let effects = player.press("Enter");
    assert!(effects.contains(&answer("container", "hello-world")));
    player.judged(states::hello(&[("container", "hello-world")]));
    // The one that is wrong comes first, and is typed anew.
    player.press("Esc ^G a 2 Enter");
    player.judged(states::hello(&[
        ("ps-a", "all"),
        ("container", "hello-world"),
    ]));
    player.press("^G a");
    player.sees("question 2 of 2");
    player.sees_no("> hello-world");
    player.sees("✗");
    player.type_in("h");
    // The leader leads from a dialog too.
    player.press("^G m");
    player.sees_no("question 2 of 2");
    assert_eq!(player.lab(HELLO).side, plimsoll_tui::model::Side::Map);
}

#[test]
fn an_escape_too_many_is_not_the_shells() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("^G l Esc");
    assert_eq!(player.press("Esc"), []);
    player.wait(1_000);
    let typed = Effect::Type {
        lab: HELLO.to_owned(),
        bytes: b"\x1b".to_vec(),
    };
    assert_eq!(player.press("Esc"), [typed]);
}

#[test]
fn the_next_open_question_is_asked_and_answers_can_change() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("^G a 2 Enter");
    player.press("^G a");
    player.sees("the name, or the ID");
    player.type_in("brave_turing");
    player.press("Enter ^G a");
    player.sees("▸ 2. The containers that do not run");
    let effects = player.press("3 Enter");
    assert!(effects.contains(&answer("ps-a", "images")), "{effects:?}");
}

#[test]
fn a_lab_without_questions_says_so() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.press("^G a");
    assert_eq!(player.model.overlay, None);
    player.sees("This lab asks no questions.");
}

#[test]
fn a_reset_asks_says_what_is_lost_and_asks_again() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.press("^G n Esc ^G n Esc ^G u");
    player.sees("the lab, as if nothing had been done");
    player.sees("▸ step 3: Keep the data outside");
    player.sees_no("step 4");
    let lab = || WEB.to_owned();
    let back_to = BackTo::Step(2);
    let effects = player.press("Up Enter");
    assert_eq!(
        effects,
        [Effect::AskLosses {
            lab: lab(),
            back_to
        }]
    );
    player.sees("Looking at what would be lost");
    assert_eq!(player.hear(WEB, loss(back_to)), []);
    player.sees("The container webserver goes.");
    let effects = player.press("y");
    assert_eq!(
        effects,
        [Effect::Reset {
            lab: lab(),
            back_to
        }]
    );
    player.sees("Going back");
    assert_eq!(
        player.press("Esc q Enter"),
        [],
        "it is not stopped half way"
    );
    player.sees("Going back");
    let effects = player.hear(
        WEB,
        LabEvent::WasReset {
            back_to,
            left: Vec::new(),
        },
    );
    assert!(effects.contains(&Effect::ReadProgress));
    assert!(
        effects.contains(&Effect::Judge { lab: lab() }),
        "{effects:?}"
    );
    assert_eq!(player.model.overlay, None);
    assert_eq!(player.lab(WEB).step, 1);
    player.sees("as it was when step 2 began");
}

#[test]
fn esc_leaves_a_reset_at_every_step() {
    let mut player = Player::in_lab(WEB, SIZE);
    let lost = BackTo::Step(1);
    // The terminal has the keys, so that Esc does nothing else.
    player.press("Esc");
    for keys in ["^G u", "^G u Enter", "^G u Enter LOSSES"] {
        for key in keys.split(' ') {
            match key {
                "LOSSES" => drop(player.hear(WEB, loss(lost))),
                key => drop(player.press(key)),
            }
        }
        assert_eq!(player.press("Esc"), [], "{keys}");
        assert_eq!(player.model.overlay, None, "{keys}");
    }
    // What was asked before Esc comes too late.
    player.press("^G u Enter Esc");
    player.hear(WEB, loss(lost));
    assert_eq!(player.model.overlay, None);
}

#[test]
fn losses_of_another_question_are_not_confirmed() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.press("^G u Enter Esc");
    // Now the whole lab is asked about; the answer about the step comes first.
    player.press("^G u Up Enter");
    player.hear(WEB, loss(BackTo::Step(1)));
    player.sees("Looking at what would be lost");
    player.hear(WEB, loss(BackTo::Beginning));
    let effects = player.press("y");
    let back_to = BackTo::Beginning;
    let lab = WEB.to_owned();
    assert_eq!(effects, [Effect::Reset { lab, back_to }]);
}

#[test]
fn a_lab_is_reset_from_home_without_being_opened() {
    let mut player = Player::at_home(SIZE);
    let lab = || HELLO.to_owned();
    let back_to = BackTo::Beginning;
    let ask = Effect::AskLosses {
        lab: lab(),
        back_to,
    };
    // It has one beginning: there is nothing to choose.
    assert_eq!(player.press("r"), [ask]);
    player.sees("Looking at what would be lost");
    player.hear(HELLO, loss(back_to));
    player.sees("The container webserver goes.");
    let reset = Effect::Reset {
        lab: lab(),
        back_to,
    };
    assert_eq!(player.press("y"), [reset]);
    let left = Vec::new();
    let effects = player.hear(HELLO, LabEvent::WasReset { back_to, left });
    assert_eq!(effects[..2], [Effect::ReadProgress, Effect::CountRunning]);
    assert_eq!(
        (player.model.place.clone(), player.model.labs.len()),
        (Place::Home, 0)
    );
    player.sees("The lab is as new.");
    // One that has begun has more.
    player.model.progress.lab_mut(HELLO).step = 2;
    player.press("r");
    player.sees("the lab, as if nothing had been done");
    player.sees("step 2:");
    player.press("Up Enter");
    player.hear(HELLO, LabEvent::NotReset(fault("the disk is full")));
    player.sees("the disk is full");
    assert_eq!(player.model.labs.len(), 0);
}

#[test]
fn a_lab_that_is_open_is_gone_to_again_after_a_reset_from_home() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("^G q r Up Enter");
    let back_to = BackTo::Beginning;
    player.hear(HELLO, loss(back_to));
    player.press("y");
    player.hear(HELLO, LabEvent::Lost);
    let left = Vec::new();
    let effects = player.hear(HELLO, LabEvent::WasReset { back_to, left });
    let lab = HELLO.to_owned();
    assert!(effects.contains(&Effect::Enter { lab }), "{effects:?}");
    assert_eq!(player.lab(HELLO).state, LabState::Starting);
    assert_eq!(player.model.place, Place::Home);
}

#[test]
fn a_reset_from_home_is_none_of_another_lab() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.press("^G q Home r");
    player.hear(HELLO, loss(BackTo::Beginning));
    player.press("y");
    let effects = player.hear(WEB, LabEvent::Lost);
    assert!(effects.contains(&Effect::CountRunning), "{effects:?}");
    assert!(matches!(player.lab(WEB).state, LabState::Gone(_)));
}

#[test]
fn what_a_reset_could_not_bring_back_is_said() {
    let mut player = Player::in_lab(WEB, SIZE);
    let left = vec![Text::new("web ran then.", "web tournait alors.")];
    let back_to = BackTo::Step(2);
    player.hear(WEB, LabEvent::WasReset { back_to, left });
    player.sees("web ran then.");
    let notice = player.model.notice.as_ref().expect("a notice");
    assert!(
        notice.text.starts_with("Everything is as it was"),
        "{}",
        notice.text
    );
    assert_eq!(notice.tone, Tone::Plain, "not all is well");
}

#[test]
fn a_goal_taken_back_by_a_reset_is_no_alarm() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.judged(states::web(Web::Served));
    player.press("^G u Up Up Enter");
    let back_to = BackTo::Beginning;
    player.hear(WEB, loss(back_to));
    player.press("y");
    player.hear(WEB, LabEvent::Lost);
    player.hear(
        WEB,
        LabEvent::WasReset {
            back_to,
            left: Vec::new(),
        },
    );
    player.hear(WEB, LabEvent::Entered(Box::default()));
    player.judged(states::fresh(WEB));
    player.sees_no("no longer");
    player.sees("0/10");
}

#[test]
fn a_verdict_of_before_the_reset_is_none() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.judged(states::web(Web::Served));
    player.press("^G u Enter");
    let back_to = BackTo::Step(1);
    player.hear(WEB, loss(back_to));
    player.press("y");
    // A look is under way while the lab goes back.
    player.hear(WEB, LabEvent::Changed);
    player.hear(
        WEB,
        LabEvent::WasReset {
            back_to,
            left: Vec::new(),
        },
    );
    let effects = player.judged(states::web(Web::Served));
    player.sees_no("10/10");
    let lab = || WEB.to_owned();
    assert!(effects.contains(&Effect::Judge { lab: lab() }));
    player.judged(states::fresh(WEB));
    player.sees("0/10");
    player.sees_no("no longer");
}

#[test]
fn a_reset_that_failed_says_so_and_the_lab_can_go_on() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.press("^G u Enter");
    player.hear(WEB, loss(BackTo::Step(1)));
    player.press("y");
    player.hear(WEB, LabEvent::Lost);
    // Of something else, meanwhile.
    player.happens(What::Failed(fault("no more paper")));
    player.sees("no more paper");
    player.sees_no("That did not work");
    player.hear(WEB, LabEvent::NotReset(fault("the disk is full")));
    player.sees("That did not work");
    player.sees("the disk is full");
    player.sees("Try plimsoll doctor.");
    player.press("Esc Esc");
    // The engine went with the reset: it is started again when asked for.
    let lab = WEB.to_owned();
    assert_eq!(player.press("Enter"), [Effect::Enter { lab }]);
}

#[test]
fn help_is_closed_by_any_key_but_those_that_scroll() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("^G ?");
    player.sees("In a lab: press Ctrl and G, let go, then");
    let top = player.screen();
    player.press("Down PageDown");
    assert_ne!(player.screen(), top);
    player.press("PageUp Up Up");
    assert_eq!(player.screen(), top);
    player.press("x");
    assert_eq!(player.model.overlay, None);
    player.press("^G F1 Esc");
    assert_eq!(player.model.overlay, None);
}
