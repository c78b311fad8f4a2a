//! What a learner is told when a lab cannot be had, in each language.

use plimsoll_host::enter::EnterError;
use plimsoll_host::folders::{FolderError, Found};
use plimsoll_host::name::LabNameError;
use plimsoll_host::paths::PathsError;
use plimsoll_host::stop::StopError;
use plimsoll_host::{LabName, StartError};
use plimsoll_text::Language;

fn all(language: Language) -> String {
    let path = || "/home/ada/labs".into();
    let lab = || LabName::new("web").expect("a name");
    let denied = || std::io::Error::from_raw_os_error(13);
    let refused = StartError::Refused {
        doing: "D".to_owned(),
        cause: "C".to_owned(),
        hint: None,
    };
    let ended = |last_words| StartError::EndedEarly {
        log: path(),
        last_words,
    };
    let folder = |found| FolderError::NotAFolder {
        path: path(),
        found,
    };
    let told = [
        LabNameError::Empty.say(language),
        LabNameError::TooLong("w".repeat(41)).say(language),
        LabNameError::Characters("Web".to_owned()).say(language),
        PathsError::NoHome { uid: 1000 }.say(language),
        PathsError::SocketTooLong { path: path() }.say(language),
        folder(Found::Link).say(language),
        folder(Found::File).say(language),
        FolderError::Foreign {
            path: path(),
            owner: 7,
        }
        .say(language),
        FolderError::Open {
            path: path(),
            mode: 0o755,
        }
        .say(language),
        StartError::Spawn(denied()).say(language),
        refused.say(language),
        ended(None).say(language),
        ended(Some("L".to_owned())).say(language),
        StartError::TooSlow { log: path() }.say(language),
        StartError::InsideLab { current: lab() }.say(language),
        StartError::Gone.say(language),
        StopError::StillThere {
            lab: lab(),
            pid: 4321,
        }
        .say(language),
        StopError::ClearUp(denied()).say(language),
        EnterError::Join(denied()).say(language),
        EnterError::Terminal(denied()).say(language),
        EnterError::Fork(denied()).say(language),
    ];
    told.join("\n")
}

#[test]
fn a_lab_that_cannot_be_had() {
    insta::assert_snapshot!("a_lab_that_cannot_be_had_en", all(Language::English));
    insta::assert_snapshot!("a_lab_that_cannot_be_had_fr", all(Language::French));
}

#[test]
fn nobody_chose_a_language_so_it_is_english() {
    let error = StartError::Gone;
    assert_eq!(error.to_string(), error.say(Language::English));
}
