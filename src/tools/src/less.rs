//! `less` and `more`: text by the page.
//!
//! Limits: the whole text is read first; keys are the common ones.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use crate::terminal::{self, Key, RawMode};

const HELP: &str = "SPACE page down  b page up  ENTER line down  k line up  g top  G end  /text search  n next  q quit";

pub fn main(arguments: Vec<OsString>) -> i32 {
    let name = arguments
        .first()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "less".to_owned());
    let name = name.rsplit('/').next().unwrap_or("less").to_owned();
    let mut files: Vec<OsString> = arguments.into_iter().skip(1).collect();
    files.retain(|word| !word.to_string_lossy().starts_with(['-', '+']));
    let mut text = String::new();
    let mut code = 0;
    if files.is_empty() {
        if io::stdin().is_terminal() {
            eprintln!("Missing filename (\"{name} --help\" for help)");
            return 1;
        }
        text = terminal::read_all(io::stdin()).unwrap_or_default();
    }
    for file in &files {
        match std::fs::File::open(file).and_then(terminal::read_all) {
            Ok(more) => text.push_str(&more),
            Err(error) => {
                let reason = error
                    .raw_os_error()
                    .map(|number| nix::errno::Errno::from_raw(number).desc());
                eprintln!(
                    "{}: {}",
                    file.to_string_lossy(),
                    reason.unwrap_or("unreadable")
                );
                code = 1;
            }
        }
    }
    let keys = terminal::open().filter(|_| io::stdout().is_terminal());
    match keys.and_then(RawMode::enter) {
        Some(raw) if code == 0 => Pager::new(&text).run(&raw),
        _ => {
            let _ = io::stdout().write_all(text.as_bytes());
        }
    }
    code
}

struct Pager<'a> {
    lines: Vec<&'a str>,
    top: usize,
    wanted: String,
    message: String,
}

impl<'a> Pager<'a> {
    fn new(text: &'a str) -> Pager<'a> {
        Pager {
            lines: text.lines().collect(),
            top: 0,
            wanted: String::new(),
            message: String::new(),
        }
    }

    fn run(&mut self, raw: &RawMode) {
        print!("\x1b[?1049h");
        loop {
            self.draw();
            let page = terminal::size().0.saturating_sub(1).max(1);
            let end = self.lines.len().saturating_sub(page);
            match raw.key() {
                Key::Char('q' | 'Q') | Key::Control('c') | Key::Closed => break,
                Key::Char(' ' | 'f') | Key::PageDown | Key::Control('f') => self.top += page,
                Key::Char('b') | Key::PageUp | Key::Control('b') => {
                    self.top = self.top.saturating_sub(page);
                }
                Key::Char('d') | Key::Control('d') => self.top += page / 2,
                Key::Char('u') | Key::Control('u') => self.top = self.top.saturating_sub(page / 2),
                Key::Enter | Key::Down | Key::Char('j' | 'e') => self.top += 1,
                Key::Up | Key::Char('k' | 'y') => self.top = self.top.saturating_sub(1),
                Key::Home | Key::Char('g' | '<') => self.top = 0,
                Key::End | Key::Char('G' | '>') => self.top = end,
                Key::Char('/') => self.ask(raw),
                Key::Char('n') => self.search(self.top + 1),
                Key::Char('N') => self.search_back(),
                Key::Char('h' | 'H') => HELP.clone_into(&mut self.message),
                _ => {}
            }
            self.top = self.top.min(end);
        }
        print!("\x1b[?1049l");
        let _ = io::stdout().flush();
    }

    fn draw(&mut self) {
        let (rows, columns) = terminal::size();
        let page = rows.saturating_sub(1);
        let mut out = "\x1b[H\x1b[2J".to_owned();
        for index in self.top..self.top + page {
            match self.lines.get(index) {
                Some(line) => out.extend(line.replace('\t', "        ").chars().take(columns)),
                None => out.push('~'),
            }
            out.push('\n');
        }
        let at_end = self.top + page >= self.lines.len();
        let status = match (self.message.as_str(), at_end) {
            ("", true) => "(END)",
            ("", false) => ":",
            (message, _) => message,
        };
        out.push_str(&format!("\x1b[7m{status}\x1b[0m"));
        self.message.clear();
        let mut stdout = io::stdout().lock();
        let _ = stdout.write_all(out.as_bytes());
        let _ = stdout.flush();
    }

    fn ask(&mut self, raw: &RawMode) {
        let mut typed = String::new();
        loop {
            print!("\r\x1b[K/{typed}");
            let _ = io::stdout().flush();
            match raw.key() {
                Key::Enter => break,
                Key::Char(letter) => typed.push(letter),
                Key::Backspace if typed.pop().is_some() => {}
                _ => return,
            }
        }
        if !typed.is_empty() {
            self.wanted = typed;
        }
        self.search(self.top + 1);
    }

    fn search(&mut self, from: usize) {
        let mut later = self.lines.iter().enumerate().skip(from);
        match later.find(|(_, line)| line.contains(&self.wanted)) {
            Some((index, _)) => self.top = index,
            None => "Pattern not found".clone_into(&mut self.message),
        }
    }

    fn search_back(&mut self) {
        let mut earlier = self.lines[..self.top.min(self.lines.len())].iter();
        match earlier.rposition(|line| line.contains(&self.wanted)) {
            Some(index) => self.top = index,
            None => "Pattern not found".clone_into(&mut self.message),
        }
    }
}
