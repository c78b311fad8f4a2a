//! X-ray: what the engine did for each command that was typed.
//!
//! Duty: keep the last commands as they are heard of ([`read`]), and say a line
//! in a sentence ([`say`]) and why it is done ([`explain`]). Limits: as many
//! commands as the engine keeps; what is drawn and chosen is `view::xray`'s.

pub mod explain;
mod planned;
pub mod read;
pub mod say;

use plimsoll_api::operation::Facts;
use plimsoll_text::Text;
use serde::{Deserialize, Serialize};

/// Commands that are kept; the engine keeps no more.
pub const MOST_COMMANDS: usize = 64;

/// The last commands, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Xray {
    commands: Vec<Command>,
    /// The engine is not ours, and tells nothing.
    silent: bool,
}

/// Something that was typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Grows from one command to the next.
    pub id: u64,
    /// Grows with every change.
    pub seq: u64,
    /// As typed; nothing where the client did not say.
    pub typed: Option<String>,
    /// Microseconds of the engine's own time.
    pub took: u64,
    pub operations: Vec<Operation>,
    /// Operations that the engine did not keep.
    pub left_out: u64,
}

/// A call that changed something, or was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// `container.start`.
    pub kind: String,
    pub subject: String,
    pub took: u64,
    pub lines: Vec<Line>,
    /// Lines that the engine did not keep.
    pub more_lines: u64,
    pub plan: Option<Plan>,
    /// Why it was refused or broke off.
    pub error: Option<String>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// As the engine has it: `overlay`.
    pub kind: String,
    pub told: Told,
    pub took: Option<u64>,
    pub failed: bool,
    /// The operations of the plan that it stands for.
    pub ops: Vec<usize>,
}

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Told {
    Known(Facts),
    /// A kind that this version does not know, as data.
    Other(String),
}

/// A plan that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its operations in plain words.
    pub words: Vec<Text>,
    /// The same as data, one JSON object each.
    pub data: Vec<String>,
    pub warnings: Vec<String>,
}

impl Xray {
    /// The newest first.
    pub fn newest_first(&self) -> impl DoubleEndedIterator<Item = &Command> {
        self.commands.iter().rev()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Whether this engine tells nothing.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// Nothing will be heard.
    pub fn silence(&mut self) {
        self.silent = true;
    }

    /// Takes a command that is new or has grown.
    pub fn take(&mut self, command: Command) {
        self.silent = false;
        let at = self.commands.partition_point(|one| one.id < command.id);
        match self.commands.get_mut(at).filter(|one| one.id == command.id) {
            Some(known) if known.seq > command.seq => {}
            Some(known) => *known = command,
            None => self.commands.insert(at, command),
        }
        let many = self.commands.len().saturating_sub(MOST_COMMANDS);
        self.commands.drain(..many);
    }

    /// After which change to ask for what is new.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.commands.iter().map(|one| one.seq).max().unwrap_or(0)
    }
}

impl Command {
    /// Whether something of it went wrong.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.operations.iter().any(|one| one.error.is_some())
    }

    /// Microseconds that no line has: the time of the whole without its parts'.
    #[must_use]
    pub fn rest(&self) -> u64 {
        let parts = self.lines().filter_map(|(_, line)| line.took);
        self.took.saturating_sub(parts.fold(0, u64::saturating_add))
    }

    /// All lines, with the operation that each belongs to.
    pub fn lines(&self) -> impl Iterator<Item = (&Operation, &Line)> {
        let operations = self.operations.iter();
        operations.flat_map(|one| one.lines.iter().map(move |line| (one, line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(id: u64, seq: u64) -> Command {
        Command {
            id,
            seq,
            typed: None,
            took: 0,
            operations: Vec::new(),
            left_out: 0,
        }
    }

    fn ids(xray: &Xray) -> Vec<(u64, u64)> {
        xray.newest_first().map(|one| (one.id, one.seq)).collect()
    }

    #[test]
    fn a_command_that_grows_takes_its_own_place() {
        let mut xray = Xray::default();
        for (id, seq) in [(1, 1), (5, 2), (3, 3), (1, 4), (5, 1)] {
            xray.take(command(id, seq));
        }
        assert_eq!(ids(&xray), [(5, 2), (3, 3), (1, 4)]);
        assert_eq!(xray.seen(), 4);
    }

    #[test]
    fn parts_and_rest_are_the_whole() {
        let line = |took| Line {
            kind: "overlay".to_owned(),
            told: Told::Other(String::new()),
            took,
            failed: false,
            ops: Vec::new(),
        };
        let operation = |lines| Operation {
            kind: "container.start".to_owned(),
            subject: String::new(),
            took: 0,
            lines,
            more_lines: 0,
            plan: None,
            error: None,
        };
        let mut one = command(1, 1);
        one.took = 3_400;
        assert_eq!(one.rest(), 3_400);
        one.operations = vec![
            operation(vec![line(Some(300)), line(None)]),
            operation(vec![line(Some(2_000))]),
        ];
        assert_eq!(one.rest(), 1_100);
        // Clocks of two processes: nothing is less than nothing.
        one.took = 2_000;
        assert_eq!(one.rest(), 0);
    }

    #[test]
    fn the_oldest_go() {
        let mut xray = Xray::default();
        for id in 1..=100 {
            xray.take(command(id, id));
        }
        assert_eq!(ids(&xray).len(), MOST_COMMANDS);
        assert_eq!(ids(&xray).first(), Some(&(100, 100)));
    }
}
