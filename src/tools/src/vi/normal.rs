//! Commands of the normal mode. Letters are gathered until they are a command.

use super::{Editor, Mode, Register};
use crate::terminal::Key;

impl Editor {
    pub(super) fn press_normal(&mut self, key: Key) {
        match key {
            Key::Char(letter) => self.gather(letter),
            Key::Escape | Key::Control('c') => self.pending.clear(),
            Key::Enter => self.buffer.row += 1,
            Key::Backspace => self.move_by(Key::Left),
            Key::Control('f' | 'd') => self.move_by(Key::PageDown),
            Key::Control('b' | 'u') => self.move_by(Key::PageUp),
            Key::Control('r') if !self.buffer.redo() => {
                "Already at newest change".clone_into(&mut self.message)
            }
            Key::Control('g') => {
                self.message = format!(
                    "line {} of {}",
                    self.buffer.row + 1,
                    self.buffer.lines.len()
                )
            }
            Key::Delete => self.gather('x'),
            other => self.move_by(other),
        }
    }

    fn gather(&mut self, letter: char) {
        self.pending.push(letter);
        let digits = self.pending.len()
            - self
                .pending
                .trim_start_matches(|digit: char| digit.is_ascii_digit())
                .len();
        // A zero alone is a motion.
        let digits = if self.pending.starts_with('0') {
            0
        } else {
            digits
        };
        let count: Option<usize> = self.pending[..digits].parse().ok();
        let command = self.pending[digits..].to_owned();
        let waits = matches!(command.as_str(), "" | "d" | "c" | "y" | "g" | "r" | "Z");
        if waits {
            return;
        }
        self.pending.clear();
        if !self.motion(&command, count) {
            self.command(&command, count);
        }
    }

    fn motion(&mut self, command: &str, count: Option<usize>) -> bool {
        let times = count.unwrap_or(1);
        let buffer = &mut self.buffer;
        match command {
            "h" => buffer.column = buffer.column.saturating_sub(times),
            "l" | " " => buffer.column += times,
            "k" | "-" => buffer.row = buffer.row.saturating_sub(times),
            "j" | "+" => buffer.row += times,
            "0" => buffer.column = 0,
            "^" => {
                buffer.column = buffer
                    .line()
                    .iter()
                    .take_while(|letter| letter.is_whitespace())
                    .count()
            }
            "$" => buffer.column = usize::MAX,
            "G" => buffer.row = count.map_or(usize::MAX, |line| line.saturating_sub(1)),
            "gg" => buffer.row = times - 1,
            "w" | "e" | "b" => {
                for _ in 0..times {
                    self.word(command);
                }
            }
            "n" => self.search(true),
            "N" => self.search(false),
            _ => return false,
        }
        true
    }

    fn word(&mut self, command: &str) {
        let buffer = &mut self.buffer;
        let (length, column) = (buffer.line().len(), buffer.column);
        match command {
            "w" => {
                buffer.column = buffer.word_forward(column);
                if buffer.column >= length && buffer.row + 1 < buffer.lines.len() {
                    buffer.row += 1;
                    buffer.column = 0;
                }
            }
            "e" => buffer.column = buffer.word_end(column),
            _ if column == 0 && buffer.row > 0 => {
                buffer.row -= 1;
                buffer.column = buffer.line().len();
                buffer.column = buffer.word_back(buffer.column);
            }
            _ => buffer.column = buffer.word_back(column),
        }
    }

    fn command(&mut self, command: &str, count: Option<usize>) {
        let times = count.unwrap_or(1);
        match command {
            ":" | "/" | "?" => {
                let kind = command.chars().next().unwrap_or(':');
                self.mode = Mode::CommandLine(kind, String::new());
            }
            "u" => {
                if !self.buffer.undo() {
                    "Already at oldest change".clone_into(&mut self.message);
                }
            }
            "yy" | "Y" => {
                let lines = self.buffer.lines.iter().skip(self.buffer.row).take(times);
                let text = lines.map(|line| line.iter().collect()).collect();
                self.register = Register {
                    text,
                    whole_lines: true,
                };
            }
            "ZZ" => self.execute("x"),
            "ZQ" => self.execute("q!"),
            "i" | "a" | "I" | "A" | "o" | "O" => self.begin_insert(command),
            _ => self.edit(command, times),
        }
    }

    fn begin_insert(&mut self, command: &str) {
        self.buffer.remember();
        let buffer = &mut self.buffer;
        let indent = buffer
            .line()
            .iter()
            .take_while(|letter| letter.is_whitespace())
            .count();
        match command {
            "a" if !buffer.line().is_empty() => buffer.column += 1,
            "I" => buffer.column = indent,
            "A" => buffer.column = buffer.line().len(),
            "o" => {
                buffer.row += 1;
                let row = buffer.row.min(buffer.lines.len());
                buffer.lines.insert(row, Vec::new());
            }
            "O" => {
                let row = buffer.row.min(buffer.lines.len());
                buffer.lines.insert(row, Vec::new());
            }
            _ => {}
        }
        self.mode = Mode::Insert;
    }

    fn edit(&mut self, command: &str, times: usize) {
        self.buffer.remember();
        let column = self.buffer.column;
        let rest = self.buffer.line().len().saturating_sub(column);
        match command {
            "x" => self.cut(times),
            "X" => {
                let count = times.min(column);
                self.buffer.column -= count;
                self.cut(count);
            }
            "D" | "d$" => self.cut(rest),
            "C" | "c$" => self.cut(rest),
            "s" | "cl" => self.cut(times),
            "dd" => {
                let text = self.buffer.delete_lines(times);
                self.register = Register {
                    text,
                    whole_lines: true,
                };
            }
            "cc" | "S" => {
                self.buffer.column = 0;
                let all = self.buffer.line().len();
                self.cut(all);
            }
            "dw" => self.cut(self.buffer.word_forward(column) - column),
            "cw" | "ce" | "de" => self.cut(
                self.buffer
                    .word_end(column.saturating_sub(1))
                    .saturating_sub(column)
                    + 1,
            ),
            "db" => {
                self.buffer.column = self.buffer.word_back(column);
                self.cut(column - self.buffer.column);
            }
            "d0" => {
                self.buffer.column = 0;
                self.cut(column);
            }
            "dG" => {
                let text = self.buffer.delete_lines(usize::MAX);
                self.register = Register {
                    text,
                    whole_lines: true,
                };
            }
            "yw" => {
                let end = self.buffer.word_forward(column);
                let text = self
                    .buffer
                    .line()
                    .get(column..end)
                    .unwrap_or_default()
                    .iter()
                    .collect();
                self.register = Register {
                    text: vec![text],
                    whole_lines: false,
                };
            }
            "J" => self.buffer.join(),
            "p" | "P" => self.put(command == "p", times),
            "~" => self.toggle_case(),
            _ if command.starts_with('r') => self.replace(command),
            _ => {}
        }
        if command.starts_with(['c', 'C', 's', 'S']) {
            self.mode = Mode::Insert;
        }
    }

    fn cut(&mut self, count: usize) {
        let text = self.buffer.delete(count);
        self.register = Register {
            text: vec![text],
            whole_lines: false,
        };
    }

    fn replace(&mut self, command: &str) {
        let column = self.buffer.column;
        let row = self.buffer.row;
        let letter = command.chars().nth(1);
        if let (Some(letter), Some(place)) = (letter, self.buffer.lines[row].get_mut(column)) {
            *place = letter;
        }
    }

    fn toggle_case(&mut self) {
        let (row, column) = (self.buffer.row, self.buffer.column);
        if let Some(place) = self.buffer.lines[row].get_mut(column) {
            let other: Vec<char> = if place.is_uppercase() {
                place.to_lowercase().collect()
            } else {
                place.to_uppercase().collect()
            };
            *place = other.first().copied().unwrap_or(*place);
            self.buffer.column += 1;
        }
    }

    fn put(&mut self, after: bool, times: usize) {
        let register = self.register.clone();
        let buffer = &mut self.buffer;
        for _ in 0..times {
            if register.whole_lines {
                let row = (buffer.row + usize::from(after)).min(buffer.lines.len());
                let lines = register.text.iter().map(|line| line.chars().collect());
                buffer.lines.splice(row..row, lines);
                buffer.row = row;
                buffer.column = 0;
            } else {
                let text: Vec<char> = register.text.concat().chars().collect();
                let row = buffer.row;
                let length = buffer.lines[row].len();
                let at = (buffer.column + usize::from(after)).min(length);
                buffer.column = (at + text.len()).saturating_sub(1);
                buffer.lines[row].splice(at..at, text);
            }
        }
    }

    pub(super) fn search(&mut self, forward: bool) {
        let count = self.buffer.lines.len();
        let (row, column) = (self.buffer.row, self.buffer.column);
        let found = |index: usize| -> Option<Vec<usize>> {
            let line: String = self.buffer.lines[index].iter().collect();
            let starts = line.match_indices(&self.sought);
            let columns: Vec<usize> = starts
                .map(|(byte, _)| line[..byte].chars().count())
                .collect();
            (!columns.is_empty()).then_some(columns)
        };
        for step in 0..=count {
            let index = if forward {
                row + step
            } else {
                row + count - step
            } % count;
            let Some(mut columns) = found(index) else {
                continue;
            };
            match (step, forward) {
                (0, true) => columns.retain(|other| *other > column),
                (0, false) => columns.retain(|other| *other < column),
                _ => {}
            }
            let place = if forward {
                columns.first()
            } else {
                columns.last()
            };
            if let Some(place) = place {
                (self.buffer.row, self.buffer.column) = (index, *place);
                return;
            }
        }
        self.message = format!("Pattern not found: {}", self.sought);
    }
}
