//! A small lab: what the engine does around the runtime, and no more.

use nix::mount::{MsFlags, mount};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, unshare};
use plimsoll_runtime::net::Netlink;
use plimsoll_runtime::owners::{Change, Listener};
use plimsoll_runtime::sys::{self, CloneOptions, Forked};
use plimsoll_runtime::zygote::{CreateError, Created, Stdio, Zygote};
use plimsoll_runtime::{ExecPlan, Plan, Progress, reap};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{PipeReader, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::Command;
use std::thread::JoinHandle;
use std::time::Instant;

/// What to do.
#[derive(Serialize, Deserialize)]
pub struct Job {
    /// Lines of the lab's uid map and gid map: `inside outside count`.
    pub map: Vec<[u32; 3]>,
    /// Containers to run one after another.
    pub plan: Plan,
    /// Processes to add while it runs. Their pid is filled in here.
    pub exec: Vec<ExecPlan>,
    /// Who hears of changes of owners.
    pub recorder: Recorder,
}

/// Whoever hears of changes of owners.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Recorder {
    /// Writes them down.
    Answer,
    /// Is gone before the container starts.
    Leave,
    /// Kills the container when the first one waits, and sees it end, before
    /// that is looked at.
    Kill,
    /// Cannot be had: the lab runs under a listener of somebody else's.
    Busy,
}

/// What came of it.
#[derive(Serialize, Deserialize, Debug, Default)]
pub struct Outcome {
    /// Why it could not be created or started.
    pub fault: Option<String>,
    /// Exit code that goes with it.
    pub fault_code: Option<u8>,
    /// What the container wrote to both streams, or to its terminal.
    pub output: String,
    /// How it ended.
    pub exit: Option<i32>,
    /// Outcomes of the added processes.
    pub exec: Vec<Outcome>,
    /// Microseconds from create to the end.
    pub micros: u128,
    /// How far its plan was carried out.
    pub progress: Progress,
    /// What it had recorded: `PATH UID:GID` and `PARENT NAME c MAJOR:MINOR MODE`.
    pub owners: Vec<String>,
}

pub fn run(job: &str) {
    let job: Job = serde_json::from_slice(&fs::read(job).expect("the job")).expect("a job");
    let namespaces = CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWIPC;
    let (mut ready, mut go) = std::io::pipe().expect("a pipe");
    let namespaces = namespaces.bits() as u32 as u64;
    let options = CloneOptions {
        namespaces,
        ..CloneOptions::default()
    };
    match sys::clone3(&options).expect("a lab") {
        Forked::Child => {
            drop(go);
            ready.read_exact(&mut [0]).expect("the maps");
            let outcome = be_lab(&job);
            println!("{}", serde_json::to_string(&outcome).expect("JSON"));
            sys::exit(0);
        }
        Forked::Parent { pid, .. } => {
            map(pid, &job.map);
            std::io::Write::write_all(&mut go, b"g").expect("a reader");
            let status = reap::wait_for(pid).expect("the lab ends");
            std::process::exit(status.code());
        }
    }
}

fn map(pid: i32, map: &[[u32; 3]]) {
    let single = map.len() == 1;
    if single && !nix::unistd::geteuid().is_root() {
        fs::write(format!("/proc/{pid}/setgroups"), "deny").expect("setgroups");
    }
    for (file, program) in [("uid_map", "newuidmap"), ("gid_map", "newgidmap")] {
        if nix::unistd::geteuid().is_root() || single {
            let lines: String = map
                .iter()
                .map(|[a, b, c]| format!("{a} {b} {c}\n"))
                .collect();
            fs::write(format!("/proc/{pid}/{file}"), lines).expect(file);
        } else {
            let numbers = map.iter().flatten().map(ToString::to_string);
            let status = Command::new(program)
                .arg(pid.to_string())
                .args(numbers)
                .status();
            assert!(status.expect(program).success(), "{program}");
        }
    }
}

fn be_lab(job: &Job) -> Outcome {
    let nothing: Option<&str> = None;
    mount(
        nothing,
        "/",
        nothing,
        MsFlags::MS_REC | MsFlags::MS_SLAVE,
        nothing,
    )
    .expect("slave");
    mount(
        Some("proc"),
        "/proc",
        Some("proc"),
        MsFlags::empty(),
        nothing,
    )
    .expect("proc");
    let _foreign = (job.recorder == Recorder::Busy).then(listen);
    let zygote = Zygote::fork().expect("a zygote");
    unshare(CloneFlags::CLONE_NEWNET).expect("a network");
    zygote
        .enter_network(File::open("/proc/self/ns/net").expect("ns"))
        .expect("entered");
    let netlink = Netlink::open().expect("netlink");
    netlink.loopback_up().expect("lo");
    netlink.create_bridge("docker0", None).expect("a bridge");
    let index = netlink.index("docker0").expect("its number");
    netlink
        .add_address(index, [172, 17, 0, 1].into(), 16)
        .expect("its address");
    let start = Instant::now();
    let mut outcome = run_container(&zygote, &job.plan, job);
    outcome.micros = start.elapsed().as_micros();
    outcome
}

/// A filter that lets everything pass, with a listener.
fn listen() -> Option<OwnedFd> {
    let allow = sys::Instruction {
        code: 6,
        jump_true: 0,
        jump_false: 0,
        operand: 0x7fff_0000,
    };
    let flags = nix::libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    sys::load_filter(&[allow], flags).expect("a filter")
}

fn failed(error: &CreateError) -> Outcome {
    let stopped = match error {
        CreateError::Stopped(stopped) => Some(stopped),
        CreateError::Zygote(_) => None,
    };
    Outcome {
        fault: Some(error.to_string()),
        fault_code: stopped.map(|stopped| stopped.fault.exit_code()),
        progress: stopped.map_or_else(Progress::default, |stopped| stopped.progress),
        ..Outcome::default()
    }
}

fn streams() -> (Stdio, PipeReader) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let stdin: OwnedFd = File::open("/dev/null").expect("null").into();
    let stderr = writer.try_clone().expect("a copy").into();
    (
        Stdio::Streams {
            stdin,
            stdout: writer.into(),
            stderr,
        },
        reader,
    )
}

fn run_container(zygote: &Zygote, plan: &Plan, job: &Job) -> Outcome {
    let execs = &job.exec;
    let (stdio, reader) = streams();
    let mut created = match zygote.create(plan, &stdio) {
        Ok(created) => created,
        Err(error) => {
            collect_all();
            return failed(&error);
        }
    };
    drop(stdio);
    let listener = created.owners.take();
    let listener = listener.filter(|_| job.recorder != Recorder::Leave);
    let victim = created.pidfd.try_clone().expect("a copy");
    let victim = Some(victim).filter(|_| job.recorder == Recorder::Kill);
    let recorder = record(listener, victim);
    if let Err(error) = created.start() {
        collect_all();
        return failed(&error);
    }
    let mut added = Vec::new();
    for exec in execs {
        let mut exec = exec.clone();
        for op in &mut exec.ops {
            if let plimsoll_runtime::Op::JoinContainer { pid, .. } = op {
                *pid = created.pid;
            }
        }
        added.push(run_exec(zygote, &exec));
    }
    if !execs.is_empty() {
        let kill = nix::libc::SIGKILL;
        sys::pidfd_send_signal(created.pidfd.as_fd(), kill).expect("killed");
    }
    let output = read_all(reader, created.console.as_ref());
    let exit = wait_for(created.pid);
    Outcome {
        output,
        exit: Some(exit),
        exec: added,
        progress: progress(&created),
        owners: recorder.join().expect("the recorder ends"),
        ..Outcome::default()
    }
}

fn run_exec(zygote: &Zygote, plan: &ExecPlan) -> Outcome {
    let (stdio, reader) = streams();
    let mut created = match zygote.exec(plan, &stdio) {
        Ok(created) => created,
        Err(error) => return failed(&error),
    };
    drop(stdio);
    let recorder = record(created.owners.take(), None);
    if let Err(error) = created.start() {
        return failed(&error);
    }
    let output = read_all(reader, created.console.as_ref());
    let exit = wait_for(created.pid);
    Outcome {
        output,
        exit: Some(exit),
        progress: progress(&created),
        owners: recorder.join().expect("the recorder ends"),
        ..Outcome::default()
    }
}

/// Writes down what a container has recorded, until its last process is gone.
fn record(listener: Option<Listener>, victim: Option<OwnedFd>) -> JoinHandle<Vec<String>> {
    std::thread::spawn(move || {
        let mut told = Vec::new();
        let Some(listener) = listener else {
            return told;
        };
        loop {
            let mut asked = [PollFd::new(listener.as_fd(), PollFlags::POLLIN)];
            poll(&mut asked, PollTimeout::NONE).expect("it polls");
            let events = asked[0].revents().expect("known events");
            if !events.contains(PollFlags::POLLIN) {
                return told;
            }
            if let Some(victim) = &victim {
                sys::pidfd_send_signal(victim.as_fd(), nix::libc::SIGKILL).expect("killed");
                let mut ended = [PollFd::new(victim.as_fd(), PollFlags::POLLIN)];
                poll(&mut ended, PollTimeout::NONE).expect("it polls");
            }
            let mut write = |change: &Change| {
                told.push(line(change));
                Ok(())
            };
            listener.serve(&mut write).expect("it serves");
        }
    })
}

fn line(change: &Change) -> String {
    let path = |file: &OwnedFd| {
        let link = format!("/proc/self/fd/{}", file.as_raw_fd());
        fs::read_link(link).expect("a path").display().to_string()
    };
    let id = |id: Option<u32>| id.map_or("-".to_owned(), |id| id.to_string());
    match change {
        Change::Own { file, uid, gid } => format!("{} {}:{}", path(file), id(*uid), id(*gid)),
        Change::Device {
            parent,
            name,
            mode,
            block,
            major,
            minor,
        } => {
            let kind = if *block { 'b' } else { 'c' };
            let (parent, name) = (path(parent), name.display());
            format!("{parent} {name} {kind} {major}:{minor} {mode:o}")
        }
    }
}

fn progress(created: &Created) -> Progress {
    Progress {
        times: created.times,
        failed: None,
    }
}

/// A terminal says EIO once the last process that had it is gone.
fn read_all(mut reader: PipeReader, console: Option<&OwnedFd>) -> String {
    let mut bytes = Vec::new();
    match console {
        Some(console) => {
            let mut console = File::from(console.try_clone().expect("a copy"));
            let _ = console.read_to_end(&mut bytes);
        }
        None => {
            reader.read_to_end(&mut bytes).expect("output");
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Collects whatever ends until it is `pid`: an init cannot end before the
/// processes that were added to its namespace have been collected.
fn wait_for(pid: i32) -> i32 {
    loop {
        let event = sys::wait_child(None, 0)
            .expect("a child")
            .expect("an event");
        if event.pid == pid {
            let by_signal = event.code != nix::libc::CLD_EXITED;
            return event.status + if by_signal { 128 } else { 0 };
        }
    }
}

fn collect_all() {
    while let Ok(Some((pid, _))) = reap::next() {
        let _ = reap::collect(pid);
    }
}
