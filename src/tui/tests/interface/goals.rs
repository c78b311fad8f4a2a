//! Goals tick, turn back, and never move anybody on.

use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::{Fault, LabEvent};
use plimsoll_tui::model::{Focus, Place};

use crate::player::{HELLO, Player, WEB};
use crate::states::{self, Web};

const WIDE: (u16, u16) = (120, 36);
const SMALL: (u16, u16) = (80, 24);

fn marks(effects: &[Effect]) -> Vec<&str> {
    let mut labels = Vec::new();
    for effect in effects {
        if let Effect::Mark { label, .. } = effect {
            labels.push(label.as_str());
        }
    }
    labels
}

fn judges(effects: &[Effect], lab: &str) -> usize {
    let judge = Effect::Judge {
        lab: lab.to_owned(),
    };
    effects.iter().filter(|effect| **effect == judge).count()
}

#[test]
fn a_goal_turns_green_and_the_recording_is_marked() {
    let mut player = Player::in_lab(HELLO, WIDE);
    player.sees("○ The image hello-world was pulled");
    player.sees("0/10");
    let effects = player.judged(states::hello(&[]));
    player.sees("✓ The image hello-world was pulled");
    player.sees("✓ A container ran it to the end");
    player.sees("○ Question: what -a adds");
    player.sees("6/10");
    assert_eq!(marks(&effects), ["met: pulled", "met: ran"]);
}

#[test]
fn a_goal_turns_back_and_says_why() {
    for size in [WIDE, SMALL] {
        let mut player = Player::in_lab(WEB, size);
        player.judged(states::web(Web::Served));
        player.sees("10/10");
        let effects = player.judged(states::web(Web::Stopped));
        player.sees("A container runs nginx: no longer met, found:");
        assert!(marks(&effects).contains(&"no longer: nginx-runs"));
        player.wait(60_000);
        player.happens(plimsoll_tui::event::What::Wake);
        player.sees("✗");
        if size == WIDE {
            player.sees("was met before; found:");
        }
        // And it comes back.
        let effects = player.judged(states::web(Web::Served));
        player.sees("10/10");
        assert!(marks(&effects).contains(&"met: nginx-runs"));
        player.sees_no("was met before");
    }
}

#[test]
fn what_was_met_before_the_visit_is_no_news() {
    let mut player = Player::at_home(WIDE);
    player.open(HELLO);
    player.hear(HELLO, LabEvent::Entered(Box::default()));
    let effects = player.judged(states::hello_done());
    assert_eq!(marks(&effects), Vec::<&str>::new());
    assert_eq!(player.model.notice, None);
    player.sees("10/10");
}

#[test]
fn what_is_said_of_a_lab_stays_there() {
    let mut player = Player::in_lab(HELLO, WIDE);
    player.judged(states::hello_done());
    player.sees("All goals are met.");
    player.press("^G q");
    player.sees_no("All goals are met.");
    player.enter(WEB);
    player.sees_no("All goals are met.");
    // A goal of the lab that was left turns back meanwhile.
    player.judged(states::fresh(HELLO));
    player.sees_no("no longer met");
}

#[test]
fn finishing_moves_nobody_on() {
    for (lab, done) in [
        (HELLO, states::hello_done()),
        (WEB, states::web(Web::Served)),
    ] {
        let mut player = Player::in_lab(lab, WIDE);
        let effects = player.judged(done);
        player.sees("All goals are met.");
        for effect in effects {
            assert!(
                matches!(effect, Effect::Mark { .. } | Effect::Wake(_)),
                "{effect:?}"
            );
        }
        player.wait(3_600_000);
        player.happens(plimsoll_tui::event::What::Wake);
        assert_eq!(player.model.place, Place::Lab(lab.to_owned()));
        assert_eq!(player.lab(lab).step, 0);
        assert_eq!(player.lab(lab).focus, Focus::Terminal);
        assert_eq!(player.model.overlay, None);
    }
}

#[test]
fn one_look_is_under_way_and_one_more_follows() {
    let mut player = Player::in_lab(HELLO, WIDE);
    let first = player.hear(HELLO, LabEvent::Changed);
    assert_eq!(judges(&first, HELLO), 1);
    for _ in 0..50 {
        let more = player.hear(HELLO, LabEvent::Changed);
        assert_eq!(judges(&more, HELLO), 0, "one is under way");
    }
    let again = player.judged(states::hello(&[]));
    assert_eq!(judges(&again, HELLO), 1, "for what happened meanwhile");
    let last = player.judged(states::hello(&[]));
    assert_eq!(judges(&last, HELLO), 0, "nothing happened meanwhile");
}

#[test]
fn a_look_that_failed_is_said_and_what_happened_meanwhile_is_looked_at() {
    let mut player = Player::in_lab(HELLO, SMALL);
    player.hear(HELLO, LabEvent::Changed);
    player.hear(HELLO, LabEvent::Changed);
    let fault = Fault {
        message: "the engine does not answer".to_owned(),
        hints: Vec::new(),
    };
    let effects = player.hear(HELLO, LabEvent::NotJudged(fault));
    player.sees("cannot be looked at now: the engine does not answer");
    assert_eq!(judges(&effects, HELLO), 1);
    player.judged(states::hello(&[]));
    player.sees_no("cannot be looked at now: the engine does not answer");
}

#[test]
fn what_no_event_announces_is_looked_at_too() {
    let mut player = Player::in_lab(WEB, WIDE);
    // The container runs, its server does not listen yet.
    player.hear(WEB, LabEvent::Changed);
    player.judged(states::web(Web::Swapped));
    let mut looks = 0;
    for _ in 0..600 {
        player.wait(200);
        let effects = player.happens(plimsoll_tui::event::What::Wake);
        if judges(&effects, WEB) == 1 {
            looks += 1;
            player.judged(states::web(Web::Swapped));
        }
    }
    assert!((10..=16).contains(&looks), "{looks} looks in two minutes");
    // Whoever types is looked after again, and who is done is not.
    player.press("Enter");
    player.wait(250);
    let wake = || plimsoll_tui::event::What::Wake;
    assert_eq!(judges(&player.happens(wake()), WEB), 1);
    player.judged(states::web(Web::Served));
    player.wait(60_000);
    assert_eq!(judges(&player.happens(wake()), WEB), 0);
}

#[test]
fn a_miss_says_what_was_found_and_the_command_that_shows_it() {
    let mut player = Player::in_lab(WEB, (200, 60));
    player.judged(states::web(Web::Swapped));
    player.sees("✗ Port 80 of the lab reaches its port 80");
    let result = states::web(Web::Swapped);
    let check = result.checks.iter().find(|check| check.id == "port-80");
    let check = check.expect("the goal");
    player.sees(&check.message.en.replace('`', ""));
    player.sees("see: docker port webserver");
    player.judged(states::web(Web::Stopped));
    player.sees("see: docker ps -a");
}

#[test]
fn at_the_last_step_what_is_next_is_the_next_lab_then_home() {
    let mut player = Player::in_lab(HELLO, WIDE);
    player.press("^G n ^G n ^G n");
    player.sees("step 4 of 4");
    player.sees_no("next step");
    assert_eq!(player.press("^G n"), [], "goals are open");
    player.judged(states::hello_done());
    player.sees("^G n leads to the next lab");
    player.sees("n next lab");
    let effects = player.press("^G n");
    let lab = WEB.to_owned();
    assert!(effects.contains(&Effect::Enter { lab }), "{effects:?}");
    assert_eq!(player.model.place, Place::Lab(WEB.to_owned()));
    // The other is done too: there is no lab to go on with.
    player.model.progress.lab_mut(HELLO).best_score = 10;
    player.model.progress.lab_mut(HELLO).max_score = 10;
    player.hear(WEB, LabEvent::Entered(Box::default()));
    player.judged(states::fresh(WEB));
    player.press("^G n ^G n ^G n ^G n");
    player.judged(states::web(Web::Served));
    player.sees("All goals are met, in every lab.");
    player.sees_no("n next");
    player.press("^G n");
    assert_eq!(player.model.place, Place::Home);
}
