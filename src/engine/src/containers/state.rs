//! The state machine of a container. Pure: no clock, no files, no processes.
//!
//! Transitions are methods that either change the state or say, in dockerd's
//! words, why they may not. Who calls them writes the record and tells clients.

use plimsoll_api::ContainerStatus as Status;
use serde::{Deserialize, Serialize};

use crate::failure::ApiFailure;
use crate::timestamp::ZERO;

/// What `State` of inspect is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub status: Status,
    /// PID of the init in the lab, 0 when there is none.
    pub pid: i32,
    pub exit_code: i32,
    /// Why the last start failed; empty otherwise.
    pub error: String,
    /// The kernel ended a process of its last run for want of memory.
    #[serde(default)]
    pub oom_killed: bool,
    /// RFC 3339, [`ZERO`] before the first start.
    pub started_at: String,
    /// RFC 3339, [`ZERO`] before the first exit.
    pub finished_at: String,
}

impl Default for State {
    fn default() -> Self {
        Self {
            status: Status::Created,
            pid: 0,
            exit_code: 0,
            error: String::new(),
            oom_killed: false,
            started_at: ZERO.to_owned(),
            finished_at: ZERO.to_owned(),
        }
    }
}

/// Whether an operation has work to do or the state is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Go on.
    Go,
    /// Nothing to do: dockerd answers 304.
    Already,
}

impl State {
    /// True while there is a process, paused or not.
    pub fn has_process(&self) -> bool {
        matches!(self.status, Status::Running | Status::Paused) || self.pid != 0
    }

    /// `Running` of inspect: true in `running`, `paused` and `restarting`.
    pub fn is_running(&self) -> bool {
        matches!(
            self.status,
            Status::Running | Status::Paused | Status::Restarting
        )
    }

    /// May it be started?
    ///
    /// # Errors
    /// 409 for a paused, dying or dead container.
    pub fn may_start(&self) -> Result<Step, ApiFailure> {
        match self.status {
            Status::Paused => Err(ApiFailure::conflict(
                "cannot start a paused container, try unpause instead",
            )),
            Status::Running => Ok(Step::Already),
            Status::Removing => Err(ApiFailure::conflict(
                "container is marked for removal and cannot be started",
            )),
            Status::Dead => Err(ApiFailure::conflict(
                "container is dead and cannot be started",
            )),
            Status::Created | Status::Exited | Status::Restarting | Status::Unknown => Ok(Step::Go),
        }
    }

    /// May it be stopped?
    pub fn may_stop(&self) -> Step {
        if self.is_running() {
            Step::Go
        } else {
            Step::Already
        }
    }

    /// May it be paused?
    ///
    /// # Errors
    /// 409 unless it runs.
    pub fn may_pause(&self, id: &str) -> Result<(), ApiFailure> {
        match self.status {
            Status::Running => Ok(()),
            Status::Paused => Err(ApiFailure::conflict(format!(
                "Container {id} is already paused"
            ))),
            Status::Restarting => Err(is_restarting(id)),
            _ => Err(not_running(id)),
        }
    }

    /// May it be resumed?
    ///
    /// # Errors
    /// 409 unless it is paused.
    pub fn may_unpause(&self, id: &str) -> Result<(), ApiFailure> {
        if self.status == Status::Paused {
            return Ok(());
        }
        Err(ApiFailure::conflict(format!(
            "Container {id} is not paused"
        )))
    }

    /// Are there processes to be looked at?
    ///
    /// # Errors
    /// 409 unless it runs, or stands still.
    pub fn may_look(&self, id: &str) -> Result<(), ApiFailure> {
        match self.status {
            Status::Paused => Ok(()),
            _ => self.may_exec(id),
        }
    }

    /// May a process be added, a signal be sent?
    ///
    /// # Errors
    /// 409 unless it runs.
    pub fn may_exec(&self, id: &str) -> Result<(), ApiFailure> {
        match self.status {
            Status::Running => Ok(()),
            Status::Paused => Err(ApiFailure::conflict(format!(
                "Container {id} is paused, unpause the container before exec"
            ))),
            Status::Restarting => Err(is_restarting(id)),
            _ => Err(not_running_short(id)),
        }
    }

    /// Its init runs.
    pub fn started(&mut self, pid: i32, now: String) {
        self.status = Status::Running;
        self.pid = pid;
        self.exit_code = 0;
        self.oom_killed = false;
        self.error.clear();
        self.started_at = now;
    }

    /// The start failed: `created` stays `created`, as in dockerd, anything else
    /// is `exited`.
    pub fn start_failed(&mut self, exit_code: i32, error: String, now: String) {
        if self.status != Status::Created {
            self.status = Status::Exited;
            self.finished_at = now;
        }
        self.pid = 0;
        self.exit_code = exit_code;
        self.error = error;
    }

    /// Its init has ended.
    pub fn exited(&mut self, exit_code: i32, now: String) {
        self.status = Status::Exited;
        self.pid = 0;
        self.exit_code = exit_code;
        self.finished_at = now;
    }

    /// It ended and its restart policy brings it back.
    pub fn restarting(&mut self, exit_code: i32, now: String) {
        self.exited(exit_code, now);
        self.status = Status::Restarting;
    }

    /// The engine came back and found it recorded with a process: everything in
    /// the lab died with PID 1, by SIGKILL.
    pub fn orphaned(&mut self, now: String) {
        if self.has_process() || self.status == Status::Restarting {
            self.exited(137, now);
        }
    }
}

/// 409 for an operation that needs a process.
pub fn not_running(id: &str) -> ApiFailure {
    ApiFailure::conflict(format!("Container {id} is not running"))
}

fn not_running_short(id: &str) -> ApiFailure {
    ApiFailure::conflict(format!("container {id} is not running"))
}

fn is_restarting(id: &str) -> ApiFailure {
    ApiFailure::conflict(format!(
        "Container {id} is restarting, wait until the container is running"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_status(status: Status) -> State {
        State {
            status,
            pid: i32::from(matches!(status, Status::Running | Status::Paused)) * 7,
            ..State::default()
        }
    }

    #[test]
    fn a_life_from_created_to_exited() {
        let mut state = State::default();
        assert_eq!(state.may_start().unwrap(), Step::Go);
        state.started(7, "t1".into());
        assert!(state.is_running());
        assert_eq!(state.may_start().unwrap(), Step::Already);
        state.exited(3, "t2".into());
        assert_eq!((state.pid, state.exit_code), (0, 3));
        assert_eq!(state.may_stop(), Step::Already);
        assert_eq!(state.finished_at, "t2");
    }

    #[test]
    fn a_failed_first_start_leaves_it_created() {
        let mut state = State::default();
        state.start_failed(127, "no such file".into(), "t".into());
        assert_eq!(state.status, Status::Created);
        assert_eq!(state.exit_code, 127);
        assert_eq!(state.finished_at, ZERO);
        let mut again = in_status(Status::Exited);
        again.start_failed(126, "denied".into(), "t".into());
        assert_eq!(
            (again.status, again.finished_at.as_str()),
            (Status::Exited, "t")
        );
    }

    #[test]
    fn what_died_with_the_engine_has_137() {
        for status in [
            Status::Created,
            Status::Running,
            Status::Paused,
            Status::Restarting,
            Status::Exited,
        ] {
            let mut state = in_status(status);
            state.orphaned("t".into());
            let alive = matches!(
                status,
                Status::Running | Status::Paused | Status::Restarting
            );
            assert_eq!(state.exit_code == 137, alive, "{status:?}");
            assert!(!state.is_running(), "{status:?}");
        }
    }

    #[test]
    fn refusals_name_the_container() {
        let paused = in_status(Status::Paused);
        let said = paused.may_exec("abc").unwrap_err().message;
        assert_eq!(
            said,
            "Container abc is paused, unpause the container before exec"
        );
        assert!(in_status(Status::Exited).may_pause("abc").is_err());
        assert!(in_status(Status::Running).may_unpause("abc").is_err());
    }
}
