//! Hints by request and by themselves, and the solution: what is shown, and what
//! is recorded.

use plimsoll_text::Language;
use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::What;
use plimsoll_tui::model::Overlay;

use crate::player::{BEGIN, HELLO, Player, WEB};
use crate::states::{self, Web};

const SIZE: (u16, u16) = (120, 36);
const SWAPPED: &str = "Port 80 of the lab leads to port 8080 of the container";
const SWAPPED_STEPS: [&str; 2] = [
    "1. -p HOST:CONTAINER makes a door",
    "2. docker port webserver shows the doors",
];

fn noted(lab: &str, goal: &str, shown: u32) -> Vec<Effect> {
    let (lab, goal) = (lab.to_owned(), goal.to_owned());
    vec![Effect::NoteHint { lab, goal, shown }]
}

#[test]
fn a_known_mistake_s_own_hint_comes_first_then_the_goal_s_one_by_one() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.judged(states::web(Web::Swapped));
    player.wait(10_000);
    player.happens(What::Wake);
    player.sees_no(SWAPPED);
    player.press("^G h");
    player.sees(SWAPPED);
    player.sees_no(SWAPPED_STEPS[0]);
    player.happens(What::Wake);
    assert_eq!(player.press("^G h"), noted(WEB, "port-80", 1));
    player.sees(SWAPPED_STEPS[0]);
    player.sees_no(SWAPPED_STEPS[1]);
    assert_eq!(player.press("^G h"), noted(WEB, "port-80", 2));
    player.sees(SWAPPED_STEPS[1]);
    let effects = player.press("^G h");
    assert!(matches!(effects[..], [Effect::Wake(_)]), "{effects:?}");
    player.sees("There are no more hints for this goal.");
    let progress = player.model.progress.lab(WEB);
    assert_eq!(progress.hints.get("port-80"), Some(&2));
}

#[test]
fn what_was_read_before_a_mistake_keeps_back_until_its_own_hint_was_shown() {
    let mut player = Player::in_lab(WEB, SIZE);
    let hints = &mut player.model.progress.lab_mut(WEB).hints;
    hints.insert("port-80".to_owned(), 2);
    player.judged(states::web(Web::Swapped));
    player.sees_no(SWAPPED_STEPS[0]);
    player.press("^G h");
    player.sees(SWAPPED);
    player.sees(SWAPPED_STEPS[1]);
}

#[test]
fn where_the_goals_have_one_line_hints_are_whole_all_the_same() {
    for zoomed in [false, true] {
        let size = if zoomed { (200, 60) } else { (80, 24) };
        let mut player = Player::in_lab(WEB, size);
        player.judged(states::web(Web::Swapped));
        if zoomed {
            player.press("^G z");
        }
        player.press("^G h");
        player.sees(SWAPPED);
        player.sees("found: 80 → 8080");
        player.sees("h next hint (2 left)");
        assert_eq!(player.press("h"), noted(WEB, "port-80", 1));
        player.sees(SWAPPED_STEPS[0]);
        assert_eq!(player.press("h"), noted(WEB, "port-80", 2));
        player.sees(SWAPPED_STEPS[1]);
        player.sees("any key closes");
        player.press("h");
        player.sees("There are no more hints for this goal.");
        player.press("Esc");
        assert_eq!(player.model.overlay, None);
    }
}

#[test]
fn a_goal_without_a_mistake_gives_its_own_hints_at_once() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.sees("h hint (3 left)");
    assert_eq!(player.press("^G h"), noted(HELLO, "pulled", 1));
    player.sees("1. An image is fetched from a registry");
    player.sees("h hint (2 left)");
}

#[test]
fn a_mistake_that_stands_for_a_while_gets_its_hint_by_itself() {
    let mut player = Player::in_lab(WEB, SIZE);
    let effects = player.judged(states::web(Web::Swapped));
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Wake(at) => Some(*at - BEGIN),
        _ => None,
    });
    let wake = asked.max().expect("it wants to be woken");
    player.wait(wake - 1);
    player.happens(What::Wake);
    player.sees_no(SWAPPED);
    player.wait(1);
    player.happens(What::Wake);
    player.sees(SWAPPED);
    // A hint that came by itself is not asked for again.
    let effects = player.press("^G h");
    assert!(effects.ends_with(&noted(WEB, "port-80", 1)), "{effects:?}");
}

#[test]
fn a_mistake_that_was_mended_and_made_again_waits_anew() {
    let mut player = Player::in_lab(WEB, SIZE);
    player.judged(states::web(Web::Swapped));
    player.wait(29_000);
    player.judged(states::web(Web::Served));
    player.judged(states::web(Web::Swapped));
    player.wait(2_000);
    player.happens(What::Wake);
    player.sees_no(SWAPPED);
    player.wait(28_000);
    player.happens(What::Wake);
    player.sees(SWAPPED);
}

#[test]
fn the_solution_asks_first_and_is_recorded_once() {
    let solution = Effect::NoteSolution {
        lab: HELLO.to_owned(),
    };
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("^G s");
    player.sees("That it was shown is recorded");
    player.sees_no("docker ps -a --format");
    assert_eq!(player.press("n"), [], "no is no");
    assert_eq!(player.model.overlay, None);
    player.press("^G s");
    assert_eq!(player.press("Enter"), [], "Enter is no yes");
    player.press("^G s");
    assert_eq!(player.press("y"), [solution]);
    player.sees("docker run hello-world");
    player.sees("docker ps -a --format");
    player.press("Esc");
    assert_eq!(player.model.overlay, None);
    // It was seen: nothing more is recorded.
    assert_eq!(player.press("^G s"), []);
    player.sees("docker ps -a --format");
}

#[test]
fn the_solution_of_a_lab_that_is_done_is_free() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.judged(states::hello_done());
    assert_eq!(player.press("^G s"), []);
    assert_eq!(player.model.overlay, Some(Overlay::Solution { scroll: 0 }));
}

#[test]
fn yes_is_oui() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.model.language = Language::French;
    player.press("^G s");
    player.sees("o oui");
    assert_eq!(player.press("o").len(), 1);
}
