//! The engine's life: open the state, listen, serve, end in good order.

use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use nix::errno::Errno;
use plimsoll_host::EngineSeat;
use tokio::net::UnixListener;
use tokio::task::LocalSet;

use crate::config::Config;
use crate::containers;
use crate::engine::Engine;
use crate::http;
use crate::images;
use crate::networks;
use crate::snapshots;
use crate::supervisor;

/// Threads for what blocks: layers, archives, removal of trees.
const BLOCKING_THREADS: usize = 4;

/// Stack of such a thread (bytes). Removing and walking trees recurses.
const BLOCKING_STACK: usize = 1 << 20;

/// They stay: while there is one, tokio lets a job wait for which no thread can
/// be had (EAGAIN); with none it panics, and a fork bomb would end the engine.
const KEPT: Duration = Duration::from_secs(u32::MAX as u64);

/// How long the removal of files may go on after the last container has ended.
const SWEEPING: Duration = Duration::from_secs(10);

/// How long containers have to end when the lab does.
const GRACE: Duration = Duration::from_secs(10);

/// What to do about a state that cannot be opened. Where its place is what is wrong, the
/// lab is whole, and to make it as new would be the only loss.
fn way_out(lab: &str, cause: &str) -> String {
    let cause = cause.to_lowercase();
    let about_the_place = [
        Errno::ENOSPC,
        Errno::EDQUOT,
        Errno::EROFS,
        Errno::EACCES,
        Errno::EIO,
    ];
    if about_the_place
        .iter()
        .any(|errno| cause.contains(&errno.desc().to_lowercase()))
    {
        return "nothing of the lab is lost: make room there, or see what `plimsoll doctor` finds"
            .to_owned();
    }
    format!("`plimsoll reset {lab}` makes the lab as new")
}

/// Serves the lab until it is told to stop or its zygote is gone. When this
/// returns, the lab ends: PID 1 takes everything with it.
pub fn serve(seat: EngineSeat) -> ExitCode {
    let config = config(&seat);
    let state_dir = config.state_dir.clone();
    // What a reset set aside and was killed before it had removed.
    let discarded = plimsoll_host::discard::left_over(&seat.paths);
    let lab = seat.lab.to_string();
    let opened = Engine::open(config).map_err(|failure| failure.message);
    let mut engine = match opened {
        Ok(engine) => engine,
        Err(cause) => {
            seat.ready
                .fail("open the lab's state", &cause, Some(&way_out(&lab, &cause)));
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_stack_size(BLOCKING_STACK)
        .thread_keep_alive(KEPT)
        .build();
    let runtime = match runtime {
        Ok(runtime) => {
            // The one that is always there, made while nothing else runs.
            drop(runtime.spawn_blocking(|| {}));
            runtime
        }
        Err(error) => {
            seat.ready
                .fail("start the engine", &error.to_string(), None);
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = networks::make_bridge(&engine.networks) {
        seat.ready
            .fail("make the bridge docker0", &error.to_string(), None);
        return ExitCode::FAILURE;
    }
    let listener = match seat.listen() {
        Ok(listener) => listener,
        Err(error) => {
            seat.ready
                .fail("listen on the lab's socket", &error.to_string(), None);
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = engine.seat(seat.zygote, seat.socket_vendor, seat.cgroup) {
        seat.ready
            .fail("start the engine", &error.to_string(), None);
        return ExitCode::FAILURE;
    }
    let local = LocalSet::new();
    let code = local.block_on(&runtime, run(engine, listener, seat.ready, discarded));
    // What was removed behind its reply is gone before the lab is.
    runtime.shutdown_timeout(SWEEPING);
    // A removal that no thread had begun is dropped with the runtime.
    containers::sweep_now(&state_dir);
    snapshots::sweep_now(&state_dir);
    code
}

fn config(seat: &EngineSeat) -> Config {
    Config {
        lab: seat.lab.to_string(),
        state_dir: seat.paths.lab_dir(),
        store_dir: seat.paths.store().to_owned(),
        work_dir: seat.paths.work(),
        id_map: seat.id_map.clone(),
        grading: seat.grading,
        publish_on_host: seat.publish_on_host,
        pid_on_host: seat.pid_on_host,
        program: seat.program.clone(),
    }
}

async fn run(
    engine: Engine,
    listener: std::os::unix::net::UnixListener,
    ready: plimsoll_host::ReadySignal,
    discarded: Vec<PathBuf>,
) -> ExitCode {
    let engine = Rc::new(engine);
    let zygote = match engine.runtime() {
        Ok(runtime) => runtime.zygote_pid(),
        Err(failure) => {
            ready.fail("start the engine", &failure.message, None);
            return ExitCode::FAILURE;
        }
    };
    let reaper = tokio::task::spawn_local(supervisor::reap(engine.supervisor.clone(), zygote));
    let loaded = containers::load(&engine, &engine.snapshots.coming_back())
        .map_err(|failure| failure.message);
    let listener = loaded.and_then(|()| {
        let told = |error: std::io::Error| error.to_string();
        listener.set_nonblocking(true).map_err(told)?;
        UnixListener::from_std(listener).map_err(told)
    });
    let listener = match listener {
        Ok(listener) => listener,
        Err(cause) => {
            let way_out = way_out(&engine.config.lab.to_string(), &cause);
            ready.fail("read the lab's containers", &cause, Some(&way_out));
            return ExitCode::FAILURE;
        }
    };
    tokio::task::spawn_local(end_on_signal(engine.clone()));
    ready.announce();
    snapshots::settle(&engine);
    discarded.into_iter().for_each(|path| engine.sweep(path));
    containers::restart_after_boot(&engine);
    // What the engine before this one had no time for.
    images::durable::sync_later(&engine);
    tokio::select! {
        () = http::server::serve(engine.clone(), listener) => {}
        // Without the zygote no container can be made: the next start of the lab
        // begins with a new one.
        _ = reaper => return ExitCode::FAILURE,
    }
    let _ = tokio::time::timeout(GRACE, containers::stop_all(&engine)).await;
    ExitCode::SUCCESS
}

/// A session manager that ends a login sends SIGTERM first.
async fn end_on_signal(engine: Rc<Engine>) {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut terminate) = signal(SignalKind::terminate()) {
        terminate.recv().await;
        engine.shutdown.ask();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_no_reason_to_make_the_lab_as_new() {
        let full = way_out("first", "write /x/oci-layout: No space left on device");
        assert!(full.contains("make room"), "{full}");
        let refused = way_out("first", "open /x: permission denied");
        assert!(!refused.contains("reset"), "{refused}");
        let damaged = way_out("first", "images.json is damaged: expected value");
        assert_eq!(damaged, "`plimsoll reset first` makes the lab as new");
    }
}
