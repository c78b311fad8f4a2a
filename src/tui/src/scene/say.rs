//! What a scene holds, in words: a container's state, a port, a path.

use jiff::Timestamp;
use plimsoll_api::ContainerStatus as Status;
use plimsoll_text::Language;

use super::{Container, amount};
use crate::words;

impl Container {
    /// What it does now.
    #[must_use]
    pub fn state_words(&self, language: Language, now: Timestamp) -> String {
        let code = self.exit_code;
        let age = |then| amount::age(language, then, now);
        let told = match (self.state, self.started_at, self.finished_at) {
            (Status::Running, Some(start), _) => words::state_running(language, age(start)),
            (Status::Running, None, _) => words::state_running_unknown(language),
            (Status::Paused, ..) => words::state_paused(language),
            (Status::Created, ..) => words::state_created(language),
            (Status::Exited, _, Some(end)) => words::state_ended(language, age(end), code),
            (Status::Exited, _, None) => words::state_ended_unknown(language, code),
            (Status::Restarting, ..) => words::state_restarting(language, code),
            (Status::Removing, ..) => words::state_removing(language),
            (Status::Dead, ..) => words::state_dead(language),
            (Status::Unknown, ..) => words::state_unknown(language),
        };
        match self.health.filter(|_| self.is_up()) {
            Some(health) => format!("{told}, {}", health.words(language)),
            None => told,
        }
    }
}

/// `:80`, `:53/udp`.
pub fn port_number(number: u16, protocol: &str) -> String {
    match protocol {
        "tcp" | "" => format!(":{number}"),
        _ => format!(":{number}/{protocol}"),
    }
}

/// As a browser is told.
pub fn localhost(address: &str) -> String {
    match address.strip_prefix("127.0.0.1:") {
        Some(port) => format!("localhost:{port}"),
        None => address.to_owned(),
    }
}

/// A path as the learner types it in their folder of the lab.
pub fn beneath(path: &str, folder: Option<&str>) -> String {
    let within = folder.and_then(|folder| path.strip_prefix(folder.trim_end_matches('/')));
    match within {
        Some("") => ".".to_owned(),
        Some(rest) if rest.starts_with('/') => format!(".{rest}"),
        _ => path.to_owned(),
    }
}

/// A name; of one that nobody gave (64 hexadecimal digits) the beginning.
pub fn volume_name(name: &str) -> String {
    let is_anonymous = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_anonymous {
        true => name.chars().take(12).collect(),
        false => name.to_owned(),
    }
}
