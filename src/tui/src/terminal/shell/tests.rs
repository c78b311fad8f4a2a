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
        Seat::running(&program(name, arguments))
    }

    fn running(command: &ShellCommand) -> Seat {
        let size = (24, 80);
        let (sender, events) = channel();
        let send = move |event| {
            // A test that is over listens no more.
            let _ = sender.send(event);
        };
        Seat {
            terminal: Terminal::new(24, 80),
            shell: Shell::start(command, size, send).unwrap(),
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

fn script(text: &str) -> Seat {
    Seat::new("/bin/sh", &["-c", text])
}

/// Nothing more can come: the shell's thread and its closure are gone.
fn assert_thread_gone(events: &Receiver<ShellEvent>) {
    while events.recv_timeout(LIMIT).is_ok() {}
    let gone = Err(std::sync::mpsc::RecvTimeoutError::Disconnected);
    assert_eq!(events.recv_timeout(LIMIT).map(|_| ()), gone);
}

fn pid_on_screen(seat: &Seat, before: &str) -> String {
    let screen = seat.screen();
    let (_, after) = screen.split_once(before).unwrap();
    after.chars().take_while(char::is_ascii_digit).collect()
}

#[test]
fn it_runs_where_and_with_what_it_was_told() {
    let mut command = program(
        "/bin/sh",
        &["-c", "pwd; echo $TERM/$A/${TMUX-none}/${B-none}"],
    );
    command.directory = Some("/usr/bin/..".into());
    command.variables.push(("A".into(), Some("set".into())));
    command.variables.push(("TMUX".into(), None));
    command.variables.push(("B".into(), None));
    let mut seat = Seat::running(&command);
    assert_eq!(seat.end(), Ending::Code(0));
    assert_eq!(seat.screen(), "/usr\nxterm-256color/set/none/none");
}

#[test]
fn all_output_comes_before_the_end() {
    let mut seat = script("seq 1 3000; kill -9 $$");
    assert_eq!(seat.end(), Ending::Signal(9));
    assert!(seat.screen().ends_with("\n2999\n3000"));
    assert_eq!(Ending::Signal(9).code(), 137);
    assert_thread_gone(&seat.events);
}

#[test]
fn the_end_does_not_wait_for_what_stays_in_the_background() {
    let mut seat = script("trap '' HUP; sleep 1000 & echo pid $!.; exit 3");
    assert_eq!(seat.end(), Ending::Code(3));
    let pid = pid_on_screen(&seat, "pid ").parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn dropping_hangs_up() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("heard");
    let text = format!(
        "trap 'echo hup > {}; exit' HUP; echo ready; read line",
        file.display()
    );
    let mut seat = script(&text);
    seat.wait_for("ready");
    drop(seat.shell);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "hup\n");
    assert_thread_gone(&seat.events);
}

#[test]
fn dropping_ends_even_what_does_not_listen() {
    let mut seat = script("trap '' HUP TERM INT; echo pid $$.; while :; do sleep 1000; done");
    seat.wait_for(".");
    let pid = pid_on_screen(&seat, "pid ");
    drop(seat.shell);
    // Waited for too: a zombie would still be there.
    assert!(!std::path::Path::new("/proc").join(pid).exists());
    assert_thread_gone(&seat.events);
}

#[test]
fn output_waits_until_it_is_looked_at() {
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let (sender, events) = channel();
    let counting = Arc::clone(&count);
    let send = move |event| {
        if matches!(event, ShellEvent::Output(_)) {
            let before = counting.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            assert!(before < IN_FLIGHT, "{before} pieces were under way");
        }
        let _ = sender.send(event);
    };
    let command = program("/bin/sh", &["-c", "head -c 10000000 /dev/zero"]);
    let shell = Shell::start(&command, (24, 80), send).unwrap();
    let mut terminal = Terminal::new(24, 80);
    let mut total = 0;
    let ending = loop {
        match events.recv_timeout(LIMIT).unwrap() {
            ShellEvent::Output(output) => {
                total += output.len();
                assert!(output.len() <= PIECE);
                let _ = terminal.feed(&output);
                count.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            }
            ShellEvent::Ended(ending) => break ending,
        }
    };
    assert_eq!((total, ending), (10_000_000, Ending::Code(0)));
    drop(shell);
}

#[test]
fn a_key_gets_through_while_output_never_ends() {
    let mut seat = script("yes & read key; kill $!; wait; echo \"key: $key\"");
    seat.wait_for("y\ny\n");
    seat.type_line("k");
    seat.wait_for("key: k");
    assert_eq!(seat.end(), Ending::Code(0));
}

#[test]
fn a_large_paste_arrives_whole() {
    let mut seat = script("stty raw -echo; echo ready; head -c 1000000 | wc -c");
    seat.wait_for("ready");
    seat.shell.write(&vec![b'x'; 1_000_000]).unwrap();
    seat.wait_for("1000000");
}

#[test]
fn a_program_that_does_not_read_holds_up_nobody() {
    let mut seat = script("stty raw -echo; echo ready; exec sleep 1000");
    seat.wait_for("ready");
    let megabyte = vec![b'x'; 1024 * 1024];
    let taken = (0..100)
        .take_while(|_| seat.shell.write(&megabyte).is_ok())
        .count();
    assert!((3..=4).contains(&taken), "{taken}");
    assert_eq!(seat.shell.write(&megabyte), Err(WriteError::Full));
    drop(seat.shell);
    assert_thread_gone(&seat.events);
}

#[test]
fn what_cannot_be_started_is_named() {
    let start = |command: &ShellCommand| match Shell::start(command, (24, 80), |_| {}) {
        Ok(_) => panic!("it runs"),
        Err(error) => error.to_string(),
    };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("plain");
    std::fs::write(&file, "").unwrap();
    let missing = start(&program("/nowhere/shell", &[]));
    assert!(
        missing.starts_with("There is no program /nowhere/shell"),
        "{missing}"
    );
    let plain = start(&program(file.to_str().unwrap(), &[]));
    assert!(
        plain.contains("cannot be started") && plain.contains("denied"),
        "{plain}"
    );
    let mut command = program("/bin/sh", &[]);
    command.directory = Some("/nowhere".into());
    assert!(start(&command).starts_with("There is no folder /nowhere"));
}

#[test]
fn why_there_is_no_terminal_in_both_languages() {
    let errors = [Errno::NOENT, Errno::PERM, Errno::NOSPC, Errno::IO];
    let errors = errors.map(|errno| StartError::NoTerminal(errno.into()));
    let said = errors.iter().flat_map(|error| {
        [Language::English, Language::French].map(|language| error.say(language))
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"));
}
