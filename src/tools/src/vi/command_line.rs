//! What is typed behind `:`, `/` and `?`.

use super::{Editor, Mode};
use crate::terminal::Key;

impl Editor {
    pub(super) fn press_command_line(&mut self, kind: char, mut text: String, key: Key) {
        match key {
            Key::Enter => {
                self.mode = Mode::Normal;
                match kind {
                    ':' => self.execute(text.trim()),
                    _ => {
                        if !text.is_empty() {
                            self.sought = text;
                        }
                        self.search(kind == '/');
                    }
                }
                return;
            }
            Key::Char(letter) => text.push(letter),
            Key::Backspace if text.pop().is_some() => {}
            Key::Control('u') => text.clear(),
            _ => {
                self.mode = Mode::Normal;
                return;
            }
        }
        self.mode = Mode::CommandLine(kind, text);
    }

    /// One `:` command.
    pub(super) fn execute(&mut self, command: &str) {
        let (name, argument) = command.split_once(' ').unwrap_or((command, ""));
        match name {
            "" => {}
            "w" | "w!" | "write" => {
                self.write(argument);
            }
            "q" | "quit" if self.buffer.changed => {
                "E37: No write since last change (add ! to override)".clone_into(&mut self.message);
            }
            "q" | "q!" | "quit" | "qa" | "qa!" => self.done = true,
            "wq" | "wq!" => self.done = self.write(argument),
            "x" | "xit" => self.done = !self.buffer.changed || self.write(argument),
            "set" | "se" => match argument {
                "nu" | "number" => self.numbers = true,
                "nonu" | "nonumber" => self.numbers = false,
                _ => self.message = format!("E518: Unknown option: {argument}"),
            },
            "$" => self.buffer.row = usize::MAX,
            _ if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.buffer.row = name.parse::<usize>().unwrap_or(1).saturating_sub(1);
            }
            _ if !self.substitute(command) => {
                self.message = format!("E492: Not an editor command: {command}");
            }
            _ => {}
        }
    }

    /// Returns whether the file was written.
    fn write(&mut self, argument: &str) -> bool {
        let path = match (argument, &self.path) {
            ("", Some(path)) => path.clone(),
            ("", None) => {
                "E32: No file name".clone_into(&mut self.message);
                return false;
            }
            (name, _) => name.into(),
        };
        let text = self.buffer.text();
        match std::fs::write(&path, &text) {
            Ok(()) => {
                let lines = self.buffer.lines.len();
                self.message = format!(
                    "\"{}\" {lines} lines, {} bytes written",
                    path.display(),
                    text.len()
                );
                self.buffer.changed = false;
                self.path.get_or_insert(path);
                true
            }
            Err(error) => {
                let reason = error
                    .raw_os_error()
                    .map(|number| nix::errno::Errno::from_raw(number).desc());
                let reason = reason.unwrap_or("not written");
                self.message = format!("E212: Can't write \"{}\": {reason}", path.display());
                false
            }
        }
    }

    /// `s/OLD/NEW/[g]` on this line, with `%` on all; plain text.
    fn substitute(&mut self, command: &str) -> bool {
        let (all_lines, rest) = match command.strip_prefix('%') {
            Some(rest) => (true, rest),
            None => (false, command),
        };
        let Some(mark) = rest.strip_prefix('s').and_then(|rest| rest.chars().next()) else {
            return false;
        };
        if mark.is_alphanumeric() {
            return false;
        }
        let mut parts = rest[1 + mark.len_utf8()..].split(mark);
        let (old, new) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        let everywhere = parts.next().is_some_and(|flags| flags.contains('g'));
        let rows = if all_lines {
            0..self.buffer.lines.len()
        } else {
            self.buffer.row..self.buffer.row + 1
        };
        self.buffer.remember();
        let mut count = 0;
        for row in rows {
            let line: String = self.buffer.lines[row].iter().collect();
            let times = if everywhere { usize::MAX } else { 1 };
            let found = line.matches(old).count().min(times);
            if old.is_empty() || found == 0 {
                continue;
            }
            count += found;
            self.buffer.lines[row] = line.replacen(old, new, times).chars().collect();
            self.buffer.row = row;
        }
        self.message = match count {
            0 => format!("E486: Pattern not found: {old}"),
            _ => format!("{count} substitutions"),
        };
        true
    }
}
