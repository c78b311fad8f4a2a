//! The last commands, bounded, and those who follow them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use plimsoll_api::command_tag::CommandTag;
use plimsoll_api::operation::{Command, Facts};
use tokio::sync::watch;

use super::calls;
use super::lines;
use super::trace::{Ended, Note};

/// Commands that are kept.
const MOST_COMMANDS: usize = 64;
/// Operations of one command that are kept: the first ones.
const MOST_OPERATIONS: usize = 64;
/// What all commands together may keep (bytes, about). The newest command is
/// kept whatever it takes: its parts are bounded.
const MOST_BYTES: usize = 4 << 20;
/// The largest plan that is kept (bytes, about). Of a larger one only its lines
/// are: arguments and environment may be megabytes.
const LARGEST_PLAN: usize = 256 << 10;
/// What an operation takes beside its plan (bytes, about).
const SMALL_CHANGE: usize = 4096;

/// What is kept of a command.
#[derive(Debug)]
struct Kept {
    id: u64,
    seq: u64,
    /// The client's own id, where it gave one.
    tag: Option<CommandTag>,
    /// Where it did not.
    title: String,
    operations: Vec<Ended>,
    left_out: u64,
    took: Duration,
    bytes: usize,
}

#[derive(Debug)]
struct Ring {
    commands: VecDeque<Kept>,
    bytes: usize,
    /// The last number that was given out, for commands and for changes.
    last: u64,
}

/// The commands of this engine's life.
#[derive(Debug)]
pub struct Operations {
    ring: RefCell<Ring>,
    changes: watch::Sender<u64>,
}

impl Default for Operations {
    /// Numbers go on from one engine of a lab to the next, so that a client
    /// which asks for what is new after a restart gets it: they begin with the
    /// time in milliseconds.
    fn default() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let last = now.map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(0));
        Self {
            ring: RefCell::new(Ring {
                commands: VecDeque::new(),
                bytes: 0,
                last,
            }),
            changes: watch::Sender::new(last),
        }
    }
}

impl Operations {
    /// Adds an operation that has ended to its command.
    pub fn record(&self, mut ended: Ended, tag: Option<CommandTag>) {
        let bytes = bounded(&mut ended);
        let mut ring = self.ring.borrow_mut();
        ring.last += 1;
        let seq = ring.last;
        let at = tag
            .as_ref()
            .and_then(|tag| ring.commands.iter().rposition(|one| one.is_of(tag)));
        let at = at.unwrap_or_else(|| {
            let title = calls::in_words(ended.kind, &ended.subject);
            ring.commands.push_back(Kept::new(seq, tag, title));
            ring.commands.len() - 1
        });
        let command = &mut ring.commands[at];
        command.seq = seq;
        let grown = command.add(ended, bytes);
        ring.bytes += grown;
        ring.shrink();
        drop(ring);
        self.changes.send_replace(seq);
    }

    /// What changed after `since`: commands in the order in which they began.
    pub fn since(&self, since: u64) -> Vec<Command> {
        let ring = self.ring.borrow();
        let changed = ring.commands.iter().filter(|one| one.seq > since);
        changed.map(Kept::told).collect()
    }

    /// A place after the change `since`.
    pub fn follow(&self, since: u64) -> Follower {
        Follower {
            since,
            changes: self.changes.subscribe(),
        }
    }

    /// The commands that changed after the follower's place, the one that
    /// changed last at the end; waits for one. Safe to cancel.
    pub async fn next(&self, follower: &mut Follower) -> Vec<Command> {
        loop {
            follower.changes.mark_unchanged();
            let mut changed = self.since(follower.since);
            if !changed.is_empty() {
                changed.sort_by_key(|command| command.seq);
                follower.since = changed.last().map_or(follower.since, |last| last.seq);
                return changed;
            }
            // The sender lives as long as `self`, so this cannot fail.
            let _ = follower.changes.changed().await;
        }
    }
}

/// A reader's place.
#[derive(Debug)]
pub struct Follower {
    since: u64,
    changes: watch::Receiver<u64>,
}

impl Ring {
    fn shrink(&mut self) {
        while self.commands.len() > MOST_COMMANDS
            || (self.bytes > MOST_BYTES && self.commands.len() > 1)
        {
            if let Some(oldest) = self.commands.pop_front() {
                self.bytes -= oldest.bytes;
            }
        }
    }
}

/// Makes an operation fit to be kept; about how many bytes it takes.
fn bounded(ended: &mut Ended) -> usize {
    let mut bytes = SMALL_CHANGE;
    for note in &mut ended.notes {
        let Note::Plan(carried) = note else { continue };
        let weight = carried.weight();
        if weight > LARGEST_PLAN {
            *note = Note::Told(lines::of_plan(carried));
        } else {
            bytes += weight;
        }
    }
    bytes
}

impl Kept {
    fn new(id: u64, tag: Option<CommandTag>, title: String) -> Self {
        Self {
            id,
            seq: id,
            tag,
            title,
            operations: Vec::new(),
            left_out: 0,
            took: Duration::ZERO,
            bytes: 0,
        }
    }

    fn is_of(&self, tag: &CommandTag) -> bool {
        self.tag.as_ref().is_some_and(|own| own.id == tag.id)
    }

    /// Adds an operation; by how many bytes it has grown.
    fn add(&mut self, ended: Ended, bytes: usize) -> usize {
        self.took += ended.took;
        if ended.kind == "image.pull" && ended.error.is_empty() {
            self.forgive_missing_image();
        }
        if self.operations.len() == MOST_OPERATIONS {
            self.left_out += 1;
            return 0;
        }
        self.operations.push(ended);
        self.bytes += bytes;
        bytes
    }

    /// `docker run` tries to create, pulls, and creates again: that the image
    /// was missing is no error any more.
    fn forgive_missing_image(&mut self) {
        let Some(last) = self.operations.last_mut() else {
            return;
        };
        if let [
            Note::Line {
                facts: Facts::Missing { .. },
                failed,
                ..
            },
        ] = last.notes.as_mut_slice()
        {
            *failed = false;
            last.error.clear();
        }
    }

    fn told(&self) -> Command {
        let typed = self.tag.as_ref().map(|tag| tag.title.clone());
        let operations: Vec<_> = self.operations.iter().map(Ended::told).collect();
        Command {
            id: self.id,
            seq: self.seq,
            time: operations
                .first()
                .map_or_else(String::new, |first| first.time.clone()),
            typed: typed.is_some(),
            title: typed.unwrap_or_else(|| plimsoll_api::operation::plain(&self.title, 300)),
            duration_us: u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
            operations,
            left_out: self.left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::performance::Performance;
    use jiff::Timestamp;
    use plimsoll_runtime::{Op, Plan};
    use std::path::PathBuf;
    use std::sync::Arc;

    fn ended(kind: &'static str, notes: Vec<Note>) -> Ended {
        Ended {
            kind,
            subject: String::new(),
            began: Timestamp::UNIX_EPOCH,
            took: Duration::from_micros(5),
            notes,
            more_notes: 0,
            error: String::new(),
        }
    }

    fn plan(bytes: usize) -> Note {
        let plan = Arc::new(Plan {
            ops: vec![Op::Execute {
                args: vec!["x".into()],
                env: vec!["y".repeat(bytes)],
            }],
            warnings: Vec::new(),
        });
        Note::Plan(Performance::of(&plan, PathBuf::new()).finish())
    }

    fn tag(id: &str) -> Option<CommandTag> {
        Some(CommandTag {
            id: id.to_owned(),
            title: format!("docker {id}"),
        })
    }

    #[test]
    fn many_large_plans_push_the_oldest_out() {
        let all = Operations::default();
        for _ in 0..40 {
            all.record(ended("container.start", vec![plan(200 << 10)]), None);
        }
        let kept = all.ring.borrow().commands.len();
        assert!((15..=20).contains(&kept), "{kept}");
        assert!(all.ring.borrow().bytes <= MOST_BYTES);
        let sum = |ring: &Ring| ring.commands.iter().map(|one| one.bytes).sum::<usize>();
        assert_eq!(sum(&all.ring.borrow()), all.ring.borrow().bytes);
        // However much one command keeps, it stays until there is another.
        let all = Operations::default();
        for _ in 0..40 {
            all.record(ended("container.start", vec![plan(200 << 10)]), tag("one"));
        }
        assert_eq!(all.since(0)[0].operations.len(), 40);
        all.record(ended("container.stop", Vec::new()), tag("two"));
        assert_eq!(all.since(0).len(), 1);
    }

    #[test]
    fn a_command_is_asked_for_by_its_last_change() {
        let all = Operations::default();
        all.record(ended("container.create", Vec::new()), tag("a"));
        all.record(ended("container.create", Vec::new()), tag("b"));
        let seen = all.since(0).iter().map(|one| one.seq).max().expect("some");
        assert!(all.since(seen).is_empty());
        all.record(ended("container.start", Vec::new()), tag("a"));
        let changed = all.since(seen);
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].title, "docker a");
        assert_eq!(
            (changed[0].operations.len(), changed[0].duration_us),
            (2, 10)
        );
    }

    #[test]
    fn a_missing_image_is_forgiven_when_it_comes() {
        let missing = || {
            let note = Note::Line {
                facts: Facts::Missing {
                    reference: "nginx".into(),
                },
                took: None,
                failed: true,
            };
            let mut ended = ended("container.create", vec![note]);
            ended.error = "No such image: nginx:latest".into();
            ended
        };
        let all = Operations::default();
        all.record(missing(), tag("a"));
        all.record(missing(), tag("b"));
        all.record(ended("image.pull", Vec::new()), tag("b"));
        let told = all.since(0);
        assert!(told[0].operations[0].lines[0].failed && !told[0].operations[0].error.is_empty());
        assert!(!told[1].operations[0].lines[0].failed && told[1].operations[0].error.is_empty());
    }
}
