//! Operations of a plan, told in the reader's language.
//!
//! The engine sends each operation as data, and in English as `--explain` prints
//! it. What is known of the data is said here; an operation of a later engine is
//! shown in the engine's own words. A test holds that both say the same in English.

use std::net::Ipv4Addr;

use plimsoll_text::Language;
use serde::Deserialize;
use serde_json::Value;

use crate::words;

/// One operation in words; `None`: this version does not know it.
#[must_use]
pub fn say(operation: &Value, language: Language) -> Option<String> {
    let operation = Operation::deserialize(operation).ok()?;
    Some(operation.say(language))
}

/// What of the engine's operations is needed to tell them.
#[derive(Deserialize)]
enum Operation {
    OpenRoot(Root),
    Join {
        kind: Namespace,
        source: Source,
    },
    MakeCgroup(Cgroup),
    Clone {
        namespaces: Vec<Namespace>,
        cgroup: Option<String>,
    },
    JoinContainer {
        pid: i32,
        cgroup: Option<String>,
    },
    EnterCgroup(String),
    MapIds {
        users: Vec<Ids>,
        groups: Vec<Ids>,
    },
    OomScore(i32),
    Connect(Cable),
    BecomeRoot,
    SessionKeyring,
    LoopbackUp,
    Address(Cable),
    Hostname(String),
    Domainname(String),
    AwaitHooks,
    PivotRoot,
    Mount(FileSystem),
    ProcOf {
        source: Source,
        mount: FileSystem,
    },
    Bind(Bind),
    CgroupView {
        destination: String,
        flags: Flags,
    },
    Device {
        device: Device,
        bind: bool,
    },
    Link {
        path: String,
        target: String,
    },
    Terminal {
        size: Option<(u16, u16)>,
    },
    Sysctl {
        path: String,
        value: String,
    },
    ReadOnlyPath(String),
    Mask(String),
    RootReadOnly,
    MakeDirectory(String),
    EnterDirectory(String),
    Limit(Limit),
    Umask(u32),
    Bounding(Vec<String>),
    FindUser(User),
    FindCommand(Vec<String>),
    RecordOwners,
    AwaitStart,
    SwitchUser(User),
    Capabilities(Capabilities),
    NoNewPrivileges,
    Filter(Filter),
    Execute {
        args: Vec<String>,
    },
}

#[derive(Deserialize)]
enum Root {
    Directory(String),
    Overlay { lower: Vec<String>, upper: String },
}

#[derive(Deserialize)]
struct Cgroup {
    directory: String,
    settings: Vec<(String, String)>,
}

impl Cgroup {
    fn say(self, language: Language) -> String {
        if self.settings.is_empty() {
            return words::op_make_cgroup(language, self.directory);
        }
        let lines = self.settings.iter();
        let settings: Vec<String> = lines
            .map(|(file, value)| format!("{file} {value}"))
            .collect();
        words::op_make_cgroup_with(language, self.directory, settings.join(", "))
    }
}

/// A process and the cgroup in which it is born, if any.
fn born(process: String, cgroup: Option<String>, language: Language) -> String {
    match cgroup {
        None => process,
        Some(path) => words::op_in_cgroup(language, path, process),
    }
}

#[derive(Deserialize)]
enum Namespace {
    User,
    Mount,
    Pid,
    Network,
    Uts,
    Ipc,
    Cgroup,
}

#[derive(Deserialize)]
enum Source {
    New,
    Host,
    Process(i32),
    Path(String),
}

#[derive(Deserialize)]
struct Ids {
    inside: u32,
    outside: u32,
    count: u32,
}

#[derive(Deserialize)]
struct Cable {
    bridge: String,
    host_name: String,
    container_name: String,
    address: Ipv4Addr,
    prefix: u8,
    gateway: Option<Ipv4Addr>,
}

#[derive(Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the engine's own flags of a mount"
)]
struct Flags {
    read_only: bool,
    recursive_read_only: bool,
    no_suid: bool,
    no_dev: bool,
    no_exec: bool,
    access_time: AccessTime,
}

#[derive(Deserialize, PartialEq)]
enum AccessTime {
    Relative,
    Never,
    Strict,
}

#[derive(Deserialize)]
struct FileSystem {
    kind: String,
    destination: String,
    flags: Flags,
    parameters: Vec<String>,
}

#[derive(Deserialize)]
struct Bind {
    source: String,
    #[serde(default)]
    subpath: String,
    destination: String,
    flags: Flags,
}

#[derive(Deserialize)]
struct Device {
    path: String,
    major: u64,
    minor: u64,
}

#[derive(Deserialize)]
struct Limit {
    resource: String,
    soft: u64,
    hard: u64,
}

#[derive(Deserialize)]
enum User {
    Ids {
        uid: u32,
        gid: u32,
        groups: Vec<u32>,
    },
    Named {
        user: String,
        add_groups: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Capabilities {
    effective: Vec<String>,
    inheritable: Vec<String>,
    ambient: Vec<String>,
}

#[derive(Deserialize)]
struct Filter {
    profile: Profile,
    fake_ownership: bool,
}

#[derive(Deserialize)]
enum Profile {
    Unconfined,
    Default,
    #[serde(rename = "Profile")]
    Given(serde::de::IgnoredAny),
}

impl Operation {
    fn say(self, language: Language) -> String {
        match self {
            Self::OpenRoot(root) => root.say(language),
            Self::Join { kind, source } => {
                words::op_join(language, kind.say(language), source.say(language))
            }
            Self::MakeCgroup(cgroup) => cgroup.say(language),
            Self::EnterCgroup(path) => words::op_enter_cgroup(language, path),
            Self::Clone { namespaces, cgroup } => {
                let names: Vec<String> = namespaces.iter().map(|one| one.say(language)).collect();
                born(
                    words::op_clone(language, names.join(", ")),
                    cgroup,
                    language,
                )
            }
            Self::JoinContainer { pid, cgroup } => {
                let process = words::op_join_container(language, pid.to_string());
                born(process, cgroup, language)
            }
            Self::MapIds { users, groups } => {
                let said = |ids: &[Ids]| {
                    let parts: Vec<String> = ids.iter().map(|one| one.say(language)).collect();
                    parts.join(", ")
                };
                words::op_map_ids(language, said(&groups), said(&users))
            }
            Self::OomScore(score) => words::op_oom_score(language, score.to_string()),
            Self::Connect(cable) => words::op_connect(
                language,
                cable.bridge,
                cable.container_name,
                cable.host_name,
            ),
            Self::Address(cable) => cable.address(language),
            Self::BecomeRoot => words::op_become_root(language),
            Self::SessionKeyring => words::op_keyring(language),
            Self::LoopbackUp => words::op_loopback(language),
            Self::Hostname(name) => words::op_hostname(language, name),
            Self::Domainname(name) => words::op_domainname(language, name),
            Self::AwaitHooks => words::op_await_hooks(language),
            Self::PivotRoot => words::op_pivot_root(language),
            other => other.say_files(language),
        }
    }

    fn say_files(self, language: Language) -> String {
        match self {
            Self::Mount(mount) => mount.say(language),
            Self::ProcOf { source, mount } => {
                words::op_proc_of(language, mount.say(language), source.say(language))
            }
            Self::Bind(bind) => words::op_bind(
                language,
                bind.flags.say(language),
                bind.destination,
                match bind.subpath.as_str() {
                    "" => bind.source,
                    subpath => format!("{}/{subpath}", bind.source),
                },
            ),
            Self::CgroupView { destination, flags } => {
                words::op_cgroup_view(language, flags.say(language), destination)
            }
            Self::Device { device, bind } => {
                let number = format!("{}:{}", device.major, device.minor);
                match bind {
                    true => words::op_device_bound(language, number, device.path),
                    false => words::op_device_made(language, number, device.path),
                }
            }
            Self::Link { path, target } => words::op_link(language, path, target),
            Self::Terminal { size } => {
                let size = size.map(|(rows, columns)| format!(", {columns}x{rows}"));
                words::op_terminal(language, size.unwrap_or_default())
            }
            Self::Sysctl { path, value } => {
                words::op_sysctl(language, path.replace('/', "."), value)
            }
            Self::ReadOnlyPath(path) => words::op_read_only(language, path),
            Self::Mask(path) => words::op_mask(language, path),
            Self::RootReadOnly => words::op_root_read_only(language),
            Self::MakeDirectory(path) => words::op_make_directory(language, path),
            Self::EnterDirectory(path) => words::op_enter(language, path),
            other => other.say_process(language),
        }
    }

    fn say_process(self, language: Language) -> String {
        match self {
            Self::Limit(limit) => limit.say(language),
            Self::Umask(mask) => words::op_umask(language, format!("{mask:04o}")),
            Self::Bounding(names) => words::op_bounding(language, names.join(" ")),
            Self::FindUser(user) => words::op_find_user(language, user.say(language)),
            Self::FindCommand(args) => {
                let command = args.first().map_or("", String::as_str);
                words::op_find_command(language, format!("{command:?}"))
            }
            Self::RecordOwners => words::op_record_owners(language),
            Self::AwaitStart => words::op_await_start(language),
            Self::SwitchUser(user) => words::op_switch_user(language, user.say(language)),
            Self::Capabilities(sets) => sets.say(language),
            Self::NoNewPrivileges => words::op_no_new_privileges(language),
            Self::Filter(filter) => filter.say(language),
            Self::Execute { args } => words::op_execute(language, quoted(&args)),
            // Every other operation is said by the two before.
            _ => String::new(),
        }
    }
}

impl Root {
    fn say(self, language: Language) -> String {
        match self {
            Self::Directory(path) => words::op_root_directory(language, path),
            Self::Overlay { lower, upper } => words::op_root_overlay(language, lower.len(), upper),
        }
    }
}

impl Namespace {
    fn say(&self, language: Language) -> String {
        match self {
            Self::User => words::namespace_user(language),
            Self::Mount => words::namespace_mount(language),
            Self::Pid => words::namespace_process(language),
            Self::Network => words::namespace_network(language),
            Self::Uts => words::namespace_host_name(language),
            Self::Ipc => "IPC".to_owned(),
            Self::Cgroup => "cgroup".to_owned(),
        }
    }
}

impl Source {
    fn say(&self, language: Language) -> String {
        match self {
            Self::New => words::source_own(language),
            Self::Host => words::source_host(language),
            Self::Process(pid) => words::source_process(language, pid.to_string()),
            Self::Path(path) => path.clone(),
        }
    }
}

impl Ids {
    fn say(&self, language: Language) -> String {
        let range = |first: u32| match self.count {
            1 => first.to_string(),
            count => format!("{first}-{}", u64::from(first) + u64::from(count) - 1),
        };
        words::ids_mapped(language, range(self.inside), range(self.outside))
    }
}

impl Cable {
    fn address(self, language: Language) -> String {
        let address = format!("{}/{}", self.address, self.prefix);
        let name = self.container_name;
        match self.gateway {
            Some(gateway) => words::op_address_route(language, address, gateway.to_string(), name),
            None => words::op_address(language, address, name),
        }
    }
}

impl Flags {
    /// Empty, or ` (read-only, nosuid)` and so on: the words of mount(8) are the
    /// same everywhere.
    fn say(&self, language: Language) -> String {
        let only_this = self.read_only && !self.recursive_read_only;
        let every = [
            (
                self.recursive_read_only,
                words::flag_all_read_only(language),
            ),
            (only_this, words::flag_read_only(language)),
            (self.no_suid, "nosuid".to_owned()),
            (self.no_dev, "nodev".to_owned()),
            (self.no_exec, "noexec".to_owned()),
            (self.access_time == AccessTime::Never, "noatime".to_owned()),
            (
                self.access_time == AccessTime::Strict,
                "strictatime".to_owned(),
            ),
        ];
        let set = every.into_iter().filter(|(set, _)| *set);
        let said: Vec<String> = set.map(|(_, word)| word).collect();
        match said.is_empty() {
            true => String::new(),
            false => format!(" ({})", said.join(", ")),
        }
    }
}

impl FileSystem {
    fn say(&self, language: Language) -> String {
        let (kind, place) = (self.kind.as_str(), self.destination.as_str());
        let flags = self.flags.say(language);
        match self.parameters.is_empty() {
            true => words::op_mount(language, flags, kind, place),
            false => words::op_mount_with(language, flags, kind, self.parameters.join(","), place),
        }
    }
}

impl Limit {
    fn say(self, language: Language) -> String {
        let amount = |value: u64| match value {
            u64::MAX => words::unlimited(language),
            value => value.to_string(),
        };
        let (soft, hard) = (amount(self.soft), amount(self.hard));
        words::op_limit(language, hard, self.resource.to_lowercase(), soft)
    }
}

impl User {
    fn say(self, language: Language) -> String {
        let (who, more) = match self {
            Self::Ids { uid, gid, groups } => {
                let groups: Vec<String> = groups.iter().map(u32::to_string).collect();
                let who = words::user_by_number(language, gid.to_string(), uid.to_string());
                (who, groups)
            }
            Self::Named { user, add_groups } => {
                let name = if user.is_empty() { "root" } else { &user };
                let who = words::user_by_name(language, format!("{name:?}"));
                (who, add_groups)
            }
        };
        match more.is_empty() {
            true => who,
            false => words::user_also(language, more.join(" "), who),
        }
    }
}

impl Capabilities {
    fn say(self, language: Language) -> String {
        let mut said = words::op_capabilities(language, self.effective.join(" "));
        for (name, set) in [("inheritable", self.inheritable), ("ambient", self.ambient)] {
            if !set.is_empty() {
                said = format!("{said}; {name}: {}", set.join(" "));
            }
        }
        said
    }
}

impl Filter {
    fn say(self, language: Language) -> String {
        let said = match self.profile {
            Profile::Unconfined => words::op_filter_none(language),
            Profile::Default => words::op_filter_default(language),
            Profile::Given(_) => words::op_filter_given(language),
        };
        match self.fake_ownership {
            true => words::op_filter_faked(language, said),
            false => said,
        }
    }
}

/// As a shell would need it, where it would need it.
fn quoted(args: &[String]) -> String {
    let plain = |arg: &String| {
        let fine = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
        !arg.is_empty() && arg.chars().all(fine)
    };
    let word = |arg: &String| match plain(arg) {
        true => arg.clone(),
        false => format!("{arg:?}"),
    };
    args.iter().map(word).collect::<Vec<_>>().join(" ")
}
