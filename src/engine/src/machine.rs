//! Facts about the machine, read where the kernel and the system keep them.
//!
//! Limits: read when asked, never remembered; what cannot be read is empty or
//! zero, because these facts are shown and nothing depends on them.

use std::fs;

/// What `/version` and `/info` tell of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// `6.1.0-18-amd64`.
    pub kernel: String,
    /// `x86_64`.
    pub architecture: String,
    /// `PRETTY_NAME` of os-release(5).
    pub system: String,
    /// `VERSION_ID` of os-release(5).
    pub system_version: String,
    /// The lab's host name.
    pub host_name: String,
    /// Processors that may be used.
    pub processors: i64,
    /// Bytes of memory.
    pub memory: i64,
    /// The machine's boot, a random number.
    pub boot: String,
}

impl Machine {
    /// Reads everything.
    #[must_use]
    pub fn read() -> Self {
        let release = fs::read_to_string("/etc/os-release")
            .or_else(|_| fs::read_to_string("/usr/lib/os-release"))
            .unwrap_or_default();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            kernel: proc_line("/proc/sys/kernel/osrelease"),
            architecture: std::env::consts::ARCH.to_owned(),
            system: os_release(&release, "PRETTY_NAME").unwrap_or_else(|| "Linux".to_owned()),
            system_version: os_release(&release, "VERSION_ID").unwrap_or_default(),
            host_name: proc_line("/proc/sys/kernel/hostname"),
            processors: i64::try_from(processors).unwrap_or(1),
            memory: memory(&fs::read_to_string("/proc/meminfo").unwrap_or_default()),
            boot: boot_id(),
        }
    }
}

/// The random number of the machine's boot.
#[must_use]
pub fn boot_id() -> String {
    proc_line("/proc/sys/kernel/random/boot_id")
}

fn proc_line(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.trim_end().to_owned()
}

/// A value of os-release(5), without its quotes.
fn os_release(text: &str, name: &str) -> Option<String> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    let value = line.trim().trim_matches(|c| c == '"' || c == '\'');
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

/// `MemTotal` of proc_meminfo(5) in bytes.
fn memory(text: &str) -> i64 {
    text.lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"))
        .and_then(|kib| kib.parse::<i64>().ok())
        .map_or(0, |kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read() {
        let release =
            "NAME='Debian'\nPRETTY_NAME=\"Debian GNU/Linux 12\"\nEMPTY=\nVERSION_ID=\"12\"\n";
        assert_eq!(
            os_release(release, "PRETTY_NAME").as_deref(),
            Some("Debian GNU/Linux 12")
        );
        assert_eq!(os_release(release, "NAME").as_deref(), Some("Debian"));
        assert_eq!(os_release(release, "EMPTY"), None);
        assert_eq!(os_release(release, "VERSION"), None);
        assert_eq!(
            memory("MemFree: 1 kB\nMemTotal:       2048 kB\n"),
            2_097_152
        );
        assert_eq!(memory("nonsense"), 0);
    }

    #[test]
    fn this_machine_has_what_every_machine_has() {
        let machine = Machine::read();
        assert!(machine.processors > 0 && machine.memory > 0);
        assert!(!machine.kernel.is_empty() && machine.boot.len() == 36);
    }
}
