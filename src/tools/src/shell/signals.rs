//! Signals on their way to traps.
//!
//! A handler only notes that a signal came; its trap runs between two commands,
//! as in bash. A signal that nobody trapped keeps its default action, so that
//! process 1 of a container is as deaf to it as any other process 1.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tokio::signal::unix::SignalKind;
use tokio::sync::Notify;

/// One bit for each signal that came and was not looked at.
static PENDING: AtomicU64 = AtomicU64::new(0);
/// The signals that have a trap now.
static TRAPPED: AtomicU64 = AtomicU64::new(0);
static UNWINDING: AtomicBool = AtomicBool::new(false);
static INTERACTIVE: AtomicBool = AtomicBool::new(false);
static LISTENED: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
/// Wakes who waits for a child when a signal comes.
pub static ARRIVED: LazyLock<Notify> = LazyLock::new(Notify::new);

/// Longer than the shell needs from one command to the next.
const NOTED_FOR: Duration = Duration::from_millis(50);

fn bit(signal: i32) -> u64 {
    1 << (signal & 63)
}

fn listened() -> MutexGuard<'static, BTreeSet<i32>> {
    LISTENED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// SIGINT is always listened for: the interpreter would otherwise swallow it
/// once it has waited for its first child.
pub fn begin(interactive: bool) {
    INTERACTIVE.store(interactive, Ordering::Relaxed);
    if interactive {
        // An interactive shell outlives what ends other programs.
        listen(Signal::SIGTERM as i32);
        listen(Signal::SIGQUIT as i32);
        tokio::spawn(repeat_missed_stops());
    }
    listen(Signal::SIGINT as i32);
}

/// Tells which signals have traps now.
pub fn set_trapped(signals: impl Iterator<Item = i32>) {
    let mut mask = 0;
    for signal in signals {
        mask |= bit(signal);
        listen(signal);
    }
    TRAPPED.store(mask, Ordering::SeqCst);
}

/// The interpreter begins to listen for SIGCHLD only when it waits. A program
/// that stops before that would be waited for without end, so the signal is
/// sent again while a stopped program has the terminal.
async fn repeat_missed_stops() {
    let Ok(mut stream) = tokio::signal::unix::signal(SignalKind::child()) else {
        return;
    };
    while stream.recv().await.is_some() {
        tokio::time::sleep(NOTED_FOR).await;
        let foreground = nix::unistd::tcgetpgrp(std::io::stdin());
        let stopped =
            foreground.is_ok_and(|group| group != nix::unistd::getpgrp() && is_stopped(group));
        if stopped {
            let _ = nix::sys::signal::kill(Pid::this(), Signal::SIGCHLD);
        }
    }
}

fn is_stopped(process: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.is_ok_and(|stat| {
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        fields.trim_start().starts_with('T')
    })
}

fn listen(signal: i32) {
    if !listened().insert(signal) {
        return;
    }
    // SIGKILL and SIGSTOP cannot be had: their traps never run, in bash too.
    let Ok(mut stream) = tokio::signal::unix::signal(SignalKind::from_raw(signal)) else {
        return;
    };
    tokio::spawn(async move {
        while stream.recv().await.is_some() {
            arrive(signal);
        }
    });
}

fn arrive(signal: i32) {
    let trapped = TRAPPED.load(Ordering::SeqCst) & bit(signal) != 0;
    let interrupt = signal == Signal::SIGINT as i32;
    match (trapped, interrupt, INTERACTIVE.load(Ordering::Relaxed)) {
        (true, ..) => note(signal),
        (false, true, true) => {
            note(signal);
            tokio::spawn(pass_on_interrupt());
        }
        (false, true, false) if std::process::id() != 1 => {
            note(signal);
            tokio::spawn(end_on_interrupt());
        }
        // An interactive shell outlives SIGTERM and SIGQUIT.
        (false, _, true) => {}
        (false, _, false) => die_of(signal),
    }
}

fn note(signal: i32) {
    PENDING.fetch_or(bit(signal), Ordering::SeqCst);
    ARRIVED.notify_waiters();
}

fn is_interrupt_pending() -> bool {
    PENDING.load(Ordering::SeqCst) & bit(Signal::SIGINT as i32) != 0
}

/// A script ends between two commands, when what it was running has ended. A
/// program that had just been started did not hear the Ctrl-C and hears it
/// now; a builtin that blocks is not waited for.
async fn end_on_interrupt() {
    tokio::time::sleep(NOTED_FOR).await;
    if is_interrupt_pending() {
        for child in children() {
            let _ = nix::sys::signal::kill(child, Signal::SIGINT);
        }
    }
    tokio::time::sleep(NOTED_FOR).await;
    if is_interrupt_pending() {
        die_of(Signal::SIGINT as i32);
    }
}

/// A Ctrl-C may come when the shell is about to start a program: it is then
/// noted here, and the program, which was meant, never hears of it.
async fn pass_on_interrupt() {
    tokio::time::sleep(NOTED_FOR).await;
    let foreground = nix::unistd::tcgetpgrp(std::io::stdin());
    let noted = is_interrupt_pending();
    match foreground {
        Ok(group) if noted && group != nix::unistd::getpgrp() => {
            let _ = nix::sys::signal::killpg(group, Signal::SIGINT);
        }
        _ => {}
    }
}

/// What the signal would have done had nobody listened. The kernel spares
/// process 1 of a namespace.
fn die_of(signal: i32) {
    if std::process::id() != 1 {
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
}

/// Ctrl-C, told by the end of the program that got it.
pub fn interrupt() {
    PENDING.fetch_or(bit(Signal::SIGINT as i32), Ordering::SeqCst);
}

/// The shell's own children, whichever of its threads started them.
fn children() -> Vec<Pid> {
    let threads = std::fs::read_dir("/proc/self/task");
    let lists = threads.into_iter().flatten().flatten();
    let lists =
        lists.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let pids: Vec<String> = lists
        .flat_map(|list| {
            list.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    pids.iter()
        .filter_map(|pid| pid.parse().ok().map(Pid::from_raw))
        .collect()
}

/// Takes the lowest pending signal that has a trap.
pub fn take_trapped() -> Option<i32> {
    let pending = PENDING.load(Ordering::SeqCst) & TRAPPED.load(Ordering::SeqCst);
    let signal = (pending != 0).then(|| pending.trailing_zeros())?;
    PENDING.fetch_and(!(1 << signal), Ordering::SeqCst);
    i32::try_from(signal).ok()
}

/// The lowest pending trapped signal, left pending.
pub fn peek_trapped() -> Option<i32> {
    let pending = PENDING.load(Ordering::SeqCst) & TRAPPED.load(Ordering::SeqCst);
    (pending != 0)
        .then(|| i32::try_from(pending.trailing_zeros()).ok())
        .flatten()
}

/// Whether a Ctrl-C has just unwound what the prompt was running.
pub fn take_unwinding() -> bool {
    UNWINDING.swap(false, Ordering::SeqCst)
}

/// Forgets a Ctrl-C that was meant for what ran before.
pub fn forget_interrupt() {
    take_interrupt();
    take_unwinding();
}

/// Whether Ctrl-C was pressed and there is no trap for it. A script ends here.
pub fn take_interrupt() -> bool {
    let interrupt = bit(Signal::SIGINT as i32);
    let came = TRAPPED.load(Ordering::SeqCst) & interrupt == 0
        && PENDING.fetch_and(!interrupt, Ordering::SeqCst) & interrupt != 0;
    if came && !INTERACTIVE.load(Ordering::Relaxed) {
        die_of(Signal::SIGINT as i32);
    }
    UNWINDING.fetch_or(came, Ordering::SeqCst);
    came
}
