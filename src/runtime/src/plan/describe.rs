//! Operations in plain words, one line each: what `--explain` prints.

use super::{ExecPlan, Op, Plan};
use crate::request::{
    AccessTime, Bind, CapabilitySet, Device, FilesystemMount, IdMap, Limit, MountFlags, Namespace,
    NamespaceSource, Rootfs, Seccomp, User,
};
use std::fmt::{self, Display, Formatter};

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.ops.iter().try_for_each(|op| writeln!(f, "{op}"))?;
        self.warnings
            .iter()
            .try_for_each(|warning| writeln!(f, "warning: {warning}"))
    }
}

impl Display for ExecPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.ops.iter().try_for_each(|op| writeln!(f, "{op}"))
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenRoot(rootfs) => root(rootfs, f),
            Self::Join { kind, source } => write!(f, "use the {kind} namespace of {source}"),
            Self::Clone { namespaces, cgroup } => {
                let names: Vec<_> = namespaces.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "make a process with new namespaces: {}",
                    names.join(", ")
                )?;
                cgroup
                    .iter()
                    .try_for_each(|path| write!(f, "; in cgroup {}", path.display()))
            }
            Self::JoinContainer { pid, cgroup } => {
                write!(f, "make a process in the namespaces of process {pid}")?;
                cgroup
                    .iter()
                    .try_for_each(|path| write!(f, "; in cgroup {}", path.display()))
            }
            Self::MakeCgroup(cgroup) => {
                write!(f, "make cgroup {}", cgroup.directory.display())?;
                let mut before = ": ";
                cgroup.settings.iter().try_for_each(|(file, value)| {
                    write!(f, "{}{file} {value}", std::mem::replace(&mut before, ", "))
                })
            }
            Self::EnterCgroup(path) => {
                write!(f, "move the process into cgroup {}", path.display())
            }
            Self::MapIds(maps) => {
                write!(
                    f,
                    "map users {} and groups {}",
                    ranges(&maps.users),
                    ranges(&maps.groups)
                )
            }
            Self::OomScore(score) => write!(f, "set the out-of-memory score to {score}"),
            Self::Connect(cable) => write!(
                f,
                "connect {} in the container with bridge {} through {}",
                cable.container_name, cable.bridge, cable.host_name
            ),
            Self::BecomeRoot => f.write_str("become user 0 of the container"),
            Self::SessionKeyring => f.write_str("start a session keyring of its own"),
            Self::LoopbackUp => f.write_str("bring up the loopback interface lo"),
            Self::Address(cable) => {
                let (name, address, prefix) = (&cable.container_name, cable.address, cable.prefix);
                write!(f, "give {name} the address {address}/{prefix}")?;
                cable
                    .gateway
                    .iter()
                    .try_for_each(|gate| write!(f, ", default route {gate}"))
            }
            Self::Hostname(name) => write!(f, "set the host name to {name}"),
            Self::Domainname(name) => write!(f, "set the domain name to {name}"),
            Self::AwaitHooks => f.write_str("wait for the hooks to run"),
            Self::PivotRoot => f.write_str("make that root file system the only one in view"),
            _ => self.describe_files(f),
        }
    }
}

impl Op {
    fn describe_files(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mount(mount) => filesystem(mount, f),
            Self::ProcOf { source, mount } => {
                filesystem(mount, f)?;
                write!(f, ", which shows the processes of {source}")
            }
            Self::Bind(bound) => bind(bound, f),
            Self::CgroupView {
                destination, flags, ..
            } => {
                write!(
                    f,
                    "show the cgroup tree on {}{flags}, if possible",
                    destination.display()
                )
            }
            Self::Device { device, bind } => node(device, *bind, f),
            Self::Link { path, target } => {
                write!(f, "link {} to {}", path.display(), target.display())
            }
            Self::Terminal { size, .. } => {
                f.write_str("open a terminal and make it the controlling one")?;
                size.iter()
                    .try_for_each(|(rows, columns)| write!(f, ", {columns}x{rows}"))
            }
            Self::Sysctl { path, value } => {
                write!(
                    f,
                    "set the kernel parameter {} to {value}",
                    path.replace('/', ".")
                )
            }
            Self::ReadOnlyPath(path) => write!(f, "make {} read-only", path.display()),
            Self::Mask(path) => write!(f, "hide {}", path.display()),
            Self::RootReadOnly => f.write_str("make the root file system read-only"),
            Self::MakeDirectory(path) => {
                write!(
                    f,
                    "make the directory {} unless it is there",
                    path.display()
                )
            }
            _ => self.describe_process(f),
        }
    }

    fn describe_process(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::EnterDirectory(path) => write!(f, "go to {}", path.display()),
            Self::Limit(limit) => write!(f, "limit {limit}"),
            Self::Umask(mask) => write!(f, "set the umask to {mask:04o}"),
            Self::Bounding(set) => write!(f, "give up for good all capabilities except: {set}"),
            Self::FindUser(user) => write!(f, "look up {user} in the image"),
            Self::FindCommand(args) => {
                let command = args.first().map_or("", String::as_str);
                write!(f, "look up the command {command:?}")
            }
            Self::RecordOwners => {
                f.write_str("have changes of owners, and new devices, recorded by the engine")
            }
            Self::AwaitStart => f.write_str("wait for start"),
            Self::SwitchUser(user) => write!(f, "become {user}"),
            Self::Capabilities(sets) => {
                write!(f, "keep the capabilities: {}", sets.effective)?;
                let more = [("inheritable", sets.inheritable), ("ambient", sets.ambient)];
                more.iter()
                    .filter(|(_, set)| *set != CapabilitySet::EMPTY)
                    .try_for_each(|(name, set)| write!(f, "; {name}: {set}"))
            }
            Self::NoNewPrivileges => f.write_str("promise never to gain privileges"),
            Self::Filter {
                profile,
                fake_ownership,
                ..
            } => {
                let words = match profile {
                    Seccomp::Unconfined => "restrict no system calls",
                    Seccomp::Default => "restrict system calls to Docker's default profile",
                    Seccomp::Profile(_) => "restrict system calls to the given profile",
                };
                f.write_str(words)?;
                let faked = ", and answer changes of the user with success";
                f.write_str(if *fake_ownership { faked } else { "" })
            }
            Self::Execute { args, .. } => write!(f, "execute {}", quoted(args)),
            // Every other operation is described by the two before.
            _ => Ok(()),
        }
    }
}

fn root(rootfs: &Rootfs, f: &mut Formatter<'_>) -> fmt::Result {
    match rootfs {
        Rootfs::Directory(path) => write!(f, "take {} as root file system", path.display()),
        Rootfs::Overlay { lower, upper, .. } => {
            let layers = if lower.len() == 1 { "layer" } else { "layers" };
            write!(
                f,
                "lay {} over {} read-only {layers} as root file system",
                upper.display(),
                lower.len()
            )
        }
    }
}

fn filesystem(mount: &FilesystemMount, f: &mut Formatter<'_>) -> fmt::Result {
    write!(
        f,
        "mount a new {} on {}{}",
        mount.kind,
        mount.destination.display(),
        mount.flags
    )?;
    if !mount.parameters.is_empty() {
        write!(f, " with {}", mount.parameters.join(","))?;
    }
    Ok(())
}

fn bind(bind: &Bind, f: &mut Formatter<'_>) -> fmt::Result {
    let source = match bind.subpath.as_os_str().is_empty() {
        true => bind.source.clone(),
        false => bind.source.join(&bind.subpath),
    };
    let (source, destination) = (source.display(), bind.destination.display());
    write!(f, "show the host's {source} on {destination}{}", bind.flags)
}

fn node(device: &Device, bind: bool, f: &mut Formatter<'_>) -> fmt::Result {
    let (path, major, minor) = (device.path.display(), device.major, device.minor);
    let how = if bind {
        "show the host's device"
    } else {
        "make the device"
    };
    write!(f, "{how} {major}:{minor} on {path}")
}

fn ranges(maps: &[IdMap]) -> String {
    let range = |first: u32, count: u32| match count {
        1 => first.to_string(),
        _ => format!("{first}-{}", u64::from(first) + u64::from(count) - 1),
    };
    let words: Vec<_> = maps
        .iter()
        .map(|map| {
            format!(
                "{} to {}",
                range(map.inside, map.count),
                range(map.outside, map.count)
            )
        })
        .collect();
    words.join(", ")
}

fn quoted(args: &[String]) -> String {
    let plain = |arg: &String| {
        !arg.is_empty()
            && arg
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c))
    };
    let word = |arg: &String| {
        if plain(arg) {
            arg.clone()
        } else {
            format!("{arg:?}")
        }
    };
    args.iter().map(word).collect::<Vec<_>>().join(" ")
}

impl Display for Namespace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user",
            Self::Mount => "mount",
            Self::Pid => "process",
            Self::Network => "network",
            Self::Uts => "host name",
            Self::Ipc => "IPC",
            Self::Cgroup => "cgroup",
        })
    }
}

impl Display for NamespaceSource {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("its own"),
            Self::Host => f.write_str("the host"),
            Self::Process(pid) => write!(f, "process {pid}"),
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Display for MountFlags {
    /// Empty, or ` (read-only, no programs)` and so on.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = [
            (self.recursive_read_only, "read-only with all below"),
            (self.read_only && !self.recursive_read_only, "read-only"),
            (self.no_suid, "nosuid"),
            (self.no_dev, "nodev"),
            (self.no_exec, "noexec"),
            (self.access_time == AccessTime::Never, "noatime"),
            (self.access_time == AccessTime::Strict, "strictatime"),
        ]
        .into_iter()
        .filter_map(|(set, word)| set.then_some(word))
        .collect();
        if words.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", words.join(", "))
        }
    }
}

impl Display for User {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ids { uid, gid, groups } => {
                write!(f, "user {uid} and group {gid}")?;
                let more: Vec<_> = groups.iter().map(ToString::to_string).collect();
                if more.is_empty() {
                    Ok(())
                } else {
                    write!(f, ", also in {}", more.join(" "))
                }
            }
            Self::Named { user, add_groups } => {
                write!(f, "user {:?}", if user.is_empty() { "root" } else { user })?;
                if add_groups.is_empty() {
                    return Ok(());
                }
                write!(f, ", also in {}", add_groups.join(" "))
            }
        }
    }
}

impl Display for Limit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let words = |value: u64| match value {
            u64::MAX => "unlimited".to_owned(),
            value => value.to_string(),
        };
        let name = format!("{:?}", self.resource).to_lowercase();
        write!(
            f,
            "{name} to {} (hard {})",
            words(self.soft),
            words(self.hard)
        )
    }
}
