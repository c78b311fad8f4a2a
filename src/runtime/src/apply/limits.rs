//! Resource limits.

use crate::fault::{During, Fault};
use crate::request::{Limit, Resource};
use nix::errno::Errno;
use nix::sys::resource::{Resource as Kernel, getrlimit, setrlimit};

fn kernel(resource: Resource) -> Kernel {
    match resource {
        Resource::Cpu => Kernel::RLIMIT_CPU,
        Resource::Fsize => Kernel::RLIMIT_FSIZE,
        Resource::Data => Kernel::RLIMIT_DATA,
        Resource::Stack => Kernel::RLIMIT_STACK,
        Resource::Core => Kernel::RLIMIT_CORE,
        Resource::Rss => Kernel::RLIMIT_RSS,
        Resource::Nproc => Kernel::RLIMIT_NPROC,
        Resource::Nofile => Kernel::RLIMIT_NOFILE,
        Resource::Memlock => Kernel::RLIMIT_MEMLOCK,
        Resource::As => Kernel::RLIMIT_AS,
        Resource::Locks => Kernel::RLIMIT_LOCKS,
        Resource::Sigpending => Kernel::RLIMIT_SIGPENDING,
        Resource::Msgqueue => Kernel::RLIMIT_MSGQUEUE,
        Resource::Nice => Kernel::RLIMIT_NICE,
        Resource::Rtprio => Kernel::RLIMIT_RTPRIO,
        Resource::Rttime => Kernel::RLIMIT_RTTIME,
    }
}

/// Sets a limit. Where the machine's hard limit is lower, that one holds: only
/// a privileged user of the machine could raise it.
pub(super) fn set(limit: Limit) -> Result<(), Fault> {
    let action = || format!("set the limit {:?}", limit.resource);
    let resource = kernel(limit.resource);
    match setrlimit(resource, limit.soft, limit.hard) {
        Err(Errno::EPERM) => {}
        result => return result.during(action),
    }
    let (_, machine) = getrlimit(resource).during(action)?;
    let hard = limit.hard.min(machine);
    setrlimit(resource, limit.soft.min(hard), hard).during(action)
}
