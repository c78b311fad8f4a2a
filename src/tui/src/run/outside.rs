//! What only the binary can do, asked for through a trait.

use std::collections::BTreeMap;
use std::path::PathBuf;

use plimsoll_api::client::Endpoint;
use plimsoll_lab::progress::{LabProgress, Progress};
use plimsoll_lab::result::ResultRecord;
use plimsoll_text::{Language, Text};

use crate::event::{BackTo, Fault, Finding, Health, Visit, Whereabouts};
use crate::terminal::shell::ShellCommand;

/// Everything that this crate needs and may not know how to do: labs are
/// started by `host`, judged and reset by the commands of `plimsoll`.
///
/// All calls may take a while and are made from threads of their own.
pub trait Outside: Send + Sync + 'static {
    /// Starts the lab where needed, and lays out its files on the first visit.
    ///
    /// # Errors
    /// The lab cannot be started.
    fn enter(&self, lab: &str) -> Result<Visit, Fault>;

    /// What has become of a lab that was this one; no engine is started for it.
    fn whereabouts(&self, lab: &str, born: &str) -> Whereabouts;

    /// The files whose coming and going says that [`Outside::whereabouts`] has news.
    fn signs(&self, lab: &str) -> Vec<PathBuf>;

    /// The lab's engine; it need not run.
    ///
    /// # Errors
    /// The lab has no usable socket path.
    fn endpoint(&self, lab: &str) -> Result<Endpoint, Fault>;

    /// The learner's folder of this lab.
    fn work(&self, lab: &str) -> PathBuf;

    /// The learner's shell in the lab.
    fn shell(&self, lab: &str) -> ShellCommand;

    /// Judges the lab as it is now, and keeps the best.
    ///
    /// # Errors
    /// The lab cannot be looked at.
    fn judge(&self, lab: &str) -> Result<ResultRecord, Fault>;

    /// From now on the learner is spoken to in this language, and at the next
    /// start too.
    ///
    /// # Errors
    /// The choice cannot be kept for the next start.
    fn speak(&self, language: Language) -> Result<(), Fault>;

    /// Where progress is kept.
    fn progress_file(&self) -> PathBuf;

    /// # Errors
    /// The file of progress cannot be read.
    fn progress(&self) -> Result<Progress, Fault>;

    /// Changes one lab's progress.
    ///
    /// # Errors
    /// The file of progress cannot be written.
    fn change(&self, lab: &str, change: &dyn Fn(&mut LabProgress)) -> Result<(), Fault>;

    /// Makes the snapshot with which a step begins, where there is none. The
    /// learner comes from another, 0 on the first visit.
    ///
    /// # Errors
    /// The engine cannot make it.
    fn begin_step(&self, lab: &str, from: usize, step: usize) -> Result<(), Fault>;

    /// What a reset would take away, in words.
    ///
    /// # Errors
    /// The lab cannot be looked at, or there is no such snapshot.
    fn losses(&self, lab: &str, back_to: BackTo) -> Result<Text, Fault>;

    /// Returns what is to be said besides: what is not as it was, and why.
    ///
    /// # Errors
    /// The lab could not be brought back.
    fn reset(&self, lab: &str, back_to: BackTo) -> Result<Vec<Text>, Fault>;

    /// Keeps what the terminal shows, for the next visit.
    fn keep_screen(&self, lab: &str, screen: &[u8]);

    /// A new file for a recording of the lab.
    ///
    /// # Errors
    /// There is no place to write it.
    fn recording(&self, lab: &str) -> Result<PathBuf, Fault>;

    /// What the machine allows.
    fn doctor(&self) -> (Health, Vec<Finding>);

    /// Serves the book and says where this page of it is.
    ///
    /// # Errors
    /// The book cannot be built or served.
    fn book(&self, page: &str, language: Language) -> Result<Vec<String>, Fault>;

    /// How many containers run in the labs whose engines are alive; no engine
    /// is started for it.
    fn running(&self) -> BTreeMap<String, usize>;
}
