//! Reaping, in one place.
//!
//! The engine is PID 1 of the lab: it gets every orphan's exit besides those of
//! its containers. Nothing else in this crate waits for a process.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// How a process ended, as Docker counts: its code, or 128 and the signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitStatus {
    pub code: i32,
}

/// Who waits for which process.
#[derive(Debug, Default)]
pub struct Supervisor {
    waiting: RefCell<HashMap<i32, oneshot::Sender<ExitStatus>>>,
    /// Exits nobody waited for, kept only while a process is being made: it may
    /// end before its PID is known here.
    early: RefCell<HashMap<i32, ExitStatus>>,
    births: Cell<usize>,
}

/// A process is being made; hold it until its PID has been given to
/// [`Supervisor::expect`].
#[derive(Debug)]
pub struct Birth {
    supervisor: Rc<Supervisor>,
}

impl Drop for Birth {
    fn drop(&mut self) {
        let births = self.supervisor.births.get() - 1;
        self.supervisor.births.set(births);
        if births == 0 {
            self.supervisor.early.borrow_mut().clear();
        }
    }
}

impl Supervisor {
    /// Announces that a process is going to be made.
    pub fn birth(self: &Rc<Self>) -> Birth {
        self.births.set(self.births.get() + 1);
        Birth {
            supervisor: self.clone(),
        }
    }

    /// The exit of the process that was made during `birth`.
    pub fn expect(&self, pid: i32, _birth: &Birth) -> oneshot::Receiver<ExitStatus> {
        let (sender, receiver) = oneshot::channel();
        if let Some(status) = self.early.borrow_mut().remove(&pid) {
            let _ = sender.send(status);
        } else {
            self.waiting.borrow_mut().insert(pid, sender);
        }
        receiver
    }

    /// Takes what `waitid` reported.
    fn reaped(&self, pid: i32, status: ExitStatus) {
        let waiter = self.waiting.borrow_mut().remove(&pid);
        match waiter {
            // Whoever waited may have given up.
            Some(waiter) => drop(waiter.send(status)),
            None if self.births.get() > 0 => {
                self.early.borrow_mut().insert(pid, status);
            }
            None => {}
        }
    }
}

/// Reaps until the zygote has ended, which is the end of the lab.
///
/// # Errors
/// When SIGCHLD cannot be watched.
pub async fn reap(supervisor: Rc<Supervisor>, zygote: i32) -> std::io::Result<()> {
    let mut children = signal(SignalKind::child())?;
    loop {
        // An error concerns one child, and the next SIGCHLD asks again: no
        // reason to end the lab.
        while let Ok(Some((pid, status))) = plimsoll_runtime::reap::next() {
            if pid == zygote {
                return Ok(());
            }
            // Told first, collected then: until then the PID is nobody else's.
            let code = status.code();
            supervisor.reaped(pid, ExitStatus { code });
            let _ = plimsoll_runtime::reap::collect(pid);
        }
        children.recv().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_before_its_pid_is_known_is_not_lost() {
        let supervisor = Rc::new(Supervisor::default());
        let birth = supervisor.birth();
        supervisor.reaped(7, ExitStatus { code: 3 });
        let mut exit = supervisor.expect(7, &birth);
        assert_eq!(exit.try_recv(), Ok(ExitStatus { code: 3 }));
        drop(birth);
        assert!(supervisor.early.borrow().is_empty());
    }

    #[test]
    fn orphans_leave_nothing_behind() {
        let supervisor = Rc::new(Supervisor::default());
        supervisor.reaped(8, ExitStatus { code: 0 });
        assert!(supervisor.early.borrow().is_empty());
        let birth = supervisor.birth();
        supervisor.reaped(9, ExitStatus { code: 0 });
        drop(birth);
        assert!(supervisor.early.borrow().is_empty());
    }

    #[test]
    fn whoever_waits_is_told() {
        let supervisor = Rc::new(Supervisor::default());
        let birth = supervisor.birth();
        let mut exit = supervisor.expect(10, &birth);
        drop(birth);
        supervisor.reaped(10, ExitStatus { code: 137 });
        assert_eq!(exit.try_recv(), Ok(ExitStatus { code: 137 }));
    }
}
