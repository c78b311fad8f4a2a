//! `features`: what this runtime can do, in the form of the runtime
//! specification's features.md.

use super::failure::Failure;
use super::list::print_json;
use plimsoll_runtime::{CapabilitySet, Namespace};
use serde_json::json;

/// Prints the document.
///
/// # Errors
/// None in practice.
pub fn print() -> Result<(), Failure> {
    let capabilities: Vec<String> = CapabilitySet::ALL
        .iter()
        .map(|one| format!("CAP_{}", one.name()))
        .collect();
    let namespaces: Vec<&str> = Namespace::ALL
        .iter()
        .map(|kind| match kind {
            Namespace::Mount => "mount",
            Namespace::Network => "network",
            other => other.file_name(),
        })
        .collect();
    print_json(&json!({
        "ociVersionMin": "1.0.0",
        "ociVersionMax": "1.2.1",
        "hooks": [
            "prestart", "createRuntime", "createContainer", "startContainer", "poststart",
            "poststop",
        ],
        "mountOptions": [
            "async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec",
            "lazytime", "loud", "mand", "noatime", "nodev", "nodiratime", "noexec", "nolazytime",
            "nomand", "norelatime", "nosuid", "private", "rbind", "relatime", "ro", "rprivate",
            "rro", "rshared", "rslave", "runbindable", "rw", "shared", "silent", "slave",
            "strictatime", "suid", "sync", "unbindable",
        ],
        "linux": {
            "namespaces": namespaces,
            "capabilities": capabilities,
            "cgroup": { "v1": false, "v2": false, "systemd": false, "systemdUser": false },
            "seccomp": {
                "enabled": true,
                "actions": [
                    "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS",
                    "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
                ],
                "operators": [
                    "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT",
                    "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE",
                ],
                "archs": [if cfg!(target_arch = "x86_64") {
                    "SCMP_ARCH_X86_64"
                } else {
                    "SCMP_ARCH_AARCH64"
                }],
            },
            "apparmor": { "enabled": false },
            "selinux": { "enabled": false },
            "intelRdt": { "enabled": false },
            "mountExtensions": { "idmap": { "enabled": false } },
        },
        "annotations": { "org.plimsoll.version": env!("CARGO_PKG_VERSION") },
    }))
}
