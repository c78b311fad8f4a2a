//! The learner's shell: keys, sizes, its end, the engine's end, and time.

use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::{Fault, LabEvent, ShellEvent, Visit, What, Whereabouts};
use plimsoll_tui::model::{LabState, ShellState};
use plimsoll_tui::terminal::shell::Ending;

use crate::player::{HELLO, Player, WEB};

const SIZE: (u16, u16) = (80, 24);

fn typed(text: &[u8]) -> Vec<Effect> {
    let (lab, bytes) = (HELLO.to_owned(), text.to_vec());
    vec![Effect::Type { lab, bytes }]
}

fn fault() -> Fault {
    Fault {
        message: "No terminal can be opened.".to_owned(),
        hints: vec!["Ask an administrator.".to_owned()],
    }
}

#[test]
fn the_leader_twice_is_the_key_itself() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("Esc");
    assert_eq!(player.press("^G"), []);
    assert_eq!(player.press("^G"), typed(b"\x07"));
    assert_eq!(player.press("x"), typed(b"x"), "the leader's turn is over");
    assert_eq!(player.press("^G Esc"), [], "Esc takes the leader back");
    assert_eq!(player.press("l"), typed(b"l"));
}

#[test]
fn every_other_key_is_the_program_s() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("Esc");
    assert_eq!(player.press("^C"), typed(b"\x03"));
    assert_eq!(player.press("q"), typed(b"q"));
    // What it starts may change what a goal sees: that is looked at soon.
    let entered = player.press("Enter");
    assert!(matches!(entered[0], Effect::Wake(_)), "{entered:?}");
    assert_eq!(entered[1..], typed(b"\r"));
    // Not the second of two that leave the lesson.
    player.wait(1_000);
    assert_eq!(player.press("Esc"), typed(b"\x1b"));
    assert_eq!(player.paste("ls\nrm"), typed(b"ls\rrm"));
}

#[test]
fn the_shell_knows_the_size_of_its_terminal_at_every_moment() {
    let mut player = Player::in_lab(HELLO, SIZE);
    let mut told = player.lab(HELLO).terminal.size();
    let moves = [
        (200, 60, ""),
        (120, 36, "^G m"),
        (80, 24, "Esc"),
        (1, 1, "^G z"),
        (0, 0, ""),
        (500, 300, "^G l"),
        (60, 15, "^G ?"),
        (100, 30, "x"),
        (99, 29, "^G z"),
        (80, 24, ""),
    ];
    for (columns, rows, keys) in moves {
        let mut effects = player.resize(columns, rows);
        if !keys.is_empty() {
            effects.extend(player.press(keys));
        }
        for effect in effects {
            if let Effect::ResizeShell { size, .. } = effect {
                told = size;
            }
        }
        assert_eq!(told, player.lab(HELLO).terminal.size(), "{columns}x{rows}");
    }
}

#[test]
fn no_key_of_the_leader_s_bar_changes_the_terminal_s_size() {
    for size in [(80, 24), (120, 36), (200, 60), (60, 18)] {
        let mut player = Player::in_lab(WEB, size);
        player.press("Esc");
        let before = player.lab(WEB).terminal.size();
        player.press("^G");
        assert_eq!(player.lab(WEB).terminal.size(), before, "{size:?}");
        player.press("? x");
        assert_eq!(player.lab(WEB).terminal.size(), before, "{size:?}");
    }
}

#[test]
fn a_shell_that_ended_is_said_and_enter_opens_another() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("Esc");
    player.print(HELLO, "logout\r\n");
    let effects = player.shell(HELLO, ShellEvent::Ended(Ending::Code(3)));
    assert!(matches!(effects[..], [Effect::KeepScreen { .. }]));
    player.sees("The shell has ended (3). Enter opens a new one.");
    player.sees("logout");
    assert_eq!(player.press("x"), [], "nobody is there to type to");
    let size = player.lab(HELLO).terminal.size();
    let lab = HELLO.to_owned();
    assert_eq!(player.press("Enter"), [Effect::StartShell { lab, size }]);
    assert_eq!(player.lab(HELLO).shell, ShellState::Running);
    player.sees_no("The shell has ended");
    assert_eq!(player.press("^G Enter"), [], "one shell is enough");
}

#[test]
fn a_lab_without_a_pty_says_what_is_wrong_and_tries_again() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("Esc");
    player.shell(HELLO, ShellEvent::Failed(fault()));
    player.sees("No terminal can be opened.");
    player.sees("Ask an administrator.");
    let effects = player.press("Enter");
    assert!(matches!(effects[..], [Effect::StartShell { .. }]));
}

#[test]
fn an_engine_that_is_gone_is_said_and_started_again() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("Esc");
    player.print(HELLO, "before the end\r\n");
    player.shell(HELLO, ShellEvent::Ended(Ending::Signal(9)));
    player.hear(HELLO, LabEvent::Lost);
    player.sees("The lab hello-world has ended");
    player.hear(HELLO, elsewhere(false, false));
    player.sees("Nothing is lost");
    let lab = || HELLO.to_owned();
    assert_eq!(player.press("Enter"), [Effect::Enter { lab: lab() }]);
    assert_eq!(player.lab(HELLO).state, LabState::Starting);
    let visit = Visit {
        last_screen: b"before the end".to_vec(),
        ..Visit::default()
    };
    let effects = player.hear(HELLO, LabEvent::Entered(Box::new(visit)));
    let size = player.lab(HELLO).terminal.size();
    assert!(effects.contains(&Effect::StartShell { lab: lab(), size }));
    // What is on the screen still is not shown twice.
    let times = player.screen().matches("before the end").count();
    assert_eq!(times, 1, "{}", player.screen());
}

/// In a lab of whose goals some are met, with the map in sight, as its engine ends.
fn lost() -> (Player, Vec<Effect>) {
    let mut player = Player::at_home((120, 36));
    player.open(HELLO);
    let visit = Visit {
        born: "first".to_owned(),
        ..Visit::default()
    };
    player.hear(HELLO, LabEvent::Entered(Box::new(visit)));
    player.judged(crate::states::hello(&[("ps-a", "all")]));
    player.sees("8/10");
    player.press("^G m");
    let effects = player.hear(HELLO, LabEvent::Lost);
    (player, effects)
}

fn elsewhere(reset: bool, alive: bool) -> LabEvent {
    LabEvent::Elsewhere(Whereabouts { reset, alive })
}

#[test]
fn what_was_seen_of_a_lab_that_ended_is_not_current() {
    let (mut player, effects) = lost();
    let (lab, born) = (HELLO.to_owned(), "first".to_owned());
    assert!(
        effects.contains(&Effect::Await { lab, born }),
        "{effects:?}"
    );
    player.sees("Not current");
    player.sees_no("8/10");
    player.sees_no("✓");
    // A verdict that was on its way is of the past too.
    player.judged(crate::states::hello_done());
    player.sees_no("10/10");
    player.sees_no("✓");
    player.hear(HELLO, elsewhere(false, false));
    player.sees("Nothing is lost");
    player.sees("R connect again");
    let lab = HELLO.to_owned();
    assert!(player.press("R").contains(&Effect::Enter { lab }));
    player.sees_no("R connect again");
}

#[test]
fn a_lab_that_is_started_elsewhere_is_gone_to() {
    let (mut player, _) = lost();
    let lab = || HELLO.to_owned();
    let effects = player.hear(HELLO, elsewhere(false, true));
    assert!(
        effects.contains(&Effect::Enter { lab: lab() }),
        "{effects:?}"
    );
    // The old shell's end is heard late.
    let effects = player.hear(HELLO, LabEvent::Entered(Box::default()));
    player.sees("started again from elsewhere");
    let new = |effect: &Effect| matches!(effect, Effect::StartShell { .. });
    assert!(!effects.iter().any(new), "{effects:?}");
    let effects = player.shell(HELLO, ShellEvent::Ended(Ending::Signal(9)));
    assert!(effects.iter().any(new), "{effects:?}");
    assert_eq!(player.lab(HELLO).shell, ShellState::Running);
    player.judged(crate::states::hello(&[("ps-a", "all")]));
    player.sees("8/10");
    player.sees_no("Not current");
}

#[test]
fn a_lab_that_is_reset_elsewhere_begins_anew_here() {
    let (mut player, _) = lost();
    player.shell(HELLO, ShellEvent::Ended(Ending::Signal(9)));
    player.print(HELLO, "of the old lab\r\n");
    let effects = player.hear(HELLO, elsewhere(true, false));
    assert!(effects.contains(&Effect::ReadProgress), "{effects:?}");
    player.sees("was reset from elsewhere");
    player.sees_no("Nothing is lost");
    player.sees_no("of the old lab");
    let effects = player.hear(HELLO, elsewhere(true, true));
    let lab = HELLO.to_owned();
    assert!(effects.contains(&Effect::Enter { lab }), "{effects:?}");
    player.hear(HELLO, LabEvent::Entered(Box::default()));
    player.sees("it begins anew");
    player.judged(crate::states::fresh(HELLO));
    player.sees("0/10");
    player.sees_no("no longer met");
}

#[test]
fn news_of_a_lab_that_was_gone_to_by_a_key_is_none() {
    let (mut player, _) = lost();
    player.press("R");
    assert_eq!(player.hear(HELLO, elsewhere(false, true)), []);
    player.hear(HELLO, LabEvent::Entered(Box::default()));
    assert_eq!(player.hear(HELLO, elsewhere(true, true)), []);
    player.sees_no("elsewhere");
}

#[test]
fn a_lab_that_cannot_start_says_why() {
    let mut player = Player::at_home(SIZE);
    player.open(HELLO);
    player.press("Esc");
    player.hear(HELLO, LabEvent::Unavailable(fault()));
    player.sees("No terminal can be opened.");
    player.sees("Enter or R tries again.");
    let lab = HELLO.to_owned();
    assert_eq!(player.press("Enter"), [Effect::Enter { lab }]);
}

#[test]
fn programs_that_ask_are_answered() {
    let mut player = Player::in_lab(HELLO, SIZE);
    let effects = player.print(HELLO, "\x1b[6n");
    assert!(matches!(&effects[..], [Effect::Type { bytes, .. }] if bytes.starts_with(b"\x1b[")));
}

#[test]
fn time_is_counted_and_absence_is_not() {
    let mut player = Player::in_lab(HELLO, SIZE);
    let spent = |effects: &[Effect]| -> u64 {
        let seconds = |effect: &Effect| match effect {
            Effect::Spend { from, to, .. } => Some((to - from) / 1000),
            _ => None,
        };
        effects.iter().filter_map(seconds).sum()
    };
    let mut told = 0;
    for _ in 0..10 {
        player.wait(7_000);
        told += spent(&player.press("x"));
    }
    // An hour for lunch, while something prints.
    for _ in 0..60 {
        player.wait(60_000);
        told += spent(&player.print(HELLO, "tick\r\n"));
    }
    told += spent(&player.press("x"));
    for _ in 0..10 {
        player.wait(3_000);
        told += spent(&player.press("x"));
    }
    told += spent(&player.press("^G q"));
    assert_eq!(told, 100);
    assert_eq!(player.model.progress.lab(HELLO).seconds, 100);
    // The list of labs is no lab.
    player.wait(60_000);
    assert_eq!(spent(&player.press("Down Up")), 0);
    assert_eq!(spent(&player.happens(What::Terminate)), 0);
}
