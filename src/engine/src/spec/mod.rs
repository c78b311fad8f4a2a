//! From a container's record to what the runtime is asked to run. Pure.
//!
//! [`specification`] writes the OCI runtime specification that dockerd would
//! hand to its runtime; [`request`] adds what the specification cannot say.
//! `docker run --explain` goes through the same two functions.
//!
//! Defaults: capabilities, masked and read-only paths, mounts and devices are
//! moby's (`oci/defaults.go`). What differs, because nobody here is root: no
//! cgroup device rules (devices are bound one by one), and a user namespace for
//! every container, `--privileged` included.

mod mounts;
mod process;
mod security;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use oci_spec::runtime::{
    Linux, LinuxBuilder, LinuxIdMapping, LinuxNamespace, LinuxNamespaceBuilder, LinuxNamespaceType,
    LinuxResources, LinuxResourcesBuilder, Root, RootBuilder, Spec, SpecBuilder,
};
use plimsoll_runtime::{Mount, Namespace, NamespaceSource, Request, Rootfs, User};

pub use process::{default_env, overlay_env};
pub use security::{capabilities, default_masked_paths, default_readonly_paths, seccomp};

use crate::cgroups::{self, Layout, Limits};
use crate::containers::Record;
use crate::failure::{ApiFailure, ApiResult};

/// What a record alone does not say about its container's start.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `containers/ID`: upper layer and the files below `/etc`.
    pub directory: PathBuf,
    /// The program that is also an init, on the lab's host.
    pub program: PathBuf,
    /// Maps of the container's user namespace.
    pub uids: Vec<LinuxIdMapping>,
    pub gids: Vec<LinuxIdMapping>,
    /// Only one user exists in it: ownership is emulated.
    pub single_user: bool,
    /// Host name of the lab, for containers that share its network.
    pub lab_hostname: String,
    /// Where its network comes from.
    pub network: Sharing,
    /// Where its processes are numbered.
    pub pid: Sharing,
    /// Where its shared memory comes from.
    pub ipc: Sharing,
    /// The bridge end, with a network of its own.
    pub attachment: Option<plimsoll_runtime::Attachment>,
    /// Which cgroups a container can have.
    pub cgroups: Arc<Layout>,
    /// Devices of `--device`, looked up on the lab's host.
    pub devices: Vec<oci_spec::runtime::LinuxDevice>,
}

/// Whose namespace a container uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Its own.
    #[default]
    Private,
    /// The lab's.
    Host,
    /// That of another container, by the PID of its init.
    Container(i32),
}

/// The OCI runtime specification of a container.
///
/// # Errors
/// 400 for settings that cannot be carried out, in dockerd's words.
pub fn specification(record: &Record, around: &Surroundings) -> ApiResult<Spec> {
    let spec = SpecBuilder::default()
        .version("1.2.0")
        .root(root(record).map_err(unbuilt)?)
        .mounts(mounts::mounts(record, around)?)
        .process(process::process(record, around)?)
        .linux(linux(record, around)?);
    // The type's own default is a name: none has to be said.
    let spec = spec.hostname(hostname(record, around).unwrap_or_default());
    let spec = if record.config.domainname.is_empty() || uts_is_shared(record) {
        spec
    } else {
        spec.domainname(record.config.domainname.clone())
    };
    spec.build().map_err(unbuilt)
}

/// What the runtime is asked to run.
///
/// # Errors
/// As [`specification`], and whatever the runtime refuses.
pub fn request(record: &Record, around: &Surroundings) -> ApiResult<Request> {
    let spec = specification(record, around)?;
    let rootfs = Rootfs::Overlay {
        lower: record.lowers.clone(),
        upper: around.directory.join("upper"),
        work: around.directory.join("work"),
    };
    let mut request = Request::from_spec(&spec, rootfs)
        .map_err(|error| ApiFailure::invalid(error.to_string()))?;
    // The specification has no word for a device's path on the host.
    for mapping in record.host_config.devices.iter().flatten() {
        let inside = Path::new(&mapping.path_in_container);
        if let Some(device) = request.devices.iter_mut().find(|one| one.path == inside) {
            device.host_path = PathBuf::from(&mapping.path_on_host);
        }
    }
    // Nor one for a part of a volume.
    for placement in record.mounts.iter().filter(|one| !one.subpath.is_empty()) {
        let inside = Path::new(&placement.point.destination);
        for mount in &mut request.mounts {
            if let Mount::Bind(bind) = mount
                && bind.destination == inside
            {
                bind.subpath = PathBuf::from(&placement.subpath);
            }
        }
    }
    request.process.create_cwd = true;
    request.process.user = User::Named {
        user: record.config.user.clone(),
        add_groups: record.host_config.group_add.clone().unwrap_or_default(),
    };
    request.seccomp = security::seccomp(&record.host_config)?;
    request.fake_ownership = around.single_user;
    let limits = Limits::of(&record.host_config);
    request.cgroup = around.cgroups.mode(&record.id, &limits);
    around.cgroups.leave_out(&mut request.resources);
    request.attachments = around.attachment.iter().cloned().collect();
    for (kind, sharing) in [
        (Namespace::Network, around.network),
        (Namespace::Pid, around.pid),
        (Namespace::Ipc, around.ipc),
    ] {
        if let Sharing::Container(pid) = sharing {
            request
                .namespaces
                .insert(kind, NamespaceSource::Process(pid));
        }
    }
    Ok(request)
}

fn root(record: &Record) -> Result<Root, oci_spec::OciSpecError> {
    RootBuilder::default()
        .path("rootfs")
        .readonly(record.host_config.readonly_rootfs)
        .build()
}

fn uts_is_shared(record: &Record) -> bool {
    record.host_config.uts_mode == "host"
}

fn hostname(record: &Record, around: &Surroundings) -> Option<String> {
    if uts_is_shared(record) {
        return None;
    }
    let own = record.config.hostname.clone();
    Some(if around.network == Sharing::Host && own.is_empty() {
        around.lab_hostname.clone()
    } else {
        own
    })
    .filter(|name| !name.is_empty())
}

fn linux(record: &Record, around: &Surroundings) -> ApiResult<Linux> {
    let host = &record.host_config;
    let linux = LinuxBuilder::default()
        .uid_mappings(around.uids.clone())
        .gid_mappings(around.gids.clone())
        .namespaces(namespaces(record, around)?)
        .resources(resources(record)?)
        .devices(around.devices.clone())
        .sysctl(security::sysctls(host, around))
        .masked_paths(security::masked_paths(host))
        .readonly_paths(security::readonly_paths(host));
    linux.build().map_err(unbuilt)
}

fn namespaces(record: &Record, around: &Surroundings) -> ApiResult<Vec<LinuxNamespace>> {
    use LinuxNamespaceType as Kind;
    let wanted = [
        (Kind::Mount, true),
        (Kind::User, true),
        (Kind::Uts, !uts_is_shared(record)),
        (Kind::Pid, around.pid == Sharing::Private),
        (Kind::Ipc, around.ipc == Sharing::Private),
        (Kind::Network, around.network == Sharing::Private),
        (Kind::Cgroup, record.host_config.cgroupns_mode != "host"),
    ];
    wanted
        .into_iter()
        .filter(|(_, own)| *own)
        .map(|(kind, _)| LinuxNamespaceBuilder::default().typ(kind).build())
        .collect::<Result<_, _>>()
        .map_err(unbuilt)
}

/// Limits on the whole container for which there are stand-ins without a cgroup.
/// What a cgroup holds is [`Limits`]' to say.
fn resources(record: &Record) -> ApiResult<LinuxResources> {
    use oci_spec::runtime::{LinuxCpuBuilder, LinuxMemoryBuilder, LinuxPidsBuilder};
    let host = &record.host_config;
    let mut resources = LinuxResourcesBuilder::default();
    if host.memory > 0 {
        let memory = LinuxMemoryBuilder::default().limit(host.memory).build();
        resources = resources.memory(memory.map_err(unbuilt)?);
    }
    if let Some(limit) = host.pids_limit.filter(|limit| *limit > 0) {
        let pids = LinuxPidsBuilder::default().limit(limit).build();
        resources = resources.pids(pids.map_err(unbuilt)?);
    }
    if let Some((quota, period)) = cgroups::quota(host) {
        let cpu = LinuxCpuBuilder::default()
            .quota(quota)
            .period(period)
            .build();
        resources = resources.cpu(cpu.map_err(unbuilt)?);
    }
    resources.build().map_err(unbuilt)
}

/// The files that the engine writes and binds over the image's.
pub fn etc_files(directory: &Path) -> [(&'static str, PathBuf); 3] {
    [
        ("/etc/resolv.conf", directory.join("resolv.conf")),
        ("/etc/hostname", directory.join("hostname")),
        ("/etc/hosts", directory.join("hosts")),
    ]
}

/// A builder complains about a field that is not set: all of ours are.
fn unbuilt(error: oci_spec::OciSpecError) -> ApiFailure {
    ApiFailure::internal(format!("cannot build the runtime specification: {error}"))
}
