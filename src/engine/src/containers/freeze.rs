//! Standing still for a moment: what runs is stopped while its files are
//! copied, and goes on as if nothing had been.
//!
//! Unlike `pause` this is nobody's wish: the container's state does not change,
//! nobody is told, and what stood still already stays so. Limits: SIGSTOP, where no
//! freezer is to be had; a process that waits for a disk is waited for only so long.

use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use plimsoll_api::ContainerStatus as Status;

use super::container::Container;
use super::processes::{self, Stat};
use crate::cgroups::Group;
use crate::engine::Engine;

/// How often it is looked whether all have stopped, and how long in between.
const LOOKS: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(1);

/// What stands still; it goes on when this is dropped.
#[derive(Debug, Default)]
pub struct Frozen {
    groups: Vec<Rc<Group>>,
    pids: Vec<i32>,
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.groups.iter().for_each(|group| group.thaw());
        for pid in processes::children_first(&self.pids) {
            // It may have been killed meanwhile.
            let _ = kill(Pid::from_raw(pid), Signal::SIGCONT);
        }
    }
}

/// Stops every process of the containers that run and are not paused, and
/// returns when all stand still.
pub async fn freeze(engine: &Engine, containers: &[Rc<Container>]) -> Frozen {
    let mut frozen = Frozen::default();
    let mut met = BTreeSet::new();
    for container in containers {
        let _no_birth = container.births.write().await;
        let running = container.record().state.status == Status::Running;
        let Some(init) = container.pid().filter(|_| running) else {
            continue;
        };
        if let Ok(group) = into_freezer(engine, container, init) {
            let stands_still = group.freeze().await.is_ok();
            // Kept at once: it goes on again however this ends.
            frozen.groups.push(group);
            if stands_still {
                continue;
            }
        }
        stop_all(container, init, &mut met, &mut frozen);
    }
    for _ in 0..LOOKS {
        if frozen.pids.iter().all(|pid| stands_still(*pid)) {
            break;
        }
        tokio::time::sleep(BETWEEN).await;
    }
    frozen
}

/// The container's cgroup, with a freezer for all of its processes.
///
/// # Errors
/// Where there is none to be had.
pub(super) fn into_freezer(
    engine: &Engine,
    container: &Container,
    init: i32,
) -> io::Result<Rc<Group>> {
    if let Some(group) = container.group().filter(|group| group.can_freeze()) {
        return Ok(group);
    }
    let members = || processes::of_namespace(init);
    let group = Rc::new(engine.cgroups.join(&container.id, None, &members)?);
    *container.cgroup.borrow_mut() = Some(group.clone());
    Ok(group)
}

/// A process that forks meanwhile is met in the next round; a stopped one forks
/// no more.
fn stop_all(container: &Container, init: i32, met: &mut BTreeSet<i32>, frozen: &mut Frozen) {
    loop {
        let fresh: Vec<i32> = processes::of_container(container, init)
            .into_iter()
            .filter(|pid| met.insert(*pid))
            .collect();
        if fresh.is_empty() {
            return;
        }
        for pid in fresh {
            let stopped = Stat::read(pid).is_none_or(|stat| matches!(stat.state, 'T' | 't' | 'Z'));
            if !stopped && kill(Pid::from_raw(pid), Signal::SIGSTOP).is_ok() {
                frozen.pids.push(pid);
            }
        }
    }
}

fn stands_still(pid: i32) -> bool {
    Stat::read(pid).is_none_or(|stat| matches!(stat.state, 'T' | 't' | 'Z' | 'X'))
}
