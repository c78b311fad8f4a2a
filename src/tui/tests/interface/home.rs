//! The list of labs: moving, searching, the language, and two labs at once.

use plimsoll_lab::progress::Progress;
use plimsoll_text::Language;
use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::{Finding, Grade, Health, LabEvent, What};
use plimsoll_tui::model::{Place, ShellState};

use crate::player::{HELLO, Player, WEB};
use crate::states::{self, Web};

const SIZE: (u16, u16) = (80, 24);

#[test]
fn a_search_narrows_takes_every_letter_and_ends_with_esc() {
    let mut player = Player::at_home(SIZE);
    player.press("/");
    // `q`, `l` and `r` are letters now.
    player.type_in("web server");
    player.sees("search: web server");
    player.sees("A web server that keeps its data");
    player.sees_no("Hello, container");
    player.press("Esc");
    player.sees("Hello, container");
    player.press("/");
    player.type_in("zzqlr");
    player.sees("No lab has this");
    assert_eq!(player.press("Enter"), [], "there is nothing to open");
    player.press("Backspace Backspace Backspace Backspace Backspace Backspace");
    player.sees_no("search:");
    player.press("/");
    player.paste("nginx\r\nvolumes\x07");
    player.sees("search: nginxvolumes");
    player.press("Esc");
}

#[test]
fn what_was_found_can_be_opened() {
    let mut player = Player::at_home(SIZE);
    player.press("/");
    player.type_in("volumes");
    let effects = player.press("Enter");
    let lab = WEB.to_owned();
    assert!(effects.contains(&Effect::Enter { lab }), "{effects:?}");
    assert_eq!(player.model.place, Place::Lab(WEB.to_owned()));
}

#[test]
fn the_first_lab_that_is_not_done_is_chosen() {
    let mut progress = Progress::default();
    let course = plimsoll_lab::course::Course::embedded();
    let grader = &course.lab(HELLO).expect("the lab").grader;
    progress
        .lab_mut(HELLO)
        .take_in(&states::hello_done(), grader);
    let player = Player::new(SIZE, Language::English, Default::default(), progress);
    player.sees("✓ 1  Hello, container");
    player.sees("▸ ○ 2  A web server");
}

#[test]
fn the_language_changes_everywhere_at_once() {
    let mut player = Player::in_lab(HELLO, (120, 36));
    player.sees("Run it");
    player.press("^G q");
    let effects = player.press("l");
    assert_eq!(effects, [Effect::Speak(Language::French)]);
    player.sees("Bonjour, conteneur");
    player.sees("Les conteneurs par la pratique");
    player.open(HELLO);
    player.sees("Lancez-le");
    player.sees("L'image hello-world a été téléchargée");
    player.press("^G q l");
    player.sees("Hello, container");
}

#[test]
fn a_second_lab_leaves_the_first_as_it_is() {
    let mut player = Player::in_lab(HELLO, (120, 36));
    player.print(HELLO, "echo still here\r\n");
    player.judged(states::hello(&[]));
    player.press("^G n");
    let effects = player.press("^G q");
    assert_eq!(player.model.place, Place::Home);
    let kept = |effect: &Effect| matches!(effect, Effect::KeepScreen { lab, .. } if lab == HELLO);
    assert!(effects.iter().any(kept), "{effects:?}");
    player.enter(WEB);
    player.judged(states::web(Web::Swapped));
    player.sees_no("still here");
    // Its shell goes on, and so do its goals.
    player.print(HELLO, "later\r\n");
    player.judged(states::hello_done());
    player.sees_no("later");
    player.press("^G q");
    let effects = player.open(HELLO);
    assert_eq!(player.lab(HELLO).shell, ShellState::Running);
    let new = |effect: &Effect| matches!(effect, Effect::Enter { .. } | Effect::StartShell { .. });
    assert!(!effects.iter().any(new), "{effects:?}");
    player.sees("still here");
    player.sees("later");
    player.sees("10/10");
    player.sees("step 2 of");
}

#[test]
fn the_machine_is_looked_at_again_by_a_key_and_all_that_is_found_is_shown() {
    let mut player = Player::at_home(SIZE);
    player.happens(What::Doctor(Health::Fine));
    player.sees("Doctor: all fine.");
    assert_eq!(player.press("d"), [Effect::Doctor]);
    player.sees("│ Looking at this machine");
    player.happens(What::Doctor(Health::Blocked("kernel: old".to_owned())));
    let finding = |number: usize, status| Finding {
        status,
        subject: format!("subject {number}"),
        found: "it was found".to_owned(),
        meaning: vec!["labs do without it".to_owned()],
        mend: vec!["sudo sysctl -w one=1\nsudo sysctl -w two=2".to_owned()],
    };
    let grades = [Grade::Broken, Grade::Limited, Grade::Fine];
    let all = (0..30).map(|number| finding(number, grades[number % 3]));
    player.happens(What::Findings(all.collect()));
    player.sees("✗ subject 0: it was found");
    player.sees("! subject 1: it was found");
    player.sees("labs do without it");
    player.sees("sudo sysctl -w two=2");
    for _ in 0..12 {
        player.press("PageDown");
    }
    player.sees("✓ subject 29: it was found");
    player.press("x");
    player.sees("! Labs cannot run here");
    player.press("d");
    player.happens(What::Findings(Vec::new()));
    player.sees("could not be run");
}

#[test]
fn a_lab_that_was_found_stays_chosen_when_all_are_shown_again() {
    let mut player = Player::at_home(SIZE);
    player.press("Down / Esc");
    player.sees("▸ ○ 2  A web server");
    player.press("Home /");
    player.type_in("web server");
    player.press("Esc");
    player.sees("▸ ○ 2  A web server");
    player.press("r");
    let asked = format!("{:?}", player.model.overlay);
    assert!(asked.contains(WEB), "{asked}");
}

#[test]
fn points_that_an_undo_took_stand_beside_the_best() {
    let mut progress = Progress::default();
    let course = plimsoll_lab::course::Course::embedded();
    let lab = course.lab(HELLO).expect("the lab");
    let of_lab = progress.lab_mut(HELLO);
    of_lab.take_in(&states::hello_done(), &lab.grader);
    plimsoll_lab::undo::forget(of_lab, lab, 3);
    let left = of_lab.last_score;
    assert!(left < 10, "the undo took points");
    let mut player = Player::new(SIZE, Language::English, Default::default(), progress);
    player.sees("◐ 1  Hello, container");
    player.sees(&format!("{left}/10 now, best 10/10"));
    player.press("Home");
    player.sees("Done before. Next:");
}

#[test]
fn leaving_puts_every_lab_aside_and_quits_once() {
    let mut player = Player::in_lab(HELLO, SIZE);
    player.press("^G q");
    player.enter(WEB);
    player.wait(10_000);
    let effects = player.happens(What::Terminate);
    let of = |lab: &str| {
        let kept =
            |effect: &&Effect| matches!(effect, Effect::KeepScreen { lab: of, .. } if of == lab);
        effects.iter().filter(kept).count()
    };
    assert_eq!((of(HELLO), of(WEB)), (1, 1), "{effects:?}");
    assert_eq!(effects.last(), Some(&Effect::Quit));
    let mut player = Player::at_home(SIZE);
    assert_eq!(player.press("q"), [Effect::Quit]);
    assert_eq!(player.press("^C"), [Effect::Quit]);
}

#[test]
fn a_lab_that_was_left_is_shown_as_it_was() {
    let mut progress = Progress::default();
    progress.lab_mut(WEB).step = 3;
    let mut player = Player::new((120, 36), Language::English, Default::default(), progress);
    player.open(WEB);
    player.sees("The lab starts");
    let visit = plimsoll_tui::event::Visit {
        last_screen: b"lab$ docker ps\nCONTAINER ID".to_vec(),
        ..Default::default()
    };
    let effects = player.hear(WEB, LabEvent::Entered(Box::new(visit)));
    player.sees("step 3 of 5");
    player.sees("Keep the data outside");
    player.sees("CONTAINER ID");
    player.sees("--- above: last visit ---");
    let lab = WEB.to_owned();
    assert!(effects.contains(&Effect::BeginStep {
        lab,
        from: 3,
        step: 3
    }));
}
