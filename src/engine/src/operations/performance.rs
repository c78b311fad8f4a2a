//! A plan as it is carried out: what was measured, how far it came.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plimsoll_api::lab::ExplainResponse;
use plimsoll_runtime::zygote::{CreateError, Created};
use plimsoll_runtime::{ExecPlan, Op, Part, Plan, Progress};
use serde::Serialize;

use super::trace::{self, Note};

/// A plan of either kind, shared with the thread that has it carried out.
#[derive(Debug, Clone)]
pub enum Carriable {
    Container(Arc<Plan>),
    Exec(Arc<ExecPlan>),
}

impl From<&Arc<Plan>> for Carriable {
    fn from(plan: &Arc<Plan>) -> Self {
        Self::Container(plan.clone())
    }
}

impl From<&Arc<ExecPlan>> for Carriable {
    fn from(plan: &Arc<ExecPlan>) -> Self {
        Self::Exec(plan.clone())
    }
}

impl Carriable {
    pub fn ops(&self) -> &[Op] {
        match self {
            Self::Container(plan) => &plan.ops,
            Self::Exec(plan) => &plan.ops,
        }
    }

    /// The form in which `--explain` shows it.
    pub fn explained(&self) -> ExplainResponse {
        let ops = self.ops().iter();
        let (text, warnings) = match self {
            Self::Container(plan) => (plan.to_string(), plan.warnings.clone()),
            Self::Exec(plan) => (plan.to_string(), Vec::new()),
        };
        ExplainResponse {
            ops: ops.filter_map(|op| serde_json::to_value(op).ok()).collect(),
            text,
            warnings,
        }
    }
}

/// A plan that was carried out, or as far as it went.
#[derive(Debug)]
pub struct Carried {
    pub plan: Carriable,
    pub progress: Progress,
    /// Where the volumes of the lab are.
    pub volumes: PathBuf,
}

impl Carried {
    /// About how many bytes it keeps: its size as JSON.
    pub fn weight(&self) -> usize {
        let mut counted = Counter(0);
        // A plan has been written as JSON before: for the zygote.
        let _ = self
            .plan
            .ops()
            .serialize(&mut serde_json::Serializer::new(&mut counted));
        counted.0
    }
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Notes a plan when it has been carried out, or when it was given up.
#[derive(Debug)]
pub struct Performance {
    carried: Option<Box<Carried>>,
}

impl Performance {
    /// Begins before the plan is handed over.
    pub fn of<'plan, P>(plan: &'plan Arc<P>, volumes: PathBuf) -> Self
    where
        Carriable: From<&'plan Arc<P>>,
    {
        Self {
            carried: Some(Box::new(Carried {
                plan: plan.into(),
                progress: Progress::default(),
                volumes,
            })),
        }
    }

    /// The process waits for its start, or there is none.
    pub fn created(&mut self, outcome: &Result<Created, CreateError>) {
        match outcome {
            Ok(created) => self.merge(&Progress {
                times: created.times,
                failed: None,
            }),
            Err(error) => self.failed(error),
        }
    }

    /// The process has become the user's program, or could not. `since` is when
    /// it was told to.
    pub fn started(&mut self, outcome: &Result<(), CreateError>, since: Instant) {
        match outcome {
            Ok(()) => self.took(Part::Exec, since.elapsed()),
            Err(error) => self.failed(error),
        }
    }

    /// What was carried out, for a caller that notes it itself.
    #[cfg(test)]
    pub fn finish(mut self) -> Box<Carried> {
        self.carried.take().expect("it was not noted before")
    }

    fn failed(&mut self, error: &CreateError) {
        if let CreateError::Stopped(stopped) = error {
            self.merge(&stopped.progress);
        }
    }

    fn took(&mut self, part: Part, took: Duration) {
        if let Some(carried) = &mut self.carried {
            carried.progress.times.add(part, took);
        }
    }

    fn merge(&mut self, progress: &Progress) {
        if let Some(carried) = &mut self.carried {
            carried.progress.times.merge(&progress.times);
            carried.progress.failed = progress.failed;
        }
    }
}

impl Drop for Performance {
    fn drop(&mut self) {
        if let Some(carried) = self.carried.take() {
            trace::add(Note::Plan(carried));
        }
    }
}
