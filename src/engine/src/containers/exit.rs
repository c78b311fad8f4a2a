//! The end of a run: streams, network, record, restart policy, removal.

use std::rc::Rc;
use std::time::{Duration, Instant};

use plimsoll_api::host_config::RestartPolicy;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::container::Container;
use super::durable;
use super::record::{Allocation, Record};
use super::remove;
use super::start;
use super::tell::{Use, tell, tell_surroundings};
use crate::engine::Engine;
use crate::networks::AddressLease;
use crate::supervisor::ExitStatus;
use crate::timestamp;

/// A process of a container's own that holds its pipes beyond its end is not
/// waited for longer than this.
const DRAIN: Duration = Duration::from_secs(3);

/// First and longest wait before a restart; it doubles in between, as in dockerd.
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// A run that lasted so long starts the back-off anew.
const STEADY: Duration = Duration::from_secs(10);

/// A running container's handles.
#[derive(Debug)]
pub struct Run {
    pub pid: i32,
    pub exit: oneshot::Receiver<ExitStatus>,
    pub pumps: Vec<JoinHandle<()>>,
    pub lease: AddressLease,
    pub allocation: Allocation,
    pub began: Instant,
}

/// Follows a run to its end, and the ones that its restart policy adds.
///
/// Boxed by hand: it starts containers, whose start spawns it.
pub fn watch(
    engine: Rc<Engine>,
    container: Rc<Container>,
    run: Run,
) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let lasted = run.began;
        let code = ended(&container, run).await;
        finish(&engine, &container, code, lasted.elapsed()).await;
    })
}

/// Waits for the process and its last output.
async fn ended(container: &Container, run: Run) -> i32 {
    let code = run.exit.await.map_or(137, |status| status.code);
    let drained = async {
        for pump in run.pumps {
            let _ = pump.await;
        }
    };
    let _ = tokio::time::timeout(DRAIN, drained).await;
    let ended_by_kernel = leave_cgroup(container).await;
    container.change_unwritten(|record| record.state.oom_killed = ended_by_kernel);
    container.log.close();
    container.published.take();
    tokio::task::spawn_local(run.lease.release());
    code
}

/// Removes the cgroup of a run that has ended, and tells whether the kernel
/// ended a process in it for want of memory.
pub(super) async fn leave_cgroup(container: &Container) -> bool {
    let Some(group) = container.cgroup.take() else {
        return false;
    };
    let killed = group.oom_kills() > 0;
    group.remove().await;
    killed
}

async fn finish(engine: &Rc<Engine>, container: &Rc<Container>, code: i32, lasted: Duration) {
    let again = restart(container, code);
    let end = |record: &mut Record| {
        record.network = None;
        if again {
            record.restart_count += 1;
            record.state.restarting(code, timestamp::now());
        } else {
            record.state.exited(code, timestamp::now());
        }
    };
    if container.record().host_config.auto_remove {
        // It is removed next; an engine that is killed before that removes it
        // when it comes back.
        container.change_unwritten(end);
    } else {
        container.change(end);
    }
    if container.record().state.oom_killed {
        tell(engine, container, "oom", []);
    }
    tell(
        engine,
        container,
        "die",
        [
            ("exitCode", code.to_string()),
            ("execDuration", lasted.as_secs().to_string()),
        ],
    );
    tell_surroundings(engine, container, Use::Ends);
    container.execs.borrow_mut().clear();
    container.stdio.reset();
    container.tell_exit(code, "");
    if again {
        restart_later(engine.clone(), container.clone(), lasted).await;
    } else if container.record().host_config.auto_remove {
        // `docker rm -f` may be at it already; then there is nothing to do.
        let _ = remove::remove(engine, container, remove::Options::auto()).await;
    } else {
        tokio::task::spawn_local(durable::sync(container.clone()));
    }
}

fn restart(container: &Container, code: i32) -> bool {
    let record = container.record();
    let policy = &record.host_config.restart_policy;
    !container.removing.get()
        && !record.stopped_by_hand
        && should_restart(policy, code, record.restart_count)
}

/// Whether a policy brings back a container that ended with `code`.
pub fn should_restart(policy: &RestartPolicy, code: i32, count: i64) -> bool {
    match policy.name.as_str() {
        "always" | "unless-stopped" => true,
        "on-failure" => {
            let most = i64::from(policy.maximum_retry_count);
            code != 0 && (most == 0 || count < most)
        }
        _ => false,
    }
}

/// The wait before the next start.
pub fn delay(count: i64, lasted: Duration) -> Duration {
    if lasted >= STEADY {
        return FIRST_DELAY;
    }
    let doublings = u32::try_from(count.saturating_sub(1)).unwrap_or(0).min(16);
    (FIRST_DELAY * 2u32.pow(doublings)).min(LONGEST_DELAY)
}

async fn restart_later(engine: Rc<Engine>, container: Rc<Container>, lasted: Duration) {
    let wait = delay(container.record().restart_count, lasted);
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        () = container.restart_cancelled.notified() => return,
        () = engine.shutdown.finished() => return,
    }
    let _operation = container.operation.lock().await;
    let waits = container.record().state.status == plimsoll_api::ContainerStatus::Restarting;
    if !waits || container.removing.get() {
        return;
    }
    // A start that fails leaves the container exited, with the reason in its
    // record: dockerd gives up then too.
    if start::start_locked(&engine, &container).await.is_err() {
        container.change(|record| {
            let code = record.state.exit_code;
            record.state.exited(code, timestamp::now());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str, most: i32) -> RestartPolicy {
        RestartPolicy {
            name: name.into(),
            maximum_retry_count: most,
        }
    }

    #[test]
    fn policies_bring_back_what_they_should() {
        assert!(!should_restart(&policy("no", 0), 1, 0));
        assert!(should_restart(&policy("always", 0), 0, 100));
        assert!(should_restart(&policy("on-failure", 0), 1, 100));
        assert!(!should_restart(&policy("on-failure", 0), 0, 0));
        assert!(should_restart(&policy("on-failure", 3), 1, 2));
        assert!(!should_restart(&policy("on-failure", 3), 1, 3));
    }

    #[test]
    fn waits_double_up_to_a_minute_and_begin_anew_after_a_steady_run() {
        let short = Duration::from_secs(1);
        let millis = |count| delay(count, short).as_millis();
        assert_eq!([millis(1), millis(2), millis(3)], [100, 200, 400]);
        assert_eq!(delay(50, short), LONGEST_DELAY);
        assert_eq!(delay(50, STEADY), FIRST_DELAY);
    }
}
