//! What goes wrong, and how it is told: as runc does, on the standard error or
//! in a log file that the caller reads.

use super::options::{Global, LogFormat};
use plimsoll_runtime::zygote::CreateError;
use plimsoll_runtime::{Fault, RequestError};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// A command that failed.
#[derive(Debug)]
pub struct Failure {
    /// One sentence.
    pub message: String,
    /// Exit code: 1 as runc has it, or that of a command that cannot be run.
    pub code: u8,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    /// An input or output error with what was being done.
    pub fn io(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("{action} {}: {error}", path.display()))
    }

    /// Writes the message where the caller looks for it.
    pub fn report(&self, global: &Global) {
        let line = match global.log_format {
            LogFormat::Text => format!("level=error msg={:?}\n", self.message),
            LogFormat::Json => {
                let entry = serde_json::json!({ "level": "error", "msg": self.message });
                format!("{entry}\n")
            }
        };
        let logged = global.log.as_ref().is_some_and(|path| {
            let file = OpenOptions::new().create(true).append(true).open(path);
            file.and_then(|mut file| file.write_all(line.as_bytes()))
                .is_ok()
        });
        // As runc: also for the person who typed it.
        if !logged || global.log_format == LogFormat::Text {
            eprintln!("plimsoll oci: {}", self.message);
        } else {
            eprint!("{}", self.message.clone() + "\n");
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let of_process = match &error {
            CreateError::Stopped(stopped) => matches!(
                stopped.fault,
                Fault::Command(_) | Fault::WorkingDirectory { .. }
            ),
            CreateError::Zygote(_) => false,
        };
        Self::new(if of_process {
            format!("unable to start container process: {error}")
        } else {
            format!("unable to start container: {error}")
        })
    }
}
