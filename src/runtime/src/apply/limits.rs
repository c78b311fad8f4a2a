//! Resource limits.

use crate::fault::{During, Fault};
use crate::request::{Limit, Resource};
use crate::sys;
use nix::libc;

fn number(resource: Resource) -> u32 {
    match resource {
        Resource::Cpu => libc::RLIMIT_CPU,
        Resource::Fsize => libc::RLIMIT_FSIZE,
        Resource::Data => libc::RLIMIT_DATA,
        Resource::Stack => libc::RLIMIT_STACK,
        Resource::Core => libc::RLIMIT_CORE,
        Resource::Rss => libc::RLIMIT_RSS,
        Resource::Nproc => libc::RLIMIT_NPROC,
        Resource::Nofile => libc::RLIMIT_NOFILE,
        Resource::Memlock => libc::RLIMIT_MEMLOCK,
        Resource::As => libc::RLIMIT_AS,
        Resource::Locks => libc::RLIMIT_LOCKS,
        Resource::Sigpending => libc::RLIMIT_SIGPENDING,
        Resource::Msgqueue => libc::RLIMIT_MSGQUEUE,
        Resource::Nice => libc::RLIMIT_NICE,
        Resource::Rtprio => libc::RLIMIT_RTPRIO,
        Resource::Rttime => libc::RLIMIT_RTTIME,
    }
}

/// Sets a limit. Where the machine's hard limit is lower, that one holds: only
/// a privileged user of the machine could raise it.
pub(super) fn set(limit: Limit) -> Result<(), Fault> {
    let action = || format!("set the limit {:?}", limit.resource);
    let resource = number(limit.resource);
    match sys::set_limit(resource, limit.soft, limit.hard) {
        Err(nix::errno::Errno::EPERM) => {}
        result => return result.during(action),
    }
    let (_, machine) = sys::get_limit(resource).during(action)?;
    let hard = limit.hard.min(machine);
    sys::set_limit(resource, limit.soft.min(hard), hard).during(action)
}
