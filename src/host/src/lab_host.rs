//! The lab's host: its `/proc`, its names, its network with `lo` alone.
//!
//! The real host's files stay where they are, so shell, engine and a client
//! outside mean the same thing by a path.

use std::io;
use std::path::Path;

use nix::sched::CloneFlags;
use plimsoll_runtime::net::Netlink;
use plimsoll_runtime::sys;
use rustix::mount::MountFlags;

use crate::id_map::Starter;
use crate::launch::LaunchError;
use crate::name::LabName;
use crate::paths::LabPaths;
use crate::words;

/// A fresh `/proc`, the lab's own `hosts` and `resolv.conf`, and its host name.
pub(crate) fn mounts(paths: &LabPaths) -> Result<(), LaunchError> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    rustix::mount::mount("proc", "/proc", "proc", flags, None)
        .map_err(|errno| LaunchError::step(words::step_mount_proc)(errno.into()))?;
    name(paths.lab())?;
    let hosts = hosts(paths.lab());
    for (name, text) in [("hosts", hosts.as_str()), ("resolv.conf", RESOLVER)] {
        let own = paths.etc().join(name);
        let shown = Path::new("/etc").join(name);
        std::fs::write(&own, text).map_err(LaunchError::step(words::step_write_hosts))?;
        match rustix::mount::mount_bind(&own, &shown) {
            // A machine without the file needs none of ours in its place.
            Ok(()) | Err(rustix::io::Errno::NOENT) => {}
            Err(errno) => {
                return Err(LaunchError::step(words::step_bind_hosts_over_etc)(
                    errno.into(),
                ));
            }
        }
    }
    Ok(())
}

/// The host name of the lab is its own.
pub(crate) fn name(lab: &LabName) -> Result<(), LaunchError> {
    rustix::system::sethostname(lab.as_str().as_bytes())
        .map_err(|errno| LaunchError::step(words::step_name_host)(errno.into()))
}

/// The lab host's `/etc/hosts`.
pub(crate) fn hosts(lab: &LabName) -> String {
    format!("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t{lab}\n")
}

/// The lab host's `/etc/resolv.conf`.
pub(crate) const RESOLVER: &str =
    "# The lab has no way out: names are known to containers of one network only.\n";

/// A network namespace of the lab's own, with `lo` up and every port free to all.
pub(crate) fn network(starter: Starter) -> Result<(), LaunchError> {
    nix::sched::unshare(CloneFlags::CLONE_NEWNET)
        .map_err(|errno| LaunchError::step(words::step_make_network)(errno.into()))?;
    Netlink::open()
        .and_then(|netlink| netlink.loopback_up())
        .map_err(|errno| LaunchError::step(words::step_bring_loopback_up)(errno.into()))?;
    // The learner has no capability in the lab, and needs none to serve on
    // port 80 or to ping. A kernel that lacks a switch has nothing to be told.
    let _ = std::fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
    let group = starter.gid;
    let _ = std::fs::write(
        "/proc/sys/net/ipv4/ping_group_range",
        format!("{group} {group}"),
    );
    Ok(())
}

/// Standard output becomes the log, standard input nothing: the client's pipe
/// lives on in the ready signal alone.
pub(crate) fn leave_client_streams() -> Result<(), LaunchError> {
    sys::duplicate_to(io::stderr(), 1)
        .map_err(|errno| LaunchError::step(words::step_turn_to_log)(errno.into()))
}
