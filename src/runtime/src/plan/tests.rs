use super::*;
use crate::request::{Attachment, IdMap, IdMaps, RequestError, Rootfs, User};
use serde_json::{Value, json};

/// A specification as the engine writes it, shortened where the rest is more
/// of the same.
fn specification() -> Value {
    let mount = |destination: &str, kind: &str, options: &[&str]| json!({ "destination": destination, "type": kind, "source": kind, "options": options });
    json!({
        "ociVersion": "1.2.0",
        "hostname": "box",
        "root": { "path": "rootfs" },
        "process": {
            "user": { "uid": 0, "gid": 0 },
            "args": ["sh", "-c", "echo hello"],
            "env": ["PATH=/bin"],
            "cwd": "/",
            "capabilities": {
                "bounding": ["CAP_CHOWN", "CAP_KILL"],
                "effective": ["CAP_CHOWN", "CAP_KILL"],
                "permitted": ["CAP_CHOWN", "CAP_KILL"],
            },
        },
        "mounts": [
            mount("/proc", "proc", &["nosuid", "noexec", "nodev"]),
            mount("/dev", "tmpfs", &["nosuid", "strictatime", "mode=755", "size=65536k"]),
            mount("/dev/pts", "devpts", &["nosuid", "noexec", "newinstance", "gid=5"]),
            mount("/sys", "sysfs", &["nosuid", "noexec", "nodev", "ro"]),
            mount("/sys/fs/cgroup", "cgroup", &["ro"]),
            mount("/dev/mqueue", "mqueue", &["nosuid"]),
        ],
        "linux": {
            "namespaces": (["user", "mount", "pid", "network", "uts", "ipc", "cgroup"]
                .map(|kind| json!({ "type": kind }))),
            "uidMappings": [
                { "containerID": 0, "hostID": 1001, "size": 1 },
                { "containerID": 1, "hostID": 100_000, "size": 65536 },
            ],
            "gidMappings": [
                { "containerID": 0, "hostID": 1001, "size": 1 },
                { "containerID": 1, "hostID": 100_000, "size": 65536 },
            ],
            "sysctl": { "net.ipv4.ip_unprivileged_port_start": "0" },
            "maskedPaths": ["/proc/kcore", "/sys/firmware"],
            "readonlyPaths": ["/proc/sys"],
        },
    })
}

fn overlay() -> Rootfs {
    Rootfs::Overlay {
        lower: vec!["/store/b".into(), "/store/a".into()],
        upper: "/lab/c/upper".into(),
        work: "/lab/c/work".into(),
    }
}

fn read(specification: Value) -> Result<Request, RequestError> {
    let spec = serde_json::from_value(specification).expect("a specification");
    Request::from_spec(&spec, overlay())
}

fn request() -> Request {
    let mut request = read(specification()).expect("a request");
    request.seccomp = Seccomp::Default;
    request
}

fn attachment() -> Attachment {
    Attachment {
        bridge: "docker0".into(),
        host_name: "veth1a2b3c4".into(),
        container_name: "eth0".into(),
        mac: [2, 0x42, 172, 17, 0, 2],
        address: [172, 17, 0, 2].into(),
        prefix: 16,
        gateway: Some([172, 17, 0, 1].into()),
    }
}

#[test]
fn a_container_on_the_bridge() {
    let mut request = request();
    request.attachments.push(attachment());
    insta::assert_snapshot!(plan(&request).to_string());
}

#[test]
fn a_single_user_with_a_terminal_and_a_volume() {
    let mut spec = specification();
    spec["process"]["terminal"] = json!(true);
    spec["process"]["consoleSize"] = json!({ "height": 24, "width": 80 });
    spec["process"]["rlimits"] =
        json!([{ "type": "RLIMIT_NOFILE", "soft": 1024, "hard": 1_048_576 }]);
    spec["root"]["readonly"] = json!(true);
    let volume = json!({
        "destination": "/usr/share/nginx/html",
        "type": "bind",
        "source": "/home/ada/html",
        "options": ["rbind", "ro"],
    });
    spec["mounts"].as_array_mut().expect("mounts").push(volume);
    let mut request = read(spec).expect("a request");
    let map = vec![IdMap {
        inside: 0,
        outside: 1002,
        count: 1,
    }];
    request.id_maps = IdMaps {
        users: map.clone(),
        groups: map,
    };
    request.fake_ownership = true;
    request.seccomp = Seccomp::Default;
    request.process.create_cwd = true;
    request.process.cwd = "/srv/app".into();
    request.process.user = User::Named {
        user: "www:staff".into(),
        add_groups: vec!["audio".into()],
    };
    insta::assert_snapshot!(plan(&request).to_string());
}

#[test]
fn the_hosts_network_and_limits_without_a_cgroup() {
    let mut request = request();
    request
        .namespaces
        .insert(Namespace::Network, NamespaceSource::Host);
    request
        .namespaces
        .insert(Namespace::Ipc, NamespaceSource::Process(4711));
    request.sysctls.clear();
    request.process.no_new_privileges = true;
    request.resources.memory = Some(64 << 20);
    request.resources.pids = Some(100);
    request.resources.cpu = Some((50_000, 100_000));
    insta::assert_snapshot!(plan(&request).to_string());
}

/// The host's /proc would show the processes of all its containers.
#[test]
fn processes_of_another_container_have_their_own_proc() {
    let mut request = request();
    let proc = |request: &Request| {
        let ops = plan(request).ops;
        let at_proc = |op: &&Op| match op {
            Op::Mount(mount) | Op::ProcOf { mount, .. } => mount.destination == Path::new("/proc"),
            Op::Bind(bind) => bind.destination == Path::new("/proc"),
            _ => false,
        };
        ops.iter().find(at_proc).map(ToString::to_string)
    };
    let mut with = |source| {
        request.namespaces.insert(Namespace::Pid, source);
        proc(&request).expect("a proc")
    };
    let told = [
        with(NamespaceSource::New),
        with(NamespaceSource::Process(4711)),
        with(NamespaceSource::Host),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    mount a new proc on /proc (nosuid, nodev, noexec)
    mount a new proc on /proc (nosuid, nodev, noexec), which shows the processes of process 4711
    show the host's /proc on /proc (nosuid, nodev, noexec)
    ");
}

#[test]
fn a_process_in_a_container() {
    let request = ExecRequest {
        pid: 4711,
        process: request().process,
        seccomp: Seccomp::Default,
        fake_ownership: false,
        cgroup: CgroupMode::None,
    };
    insta::assert_snapshot!(plan_exec(&request).to_string());
}

#[test]
fn a_plan_survives_the_way_to_the_zygote() {
    let plan = plan(&request());
    let text = serde_json::to_string(&plan).expect("JSON");
    assert_eq!(serde_json::from_str::<Plan>(&text).expect("a plan"), plan);
}

#[test]
fn who_carries_what_out_is_in_order() {
    let plan = plan(&request());
    let stages: Vec<_> = plan.ops.iter().map(Op::stage).collect();
    assert!(stages.is_sorted(), "what is done outside comes first");
}

/// What is refused, with the words for it.
#[test]
fn specifications_that_cannot_be_carried_out() {
    let with = |pointer: &str, value: Value| {
        let mut spec = specification();
        *spec.pointer_mut(pointer).expect(pointer) = value;
        read(spec).expect_err(pointer).to_string()
    };
    let mount = |destination: &str, kind: &str, source: &str| {
        with(
            "/mounts/5",
            json!({
                "destination": destination, "type": kind, "source": source, "options": [],
            }),
        )
    };
    let cases = [
        with("/process", Value::Null),
        with("/process/args", json!([])),
        with("/process/args", json!(["a\0b"])),
        with("/process/env", json!(["A=\0"])),
        with("/process/cwd", json!("relative")),
        with("/process/user/uid", json!(4_294_967_295u32)),
        with("/process/user/gid", json!(2_147_483_648u32)),
        // CVE-2019-16884, CVE-2023-27561.
        mount("/proc", "bind", "/x"),
        mount("/proc/self", "tmpfs", "tmpfs"),
        mount("/proc/../etc", "tmpfs", "tmpfs"),
        mount("/", "tmpfs", "tmpfs"),
        mount("relative", "tmpfs", "tmpfs"),
        mount("/data", "bind", "relative"),
        mount("/data", "ext4", "/dev/sda"),
        with("/linux/namespaces/1", json!({ "type": "user" })),
        with("/linux/namespaces/1", json!({ "type": "time" })),
        with(
            "/linux/namespaces/1",
            json!({ "type": "mount", "path": "/x" }),
        ),
        with("/linux/uidMappings", json!([])),
        with(
            "/linux/gidMappings",
            json!([
                { "containerID": 0, "hostID": 1, "size": 2 },
                { "containerID": 1, "hostID": 9, "size": 1 },
            ]),
        ),
        with(
            "/linux/uidMappings",
            json!([{ "containerID": 0, "hostID": 4_294_967_295u32, "size": 2 }]),
        ),
        with("/linux/sysctl", json!({ "kernel.core_pattern": "|/x" })),
        with(
            "/linux/sysctl",
            json!({ "net/../kernel/core_pattern": "|/x" }),
        ),
        with("/hostname", json!("x".repeat(65))),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn parameters_need_a_namespace_of_their_own() {
    let mut spec = specification();
    spec["linux"]["namespaces"]
        .as_array_mut()
        .expect("a list")
        .retain(|one| one["type"] != "network");
    let error = read(spec).expect_err("refused");
    assert_eq!(
        error,
        RequestError::Sysctl("net.ipv4.ip_unprivileged_port_start".into())
    );
}
