//! The text, the cursor in it, and what `u` goes back to. Pure.

/// Older states than this are forgotten.
const MOST_UNDO: usize = 200;

#[derive(Default)]
pub struct Buffer {
    /// Never empty; without line ends.
    pub lines: Vec<Vec<char>>,
    pub row: usize,
    pub column: usize,
    pub changed: bool,
    past: Vec<State>,
    future: Vec<State>,
}

#[derive(Clone)]
struct State {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Buffer {
    pub fn new(text: &str) -> Buffer {
        let mut lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        if lines.is_empty() {
            lines.push(Vec::new());
        }
        Buffer {
            lines,
            ..Buffer::default()
        }
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text.extend(line);
            text.push('\n');
        }
        text
    }

    pub fn line(&self) -> &[char] {
        self.lines.get(self.row).map_or(&[], Vec::as_slice)
    }

    /// Brings the cursor back into the text; behind the last letter is a place
    /// only while inserting.
    pub fn clamp(&mut self, inserting: bool) {
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        self.row = self.row.min(self.lines.len() - 1);
        let length = self.line().len();
        let last = if inserting {
            length
        } else {
            length.saturating_sub(1)
        };
        self.column = self.column.min(last);
    }

    /// Remembers the state before a change.
    pub fn remember(&mut self) {
        if self.past.len() == MOST_UNDO {
            self.past.remove(0);
        }
        self.past.push(self.state());
        self.future.clear();
        self.changed = true;
    }

    fn state(&self) -> State {
        State {
            lines: self.lines.clone(),
            row: self.row,
            column: self.column,
        }
    }

    fn restore(&mut self, state: State) {
        self.lines = state.lines;
        self.row = state.row;
        self.column = state.column;
        self.changed = true;
    }

    /// Returns whether there was something to undo.
    pub fn undo(&mut self) -> bool {
        let Some(state) = self.past.pop() else {
            return false;
        };
        self.future.push(self.state());
        self.restore(state);
        true
    }

    pub fn redo(&mut self) -> bool {
        let Some(state) = self.future.pop() else {
            return false;
        };
        self.past.push(self.state());
        self.restore(state);
        true
    }

    fn line_mut(&mut self) -> &mut Vec<char> {
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        self.row = self.row.min(self.lines.len() - 1);
        &mut self.lines[self.row]
    }

    pub fn insert(&mut self, letter: char) {
        let column = self.column;
        let line = self.line_mut();
        line.insert(column.min(line.len()), letter);
        self.column += 1;
    }

    pub fn split_line(&mut self) {
        let column = self.column;
        let line = self.line_mut();
        let rest = line.split_off(column.min(line.len()));
        self.row += 1;
        self.lines.insert(self.row, rest);
        self.column = 0;
    }

    pub fn backspace(&mut self) {
        if self.column > 0 {
            self.column -= 1;
            let column = self.column;
            self.line_mut().remove(column);
        } else if self.row > 0 {
            let rest = self.lines.remove(self.row);
            self.row -= 1;
            self.column = self.line().len();
            self.line_mut().extend(rest);
        }
    }

    /// Cuts letters at the cursor.
    pub fn delete(&mut self, count: usize) -> String {
        let column = self.column;
        let line = self.line_mut();
        let end = column.saturating_add(count).min(line.len());
        line.drain(column.min(end)..end).collect()
    }

    /// Cuts lines from the cursor's on.
    pub fn delete_lines(&mut self, count: usize) -> Vec<String> {
        let end = self.row.saturating_add(count).min(self.lines.len());
        let cut = self
            .lines
            .drain(self.row..end)
            .map(|line| line.into_iter().collect())
            .collect();
        self.clamp(false);
        cut
    }

    /// Joins the next line to this one with a space.
    pub fn join(&mut self) {
        if self.row + 1 < self.lines.len() {
            let next: String = self.lines.remove(self.row + 1).into_iter().collect();
            let line = self.line_mut();
            let at = line.len();
            line.push(' ');
            line.extend(next.trim_start().chars());
            self.column = at;
        }
    }

    /// Where the next word of the line begins; its length if there is none.
    pub fn word_forward(&self, from: usize) -> usize {
        let line = self.line();
        let kind = line.get(from).map(|letter| Kind::of(*letter));
        let mut at = from;
        while at < line.len() && Some(Kind::of(line[at])) == kind {
            at += 1;
        }
        while at < line.len() && Kind::of(line[at]) == Kind::Space {
            at += 1;
        }
        at
    }

    /// The last letter of this word or the next.
    pub fn word_end(&self, from: usize) -> usize {
        let line = self.line();
        let mut at = from + 1;
        while at < line.len() && Kind::of(line[at]) == Kind::Space {
            at += 1;
        }
        while at + 1 < line.len() && Kind::of(line[at + 1]) == Kind::of(line[at]) {
            at += 1;
        }
        at.min(line.len().saturating_sub(1))
    }

    /// Where this word or the one before begins.
    pub fn word_back(&self, from: usize) -> usize {
        let line = self.line();
        let mut at = from.min(line.len());
        while at > 0 && Kind::of(line[at - 1]) == Kind::Space {
            at -= 1;
        }
        while at > 1 && Kind::of(line[at - 2]) == Kind::of(line[at - 1]) {
            at -= 1;
        }
        at.saturating_sub(1)
    }
}

#[derive(PartialEq, Eq)]
enum Kind {
    Space,
    Word,
    Mark,
}

impl Kind {
    fn of(letter: char) -> Kind {
        match letter {
            _ if letter.is_whitespace() => Kind::Space,
            '_' => Kind::Word,
            _ if letter.is_alphanumeric() => Kind::Word,
            _ => Kind::Mark,
        }
    }
}
