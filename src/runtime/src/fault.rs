//! What went wrong while a plan was carried out, in a form that travels from
//! the container's init to the engine.

use crate::request::UserFault;
use nix::errno::Errno;
use serde::{Deserialize, Serialize};

/// Why a container, or a process in one, did not come to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// The command cannot be run.
    #[error("{0}")]
    Command(#[from] CommandFault),
    /// The user or group is not to be had.
    #[error("{0}")]
    User(#[from] UserFault),
    /// A mount could not be made. In runc's words.
    #[error("error mounting {source_name:?} to rootfs at {destination:?}: {reason}")]
    Mount {
        /// What was to be mounted.
        source_name: String,
        /// Where.
        destination: String,
        /// Why not.
        reason: String,
    },
    /// A bind source is not there.
    #[error("bind source path does not exist: {0}")]
    NoSource(String),
    /// What is wanted of a volume is not there, or leads out of it.
    #[error("cannot mount the volume's subpath {0:?}: {1}")]
    Subpath(String, String),
    /// The working directory leads out of the container (CVE-2024-21626) or is
    /// not there.
    #[error("chdir to cwd ({cwd:?}) set in config.json failed: {reason}")]
    WorkingDirectory {
        /// As asked for.
        cwd: String,
        /// Why not.
        reason: String,
    },
    /// The system call filter cannot be built.
    #[error("seccomp: {0}")]
    Seccomp(String),
    /// A hook failed.
    #[error("error running {0}")]
    Hook(String),
    /// The process ended before it said how it went.
    #[error("the container's first process ended during {0}")]
    Died(String),
    /// A system call failed.
    #[error("{action}: {}", errno_words(*.errno))]
    System {
        /// What was being done, in plain words.
        action: String,
        /// errno(3).
        errno: i32,
    },
}

/// Why a command cannot be run. The texts are those of Docker and runc.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("exec: {command:?}: {problem}")]
pub struct CommandFault {
    /// The command as it was given.
    pub command: String,
    /// What is the matter with it.
    pub problem: CommandProblem,
}

/// What is the matter with a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CommandProblem {
    /// Not found along PATH.
    #[error("executable file not found in $PATH")]
    NotInPath,
    /// Given with a slash, and not there.
    #[error("stat {0}: no such file or directory")]
    NoSuchFile(String),
    /// There, but its interpreter is not.
    #[error("no such file or directory")]
    NoInterpreter,
    /// No permission to execute it.
    #[error("permission denied")]
    PermissionDenied,
    /// It is a directory.
    #[error("is a directory")]
    IsDirectory,
    /// It is no program for this machine.
    #[error("exec format error")]
    Format,
    /// Something else that execve(2) says.
    #[error("{}", errno_words(*.0))]
    Other(i32),
}

impl CommandProblem {
    /// From what execve(2) says about a file that was found.
    pub fn from_execve(errno: Errno) -> Self {
        match errno {
            Errno::ENOENT => Self::NoInterpreter,
            Errno::EACCES => Self::PermissionDenied,
            Errno::EISDIR => Self::IsDirectory,
            Errno::ENOEXEC => Self::Format,
            other => Self::Other(other as i32),
        }
    }
}

impl Fault {
    /// A failed system call.
    pub fn system(action: impl Into<String>, errno: Errno) -> Self {
        Self::System {
            action: action.into(),
            errno: errno as i32,
        }
    }

    /// The exit code that `docker run` ends with: 127 for a command that is
    /// not there, 126 for one that cannot be executed, 125 for the rest.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Command(fault) => match fault.problem {
                CommandProblem::NotInPath
                | CommandProblem::NoSuchFile(_)
                | CommandProblem::NoInterpreter => 127,
                _ => 126,
            },
            Self::WorkingDirectory { .. } => 126,
            _ => 125,
        }
    }

    /// The sentence that Docker's daemon sends for it.
    pub fn docker_message(&self) -> String {
        match self {
            // Docker looks users up by itself, before it calls the runtime.
            Self::User(fault) => fault.to_string(),
            Self::NoSource(_) => format!("invalid mount config for type \"bind\": {self}"),
            Self::Subpath(..) => format!("invalid mount config for type \"volume\": {self}"),
            Self::Command(_) | Self::WorkingDirectory { .. } | Self::Died(_) => format!(
                "failed to create task for container: failed to create shim task: OCI runtime \
                 create failed: runc create failed: unable to start container process: {self}: \
                 unknown"
            ),
            _ => format!(
                "failed to create task for container: failed to create shim task: OCI runtime \
                 create failed: runc create failed: unable to start container process: error \
                 during container init: {self}: unknown{}",
                self.docker_hint()
            ),
        }
    }

    /// What Docker's daemon adds to what the runtime said.
    fn docker_hint(&self) -> &'static str {
        match self {
            Self::Mount { reason, .. } if *reason == errno_words(Errno::ENOTDIR as i32) => {
                ": Are you trying to mount a directory onto a file (or vice-versa)? Check if \
                 the specified host path exists and is the expected type"
            }
            _ => "",
        }
    }

    /// The sentence that Docker's daemon sends when `exec` fails so.
    pub fn docker_exec_message(&self) -> String {
        match self {
            Self::User(fault) => fault.to_string(),
            _ => format!(
                "OCI runtime exec failed: exec failed: unable to start container process: \
                 {self}: unknown"
            ),
        }
    }
}

/// errno(3) in the words of strerror(3) as Go prints them: lower case.
#[must_use]
pub fn errno_words(errno: i32) -> String {
    let text = match Errno::from_raw(errno) {
        // What the number means to a kernel, and not to a mathematician.
        Errno::ERANGE => "Numerical result out of range",
        errno => errno.desc(),
    };
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        // Keep words such as "RPC" as they are.
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// Adds what was being done to a failed system call.
pub(crate) trait During<T> {
    /// `action` in plain words, without an article: `mount proc`.
    fn during(self, action: impl FnOnce() -> String) -> Result<T, Fault>;
}

impl<T> During<T> for nix::Result<T> {
    fn during(self, action: impl FnOnce() -> String) -> Result<T, Fault> {
        self.map_err(|errno| Fault::system(action(), errno))
    }
}

impl<T> During<T> for std::io::Result<T> {
    fn during(self, action: impl FnOnce() -> String) -> Result<T, Fault> {
        self.map_err(|error| {
            let errno = error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
            Fault::system(action(), errno)
        })
    }
}
