//! What the shell says when something fails, in bash's words, and which image
//! has a package manager for who asks for one.

use brush_core::{ErrorKind, extensions::ErrorFormatter};

#[derive(Clone, Default)]
pub struct Wording;

/// Commands of other distributions that courses name, and what they need.
const PACKAGE_MANAGERS: &[&str] = &["apt", "apt-get", "apt-cache", "aptitude", "dpkg", "apt-key"];
const OTHER_MANAGERS: &[&str] = &["apk", "dnf", "yum", "microdnf", "pacman", "zypper", "rpm"];

impl ErrorFormatter for Wording {
    fn format_error(
        &self,
        error: &brush_core::Error,
        shell: &brush_core::Shell<impl brush_core::ShellExtensions>,
    ) -> String {
        let name = shell.current_shell_name().unwrap_or_default();
        match error.kind() {
            ErrorKind::CommandNotFound(command) => not_found(&name, command),
            ErrorKind::FailedToExecuteCommand(command, cause) => {
                format!("{name}: {command}: {}\n", reason(cause))
            }
            ErrorKind::ExpandingUnsetVariable(text) => {
                let variable = text.trim_start_matches("${").trim_end_matches('}');
                format!("{name}: {variable}: unbound variable\n")
            }
            _ => format!("{name}: {error:#}\n"),
        }
    }
}

fn not_found(shell: &str, command: &str) -> String {
    if command.contains('/') {
        return format!("{shell}: {command}: No such file or directory\n");
    }
    let hint = if PACKAGE_MANAGERS.contains(&command) {
        format!(
            "hint: this image is made of Plimsoll's own tools and has no packages. `{command}`\n\
             hint: belongs to a Debian base, which this version of Plimsoll does not carry.\n"
        )
    } else if OTHER_MANAGERS.contains(&command) {
        format!(
            "hint: `{command}` belongs to another distribution. This image is made of\n\
             hint: Plimsoll's own tools and has no packages.\n"
        )
    } else {
        String::new()
    };
    format!("{shell}: {command}: command not found\n{hint}")
}

/// The system's words for an error, without Rust's number behind them.
pub fn reason(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => nix::errno::Errno::from_raw(number).desc().to_owned(),
        None => error.to_string(),
    }
}
