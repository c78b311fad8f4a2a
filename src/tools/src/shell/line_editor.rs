//! One line of input, edited. Pure but for [`read_line`], which draws it.

use std::io::Write;

use unicode_width::UnicodeWidthStr;

use crate::terminal::{self, Key, RawMode};

/// What became of a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    Entered(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D on an empty line, or the terminal is gone.
    Closed,
}

/// What a key asks of who draws the line.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Redraw,
    Complete,
    ClearScreen,
    End(Ending),
}

/// Tab: the line and the cursor (in bytes) in, where to put which words out.
pub struct Completion {
    pub start: usize,
    pub length: usize,
    pub candidates: Vec<String>,
}

#[derive(Default)]
struct Line {
    text: Vec<char>,
    cursor: usize,
    killed: Vec<char>,
    /// Which line of the history is shown; its length means the new line.
    shown: usize,
    /// The new line, while one of the history is shown.
    draft: Vec<char>,
}

impl Line {
    fn press(&mut self, key: Key, history: &[String]) -> Step {
        match key {
            Key::Enter => return Step::End(Ending::Entered(self.text.iter().collect())),
            Key::Control('c') => return Step::End(Ending::Interrupted),
            Key::Control('d') if self.text.is_empty() => return Step::End(Ending::Closed),
            Key::Closed => return Step::End(Ending::Closed),
            Key::Tab => return Step::Complete,
            Key::Control('l') => return Step::ClearScreen,
            Key::Char(letter) => {
                self.text.insert(self.cursor, letter);
                self.cursor += 1;
            }
            Key::Backspace | Key::Control('h') if self.cursor > 0 => {
                self.cursor -= 1;
                self.text.remove(self.cursor);
            }
            Key::Delete | Key::Control('d') if self.cursor < self.text.len() => {
                self.text.remove(self.cursor);
            }
            Key::Left | Key::Control('b') => self.cursor = self.cursor.saturating_sub(1),
            Key::Right | Key::Control('f') => {
                self.cursor = (self.cursor + 1).min(self.text.len());
            }
            Key::Home | Key::Control('a') => self.cursor = 0,
            Key::End | Key::Control('e') => self.cursor = self.text.len(),
            Key::Control('u') => self.kill(0, self.cursor),
            Key::Control('k') => self.kill(self.cursor, self.text.len()),
            Key::Control('w') => self.kill(self.word_start(), self.cursor),
            Key::Control('y') => {
                let killed = self.killed.clone();
                self.insert(killed);
            }
            Key::Up | Key::Control('p') => self.show(self.shown.saturating_sub(1), history),
            Key::Down | Key::Control('n') => self.show(self.shown + 1, history),
            _ => {}
        }
        Step::Redraw
    }

    fn insert(&mut self, letters: Vec<char>) {
        let count = letters.len();
        self.text.splice(self.cursor..self.cursor, letters);
        self.cursor += count;
    }

    fn kill(&mut self, from: usize, to: usize) {
        self.killed = self.text.drain(from..to).collect();
        self.cursor = from;
    }

    fn word_start(&self) -> usize {
        let before = &self.text[..self.cursor];
        let end = before.iter().rposition(|letter| !letter.is_whitespace());
        let end = end.map_or(0, |index| index + 1);
        let start = before[..end]
            .iter()
            .rposition(|letter| letter.is_whitespace());
        start.map_or(0, |index| index + 1)
    }

    fn show(&mut self, index: usize, history: &[String]) {
        if index > history.len() || index == self.shown {
            return;
        }
        if self.shown == history.len() {
            self.draft = std::mem::take(&mut self.text);
        }
        self.text = match history.get(index) {
            Some(line) => line.chars().collect(),
            None => std::mem::take(&mut self.draft),
        };
        self.shown = index;
        self.cursor = self.text.len();
    }

    fn byte_cursor(&self) -> usize {
        self.text[..self.cursor]
            .iter()
            .map(|letter| letter.len_utf8())
            .sum()
    }

    /// Puts in what all candidates begin with; returns whether that changed
    /// the line.
    fn complete(&mut self, completion: &Completion) -> bool {
        let before: String = self.text.iter().collect();
        let common = common_start(&completion.candidates);
        let end = completion.start + completion.length;
        let (Some(head), Some(old), Some(tail)) = (
            before.get(..completion.start),
            before.get(completion.start..end),
            before.get(end..),
        ) else {
            return false;
        };
        if common.len() < old.len() || common == old {
            return false;
        }
        self.text = format!("{head}{common}{tail}").chars().collect();
        self.cursor = head.chars().count() + common.chars().count();
        true
    }
}

fn common_start(candidates: &[String]) -> String {
    let mut candidates = candidates.iter();
    let mut common = candidates.next().cloned().unwrap_or_default();
    for candidate in candidates {
        let shared = common.chars().zip(candidate.chars());
        let length = shared
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len_utf8())
            .sum();
        common.truncate(length);
    }
    common
}

/// Reads one line at a terminal in raw mode. Lines of the prompt before its
/// last are written once; the last is drawn again with every key.
pub fn read_line(
    terminal: &RawMode,
    prompt: &str,
    history: &[String],
    mut complete: impl FnMut(&str, usize) -> Completion,
) -> Ending {
    let mut line = Line {
        shown: history.len(),
        ..Line::default()
    };
    let (above, prompt) = prompt.rsplit_once('\n').unwrap_or(("", prompt));
    if !above.is_empty() {
        println!("{above}");
    }
    let mut drawn = Drawn::default();
    drawn.draw(prompt, &line);
    loop {
        match line.press(terminal.key(), history) {
            Step::Redraw => {}
            Step::ClearScreen => {
                print!("\x1b[H\x1b[2J");
                drawn = Drawn::default();
            }
            Step::Complete => {
                let text: String = line.text.iter().collect();
                let completion = complete(&text, line.byte_cursor());
                if !line.complete(&completion) && completion.candidates.len() > 1 {
                    drawn.leave(prompt, &line);
                    list(&completion.candidates);
                    drawn = Drawn::default();
                }
            }
            Step::End(ending) => {
                if ending == Ending::Interrupted {
                    drawn.leave_with(prompt, &line, "^C");
                } else {
                    drawn.leave(prompt, &line);
                }
                return ending;
            }
        }
        drawn.draw(prompt, &line);
    }
}

fn list(candidates: &[String]) {
    let (_, columns) = terminal::size();
    let widest = candidates
        .iter()
        .map(|word| word.width())
        .max()
        .unwrap_or(0)
        + 2;
    let across = (columns / widest).max(1);
    for row in candidates.chunks(across) {
        let cells: Vec<String> = row.iter().map(|word| format!("{word:<widest$}")).collect();
        println!("{}", cells.concat().trim_end());
    }
}

/// What was drawn last, and in which of its rows the cursor stands.
#[derive(Default)]
struct Drawn {
    row: usize,
    text: String,
    /// Whether something was drawn and the cursor stands behind it.
    at_end: bool,
}

impl Drawn {
    fn draw(&mut self, prompt: &str, line: &Line) {
        let (_, columns) = terminal::size();
        let text: String = line.text.iter().collect();
        if self.append(prompt, line, &text, columns) {
            return;
        }
        let before: String = line.text[..line.cursor].iter().collect();
        let start = visible_width(prompt);
        let end = start + text.width();
        let cursor = start + before.width();
        let mut out = String::new();
        if self.row > 0 {
            out.push_str(&format!("\x1b[{}A", self.row));
        }
        out.push_str(&format!("\r\x1b[J{prompt}{text}"));
        if end > 0 && end.is_multiple_of(columns) {
            // A full row leaves the cursor hanging behind its last column.
            out.push_str(" \r");
        }
        let up = end / columns - cursor / columns;
        if up > 0 {
            out.push_str(&format!("\x1b[{up}A"));
        }
        out.push('\r');
        if !cursor.is_multiple_of(columns) {
            out.push_str(&format!("\x1b[{}C", cursor % columns));
        }
        self.row = cursor / columns;
        self.text = text;
        self.at_end = line.cursor == line.text.len();
        write(&out);
    }

    /// A letter typed at the end, by far the most usual key, is written alone:
    /// the line may be travelling over a network.
    fn append(&mut self, prompt: &str, line: &Line, text: &str, columns: usize) -> bool {
        let Some(added) = text.strip_prefix(self.text.as_str()) else {
            return false;
        };
        let end = visible_width(prompt) + text.width();
        let fits = end / columns == self.row && !end.is_multiple_of(columns);
        let simple = self.at_end && line.cursor == line.text.len() && !added.is_empty();
        if !(simple && fits) {
            return false;
        }
        write(added);
        text.clone_into(&mut self.text);
        true
    }

    fn leave(&mut self, prompt: &str, line: &Line) {
        self.leave_with(prompt, line, "");
    }

    /// Goes to the row below the line.
    fn leave_with(&mut self, prompt: &str, line: &Line, mark: &str) {
        let end = Line {
            text: line.text.clone(),
            cursor: line.text.len(),
            ..Line::default()
        };
        let text: String = line.text.iter().collect();
        if !(self.at_end && self.text == text) {
            self.draw(prompt, &end);
        }
        write(&format!("{mark}\n"));
    }
}

fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// The columns that a prompt takes: escape sequences take none.
fn visible_width(prompt: &str) -> usize {
    let mut plain = String::new();
    let mut letters = prompt.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\x1b' if letters.next_if_eq(&'[').is_some() => {
                while letters
                    .next()
                    .is_some_and(|letter| !letter.is_ascii_alphabetic())
                {}
            }
            '\x1b' if letters.next_if_eq(&']').is_some() => {
                while letters.next().is_some_and(|letter| letter != '\x07') {}
            }
            '\x01' | '\x02' => {}
            _ => plain.push(letter),
        }
    }
    plain.width()
}
