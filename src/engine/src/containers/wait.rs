//! `POST /containers/{id}/wait`.

use std::rc::Rc;

use plimsoll_api::WaitResponse;
use plimsoll_api::container::WaitError;

use super::container::{Container, Exits};
use crate::failure::{ApiFailure, ApiResult};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It does not run (perhaps already).
    NotRunning,
    /// The end of the present or next run.
    NextExit,
    /// It is gone.
    Removed,
}

impl Condition {
    /// Reads the query's value.
    ///
    /// # Errors
    /// 400 in dockerd's words.
    pub fn parse(text: Option<&str>) -> ApiResult<Self> {
        match text {
            None | Some("" | "not-running") => Ok(Self::NotRunning),
            Some("next-exit") => Ok(Self::NextExit),
            Some("removed") => Ok(Self::Removed),
            Some(other) => Err(ApiFailure::invalid(format!("invalid condition: {other:?}"))),
        }
    }
}

/// Begins to wait at once; the future resolves when the condition holds.
pub fn wait(
    container: &Rc<Container>,
    condition: Condition,
) -> impl Future<Output = WaitResponse> + use<> {
    let mut exits = container.watch_exits();
    let now = exits.borrow_and_update().clone();
    let (running, code) = {
        let state = &container.record().state;
        (state.is_running(), state.exit_code)
    };
    async move {
        let met = |exits: &Exits| match condition {
            Condition::NotRunning | Condition::NextExit => {
                exits.count != now.count || exits.removed
            }
            Condition::Removed => exits.removed,
        };
        let already = condition == Condition::NotRunning && !running;
        let last = if already {
            Exits { code, ..now }
        } else {
            match exits.wait_for(met).await {
                Ok(last) => last.clone(),
                // The container was dropped: it is gone.
                Err(_) => Exits { code, ..now },
            }
        };
        // A container that is removed without having run meanwhile ends with
        // what it ended with before.
        let code = if last.count == 0 { code } else { last.code };
        WaitResponse {
            status_code: i64::from(code),
            error: Some(WaitError {
                message: last.error,
            })
            .filter(|error| !error.message.is_empty()),
        }
    }
}
