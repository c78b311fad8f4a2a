//! `spec`: a specification to start from.

use super::failure::Failure;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Writes `config.json` into the bundle, which must not have one.
///
/// # Errors
/// In runc's words where there is one.
pub fn write(bundle: Option<&Path>, rootless: bool) -> Result<(), Failure> {
    let path = bundle.unwrap_or(Path::new(".")).join("config.json");
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Failure::new("File config.json exists. Remove it first")
            }
            _ => Failure::io("create", &path, &error),
        })?;
    let text = serde_json::to_string_pretty(&specification(rootless))
        .map_err(|error| Failure::new(error.to_string()))?;
    file.write_all(text.as_bytes())
        .map_err(|error| Failure::io("write", &path, &error))
}

/// What Docker gives a container, with a shell on a terminal.
fn specification(rootless: bool) -> Value {
    let capabilities: Vec<String> = ["AUDIT_WRITE", "KILL", "NET_BIND_SERVICE"]
        .map(|name| format!("CAP_{name}"))
        .to_vec();
    let mut kinds = vec!["pid", "network", "ipc", "uts", "mount", "cgroup"];
    let mut linux = json!({
        "maskedPaths": [
            "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
            "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
            "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
        ],
        "readonlyPaths":
            ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    });
    if rootless {
        kinds.push("user");
        let map = |host: u32| json!([{ "containerID": 0, "hostID": host, "size": 1 }]);
        linux["uidMappings"] = map(nix::unistd::geteuid().as_raw());
        linux["gidMappings"] = map(nix::unistd::getegid().as_raw());
    }
    linux["namespaces"] = kinds
        .into_iter()
        .map(|kind| json!({ "type": kind }))
        .collect();
    json!({
        "ociVersion": "1.2.0",
        "process": {
            "terminal": true,
            "user": { "uid": 0, "gid": 0 },
            "args": ["sh"],
            "env": [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "TERM=xterm",
            ],
            "cwd": "/",
            "capabilities": {
                "bounding": capabilities,
                "effective": capabilities,
                "permitted": capabilities,
            },
            "rlimits": [{ "type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024 }],
            "noNewPrivileges": true,
        },
        "root": { "path": "rootfs", "readonly": true },
        "hostname": "plimsoll",
        "mounts": mounts(rootless),
        "linux": linux,
    })
}

fn mounts(rootless: bool) -> Vec<Value> {
    let mount = |destination: &str, kind: &str, options: &[&str]| json!({ "destination": destination, "type": kind, "source": kind, "options": options });
    let mut pts = vec![
        "nosuid",
        "noexec",
        "newinstance",
        "ptmxmode=0666",
        "mode=0620",
    ];
    if !rootless {
        pts.push("gid=5");
    }
    let closed = ["nosuid", "noexec", "nodev"];
    let read_only = ["nosuid", "noexec", "nodev", "ro"];
    vec![
        mount("/proc", "proc", &closed),
        mount(
            "/dev",
            "tmpfs",
            &["nosuid", "strictatime", "mode=755", "size=65536k"],
        ),
        mount("/dev/pts", "devpts", &pts),
        mount(
            "/dev/shm",
            "tmpfs",
            &["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
        ),
        mount("/dev/mqueue", "mqueue", &closed),
        mount("/sys", "sysfs", &read_only),
        mount("/sys/fs/cgroup", "cgroup", &read_only),
    ]
}
