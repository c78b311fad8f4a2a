//! From a prepared process to the user's program.

use crate::beneath::{self, Missing};
use crate::fault::{CommandFault, CommandProblem, Fault, errno_words};
use crate::sys;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{AccessFlags, eaccess, fchdir};
use std::ffi::{CStr, CString};
use std::os::fd::BorrowedFd;
use std::path::Path;

/// A command that was found.
pub(super) struct Command {
    path: CString,
}

/// Makes the working directory and what leads to it.
pub(super) fn make_directory(root: BorrowedFd<'_>, path: &Path) -> Result<(), Fault> {
    beneath::locate_or_make(root, path, Missing::Directory)
        .map(drop)
        .map_err(|errno| directory_fault(path, errno))
}

/// Goes to the working directory, which lies beneath the root whatever links
/// say: a descriptor left open cannot be named (CVE-2024-21626).
pub(super) fn enter_directory(root: BorrowedFd<'_>, path: &Path) -> Result<(), Fault> {
    let fault = |errno| directory_fault(path, errno);
    let directory = beneath::open(root, path, OFlag::O_PATH | OFlag::O_DIRECTORY).map_err(fault)?;
    fchdir(&directory).map_err(fault)?;
    // The kernel says "(unreachable)" for a directory outside the root.
    match nix::unistd::getcwd() {
        Ok(path) if path.is_absolute() => Ok(()),
        _ => Err(fault(Errno::ENOENT)),
    }
}

fn directory_fault(path: &Path, errno: Errno) -> Fault {
    Fault::WorkingDirectory {
        cwd: path.display().to_string(),
        reason: errno_words(errno as i32),
    }
}

/// Looks a command up along the PATH of `env`, as a shell would.
pub(super) fn find(args: &[String], env: &[String]) -> Result<Command, Fault> {
    let command = args.first().map_or("", String::as_str);
    let fault = |problem| {
        Fault::from(CommandFault {
            command: command.to_owned(),
            problem,
        })
    };
    if command.contains('/') {
        return match look(command) {
            Ok(path) => Ok(Command { path }),
            Err(Errno::ENOENT | Errno::ENOTDIR) => {
                Err(fault(CommandProblem::NoSuchFile(command.to_owned())))
            }
            Err(errno) => Err(fault(CommandProblem::from_execve(errno))),
        };
    }
    let path = env
        .iter()
        .rev()
        .find_map(|pair| pair.strip_prefix("PATH="))
        .unwrap_or("");
    let absolute = path
        .split(':')
        .filter(|directory| directory.starts_with('/'));
    absolute
        .filter(|_| !command.is_empty())
        .find_map(|directory| look(&format!("{directory}/{command}")).ok())
        .map(|path| Command { path })
        .ok_or_else(|| fault(CommandProblem::NotInPath))
}

/// The path, if it is an executable file.
fn look(path: &str) -> nix::Result<CString> {
    let status = nix::sys::stat::stat(path)?;
    if status.st_mode & nix::libc::S_IFMT == nix::libc::S_IFDIR {
        return Err(Errno::EISDIR);
    }
    eaccess(path, AccessFlags::X_OK)?;
    CString::new(path).map_err(|_| Errno::EINVAL)
}

/// Becomes the program. Returns only if that failed.
pub(super) fn execute(command: &Command, args: &[String], env: &[String], home: &str) -> Fault {
    let args: Vec<CString> = args.iter().filter_map(|arg| c_string(arg)).collect();
    let env: Vec<CString> = environment(env, home)
        .iter()
        .filter_map(|pair| c_string(pair))
        .collect();
    let args_list: Vec<&CStr> = args.iter().map(CString::as_c_str).collect();
    let env_list: Vec<&CStr> = env.iter().map(CString::as_c_str).collect();
    sys::reset_signals();
    // All descriptors are close-on-exec already; this is for those that the
    // caller was started with.
    if let Err(errno) = sys::close_from(3, true) {
        return Fault::system("close descriptors", errno);
    }
    let errno = sys::execve(&command.path, &args_list, &env_list);
    let command = args
        .first()
        .map_or_else(String::new, |arg| arg.to_string_lossy().into_owned());
    CommandFault {
        command,
        problem: CommandProblem::from_execve(errno),
    }
    .into()
}

fn c_string(text: &str) -> Option<CString> {
    // NUL bytes were refused when the request was made.
    CString::new(text).ok()
}

/// The environment with the last of each name, and `HOME`.
fn environment(env: &[String], home: &str) -> Vec<String> {
    let name = |pair: &str| pair.split('=').next().unwrap_or("").to_owned();
    let mut result: Vec<String> = Vec::with_capacity(env.len() + 1);
    for pair in env {
        match result.iter_mut().find(|known| name(known) == name(pair)) {
            Some(known) => known.clone_from(pair),
            None => result.push(pair.clone()),
        }
    }
    if !result.iter().any(|pair| pair.starts_with("HOME=")) {
        result.push(format!("HOME={home}"));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_name_counts_and_home_is_added() {
        let env = ["A=1", "B=2", "A=3"].map(str::to_owned);
        assert_eq!(environment(&env, "/root"), ["A=3", "B=2", "HOME=/root"]);
        let env = ["HOME=/x"].map(str::to_owned);
        assert_eq!(environment(&env, "/root"), ["HOME=/x"]);
    }

    #[test]
    fn what_is_wrong_with_a_command_is_said_as_docker_says_it() {
        let find = |command: &str| {
            let args = [command.to_owned()];
            let env = ["PATH=/usr/bin:/bin".to_owned()];
            find(&args, &env)
                .map(|command| command.path)
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(
            find("nosuch"),
            Err("exec: \"nosuch\": executable file not found in $PATH".to_owned())
        );
        assert_eq!(
            find("/nosuch"),
            Err("exec: \"/nosuch\": stat /nosuch: no such file or directory".to_owned())
        );
        assert_eq!(
            find("/etc"),
            Err("exec: \"/etc\": is a directory".to_owned())
        );
        assert_eq!(
            find("/etc/passwd"),
            Err("exec: \"/etc/passwd\": permission denied".to_owned())
        );
        assert_eq!(
            find(""),
            Err("exec: \"\": executable file not found in $PATH".to_owned())
        );
        assert!(find("sh").is_ok());
    }
}
