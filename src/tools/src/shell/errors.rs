//! What the shell says when something fails, in bash's words, and which image
//! has a package manager for who asks for one.

use brush_core::{ErrorKind, extensions::ErrorFormatter};

#[derive(Clone, Default)]
pub struct Wording;

/// Commands of other distributions that courses name, and what they need.
const PACKAGE_MANAGERS: &[&str] = &["apt", "apt-get", "apt-cache", "aptitude", "dpkg", "apt-key"];
/// What people look for in a container, and where it is instead.
const INSTEAD: &[(&[&str], &str)] = &[
    (
        &["docker", "docker-compose", "plimsoll"],
        "this is the shell of a container. `exit` leaves it; `docker` is in the lab's shell.",
    ),
    (
        &["su", "sudo", "doas"],
        "`docker exec -u USER CONTAINER COMMAND`, in the lab's shell, chooses the user.",
    ),
    (
        &["systemctl", "service", "journalctl"],
        "a container runs one program and no service manager: `docker restart` restarts it,\n\
         hint: `docker logs` shows what it prints.",
    ),
    (
        &["mount", "umount"],
        "a container may not mount: `docker run -v SOURCE:TARGET` does it for it.",
    ),
    (
        &["top", "htop"],
        "`ps` lists the processes; `docker top` and `docker stats` show them from outside.",
    ),
    (&["nano", "vim", "emacs"], "`vi` is here."),
    (&["wget"], "`curl -O URL` is here."),
    (
        &["ifconfig", "netstat", "ss", "route"],
        "`ip addr` and `ip route` are here.",
    ),
    (
        &["reboot", "shutdown", "poweroff"],
        "`exit` leaves; `docker stop` ends the container.",
    ),
];
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
        let instead = INSTEAD.iter().find(|(names, _)| names.contains(&command));
        instead.map_or_else(String::new, |(_, words)| format!("hint: {words}\n"))
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
