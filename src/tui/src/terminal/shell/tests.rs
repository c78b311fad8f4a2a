//! Real programs in real ptys. Waiting is for an event, with a time limit only
//! where the alternative is to wait for ever.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::*;
use crate::terminal::Terminal;

const LIMIT: Duration = Duration::from_secs(60);

fn program(name: &str, arguments: &[&str]) -> ShellCommand {
    ShellCommand {
        program: PathBuf::from(name),
        arguments: arguments.iter().map(OsString::from).collect(),
        variables: ["PS1", "LC_ALL", "HISTFILE", "INPUTRC"]
            .into_iter()
            .zip([Some("lab$ "), Some("C.UTF-8"), None, Some("/dev/null")])
            .map(|(name, value)| (name.into(), value.map(OsString::from)))
            .collect(),
        directory: Some("/".into()),
    }
}

/// A shell with a terminal in front of it.
struct Seat {
    terminal: Terminal,
    shell: Shell,
    events: Receiver<ShellEvent>,
    ending: Option<Ending>,
}

impl Seat {
    fn new(name: &str, arguments: &[&str]) -> Seat {
        let size = (24, 80);
        let (sender, events) = channel();
        let send = move |event| {
            // A test that is over listens no more.
            let _ = sender.send(event);
        };
        Seat {
            terminal: Terminal::new(24, 80),
            shell: Shell::start(&program(name, arguments), size, send).unwrap(),
            events,
            ending: None,
        }
    }

    fn step(&mut self) {
        match self.events.recv_timeout(LIMIT) {
            Ok(ShellEvent::Output(output)) => {
                let replies = self.terminal.feed(&output);
                if !replies.is_empty() {
                    self.shell.write(&replies).unwrap();
                }
            }
            Ok(ShellEvent::Ended(ending)) => self.ending = Some(ending),
            Err(error) => panic!("{error}; the screen is\n{}", self.screen()),
        }
    }

    fn screen(&self) -> String {
        String::from_utf8(self.terminal.last_screen()).unwrap()
    }

    fn wait_for(&mut self, text: &str) {
        while !self.screen().contains(text) {
            self.step();
        }
    }

    fn type_line(&self, line: &str) {
        self.shell.write(line.as_bytes()).unwrap();
        self.shell.write(b"\r").unwrap();
    }

    fn end(&mut self) -> Ending {
        while self.ending.is_none() {
            self.step();
        }
        self.ending.unwrap()
    }
}

fn bash() -> Seat {
    let mut seat = Seat::new("/bin/bash", &["--norc", "--noprofile", "-i"]);
    seat.wait_for("lab$");
    seat
}

#[test]
fn a_shell_has_a_controlling_terminal_of_the_right_size() {
    let mut seat = bash();
    seat.type_line("tty; stty size; echo $TERM");
    seat.wait_for("24 80\nxterm-256color");
    assert!(seat.screen().contains("/dev/pts/"));
    assert!(!seat.screen().contains("job control"), "{}", seat.screen());

    seat.terminal.resize(40, 100);
    seat.shell.resize(40, 100);
    seat.type_line("stty size");
    seat.wait_for("40 100");
    seat.type_line("exit 7");
    assert_eq!(seat.end(), Ending::Code(7));
    assert_eq!(seat.shell.write(b"x"), Err(WriteError::Ended));
}
