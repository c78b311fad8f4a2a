//! The answers: one lab with a few containers, images, volumes and networks.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use plimsoll_api::client::{Stream, frame_header};
use plimsoll_api::{ContainerInspect, ImageInspect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Reply;

const ID: &str = "4f1c9a1f3a2b5c6d7e8f90123456789abcdef0123456789abcdef0123456789a";
const ID2: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
const IMAGE: &str = "sha256:9a8b7c6d5e4f30219a8b7c6d5e4f30219a8b7c6d5e4f30219a8b7c6d5e4f3021";
const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

#[expect(clippy::too_many_lines, reason = "a table of replies")]
pub fn answer(method: &str, path: &str, query: &str, body: &[u8]) -> Reply {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        (_, ["_ping"]) => Reply::Json(200, "OK".to_owned()),
        ("GET", ["version"]) => ok(&version()),
        ("GET", ["info"]) => ok(&info()),
        ("GET", ["events"]) => Reply::Stream("application/json", events()),
        ("GET", ["system", "df"]) => ok(&disk_usage()),
        ("GET", ["containers", "json"]) => ok(&containers()),
        ("POST", ["containers", "create"]) => {
            create(query, body["Image"].as_str().unwrap_or_default())
        }
        ("POST", ["containers", "prune"]) => {
            ok(&json!({"ContainersDeleted": [ID, ID2], "SpaceReclaimed": 12345}))
        }
        ("GET", ["images", "json"]) if query.contains("nosuch") || query.contains("%22ls") => {
            ok(&json!([]))
        }
        ("GET", ["images", "json"]) => ok(&images()),
        ("POST", ["images", "create"]) => pull(query),
        ("POST", ["images", "prune"]) => ok(&json!({
            "ImagesDeleted": [{"Untagged": "old:1"}, {"Deleted": IMAGE}], "SpaceReclaimed": 6_000_000
        })),
        (method, ["images", name @ .., "json" | "history" | "tag"]) if method != "DELETE" => {
            image(parts.last().copied().unwrap_or_default(), &name.join("/"))
        }
        ("DELETE", ["images", name]) => remove_image(name),
        ("GET", ["volumes"]) => ok(&json!({"Volumes": volumes(), "Warnings": null})),
        ("POST", ["volumes", "create"]) => Reply::Json(201, volume("web", None).to_string()),
        ("POST", ["volumes", "prune"]) => ok(&json!({"VolumesDeleted": [], "SpaceReclaimed": 0})),
        ("GET", ["volumes", "data"]) => ok(&volume("data", None)),
        ("DELETE", ["volumes", "data"]) => Reply::Json(204, String::new()),
        (_, ["volumes", name]) => missing(&format!("get {name}: no such volume")),
        ("GET", ["networks"]) => ok(&json!([
            network("bridge"),
            network("none"),
            network("web10"),
            network("web2")
        ])),
        ("POST", ["networks", "prune"]) => ok(&json!({"NetworksDeleted": null})),
        ("POST", ["build", "prune"]) => ok(&json!({"CachesDeleted": null, "SpaceReclaimed": 0})),
        ("GET", ["images", "search"]) => ok(&json!([
            {"star_count": 3, "is_official": false, "name": "me/nginx", "is_automated": false, "description": "Mine"},
            {"star_count": 20_000, "is_official": true, "name": "nginx", "is_automated": false,
             "description": "Official build of Nginx, and more words than a row has room for."}
        ])),
        ("DELETE", ["networks", "bridge"]) => Reply::Json(
            403,
            json!({"message": "bridge is a pre-defined network and cannot be removed"}).to_string(),
        ),
        ("GET", ["networks", "bridge"]) => ok(&network("bridge")),
        (_, ["networks", name]) => missing(&format!("network {name} not found")),
        ("GET", ["exec", _, "json"]) => {
            let code = if parts[1] == "exec2" { 3 } else { 0 };
            ok(
                &json!({"ID": parts[1], "Running": false, "ExitCode": code, "Pid": 0, "ContainerID": ID}),
            )
        }
        ("POST", ["exec", id, "start"]) if *id == "exec3" => Reply::Json(200, String::new()),
        ("POST", ["exec", _, "start"]) => Reply::Upgrade(frames(&[
            (Stream::Stdout, "uid=0(root)\n"),
            (Stream::Stderr, "oh\n"),
        ])),
        (_, ["containers", name, ..]) if *name == "nosuch" => missing("No such container: nosuch"),
        (method, ["containers", name]) => {
            assert_eq!(method, "DELETE", "{path}");
            let _ = name;
            Reply::Json(204, String::new())
        }
        ("POST", ["containers", _, "exec"]) => {
            let id = match (body["Detach"] == true, body["Cmd"][0].as_str()) {
                (true, _) => "exec3",
                (_, Some("fails")) => "exec2",
                _ => "exec1",
            };
            Reply::Json(201, json!({"Id": id}).to_string())
        }
        (_, ["containers", name, action]) => container(name, action, query),
        _ => missing(&format!("page not found: {method} {path}")),
    }
}

fn ok(value: &Value) -> Reply {
    Reply::Json(200, value.to_string())
}

/// With members in the order in which an engine writes them.
fn in_order<T: DeserializeOwned + Serialize>(value: Value) -> String {
    let typed: T = serde_json::from_value(value).expect("of the type");
    serde_json::to_string(&typed).expect("valid JSON")
}

fn missing(message: &str) -> Reply {
    Reply::Json(404, json!({"message": message}).to_string())
}

/// Three days ago. Read once: the clients are asked one after the other, and a
/// second that passes between them must not show in what they print.
fn created() -> i64 {
    static CREATED: LazyLock<i64> = LazyLock::new(|| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after the epoch");
        i64::try_from(now.as_secs()).expect("in range") - 3 * 86_400 - 3600
    });
    *CREATED
}

fn frames(parts: &[(Stream, &str)]) -> Vec<u8> {
    parts.iter().fold(Vec::new(), |mut bytes, (stream, text)| {
        let length = u32::try_from(text.len()).expect("short");
        bytes.extend_from_slice(&frame_header(*stream, length));
        bytes.extend_from_slice(text.as_bytes());
        bytes
    })
}

fn container(name: &str, action: &str, query: &str) -> Reply {
    let nothing = || Reply::Json(204, String::new());
    match action {
        "json" => Reply::Json(200, in_order::<ContainerInspect>(inspect(name))),
        "logs" if name == "term" || name == ID2 => Reply::Stream(
            "application/vnd.docker.raw-stream",
            b"raw \x1b[1mbold\r\n".to_vec(),
        ),
        "logs" => Reply::Stream(
            "application/vnd.docker.multiplexed-stream",
            frames(&[
                (Stream::Stdout, "to stdout\n"),
                (Stream::Stderr, "to stderr\n"),
                (Stream::Stdout, "end"),
            ]),
        ),
        "top" if query.contains("ps_args") => {
            ok(&json!({"Titles": ["PID"], "Processes": [["7"], ["8"]]}))
        }
        "top" => ok(&json!({
            "Titles": ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"],
            "Processes": [
                ["root", "4242", "4221", "0", "10:00", "?", "00:00:00", "nginx: master process nginx -g daemon off;"],
                ["systemd+", "4300", "4242", "0", "10:00", "?", "00:00:00", "nginx: worker process"]
            ]
        })),
        "changes" => ok(
            &json!([{"Path": "/run", "Kind": 0}, {"Path": "/run/nginx.pid", "Kind": 1}, {"Path": "/etc/x", "Kind": 2}]),
        ),
        "stats" => ok(&stats()),
        "attach" if name == "open" => Reply::Open(b"in".to_vec()),
        "wait" if name == "open" => Reply::Pending,
        "attach" => {
            let text = if query.contains("stdout=1") && !name.starts_with("bad") {
                "hello\n"
            } else {
                ""
            };
            Reply::Upgrade(frames(&[(Stream::Stdout, text)]))
        }
        "wait" => ok(&json!({"StatusCode": if name == ID2 { 4 } else { 0 }})),
        "start" if name.starts_with("bad") => {
            let text = if name == "bad1" {
                "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"foo\": executable file not found in $PATH"
            } else {
                "failed to create task for container: exec: \"/etc\": permission denied"
            };
            Reply::Json(400, json!({"message": text}).to_string())
        }
        "update" => ok(&json!({"Warnings": null})),
        _ => nothing(),
    }
}

fn create(query: &str, image: &str) -> Reply {
    if query.contains("name=taken") {
        return Reply::Json(
            409,
            json!({"message": format!("Conflict. The container name \"/taken\" is already in use by container \"{ID}\". You have to remove (or rename) that container to be able to reuse that name.")}).to_string(),
        );
    }
    let (id, warnings) = match image {
        "nosuch" | "missing" => return missing(&format!("No such image: {image}:latest")),
        "notfound" => ("bad1", json!([])),
        "denied" => ("bad2", json!([])),
        "stays" => ("open", json!([])),
        _ => (ID, json!(["a warning"])),
    };
    Reply::Json(201, json!({"Id": id, "Warnings": warnings}).to_string())
}

fn image(action: &str, name: &str) -> Reply {
    if name == "nosuch" {
        return missing("No such image: nosuch:latest");
    }
    if !matches!(name, "nginx" | "nginx:latest") {
        return missing(&format!("No such image: {name}"));
    }
    match action {
        "json" => Reply::Json(200, in_order::<ImageInspect>(image_inspect())),
        "history" => ok(&history()),
        _ => Reply::Json(201, String::new()),
    }
}

fn remove_image(name: &str) -> Reply {
    match name {
        "nginx" => ok(
            &json!([{"Untagged": "nginx:latest"}, {"Untagged": format!("nginx@{DIGEST}")}, {"Deleted": IMAGE}]),
        ),
        _ => missing(&format!("No such image: {name}:latest")),
    }
}

fn pull(query: &str) -> Reply {
    if query.contains("nosuch") {
        return missing(
            "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
        );
    }
    let lines = [
        json!({"status": "Pulling from library/nginx", "id": "latest"}),
        json!({"status": "Pulling fs layer", "progressDetail": {}, "id": "aaaaaaaaaaaa"}),
        json!({"status": "Downloading", "progressDetail": {"current": 10, "total": 100}, "progress": "[>  ] 10B/100B", "id": "aaaaaaaaaaaa"}),
        json!({"status": "Download complete", "progressDetail": {}, "id": "aaaaaaaaaaaa"}),
        json!({"status": "Pull complete", "progressDetail": {}, "id": "aaaaaaaaaaaa"}),
        json!({"status": format!("Digest: {DIGEST}")}),
        json!({"status": "Status: Downloaded newer image for nginx:latest"}),
    ];
    let text = lines.iter().fold(String::new(), |text, line| {
        text + &line.to_string() + "\r\n"
    });
    Reply::Stream("application/json", text.into_bytes())
}

fn containers() -> Value {
    json!([
        {
            "Id": ID, "Names": ["/web", "/other/alias"], "Image": "nginx", "ImageID": IMAGE,
            "Command": "/docker-entrypoint.sh nginx -g 'daemon off;'", "Created": created(),
            "Ports": [
                {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"IP": "0.0.0.0", "PrivatePort": 8001, "PublicPort": 8001, "Type": "tcp"},
                {"IP": "0.0.0.0", "PrivatePort": 8002, "PublicPort": 8002, "Type": "tcp"},
                {"PrivatePort": 443, "Type": "tcp"}, {"PrivatePort": 53, "Type": "udp"}
            ],
            "SizeRw": 1095, "SizeRootFs": 192_000_000,
            "Labels": {"b": "2", "com.example.the-label": "value"}, "State": "running", "Status": "Up 3 days",
            "HostConfig": {"NetworkMode": "bridge"},
            "NetworkSettings": {"Networks": {"bridge": {"IPAMConfig": null, "Links": null, "Aliases": null, "MacAddress": "", "DriverOpts": null, "NetworkID": "", "EndpointID": "", "Gateway": "", "IPAddress": "", "IPPrefixLen": 0, "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0, "DNSNames": null}}},
            "Mounts": [
                {"Type": "bind", "Source": "/home/learner/plimsoll/nginx-volumes/html", "Destination": "/usr/share/nginx/html", "Mode": "", "RW": true, "Propagation": "rprivate"},
                {"Type": "volume", "Name": "data", "Source": "", "Destination": "/data", "Driver": "local", "Mode": "z", "RW": true, "Propagation": ""}
            ]
        },
        {
            "Id": ID2, "Names": ["/hungry_bell"], "Image": IMAGE, "ImageID": IMAGE, "Command": "/hello",
            "Created": created() - 86_400, "Ports": [], "Labels": {}, "State": "exited", "Status": "Exited (0) 4 days ago",
            "HostConfig": {"NetworkMode": "bridge"}, "NetworkSettings": {"Networks": {}}, "Mounts": []
        }
    ])
}

fn inspect(name: &str) -> Value {
    let state = if name == "stopped" {
        "exited"
    } else {
        "running"
    };
    json!({
        "Id": if name == "term" { ID2 } else { ID }, "Created": "2026-11-18T09:00:00.123456789Z",
        "Path": "/docker-entrypoint.sh", "Args": ["nginx", "-g", "daemon off;"],
        "State": {"Status": state, "Running": state == "running", "Paused": false, "Restarting": false, "OOMKilled": false, "Dead": false, "Pid": 4242, "ExitCode": 0, "Error": "", "StartedAt": "2026-11-18T09:00:01Z", "FinishedAt": "0001-01-01T00:00:00Z"},
        "Image": IMAGE, "ResolvConfPath": "/r", "HostnamePath": "/h", "HostsPath": "/hosts", "LogPath": "/l", "Name": format!("/{name}"),
        "RestartCount": 0, "Driver": "overlay2", "Platform": "linux", "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "", "ExecIDs": null,
        "HostConfig": {"Binds": null, "ContainerIDFile": "", "LogConfig": {"Type": "json-file", "Config": {}}, "NetworkMode": "bridge",
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}, "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
            "AutoRemove": false, "CapAdd": null, "Memory": 0, "PidsLimit": null, "ConsoleSize": [24, 80]},
        "GraphDriver": {"Data": null, "Name": "overlay2"},
        "Mounts": [{"Type": "bind", "Source": "/a", "Destination": "/b", "Mode": "", "RW": true, "Propagation": "rprivate"}],
        "Config": {"Hostname": "4f1c9a1f3a2b", "Domainname": "", "User": "", "AttachStdin": false, "AttachStdout": true, "AttachStderr": true,
            "ExposedPorts": {"80/tcp": {}, "443/tcp": {}}, "Tty": name == "term", "OpenStdin": false, "StdinOnce": false,
            "Env": ["PATH=/bin", "A=<b>"], "Cmd": ["nginx", "-g", "daemon off;"], "Image": "nginx", "Volumes": null, "WorkingDir": "",
            "Entrypoint": ["/docker-entrypoint.sh"], "OnBuild": null, "Labels": {"com.example.the-label": "value", "a": "1"}, "StopSignal": "SIGQUIT"},
        "NetworkSettings": {"Bridge": "", "SandboxID": "", "SandboxKey": "", "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}], "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "5353"}], "443/tcp": null},
            "IPAddress": "172.17.0.2", "IPPrefixLen": 16,
            "Networks": {"bridge": {"IPAMConfig": null, "Links": null, "Aliases": null, "MacAddress": "02:42:ac:11:00:02", "NetworkID": "n", "EndpointID": "e", "Gateway": "172.17.0.1", "IPAddress": "172.17.0.2", "IPPrefixLen": 16, "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0, "DNSNames": null}}}
    })
}

fn images() -> Value {
    let image = |id: &str, tags: Value, digests: Value, size: i64| json!({"Containers": -1, "Created": created(), "Id": id, "Labels": null, "ParentId": "", "RepoDigests": digests, "RepoTags": tags, "SharedSize": -1, "Size": size});
    json!([
        image(
            IMAGE,
            json!(["nginx:latest"]),
            json!([format!("nginx@{DIGEST}")]),
            192_123_456
        ),
        image(
            DIGEST,
            json!(["localhost:5000/team/app:1.2"]),
            json!([]),
            13_256
        ),
        image(
            "sha256:2222222222222222222222222222222222222222222222222222222222222222",
            json!([]),
            json!([]),
            7
        ),
    ])
}

fn image_inspect() -> Value {
    json!({
        "Id": IMAGE, "RepoTags": ["nginx:latest"], "RepoDigests": [format!("nginx@{DIGEST}")], "Parent": "", "Comment": "", "Created": "2026-11-01T00:00:00Z",
        "DockerVersion": "", "Author": "", "Config": {"Hostname": "", "Domainname": "", "User": "", "AttachStdin": false, "AttachStdout": false, "AttachStderr": false, "Tty": false, "OpenStdin": false, "StdinOnce": false, "Env": ["PATH=/bin"], "Cmd": ["nginx", "-g", "daemon off;"], "Image": "", "Volumes": null, "WorkingDir": "", "Entrypoint": null, "OnBuild": null, "Labels": null},
        "Architecture": "amd64", "Os": "linux", "Size": 192_123_456, "GraphDriver": {"Data": null, "Name": "overlay2"},
        "RootFS": {"Type": "layers", "Layers": [DIGEST]}, "Metadata": {"LastTagTime": "0001-01-01T00:00:00Z"}
    })
}

fn history() -> Value {
    json!([
        {"Comment": "plimsoll", "Created": created(), "CreatedBy": "/bin/sh -c #(nop)  CMD [\"nginx\" \"-g\" \"daemon off;\"] and some\tmore", "Id": IMAGE, "Size": 0, "Tags": ["nginx:latest"]},
        {"Comment": "", "Created": 0, "CreatedBy": "COPY / /", "Id": "<missing>", "Size": 192_123_456, "Tags": null}
    ])
}

fn volume(name: &str, usage: Option<Value>) -> Value {
    let mut volume = json!({"CreatedAt": "2026-11-18T09:00:00Z", "Driver": "local", "Labels": {"a": "1"}, "Mountpoint": format!("/state/volumes/{name}/_data"), "Name": name, "Options": null, "Scope": "local"});
    if let Some(usage) = usage {
        volume["UsageData"] = usage;
    }
    volume
}

fn volumes() -> Value {
    json!([
        volume("web10", None),
        volume("web2", None),
        volume("data", None)
    ])
}

fn network(name: &str) -> Value {
    json!({
        "Name": name, "Id": ID2, "Created": "2026-11-18T09:00:00.5Z", "Scope": "local", "Driver": "bridge", "EnableIPv4": true, "EnableIPv6": false,
        "IPAM": {"Driver": "default", "Options": null, "Config": [{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}]},
        "Internal": false, "Attachable": false, "Ingress": false, "ConfigFrom": {"Network": ""}, "ConfigOnly": false,
        "Containers": {}, "Options": {"com.docker.network.bridge.name": "docker0"}, "Labels": {}
    })
}

fn disk_usage() -> Value {
    let mut images = images();
    for (image, (containers, shared)) in
        images
            .as_array_mut()
            .expect("a list")
            .iter_mut()
            .zip([(1, 1000), (0, 0), (0, 7)])
    {
        image["Containers"] = json!(containers);
        image["SharedSize"] = json!(shared);
    }
    json!({
        "LayersSize": 192_136_712, "Images": images, "Containers": containers(),
        "Volumes": [volume("data", Some(json!({"RefCount": 1, "Size": 2048}))), volume("old", Some(json!({"RefCount": 0, "Size": 4096})))],
        "BuildCache": []
    })
}

fn events() -> Vec<u8> {
    let lines = [
        json!({"status": "create", "id": ID, "from": "nginx", "Type": "container", "Action": "create", "Actor": {"ID": ID, "Attributes": {"name": "web", "image": "nginx"}}, "scope": "local", "time": 1_795_000_000, "timeNano": 1_795_000_000_123_000_000_i64}),
        json!({"Type": "network", "Action": "connect", "Actor": {"ID": ID2, "Attributes": {"container": ID, "name": "bridge", "type": "bridge"}}, "scope": "local", "time": 1_795_000_001, "timeNano": 1_795_000_001_000_000_000_i64}),
    ];
    lines.iter().fold(Vec::new(), |mut bytes, line| {
        bytes.extend_from_slice(line.to_string().as_bytes());
        bytes.push(b'\n');
        bytes
    })
}

fn stats() -> Value {
    let cpu = |total: u64, system: u64| json!({"cpu_usage": {"total_usage": total, "usage_in_kernelmode": 0, "usage_in_usermode": 0}, "system_cpu_usage": system, "online_cpus": 2, "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0}});
    json!({
        "name": "/web", "id": ID, "read": "2026-11-18T09:00:00Z", "preread": "2026-11-18T08:59:59Z",
        "pids_stats": {"current": 3}, "blkio_stats": {"io_service_bytes_recursive": [{"major": 8, "minor": 0, "op": "read", "value": 4096}, {"major": 8, "minor": 0, "op": "Write", "value": 1_234_567}]},
        "num_procs": 0, "storage_stats": {}, "cpu_stats": cpu(300_000_000, 20_000_000_000), "precpu_stats": cpu(100_000_000, 18_000_000_000),
        "memory_stats": {"usage": 10_000_000, "stats": {"inactive_file": 2_000_000}, "limit": 2_087_321_600},
        "networks": {"eth0": {"rx_bytes": 1095, "rx_packets": 0, "rx_errors": 0, "rx_dropped": 0, "tx_bytes": 0, "tx_packets": 0, "tx_errors": 0, "tx_dropped": 0}}
    })
}

fn version() -> Value {
    json!({
        "Platform": {"Name": "Plimsoll"}, "Components": [{"Name": "Engine", "Version": "0.1.0", "Details": {"ApiVersion": "1.48", "Arch": "amd64", "BuildTime": "2026-11-01T00:00:00.000000000+00:00", "Experimental": "false", "GitCommit": "", "GoVersion": "", "KernelVersion": "6.18", "MinAPIVersion": "1.24", "Os": "linux"}}],
        "Version": "0.1.0", "ApiVersion": "1.48", "MinAPIVersion": "1.24", "GitCommit": "", "GoVersion": "", "Os": "linux", "Arch": "amd64", "KernelVersion": "6.18", "BuildTime": "2026-11-01T00:00:00.000000000+00:00"
    })
}

fn info() -> Value {
    json!({"ID": "x", "Containers": 2, "ContainersRunning": 1, "ContainersPaused": 0, "ContainersStopped": 1, "Images": 3, "Driver": "overlay2", "DriverStatus": [], "Plugins": {"Volume": ["local"], "Network": ["bridge"], "Authorization": null, "Log": ["json-file"]},
        "ServerVersion": "0.1.0", "NCPU": 2, "MemTotal": 2_087_321_600_i64, "OSType": "linux", "Swarm": {"LocalNodeState": "inactive", "ControlAvailable": false}, "Runtimes": {}, "RegistryConfig": null, "SecurityOptions": [], "Warnings": null})
}
