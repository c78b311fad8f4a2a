//! From an OCI runtime specification to a [`Request`].

use super::{
    Capabilities, CapabilitySet, CgroupMode, Device, DeviceKind, IdMap, IdMaps, Limit, Namespace,
    NamespaceSource, Process, Request, RequestError, Resource, Resources, Rootfs, Seccomp, User,
    mounts,
};
use crate::seccomp;
use oci_spec::runtime::{self as oci, LinuxDeviceType, LinuxNamespaceType, PosixRlimitType, Spec};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The largest user or group id; above it lie ids that 32-bit signed readers
/// take for -1 or wrap to 0 (CVE-2024-40635).
pub(crate) const MAX_ID: u32 = i32::MAX as u32;

impl Request {
    /// Reads a specification. `rootfs` takes the place of its `root.path`.
    ///
    /// Relative bind sources are refused: a caller that has a bundle makes
    /// them absolute first. Hooks, annotations and console sockets are the
    /// caller's; cgroup settings are taken over as [`Resources`].
    ///
    /// # Errors
    /// The first thing found that is wrong, in the words of the runtime
    /// specification where it has some.
    pub fn from_spec(spec: &Spec, rootfs: Rootfs) -> Result<Self, RequestError> {
        if matches!(&rootfs, Rootfs::Overlay { lower, .. } if lower.is_empty()) {
            return Err(RequestError::NoLower);
        }
        let default = oci::Linux::default();
        let linux = spec.linux().as_ref().unwrap_or(&default);
        let namespaces = namespaces(linux)?;
        let id_maps = id_maps(linux, &namespaces)?;
        let (hostname, domainname) = names(spec, &namespaces)?;
        let mounts = spec
            .mounts()
            .iter()
            .flatten()
            .map(mounts::mount)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            rootfs,
            read_only: spec
                .root()
                .as_ref()
                .and_then(oci::Root::readonly)
                .unwrap_or(false),
            hostname,
            domainname,
            id_maps,
            mounts,
            devices: devices(linux)?,
            masked_paths: paths(linux.masked_paths()),
            read_only_paths: paths(linux.readonly_paths()),
            sysctls: sysctls(linux, &namespaces)?,
            attachments: Vec::new(),
            process: Process::from_spec(spec.process().as_ref().ok_or(RequestError::NoProcess)?)?,
            seccomp: seccomp(linux)?,
            fake_ownership: false,
            hooks: false,
            resources: resources(linux),
            cgroup: CgroupMode::None,
            namespaces,
        })
    }
}

impl Process {
    /// Reads the `process` section of a specification; `runtime exec
    /// --process` gives the same by itself.
    ///
    /// # Errors
    /// As for [`Request::from_spec`].
    pub fn from_spec(process: &oci::Process) -> Result<Self, RequestError> {
        let args = process.args().clone().unwrap_or_default();
        if args.is_empty() {
            return Err(RequestError::NoArgs);
        }
        no_nul("args", &args)?;
        let env = process.env().clone().unwrap_or_default();
        no_nul("env", &env)?;
        let cwd = process.cwd().clone();
        if !cwd.is_absolute() {
            return Err(RequestError::RelativeCwd(cwd));
        }
        let oom_score_adj = process.oom_score_adj();
        if let Some(score) = oom_score_adj.filter(|score| !(-1000..=1000).contains(score)) {
            return Err(RequestError::OomScore(score));
        }
        Ok(Self {
            args,
            env,
            cwd,
            create_cwd: false,
            terminal: process.terminal().unwrap_or(false),
            console_size: process.console_size().and_then(|size| {
                Some((
                    size.height().try_into().ok()?,
                    size.width().try_into().ok()?,
                ))
            }),
            user: user(process.user())?,
            umask: process.user().umask().unwrap_or(0o022),
            capabilities: process
                .capabilities()
                .as_ref()
                .map(capabilities)
                .unwrap_or_default(),
            limits: limits(process.rlimits().as_deref().unwrap_or(&[]))?,
            no_new_privileges: process.no_new_privileges().unwrap_or(false),
            oom_score_adj,
        })
    }
}

fn no_nul(field: &'static str, strings: &[String]) -> Result<(), RequestError> {
    if strings.iter().any(|string| string.contains('\0')) {
        return Err(RequestError::Nul { field });
    }
    Ok(())
}

fn user(user: &oci::User) -> Result<User, RequestError> {
    let groups = user.additional_gids().clone().unwrap_or_default();
    if [user.uid(), user.gid()]
        .iter()
        .chain(&groups)
        .any(|id| *id > MAX_ID)
    {
        return Err(RequestError::IdRange);
    }
    Ok(User::Ids {
        uid: user.uid(),
        gid: user.gid(),
        groups,
    })
}

fn capabilities(sets: &oci::LinuxCapabilities) -> Capabilities {
    // Names that the kernel here may lack are left out when applied; every
    // name that the specification's types know is one of ours.
    let set = |names: &Option<oci::Capabilities>| -> CapabilitySet {
        names
            .iter()
            .flatten()
            .filter_map(|one| one.to_string().parse().ok())
            .collect()
    };
    Capabilities {
        bounding: set(sets.bounding()),
        effective: set(sets.effective()),
        permitted: set(sets.permitted()),
        inheritable: set(sets.inheritable()),
        ambient: set(sets.ambient()),
    }
}

fn limits(rlimits: &[oci::PosixRlimit]) -> Result<Vec<Limit>, RequestError> {
    let mut limits: Vec<Limit> = Vec::with_capacity(rlimits.len());
    for rlimit in rlimits {
        let limit = Limit {
            resource: resource(rlimit.typ()),
            soft: rlimit.soft(),
            hard: rlimit.hard(),
        };
        let name = || rlimit.typ().to_string();
        if limit.soft > limit.hard || limits.iter().any(|had| had.resource == limit.resource) {
            return Err(RequestError::Limit(name()));
        }
        limits.push(limit);
    }
    Ok(limits)
}

fn resource(kind: PosixRlimitType) -> Resource {
    match kind {
        PosixRlimitType::RlimitCpu => Resource::Cpu,
        PosixRlimitType::RlimitFsize => Resource::Fsize,
        PosixRlimitType::RlimitData => Resource::Data,
        PosixRlimitType::RlimitStack => Resource::Stack,
        PosixRlimitType::RlimitCore => Resource::Core,
        PosixRlimitType::RlimitRss => Resource::Rss,
        PosixRlimitType::RlimitNproc => Resource::Nproc,
        PosixRlimitType::RlimitNofile => Resource::Nofile,
        PosixRlimitType::RlimitMemlock => Resource::Memlock,
        PosixRlimitType::RlimitAs => Resource::As,
        PosixRlimitType::RlimitLocks => Resource::Locks,
        PosixRlimitType::RlimitSigpending => Resource::Sigpending,
        PosixRlimitType::RlimitMsgqueue => Resource::Msgqueue,
        PosixRlimitType::RlimitNice => Resource::Nice,
        PosixRlimitType::RlimitRtprio => Resource::Rtprio,
        PosixRlimitType::RlimitRttime => Resource::Rttime,
    }
}

fn namespaces(linux: &oci::Linux) -> Result<BTreeMap<Namespace, NamespaceSource>, RequestError> {
    let mut namespaces = BTreeMap::new();
    for entry in linux.namespaces().iter().flatten() {
        let kind = match entry.typ() {
            LinuxNamespaceType::Mount => Namespace::Mount,
            LinuxNamespaceType::Cgroup => Namespace::Cgroup,
            LinuxNamespaceType::Uts => Namespace::Uts,
            LinuxNamespaceType::Ipc => Namespace::Ipc,
            LinuxNamespaceType::User => Namespace::User,
            LinuxNamespaceType::Pid => Namespace::Pid,
            LinuxNamespaceType::Network => Namespace::Network,
            other @ LinuxNamespaceType::Time => {
                return Err(RequestError::UnsupportedNamespace(other.to_string()));
            }
        };
        let source = match entry.path() {
            Some(path) if !path.as_os_str().is_empty() => NamespaceSource::Path(path.clone()),
            _ => NamespaceSource::New,
        };
        if namespaces.insert(kind, source).is_some() {
            return Err(RequestError::DuplicateNamespace(kind.file_name()));
        }
    }
    // A root file system of its own needs a mount tree of its own.
    if namespaces.get(&Namespace::Mount) != Some(&NamespaceSource::New) {
        return Err(RequestError::MountNamespace);
    }
    Ok(namespaces)
}

fn id_maps(
    linux: &oci::Linux,
    namespaces: &BTreeMap<Namespace, NamespaceSource>,
) -> Result<IdMaps, RequestError> {
    let read = |maps: &Option<Vec<oci::LinuxIdMapping>>| -> Vec<IdMap> {
        let map = |map: &oci::LinuxIdMapping| IdMap {
            inside: map.container_id(),
            outside: map.host_id(),
            count: map.size(),
        };
        maps.iter().flatten().map(map).collect()
    };
    let maps = IdMaps {
        users: read(linux.uid_mappings()),
        groups: read(linux.gid_mappings()),
    };
    if namespaces.get(&Namespace::User) == Some(&NamespaceSource::New) {
        check_map("user", &maps.users)?;
        check_map("group", &maps.groups)?;
    } else if !maps.users.is_empty() || !maps.groups.is_empty() {
        return Err(RequestError::StrayMappings);
    }
    Ok(maps)
}

/// What user_namespaces(7) demands of a map, found before the kernel's EINVAL.
fn check_map(name: &'static str, maps: &[IdMap]) -> Result<(), RequestError> {
    if maps.is_empty() {
        return Err(RequestError::NoMappings(name));
    }
    let overlaps = |first: &dyn Fn(&IdMap) -> u32| {
        let mut ranges: Vec<_> = maps.iter().map(|map| (first(map), map.count)).collect();
        ranges.sort_unstable();
        ranges
            .windows(2)
            .any(|pair| u64::from(pair[0].0) + u64::from(pair[0].1) > pair[1].0.into())
    };
    let wraps = |map: &IdMap| {
        map.count == 0
            || map.inside.checked_add(map.count).is_none()
            || map.outside.checked_add(map.count).is_none()
    };
    if maps.iter().any(wraps) || overlaps(&|map| map.inside) || overlaps(&|map| map.outside) {
        return Err(RequestError::Mapping(name));
    }
    Ok(())
}

fn names(
    spec: &Spec,
    namespaces: &BTreeMap<Namespace, NamespaceSource>,
) -> Result<(Option<String>, Option<String>), RequestError> {
    let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
    let (hostname, domainname) = (named(spec.hostname()), named(spec.domainname()));
    for name in [&hostname, &domainname].into_iter().flatten() {
        if !namespaces.contains_key(&Namespace::Uts) {
            return Err(RequestError::HostnameWithoutUts);
        }
        if name.len() > 64 {
            return Err(RequestError::Hostname(name.clone()));
        }
        no_nul("hostname", std::slice::from_ref(name))?;
    }
    Ok((hostname, domainname))
}

/// Devices that every container has (runtime specification, default devices);
/// those are not repeated. `/dev/console` exists where there is a terminal.
const DEFAULT_DEVICES: [&str; 8] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/console",
    "/dev/ptmx",
];

fn devices(linux: &oci::Linux) -> Result<Vec<Device>, RequestError> {
    let mut devices = Vec::new();
    for device in linux.devices().iter().flatten() {
        let path = device.path();
        let refuse = |reason| {
            Err(RequestError::Device {
                path: path.clone(),
                reason,
            })
        };
        if !path.is_absolute() || path.components().any(|part| part.as_os_str() == "..") {
            return refuse("the path must be absolute and without \"..\"");
        }
        let kind = match device.typ() {
            LinuxDeviceType::C | LinuxDeviceType::U => DeviceKind::Character,
            LinuxDeviceType::B => DeviceKind::Block,
            LinuxDeviceType::P => DeviceKind::Fifo,
            LinuxDeviceType::A => return refuse("type \"a\" is no device"),
        };
        let (Ok(major), Ok(minor)) = (device.major().try_into(), device.minor().try_into()) else {
            return refuse("negative device number");
        };
        if DEFAULT_DEVICES.iter().any(|known| path == Path::new(known)) {
            continue;
        }
        devices.push(Device {
            path: path.clone(),
            host_path: path.clone(),
            kind,
            major,
            minor,
            mode: device.file_mode().unwrap_or(0o666) & 0o7777,
            uid: device.uid().unwrap_or(0),
            gid: device.gid().unwrap_or(0),
        });
    }
    Ok(devices)
}

fn paths(list: &Option<Vec<String>>) -> Vec<PathBuf> {
    list.iter().flatten().map(PathBuf::from).collect()
}

/// Only parameters that belong to a namespace of the container's own
/// (sysctl(5), namespaces(7)); others would change the lab's host.
fn sysctls(
    linux: &oci::Linux,
    namespaces: &BTreeMap<Namespace, NamespaceSource>,
) -> Result<BTreeMap<String, String>, RequestError> {
    let own = |kind| namespaces.get(&kind) == Some(&NamespaceSource::New);
    let ipc = [
        "kernel.msgmax",
        "kernel.msgmnb",
        "kernel.msgmni",
        "kernel.sem",
        "kernel.shmall",
        "kernel.shmmax",
        "kernel.shmmni",
        "kernel.shm_rmid_forced",
    ];
    let mut sysctls = BTreeMap::new();
    for (name, value) in linux.sysctl().iter().flatten() {
        // Both separators are in use; a name with a slash keeps its dots, as
        // in `net/ipv4/conf/eth0.100/forwarding`.
        let path = if name.contains('/') {
            name.clone()
        } else {
            name.replace('.', "/")
        };
        let dotted = path.replace('/', ".");
        let possible = (dotted.starts_with("net.") && own(Namespace::Network))
            || ((ipc.contains(&dotted.as_str()) || dotted.starts_with("fs.mqueue."))
                && own(Namespace::Ipc))
            || (dotted == "kernel.domainname" && own(Namespace::Uts));
        if !possible || path.split('/').any(|part| part.is_empty() || part == "..") {
            return Err(RequestError::Sysctl(name.clone()));
        }
        sysctls.insert(path, value.clone());
    }
    Ok(sysctls)
}

fn seccomp(linux: &oci::Linux) -> Result<Seccomp, RequestError> {
    match linux.seccomp() {
        None => Ok(Seccomp::Unconfined),
        Some(section) => seccomp::Profile::from_spec(section)
            .map(|profile| Seccomp::Profile(Box::new(profile)))
            .map_err(|error| RequestError::Seccomp(error.to_string())),
    }
}

fn resources(linux: &oci::Linux) -> Resources {
    let Some(resources) = linux.resources() else {
        return Resources::default();
    };
    let positive = |value: i64| u64::try_from(value).ok().filter(|value| *value > 0);
    let cpu = resources.cpu().as_ref().and_then(|cpu| {
        Some((
            cpu.quota().and_then(positive)?,
            cpu.period().filter(|period| *period > 0)?,
        ))
    });
    Resources {
        memory: resources
            .memory()
            .as_ref()
            .and_then(|memory| positive(memory.limit()?)),
        pids: resources
            .pids()
            .as_ref()
            .and_then(|pids| positive(pids.limit())),
        cpu,
    }
}
