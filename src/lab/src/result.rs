//! The result record `plimsoll/result/v1`: what check, grade and demo found.
//! Every other output format derives from it.

use crate::text::Text;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultRecord {
    /// `plimsoll/result/v1`.
    pub schema: String,
    pub lab: String,
    pub verdict: Verdict,
    pub score: u32,
    pub max_score: u32,
    pub checks: Vec<CheckRecord>,
    /// Why there is no verdict, or why it is marked for review.
    pub cause: Option<Cause>,
    /// The engine and its version, such as `plimsoll 0.1.0`.
    pub engine: String,
    /// RFC 3339.
    pub started_at: String,
    pub duration_ms: u64,
    /// Hash of the journal's last line, where the engine keeps one.
    pub journal_head: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every goal is met.
    Pass,
    /// Some are not.
    Fail,
    /// The environment failed: nobody's score.
    Error,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Pass,
    Fail,
    /// It waits for another goal, or this engine cannot tell.
    Skip,
    /// The look at it failed: not the learner's failure.
    Error,
}

/// Who is to blame where grading could not be done in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub side: Side,
    pub message: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// A limit on time, memory or output was hit.
    Submission,
    Environment,
}

/// One goal's verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRecord {
    pub id: String,
    pub title: Text,
    pub status: Status,
    pub points: u32,
    pub max_points: u32,
    /// What the goal asks for.
    pub expected: Text,
    /// What was found.
    pub actual: Text,
    /// Both in one sentence.
    pub message: Text,
    /// The hint made for the mistake that was recognised.
    pub hint: Option<Text>,
    /// Which known mistake it is.
    pub miss: Option<String>,
    /// The command that shows what was found.
    pub look_at: Option<String>,
}

impl ResultRecord {
    pub const SCHEMA: &'static str = "plimsoll/result/v1";

    /// The moment, as records write it: RFC 3339 in UTC, to the second.
    pub fn now() -> String {
        let now = jiff::Timestamp::now();
        now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// 0 all goals met, 1 some not, 3 the engine or the environment failed.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Pass => 0,
            Verdict::Fail => 1,
            Verdict::Error => 3,
        }
    }

    pub fn score_of(checks: &[CheckRecord]) -> u32 {
        checks.iter().map(|check| check.points).sum()
    }

    pub fn verdict_of(checks: &[CheckRecord]) -> Verdict {
        if checks.iter().any(|check| check.status == Status::Error) {
            Verdict::Error
        } else if checks.iter().all(|check| check.status == Status::Pass) {
            Verdict::Pass
        } else {
            Verdict::Fail
        }
    }
}
