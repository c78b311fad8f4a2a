//! What this machine allows, found by doing it, and what mends the rest.
//!
//! [`examine`] acts: each trial runs in a child of its own, so that a trial that
//! goes wrong leaves nothing behind. [`findings`] is pure: it turns the facts
//! into lines for people, in their language. Trials live in `trials/`, words in
//! `advice.rs` and `texts/`.

mod advice;
mod facts;
mod sandbox;
mod trials;

pub use advice::{Finding, Status, findings};
pub use facts::{
    Cgroup, Disk, Facts, IdRanges, LabTrial, Logout, LoopbackPorts, Mounts, Network, Overlay,
    OverlayPlace, Restriction, Sockets, UserNamespaces,
};
pub use trials::examine;

/// What a person sees: a line for each finding, what mends it below.
#[must_use]
pub fn render(findings: &[Finding], utf8: bool) -> String {
    let width = findings
        .iter()
        .map(|finding| finding.subject.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for finding in findings {
        let mark = finding.status.mark(utf8);
        let subject = &finding.subject;
        text.push_str(&format!(" {mark} {subject:width$}  {}\n", finding.found));
        let indent = " ".repeat(width + mark.chars().count() + 4);
        for line in &finding.meaning {
            text.push_str(&format!("{indent}{line}\n"));
        }
        for line in &finding.mend {
            text.push_str(&format!("{indent}  {line}\n"));
        }
    }
    text
}

/// The worst of all findings decides what `doctor` returns.
#[must_use]
pub fn worst(findings: &[Finding]) -> Status {
    findings
        .iter()
        .map(|finding| finding.status)
        .max()
        .unwrap_or(Status::Fine)
}
