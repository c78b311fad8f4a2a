//! Namespaces, maps, mounts, a network: made and thrown away.

use std::io;
use std::path::Path;

use nix::libc;
use plimsoll_runtime::net::Netlink;
use rustix::mount::{MountFlags, MountPropagationFlags};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

use super::in_words;
use crate::doctor::facts::{IdRanges, Mounts, Network, Restriction, UserNamespaces};
use crate::doctor::sandbox::{SandboxError, in_child};
use crate::id_map::IdMap;
use crate::search;

const USER: u64 = libc::CLONE_NEWUSER as u64;

/// A user namespace counts only if what it gives can be used: AppArmor grants
/// it and takes its capabilities away.
pub(super) fn user(single: &IdMap) -> UserNamespaces {
    let used = in_child(USER | libc::CLONE_NEWUTS as u64, single, || {
        rustix::system::sethostname(b"plimsoll")
            .err()
            .map(|errno| in_words(&errno.into()))
    });
    let said = match used {
        Ok(None) => return UserNamespaces::Work,
        Ok(Some(said)) => said,
        Err(error) => error.to_string(),
    };
    UserNamespaces::Denied {
        by: restriction(),
        said,
    }
}

fn restriction() -> Restriction {
    let switch = |name: &str| {
        let text = std::fs::read_to_string(Path::new("/proc/sys").join(name)).ok()?;
        text.trim().parse::<u64>().ok()
    };
    if switch("user/max_user_namespaces") == Some(0) {
        Restriction::Limit
    } else if switch("kernel/unprivileged_userns_clone") == Some(0) {
        Restriction::CloneSwitch
    } else if in_container() {
        Restriction::Container
    } else if switch("kernel/apparmor_restrict_unprivileged_userns") == Some(1) {
        Restriction::AppArmor
    } else {
        Restriction::Unknown
    }
}

/// Docker and Podman leave these marks.
pub(super) fn in_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"]
        .iter()
        .any(|mark| Path::new(mark).exists())
}

/// The whole map, written as a lab's would be.
pub(super) fn id_ranges(map: &IdMap) -> IdRanges {
    let IdMap::Mapped { uids, gids, .. } = map else {
        let helpers = ["newuidmap", "newgidmap"]
            .iter()
            .all(|name| search::on_path(name).is_some());
        return match helpers {
            true => IdRanges::NoRange {
                free: crate::users::free_start(),
            },
            false => IdRanges::NoHelper,
        };
    };
    match in_child(USER, map, || ()) {
        Ok(()) => IdRanges::Range {
            ids: uids.length.min(gids.length),
        },
        Err(error) => IdRanges::HelperFails {
            said: error.to_string(),
        },
    }
}

/// A tmpfs, and a `/proc` of a PID namespace's own.
pub(super) fn mounts(map: &IdMap) -> Mounts {
    let namespaces = USER | (libc::CLONE_NEWNS | libc::CLONE_NEWPID) as u64;
    let tried = in_child(namespaces, map, || -> Mounts {
        if let Err(error) = private_tmpfs() {
            return Mounts::NoMounts {
                said: in_words(&error),
            };
        }
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        match rustix::mount::mount("proc", "/proc", "proc", flags, None) {
            Ok(()) => Mounts::Work,
            Err(errno) => Mounts::NoProc {
                said: in_words(&errno.into()),
            },
        }
    });
    tried.unwrap_or_else(|error| Mounts::NoMounts {
        said: error.to_string(),
    })
}

fn private_tmpfs() -> io::Result<()> {
    let slave = MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", slave)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    Ok(rustix::mount::mount("tmpfs", "/tmp", "tmpfs", flags, None)?)
}

/// A bridge, a veth pair, and nf_tables in a network namespace.
pub(super) fn network(map: &IdMap) -> Network {
    let tried = in_child(USER | libc::CLONE_NEWNET as u64, map, || Network {
        bridge: bridge().err().map(|error| in_words(&error)),
        nf_tables: nf_tables().err().map(|error| in_words(&error)),
    });
    tried.unwrap_or_else(|error: SandboxError| Network {
        bridge: Some(error.to_string()),
        nf_tables: Some(error.to_string()),
    })
}

fn bridge() -> io::Result<()> {
    let netlink = Netlink::open()?;
    netlink.loopback_up()?;
    netlink.create_bridge("plimsoll0", None)?;
    let index = netlink.index("plimsoll0")?;
    Ok(netlink.set_up(index)?)
}

/// Asks nf_tables for its generation (NFT_MSG_GETGEN), which loads the module
/// where that is allowed and fails where there is none.
fn nf_tables() -> io::Result<()> {
    const SUBSYSTEM_AND_GETGEN: u16 = 10 << 8 | 16;
    const REQUEST: u16 = 1;
    let netfilter = rustix::net::netlink::NETFILTER;
    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        Some(netfilter),
    )?;
    let mut request = Vec::with_capacity(20);
    request.extend(20_u32.to_ne_bytes());
    request.extend(SUBSYSTEM_AND_GETGEN.to_ne_bytes());
    request.extend(REQUEST.to_ne_bytes());
    request.extend([0; 8]); // sequence number, port
    request.extend([0; 4]); // family, version, resource
    rustix::net::send(&socket, &request, SendFlags::empty())?;
    let mut reply = [0_u8; 512];
    let (length, _) = rustix::net::recv(&socket, &mut reply[..], RecvFlags::empty())?;
    const NLMSG_ERROR: u16 = 2;
    let kind = reply
        .get(4..6)
        .map(|bytes| u16::from_ne_bytes([bytes[0], bytes[1]]));
    if kind == Some(NLMSG_ERROR) && length >= 20 {
        let code = i32::from_ne_bytes([reply[16], reply[17], reply[18], reply[19]]);
        return Err(io::Error::from_raw_os_error(-code));
    }
    Ok(())
}
