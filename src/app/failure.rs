//! What a person is told when a `plimsoll` command cannot do its work.
//!
//! Typed errors of the crates become this once, at the edge: a message that
//! names the object and what was wrong, its causes, and the next action.

use std::error::Error;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use plimsoll_api::error::ClientError;
use plimsoll_text::{Language, spoken, system_error};

use crate::output::for_terminal;
use crate::words;

/// Who can mend it; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line, or a file that the caller gave.
    Usage,
    /// The engine, or the machine.
    Environment,
}

/// An error in words for people.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl Failure {
    /// A failure with a message and no causes.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// From an error and the errors beneath it. A cause that its error has
    /// quoted already is not said twice.
    pub fn from_error(kind: Kind, error: &(dyn Error + 'static)) -> Self {
        let mut failure = Self::new(kind, in_words(error));
        let mut said = failure.message.clone();
        let mut next = error.source();
        while let Some(cause) = next {
            let text = in_words(cause);
            if !said.contains(&text) {
                failure.causes.push(text.clone());
                said = text;
            }
            next = cause.source();
        }
        failure
    }

    /// Adds the next action.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hints.extend(hint.into());
        self
    }

    /// Who can mend it.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The message with its causes, and the hints, each by itself.
    pub fn into_words(self) -> (String, Vec<String>) {
        let message = std::iter::once(self.message).chain(self.causes);
        (message.collect::<Vec<_>>().join(": "), self.hints)
    }

    /// 2 for usage, 3 for engine and environment.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Usage => 2,
            Kind::Environment => 3,
        })
    }

    /// All of it, as a terminal shows it.
    pub fn told(&self, language: Language) -> String {
        let mut told = format!("plimsoll: {}\n", self.message);
        for cause in &self.causes {
            let cause = words::failure_cause(language, cause.as_str());
            told += &format!("  {cause}\n");
        }
        for hint in &self.hints {
            told += &words::failure_hint(language, hint.as_str());
            told += "\n";
        }
        told
    }

    /// Prints it to standard error.
    pub fn show(&self) -> ExitCode {
        // In one write: what several processes say at once must stay readable.
        let said = self.to_string();
        let said = match std::io::stderr().is_terminal() {
            true => for_terminal(&said),
            false => said.as_str().into(),
        };
        let _ = std::io::stderr().write_all(said.as_bytes());
        self.exit_code()
    }
}

/// The system's error, in the language that is spoken.
pub fn system(error: &std::io::Error) -> String {
    system_error(spoken(), error)
}

/// The system's own words are English, whatever the process speaks, and so are
/// those of the engine's client, which are Docker's.
fn in_words(error: &(dyn Error + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<std::io::Error>() {
        return system(error);
    }
    match error.downcast_ref::<ClientError>() {
        Some(error) => of_the_client(error, spoken()),
        None => error.to_string(),
    }
}

/// What an engine says itself stays as it is.
fn of_the_client(error: &ClientError, language: Language) -> String {
    match error {
        ClientError::Api(refused) => words::engine_refused(language, refused.message.as_str()),
        ClientError::Unreachable { endpoint, .. } => {
            words::engine_unreachable(language, endpoint.as_str())
        }
        ClientError::Denied { endpoint, .. } => words::engine_denied(language, endpoint.as_str()),
        ClientError::Endpoint(address) | ClientError::Address(address) => {
            words::engine_address(language, address.as_str())
        }
        ClientError::Transport { request, .. } => {
            words::engine_broke_off(language, request.as_str())
        }
        ClientError::Reply { request, reason } => {
            words::engine_nonsense(language, reason.as_str(), request.as_str())
        }
        ClientError::Named(_) => error.to_string(),
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.told(spoken()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot lock the lab: denied")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("denied")]
    struct Inner(#[source] std::io::Error);

    #[test]
    fn a_client_s_errors_are_said_in_both_languages() {
        let endpoint = || "unix:///run/one.sock".to_owned();
        let source = || std::io::Error::from_raw_os_error(111);
        let all = [
            ClientError::Api(plimsoll_api::error::ApiError {
                status: 409,
                message: "the lab is ending".to_owned(),
            }),
            ClientError::Unreachable {
                endpoint: endpoint(),
                source: source(),
            },
            ClientError::Denied {
                endpoint: endpoint(),
                request: "Get".to_owned(),
                source: source(),
            },
            ClientError::Endpoint("x".to_owned()),
            ClientError::Transport {
                request: "GET /info".to_owned(),
                source: source(),
            },
            ClientError::Reply {
                request: "GET /info".to_owned(),
                reason: "EOF".to_owned(),
            },
        ];
        let told: Vec<String> = Language::ALL
            .iter()
            .flat_map(|language| all.iter().map(|error| of_the_client(error, *language)))
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn a_cause_is_said_once() {
        let error = Outer(Inner(std::io::Error::other("the disk is read-only")));
        let failure = Failure::from_error(Kind::Environment, &error)
            .hint("plimsoll doctor".to_owned())
            .hint(None);
        assert_eq!(
            failure.to_string(),
            "plimsoll: cannot lock the lab: denied\n  \
             because: the disk is read-only\n\
             hint: plimsoll doctor\n"
        );
    }
}
