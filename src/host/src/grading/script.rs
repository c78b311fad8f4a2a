//! Running the submission: a PID namespace of its own inside the lab, no
//! capabilities, the container's system call filter, its output bounded.
//!
//! Three processes: a helper that joins the lab; PID 1 of the script's namespace,
//! which hides the engine's state from it and reaps; the script itself. When the
//! script ends, its PID 1 ends, and the kernel ends whatever it left running.

use std::ffi::OsString;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use plimsoll_runtime::CapabilitySet;
use plimsoll_runtime::seccomp::{Action, Comparison, Condition, Profile, Rule, compile};
use plimsoll_runtime::sys::{self, CloneOptions, Forked};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::mount::MountFlags;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use super::{COMMANDS, HOME, Limit, Limits, STATE};
use crate::enter::give_up_capabilities;
use crate::id_map::Starter;
use crate::identity::wait_for_end;
use crate::paths::LabPaths;
use crate::start::{LAB_VARIABLE, Running};

/// What to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Program and arguments, run in the learner's folder.
    pub command: Vec<OsString>,
    /// Beside what every submission finds.
    pub environment: Vec<(OsString, OsString)>,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The script's exit code, 128 and the number for a signal; none if it was
    /// ended for a limit.
    pub code: Option<i32>,
    pub limit: Option<Limit>,
    /// Bytes it printed, at most the limit.
    pub printed: u64,
    pub lasted: Duration,
}

/// Where it runs.
pub(super) struct Place<'a> {
    pub running: &'a Running,
    pub starter: Starter,
    pub inner: &'a LabPaths,
    pub limits: &'a Limits,
}

/// How long after its processes a lab's end may show.
const LAB_ENDING_MS: u32 = 500;

/// Exit code of a process on the way to the script that failed. A script may end
/// with it too: what tells them apart is whether anything came by `trouble`.
const FAILED: i32 = 125;

pub(super) fn run(
    place: &Place<'_>,
    script: &Script,
    show: &mut dyn FnMut(&[u8]),
) -> io::Result<Ended> {
    let begun = Instant::now();
    let (output, writer) = io::pipe()?;
    let (mut troubles, trouble) = io::pipe()?;
    let forked = sys::clone3(&CloneOptions::default())?;
    let Forked::Parent { pid, pidfd } = forked else {
        drop(output);
        drop(troubles);
        helper(place, script, &writer, trouble)
    };
    drop(writer);
    drop(trouble);
    let helper = Helper { pid, pidfd };
    let mut watch = Watch {
        place,
        begun,
        output: Some(output),
        printed: 0,
    };
    let mut limit = watch.until_the_end(&helper, show);
    if limit.is_some() {
        // The script's PID 1 dies with its parent (PR_SET_PDEATHSIG).
        let _ = sys::pidfd_send_signal(helper.pidfd.as_fd(), libc::SIGKILL);
    }
    let code = match waitpid(Pid::from_raw(helper.pid), None) {
        Ok(WaitStatus::Exited(_, code)) => Some(code),
        _ => None,
    };
    // The end of a lab kills its processes first and shows on the engine last.
    let killed = code == Some(128 + libc::SIGKILL);
    if limit.is_none() && killed && wait_for_end(&place.running.pidfd, LAB_ENDING_MS) {
        limit = Some(Limit::Engine);
    }
    if limit.is_none() {
        watch.rest(show);
    }
    let mut said = String::new();
    if troubles.read_to_string(&mut said).is_ok() && !said.is_empty() && limit.is_none() {
        return Err(io::Error::other(said));
    }
    Ok(Ended {
        code: code.filter(|_| limit.is_none()),
        limit,
        printed: watch.printed,
        lasted: begun.elapsed(),
    })
}

struct Helper {
    pid: i32,
    pidfd: OwnedFd,
}

struct Watch<'a> {
    place: &'a Place<'a>,
    begun: Instant,
    output: Option<io::PipeReader>,
    printed: u64,
}

impl Watch<'_> {
    /// Until the helper ends (`None`) or a limit is hit.
    fn until_the_end(&mut self, helper: &Helper, show: &mut dyn FnMut(&[u8])) -> Option<Limit> {
        loop {
            let left = self.place.limits.time.checked_sub(self.begun.elapsed());
            let Some(left) = left.filter(|left| !left.is_zero()) else {
                return Some(Limit::Time);
            };
            let (ended, lab_ended, readable) = self.wait(helper, left);
            if readable && !self.read(show) {
                return Some(Limit::Output);
            }
            if lab_ended {
                return Some(Limit::Engine);
            }
            if ended {
                return None;
            }
        }
    }

    fn wait(&self, helper: &Helper, left: Duration) -> (bool, bool, bool) {
        let timeout = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(left.subsec_nanos()),
        };
        let mut ends = vec![
            PollFd::from_borrowed_fd(helper.pidfd.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.place.running.pidfd.as_fd(), PollFlags::IN),
        ];
        if let Some(output) = &self.output {
            ends.push(PollFd::from_borrowed_fd(output.as_fd(), PollFlags::IN));
        }
        if poll(&mut ends, Some(&timeout)).is_err() {
            return (false, false, false);
        }
        let happened = |index: usize| ends.get(index).is_some_and(|end| !end.revents().is_empty());
        (happened(0), happened(1), happened(2))
    }

    /// Reads what there is; `false` when it was too much.
    fn read(&mut self, show: &mut dyn FnMut(&[u8])) -> bool {
        let Some(output) = &mut self.output else {
            return true;
        };
        let mut bytes = [0; 64 * 1024];
        match output.read(&mut bytes) {
            Ok(0) | Err(_) => self.output = None,
            Ok(length) => {
                let room = self.place.limits.output_bytes - self.printed;
                let shown = usize::try_from(room).unwrap_or(usize::MAX).min(length);
                show(&bytes[..shown]);
                self.printed += shown as u64;
                return shown == length;
            }
        }
        true
    }

    /// What was written before the end and not yet read.
    fn rest(&mut self, show: &mut dyn FnMut(&[u8])) {
        while self.output.is_some() && self.read(show) {}
    }
}

/// Joins the lab and waits for the script's PID 1. A PID namespace of one's own
/// takes a process that is in its parent already (pid_namespaces(7)): so the
/// helper forks once into the lab's and once more from there.
fn helper(
    place: &Place<'_>,
    script: &Script,
    output: &io::PipeWriter,
    trouble: io::PipeWriter,
) -> ! {
    if let Err(error) = join(place) {
        told(&trouble, "join the lab", &error);
    }
    let inner = CloneOptions {
        namespaces: (libc::CLONE_NEWPID | libc::CLONE_NEWNS) as u64,
        ..CloneOptions::default()
    };
    fork_or_wait(&CloneOptions::default(), &trouble);
    fork_or_wait(&inner, &trouble);
    match first_process(place, script, output) {
        Ok(code) => sys::exit(code),
        Err(error) => told(&trouble, "prepare the script's place", &error),
    }
}

/// Returns in the child, which dies with its parent; the parent waits for it and
/// ends with its code.
fn fork_or_wait(options: &CloneOptions<'_>, trouble: &io::PipeWriter) {
    match sys::clone3(options) {
        Err(errno) => told(trouble, "make the script's namespaces", &errno),
        Ok(Forked::Child) => {
            let kill = Some(rustix::process::Signal::KILL);
            let _ = rustix::process::set_parent_process_death_signal(kill);
        }
        Ok(Forked::Parent { pid, .. }) => {
            // Held by the children alone, so that the pipes end with them.
            let _ = sys::close_from(0, false);
            sys::exit(code_of(waitpid(Pid::from_raw(pid), None)))
        }
    }
}

fn told(mut trouble: &io::PipeWriter, doing: &str, error: &dyn std::fmt::Display) -> ! {
    let _ = io::Write::write_all(&mut trouble, format!("cannot {doing}: {error}").as_bytes());
    sys::exit(FAILED)
}

fn code_of(status: nix::Result<WaitStatus>) -> i32 {
    match status {
        Ok(WaitStatus::Exited(_, code)) => code,
        Ok(WaitStatus::Signaled(_, signal, _)) => 128 + signal as i32,
        _ => FAILED,
    }
}

fn join(place: &Place<'_>) -> io::Result<()> {
    // A Ctrl-C at the terminal is the grader's; the script has no terminal.
    rustix::process::setsid()?;
    let flags = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWIPC;
    let flags = ThreadNameSpaceType::from_bits_retain(flags.cast_unsigned());
    move_into_thread_name_spaces(place.running.pidfd.as_fd(), flags)?;
    let Starter { uid, gid } = place.starter;
    if nix::unistd::getuid().as_raw() != uid {
        nix::unistd::setgroups(&[])?;
        nix::unistd::setresgid(gid.into(), gid.into(), gid.into())?;
        nix::unistd::setresuid(uid.into(), uid.into(), uid.into())?;
    }
    Ok(())
}

/// PID 1 of the script's namespace: a /proc that shows the script alone, and
/// nothing where the engine keeps its state; then forks the script and reaps.
fn first_process(place: &Place<'_>, script: &Script, output: &io::PipeWriter) -> io::Result<i32> {
    rustix::mount::mount_change(
        "/",
        rustix::mount::MountPropagationFlags::PRIVATE | rustix::mount::MountPropagationFlags::REC,
    )?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    let closed = c"size=4k,nr_inodes=1,mode=0";
    rustix::mount::mount("none", STATE, "tmpfs", flags | MountFlags::RDONLY, closed)?;
    rustix::mount::mount("proc", "/proc", "proc", flags, None)?;
    let _ = sys::new_session_keyring();
    give_up_capabilities()?;
    nix::sys::prctl::set_dumpable(false)?;
    let Forked::Parent { pid, .. } = sys::clone3(&CloneOptions::default())? else {
        become_script(place, script, output)
    };
    // The grader's pipes above all: their end tells that it is gone.
    sys::close_from(3, false)?;
    loop {
        match waitpid(None, Some(WaitPidFlag::empty())) {
            Ok(WaitStatus::Exited(who, code)) if who.as_raw() == pid => return Ok(code),
            Ok(WaitStatus::Signaled(who, signal, _)) if who.as_raw() == pid => {
                return Ok(128 + signal as i32);
            }
            // An orphan, or a stop.
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

fn become_script(place: &Place<'_>, script: &Script, output: &io::PipeWriter) -> ! {
    let Some((program, arguments)) = script.command.split_first() else {
        sys::exit(127);
    };
    if let Err(error) = prepare(place, output) {
        eprintln!("plimsoll: cannot prepare the script: {error}");
        sys::exit(FAILED);
    }
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(environment(place.inner))
        .envs(script.environment.iter().cloned())
        .current_dir(place.inner.work());
    let error = command.exec();
    eprintln!("plimsoll: {}: {error}", Path::new(program).display());
    sys::exit(if error.kind() == io::ErrorKind::NotFound {
        127
    } else {
        126
    })
}

fn environment(inner: &LabPaths) -> Vec<(OsString, OsString)> {
    let path = format!("{COMMANDS}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
    let work = inner.work();
    [
        ("PATH", path.into()),
        ("HOME", HOME.into()),
        ("USER", "learner".into()),
        ("LOGNAME", "learner".into()),
        ("SHELL", "/bin/sh".into()),
        ("LANG", "C.UTF-8".into()),
        ("TERM", "dumb".into()),
        ("PWD", work.into_os_string()),
        ("DOCKER_HOST", inner.docker_host().into()),
        ("no_proxy", "*".into()),
        (LAB_VARIABLE, inner.lab().as_str().into()),
        ("PLIMSOLL_SUBMISSION", "1".into()),
    ]
    .map(|(name, value)| (name.into(), value))
    .to_vec()
}

fn prepare(place: &Place<'_>, output: &io::PipeWriter) -> io::Result<()> {
    rustix::process::setsid()?;
    let nothing = std::fs::File::open("/dev/null")?;
    sys::duplicate_to(output, 1)?;
    sys::duplicate_to(output, 2)?;
    sys::duplicate_to(&nothing, 0)?;
    sys::reset_signals();
    limit(Resource::Nproc, super::wall(place.limits));
    limit(Resource::Data, place.limits.memory_bytes);
    limit(Resource::Fsize, place.limits.disk_bytes);
    limit(Resource::Core, 0);
    sys::close_from(3, true)?;
    rustix::thread::set_no_new_privs(true)?;
    let filter = compile(&profile(), CapabilitySet::EMPTY, false).map_err(io::Error::other)?;
    sys::load_filter(&filter, 0)?;
    Ok(())
}

/// Lowers a limit; one that is lower already stays.
pub(crate) fn limit(resource: Resource, value: u64) {
    let maximum = getrlimit(resource)
        .maximum
        .map_or(value, |found| found.min(value));
    let limit = Rlimit {
        current: Some(maximum),
        maximum: Some(maximum),
    };
    // Lowering is always allowed (getrlimit(2)).
    let _ = setrlimit(resource, limit);
}

/// A container's filter, and no typing into a terminal (TIOCSTI).
fn profile() -> Profile {
    let mut profile = Profile::docker();
    let tiocsti = Rule {
        names: vec!["ioctl".to_owned()],
        action: Action::Errno(libc::EPERM as u16),
        conditions: vec![Condition {
            argument: 1,
            comparison: Comparison::Masked(0xffff_ffff),
            value: libc::TIOCSTI,
        }],
        needs: CapabilitySet::EMPTY,
        unless: CapabilitySet::EMPTY,
    };
    profile.rules.insert(0, tiocsti);
    profile
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::signal::Signal;

    #[test]
    fn a_signal_is_128_and_its_number() {
        let status = WaitStatus::Signaled(Pid::from_raw(1), Signal::SIGTERM, false);
        assert_eq!(code_of(Ok(status)), 143);
    }

    #[test]
    fn the_filter_compiles() {
        assert!(compile(&profile(), CapabilitySet::EMPTY, false).is_ok());
    }
}
