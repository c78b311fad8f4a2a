//! How a command ends when it does not end well: a text for stderr and an exit
//! code, in Docker's scheme (1, 125, 126, 127, and the container's own).

use std::io;

use plimsoll_api::ClientError;

/// Docker's code for "the command itself is at fault".
pub const CODE_USAGE: u8 = 125;
/// The container's command is there and cannot be executed.
pub const CODE_NOT_EXECUTABLE: u8 = 126;
/// The container's command is not there.
pub const CODE_NOT_FOUND: u8 = 127;
/// What a shell reports for a process that SIGHUP ended.
pub const CODE_HUNG_UP: u8 = 129;
/// What a shell reports for a process that wrote to a closed pipe.
const CODE_BROKEN_PIPE: u8 = 141;

/// The end of a command that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Printed as it is, with a line end; nothing is printed where it is empty.
    pub message: String,
    pub code: u8,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    pub fn with_code(message: impl Into<String>, code: u8) -> Self {
        Self {
            message: message.into(),
            code,
        }
    }

    /// Says it in one write: what several clients say at once, as when their engine
    /// dies, must stay readable.
    pub fn tell(&self, to: &mut impl io::Write) {
        // Nobody can be told of a closed stream.
        let _ = to.write_all(format!("{self}\n").as_bytes());
    }

    /// Ends with a code, and says nothing: the text is out already.
    pub fn silent(code: u8) -> Self {
        Self::with_code("", code)
    }

    /// What we do not have yet: one sentence, and 1.
    pub fn not_yet(what: &str) -> Self {
        Self::new(format!("docker: Plimsoll does not have `{what}` yet."))
    }

    /// The form of errors of `run` and `create`, with the way to their help.
    pub fn of_command(message: &str, name: &str, code: u8) -> Self {
        Self::with_code(
            format!("docker: {message}\n\nRun 'docker {name} --help' for more information"),
            code,
        )
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::new(describe(&error))
    }
}

impl From<Invalid> for Failure {
    fn from(error: Invalid) -> Self {
        Self::new(error.0)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::silent(CODE_BROKEN_PIPE)
        } else {
            Self::new(describe_io(&error))
        }
    }
}

/// The text of an error of the engine, with the next step where the engine is
/// not there.
pub fn describe(error: &ClientError) -> String {
    match error {
        ClientError::Unreachable { .. } => {
            format!("{error}\nhint: `plimsoll shell LAB` starts a lab with its engine")
        }
        _ => error.to_string(),
    }
}

/// An operating system's error in its usual words, without the number that
/// Rust adds.
pub fn describe_io(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => {
            let text = nix::errno::Errno::from_raw(number).desc().to_owned();
            lower_first(&text)
        }
        None => error.to_string(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// A value that an option does not take, in Docker's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes each write as a whole.
    #[derive(Default)]
    struct Writes(Vec<String>);

    impl io::Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_message_is_one_write() {
        let mut writes = Writes::default();
        Failure::of_command("no such thing", "run", 125).tell(&mut writes);
        assert_eq!(
            writes.0,
            ["docker: no such thing\n\nRun 'docker run --help' for more information\n"]
        );
    }
}
