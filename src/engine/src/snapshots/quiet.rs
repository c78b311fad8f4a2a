//! A lab in which nothing changes while it is copied or replaced.
//!
//! Two locks: a [`Gate`] that requests pass which change more than one
//! container's run (create, rename, tags, volumes, copies into a container),
//! and each container's own `operation` (start, stop, remove, also the
//! engine's own for `--rm` and restart policies). Limits: a pull goes on, since
//! it only adds to the image list, in one moment.

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::containers::Container;
use crate::failure::{ApiFailure, ApiResult};

/// How long others have to finish: a bit more than the grace of `docker stop`.
const PATIENCE: Duration = Duration::from_secs(12);

/// What requests pass that change the lab, many at a time; a snapshot alone.
#[derive(Debug)]
pub struct Gate {
    lock: RwLock<()>,
    patience: Duration,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            lock: RwLock::default(),
            patience: PATIENCE,
        }
    }
}

impl Gate {
    /// Passes; the lab is neither copied nor replaced while this is held.
    pub async fn pass(&self) -> RwLockReadGuard<'_, ()> {
        self.lock.read().await
    }

    /// Closes the gate when everybody is through.
    ///
    /// # Errors
    /// 409 when somebody is not.
    pub async fn close(&self) -> ApiResult<RwLockWriteGuard<'_, ()>> {
        let closing = tokio::time::timeout(self.patience, self.lock.write());
        closing.await.map_err(|_| {
            ApiFailure::conflict(
                "the lab is being changed (by docker cp, for example); try again when that is done",
            )
        })
    }
}

/// Holds every container as it is: none starts, stops or goes.
///
/// # Errors
/// 409 when one of them is being stopped or removed and that does not end.
pub async fn hold(containers: &[Rc<Container>]) -> ApiResult<Vec<MutexGuard<'_, ()>>> {
    let mut held = Vec::new();
    for container in containers {
        held.push(hold_one(container).await?);
    }
    Ok(held)
}

/// As [`hold`], for one.
///
/// # Errors
/// As [`hold`].
pub async fn hold_one(container: &Container) -> ApiResult<MutexGuard<'_, ()>> {
    let waiting = tokio::time::timeout(PATIENCE, container.operation.lock());
    waiting.await.map_err(|_| {
        ApiFailure::conflict(format!(
            "container {} is being started, stopped or removed; try again when that is done",
            container.name()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_gate_keeps_changes_out_and_closing_it_gives_up_in_time() {
        let gate = Gate {
            patience: Duration::ZERO,
            ..Gate::default()
        };
        let passed = gate.pass().await;
        assert_eq!(gate.close().await.unwrap_err().status, 409);
        drop(passed);
        let closed = gate.close().await.unwrap();
        let passing = tokio::time::timeout(Duration::ZERO, gate.pass());
        assert!(passing.await.is_err());
        drop(closed);
        let _passed = gate.pass().await;
    }
}
