//! A panic inside the interface: the terminal is given back before its message is
//! printed, so that it can be read and the shell be used.
//!
//! The interface runs in a real terminal: this very test binary, started once more.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use plimsoll_api::client::Endpoint;
use plimsoll_lab::course::Course;
use plimsoll_lab::progress::{LabProgress, Progress};
use plimsoll_lab::result::ResultRecord;
use plimsoll_text::{Language, Text};
use plimsoll_tui::event::{BackTo, Fault, Finding, Health, Visit, Whereabouts};
use plimsoll_tui::geometry::Size;
use plimsoll_tui::model::Setting;
use plimsoll_tui::run::{Options, Outside, now, run};
use plimsoll_tui::terminal::Terminal;
use plimsoll_tui::terminal::shell::{Shell, ShellCommand, ShellEvent};
use plimsoll_tui::theme::Theme;

const LAB: &str = "hello-world";
const MESSAGE: &str = "the learner's folder was asked for";

/// Labs that can be entered; where the learner's folder is, nobody knows.
struct Broken;

fn no<T>() -> Result<T, Fault> {
    Err(Fault {
        message: "there is none".to_owned(),
        hints: Vec::new(),
    })
}

impl Outside for Broken {
    fn enter(&self, _: &str) -> Result<Visit, Fault> {
        Ok(Visit::default())
    }
    /// Asked by the loop that draws and takes keys, once the lab is there.
    fn work(&self, _: &str) -> PathBuf {
        panic!("{MESSAGE}");
    }
    fn whereabouts(&self, _: &str, _: &str) -> Whereabouts {
        Whereabouts::default()
    }
    fn signs(&self, _: &str) -> Vec<PathBuf> {
        Vec::new()
    }
    fn endpoint(&self, _: &str) -> Result<Endpoint, Fault> {
        no()
    }
    fn shell(&self, _: &str) -> ShellCommand {
        command("true".into(), &[])
    }
    fn judge(&self, _: &str) -> Result<ResultRecord, Fault> {
        no()
    }
    fn progress_file(&self) -> PathBuf {
        PathBuf::new()
    }
    fn progress(&self) -> Result<Progress, Fault> {
        Ok(Progress::default())
    }
    fn change(&self, _: &str, _: &dyn Fn(&mut LabProgress)) -> Result<(), Fault> {
        Ok(())
    }
    fn begin_step(&self, _: &str, _: usize, _: usize) -> Result<(), Fault> {
        Ok(())
    }
    fn speak(&self, _: plimsoll_text::Language) -> Result<(), Fault> {
        Ok(())
    }
    fn losses(&self, _: &str, _: BackTo) -> Result<Text, Fault> {
        no()
    }
    fn reset(&self, _: &str, _: BackTo) -> Result<Vec<Text>, Fault> {
        no()
    }
    fn keep_screen(&self, _: &str, _: &[u8]) {}
    fn recording(&self, _: &str) -> Result<PathBuf, Fault> {
        no()
    }
    fn doctor(&self) -> (Health, Vec<Finding>) {
        (Health::Fine, Vec::new())
    }
    fn book(&self, _: &str, _: Language) -> Result<Vec<String>, Fault> {
        no()
    }
    fn running(&self) -> BTreeMap<String, usize> {
        BTreeMap::new()
    }
}

#[test]
#[ignore = "it needs a terminal: the other test opens one and runs it there"]
fn inside() {
    let setting = Setting {
        course: Arc::new(Course::embedded()),
        language: Language::English,
        theme: Theme::default(),
        size: Size::told(0, 0),
        progress: Progress::default(),
        now: now(),
    };
    let options = Options {
        lab: Some(LAB.to_owned()),
        ..Options::default()
    };
    run(setting, Arc::new(Broken), options).expect("it panics before it ends");
}

fn command(program: PathBuf, arguments: &[&str]) -> ShellCommand {
    ShellCommand {
        program,
        arguments: arguments.iter().map(Into::into).collect(),
        variables: Vec::new(),
        directory: None,
    }
}

/// What is printed by a shell in a terminal of its own that runs this, until it ends.
fn printed_by(script: &str) -> Vec<u8> {
    let this = std::env::current_exe().expect("this binary");
    let this = this.to_str().expect("a path in UTF-8");
    let (tell, told) = mpsc::channel();
    let shell = command("/bin/sh".into(), &["-c", script, this]);
    let shell = Shell::start(&shell, (24, 80), move |event| {
        tell.send(event).expect("somebody listens");
    });
    let _shell = shell.expect("a terminal");
    let mut printed = Vec::new();
    for event in told {
        match event {
            ShellEvent::Output(output) => printed.extend_from_slice(&output),
            ShellEvent::Ended(_) => break,
        }
    }
    printed
}

#[test]
fn the_terminal_is_given_back_before_the_message() {
    let run = "\"$0\" --exact inside --ignored --nocapture; echo code $?; stty -a";
    let printed = printed_by(run);
    let text = String::from_utf8_lossy(&printed);
    let place = |wanted: &str| {
        let found = text.find(wanted);
        found.unwrap_or_else(|| panic!("no {wanted:?} in\n{text}"))
    };
    assert!(
        place("\x1b[?1049h") < place("\x1b[?1049l"),
        "the whole screen was taken"
    );
    assert!(place("\x1b[?1049l") < place(MESSAGE), "the hook came first");
    let mut terminal = Terminal::new(24, 80);
    let _ = terminal.feed(&printed);
    assert!(!terminal.is_alternate() && !terminal.wants_mouse());
    assert!(terminal.cursor().is_some(), "it is shown");
    assert_eq!(terminal.paste("a\nb"), b"a\rb", "no brackets");
    let after = &text[place("code 101")..];
    for mode in ["icanon", "echo", "isig", "icrnl", "opost"] {
        let on = |word: &str| word.trim_matches(';') == mode;
        assert!(after.split_whitespace().any(on), "{mode} in\n{after}");
    }
}
