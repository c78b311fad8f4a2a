//! Users, directories and plans for the tests.

use plimsoll_runtime::{
    Attachment, CapabilitySet, CgroupMode, ExecPlan, ExecRequest, Plan, Process, Progress, Request,
    Rootfs, Seccomp, User, plan, plan_exec,
};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const PROBER: &str = env!("CARGO_BIN_EXE_plimsoll-prober");

/// Who runs the lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    /// First id and count of the subordinate range.
    pub range: Option<(u32, u32)>,
}

impl Account {
    /// Lines of the lab's map: itself, and the range at the same numbers.
    fn lab_map(&self) -> Vec<[u32; 3]> {
        let own = [self.uid, self.uid, 1];
        own_and(own, self.range.map(|(first, count)| [first, first, count]))
    }

    /// Lines of a container's map. Container root is never host root.
    pub fn container_map(&self) -> Vec<[u32; 3]> {
        match (self.uid, self.range) {
            (0, Some((first, count))) => vec![[0, first, count]],
            (uid, range) => own_and([0, uid, 1], range.map(|(first, count)| [1, first, count])),
        }
    }

    pub fn single(&self) -> bool {
        self.range.is_none()
    }

    fn container_root(&self) -> u32 {
        self.container_map()[0][1]
    }
}

fn own_and(own: [u32; 3], range: Option<[u32; 3]>) -> Vec<[u32; 3]> {
    std::iter::once(own).chain(range).collect()
}

/// The kinds of users that this machine lets us try.
pub fn accounts() -> Vec<Account> {
    let uid = nix::unistd::geteuid().as_raw();
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let subuid = fs::read_to_string("/etc/subuid").unwrap_or_default();
    let range = |name: &str| {
        subuid.lines().find_map(|line| {
            let mut fields = line.split(':');
            let own = fields.next()? == name;
            let (first, count) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            own.then_some((first, count))
        })
    };
    let known: Vec<Account> = passwd
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            let uid = fields.nth(1)?.parse().ok()?;
            Some(Account {
                range: range(&name),
                name,
                uid,
            })
        })
        .collect();
    if uid != 0 {
        return known
            .into_iter()
            .filter(|account| account.uid == uid)
            .collect();
    }
    let ordinary = |account: &&Account| (1000..60000).contains(&account.uid);
    let mut all = vec![Account {
        name: "root".into(),
        uid: 0,
        range: Some((2_000_000, 65536)),
    }];
    let kinds = [
        ("with a subordinate range", true),
        ("without a subordinate range", false),
    ];
    for (kind, ranged) in kinds {
        match known
            .iter()
            .filter(ordinary)
            .find(|account| account.range.is_some() == ranged)
        {
            Some(account) => all.push(account.clone()),
            None => eprintln!("skipped: no ordinary user {kind} on this machine"),
        }
    }
    all
}

/// Runs a test for every account.
pub fn for_each_account(test: impl Fn(&Setting)) {
    for account in accounts() {
        eprintln!("as {}", account.name);
        test(&Setting::new(account));
    }
}

/// Directories of one lab, with a root file system that holds the prober.
pub struct Setting {
    pub account: Account,
    directory: TempDir,
}

impl Setting {
    pub fn new(account: Account) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("plimsoll")
            .tempdir()
            .expect("a directory");
        let setting = Self { account, directory };
        let lower = setting.path("lower");
        for path in [
            "",
            "lower",
            "lower/etc",
            "lower/tmp",
            "lower/home",
            "upper",
            "work",
            "shared",
        ] {
            let path = setting.path(path);
            fs::create_dir_all(&path).expect("a directory");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
        }
        fs::copy(PROBER, lower.join("prober")).expect("the prober");
        fs::write(
            lower.join("etc/passwd"),
            "root:x:0:0::/root:/bin/sh\nwww:x:33:33::/srv:/x\n",
        )
        .expect("passwd");
        fs::write(
            lower.join("etc/group"),
            "root:x:0:\nwww:x:33:\nmore:x:50:www\n",
        )
        .expect("group");
        setting.own();
        setting
    }

    /// Hands everything to container root, as a store unpacks layers.
    pub fn own(&self) {
        if nix::unistd::geteuid().is_root() {
            own_all(&self.path(""), self.account.container_root());
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A volatile overlay is marked as not to be mounted again, since it may
    /// have been cut off; ours has come to its end.
    fn forget_mount(&self) {
        let _ = fs::remove_dir_all(self.path("work/work/incompat"));
    }

    pub fn rootfs(&self) -> Rootfs {
        Rootfs::Overlay {
            lower: vec![self.path("lower")],
            upper: self.path("upper"),
            work: self.path("work"),
        }
    }

    /// A container as the engine asks for it, that runs the prober.
    pub fn request(&self, args: &[&str]) -> Request {
        let mut spec = docker_spec(&self.account);
        let args: Vec<&str> = std::iter::once("/prober")
            .chain(args.iter().copied())
            .collect();
        spec["process"]["args"] = json!(args);
        let spec = serde_json::from_value(spec).expect("a specification");
        let mut request = Request::from_spec(&spec, self.rootfs()).expect("a request");
        request.seccomp = Seccomp::Default;
        request.fake_ownership = self.account.single();
        request
    }

    pub fn exec(&self, args: &[&str]) -> ExecRequest {
        let request = self.request(args);
        ExecRequest {
            pid: 0,
            process: request.process,
            seccomp: request.seccomp,
            fake_ownership: request.fake_ownership,
            cgroup: CgroupMode::None,
        }
    }

    pub fn run(&self, request: &Request) -> Outcome {
        self.run_job(&plan(request), &[])
    }

    pub fn run_with(&self, request: &Request, execs: &[ExecRequest]) -> Outcome {
        let execs: Vec<_> = execs.iter().map(plan_exec).collect();
        self.run_job(&plan(request), &execs)
    }

    pub fn run_job(&self, plan: &Plan, execs: &[ExecPlan]) -> Outcome {
        let job = json!({ "plan": plan, "exec": execs, "recorder": "answer" });
        self.run_in_lab(job)
    }

    /// With a recorder of changes of owners that is as `recorder` says.
    pub fn run_recorded(&self, plan: &Plan, recorder: &str) -> Outcome {
        self.run_in_lab(json!({ "plan": plan, "exec": [], "recorder": recorder }))
    }

    fn run_in_lab(&self, mut job: Value) -> Outcome {
        self.forget_mount();
        job["map"] = json!(self.account.lab_map());
        let file = self.path("job.json");
        fs::write(&file, job.to_string()).expect("the job");
        let program = self.path("lower/prober");
        let mut command = if self.account.uid == nix::unistd::geteuid().as_raw() {
            Command::new(&program)
        } else {
            let id = self.account.uid.to_string();
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", &id, "--regid", &id, "--clear-groups"])
                .arg(&program);
            command
        };
        let output = command
            .arg("lab")
            .arg(&file)
            .output()
            .expect("the prober runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        let value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("lab: {text}{said}"));
        Outcome(value)
    }
}

fn own_all(path: &Path, id: u32) {
    std::os::unix::fs::lchown(path, Some(id), Some(id)).expect("its owner");
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path).expect("a directory").flatten() {
            own_all(&entry.path(), id);
        }
    }
}

/// What the lab reported.
#[derive(Debug)]
pub struct Outcome(pub Value);

impl Outcome {
    /// The JSON that the container's program printed.
    pub fn seen(&self) -> Value {
        let output = self.0["output"].as_str().unwrap_or_default();
        serde_json::from_str(output).unwrap_or_else(|_| panic!("the program failed: {}", self.0))
    }

    pub fn exec(&self, index: usize) -> Self {
        Self(self.0["exec"][index].clone())
    }

    pub fn output(&self) -> &str {
        self.0["output"].as_str().unwrap_or_default()
    }

    pub fn fault(&self) -> &str {
        self.0["fault"]
            .as_str()
            .unwrap_or_else(|| panic!("no fault: {}", self.0))
    }

    pub fn progress(&self) -> Progress {
        serde_json::from_value(self.0["progress"].clone()).expect("how far it came")
    }

    pub fn exit(&self) -> i64 {
        self.0["exit"]
            .as_i64()
            .unwrap_or_else(|| panic!("no exit code: {}", self.0))
    }
}

pub fn attachment(number: u8) -> Attachment {
    Attachment {
        bridge: "docker0".into(),
        host_name: format!("veth{number}"),
        container_name: "eth0".into(),
        mac: [2, 0x42, 172, 17, 0, number],
        address: [172, 17, 0, number].into(),
        prefix: 16,
        gateway: Some([172, 17, 0, 1].into()),
    }
}

pub fn named(process: &mut Process, user: &str) {
    process.user = User::Named {
        user: user.into(),
        add_groups: vec![],
    };
}

/// What Docker writes for a container without options.
pub fn docker_spec(account: &Account) -> Value {
    let names: Vec<String> = CapabilitySet::DOCKER
        .iter()
        .map(|one| format!("CAP_{}", one.name()))
        .collect();
    let map: Vec<Value> = account
        .container_map()
        .iter()
        .map(|[inside, outside, count]| {
            json!({ "containerID": inside, "hostID": outside, "size": count })
        })
        .collect();
    let mount = |destination: &str, kind: &str, options: &[&str]| json!({ "destination": destination, "type": kind, "source": kind, "options": options });
    json!({
        "ociVersion": "1.2.0",
        "hostname": "box",
        "root": { "path": "rootfs" },
        "process": {
            "user": { "uid": 0, "gid": 0 },
            "cwd": "/",
            "env": ["PATH=/usr/bin:/bin:/"],
            "capabilities": { "bounding": names, "effective": names, "permitted": names },
        },
        "mounts": [
            mount("/proc", "proc", &["nosuid", "noexec", "nodev"]),
            mount("/dev", "tmpfs", &["nosuid", "strictatime", "mode=755", "size=65536k"]),
            mount("/dev/pts", "devpts",
                &["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            mount("/sys", "sysfs", &["nosuid", "noexec", "nodev", "ro"]),
            mount("/sys/fs/cgroup", "cgroup", &["ro", "nosuid", "noexec", "nodev"]),
            mount("/dev/mqueue", "mqueue", &["nosuid", "noexec", "nodev"]),
            mount("/dev/shm", "tmpfs", &["nosuid", "noexec", "nodev", "mode=1777", "size=67108864"]),
        ],
        "linux": {
            "uidMappings": map,
            "gidMappings": map,
            "sysctl": {
                "net.ipv4.ip_unprivileged_port_start": "0",
                "net.ipv4.ping_group_range": "0 0",
            },
            "namespaces": (["user", "mount", "pid", "network", "uts", "ipc", "cgroup"]
                .map(|kind| json!({ "type": kind }))),
            "maskedPaths": [
                "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
                "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
                "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
            ],
            "readonlyPaths":
                ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    })
}
