//! The watchdog: a process outside that sums what a lab uses, and ends it.
//!
//! It looks every 50 ms, at the number of processes and threads, at the anonymous
//! memory of every process in the lab and at the machine's growth of shared memory
//! (tmpfs, memfd, System V), which no process's own figure shows. It also ends the lab when the grader that started
//! it is gone, however that went.

use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::libc::SIGKILL;
use plimsoll_runtime::sys::{self, CloneOptions, Forked};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, openat};

use super::{Limit, Limits};
use crate::identity;
use crate::start::Running;

/// How often it looks. A process writes 100 to 500 MB in that time.
const EVERY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// The grader's end of it.
#[derive(Debug)]
pub(super) struct Watchdog {
    pid: i32,
    /// Closed, it tells the watchdog that nobody grades any more.
    lead: Option<io::PipeWriter>,
    bark: io::PipeReader,
    heard: Option<Limit>,
}

impl Watchdog {
    /// Starts it over the lab whose root directory is `root`.
    pub(super) fn start(
        running: &Running,
        root: &OwnedFd,
        limits: &Limits,
        place: &Path,
    ) -> io::Result<Self> {
        let processes = openat(
            root,
            "proc",
            OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let (collar, lead) = io::pipe()?;
        let (bark, mouth) = io::pipe()?;
        match sys::clone3(&CloneOptions::default())? {
            Forked::Child => {
                drop(lead);
                drop(bark);
                let watch = Watch {
                    engine: running.pidfd.as_fd(),
                    processes,
                    limits,
                    shared_before: shared_memory(),
                };
                watch.until_the_end(&collar, mouth, place)
            }
            Forked::Parent { pid, .. } => Ok(Self {
                pid,
                lead: Some(lead),
                bark,
                heard: None,
            }),
        }
    }

    /// The limit for which it ends the lab, as soon as it has said so: what dies
    /// first of a lab that is being ended is not always its engine.
    pub(super) fn heard(&mut self) -> Option<Limit> {
        let mut ends = [PollFd::new(&self.bark, PollFlags::IN)];
        let at_once = Timespec::default();
        let said = poll(&mut ends, Some(&at_once)).is_ok_and(|count| count > 0)
            && ends[0].revents().contains(PollFlags::IN);
        if said { self.verdict() } else { self.heard }
    }

    /// The limit for which it ended the lab. Call it when the lab has ended.
    pub(super) fn verdict(&mut self) -> Option<Limit> {
        if self.heard.is_none() {
            let mut word = [0];
            // It ends with the lab: the pipe closes when it had nothing to say.
            if self.bark.read_exact(&mut word).is_ok() {
                self.heard = Some(limit_of(word[0]));
            }
        }
        self.heard
    }

    /// Lets it go and waits for it.
    pub(super) fn stop(&mut self) {
        if self.lead.take().is_some() {
            let _ = nix::sys::wait::waitpid(nix::unistd::Pid::from_raw(self.pid), None);
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Watch<'a> {
    engine: std::os::fd::BorrowedFd<'a>,
    /// The lab's own `/proc`.
    processes: OwnedFd,
    limits: &'a Limits,
    shared_before: u64,
}

/// What a lab uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Use {
    /// Bytes.
    memory: u64,
    /// Processes, each with all its threads.
    tasks: u64,
}

impl Use {
    /// The limit that is exceeded.
    fn over(self, limits: &Limits) -> Option<Limit> {
        if self.tasks > limits.processes {
            return Some(Limit::Processes);
        }
        (self.memory > limits.memory_bytes).then_some(Limit::Memory)
    }

    /// The limit that was nearly reached, by the last look before an end: what
    /// ended a lab in such a state was the state, whichever call it failed in.
    fn nearly_over(self, limits: &Limits) -> Option<Limit> {
        let more = |used: u64| used + used / 4;
        let grown = Self {
            memory: more(self.memory),
            tasks: more(self.tasks),
        };
        grown.over(limits)
    }
}

const PROCESSES: u8 = b'p';
const MEMORY: u8 = b'm';

fn word_of(limit: Limit) -> u8 {
    match limit {
        Limit::Processes => PROCESSES,
        _ => MEMORY,
    }
}

fn limit_of(word: u8) -> Limit {
    match word {
        PROCESSES => Limit::Processes,
        _ => Limit::Memory,
    }
}

impl Watch<'_> {
    fn until_the_end(&self, collar: &io::PipeReader, mut mouth: io::PipeWriter, place: &Path) -> ! {
        // A Ctrl-C at the terminal is the grader's to handle; its end shows here.
        let _ = rustix::process::setsid();
        let mut last = Use::default();
        loop {
            let mut ends = [
                PollFd::from_borrowed_fd(self.engine, PollFlags::IN),
                PollFd::new(collar, PollFlags::IN),
            ];
            let waited = poll(&mut ends, Some(&EVERY));
            let (lab_ended, nobody_grades) =
                (!ends[0].revents().is_empty(), !ends[1].revents().is_empty());
            if lab_ended && !nobody_grades {
                if let Some(limit) = last.nearly_over(self.limits) {
                    let _ = mouth.write_all(&[word_of(limit)]);
                }
                drop(mouth);
                // Waits for the grader, who may still want to look at the place.
                let _ = (&mut &*collar).read(&mut [0]);
                sys::exit(0);
            }
            if nobody_grades {
                self.end();
                let _ = fs::remove_dir_all(place);
                sys::exit(0);
            }
            if waited.is_ok() {
                last = self.used();
                if let Some(limit) = last.over(self.limits) {
                    let _ = mouth.write_all(&[word_of(limit)]);
                    self.end();
                }
            }
        }
    }

    fn end(&self) {
        let _ = sys::pidfd_send_signal(self.engine, SIGKILL);
        identity::wait_for_end(self.engine, 10_000);
    }

    fn used(&self) -> Use {
        let folder = PathBuf::from(format!("/proc/self/fd/{}", self.processes.as_raw_fd()));
        let mut sum: Use = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name().as_encoded_bytes()[0].is_ascii_digit())
            .filter_map(|entry| fs::read_to_string(entry.path().join("status")).ok())
            .map(|status| of_process(&status))
            .fold(Use::default(), |sum, one| Use {
                memory: sum.memory + one.memory,
                tasks: sum.tasks + one.tasks,
            });
        sum.memory += shared_memory().saturating_sub(self.shared_before);
        sum
    }
}

/// What one process uses, by its `/proc/PID/status`.
fn of_process(status: &str) -> Use {
    Use {
        memory: kilobytes(status, "RssAnon:"),
        tasks: number(status, "Threads:"),
    }
}

/// All tmpfs, memfd and System V memory of the machine, in bytes.
fn shared_memory() -> u64 {
    let about = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    kilobytes(&about, "Shmem:")
}

/// The bytes of a line `NAME   123 kB` (proc_meminfo(5), proc_pid_status(5)).
fn kilobytes(text: &str, name: &str) -> u64 {
    number(text, name) << 10
}

fn number(text: &str, name: &str) -> u64 {
    text.lines()
        .find_map(|line| {
            line.strip_prefix(name)?
                .split_whitespace()
                .next()?
                .parse::<u64>()
                .ok()
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilobytes_are_bytes() {
        let text = "Name:\tx\nRssAnon:\t     164 kB\nRssFile:\t 1 kB\n";
        assert_eq!(kilobytes(text, "RssAnon:"), 164 * 1024);
        assert_eq!(kilobytes(text, "Absent:"), 0);
        assert!(shared_memory() < 1 << 50);
    }

    #[test]
    fn processes_count_with_their_threads() {
        let used = of_process("Name:\tx\nRssAnon:\t     4 kB\nThreads:\t7\n");
        assert_eq!((used.memory, used.tasks), (4096, 7));
    }

    #[test]
    fn a_lab_that_ends_close_to_a_limit_ended_for_it() {
        let limits = Limits::default();
        let used = |tasks, memory| Use { memory, tasks };
        let most = limits.processes;
        assert_eq!(used(most, 0).over(&limits), None);
        assert_eq!(used(most + 1, 0).over(&limits), Some(Limit::Processes));
        assert_eq!(used(most, 0).nearly_over(&limits), Some(Limit::Processes));
        assert_eq!(used(20, 64 << 20).nearly_over(&limits), None);
        let full = used(20, limits.memory_bytes);
        assert_eq!(full.nearly_over(&limits), Some(Limit::Memory));
        for limit in [Limit::Processes, Limit::Memory] {
            assert_eq!(limit_of(word_of(limit)), limit);
        }
    }
}
