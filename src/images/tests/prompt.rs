//! The shell at a terminal, as a learner meets it after `docker run -it`.

mod carried;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rustix::termios::{Winsize, tcsetwinsize};

/// Longer than any answer takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(30);

struct Terminal {
    master: File,
    child: Child,
    /// Everything since the last expectation that was met.
    seen: String,
    _folder: tempfile::TempDir,
}

impl Terminal {
    /// `None` where no terminal can be had.
    fn open() -> Option<Terminal> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(&path).map(|place| place.join("setsid"));
        let Some(setsid) = places.find(|place| place.exists()) else {
            eprintln!("skipped: setsid of util-linux is not on this machine");
            return None;
        };
        let pty = openpty(None, None).expect("a terminal");
        let side = || Stdio::from(pty.slave.try_clone().expect("a second descriptor"));
        let folder = tempfile::tempdir().expect("a temporary directory");
        let child = Command::new(setsid)
            .arg("--ctty")
            .arg(carried::tools().join("bash"))
            .arg("--norc")
            .env_clear()
            .env("PATH", carried::tools())
            .env("PS1", "ready> ")
            .env("HOME", folder.path())
            .current_dir(folder.path())
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .expect("the shell runs");
        let mut terminal = Terminal {
            master: File::from(pty.master),
            child,
            seen: String::new(),
            _folder: folder,
        };
        terminal.expect("ready> ");
        Some(terminal)
    }

    #[track_caller]
    fn expect(&mut self, text: &str) {
        let start = Instant::now();
        loop {
            if let Some(at) = self.seen.find(text) {
                self.seen.drain(..at + text.len());
                return;
            }
            assert!(start.elapsed() < PATIENCE, "no {text:?} in {:?}", self.seen);
            self.read_some();
        }
    }

    /// Reads what comes within a moment.
    #[track_caller]
    fn read_some(&mut self) {
        let mut wanted = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
        if poll(&mut wanted, PollTimeout::from(200_u16)).expect("poll") == 0 {
            return;
        }
        let mut block = [0; 4096];
        match self.master.read(&mut block) {
            Ok(count) if count > 0 => {
                let text = String::from_utf8_lossy(&block[..count]);
                self.seen.push_str(&text);
            }
            _ => panic!("the terminal closed: {:?}", self.seen),
        }
    }

    fn resize(&mut self, rows: u16, columns: u16) {
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&self.master, size).expect("a terminal");
    }

    fn press(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("a terminal");
    }

    /// For a key that counts only once a program has the terminal again.
    #[track_caller]
    fn press_until(&mut self, key: &str, text: &str) {
        let start = Instant::now();
        while !self.seen.contains(text) {
            assert!(start.elapsed() < PATIENCE, "no {text:?} in {:?}", self.seen);
            self.press(key);
            self.read_some();
        }
        self.expect(text);
    }

    /// Types a line and waits for its answer and the next prompt.
    #[track_caller]
    fn answer(&mut self, line: &str, answer: &str) {
        self.press(&format!("{line}\r"));
        self.expect("\n");
        self.expect(answer);
        self.expect("ready> ");
    }
}

impl Drop for Terminal {
    /// Ends the session, also what a failed test left in it.
    fn drop(&mut self) {
        let session = self.child.id().to_string();
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        for process in processes {
            let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
            let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
            let pid = process
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            if let (Some(pid), true) = (pid, fields.split_whitespace().nth(3) == Some(&session)) {
                let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn control_c_ends_the_program_and_not_the_shell() {
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.press("bash -c 'echo begun; sleep 1000'\r");
    terminal.expect("\nbegun\r\n");
    terminal.press("\x03");
    terminal.expect("ready> ");
    terminal.answer("echo status $?", "status 130");
    terminal.press("typed half\x03");
    terminal.expect("^C");
    terminal.expect("ready> ");
    terminal.answer("echo $?", "130");
}

#[test]
fn control_c_ends_a_loop() {
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.press("while true; do echo round; sleep 1000; done\r");
    terminal.expect("\nround");
    terminal.press("\x03");
    terminal.expect("ready> ");
    terminal.press("echo begun; while true; do :; done\r");
    terminal.expect("\nbegun\r\n");
    terminal.press("\x03");
    terminal.expect("ready> ");
    terminal.answer("echo $((20 + 3))", "23");
}

#[test]
fn lines_are_edited_completed_and_recalled() {
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.answer("echo acd\x1b[D\x1b[Db", "abcd");
    terminal.answer("\x1b[A", "abcd");
    terminal.answer("wrong\x15echo right", "right");
    terminal.answer("mkdir -p long-name/inner", "");
    terminal.answer("cd long\tin\t; basename $PWD", "inner");
    terminal.answer("for i in 1 2; do\recho \"<$i>\"\rdone", "<2>");
    terminal.answer("\x1b[A", "<2>");
}

#[test]
fn the_shell_knows_how_large_its_terminal_is() {
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.resize(33, 111);
    terminal.answer("echo $LINES by $COLUMNS", "33 by 111");
    terminal.press("echo it is $LINES by");
    terminal.resize(44, 122);
    terminal.answer(" $COLUMNS", "it is 44 by 122");
    terminal.answer("bash -c 'echo in${COLUMNS}side'", "inside\r");
}

#[test]
fn jobs_are_stopped_and_taken_up_again() {
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.answer("echo begun > note", "");
    terminal.press("tail -f note\r");
    terminal.expect("\nbegun\r\n");
    terminal.press("\x1a");
    terminal.expect("Stopped");
    terminal.expect("ready> ");
    terminal.press("fg\r");
    terminal.expect("tail -f note");
    terminal.press_until("\x03", "ready> ");
    terminal.press("sleep 1000 &\r");
    terminal.expect("[1] ");
    terminal.expect("ready> ");
    terminal.answer("kill -9 %1; wait %1; echo $?", "137");
}

#[test]
fn the_shell_ends_with_its_code() {
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.press("exit 7\r");
    let status = terminal.child.wait().expect("a status");
    assert_eq!(status.code(), Some(7));
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.press("false\r");
    terminal.expect("ready> ");
    terminal.press("\x04");
    terminal.expect("exit");
    let status = terminal.child.wait().expect("a status");
    assert_eq!(status.code(), Some(1));
}

#[test]
fn vi_writes_a_file() {
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.press("vi note.txt\r");
    terminal.expect("[New File]");
    terminal.press("ifirst\rsecond line\x1b");
    terminal.press("ggyyp:%s/first/one/g\r");
    terminal.expect("2 substitutions");
    terminal.press("Gddu:wq\r");
    terminal.expect("ready> ");
    terminal.answer("paste -sd, note.txt", "one,one,second line");
}

#[test]
fn less_shows_a_page_and_searches() {
    let Some(mut terminal) = Terminal::open() else {
        return;
    };
    terminal.press("seq 500 | less\r");
    terminal.expect("\n10");
    terminal.press("/321\r");
    terminal.expect("321");
    terminal.press("q");
    terminal.expect("ready> ");
}
