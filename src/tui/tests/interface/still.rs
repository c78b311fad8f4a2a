//! What the terminal has shown, held still: going through it, looking for
//! something, copying, and how it ends.

use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::LabEvent;

use crate::player::{HELLO, Player};

const SIZE: (u16, u16) = (80, 24);

fn typed(text: &[u8]) -> Vec<Effect> {
    let (lab, bytes) = (HELLO.to_owned(), text.to_vec());
    vec![Effect::Type { lab, bytes }]
}

/// In the shell, which has printed a hundred numbered lines.
fn after_output() -> Player {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("Esc");
    player.wait(1_000);
    for line in 0..100 {
        player.print(HELLO, &format!("line {line} of it\r\n"));
    }
    player
}

#[test]
fn it_stands_still_whatever_is_printed() {
    let mut player = after_output();
    assert_eq!(player.press("^G v"), []);
    player.sees("select from here");
    player.sees("/ search");
    assert_eq!(player.press("PageUp PageUp"), []);
    let before = player.screen();
    player.print(HELLO, "something new\r\n");
    assert_eq!(player.screen(), before);
    assert_eq!(player.press("q"), []);
    player.sees("something new");
    player.sees_no("select from here");
}

#[test]
fn every_key_of_it_is_in_the_help() {
    let mut player = after_output();
    player.resize(80, 60);
    player.press("^G v ^G ?");
    player.sees("While what the terminal has shown stands still");
    player.sees("n N");
    player.press("x");
    assert!(
        player.lab(HELLO).terminal.still().is_some(),
        "help closes alone"
    );
}

#[test]
fn what_is_looked_for_is_found_marked_and_copied() {
    let mut player = after_output();
    player.press("^G v /");
    player.type_in("LINE 4");
    player.press("Backspace Backspace Backspace Backspace Backspace Backspace");
    assert_eq!(player.type_in("line 41q"), [], "letters are its own");
    player.sees("/line 41q");
    player.press("Backspace");
    assert_eq!(player.press("Enter"), []);
    player.sees("line 41 of it");
    player.press("v");
    for _ in 0..6 {
        player.press("Right");
    }
    let effects = player.press("y");
    assert_eq!(effects[0], Effect::Copy("line 41".to_owned()));
    player.sees("Copied.");
    assert!(player.lab(HELLO).terminal.still().is_none());
    // Without a mark: the line.
    player.press("^G v /");
    player.paste("line 7 \n");
    player.press("Enter");
    let effects = player.press("Enter");
    assert_eq!(effects[0], Effect::Copy("line 7 of it".to_owned()));
}

#[test]
fn what_is_not_there_is_said_and_a_search_can_be_left() {
    let mut player = after_output();
    player.press("^G v /");
    player.type_in("kubernetes");
    player.press("Enter");
    player.sees("It stands nowhere");
    player.press("/ Esc");
    assert!(
        player.lab(HELLO).terminal.still().is_some(),
        "only the search is left"
    );
    player.press("Esc");
    assert!(player.lab(HELLO).terminal.still().is_none());
}

#[test]
fn typing_and_pasting_leave_it() {
    let mut player = after_output();
    player.press("^G v g");
    player.sees("line 0 of it");
    assert_eq!(player.press("d"), typed(b"d"));
    player.sees("line 99 of it");
    player.press("^G v g");
    assert_eq!(player.paste("ls"), typed(b"ls"));
    player.sees("line 99 of it");
    player.press("^G v g");
    assert_eq!(player.press("F1 Tab"), [], "no letters: nothing");
    player.sees("line 0 of it");
    assert_eq!(player.press("^C"), [], "it ends this, no program");
    player.sees("line 99 of it");
}

#[test]
fn shift_and_page_keys_scroll_the_pane_and_type_nothing() {
    let mut player = after_output();
    assert_eq!(player.press("S-PageUp S-PageUp"), []);
    player.sees("line 50 of it");
    player.sees_no("line 99 of it");
    assert_eq!(player.press("S-PageDown S-PageDown"), []);
    player.sees("line 99 of it");
    assert_eq!(player.press("PageUp"), typed(b"\x1b[5~"), "the shell's");
    // A program that has the whole screen gets them.
    player.print(HELLO, "\x1b[?1049h");
    assert_eq!(player.press("S-PageUp"), typed(b"\x1b[5;2~"));
}

#[test]
fn it_outlives_the_shell_and_another_size() {
    let mut player = after_output();
    player.press("^G v g");
    player.hear(HELLO, LabEvent::Lost);
    player.sees("line 0 of it");
    player.press("Down v Down");
    player.resize(120, 36);
    player.sees("line 0 of it");
    player.press("q");
    player.sees("line 98 of it");
}
